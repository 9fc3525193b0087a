//! AES-256-GCM with a synthetic nonce, bound to a place. Pure.

use std::fmt;

use chrono::NaiveDate;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use uuid::Uuid;

use crate::digest;
use crate::error::Failure;

/// The first byte of everything sealed: how the rest is to be read.
const FORMAT: u8 = 1;

/// Where sealed bytes live. They open nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    table: &'static str,
    column: &'static str,
    row: Uuid,
    edition: Option<(i32, NaiveDate)>,
}

impl Place {
    /// A column of the row with the id `row`.
    #[must_use]
    pub const fn new(table: &'static str, column: &'static str, row: Uuid) -> Self {
        Self { table, column, row, edition: None }
    }

    /// The same where several rows are about one thing and are told apart by a number and a day: an old row does not pass for a new one.
    #[must_use]
    pub const fn edition(mut self, number: i32, since: NaiveDate) -> Self {
        self.edition = Some((number, since));
        self
    }
}

impl fmt::Display for Place {
    /// The place as it is bound to the sealed bytes: never to be changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}|{}", self.table, self.column, self.row)?;
        self.edition.map_or(Ok(()), |(number, since)| write!(f, "@{number}/{since}"))
    }
}

/// Seals and opens under one secret: one subkey encrypts, another makes nonces.
///
/// **The nonce is a function of what is sealed**: the first 96 bits of HMAC-SHA-256(nonce subkey, aad, plaintext). GCM breaks when
/// one nonce seals two different messages under one key. Here the same nonce comes back only for the same place and the same
/// plaintext, and then the same bytes come out, which tells no more than that nothing has changed; two different inputs meet
/// in 96 bits of a pseudo-random function with a chance of n²/2⁹⁷, which for the < 10⁵ values of one family is below 10⁻¹⁸. (NIST SP
/// 800-38D §8.3 allows 2³² random nonces for one key.) So nothing depends on a generator that might repeat after a restored
/// backup, and two runs with the same secrets write the same bytes. It is the idea of SIV (RFC 5297) with GCM's own tag kept.
pub(super) struct Sealer {
    cipher: LessSafeKey,
    nonces: hmac::Key,
}

impl Sealer {
    /// The sealer of `purpose` under `root`.
    pub(super) fn derive(root: &hkdf::Prk, purpose: &str) -> Self {
        let key = subkey(root, &format!("{purpose}/aes-256-gcm"));
        let nonces = hmac::Key::new(hmac::HMAC_SHA256, &subkey(root, &format!("{purpose}/nonce")));
        #[expect(clippy::expect_used, reason = "AES-256 takes every key of 32 bytes")]
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes"));
        Self { cipher, nonces }
    }

    /// Format, nonce, ciphertext, tag: 29 bytes more than `plaintext`.
    pub(super) fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
        let tag = tag(&self.nonces, &[aad, plaintext]);
        let nonce: [u8; NONCE_LEN] = digest::first(&tag);
        let mut body = plaintext.to_vec();
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
            .map_err(|_| Failure::Vault("the text is too long to seal"))?;
        Ok([&[FORMAT], nonce.as_slice(), &body].concat())
    }

    /// What was sealed with the same `aad`.
    pub(super) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        let (format, rest) = sealed.split_first().ok_or(Failure::Vault("nothing is sealed here"))?;
        if *format != FORMAT {
            return Err(Failure::Vault("sealed in an unknown format"));
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Failure::Vault("the sealed bytes are cut short"))?;
        let mut body = body.to_vec();
        let plain = self
            .cipher
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut body)
            .map_err(|_| Failure::Vault("the sealed bytes belong elsewhere or have been changed"))?;
        Ok(plain.to_vec())
    }
}

/// HMAC over parts, each after its length, so that ("ab", "c") and ("a", "bc") differ.
pub(super) fn tag(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let lengths: Vec<_> = parts.iter().map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()).collect();
    digest::hmac_sha256(key, lengths.iter().zip(parts).flat_map(|(length, part)| [&length[..], part]))
}

/// 256 bits of HKDF for `info`.
pub(super) fn subkey(root: &hkdf::Prk, info: &str) -> [u8; 32] {
    let mut out = [0; 32];
    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8,160 bytes; 32 are asked for")]
    root.expand(&[info.as_bytes()], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut out)).expect("32 bytes");
    out
}
