//! Refused attempts, counted by where they came from, in fixed windows of time.

use super::{Kind, SignInRejected, repo};
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::time::Instant;
use crate::{Ledger, Tx};

/// Refusals are counted in windows of this many seconds …
const WINDOW_SECONDS: i64 = 15 * 60;
/// … and after so many of them nothing from that place is looked at until the window is over.
const REFUSED_MAX: i32 = 20;

/// Where an attempt comes from, and when.
pub(crate) struct Place {
    pub(crate) municipality: Municipality,
    /// The instant of the attempt.
    pub(crate) now: Instant,
    /// What is tried.
    pub(super) purpose: &'static str,
    /// Keyed digest of the address, which is personal data.
    pub(super) origin: [u8; 32],
    /// The first instant of the window that holds the attempt.
    pub(super) window_from: Instant,
    /// Seconds until the window is over.
    pub(crate) seconds_left: u32,
}

impl Ledger {
    /// The place of a sign-in of `kind` from `origin`.
    pub(crate) fn place(&self, municipality: Municipality, kind: Kind, origin: &str) -> Place {
        self.place_of(municipality, kind.attempts(), origin)
    }

    /// The place of something else that anybody may try.
    pub(crate) fn place_of(&self, municipality: Municipality, purpose: &'static str, origin: &str) -> Place {
        let now = self.clock.now();
        let (window_from, seconds_left) = window(now);
        Place { municipality, now, purpose, origin: self.vault.index(municipality, "origin", origin), window_from, seconds_left }
    }

    /// Whether attempts from this place are looked at.
    ///
    /// # Errors
    /// [`SignInRejected::TooMany`].
    pub(crate) async fn admit_in_tx(&self, tx: &mut Tx<'_>, place: &Place) -> Result<(), Error<SignInRejected>> {
        if repo::count_refused_in_tx(tx, place).await? >= REFUSED_MAX {
            return Err(Error::Rejected(SignInRejected::TooMany { seconds: place.seconds_left }));
        }
        Ok(())
    }

    /// Counts the refusal of an attempt, and answers it.
    pub(crate) async fn refuse(&self, mut tx: Tx<'_>, place: &Place) -> Result<SignInRejected, Failure> {
        repo::count_refusal_in_tx(&mut tx, place).await?;
        tx.commit().await?;
        Ok(SignInRejected::Refused)
    }
}

fn window(now: Instant) -> (Instant, u32) {
    let into = now.timestamp().rem_euclid(WINDOW_SECONDS);
    let from = Instant::from_timestamp(now.timestamp().saturating_sub(into), 0).unwrap_or(now);
    (from, u32::try_from(WINDOW_SECONDS.saturating_sub(into)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_every_quarter_of_an_hour() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(window(at("2026-05-20T03:14:59.5Z")), (at("2026-05-20T03:00:00Z"), 1));
        assert_eq!(window(at("2026-05-20T03:15:00Z")), (at("2026-05-20T03:15:00Z"), 900));
    }
}
