//! The number that a family writes on a bank transfer to load own money: ten digits, the last one a check digit. It is no secret: who knows
//! it can only give the family money.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A payer number whose check digit is right (mod 10, ISO/IEC 7812-1 annex B: one wrong digit is always caught, two neighbours changed about almost always).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayerNumber(String);

/// A text that is no payer number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payer number has ten digits with a right check digit")]
pub struct NotAPayerNumber;

impl PayerNumber {
    /// The number of 256 drawn bits. It does not begin with 0: banks and spreadsheets drop zeros.
    #[must_use]
    pub fn of_bits(bits: &[u8; 32]) -> Self {
        let (head, _) = bits.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let serial = u64::from_be_bytes(*head).checked_rem(900_000_000).unwrap_or(0).saturating_add(100_000_000).to_string();
        let check = check_digit(&serial);
        Self(format!("{serial}{check}"))
    }

    /// Reads what somebody wrote: full-width digits, spaces and hyphens are looked through.
    ///
    /// # Errors
    /// [`NotAPayerNumber`] if it is not ten digits, begins with 0 or is mistyped.
    pub fn parse(text: &str) -> Result<Self, NotAPayerNumber> {
        let bare: String = text.nfkc().filter(|sign| !matches!(sign, ' ' | '-')).collect();
        let (serial, check) = bare.split_at_checked(9).ok_or(NotAPayerNumber)?;
        let digits = bare.len() == 10 && bare.bytes().all(|digit| digit.is_ascii_digit()) && !bare.starts_with('0');
        if digits && check == check_digit(serial).to_string() { Ok(Self(bare)) } else { Err(NotAPayerNumber) }
    }

    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PayerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digit that brings the weighted sum to a multiple of ten: from the right every other digit doubled, its digits added.
fn check_digit(serial: &str) -> u32 {
    let digits = serial.chars().rev().filter_map(|digit| digit.to_digit(10));
    let weighted = digits.zip([true, false].into_iter().cycle()).map(|(digit, doubled)| match digit.saturating_mul(2) {
        _ if !doubled => digit,
        twice @ 10.. => twice.saturating_sub(9),
        twice => twice,
    });
    let rest = weighted.sum::<u32>().checked_rem(10).unwrap_or(0);
    10_u32.saturating_sub(rest).checked_rem(10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_digit_is_that_of_iso_7812() {
        // The example of the standard: 7992739871 has the check digit 3.
        assert_eq!(check_digit("7992739871"), 3);
    }

    #[test]
    fn writing_habits_are_forgiven_and_other_texts_are_not() {
        let number = PayerNumber::of_bits(&[7; 32]);
        let text = number.as_str();
        let wide: String = text.chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap()).collect();
        for written in [format!(" {}-{} ", &text[..5], &text[5..]), wide] {
            assert_eq!(PayerNumber::parse(&written), Ok(number.clone()));
        }
        for wrong in ["", "123", "0000000000", "あああああああああ", &text[1..], &format!("{text}0")] {
            assert_eq!(PayerNumber::parse(wrong), Err(NotAPayerNumber), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_drawn_number_reads_back_and_one_wrong_digit_is_caught(bits in any::<[u8; 32]>(), at in 0_usize..10, other in b'0'..=b'9') {
            let number = PayerNumber::of_bits(&bits);
            prop_assert_eq!(PayerNumber::parse(number.as_str()), Ok(number.clone()));
            let mut wrong = number.as_str().to_owned().into_bytes();
            wrong[at] = other;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(PayerNumber::parse(&wrong).is_ok(), wrong == number.as_str());
        }
    }
}
