//! Official numbers and their check digits (standards §6.5).
//!
//! A right check digit proves no registration. 個人番号 (My Number) is known here only to be kept out: nothing in this program stores or shows one.

pub mod corporate;
pub mod local_government;
pub mod my_number;

/// The digits of a text that is exactly `N` ASCII digits.
fn digits<const N: usize>(text: &str) -> Option<[u32; N]> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(10)).collect();
    digits?.try_into().ok()
}

/// Σ digit × weight.
fn weighted(digits: &[u32], weights: impl IntoIterator<Item = u32>) -> u32 {
    digits.iter().zip(weights).fold(0, |sum, (digit, weight)| sum.saturating_add(digit.saturating_mul(weight)))
}
