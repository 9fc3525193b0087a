//! What booklets there are in a city. A kind says everything that could differ between two booklets but their number, their day and their tickets: so
//! a booklet that a scheme pays looks and works like one that a family pays.

use std::collections::BTreeSet;

use serde::Serialize;

use super::error::field;
use super::{Rejected, repo, staff};
use crate::Ledger;
use crate::actor::Command;
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::money::Yen;
use crate::payment::sources::Use;

/// The highest face: a booklet is no bank note.
const FACE_MAX: Yen = Yen::new(10_000);
const SERVICES_MAX: usize = 20;

/// A kind of booklet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookletKind {
    /// What staff call it.
    pub kind: String,
    /// What each ticket pays.
    pub face: Yen,
    /// What it is for: the expense that a merchant is registered for …
    pub expense: String,
    /// … in one of these service categories; in any where none is named.
    pub services: Vec<String>,
}

impl BookletKind {
    fn check(&self) -> Result<(), Rejected> {
        let word = |word: &String| {
            let sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '-' | '_');
            word.len() <= 40 && word.starts_with(|first: char| first.is_ascii_lowercase()) && word.chars().all(sign)
        };
        let once: BTreeSet<_> = self.services.iter().collect();
        match () {
            () if !word(&self.kind) => Err(Rejected::KindField(field::KIND)),
            () if !self.face.is_positive() || self.face > FACE_MAX => Err(Rejected::KindField(field::FACE)),
            () if !word(&self.expense) => Err(Rejected::KindField(field::EXPENSE)),
            () if once.len() != self.services.len() || once.len() > SERVICES_MAX || !self.services.iter().all(word) => {
                Err(Rejected::KindField(field::SERVICES))
            }
            () => Ok(()),
        }
    }

    /// What its tickets are for: on a day that is not known when they are printed.
    pub(super) fn use_of_tickets(&self) -> Use<'_> {
        Use { expense: &self.expense, services: &self.services, on: None }
    }
}

impl Ledger {
    /// The kinds of booklets of a city, by name.
    pub async fn list_booklet_kinds(&self, municipality: Municipality) -> Result<Vec<BookletKind>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_kinds_in_tx(&mut tx, municipality, None).await
    }

    /// Makes a kind of booklet. Idempotent.
    ///
    /// # Errors
    /// [`Rejected`]: a word or face that cannot be, a name that stands for another kind.
    pub async fn make_booklet_kind(&self, municipality: Municipality, command: &Command, kind: &BookletKind) -> Result<(), Error<Rejected>> {
        staff(command)?;
        kind.check().map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        repo::insert_kind_in_tx(&mut tx, municipality, kind, &self.act(command)).await?;
        if repo::list_kinds_in_tx(&mut tx, municipality, Some(&kind.kind)).await?.first() != Some(kind) {
            return Err(Error::Rejected(Rejected::KindTaken(kind.kind.clone())));
        }
        tx.commit().await?;
        Ok(())
    }
}
