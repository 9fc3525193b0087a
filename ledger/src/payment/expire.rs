//! Holds whose time is over give their money back, some hundred in one database transaction.

use super::state::Release;
use super::{ended_in_tx, repo};
use crate::actor::{Actor, Command};
use crate::books::{self, Event, Outcome, Refused};
use crate::error::Failure;
use crate::events;
use crate::ids::{AccountId, EntryId, Municipality};
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx};

/// Holds that end in one database transaction.
const CHUNK: i64 = 500;

impl Ledger {
    /// Gives back every hold whose time is over; answers how many. Safe to repeat.
    pub async fn expire_holds(&self, municipality: Municipality) -> Result<usize, Failure> {
        let mut released: usize = 0;
        loop {
            let now = self.clock.now();
            let mut tx = self.pool.begin().await?;
            let expired = repo::list_expired_in_tx(&mut tx, municipality, now, CHUNK).await?;
            if expired.is_empty() {
                return Ok(released);
            }
            released = released.saturating_add(self.expire_in_tx(&mut tx, municipality, &expired, now).await?);
            tx.commit().await?;
        }
    }

    async fn expire_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, expired: &[(AccountId, EntryId)], now: Instant) -> Result<usize, Failure> {
        let parts = repo::list_parts_of_holds_in_tx(tx, municipality, expired).await?;
        let posting = |hold: &AccountId| {
            let parts: Vec<_> = parts.get(hold).into_iter().flatten().map(|part| (part.transfer, part.lapsed_to(now))).collect();
            let command = Command::new(Actor::Job("expire"), format!("expire/{hold}"), hold);
            self.posting(municipality, command, events::payment::release(Event::Expire, tokyo_date(now), &parts))
        };
        let postings: Vec<_> = expired.iter().map(|(hold, _)| posting(hold)).collect();
        let mut released = Vec::new();
        for ((hold, _), outcome) in expired.iter().zip(books::repo::post_batch(tx, municipality, now, postings.iter()).await?) {
            match outcome {
                Outcome::Posted(entry) => released.push((*hold, entry)),
                // Somebody was faster, and the code was used or taken back.
                Outcome::Replayed(_) | Outcome::Rejected(Refused::Short) => drop(ended_in_tx(tx, municipality, *hold).await?),
                Outcome::Rejected(other) => return Err(Failure::inconsistent("releases", other.to_string())),
            }
        }
        repo::insert_releases_in_tx(tx, municipality, &released, (Release::Expired, now)).await?;
        Ok(released.len())
    }
}
