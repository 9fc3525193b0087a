//! Payments: money is set aside first, then a code exists, then the desk captures it or it goes back.
//!
//! Nothing on the desk's way depends on who pays: a capture is one transfer, and every refusal is for the family and the city only.

use serde::Serialize;

use aside::Place;

use crate::Ledger;
use crate::code::{Code, CodeKind};
use crate::entropy::Draw;
use crate::error::Failure;
use crate::ids::{AccountId, FamilyId, InvoiceId, MerchantId, Municipality, ReceiptId, TerminalId};
use crate::money::Yen;
use crate::time::Instant;

pub(crate) mod aside;
mod capture;
pub mod decide;
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
mod release;
mod repo;
pub mod sources;
pub mod split;
pub mod state;
mod usable;
mod verify;

pub use capture::Captures;
pub use error::{CaptureRejected, HoldRejected, NotCapturable};
pub(crate) use former::Former;
pub(crate) use hold::Reserved;
pub use hold::{HoldPayment, Holds};
pub(crate) use verify::find_differences_in_tx;

pub use state::{Hold, HoldState, Release};
pub use usable::Usable;

/// A hold as it is written down.
#[derive(Debug, Clone)]
pub(crate) struct NewHold {
    pub(crate) id: AccountId,
    pub(crate) family: FamilyId,
    pub(crate) place: Place,
    pub(crate) invoice: Option<InvoiceId>,
    pub(crate) expense: String,
    pub(crate) service: Option<String>,
    pub(crate) amount: Yen,
    /// See [`aside::held_under`].
    pub(crate) digest: [u8; 32],
    pub(crate) held_at: Instant,
    pub(crate) expires_at: Instant,
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

impl Ledger {
    /// What a code has set aside for a merchant: for a desk that scans and types no amount. None for whatever does not pay there, and for a card, which
    /// only an amount opens.
    pub async fn amount_of_code(&self, municipality: Municipality, merchant: MerchantId, code: &Code) -> Result<Option<Yen>, Failure> {
        let mut tx = self.pool.begin().await?;
        let hold = repo::find_hold_in_tx(&mut tx, municipality, repo::By::Code(&code.digest(), merchant)).await?;
        Ok(hold.filter(|hold| hold.merchant == Some(merchant)).map(|hold| hold.amount))
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
