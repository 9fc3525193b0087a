//! 法人番号 (13 digits, the first is the check digit) and インボイス登録番号 (T and 13 digits with the same check digit).

use std::fmt;

use thiserror::Error;

use super::{digits, weighted};

/// A 法人番号 with a right check digit. That somebody is registered under it is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorporateNumber([u8; 13]);

/// An インボイス登録番号 with a right check digit: a corporation's own number or another 13 digits, never a 個人番号.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvoiceNumber(CorporateNumber);

/// Why a text is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CorporateNumberError {
    /// Not 13 digits.
    #[error("write 13 digits, for an インボイス登録番号 with a T before them")]
    Shape,
    /// The check digit is wrong.
    #[error("the first digit (check digit) does not fit the others: a digit is mistyped")]
    CheckDigit,
}

impl CorporateNumberError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "corporate_number_shape",
            Self::CheckDigit => "corporate_number_check_digit",
        }
    }
}

impl CorporateNumber {
    /// Takes exactly 13 digits. Check digit: 9 − (Σ digit × weight mod 9), weights 1 and 2 in turn from the right of the other twelve.
    pub fn parse(text: &str) -> Result<Self, CorporateNumberError> {
        let [check, rest @ ..] = digits::<13>(text).ok_or(CorporateNumberError::Shape)?;
        let sum = weighted(&rest, [2, 1].into_iter().cycle());
        let wanted = sum.checked_rem(9).and_then(|rest| 9_u32.checked_sub(rest));
        if wanted != Some(check) {
            return Err(CorporateNumberError::CheckDigit);
        }
        text.as_bytes().try_into().map(Self).map_err(|_| CorporateNumberError::Shape)
    }

    /// The 13 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl InvoiceNumber {
    /// Takes `T` (or `t`) and 13 digits.
    pub fn parse(text: &str) -> Result<Self, CorporateNumberError> {
        let digits = text.strip_prefix(['T', 't']).ok_or(CorporateNumberError::Shape)?;
        CorporateNumber::parse(digits).map(Self)
    }

    /// The 13 digits behind the T.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for CorporateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tax_agency_has_a_right_check_digit_and_no_other_first_digit_fits() {
        assert_eq!(CorporateNumber::parse("7000012050002").unwrap().to_string(), "7000012050002");
        for first in ('0'..='9').filter(|digit| *digit != '7') {
            assert_eq!(CorporateNumber::parse(&format!("{first}000012050002")), Err(CorporateNumberError::CheckDigit));
        }
    }

    #[test]
    fn an_invoice_number_is_t_and_the_same_thirteen_digits() {
        assert_eq!(InvoiceNumber::parse("t7000012050002").unwrap().to_string(), "T7000012050002");
        assert_eq!(InvoiceNumber::parse("7000012050002"), Err(CorporateNumberError::Shape));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in ["", "700001205000", "70000120500022", "７０００012050002", "7000-12050002"] {
            assert_eq!(CorporateNumber::parse(text), Err(CorporateNumberError::Shape), "{text}");
        }
    }
}
