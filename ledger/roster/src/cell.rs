//! One cell to one value. Pure; a fault never repeats what the cell holds.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::fault::Fault;

/// The longest name or address, in characters.
pub(super) const TEXT_LENGTH_MAX: usize = 200;

/// The longest 宛名番号, in characters (standards D13).
pub(super) const NUMBER_LENGTH_MAX: usize = 20;

/// `read`, or nothing where the cell is blank.
pub(super) fn optional<T>(read: impl FnOnce(&str) -> Result<T, Fault>) -> impl FnOnce(&str) -> Result<Option<T>, Fault> {
    |text| if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// Any text that is not blank.
pub(super) fn text(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::Blank);
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::ControlCharacter);
    }
    if text.chars().count() > TEXT_LENGTH_MAX {
        return Err(Fault::TooLong);
    }
    Ok(text.to_owned())
}

/// 宛名番号 or 世帯番号: letters, digits and hyphens, at most 20, zeros on the left kept.
pub(super) fn number(cell: &str) -> Result<String, Fault> {
    let number: String = text(cell)?.nfkc().collect();
    let good = number.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-') && number.len() <= NUMBER_LENGTH_MAX;
    if good { Ok(number) } else { Err(Fault::Number) }
}

/// A reading: katakana, whatever kana were written; Latin letters for names that have them.
pub(super) fn kana(cell: &str) -> Result<String, Fault> {
    let wide: String = text(cell)?.nfkc().map(katakana).collect();
    let good = |sign: char| matches!(sign, 'ァ'..='ヺ' | 'ー' | '・' | ' ' | '-' | '.' | '\'') || sign.is_ascii_alphabetic();
    if wide.chars().all(good) { Ok(wide.split_whitespace().collect::<Vec<_>>().join(" ")) } else { Err(Fault::Kana) }
}

/// Hiragana to katakana: 96 code points further on.
fn katakana(sign: char) -> char {
    match sign {
        'ぁ'..='ゖ' => u32::from(sign).checked_add(0x60).and_then(char::from_u32).unwrap_or(sign),
        _ => sign,
    }
}

/// A day of the Western calendar: `2015-05-10`, `2015/5/10`, `20150510`.
pub(super) fn date(cell: &str) -> Result<NaiveDate, Fault> {
    let bare: String = cell.nfkc().collect();
    let parts: Vec<&str> = if bare.len() == 8 && bare.bytes().all(|digit| digit.is_ascii_digit()) {
        [bare.get(..4), bare.get(4..6), bare.get(6..)].into_iter().flatten().collect()
    } else {
        bare.split(['-', '/', '.']).collect()
    };
    let day = || match parts.as_slice() {
        [year, month, day] if year.len() == 4 => NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?),
        _ => None,
    };
    day().ok_or(Fault::Date)
}

/// A day between `first` and `last`.
pub(super) fn date_between(first: NaiveDate, last: NaiveDate) -> impl FnOnce(&str) -> Result<NaiveDate, Fault> {
    move |cell| {
        let day = date(if cell.is_empty() { text(cell).map(|_| cell)? } else { cell })?;
        if (first..=last).contains(&day) { Ok(day) } else { Err(Fault::DateRange { first, last }) }
    }
}

/// Codes separated by spaces or semicolons.
pub(super) fn codes(cell: &str) -> Result<BTreeSet<String>, Fault> {
    let bare: String = cell.nfkc().collect();
    let codes: BTreeSet<String> = bare.split([' ', ';', '\t']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let good = |code: &String| {
        code.len() <= 40
            && code.starts_with(|sign: char| sign.is_ascii_lowercase())
            && code.bytes().all(|sign| matches!(sign, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    if codes.iter().all(good) { Ok(codes) } else { Err(Fault::Status) }
}

/// A whole number from `least` to `most`; commas between groups of digits are looked through.
pub(super) fn integer(least: i64, most: i64) -> impl FnOnce(&str) -> Result<i64, Fault> {
    move |cell| {
        let bare: String = cell.nfkc().filter(|sign| *sign != ',').collect();
        let digits = !bare.is_empty() && bare.bytes().all(|digit| digit.is_ascii_digit());
        let number = digits.then(|| bare.parse().ok()).flatten().filter(|number| (least..=most).contains(number));
        number.ok_or(Fault::Integer { least, most })
    }
}

/// Yes or no.
pub(super) fn flag(cell: &str) -> Result<bool, Fault> {
    let bare: String = cell.nfkc().flat_map(char::to_lowercase).collect();
    match bare.as_str() {
        "1" | "はい" | "有" | "あり" | "○" | "◯" | "yes" | "true" => Ok(true),
        "0" | "いいえ" | "無" | "なし" | "×" | "no" | "false" => Ok(false),
        _ => Err(Fault::Flag),
    }
}
