//! Families look for a class: by area, by kind, by name or reading.

mod repo;

use unicode_normalization::UnicodeNormalization as _;

use super::Listing;
use crate::Ledger;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};

/// What a family looks for. What is left out is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Ward or district.
    pub area: Option<String>,
    /// Service category: `cram_school`.
    pub category: Option<String>,
    /// Part of the name or of its reading, in hiragana or katakana.
    pub name: Option<String>,
}

/// Where a page begins: behind this reading and id.
pub type After = (String, MerchantId);

impl Ledger {
    /// The merchants where families may pay, by reading, from the one behind `after`, at most `limit`.
    pub async fn search_merchants(&self, municipality: Municipality, search: &Search, after: Option<After>, limit: i64) -> Result<Vec<Listing>, Failure> {
        let mut tx = self.pool.begin().await?;
        let name = search.name.as_deref().map(|name| (name.nfkc().collect(), katakana(name)));
        repo::list_in_tx(&mut tx, municipality, search, name, after, limit).await
    }
}

/// The same reading in full-width katakana.
fn katakana(text: &str) -> String {
    let letter = |letter: char| match letter {
        'ぁ'..='ゖ' => u32::from(letter).checked_add(0x60).and_then(char::from_u32).unwrap_or(letter),
        other => other,
    };
    text.nfkc().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_found_however_it_is_typed() {
        for typed in ["すいみんぐ", "スイミング", "ｽｲﾐﾝｸﾞ"] {
            assert_eq!(katakana(typed), "スイミング");
        }
        assert_eq!(katakana("ＡＢＣ塾"), "ABC塾");
    }
}
