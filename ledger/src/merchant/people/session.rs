//! People of merchants who are signed in: by a one-time code, for as long as the session is used, while their merchant takes payments.
//!
//! What it never does: say why a code does not sign in.

use super::{PersonRole, repo};
use crate::Ledger;
use crate::code::Code;
use crate::error::{Error, Failure};
use crate::ids::{MerchantId, Municipality, PersonId};
use crate::session::{self, Kind, Principal, Seed, SignIn, SignInRejected};
use crate::time::Instant;
use crate::token::CityToken;

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
        let place = self.place(municipality, Kind::Person, &attempt.origin);
        let mut tx = self.pool.begin().await?;
        self.admit_in_tx(&mut tx, &place).await?;
        let digest = attempt.code.as_ref().map(Code::digest);
        let used = match &digest {
            Some(digest) => repo::mark_code_used_in_tx(&mut tx, municipality, digest, place.now).await?,
            None => None,
        };
        let (Some(who), Some(digest)) = (used, digest) else { return Err(Error::Rejected(self.refuse(tx, &place).await?)) };
        let seed = Seed::of_code(&who.person.to_string(), &digest);
        let session::Opened { token, expires_at } = self.open_session_in_tx(&mut tx, &place, &Principal::Person(who.person), &seed).await?;
        tx.commit().await?;
        Ok(PersonSignedIn { who, token, expires_at })
    }

    /// Who is signed in by this token, with the role that they have now. Nobody, once they are removed or while their merchant takes no payments.
    pub async fn find_person_session(&self, token: &CityToken) -> Result<Option<SignedInPerson>, Failure> {
        let mut tx = self.pool.begin().await?;
        let Some((Principal::Person(person), seen_at)) = self.find_session_in_tx(&mut tx, Kind::Person, token).await? else { return Ok(None) };
        let Some(who) = repo::find_at_work_in_tx(&mut tx, token.municipality(), person).await? else { return Ok(None) };
        if self.keep_session_in_tx(&mut tx, Kind::Person, token, seen_at).await? {
            tx.commit().await?;
        }
        Ok(Some(who))
    }
}
