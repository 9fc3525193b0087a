//! Digests and tags of SHA-256, as arrays. One of another length is a fault of the program: it stops, and pads nothing.

use ring::{digest, hmac};

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// SHA-256 of `parts`, one behind the other. Where ("ab", "c") and ("a", "bc") must differ, the caller puts something between.
#[must_use]
pub fn sha256_of_all<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.into_iter().for_each(|part| context.update(part));
    fixed(context.finish().as_ref())
}

/// HMAC-SHA-256 of `parts` under `key`, one behind the other.
#[must_use]
pub fn hmac_sha256<'a>(key: &hmac::Key, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    parts.into_iter().for_each(|part| context.update(part));
    fixed(context.sign().as_ref())
}

/// The first `N` of 32 bytes; more do not compile.
#[must_use]
pub fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    const { assert!(N <= 32, "a digest has 32 bytes") };
    fixed(bytes.get(..N).unwrap_or_default())
}

#[expect(clippy::expect_used, reason = "a digest that is too short must not be used")]
fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("a digest of the length that was asked for")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4, the example of one block.
    #[test]
    fn the_digest_of_abc_is_the_published_one() {
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(b"abc")), published);
        assert_eq!(sha256_of_all([&b"a"[..], b"bc"]), sha256(b"abc"));
        assert_eq!(first::<4>(&sha256(b"abc")), [0xba, 0x78, 0x16, 0xbf]);
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_tag_of_a_short_key_is_the_published_one() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        let published = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(hmac_sha256(&key, [&b"what do ya want "[..], b"for nothing?"])), published);
    }

    #[test]
    #[should_panic(expected = "a digest of the length")]
    fn a_short_digest_stops_the_program_and_is_not_padded() {
        let _: [u8; 32] = fixed(&[0; 31]);
    }
}
