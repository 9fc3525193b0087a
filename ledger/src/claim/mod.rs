//! Claims (償還払い): the family has paid, shows its receipts, and is repaid from the same money as coupons, or from the scheme's budget.
//!
//! What it never does: tell a merchant that a claim was made, or let one person decide. Invariant: while a claim waits, its money stands in an account
//! of its own, so that neither lapse nor a coupon can take it.

pub mod assess;
mod clawback;
mod decide;
pub mod error;
mod estimate;
mod evidence;
mod file;
mod offer;
mod repo;
pub mod state;
mod verify;
mod view;

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use assess::Assessment;
pub use error::Rejected;
pub use evidence::{EVIDENCE_BYTES_MAX, EvidenceFile, Media, Unusable};
pub use offer::{Offer, Offered};
pub(crate) use verify::find_differences_in_tx;
pub use view::{Clawback, Detail, Evidence, OfFamily, Step, WaitingClawback};

pub use state::Standing;

use crate::ids::{AccountId, ChildId, ClaimId, FamilyId, MerchantId};
use crate::money::Yen;
use crate::time::FiscalYear;

/// The most characters of a reason, and of what a family writes about a cost.
const TEXT_MAX: usize = 400;

/// What a family claims.
#[derive(Debug, Clone, Serialize)]
pub struct FileClaim {
    /// Who asks and is paid.
    pub family: FamilyId,
    /// For whom.
    pub child: ChildId,
    /// Under which scheme.
    pub scheme: String,
    /// What was paid, in the order of the form.
    pub costs: Vec<Cost>,
}

/// One cost.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The kind of expense, as the scheme names it.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
    /// What it came to.
    pub amount: Yen,
    /// The day, or the first day of what was bought.
    pub from: NaiveDate,
    /// The last day; the same for a day.
    pub to: NaiveDate,
    /// The merchant, where the family picked a registered one.
    pub merchant: Option<MerchantId>,
    /// Whom the family paid and what for, in its own words: personal.
    pub paid_to: Option<String>,
}

impl fmt::Debug for Cost {
    /// Without what the family wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cost").field("expense", &self.expense).field("amount", &self.amount).finish_non_exhaustive()
    }
}

/// A claim, without anything sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Its id; also its account in the books.
    pub id: ClaimId,
    /// Who asks.
    pub family: FamilyId,
    /// For whom.
    pub child: ChildId,
    /// The scheme.
    pub scheme: String,
    /// The year whose budget pays.
    pub year: FiscalYear,
    /// How often it was handed in.
    pub filing: i16,
    /// When it was handed in last.
    pub filed_at: crate::time::Instant,
    /// Where it stands.
    pub state: Standing,
    /// The sum of the costs.
    pub requested: Yen,
    /// What is, or was, set aside for it.
    pub reserved: Yen,
    /// What staff propose: not for the family's eyes.
    pub proposed: Option<Yen>,
    /// What was granted.
    pub granted: Option<Yen>,
    /// What the family must give back of it.
    pub clawed_back: Yen,
}

/// Money that a claim may draw on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The entitlement's account.
    pub account: AccountId,
    /// The budget to which it returns once it has lapsed.
    pub budget: AccountId,
    /// The year of its budget.
    pub year: FiscalYear,
    /// The first day of service.
    pub service_from: NaiveDate,
    /// The last.
    pub service_to: NaiveDate,
    /// The last day on which it may be spent.
    pub closes_on: NaiveDate,
    /// It pays in whole multiples of this.
    pub face: Yen,
    /// What this claim may take: what is left, and what it has set aside already.
    pub left: Yen,
    /// What it has set aside already.
    pub reserved: Yen,
    /// Whether it has closed: what is given back then goes to the budget.
    pub lapsed: bool,
}

/// What a claim takes from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// An entitlement, or the scheme's budget.
    pub source: AccountId,
    /// Where it returns once the source has lapsed.
    pub budget: AccountId,
    /// The last day of an entitlement.
    pub closes_on: Option<NaiveDate>,
    /// Whole tickets of this many yen.
    pub face: Yen,
    /// What the claim is to have set aside.
    pub amount: Yen,
    /// What it has set aside already.
    pub reserved: Yen,
    /// Whether the source has closed.
    pub lapsed: bool,
}

impl Part {
    fn of(source: &Source) -> Self {
        Self {
            source: source.account,
            budget: source.budget,
            closes_on: Some(source.closes_on),
            face: source.face,
            amount: Yen::ZERO,
            reserved: source.reserved,
            lapsed: source.lapsed,
        }
    }

    /// Where money that is given back goes.
    const fn home(&self) -> AccountId {
        if self.lapsed { self.budget } else { self.source }
    }
}
