//! A family pays a class from home without a bill: it picks the class, what is paid for, and the month.
//!
//! Set aside and captured in one database transaction, like a bill: nobody scans anything. To the merchant it is a receipt like any other.

use super::capture::CaptureRequest;
use super::hold::HoldRequest;
use super::{Capture, CaptureRejected, HoldPayment, HoldRejected, HoldState, Receipt};
use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::error::{Error, Failure};
use crate::ids::{AccountId, Municipality};

impl Ledger {
    /// Pays a class from home; returns the payment and its receipt. The same command again: the same receipt again.
    ///
    /// # Errors
    /// [`HoldRejected`], as for [`Ledger::hold`].
    pub async fn pay_from_home(&self, municipality: Municipality, key: &str, asked: &HoldPayment) -> Result<(AccountId, Receipt), Error<HoldRejected>> {
        let mut tx = self.pool.begin().await?;
        let held = self.hold_in_tx(&mut tx, municipality, &HoldRequest::by_phone(key, asked)).await?;
        let payment = held.id;
        let request = CaptureRequest {
            command: Command::new(Actor::Merchant(asked.merchant), format!("home/{payment}"), &payment),
            digest: self.code_of(payment).digest(),
            capture: Capture { merchant: asked.merchant, terminal: None, amount: asked.price },
        };
        let captured = self.capture_in_tx(&mut tx, municipality, &request).await;
        let receipt = captured.map_err(|error| match error {
            Error::Rejected(CaptureRejected::Conflict) => Error::Rejected(HoldRejected::Conflict),
            Error::Rejected(other) => Error::Failed(Failure::inconsistent("holds", other.to_string())),
            Error::Failed(failure) => Error::Failed(failure),
        })?;
        // A replay has nothing to add.
        if held.state == HoldState::Held {
            tx.commit().await?;
        }
        Ok((payment, receipt))
    }
}
