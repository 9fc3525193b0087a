//! Pictures of what families show: nothing can be read on them, and no two are the same.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use crate::rehearse::dice::Dice;

/// What they are sent as.
pub(super) const KIND: &str = "image/png";
const WIDTH: u32 = 48;
const HEIGHT: u32 = 32;

/// A card of coloured stripes, for what it shows and whose it is.
pub(super) fn picture(dice: &Dice, (kind, number): (&str, u64)) -> anyhow::Result<Vec<u8>> {
    let what = if kind == "pass_face" { "pass" } else { "paper" };
    let shade = |stripe: u32, channel: u64| {
        let name = number.saturating_mul(1_000).saturating_add(u64::from(stripe).saturating_mul(10)).saturating_add(channel);
        u8::try_from(dice.below(what, name, 256)).unwrap_or(0)
    };
    let stripes: Vec<_> = (0..8).map(|stripe| Rgb([shade(stripe, 0), shade(stripe, 1), shade(stripe, 2)])).collect();
    let stripe = |x: u32| usize::try_from(x.checked_div(WIDTH / 8).unwrap_or(0)).unwrap_or(0);
    let card = RgbImage::from_fn(WIDTH, HEIGHT, |x, _| stripes.get(stripe(x)).copied().unwrap_or(Rgb([255; 3])));
    let mut bytes = Cursor::new(Vec::new());
    card.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
