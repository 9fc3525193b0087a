//! The schemes that ship with the program, and a city's own.

use super::Scheme;
use super::file::parse;
use super::reader::Problem;

/// The files that ship: id and text.
const SHIPPED: &[(&str, &str)] = &[
    ("osaka-juku", include_str!("../../schemes/osaka.toml")),
    ("fukuoka-naraigoto", include_str!("../../schemes/fukuoka.toml")),
    ("kumamoto-tashi", include_str!("../../schemes/kumamoto.toml")),
    ("kobe-tsugaku", include_str!("../../schemes/kobe.toml")),
];

/// Schemes by id.
#[derive(Debug, Clone)]
pub struct Catalog {
    schemes: Vec<Scheme>,
}

impl Catalog {
    /// The schemes that ship with the program.
    ///
    /// # Errors
    /// The problems of a shipped file: a test shows that there are none.
    pub fn shipped() -> Result<Self, Vec<Problem>> {
        let schemes: Result<Vec<_>, _> = SHIPPED.iter().map(|(_, text)| parse(text)).collect();
        schemes.map(|schemes| Self { schemes })
    }

    /// The text of the shipped file with this id.
    #[must_use]
    pub fn shipped_text(id: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
    }

    /// The ids of the shipped files.
    pub fn shipped_ids() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(id, _)| *id)
    }

    /// Adds a city's own scheme; one of the same id takes the place of the old one.
    #[must_use]
    pub fn with(mut self, scheme: Scheme) -> Self {
        self.schemes.retain(|known| known.id() != scheme.id());
        self.schemes.push(scheme);
        self
    }

    /// The scheme with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Scheme> {
        self.schemes.iter().find(|scheme| scheme.id() == id)
    }

    /// Every scheme.
    pub fn iter(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.iter()
    }
}
