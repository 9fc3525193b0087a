//! Who is signed in: one mechanism, three principals (families, merchants' people, staff).
//!
//! A principal's own module decides whether a code signs in; this one counts refusals, writes sessions down and finds them again. It never says why
//! a code does not sign in. Only the digest of a token is stored. Refused attempts are counted by where they came from, so that nobody can try codes
//! for long; successful ones are never counted.
//!
//! Invariant: a token opens the door of its own kind of principal and no other.

mod attempts;
pub(crate) mod repo;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::code::Code;
use crate::digest;
use crate::entropy::Draw;
use crate::error::Failure;
use crate::ids::{FamilyId, PersonId, SessionId};
use crate::time::Instant;
use crate::token::CityToken;
use crate::token::Token;
use crate::{Ledger, Tx};

pub(crate) use attempts::Place;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// A family, on one of its phones.
    Family(FamilyId),
    /// One of a merchant's people.
    Person(PersonId),
    /// A member of the city's staff, by name.
    Staff(String),
}

/// How long sessions of one kind of principal last.
pub(crate) struct Lifetime {
    /// A session ends after this, used or not.
    life: TimeDelta,
    /// A session that is not used ends after this.
    pub(crate) idle: TimeDelta,
    /// How exactly the last use is kept: a write each time this has passed, not one a request.
    seen: TimeDelta,
}

/// A kind of principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Families.
    Family,
    /// Merchants' people.
    Person,
    /// Staff.
    Staff,
}

impl Kind {
    pub(crate) const fn lifetime(self) -> Lifetime {
        match self {
            // A family's last use is looked at once a day, when its guardians are.
            Self::Family => Lifetime { life: TimeDelta::days(180), idle: TimeDelta::days(60), seen: TimeDelta::zero() },
            Self::Person => Lifetime { life: TimeDelta::days(180), idle: TimeDelta::days(60), seen: TimeDelta::days(1) },
            // Overnight, and over the week at most.
            Self::Staff => Lifetime { life: TimeDelta::days(7), idle: TimeDelta::hours(12), seen: TimeDelta::minutes(5) },
        }
    }

    /// What tokens of this kind are drawn for.
    const fn purpose(self) -> &'static str {
        match self {
            Self::Family => "session",
            Self::Person => "person session",
            Self::Staff => "staff session",
        }
    }

    /// What refused attempts are counted as.
    const fn attempts(self) -> &'static str {
        match self {
            Self::Family => "sign_in",
            Self::Person => "person_sign_in",
            Self::Staff => "staff_sign_in",
        }
    }
}

impl Principal {
    const fn kind(&self) -> Kind {
        match self {
            Self::Family(_) => Kind::Family,
            Self::Person(_) => Kind::Person,
            Self::Staff(_) => Kind::Staff,
        }
    }
}

/// Somebody tries to sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The code; none if what was typed is no code at all.
    pub code: Option<Code>,
    /// Where the attempt comes from: an address.
    pub origin: String,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInRejected {
    /// The code does not sign in: mistyped, unknown, used up, or replaced by a newer one.
    #[error("この登録コードではサインインできません。")]
    Refused,
    /// Too many refusals from this place.
    #[error("試行回数が多すぎます。{seconds} 秒後にお試しください。")]
    TooMany {
        /// Until the window is over.
        seconds: u32,
    },
}

/// A session that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// When it signed in.
    pub signed_in_at: Instant,
    /// When it was last used, as exactly as sessions of its kind keep it.
    pub seen_at: Instant,
    /// It ends then, used or not.
    pub expires_at: Instant,
}

impl Session {
    /// The name of the session that this token opens.
    #[must_use]
    pub fn name(token: &CityToken) -> SessionId {
        Self::named(&token.sha256())
    }

    fn named(sha256: &[u8; 32]) -> SessionId {
        SessionId::new(Uuid::from_bytes(digest::first(sha256)))
    }
}

/// A session that was just opened.
pub(crate) struct Opened {
    /// Shown once.
    pub(crate) token: CityToken,
    /// The session ends then, used or not.
    pub(crate) expires_at: Instant,
}

/// What a token is drawn from: its command names one sign-in, and no other.
pub(crate) struct Seed {
    /// Such as the principal and the digest of a code that signs in once.
    pub(crate) command: String,
    /// 0, 1, 2 … where one command opens several.
    pub(crate) index: u64,
}

impl Seed {
    /// For a code that signs in once: its digest names the session.
    pub(crate) fn of_code(principal: &str, code: &[u8; 32]) -> Self {
        Self { command: format!("{principal}/{}", hex::encode(code)), index: 0 }
    }
}

impl Ledger {
    /// Opens a session for `principal`, which has shown that it may.
    pub(crate) async fn open_session_in_tx(&self, tx: &mut Tx<'_>, place: &Place, principal: &Principal, seed: &Seed) -> Result<Opened, Failure> {
        let kind = principal.kind();
        let command = format!("{}/{}", place.municipality, seed.command);
        let secret = Token::new(self.entropy.bits(Draw { command: &command, purpose: kind.purpose(), index: seed.index }));
        let opened = Opened { token: CityToken::new(place.municipality, secret), expires_at: place.now + kind.lifetime().life };
        repo::insert_in_tx(tx, principal, &opened, place.now).await?;
        Ok(opened)
    }

    /// Whose live session of this kind the token opens, and when it was last used.
    pub(crate) async fn find_session_in_tx(&self, tx: &mut Tx<'_>, kind: Kind, token: &CityToken) -> Result<Option<(Principal, Instant)>, Failure> {
        let now = self.clock.now();
        let found = repo::find_in_tx(tx, token, now, now - kind.lifetime().idle).await?;
        Ok(found.filter(|(principal, _)| principal.kind() == kind))
    }

    /// Writes down that a session is in use, once enough time has passed since it last was; whether it did.
    pub(crate) async fn keep_session_in_tx(&self, tx: &mut Tx<'_>, kind: Kind, token: &CityToken, seen_at: Instant) -> Result<bool, Failure> {
        let now = self.clock.now();
        let due = now - seen_at >= kind.lifetime().seen;
        if due {
            repo::mark_seen_in_tx(tx, token, now).await?;
        }
        Ok(due)
    }

    /// Signs out, whoever it is. Idempotent.
    pub async fn sign_out(&self, token: &CityToken) -> Result<(), Failure> {
        let mut tx = self.pool.begin().await?;
        repo::mark_ended_in_tx(&mut tx, token, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
