//! ゆうちょ 記号番号 to the form that transfers take (standards §4.2, the bank's own page).

use thiserror::Error;

use super::account::{AccountKind, AccountNumber, BankCode, BranchCode};

/// Where transfers to a ゆうちょ account go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// Always 9900.
    pub bank: BankCode,
    /// From the 2nd and 3rd digit of the 記号.
    pub branch: BranchCode,
    /// 普通 or 貯蓄 for a 記号 that begins with 1, 当座 for one that begins with 0.
    pub kind: AccountKind,
    /// From the 番号.
    pub number: AccountNumber,
}

/// Why 記号番号 cannot be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum YuchoError {
    /// The 記号.
    #[error("記号: write the five digits on the left of the passbook; they begin with 1 (総合・通常・貯蓄) or 0 (振替口座)")]
    Symbol,
    /// The 番号.
    #[error("番号: write the digits on the right of the passbook: up to eight, ending in 1, for a 記号 that begins with 1; up to seven for 0")]
    Number,
}

impl YuchoError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Symbol => "yucho_symbol",
            Self::Number => "yucho_number",
        }
    }
}

/// Converts 記号 and 番号. `savings` says that the passbook is one of 通常貯蓄貯金. The single digit that some passbooks print between the two may
/// follow the 記号 (`10530-1`) and is ignored.
pub fn convert(symbol: &str, number: &str, savings: bool) -> Result<Destination, YuchoError> {
    let symbol = match symbol.split_once('-') {
        Some((symbol, between)) if between.len() == 1 && all_digits(between) => symbol,
        Some(_) => return Err(YuchoError::Symbol),
        None => symbol,
    };
    if symbol.len() != 5 || !all_digits(symbol) {
        return Err(YuchoError::Symbol);
    }
    let area = symbol.get(1..3).ok_or(YuchoError::Symbol)?;
    let (kind, last, number) = match symbol.as_bytes().first() {
        Some(b'1') => (if savings { AccountKind::Savings } else { AccountKind::Ordinary }, '8', number.strip_suffix('1').ok_or(YuchoError::Number)?),
        Some(b'0') => (AccountKind::Current, '9', number),
        _ => return Err(YuchoError::Symbol),
    };
    if number.is_empty() || !all_digits(number) {
        return Err(YuchoError::Number);
    }
    Ok(Destination {
        bank: BankCode::YUCHO,
        branch: BranchCode::parse(&format!("{area}{last}")).map_err(|_| YuchoError::Symbol)?,
        kind,
        number: AccountNumber::parse(&format!("{number:0>7}")).map_err(|_| YuchoError::Number)?,
    })
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(symbol: &str, number: &str, savings: bool) -> Result<String, YuchoError> {
        convert(symbol, number, savings).map(|to| format!("{}-{}-{}-{}", to.bank, to.branch, to.kind.label(), to.number))
    }

    #[test]
    fn the_vectors_of_the_standard_hold() {
        assert_eq!(converted("10530", "12345671", false).unwrap(), "9900-058-普通-1234567");
        assert_eq!(converted("17300", "19927651", false).unwrap(), "9900-738-普通-1992765");
        assert_eq!(converted("17300-2", "19927651", true).unwrap(), "9900-738-貯蓄-1992765");
        assert_eq!(converted("00530", "12345", false).unwrap(), "9900-059-当座-0012345");
        assert_eq!(converted("10530", "3451", false).unwrap(), "9900-058-普通-0000345");
    }

    #[test]
    fn what_is_no_passbook_is_refused() {
        for symbol in ["1053", "105300", "20530", "1053x", "10530-12", "-1"] {
            assert_eq!(converted(symbol, "12345671", false), Err(YuchoError::Symbol), "{symbol}");
        }
        for number in ["12345672", "123456781", "1", "", "1234x71"] {
            assert_eq!(converted("10530", number, false), Err(YuchoError::Number), "{number}");
        }
        assert_eq!(converted("00530", "12345678", false), Err(YuchoError::Number));
    }
}
