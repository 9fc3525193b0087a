//! A hold is given back, one or many: by the family, by the city, or because nobody came.

use super::{Hold, HoldState, NotCapturable, Release, repo};
use crate::actor::{Actor, Command};
use crate::books::{self, Event, Outcome, Refused};
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{AccountId, EntryId, FamilyId, Municipality};
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx};

/// A hold that is to be given back.
pub(super) struct Ending {
    pub(super) command: Command,
    pub(super) hold: AccountId,
    /// The entry that set it aside.
    pub(super) entry: EntryId,
}

/// When a hold ended that was to be given back.
pub(super) enum Ended {
    /// It was given back now.
    Now,
    /// It had ended before, in this way.
    Before(HoldState),
}

impl Ledger {
    /// The family takes back what it set aside. Idempotent.
    ///
    /// # Errors
    /// [`NotCapturable::Spent`] when the merchant has been paid, [`NotCapturable::Unknown`] when it is not this family's.
    pub async fn void(&self, municipality: Municipality, family: FamilyId, hold: AccountId) -> Result<(), Error<NotCapturable>> {
        let mut tx = self.pool.begin().await?;
        let hold = repo::find_hold_in_tx(&mut tx, municipality, repo::By::Id(hold)).await?;
        let hold = hold.filter(|hold| hold.family == family).ok_or(Error::Rejected(NotCapturable::Unknown))?;
        match hold.state {
            HoldState::Released { .. } => return Ok(()),
            HoldState::Captured { .. } => return Err(Error::Rejected(NotCapturable::Spent)),
            HoldState::Held => {}
        }
        let command = Command::new(Actor::Family(family), format!("void/{}", hold.id), &hold.id);
        match self.release_one_in_tx(&mut tx, municipality, command, &hold).await? {
            Ended::Now => Ok(tx.commit().await?),
            Ended::Before(HoldState::Released { .. }) => Ok(()),
            Ended::Before(_) => Err(Error::Rejected(NotCapturable::Spent)),
        }
    }

    /// Gives one hold back to those it came from, unless it has ended before.
    pub(super) async fn release_one_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: Command, hold: &Hold) -> Result<Ended, Failure> {
        let ending = Ending { command, hold: hold.id, entry: hold.entry };
        let ended = self.release_in_tx(tx, municipality, &[ending], Release::Voided).await?;
        ended.into_iter().next().ok_or_else(|| Failure::inconsistent("releases", "no outcome"))
    }

    /// Gives holds back, unless they have ended before; what has lapsed meanwhile returns to its budget. Returns when each ended, in their order.
    pub(super) async fn release_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, endings: &[Ending], why: Release) -> Result<Vec<Ended>, Failure> {
        let now = self.clock.now();
        let event = match why {
            Release::Voided => Event::Void,
            Release::Expired => Event::Expire,
        };
        let holds: Vec<_> = endings.iter().map(|ending| (ending.hold, ending.entry)).collect();
        let parts = repo::list_parts_of_holds_in_tx(tx, municipality, &holds).await?;
        let posting = |ending: &Ending| {
            let parts: Vec<_> = parts.get(&ending.hold).into_iter().flatten().map(|part| (part.transfer, part.lapsed_to(now))).collect();
            self.posting(municipality, ending.command.clone(), events::payment::release(event, tokyo_date(now), &parts))
        };
        let postings: Vec<_> = endings.iter().map(posting).collect();
        let (mut ended, mut released) = (Vec::new(), repo::Released { holds: Vec::new(), why, at: now });
        for (ending, outcome) in endings.iter().zip(books::repo::post_batch(tx, municipality, now, postings.iter()).await?) {
            ended.push(match outcome {
                Outcome::Posted(entry) => {
                    released.holds.push((ending.hold, entry));
                    Ended::Now
                }
                // Somebody was faster, and the code was used or taken back.
                Outcome::Replayed(_) | Outcome::Rejected(Refused::Short) => Ended::Before(ended_in_tx(tx, municipality, ending.hold).await?),
                Outcome::Rejected(other) => return Err(Failure::inconsistent("releases", other.to_string())),
            });
        }
        if !released.holds.is_empty() {
            repo::insert_releases_in_tx(tx, municipality, &released).await?;
        }
        Ok(ended)
    }
}

impl repo::PartOfHold {
    /// The budget it returns to, if its source has lapsed at `now`.
    pub(super) fn lapsed_to(&self, now: Instant) -> Option<AccountId> {
        self.lapses.filter(|&(_, at)| now >= at).map(|(budget, _)| budget)
    }
}

/// How a hold ended that holds nothing any more.
async fn ended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: AccountId) -> Result<HoldState, Failure> {
    let ended = repo::find_hold_in_tx(tx, municipality, repo::By::Id(hold)).await?.map(|hold| hold.state);
    let ended = ended.filter(|state| *state != HoldState::Held);
    ended.ok_or_else(|| Failure::inconsistent("holds", format!("{hold} holds nothing and has not ended")))
}
