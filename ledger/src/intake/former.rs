//! What somebody had set aside whose access has ended is given back: all of it, or what draws on the child that has gone; booklets and cards of the
//! household end.

use crate::Ledger;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::payment::Former;
use crate::people::guardianships;

/// Ended guardianships that are looked at in one database transaction.
const CHUNK: i64 = 5_000;

impl Ledger {
    /// Gives back what those had set aside whose access has ended; returns how many holds. Idempotent; goes on where a run before it broke off.
    pub async fn clear_former_access(&self, municipality: Municipality) -> Result<usize, Failure> {
        let mut given_back = 0_usize;
        loop {
            let mut tx = self.pool.begin().await?;
            let ended = guardianships::list_to_clear_in_tx(&mut tx, municipality, CHUNK).await?;
            tx.commit().await?;
            if ended.is_empty() {
                return Ok(given_back);
            }
            for ended in &ended {
                given_back = given_back.saturating_add(self.clear(municipality, ended).await?);
            }
        }
    }

    async fn clear(&self, municipality: Municipality, ended: &guardianships::Ended) -> Result<usize, Failure> {
        let mut tx = self.pool.begin().await?;
        let (child, guardian) = guardianships::find_what_ended_in_tx(&mut tx, municipality, ended).await?;
        tx.commit().await?;
        let given_back = match (guardian, child) {
            (true, _) => {
                let paper = self.end_paper_of_family(municipality, ended.family, ended.at).await?;
                paper.saturating_add(self.give_back_former(municipality, Former { family: ended.family, child: None, until: ended.at }).await?)
            }
            (false, true) => self.give_back_former(municipality, Former { family: ended.family, child: Some(ended.child), until: ended.at }).await?,
            (false, false) => 0,
        };
        let mut tx = self.pool.begin().await?;
        guardianships::mark_cleared_in_tx(&mut tx, municipality, ended, self.clock.now()).await?;
        tx.commit().await?;
        Ok(given_back)
    }
}
