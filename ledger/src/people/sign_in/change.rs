//! A family takes another activation code, on a phone that is signed in and by who knows the code in force.

use super::{ChangeRejected, repo};
use crate::Ledger;
use crate::actor::Command;
use crate::code::Code;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{FamilyId, Municipality};
use crate::session::{self, Kind, SignIn};
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
        let place = self.place(municipality, Kind::Family, &attempt.origin);
        let mut tx = self.pool.begin().await?;
        self.admit_in_tx(&mut tx, &place).await.map_err(|error| error.map(ChangeRejected::from))?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, family.uuid(), place.now).await? {
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
            let refused = self.refuse(self.pool.begin().await?, &place).await?;
            return Err(Error::Rejected(refused.into()));
        }
        let code = self.renew_activation_in_tx(&mut tx, municipality, family).await?;
        let code = code.ok_or_else(|| Failure::inconsistent("families", format!("{family} is gone")))?;
        session::repo::end_others_in_tx(&mut tx, municipality, (family, token), place.now).await?;
        tx.commit().await?;
        Ok(code)
    }
}
