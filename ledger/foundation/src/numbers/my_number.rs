//! Finds 個人番号 (My Number) in order to refuse or mask it: by a column's heading, by its values, or as a lone number in free text.
//!
//! One random number of twelve digits in about ten has a right check digit, so a lone find is a warning for a person and never a proof; a column of
//! them is.

use unicode_normalization::UnicodeNormalization;

use super::{digits, weighted};

/// Share of valid values from which a column is taken for one of 個人番号, in percent.
const COLUMN_PERCENT_MIN: usize = 90;

/// Why a column is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Its heading says so.
    Heading,
    /// At least 90 % of its values have a right check digit.
    Values,
}

/// Whether `text` is twelve digits with a right check digit: 11 − (Σ Pₙ·Qₙ mod 11), remainder ≤ 1 → 0; Qₙ is n + 1 for n ≤ 6, n − 5 above, n
/// counted from the right. Full-width digits, spaces and hyphens between groups are looked through.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    let bare: String = text.nfkc().filter(|sign| !matches!(sign, ' ' | '-' | '‐' | '−' | 'ー')).collect();
    let Some([rest @ .., check]) = digits::<12>(&bare) else { return false };
    let sum = weighted(&rest, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let wanted = match sum.checked_rem(11) {
        Some(remainder @ 2..) => 11_u32.saturating_sub(remainder),
        _ => 0,
    };
    wanted == check
}

/// Whether a column with this heading and these values holds 個人番号. Empty values do not count.
pub fn column<'a>(heading: &str, values: impl IntoIterator<Item = &'a str>) -> Option<Suspicion> {
    if is_heading(heading) {
        return Some(Suspicion::Heading);
    }
    let (mut valid, mut all) = (0_usize, 0_usize);
    for value in values.into_iter().map(str::trim).filter(|value| !value.is_empty()) {
        all = all.saturating_add(1);
        valid = valid.saturating_add(usize::from(is_valid(value)));
    }
    let enough = valid.saturating_mul(100) >= all.saturating_mul(COLUMN_PERCENT_MIN);
    (all > 0 && enough).then_some(Suspicion::Values)
}

/// Whether a heading names 個人番号.
#[must_use]
pub fn is_heading(heading: &str) -> bool {
    let bare: String = heading.nfkc().filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-' | '・')).flat_map(char::to_lowercase).collect();
    ["個人番号", "マイナンバー", "まいなんばー", "mynumber", "kojinbango"].iter().any(|name| bare.contains(name))
}

/// A free text with every valid 個人番号 masked, and how many there were: twelve digits in a row, or three groups of four with a space or hyphen
/// between. Runs of digits that are longer or shorter stay.
#[must_use]
pub fn mask(text: &str) -> (String, usize) {
    let (mut masked, mut found) = (String::with_capacity(text.len()), 0_usize);
    let mut rest = text;
    while let Some(start) = rest.find(is_digit) {
        let (before, from) = rest.split_at(start);
        masked.push_str(before);
        let number = [whole(from), grouped(from)].into_iter().flatten().find(|number| is_valid(number));
        if let Some(number) = number {
            masked.push_str("************");
            found = found.saturating_add(1);
            rest = from.strip_prefix(number).unwrap_or_default();
        } else {
            let (run, after) = digits_of(from);
            masked.push_str(run);
            rest = after;
        }
    }
    masked.push_str(rest);
    (masked, found)
}

/// The digits at the beginning of `text`, when there are twelve.
fn whole(text: &str) -> Option<&str> {
    let (run, _) = digits_of(text);
    (run.chars().count() == 12).then_some(run)
}

/// Three groups of four digits at the beginning of `text`.
fn grouped(text: &str) -> Option<&str> {
    let mut rest = text;
    for group in 0..3 {
        let (run, after) = digits_of(if group == 0 { rest } else { rest.strip_prefix([' ', '-', '　', '－'])? });
        if run.chars().count() != 4 {
            return None;
        }
        rest = after;
    }
    text.strip_suffix(rest)
}

fn digits_of(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter| !is_digit(letter)).unwrap_or(text.len()))
}

const fn is_digit(letter: char) -> bool {
    matches!(letter, '0'..='9' | '０'..='９')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number with a right check digit, made here from the formula in words and belonging to nobody we know of.
    const VALID: &str = "123456789018";

    #[test]
    fn exactly_one_check_digit_fits() {
        let fitting: Vec<String> = ('0'..='9').map(|check| format!("12345678901{check}")).filter(|number| is_valid(number)).collect();
        assert_eq!(fitting, [VALID]);
        assert!(is_valid("123456789050") && is_valid("123456789000"), "remainders 0 and 1 give 0");
        assert!(is_valid("1234-5678-9018") && is_valid("１２３４ ５６７８ ９０１８"));
        assert!(!is_valid("12345678901") && !is_valid("1234567890180") && !is_valid(""));
    }

    #[test]
    fn a_column_is_known_by_its_heading_or_by_nine_values_in_ten() {
        assert_eq!(column("マイ ナンバー", []), Some(Suspicion::Heading));
        assert_eq!(column("個人番号(12桁)", ["1"]), Some(Suspicion::Heading));
        let nine = [VALID, VALID, VALID, VALID, VALID, VALID, VALID, VALID, VALID, "100000000001", " "];
        assert_eq!(column("備考", nine), Some(Suspicion::Values));
        let eight = [VALID, VALID, VALID, VALID, VALID, VALID, VALID, VALID, "100000000001", "100000000002"];
        assert_eq!(column("備考", eight), None);
        assert_eq!(column("宛名番号", []), None);
    }

    #[test]
    fn a_lone_number_in_a_text_is_masked_and_other_digits_stay() {
        assert_eq!(mask("番号は1234-5678-9018です。電話 03-1234-5678"), ("番号は************です。電話 03-1234-5678".to_owned(), 1));
        assert_eq!(mask("1234567890180 123456789019"), ("1234567890180 123456789019".to_owned(), 0));
        assert_eq!(mask("123456789018 123456789018,03 1234 5678 9018"), ("************ ************,03 ************".to_owned(), 3));
        assert_eq!(mask(""), (String::new(), 0));
    }
}
