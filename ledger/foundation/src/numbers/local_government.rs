//! 全国地方公共団体コード: five digits and a check digit.

use std::fmt;

use thiserror::Error;

use super::{digits, weighted};

/// The code of a prefecture or municipality, with a right check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalGovernmentCode([u8; 6]);

/// Why a text is no such code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LocalGovernmentCodeError {
    /// Not six digits.
    #[error("write the six digits of the 全国地方公共団体コード, check digit included")]
    Shape,
    /// The check digit is wrong.
    #[error("the last digit (check digit) does not fit the others: a digit is mistyped")]
    CheckDigit,
}

impl LocalGovernmentCodeError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "local_government_code_shape",
            Self::CheckDigit => "local_government_code_check_digit",
        }
    }
}

impl LocalGovernmentCode {
    /// Takes exactly six digits. Check digit: (11 − (6a + 5b + 4c + 3d + 2e) mod 11) mod 10.
    pub fn parse(text: &str) -> Result<Self, LocalGovernmentCodeError> {
        let [rest @ .., check] = digits::<6>(text).ok_or(LocalGovernmentCodeError::Shape)?;
        let remainder = weighted(&rest, [6, 5, 4, 3, 2]).checked_rem(11);
        let wanted = remainder.and_then(|remainder| 11_u32.checked_sub(remainder)).and_then(|digit| digit.checked_rem(10));
        if wanted != Some(check) {
            return Err(LocalGovernmentCodeError::CheckDigit);
        }
        text.as_bytes().try_into().map(Self).map_err(|_| LocalGovernmentCodeError::Shape)
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for LocalGovernmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_hold() {
        for code in ["010006", "011002", "131016", "271004", "401307", "431001", "281000"] {
            assert_eq!(LocalGovernmentCode::parse(code).unwrap().as_str(), code);
        }
    }

    #[test]
    fn a_wrong_digit_and_a_missing_one_are_told_apart() {
        assert_eq!(LocalGovernmentCode::parse("271005"), Err(LocalGovernmentCodeError::CheckDigit));
        assert_eq!(LocalGovernmentCode::parse("27100"), Err(LocalGovernmentCodeError::Shape));
    }
}
