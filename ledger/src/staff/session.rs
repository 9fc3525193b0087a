//! Staff who are signed in: by a one-time code, for a working week at most, while the session is used.
//!
//! What it never does: say whether name or code was wrong, or whether there is such a person.

use chrono::TimeDelta;

use super::{Action, Asked, Door, Member, repo};
use crate::Ledger;
use crate::code::Code;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::merchant::Token;
use crate::session::{REFUSED_MAX, SignInRejected, repo as attempts, window};
use crate::time::Instant;
use crate::token::CityToken;

/// A session ends after this, used or not.
const LIFE: TimeDelta = TimeDelta::days(7);
/// A session that is not used ends after this: overnight.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// How exactly it is kept when a session was last used.
const SEEN: TimeDelta = TimeDelta::minutes(5);

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
        let now = self.clock.now();
        let origin = self.vault.index(municipality, "origin", &attempt.origin);
        let place = ("staff_sign_in", &origin);
        let (from, seconds) = window(now);
        let mut tx = self.pool.begin().await?;
        if attempts::count_refused_in_tx(&mut tx, municipality, place, from).await? >= REFUSED_MAX {
            return Err(Error::Rejected(SignInRejected::TooMany { seconds }));
        }
        let digest = attempt.code.as_ref().map(Code::digest);
        let used = match &digest {
            Some(digest) => repo::members::mark_code_used_in_tx(&mut tx, municipality, (&attempt.name, digest), now).await?,
            None => None,
        };
        let (Some(member), Some(digest)) = (used, digest) else {
            attempts::count_refusal_in_tx(&mut tx, municipality, place, from).await?;
            tx.commit().await?;
            return Err(Error::Rejected(SignInRejected::Refused));
        };
        let token = self.staff_token(municipality, &member.name, &digest);
        let signed_in = StaffSignedIn { token, expires_at: now + LIFE, member };
        repo::sessions::insert_in_tx(&mut tx, &signed_in, now).await?;
        let asked = Asked { request_id: attempt.request_id.clone(), ..Asked::new(Action::SignIn, Door::Api) };
        self.write_down_done_in_tx(&mut tx, &signed_in.member, asked).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// A code signs in once, so that its digest names the session.
    fn staff_token(&self, municipality: Municipality, name: &str, digest: &[u8; 32]) -> CityToken {
        let digits = digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let command = format!("{municipality}/staff:{name}/{digits}");
        CityToken::new(municipality, Token::new(self.entropy.bits(Draw { command: &command, purpose: "staff session", index: 0 })))
    }

    /// Who is signed in by this token, with the roles that they have now.
    pub async fn find_staff_session(&self, token: &CityToken) -> Result<Option<Member>, Failure> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let Some((member, seen_at)) = repo::sessions::find_in_tx(&mut tx, token, now, now - IDLE).await? else { return Ok(None) };
        if now - seen_at >= SEEN {
            repo::sessions::mark_seen_in_tx(&mut tx, token, now).await?;
            tx.commit().await?;
        }
        Ok(Some(member))
    }

    /// Signs out. A token that opens nothing any more is fine.
    pub async fn sign_out_staff(&self, token: &CityToken) -> Result<(), Failure> {
        let mut tx = self.pool.begin().await?;
        repo::sessions::mark_ended_in_tx(&mut tx, token, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
