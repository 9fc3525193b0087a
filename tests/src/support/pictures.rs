//! Files as families hand them in: real ones, small, and each different by its number.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// A photograph.
#[must_use]
pub fn photograph(number: u8) -> Vec<u8> {
    picture(number, ImageFormat::Jpeg)
}

/// A picture of a screen.
#[must_use]
pub fn screenshot(number: u8) -> Vec<u8> {
    picture(number, ImageFormat::Png)
}

/// A document of one empty page.
#[must_use]
pub fn document(number: u8) -> Vec<u8> {
    document_with(&format!("/Number {number}"))
}

/// The same with this in its catalogue.
#[must_use]
pub fn document_with(entry: &str) -> Vec<u8> {
    let body = format!("%PDF-1.4\n1 0 obj\n<< /Type /Catalog {entry} >>\nendobj\n");
    let place = body.len();
    format!("{body}xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\nstartxref\n{place}\n%%EOF\n").into_bytes()
}

fn picture(number: u8, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(16, 16, Rgb([number.wrapping_mul(20), 255 - number, 128])).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// Whether two pictures show the same, but for what JPEG loses.
#[must_use]
pub fn look_alike(one: &[u8], other: &[u8]) -> bool {
    let opened = |bytes| image::load_from_memory(bytes).expect("a picture").into_rgb8();
    let (one, other) = (opened(one), opened(other));
    one.dimensions() == other.dimensions() && one.as_raw().iter().zip(other.as_raw()).all(|(one, other)| one.abs_diff(*other) < 4)
}
