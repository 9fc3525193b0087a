//! Payments: money is set aside first, then a code exists, then the desk captures it or it goes back.
//!
//! Nothing on the desk's way depends on who pays: a capture is one transfer, and every refusal is for the family and the city only.

use serde::Serialize;

use crate::actor::{Actor, Command};
use crate::batch::Busy;
use crate::books::{self, Event, Outcome, Refused};
use crate::code::{Code, CodeKind};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{AccountId, FamilyId, InvoiceId, MerchantId, Municipality, ReceiptId, TerminalId};
use crate::money::Yen;
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx};

pub(crate) mod aside;
mod capture;
mod error;
mod expire;
mod former;
pub mod history;
mod hold;
mod home;
pub mod invoice;
pub mod notice;
pub mod receipts;
pub mod refund;
mod repo;
pub mod sources;
pub mod split;
pub mod state;
mod usable;
mod verify;

pub use capture::Captures;
pub use error::{CaptureRejected, HoldRejected, NotCapturable};
pub use hold::{HoldPayment, Holds};
pub(crate) use verify::find_differences_in_tx;

pub use state::{Hold, HoldState, Release};
pub use usable::Usable;

/// A hold as it is written down.
#[derive(Debug, Clone)]
struct NewHold {
    id: AccountId,
    family: FamilyId,
    merchant: Option<MerchantId>,
    services: Option<Vec<String>>,
    invoice: Option<InvoiceId>,
    expense: String,
    service: Option<String>,
    amount: Yen,
    digest: [u8; 32],
    held_at: Instant,
    expires_at: Instant,
}

/// A paid redemption, as the merchant may know it: nothing in it depends on who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub id: ReceiptId,
    /// Who was paid.
    pub merchant: MerchantId,
    /// At which desk; none when a bill is paid from home.
    pub terminal: Option<TerminalId>,
    /// The bill, where there is one.
    pub invoice: Option<InvoiceId>,
    /// The whole price.
    pub amount: Yen,
    /// What was paid for.
    pub expense: String,
    /// When.
    pub captured_at: Instant,
}

/// What a desk asks.
#[derive(Debug, Clone, Serialize)]
pub struct Capture {
    /// The merchant, as its credential says.
    pub merchant: MerchantId,
    /// The desk; none when the family pays a bill from home.
    pub terminal: Option<TerminalId>,
    /// The price.
    pub amount: Yen,
}

/// When a hold ended that was to be given back.
enum Ended {
    /// It was given back now.
    Now,
    /// It had ended before, in this way.
    Before(HoldState),
}

impl Ledger {
    /// Captures what a code has set aside: one entry, one transfer, one receipt.
    pub async fn capture(&self, municipality: Municipality, key: &str, code: &Code, asked: &Capture) -> Result<Receipt, Error<CaptureRejected>> {
        let command = Command::new(Actor::Merchant(asked.merchant), key, &(code.digest(), asked));
        let digest = aside::held_under(code, asked.merchant, asked.amount);
        let item = capture::Asked { command, digest, capture: asked.clone() };
        let claims = item.claims();
        let work = || Captures { ledger: self.clone(), municipality };
        match self.together.captures.ask(municipality, work, item, claims).await {
            Ok(answer) => answer?.map_err(Error::Rejected),
            Err(Busy) => Err(Error::Rejected(CaptureRejected::Busy)),
        }
    }

    /// What a code has set aside for a merchant: for a desk that scans and types no amount. None for whatever does not pay there, and for a card, which
    /// only an amount opens.
    pub async fn amount_of_code(&self, municipality: Municipality, merchant: MerchantId, code: &Code) -> Result<Option<Yen>, Failure> {
        let mut tx = self.pool.begin().await?;
        let hold = repo::find_hold_in_tx(&mut tx, municipality, repo::By::Code(&code.digest(), merchant)).await?;
        Ok(hold.filter(|hold| hold.merchant == Some(merchant)).map(|hold| hold.amount))
    }

    /// Captures a hold within a database transaction: for a desk, or for a bill that is paid from home.
    async fn capture_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: Command,
        hold: &Hold,
        asked: &Capture,
    ) -> Result<Receipt, Error<CaptureRejected>> {
        if let Some(known) = books::repo::find_command_in_tx(tx, municipality, &command).await? {
            return self.captured_before(tx, municipality, known).await;
        }
        let now = self.clock.now();
        hold.capturable(asked.merchant, asked.amount, now).map_err(rejected)?;

        let draw = Draw { command: &command.scope(municipality), purpose: "receipt", index: 0 };
        let receipt = Receipt {
            id: ReceiptId::new(self.entropy.uuid(draw, now)),
            merchant: asked.merchant,
            terminal: asked.terminal,
            invoice: hold.invoice,
            amount: hold.amount,
            expense: hold.expense.clone(),
            captured_at: now,
        };
        let draft = events::payment::capture(hold.id, asked.merchant, hold.amount, tokyo_date(now));
        match self.post_in_tx(tx, municipality, &self.posting(municipality, command, draft)).await? {
            Outcome::Posted(entry) if repo::insert_capture_in_tx(tx, municipality, hold.id, entry, &receipt).await? => {}
            known @ Outcome::Replayed(_) => return self.captured_before(tx, municipality, known).await,
            // Posted, but another code paid the bill: with this answer the caller rolls the posting back.
            Outcome::Posted(_) => return Err(rejected(NotCapturable::Spent)),
            Outcome::Rejected(why) => return Err(Error::Rejected(capture::rejected(why)?)),
        }
        Ok(receipt)
    }

    async fn captured_before(&self, tx: &mut Tx<'_>, municipality: Municipality, known: Outcome) -> Result<Receipt, Error<CaptureRejected>> {
        match known {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => {
                let receipt = repo::find_receipt_in_tx(tx, municipality, entry).await?;
                receipt.ok_or_else(|| Failure::inconsistent("captures", format!("{entry} has no receipt")).into())
            }
            Outcome::Rejected(_) => Err(Error::Rejected(CaptureRejected::Conflict)),
        }
    }

    /// The family takes back what it set aside. Taken back already: the same answer again.
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
        match self.release_in_tx(&mut tx, municipality, command, &hold, Release::Voided).await? {
            Ended::Now => Ok(tx.commit().await?),
            Ended::Before(HoldState::Released { .. }) => Ok(()),
            Ended::Before(_) => Err(Error::Rejected(NotCapturable::Spent)),
        }
    }

    /// Gives a hold back, unless it has ended before.
    async fn release_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: Command, hold: &Hold, why: Release) -> Result<Ended, Failure> {
        let now = self.clock.now();
        let event = match why {
            Release::Voided => Event::Void,
            Release::Expired => Event::Expire,
        };
        let parts = repo::list_parts_in_tx(tx, municipality, hold).await?;
        let parts: Vec<_> = parts.iter().map(|part| (part.transfer, part.lapsed_to(now))).collect();
        let draft = events::payment::release(event, tokyo_date(now), &parts);
        match self.post_in_tx(tx, municipality, &self.posting(municipality, command, draft)).await? {
            Outcome::Posted(entry) => {
                repo::insert_releases_in_tx(tx, municipality, &[(hold.id, entry)], (why, now)).await?;
                Ok(Ended::Now)
            }
            Outcome::Replayed(_) | Outcome::Rejected(Refused::Short) => Ok(Ended::Before(ended_in_tx(tx, municipality, hold.id).await?)),
            Outcome::Rejected(other) => Err(Failure::inconsistent("releases", other.to_string())),
        }
    }

    /// The code of a hold: drawn again whenever it is needed, for only its hash is stored.
    fn code_of(&self, hold: AccountId) -> Code {
        Code::new(CodeKind::OneTime, self.entropy.code_bits(Draw { command: &hold.to_string(), purpose: "code", index: 0 }))
    }

    /// A merchant's receipts of some days (first and last, inclusive), in the merchant's own order.
    pub async fn receipts(
        &self,
        municipality: Municipality,
        merchant: MerchantId,
        days: (chrono::NaiveDate, chrono::NaiveDate),
    ) -> Result<Vec<Receipt>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_receipts_in_tx(&mut tx, municipality, merchant, days).await
    }
}

impl repo::PartOfHold {
    /// The budget it returns to, if its source has lapsed at `now`.
    fn lapsed_to(&self, now: Instant) -> Option<AccountId> {
        self.lapses.filter(|&(_, at)| now >= at).map(|(budget, _)| budget)
    }
}

/// How a hold ended that holds nothing any more.
async fn ended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: AccountId) -> Result<HoldState, Failure> {
    let ended = repo::find_hold_in_tx(tx, municipality, repo::By::Id(hold)).await?.map(|hold| hold.state);
    let ended = ended.filter(|state| *state != HoldState::Held);
    ended.ok_or_else(|| Failure::inconsistent("holds", format!("{hold} holds nothing and has not ended")))
}

fn rejected(why: NotCapturable) -> Error<CaptureRejected> {
    Error::Rejected(CaptureRejected::NotCapturable(why))
}
