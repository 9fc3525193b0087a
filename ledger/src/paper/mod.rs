//! Paper for families without a phone: booklets of tickets, and cards.
//!
//! The money is set aside when the paper is printed or when somebody reserves: the desk never meets paper that is not covered. A ticket captures its
//! face at every merchant that is registered for what its kind names; a card captures what was reserved for it at one merchant. Both go through the
//! same door as a phone's code, by the same statements, and nothing on paper or behind it on the desk's way depends on who pays.
//!
//! What it never does: store a token (only digests), print who pays, or let a face, a place or an expiry follow from who pays. Invariant: a ticket is
//! one hold, and only the last edition of a booklet or card opens anything.

pub mod booklet;
pub mod card;
mod error;
pub mod kind;
mod repo;
mod validity;
mod verify;

pub use booklet::{Booklet, NewBooklet, PrintedBooklet, PrintedTicket};
pub use card::{Card, PrintedCard, Reservation, Reserve};
pub use error::Rejected;
pub use kind::BookletKind;
pub(crate) use verify::find_differences_in_tx;

use uuid::Uuid;

use crate::actor::{Actor, Command};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{FamilyId, Municipality};
use crate::people::Family;
use crate::time::Instant;
use crate::{Ledger, Tx};

/// How often a printed number is drawn again. Of 10⁸ numbers a million are taken at most: 16 misses in a row have a chance below 10⁻³².
const NUMBER_DRAWS_MAX: u64 = 16;

fn staff(command: &Command) -> Result<(), Error<Rejected>> {
    if matches!(command.actor, Actor::Staff(_)) { Ok(()) } else { Err(Error::Rejected(Rejected::NotStaff)) }
}

impl Ledger {
    /// Claims a command for what it makes or changes: `None`, and what it made before, when it was done already.
    async fn claim_paper_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, subject: Uuid) -> Result<Option<Uuid>, Error<Rejected>> {
        match idempotency::claim_in_tx(tx, municipality, command, subject, self.clock.now()).await? {
            Claim::New => Ok(None),
            Claim::Replayed(known) => Ok(Some(known)),
            Claim::Conflict => Err(Error::Rejected(Rejected::Conflict)),
        }
    }

    async fn family_of_paper_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Family, Error<Rejected>> {
        self.find_family_in_tx(tx, municipality, family).await?.ok_or(Error::Rejected(Rejected::UnknownFamily(family)))
    }

    /// Eight digits that nothing else on paper has in this city.
    async fn draw_paper_number_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, of: &str) -> Result<String, Failure> {
        for index in 0..NUMBER_DRAWS_MAX {
            let bits = self.entropy.bits(Draw { command: of, purpose: "paper number", index });
            let number = bits.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            let number = format!("{:08}", number.checked_rem(100_000_000).unwrap_or(0));
            if !repo::is_number_taken_in_tx(tx, municipality, &number).await? {
                return Ok(number);
            }
        }
        Err(Failure::inconsistent("booklets", "no number is left"))
    }

    /// Ends every booklet and card that a family was given up to an instant, and gives back what they hold; each in a database transaction of its own.
    pub(crate) async fn end_paper_of_family(&self, municipality: Municipality, family: FamilyId, until: Instant) -> Result<usize, Failure> {
        let mut tx = self.pool.begin().await?;
        let (booklets, cards) = repo::list_working_of_family_in_tx(&mut tx, municipality, family, until).await?;
        tx.commit().await?;
        let mut given_back = 0_usize;
        for booklet in booklets {
            given_back = given_back.saturating_add(self.end_former_booklet(municipality, booklet).await?);
        }
        for card in cards {
            given_back = given_back.saturating_add(self.end_former_card(municipality, card).await?);
        }
        Ok(given_back)
    }
}
