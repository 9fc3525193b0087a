//! PDFs, looked through but kept as they came. Pure, and slow: not for an async thread.
//!
//! What is looked at (ISO 32000-1): the header; the end, with a cross-reference that is where it says; no password; nothing that acts by itself or
//! carries another file along, neither in the open nor in any compressed stream, names written with `#` included. Everything that is compressed is
//! unpacked within a limit, so that a decompression bomb is refused here and not where somebody opens it.
//! What is not: whether it can be drawn, what its pictures and its own metadata tell. Staff open it as a download, never inside a page.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::media::Unusable;

/// All of a file's streams together, unpacked.
const UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most streams that are unpacked: a hundred scanned pages have a thousand.
const STREAMS_MAX: usize = 10_000;
/// Where the end of a file may stand: some writers leave a little behind it.
const TAIL_BYTES: usize = 1_024;

/// Names of what acts, or carries another file along (ISO 32000-1 §7.11.4, §12.6.4). Long enough not to come about by chance in compressed bytes.
const ACTIVE: [&[u8]; 9] = [b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"SubmitForm", b"ImportData", b"GoToR", b"GoToE"];
/// The name of what a password locks (§7.6).
const LOCKED: &[u8] = b"Encrypt";

/// Looks a PDF through.
///
/// # Errors
/// [`Unusable::Broken`] without a beginning or an end; [`Unusable::Locked`], [`Unusable::Active`]; [`Unusable::Pixels`] when it unpacks to too much.
pub(super) fn looked_through(bytes: &[u8]) -> Result<(), Unusable> {
    looked_through_within(bytes, UNPACKED_BYTES_MAX)
}

fn looked_through_within(bytes: &[u8], mut left: u64) -> Result<(), Unusable> {
    if !begins(bytes) || !ends(bytes) {
        return Err(Unusable::Broken);
    }
    judged(bytes)?;
    for (number, stream) in streams(bytes).enumerate() {
        if number >= STREAMS_MAX {
            return Err(Unusable::Pixels);
        }
        let mut unpacked = Vec::new();
        // What is no compressed stream, or breaks off, is what could be read of it.
        let _ = ZlibDecoder::new(stream).take(left.saturating_add(1)).read_to_end(&mut unpacked);
        left = left.checked_sub(u64::try_from(unpacked.len()).unwrap_or(u64::MAX)).ok_or(Unusable::Pixels)?;
        judged(&unpacked)?;
    }
    Ok(())
}

/// `%PDF-1.0` to `%PDF-2.9`.
fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', b'P', b'D', b'F', b'-', b'1' | b'2', b'.', b'0'..=b'9', ..])
}

/// `startxref`, a place in the file where a cross-reference table or stream is, `%%EOF` (§7.5.5).
fn ends(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
    let Some(after) = rest_after_last(tail, b"startxref") else { return false };
    let after = after.trim_ascii_start();
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = after.split_at_checked(digits).unwrap_or_default();
    let place = str::from_utf8(number).ok().and_then(|number| number.parse::<usize>().ok());
    let there = place.and_then(|place| bytes.get(place..)).map(<[u8]>::trim_ascii_start).unwrap_or_default();
    let table = there.starts_with(b"xref");
    let stream = there.first().is_some_and(u8::is_ascii_digit) && there.get(..32.min(there.len())).is_some_and(|head| find(head, b"obj").is_some());
    (table || stream) && rest.trim_ascii_start().starts_with(b"%%EOF")
}

/// The first name that must not be there.
fn judged(bytes: &[u8]) -> Result<(), Unusable> {
    for name in names(bytes) {
        if ACTIVE.contains(&name.as_slice()) {
            return Err(Unusable::Active);
        }
        if name == LOCKED {
            return Err(Unusable::Locked);
        }
    }
    Ok(())
}

/// The names in some bytes, with `#4A` read as `J` (§7.3.5).
fn names(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.split(|byte| *byte == b'/').skip(1).map(|after| {
        let length = after.iter().position(|byte| byte.is_ascii_whitespace() || b"\0()<>[]{}%".contains(byte)).unwrap_or(after.len());
        let mut raw = after.get(..length.min(3 * 16)).unwrap_or_default();
        let mut name = Vec::new();
        while let Some((first, rest)) = raw.split_first() {
            let written = rest.split_first_chunk::<2>().filter(|_| *first == b'#').and_then(|(digits, rest)| Some((hex(*digits)?, rest)));
            let (byte, rest) = written.unwrap_or((*first, rest));
            name.push(byte);
            raw = rest;
        }
        name
    })
}

fn hex(digits: [u8; 2]) -> Option<u8> {
    str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
}

/// What follows each `stream` keyword, to the end of the file: a compressed stream says itself where it ends.
fn streams(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            let at = find(rest, b"stream")?;
            let (before, from) = rest.split_at_checked(at)?;
            rest = from.get(b"stream".len()..)?;
            let data = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"));
            if let Some(data) = data.filter(|_| !before.ends_with(b"end")) {
                return Some(data);
            }
        }
    })
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

fn rest_after_last<'a>(bytes: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let at = bytes.windows(word.len()).rposition(|window| window == word)?;
    bytes.get(at.saturating_add(word.len())..)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    /// One page with `object` and a compressed stream of `inner` on it.
    fn pdf(object: &str, inner: &[u8]) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(inner).unwrap();
        let packed = packed.finish().unwrap();
        let mut file = format!("%PDF-1.7\n1 0 obj\n<< /Type /Catalog {object} >>\nendobj\n2 0 obj\n<< /Filter /FlateDecode >>\nstream\n").into_bytes();
        file.extend(packed);
        file.extend(b"\nendstream\nendobj\n");
        let place = file.len();
        file.extend(format!("xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\nstartxref\n{place}\n%%EOF\n").into_bytes());
        file
    }

    #[test]
    fn a_plain_document_is_let_through() {
        assert_eq!(looked_through(&pdf("/Lang (ja)", b"BT (receipt) Tj ET")), Ok(()));
    }

    #[test]
    fn active_content_is_found_in_the_open_in_other_letters_and_compressed() {
        for object in [
            "/OpenAction << /S /JavaScript /JS (x) >>",
            "/OpenAction << /S /J#61vaScript /JS (x) >>",
            "/AA << /O << /S /Launch >> >>",
            "/Names << /EmbeddedFiles 3 0 R >>",
        ] {
            assert_eq!(looked_through(&pdf(object, b"")), Err(Unusable::Active), "{object}");
        }
        assert_eq!(looked_through(&pdf("", b"<< /S /JavaScript /JS (x) >>")), Err(Unusable::Active));
        // The word alone is none.
        assert_eq!(looked_through(&pdf("/Title (JavaScript for beginners /JavaScripts)", b"JavaScript")), Ok(()));
    }

    #[test]
    fn a_locked_document_is_refused_as_such() {
        assert_eq!(looked_through(&pdf("/Encrypt 5 0 R", b"")), Err(Unusable::Locked));
    }

    #[test]
    fn a_document_that_unpacks_to_a_hundred_times_its_size_is_refused() {
        let bomb = pdf("", &vec![0; 200 * 1024]);
        assert!(bomb.len() < 2 * 1024);
        assert_eq!(looked_through_within(&bomb, 200 * 1024), Ok(()));
        assert_eq!(looked_through_within(&bomb, 200 * 1024 - 1), Err(Unusable::Pixels));
    }

    #[test]
    fn a_document_without_beginning_or_end_is_broken() {
        let whole = pdf("", b"");
        assert_eq!(looked_through(&whole[1..]), Err(Unusable::Broken));
        assert_eq!(looked_through(&whole[..whole.len() - 8]), Err(Unusable::Broken));
        let text = String::from_utf8_lossy(&whole).replace("startxref\n", "startxref\n9");
        assert_eq!(looked_through(text.as_bytes()), Err(Unusable::Broken));
    }
}
