//! Secrets that open a door; a family, a desk or a clerk shows one to be let in.

use std::fmt;

use crate::digest;
use crate::ids::Municipality;

/// A secret that opens a door: 256 bits. Shown once, never stored, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A token of 256 bits, which must come from a cryptographic random source.
    #[must_use]
    pub const fn new(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Reads a token as [`fmt::Display`] writes it: 64 hexadecimal digits. Anything else is no token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = [0; 32];
        hex::decode_to_slice(text, &mut bits).ok()?;
        Some(Self(bits))
    }

    /// What the database keeps of it.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        digest::sha256(&self.0)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(256 bits)")
    }
}

/// 256 bits, and the city where they are known: `271004-` and 64 hexadecimal digits. Shown once, never stored, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct CityToken {
    municipality: Municipality,
    secret: Token,
}

impl CityToken {
    /// The token of `secret` in a city.
    #[must_use]
    pub const fn new(municipality: Municipality, secret: Token) -> Self {
        Self { municipality, secret }
    }

    /// Reads a token as [`fmt::Display`] writes it. Anything else is no token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (city, secret) = text.split_once('-')?;
        let code = Some(city).filter(|city| city.len() == 6 && city.bytes().all(|digit| digit.is_ascii_digit()))?.parse().ok()?;
        Some(Self { municipality: Municipality::new(code), secret: Token::parse(secret)? })
    }

    /// The city where it is known.
    #[must_use]
    pub const fn municipality(&self) -> Municipality {
        self.municipality
    }

    /// What the database keeps of it.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.secret.sha256()
    }
}

impl fmt::Display for CityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.municipality, self.secret)
    }
}

impl fmt::Debug for CityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CityToken({}, secret)", self.municipality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_as_written_and_debug_hides_it() {
        let token = Token(std::array::from_fn(|at| u8::try_from(at).unwrap() ^ 0xa5));
        assert_eq!(Token::parse(&token.to_string()), Some(token.clone()));
        assert_eq!(Token::parse(&token.to_string()[1..]), None);
        assert_eq!(Token::parse(&"g".repeat(64)), None);
        assert!(!format!("{token:?}").contains(&token.to_string()[..4]));
    }

    #[test]
    fn a_token_reads_back_as_written_and_debug_hides_it() {
        let token = CityToken::new(Municipality::new(11_002), Token::new([0xa5; 32]));
        assert_eq!(token.to_string(), format!("011002-{}", "a5".repeat(32)));
        assert_eq!(CityToken::parse(&token.to_string()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "CityToken(011002, secret)");
        for wrong in ["", "-", "11002-a5", &format!("11002-{}", "a5".repeat(32)), &format!("+11002-{}", "a5".repeat(32))] {
            assert_eq!(CityToken::parse(wrong), None, "{wrong}");
        }
    }
}
