//! What a merchant may know of the money that goes to it: when, how much, and the statement months behind it. Nothing of a file that is only prepared.

use chrono::NaiveDate;

use super::{pay_day, repo};
use crate::Ledger;
use crate::city;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::money::Yen;
use crate::time::Month;

/// One payment to a merchant by the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// 振込指定日.
    pub pay_on: NaiveDate,
    /// How much of the bank's line is this merchant's.
    pub amount: Yen,
    /// Where it stands.
    pub state: PayoutState,
    /// The statement months that it pays.
    pub months: Vec<Month>,
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayoutState {
    /// The bank has the file.
    Sent,
    /// The bank's statement confirms it.
    Paid,
    /// The bank gave it back: the account has to be looked at.
    Returned,
}

impl PayoutState {
    /// As people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Paid => "paid",
            Self::Returned => "returned",
        }
    }
}

impl Ledger {
    /// A merchant's payouts, newest first.
    pub async fn list_payouts(&self, municipality: Municipality, merchant: MerchantId) -> Result<Vec<Payout>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_payouts_in_tx(&mut tx, municipality, merchant).await
    }

    /// The day on which a statement month is to be paid; none where the bank's holidays are not known so far ahead.
    pub async fn planned_pay_day(&self, municipality: Municipality, month: Month) -> Result<Option<NaiveDate>, Failure> {
        let mut tx = self.pool.begin().await?;
        let city = city::repo::get_in_tx(&mut tx, municipality).await?;
        Ok(pay_day(&city, month, self.clock.today()).ok())
    }
}
