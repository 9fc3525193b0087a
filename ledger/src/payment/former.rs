//! What somebody had set aside whose access has ended is given back.

use super::release::Ended;
use super::repo;
use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, Municipality};
use crate::time::Instant;

/// Holds of a family whose access has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Former {
    pub(crate) family: FamilyId,
    /// Those that draw on this child; all of them, where none is named.
    pub(crate) child: Option<ChildId>,
    /// Made up to here.
    pub(crate) until: Instant,
}

impl Ledger {
    /// Gives such holds back, each on its own; returns the number given back. Idempotent.
    pub(crate) async fn give_back_former(&self, municipality: Municipality, former: Former) -> Result<usize, Failure> {
        let mut tx = self.pool.begin().await?;
        let open = repo::list_open_of_family_in_tx(&mut tx, municipality, former).await?;
        tx.commit().await?;
        let mut given_back = 0_usize;
        for id in open {
            let mut tx = self.pool.begin().await?;
            let hold = repo::find_hold_in_tx(&mut tx, municipality, repo::By::Id(id)).await?;
            let hold = hold.ok_or_else(|| Failure::inconsistent("holds", format!("{id} is gone")))?;
            let command = Command::new(Actor::Job("guardians"), format!("guardians/{id}"), &id);
            if let Ended::Now = self.release_one_in_tx(&mut tx, municipality, command, &hold).await? {
                tx.commit().await?;
                given_back = given_back.saturating_add(1);
            }
        }
        Ok(given_back)
    }
}
