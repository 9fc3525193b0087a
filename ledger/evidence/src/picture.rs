//! Photographs and screenshots, written anew: what is kept are the pixels and nothing else. Pure, and slow: not for an async thread.
//!
//! So EXIF with its GPS position, comments, thumbnails, colour profiles and whatever hangs behind the picture are gone; a file that is a picture and
//! something else at once is a picture only. How the camera was held is turned into pixels first. The size is asked before anything is unpacked.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::error::{ImageError, LimitError};
use image::{ColorType, DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::media::Unusable;

/// The most pixels: a phone's photographs have 12 to 24 million.
const PIXELS_MAX: u64 = 40_000_000;
/// The most on one side: a long strip of a receipt has fewer.
const SIDE_MAX: u32 = 20_000;
/// The most memory of one decoder, beside the picture itself: 40 million pixels of four bytes fit.
const DECODER_BYTES_MAX: u64 = 200 * 1024 * 1024;
/// Print stays readable, and a picture that has been a JPEG before does not grow.
const JPEG_QUALITY: u8 = 85;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As JPEG.
    Jpeg,
    /// As PNG.
    Png,
}

/// The same picture in the same format, without anything but its pixels.
///
/// # Errors
/// [`Unusable::Pixels`] before anything is unpacked; [`Unusable::Broken`].
pub(super) fn rewritten(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>, Unusable> {
    let format = match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unusable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width).saturating_mul(u64::from(height)) > PIXELS_MAX {
        return Err(Unusable::Pixels);
    }
    // What cannot be read of the metadata says nothing about the pixels.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unusable)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    written(kind, &plain(kind, picture))
}

/// Eight bits a channel; without transparency where the format has none.
fn plain(kind: Kind, picture: DynamicImage) -> DynamicImage {
    let (grey, alpha) = (!picture.color().has_color(), picture.color().has_alpha());
    match (picture.color(), kind) {
        (ColorType::L8 | ColorType::Rgb8, _) | (ColorType::La8 | ColorType::Rgba8, Kind::Png) => picture,
        (_, Kind::Png) if alpha => picture.into_rgba8().into(),
        _ if grey => picture.into_luma8().into(),
        _ => picture.into_rgb8().into(),
    }
}

fn written(kind: Kind, picture: &DynamicImage) -> Result<Vec<u8>, Unusable> {
    let mut bytes = Vec::new();
    let done = match kind {
        Kind::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)),
        Kind::Png => picture.write_with_encoder(PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive)),
    };
    done.map_err(unusable).map(|()| bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(unusable)`")]
fn unusable(error: ImageError) -> Unusable {
    match error {
        ImageError::Limits(LimitError { .. }) => Unusable::Pixels,
        _ => Unusable::Broken,
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    /// EXIF as a phone writes it (Exif 2.3): held upright (orientation 6), and 34°41′ north of the equator.
    fn exif() -> Vec<u8> {
        let entry =
            |tag: u16, kind: u16, count: u32, value: [u8; 4]| [tag.to_be_bytes().as_slice(), &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat();
        let orientation = entry(0x0112, 3, 1, [0, 6, 0, 0]);
        let gps = entry(0x8825, 4, 1, 38_u32.to_be_bytes());
        let first = [&2_u16.to_be_bytes()[..], &orientation, &gps, &[0; 4]].concat();
        let latitude = [34_u32, 1, 41, 1, 0, 1].map(u32::to_be_bytes).concat();
        let place = [&2_u16.to_be_bytes()[..], &entry(1, 2, 2, *b"N\0\0\0"), &entry(2, 5, 3, 68_u32.to_be_bytes()), &[0; 4], &latitude].concat();
        [b"MM\0*".as_slice(), &8_u32.to_be_bytes(), &first, &place].concat()
    }

    /// Wider than high: red on the left, blue on the right.
    fn photograph() -> RgbImage {
        RgbImage::from_fn(64, 32, |x, _| if x < 32 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
    }

    fn jpeg() -> Vec<u8> {
        written(Kind::Jpeg, &photograph().into()).unwrap()
    }

    /// A JPEG with metadata, a comment and something behind its end.
    fn from_a_phone() -> Vec<u8> {
        let segment = |mark: u8, body: &[u8]| {
            let length = u16::try_from(body.len()).unwrap().saturating_add(2);
            [&[0xff, mark][..], &length.to_be_bytes(), body].concat()
        };
        let exif = segment(0xe1, &[b"Exif\0\0".as_slice(), &exif()].concat());
        let plain = jpeg();
        [&plain[..2], &exif, &segment(0xfe, "北区の自宅".as_bytes()), &plain[2..], b"PK\x03\x04 more"].concat()
    }

    fn holds(bytes: &[u8], text: &[u8]) -> bool {
        bytes.windows(text.len()).any(|window| window == text)
    }

    fn opened(bytes: &[u8]) -> DynamicImage {
        image::load_from_memory(bytes).unwrap()
    }

    #[test]
    fn where_and_with_what_a_photograph_was_taken_is_gone_and_it_stands_upright() {
        let taken = from_a_phone();
        let planted = ImageReader::with_format(Cursor::new(&taken), ImageFormat::Jpeg).into_decoder().unwrap().exif_metadata().unwrap();
        assert_eq!(planted, Some(exif()), "the control: what is planted can be read");
        let latitude = [34_u32, 1, 41, 1].map(u32::to_be_bytes).concat();
        assert!([latitude.as_slice(), b"Exif", "北区の自宅".as_bytes(), b"PK"].iter().all(|text| holds(&taken, text)));

        let kept = rewritten(Kind::Jpeg, &taken).unwrap();
        let left = ImageReader::with_format(Cursor::new(&kept), ImageFormat::Jpeg).into_decoder().unwrap().exif_metadata().unwrap();
        assert_eq!(left, None);
        assert!(![latitude.as_slice(), b"Exif", "北区の自宅".as_bytes(), b"PK"].iter().any(|text| holds(&kept, text)));
        let picture = opened(&kept).into_rgb8();
        assert_eq!(picture.dimensions(), (32, 64));
        let (top, bottom) = (picture.get_pixel(16, 8).0, picture.get_pixel(16, 56).0);
        assert!(top[0] > 180 && top[2] < 60 && bottom[2] > 180 && bottom[0] < 60, "{top:?} {bottom:?}");
    }

    #[test]
    fn a_screenshot_keeps_its_pixels_and_loses_its_texts() {
        let pixels = RgbaImage::from_fn(9, 7, |x, y| Rgba([u8::try_from(x * 20).unwrap(), u8::try_from(y * 20).unwrap(), 7, 200]));
        let plain = written(Kind::Png, &pixels.clone().into()).unwrap();
        let chunk = |kind: &[u8], body: &[u8]| {
            let named = [kind, body].concat();
            let crc = crc(&named);
            [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &named, &crc.to_be_bytes()].concat()
        };
        // Behind the header: 8 bytes of signature, 25 of IHDR.
        let taken = [&plain[..33], &chunk(b"eXIf", &exif()), &chunk(b"tEXt", b"Author\0Hanako"), &plain[33..]].concat();
        assert!(opened(&taken).into_rgba8() == pixels && holds(&taken, b"Hanako"));
        let kept = rewritten(Kind::Png, &taken).unwrap();
        assert!(!holds(&kept, b"Hanako") && !holds(&kept, b"eXIf") && !holds(&kept, b"MM\0*"));
        // EXIF in a PNG turns a picture too.
        assert!(opened(&kept).into_rgba8() == image::imageops::rotate90(&pixels));
    }

    #[test]
    fn what_is_kept_is_kept_the_same_when_it_is_written_again() {
        let once = rewritten(Kind::Png, &written(Kind::Png, &photograph().into()).unwrap()).unwrap();
        assert_eq!(rewritten(Kind::Png, &once).unwrap(), once);
        assert_eq!(rewritten(Kind::Jpeg, &jpeg()).unwrap(), rewritten(Kind::Jpeg, &jpeg()).unwrap());
    }

    #[test]
    fn a_picture_larger_than_a_camera_takes_is_refused_before_it_is_unpacked() {
        let small = written(Kind::Png, &photograph().into()).unwrap();
        for side in [6_400_u32, 30_000, u32::MAX / 2] {
            let header = [b"IHDR".as_slice(), &side.to_be_bytes(), &side.to_be_bytes(), &small[24..29]].concat();
            let bomb = [&small[..12], &header, &crc(&header).to_be_bytes(), &small[33..]].concat();
            let refused = rewritten(Kind::Png, &bomb);
            assert!(matches!(refused, Err(Unusable::Pixels | Unusable::Broken)), "{side}: {refused:?}");
            assert!(side > 30_000 || refused == Err(Unusable::Pixels), "{side}: {refused:?}");
        }
        let plain = jpeg();
        let frame = plain.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
        let mut bomb = plain.clone();
        bomb[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        assert_eq!(rewritten(Kind::Jpeg, &bomb), Err(Unusable::Pixels));
    }

    #[test]
    fn nothing_that_is_cut_off_or_garbled_breaks_more_than_its_own_file() {
        for (kind, whole) in [(Kind::Jpeg, from_a_phone()), (Kind::Png, written(Kind::Png, &photograph().into()).unwrap())] {
            for length in (0..whole.len()).step_by(7) {
                let _ = rewritten(kind, &whole[..length]);
            }
            for at in (2..whole.len()).step_by(5) {
                let mut garbled = whole.clone();
                garbled[at] ^= 0x5a;
                let _ = rewritten(kind, &garbled);
            }
        }
    }

    /// CRC-32 of PNG (ISO 3309), bit by bit.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }))
    }
}
