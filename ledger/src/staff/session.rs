//! Staff who are signed in: by a one-time code, for a working week at most, while the session is used.
//!
//! What it never does: say whether name or code was wrong, or whether there is such a person.

use super::{Action, Asked, Door, Member, repo};
use crate::Ledger;
use crate::code::Code;
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::session::{self, Kind, Principal, Seed, SignInRejected};
use crate::time::Instant;
use crate::token::CityToken;

/// Somebody tries to sign in.
#[derive(Debug, Clone)]
pub struct StaffSignIn {
    /// Who they say they are.
    pub name: String,
    /// The code; none if what was typed is no code at all.
    pub code: Option<Code>,
    /// Where the attempt comes from: an address.
    pub origin: String,
    /// The request, as the log names it.
    pub request_id: Option<String>,
}

/// Somebody who has just signed in.
#[derive(Debug, Clone)]
pub struct StaffSignedIn {
    /// Who.
    pub member: Member,
    /// Shown once.
    pub token: CityToken,
    /// The session ends then, used or not.
    pub expires_at: Instant,
}

impl Ledger {
    /// Signs somebody in by their one-time code, which is used up.
    ///
    /// # Errors
    /// [`SignInRejected`]: one refusal whatever is wrong; after many of them from one place, none of its attempts is looked at for a while.
    pub async fn sign_in_staff(&self, municipality: Municipality, attempt: &StaffSignIn) -> Result<StaffSignedIn, Error<SignInRejected>> {
        let place = self.place(municipality, Kind::Staff, &attempt.origin);
        let mut tx = self.pool.begin().await?;
        self.admit_in_tx(&mut tx, &place).await?;
        let digest = attempt.code.as_ref().map(Code::digest);
        let used = match &digest {
            Some(digest) => repo::members::mark_code_used_in_tx(&mut tx, municipality, (&attempt.name, digest), place.now).await?,
            None => None,
        };
        let (Some(member), Some(digest)) = (used, digest) else { return Err(Error::Rejected(self.refuse(tx, &place).await?)) };
        let seed = Seed::of_code(&format!("staff:{}", member.name), &digest);
        let session::Opened { token, expires_at } = self.open_session_in_tx(&mut tx, &place, &Principal::Staff(member.name.clone()), &seed).await?;
        let asked = Asked { request_id: attempt.request_id.clone(), ..Asked::new(Action::SignIn, Door::Api) };
        self.write_down_done_in_tx(&mut tx, &member, asked).await?;
        tx.commit().await?;
        Ok(StaffSignedIn { member, token, expires_at })
    }

    /// Who is signed in by this token, with the roles that they have now. Nobody, once they are suspended.
    pub async fn find_staff_session(&self, token: &CityToken) -> Result<Option<Member>, Failure> {
        let mut tx = self.pool.begin().await?;
        let Some((Principal::Staff(name), seen_at)) = self.find_session_in_tx(&mut tx, Kind::Staff, token).await? else { return Ok(None) };
        let member = repo::members::find_in_tx(&mut tx, token.municipality(), &name).await?;
        let Some(member) = member.filter(|member| member.active) else { return Ok(None) };
        if self.keep_session_in_tx(&mut tx, Kind::Staff, token, seen_at).await? {
            tx.commit().await?;
        }
        Ok(Some(member))
    }
}
