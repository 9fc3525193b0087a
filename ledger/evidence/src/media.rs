//! What a file is, by its content; and what is kept of it. Pure, and slow: not for an async thread.

use std::borrow::Cow;

use super::{pdf, picture};
use foundation::refusal::{Kind, Refusal};

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Media {
    /// A photograph.
    Jpeg,
    /// A picture of a screen.
    Png,
    /// A document.
    Pdf,
}

/// Why a file of a kind that is taken cannot be. `Display` is the English sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It cannot be opened.
    #[error("the file is broken and cannot be opened: take the picture again, or save it again")]
    Broken,
    /// It unpacks to more than can be looked at.
    #[error("the picture is too large: at most 40 million pixels; of a large PDF take a photograph of the page")]
    Pixels,
    /// A password locks it.
    #[error("a PDF with a password cannot be used: remove it, or take a photograph of the page")]
    Locked,
    /// It holds what acts by itself, or another file.
    #[error("a PDF that holds a program or another file cannot be used: print it to a new PDF, or take a photograph of the page")]
    Active,
}

impl Refusal for Unusable {
    fn code(&self) -> &'static str {
        match self {
            Self::Broken => "evidence_broken",
            Self::Pixels => "evidence_pixels",
            Self::Locked => "evidence_locked",
            Self::Active => "evidence_active",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Broken => "ファイルが壊れていて開けません。撮り直すか、もう一度保存してから選んでください。".into(),
            Self::Pixels => "画像が大きすぎます。写真は 4,000 万画素までにしてください。大きな PDF は、ページの写真にしてください。".into(),
            Self::Locked => "パスワード付きの PDF は使えません。パスワードを外すか、ページの写真にしてください。".into(),
            Self::Active => "プログラムや添付ファイルを含む PDF は使えません。印刷して PDF に保存し直すか、ページの写真にしてください。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Broken => "ファイルがこわれています。もう一度写真をとってください。".into(),
            Self::Pixels => "写真が大きすぎます。4,000 万画素までです。大きい PDF のときは、ページの写真をとってください。".into(),
            Self::Locked => "PDF にパスワードがあります。パスワードをなくしてください。または、ページの写真をとってください。".into(),
            Self::Active => "この PDF の中に、ほかのファイルがあります。使えません。ページの写真をとってください。".into(),
        }
    }
}

impl Media {
    /// As the database and HTTP write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Pdf].into_iter().find(|media| media.as_str() == text)
    }

    /// By the first bytes (ITU-T T.81, RFC 2083 §3.1, ISO 32000-1 §7.5.2); never by a name.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }

    /// What is kept of a file: a picture's pixels, written anew; a PDF as it came.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn kept(self, bytes: Vec<u8>) -> Result<Vec<u8>, Unusable> {
        match self {
            Self::Jpeg => picture::rewritten(picture::Kind::Jpeg, &bytes),
            Self::Png => picture::rewritten(picture::Kind::Png, &bytes),
            Self::Pdf => pdf::looked_through(&bytes).map(|()| bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(Media::of(b"\xff\xd8\xff\xe0 a photograph"), Some(Media::Jpeg));
        assert_eq!(Media::of(b"\x89PNG\r\n\x1a\n pixels"), Some(Media::Png));
        assert_eq!(Media::of(b"%PDF-1.7\n..."), Some(Media::Pdf));
        for other in [&b""[..], b"GIF89a", b"<svg>", b"MZ\x90\x00", b"PK\x03\x04", b"\xff\xd8", b" %PDF-1.7"] {
            assert_eq!(Media::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_only_begins_like_a_picture_is_broken() {
        for (media, bytes) in [(Media::Jpeg, &b"\xff\xd8\xff\xe0 a photograph \xff\xd9"[..]), (Media::Png, b"\x89PNG\r\n\x1a\n pixels IEND\xae\x42\x60\x82")] {
            assert_eq!(media.kept(bytes.to_vec()), Err(Unusable::Broken));
        }
    }
}
