//! What happened to a family's money, newest first: payments, refunds, claims, own money, payouts. Read only.
//!
//! What a payment for a child that has left the family was, is no longer its business (as in [`crate::payment::history`]).

mod repo;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Ledger;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, ClaimId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::Instant;

/// What something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A class was paid.
    Payment,
    /// A class refunded.
    Refund,
    /// A claim was filed: its state and what is or will be paid of it.
    Claim,
    /// Some of a claim must be given back.
    Clawback,
    /// Own money came in.
    Loaded,
    /// Own money is to be paid back.
    PaidBack,
    /// The bank was told to pay the family.
    Payout,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Payment, Self::Refund, Self::Claim, Self::Clawback, Self::Loaded, Self::PaidBack, Self::Payout];

    /// As people and programs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Claim => "claim",
            Self::Clawback => "clawback",
            Self::Loaded => "loaded",
            Self::PaidBack => "paid_back",
            Self::Payout => "payout",
        }
    }

    /// From that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// When.
    pub at: Instant,
    /// What tells it from others of the same instant.
    pub reference: Uuid,
    /// What it was.
    pub kind: Kind,
    /// How much.
    pub amount: Yen,
    /// Which class, where one had to do with it.
    pub merchant: Option<(MerchantId, String)>,
    /// The payment behind it.
    pub payment: Option<AccountId>,
    /// The claim behind it, and for which child.
    pub claim: Option<(ClaimId, ChildId)>,
    /// Where a claim or a payout stands: `filed`, `returned`, `decided`, `withdrawn`; `sent`, `paid`, `returned`.
    pub state: Option<String>,
}

/// Which items.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which {
    /// Of one kind.
    pub kind: Option<Kind>,
    /// About one child: what it paid for, or was claimed for.
    pub child: Option<ChildId>,
    /// From this day in Tokyo on.
    pub from: Option<NaiveDate>,
    /// Through this day.
    pub to: Option<NaiveDate>,
    /// Behind this one.
    pub after: Option<(Instant, Uuid)>,
    /// At most so many.
    pub limit: i64,
}

impl Ledger {
    /// What happened to a family's money, newest first.
    pub async fn family_history(&self, municipality: Municipality, family: FamilyId, which: &Which) -> Result<Vec<Item>, Failure> {
        let mut tx = self.pool.begin().await?;
        let own: Vec<_> = self.child_ids_of_family_in_tx(&mut tx, municipality, family, self.clock.today()).await?.into_iter().collect();
        repo::list_in_tx(&mut tx, municipality, (family, &own), which).await
    }
}
