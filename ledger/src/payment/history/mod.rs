//! What a family sees of its payments and its own money. Read only.
//!
//! Here the split is shown: a family knows who pays. No merchant's question ends here.

mod repo;

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgPool};

use super::split::Part;
use super::{HoldState, NewHold};
use crate::batch::{Claims, Work};
use crate::code::Code;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, FamilyId, InvoiceId, MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::time::Instant;
use crate::{Ledger, Tx};

/// A family's payment: what was set aside, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The hold.
    pub id: AccountId,
    /// Where its code works.
    pub merchant: MerchantId,
    /// The merchant's name.
    pub merchant_name: String,
    /// The bill it pays, where there is one.
    pub invoice: Option<InvoiceId>,
    /// What is paid for.
    pub expense: String,
    /// The whole price.
    pub amount: Yen,
    /// Who pays it; the amounts add up to the price.
    pub parts: Vec<PaidPart>,
    /// When it was set aside.
    pub held_at: Instant,
    /// From here on its code works no more.
    pub expires_at: Instant,
    /// What became of it.
    pub state: HoldState,
    /// What the merchant has refunded of it.
    pub refunded: Yen,
    /// A paper card captures it, and no code on a phone.
    pub on_card: bool,
}

/// What one source pays of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidPart {
    /// The child and the scheme whose entitlement it is; none for own money.
    pub entitlement: Option<(ChildId, String)>,
    /// How much.
    pub amount: Yen,
}

/// Who is paid.
pub(super) struct Payee {
    pub(super) merchant: MerchantId,
    pub(super) name: String,
}

/// Where a page of payments begins: behind this one.
pub type After = (Instant, AccountId);

impl Payment {
    /// As it stands when it has just been set aside, of these parts.
    pub(super) fn held(hold: NewHold, payee: Payee, parts: &[Part]) -> Self {
        let part = |part: &Part| PaidPart { entitlement: part.source.entitlement.clone(), amount: part.amount };
        Self {
            id: hold.id,
            merchant: payee.merchant,
            merchant_name: payee.name,
            invoice: hold.invoice,
            expense: hold.expense,
            amount: hold.amount,
            parts: parts.iter().map(part).collect(),
            held_at: hold.held_at,
            expires_at: hold.expires_at,
            state: HoldState::Held,
            refunded: Yen::ZERO,
            on_card: false,
        }
    }

    /// Whether its code may still be shown at `now`.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        self.state == HoldState::Held && now < self.expires_at
    }
}

/// Four digits that both screens show once a receipt exists: live proof at the desk, where a screenshot is none.
#[must_use]
pub fn match_code(receipt: ReceiptId) -> String {
    let (_, random) = receipt.uuid().as_u64_pair();
    format!("{:04}", random.checked_rem(10_000).unwrap_or(0))
}

/// Payments that are looked up together.
pub struct Payments {
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for Payments {
    type Item = (FamilyId, AccountId);
    type Answer = Option<Payment>;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&Self::Item]) -> Result<Vec<Option<Payment>>, Failure> {
        let (families, payments): (Vec<_>, Vec<_>) = items.iter().copied().copied().unzip();
        let own = self.ledger.child_ids_of_families(connection, self.municipality, &families, self.ledger.clock.today()).await?;
        let (owners, mut found): (Vec<_>, Vec<_>) = repo::list(connection, self.municipality, &payments).await?.into_iter().unzip();
        repo::add_parts(connection, self.municipality, &mut found).await?;
        let found: BTreeMap<_, _> = owners.into_iter().zip(found).map(|(family, payment)| ((family, payment.id), payment)).collect();
        let drawn = |payment: &Payment| payment.parts.iter().filter_map(|part| part.entitlement.as_ref()).map(|(child, _)| *child).collect::<Vec<_>>();
        let shown = |family, payment: &&Payment| drawn(payment).into_iter().all(|child| own.contains(&(family, child)));
        Ok(items.iter().map(|&&(family, id)| found.get(&(family, id)).filter(|payment| shown(family, payment)).cloned()).collect())
    }
}

/// A payment that is there, whosever it is.
pub(super) async fn get_in_tx(tx: &mut Tx<'_>, municipality: Municipality, payment: AccountId) -> Result<Payment, Failure> {
    let (_, mut found): (Vec<_>, Vec<_>) = repo::list(tx, municipality, &[payment]).await?.into_iter().unzip();
    repo::add_parts(tx, municipality, &mut found).await?;
    found.pop().ok_or_else(|| Failure::inconsistent("holds", format!("{payment} is gone")))
}

impl Ledger {
    /// A family's payment. Another family's is as unknown as one that nobody made, and so is one for a child that has left the family: where the child
    /// goes is no longer its business.
    pub async fn find_payment(&self, municipality: Municipality, family: FamilyId, payment: AccountId) -> Result<Option<Payment>, Failure> {
        let work = || Payments { ledger: self.clone(), municipality };
        self.together.payments.ask(municipality, work, (family, payment), Claims::default()).await?
    }

    /// A family's payments, newest first, from the one behind `after`, at most `limit`; none for a child that has left the family.
    pub async fn list_payments(&self, municipality: Municipality, family: FamilyId, after: Option<After>, limit: i64) -> Result<Vec<Payment>, Failure> {
        let mut tx = self.pool.begin().await?;
        let own = self.child_ids_of_family_in_tx(&mut tx, municipality, family, self.clock.today()).await?;
        let mut found = repo::list_in_tx(&mut tx, municipality, (family, &own), (after, limit)).await?;
        repo::add_parts(&mut tx, municipality, &mut found).await?;
        Ok(found)
    }

    /// The one-time code of a payment, for the family's own screen. None that works, where a card captures it.
    #[must_use]
    pub fn payment_code(&self, payment: &Payment) -> Code {
        self.code_of(payment.id)
    }
}
