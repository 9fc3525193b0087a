//! A family takes another activation code, on a phone that is signed in and by who knows the code in force.

use super::{ChangeRejected, REFUSED_MAX, SignIn, repo, window};
use crate::Ledger;
use crate::actor::Command;
use crate::code::Code;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{FamilyId, Municipality};
use crate::token::CityToken;

impl Ledger {
    /// A family that knows its activation code takes another one: the old letter is dead at once, and every other phone is signed out. The same command
    /// again: the same code again.
    ///
    /// # Errors
    /// [`ChangeRejected`]: the code is not the one in force; after many of these from one place, none of its attempts is looked at for a while.
    pub async fn change_activation_code(
        &self,
        municipality: Municipality,
        command: &Command,
        (family, token): (FamilyId, &CityToken),
        attempt: &SignIn,
    ) -> Result<Code, Error<ChangeRejected>> {
        let now = self.clock.now();
        let origin = self.vault.index(municipality, "origin", &attempt.origin);
        let window = window(now);
        let mut tx = self.pool.begin().await?;
        if repo::count_refused_in_tx(&mut tx, municipality, ("sign_in", &origin), window.0).await? >= REFUSED_MAX {
            return Err(Error::Rejected(ChangeRejected::TooMany { seconds: window.1 }));
        }
        match idempotency::claim_in_tx(&mut tx, municipality, command, family.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(ChangeRejected::Conflict)),
            Claim::Replayed(_) => {
                drop(tx);
                let code = self.activation_code(municipality, family).await?;
                return code.ok_or_else(|| Failure::inconsistent("families", format!("{family} is gone")).into());
            }
            Claim::New => {}
        }
        let known = match attempt.code.as_ref().map(Code::digest) {
            Some(digest) => repo::find_family_in_tx(&mut tx, municipality, &digest).await?,
            None => None,
        };
        if known != Some(family) {
            drop(tx);
            let mut tx = self.pool.begin().await?;
            repo::count_refusal_in_tx(&mut tx, municipality, ("sign_in", &origin), window.0).await?;
            tx.commit().await?;
            return Err(Error::Rejected(ChangeRejected::Refused));
        }
        let code = self.renew_activation_in_tx(&mut tx, municipality, family).await?;
        let code = code.ok_or_else(|| Failure::inconsistent("families", format!("{family} is gone")))?;
        repo::end_others_in_tx(&mut tx, municipality, (family, token), now).await?;
        tx.commit().await?;
        Ok(code)
    }
}
