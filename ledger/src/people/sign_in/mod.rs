//! Families that sign in: by the activation code of their letter, on up to ten phones.

mod change;
mod error;
mod repo;

pub use error::ChangeRejected;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, PgPool};

use crate::batch::{Claims, Work};
use crate::code::Code;
use crate::error::{Error, Failure};
use crate::ids::{ChildId, FamilyId, Municipality, SessionId};
use crate::session::{self, Kind, Principal, Seed, Session, SignIn, SignInRejected};
use crate::time::{Instant, tokyo_date};
use crate::token::CityToken;
use crate::{Ledger, Tx};

/// Phones of one family that are signed in at once; a further one ends the oldest.
const SESSIONS_MAX: i64 = 10;

/// What a family's session opens.
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

/// Families' sessions that are looked up together.
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
        let found = session::repo::list_families(connection, self.municipality, items, alive(now)).await?;
        let families: Vec<_> = found.iter().flatten().map(|(family, _)| *family).collect();
        let mut own: BTreeMap<FamilyId, BTreeSet<ChildId>> = BTreeMap::new();
        for (family, child) in self.ledger.child_ids_of_families(connection, self.municipality, &families, tokyo_date(now)).await? {
            own.entry(family).or_default().insert(child);
        }
        let opened = |(family, seen_at)| (Opened { family, children: own.get(&family).cloned().unwrap_or_default() }, seen_at);
        Ok(found.into_iter().map(|one| one.map(opened)).collect())
    }
}

/// Now, and since when a session must have been used to be alive.
fn alive(now: Instant) -> (Instant, Instant) {
    (now, now - Kind::Family.lifetime().idle)
}

impl Ledger {
    /// Signs a family in by its activation code.
    ///
    /// # Errors
    /// [`SignInRejected`]: one refusal whatever is wrong with the code; after many of them from one place, none of its attempts is looked at for a while.
    pub async fn sign_in(&self, municipality: Municipality, attempt: &SignIn) -> Result<SignedIn, Error<SignInRejected>> {
        let place = self.place(municipality, Kind::Family, &attempt.origin);
        let mut tx = self.pool.begin().await?;
        self.admit_in_tx(&mut tx, &place).await?;
        let family = match attempt.code.as_ref().map(Code::digest) {
            Some(digest) => self.find_family_to_let_in_in_tx(&mut tx, municipality, &digest).await?,
            None => None,
        };
        let Some(family) = family else { return Err(Error::Rejected(self.refuse(tx, &place).await?)) };
        repo::lock_family_in_tx(&mut tx, municipality, family).await?;
        // Two sign-ins at one instant get two tokens.
        let before = session::repo::count_of_family_in_tx(&mut tx, municipality, family).await?;
        let seed = Seed { command: format!("{family}/{}", place.now.timestamp_micros()), index: u64::try_from(before).unwrap_or(0) };
        let principal = Principal::Family(family);
        let session::Opened { token, expires_at } = self.open_session_in_tx(&mut tx, &place, &principal, &seed).await?;
        session::repo::end_oldest_in_tx(&mut tx, municipality, &principal, SESSIONS_MAX, place.now).await?;
        tx.commit().await?;
        Ok(SignedIn { family, token, expires_at })
    }

    /// The family whose letter holds the code with this digest; none if the letter went to somebody who raises none of its children any more.
    async fn find_family_to_let_in_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<FamilyId>, Failure> {
        let Some(family) = repo::find_family_in_tx(tx, municipality, digest).await? else { return Ok(None) };
        self.review_family_in_tx(tx, municipality, family).await?;
        repo::find_family_in_tx(tx, municipality, digest).await
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
        let still = self.find_session_in_tx(&mut tx, Kind::Family, token).await?;
        if let Some((_, seen_at)) = &still {
            self.keep_session_in_tx(&mut tx, Kind::Family, token, *seen_at).await?;
        }
        tx.commit().await?;
        Ok(still.map(|_| opened))
    }

    /// The phones of a family that are signed in, the newest first.
    pub async fn list_sessions(&self, municipality: Municipality, family: FamilyId) -> Result<Vec<Session>, Failure> {
        let mut tx = self.pool.begin().await?;
        session::repo::list_of_family_in_tx(&mut tx, municipality, family, alive(self.clock.now())).await
    }

    /// Signs one phone of a family out; whether there was one to sign out.
    pub async fn end_session(&self, municipality: Municipality, family: FamilyId, session: SessionId) -> Result<bool, Failure> {
        let mut tx = self.pool.begin().await?;
        let ended = session::repo::mark_one_ended_in_tx(&mut tx, municipality, (family, session), self.clock.now()).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends every session of a family: a letter was lost, or somebody may see it no more. Returns how many it ended. Idempotent.
    pub async fn end_sessions(&self, municipality: Municipality, family: FamilyId) -> Result<u64, Failure> {
        let mut tx = self.pool.begin().await?;
        let ended = session::repo::end_oldest_in_tx(&mut tx, municipality, &Principal::Family(family), 0, self.clock.now()).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
