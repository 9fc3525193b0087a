//! People of merchants who are signed in: by a one-time code, for as long as the session is used, while their merchant takes payments.
//!
//! What it never does: say why a code does not sign in.

use chrono::TimeDelta;

use super::{PersonRole, repo};
use crate::Ledger;
use crate::code::Code;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{MerchantId, Municipality, PersonId};
use crate::merchant::Token;
use crate::session::{REFUSED_MAX, SignIn, SignInRejected, repo as attempts, window};
use crate::time::Instant;
use crate::token::CityToken;

/// A session ends after this, used or not.
const LIFE: TimeDelta = TimeDelta::days(180);
/// A session that is not used ends after this.
const IDLE: TimeDelta = TimeDelta::days(60);
/// How exactly it is kept when a session was last used: a write a day, not one a request.
const SEEN: TimeDelta = TimeDelta::days(1);

/// Who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedInPerson {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub merchant: MerchantId,
    /// What they may do, now.
    pub role: PersonRole,
}

/// Somebody who has just signed in.
#[derive(Debug, Clone)]
pub struct PersonSignedIn {
    /// Who.
    pub who: SignedInPerson,
    /// Shown once.
    pub token: CityToken,
    /// The session ends then, used or not.
    pub expires_at: Instant,
}

impl Ledger {
    /// Signs somebody of a merchant in by their one-time code, which is used up.
    ///
    /// # Errors
    /// [`SignInRejected`]: one refusal whatever is wrong; after many of them from one place, none of its attempts is looked at for a while.
    pub async fn sign_in_person(&self, municipality: Municipality, attempt: &SignIn) -> Result<PersonSignedIn, Error<SignInRejected>> {
        let now = self.clock.now();
        let origin = self.vault.index(municipality, "origin", &attempt.origin);
        let place = ("person_sign_in", &origin);
        let (from, seconds) = window(now);
        let mut tx = self.pool.begin().await?;
        if attempts::count_refused_in_tx(&mut tx, municipality, place, from).await? >= REFUSED_MAX {
            return Err(Error::Rejected(SignInRejected::TooMany { seconds }));
        }
        let digest = attempt.code.as_ref().map(Code::digest);
        let used = match &digest {
            Some(digest) => repo::mark_code_used_in_tx(&mut tx, municipality, digest, now).await?,
            None => None,
        };
        let (Some(who), Some(digest)) = (used, digest) else {
            attempts::count_refusal_in_tx(&mut tx, municipality, place, from).await?;
            tx.commit().await?;
            return Err(Error::Rejected(SignInRejected::Refused));
        };
        let signed_in = PersonSignedIn { who, token: self.person_token(municipality, who.person, &digest), expires_at: now + LIFE };
        repo::insert_session_in_tx(&mut tx, &signed_in, now).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// A code signs in once, so that its digest names the session.
    fn person_token(&self, municipality: Municipality, person: PersonId, digest: &[u8; 32]) -> CityToken {
        let digits = digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let command = format!("{municipality}/{person}/{digits}");
        CityToken::new(municipality, Token::new(self.entropy.bits(Draw { command: &command, purpose: "person session", index: 0 })))
    }

    /// Who is signed in by this token, with the role that they have now. Nobody, while their merchant takes no payments.
    pub async fn find_person_session(&self, token: &CityToken) -> Result<Option<SignedInPerson>, Failure> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let Some((who, seen_at)) = repo::find_session_in_tx(&mut tx, token, now, now - IDLE).await? else { return Ok(None) };
        if now - seen_at >= SEEN {
            repo::mark_seen_in_tx(&mut tx, token, now).await?;
            tx.commit().await?;
        }
        Ok(Some(who))
    }

    /// Signs out. A token that opens nothing any more is fine.
    pub async fn sign_out_person(&self, token: &CityToken) -> Result<(), Failure> {
        let mut tx = self.pool.begin().await?;
        repo::mark_ended_in_tx(&mut tx, token, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
