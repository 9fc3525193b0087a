//! Families that are signed in: by the activation code of their letter, for as long as the session is used.
//!
//! What it never does: say why a code does not sign in. Only the digest of a token is stored. Refused attempts are counted by where they
//! came from, so that nobody can try codes for long; who is right is never counted.

mod change;
mod error;
pub(crate) mod repo;

pub use error::{ChangeRejected, SignInRejected};

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::batch::{Claims, Work};
use crate::code::Code;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{ChildId, FamilyId, Municipality, SessionId};
use crate::merchant::Token;
use crate::time::{Instant, tokyo_date};
use crate::token::CityToken;
use crate::{Ledger, Tx};

/// A session ends after this, used or not.
const LIFE: TimeDelta = TimeDelta::days(180);
/// A session that is not used ends after this.
const IDLE: TimeDelta = TimeDelta::days(60);
/// Phones of one family that are signed in at once; a further one ends the oldest.
const SESSIONS_MAX: i64 = 10;
/// Refusals are counted in windows of this many seconds …
const WINDOW_SECONDS: i64 = 15 * 60;
/// … and after so many of them nothing from that place is looked at until the window is over.
pub(crate) const REFUSED_MAX: i32 = 20;

/// Somebody tries to sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The activation code; none if what was typed is no code at all.
    pub code: Option<Code>,
    /// Where the attempt comes from: an address.
    pub origin: String,
}

/// A phone that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// When it signed in.
    pub signed_in_at: Instant,
    /// When it was last used, to the day.
    pub seen_at: Instant,
    /// It ends then, used or not.
    pub expires_at: Instant,
}

impl Session {
    /// The name of the phone that shows this token.
    #[must_use]
    pub fn name(token: &CityToken) -> SessionId {
        Self::named(&token.sha256())
    }

    fn named(digest: &[u8]) -> SessionId {
        let head: [u8; 16] = std::array::from_fn(|at| digest.get(at).copied().unwrap_or(0));
        SessionId::new(Uuid::from_bytes(head))
    }
}

/// What a session opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whose it is.
    pub family: FamilyId,
    /// The children that are its own today: who may spend for whom.
    pub children: BTreeSet<ChildId>,
}

/// A family that has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub family: FamilyId,
    /// Shown once.
    pub token: CityToken,
    /// The session ends then, used or not.
    pub expires_at: Instant,
}

/// Sessions that are looked up together.
pub struct Sessions {
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for Sessions {
    type Item = CityToken;
    type Answer = Option<(Opened, Instant)>;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&CityToken]) -> Result<Vec<Self::Answer>, Failure> {
        let now = self.ledger.clock.now();
        let found = repo::list(connection, self.municipality, items, now, now - IDLE).await?;
        let families: Vec<_> = found.iter().flatten().map(|(family, _)| *family).collect();
        let mut own: BTreeMap<FamilyId, BTreeSet<ChildId>> = BTreeMap::new();
        for (family, child) in self.ledger.child_ids_of_families(connection, self.municipality, &families, tokyo_date(now)).await? {
            own.entry(family).or_default().insert(child);
        }
        let opened = |(family, seen_at)| (Opened { family, children: own.get(&family).cloned().unwrap_or_default() }, seen_at);
        Ok(found.into_iter().map(|one| one.map(opened)).collect())
    }
}

impl Ledger {
    /// Signs a family in by its activation code.
    ///
    /// # Errors
    /// [`SignInRejected`]: one refusal whatever is wrong with the code; after many of them from one place, none of its attempts is looked at for a while.
    pub async fn sign_in(&self, municipality: Municipality, attempt: &SignIn) -> Result<SignedIn, Error<SignInRejected>> {
        let now = self.clock.now();
        let origin = self.vault.index(municipality, "origin", &attempt.origin);
        let window = window(now);
        let mut tx = self.pool.begin().await?;
        let refused = repo::count_refused_in_tx(&mut tx, municipality, ("sign_in", &origin), window.0).await?;
        if refused >= REFUSED_MAX {
            return Err(Error::Rejected(SignInRejected::TooMany { seconds: window.1 }));
        }
        let digest = attempt.code.as_ref().map(Code::digest);
        let family = match digest {
            Some(digest) => self.find_family_to_let_in_in_tx(&mut tx, municipality, &digest).await?,
            None => None,
        };
        let Some(family) = family else {
            repo::count_refusal_in_tx(&mut tx, municipality, ("sign_in", &origin), window.0).await?;
            tx.commit().await?;
            return Err(Error::Rejected(SignInRejected::Refused));
        };
        let count = repo::lock_and_count_in_tx(&mut tx, municipality, family).await?;
        let signed_in = SignedIn { family, token: self.session_token(municipality, family, now, count), expires_at: now + LIFE };
        repo::insert_in_tx(&mut tx, municipality, &signed_in, now).await?;
        repo::end_oldest_in_tx(&mut tx, municipality, family, SESSIONS_MAX, now).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// The family whose letter holds the code with this digest; none if the letter went to somebody who raises none of its children any more.
    async fn find_family_to_let_in_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<FamilyId>, Failure> {
        let Some(family) = repo::find_family_in_tx(tx, municipality, digest).await? else { return Ok(None) };
        self.review_family_in_tx(tx, municipality, family).await?;
        repo::find_family_in_tx(tx, municipality, digest).await
    }

    /// `count` sessions were there before: two sign-ins at one instant get two tokens.
    fn session_token(&self, municipality: Municipality, family: FamilyId, now: Instant, count: i64) -> CityToken {
        let command = format!("{municipality}/{family}/{}", now.timestamp_micros());
        let index = u64::try_from(count).unwrap_or(0);
        CityToken::new(municipality, Token::new(self.entropy.bits(Draw { command: &command, purpose: "session", index })))
    }

    /// What this token opens: the family that is signed in by it.
    pub async fn find_session(&self, token: &CityToken) -> Result<Option<Opened>, Failure> {
        let now = self.clock.now();
        let work = || Sessions { ledger: self.clone(), municipality: token.municipality() };
        let found = self.together.sessions.ask(token.municipality(), work, token.clone(), Claims::default()).await??;
        let Some((opened, seen_at)) = found else { return Ok(None) };
        if tokyo_date(seen_at) >= tokyo_date(now) {
            return Ok(Some(opened));
        }
        let mut tx = self.pool.begin().await?;
        // The first request of a day: who raises the children may be another one since midnight.
        self.review_family_in_tx(&mut tx, token.municipality(), opened.family).await?;
        let still = repo::find_in_tx(&mut tx, token, now, now - IDLE).await?;
        if still.is_some() {
            repo::mark_seen_in_tx(&mut tx, token, now).await?;
        }
        tx.commit().await?;
        Ok(still.map(|_| opened))
    }

    /// Signs out. A token that opens nothing any more is fine.
    pub async fn sign_out(&self, token: &CityToken) -> Result<(), Failure> {
        let mut tx = self.pool.begin().await?;
        repo::mark_ended_in_tx(&mut tx, token, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The phones of a family that are signed in, the newest first.
    pub async fn list_sessions(&self, municipality: Municipality, family: FamilyId) -> Result<Vec<Session>, Failure> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, family, (now, now - IDLE)).await
    }

    /// Signs one phone of a family out; whether there was one to sign out.
    pub async fn end_session(&self, municipality: Municipality, family: FamilyId, session: SessionId) -> Result<bool, Failure> {
        let mut tx = self.pool.begin().await?;
        let ended = repo::mark_one_ended_in_tx(&mut tx, municipality, (family, session), self.clock.now()).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends every session of a family: a letter was lost, or somebody may see it no more. Answers how many.
    pub async fn end_sessions(&self, municipality: Municipality, family: FamilyId) -> Result<u64, Failure> {
        let mut tx = self.pool.begin().await?;
        let ended = repo::end_oldest_in_tx(&mut tx, municipality, family, 0, self.clock.now()).await?;
        tx.commit().await?;
        Ok(ended)
    }
}

/// The window of time that holds `now`: its first instant, and the seconds until it is over.
pub(crate) fn window(now: Instant) -> (Instant, u32) {
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
