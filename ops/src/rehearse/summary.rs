//! What a rehearsed month came to, from the books and not from what the rehearsal meant to do.

use ledger::books::{Event, Kind, TrialBalance};
use ledger::entitlement::GrantRun;
use ledger::ids::Municipality;
use ledger::money::Yen;
use ledger::reconciliation::Report;
use ledger::remittance::{File, Remittance};
use serde::Serialize;

use super::Rehearsal;
use super::finance;
use super::world::World;

/// `summary.json`. Amounts are whole yen.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The city.
    pub city: &'static str,
    /// The statement month.
    pub month: String,
    /// Children on the roster.
    pub children: usize,
    /// Those who qualify.
    pub eligible: usize,
    /// Granted in the month's period.
    pub granted_yen: i64,
    /// Captured, gross.
    pub redeemed_yen: i64,
    /// Refunded of it.
    pub refunded_yen: i64,
    /// What went back to the budget unspent: it lapsed, or came back after that, or was the rest of a refunded ticket.
    pub lapsed_yen: i64,
    /// Own money that families loaded.
    pub own_money_loaded_yen: i64,
    /// Own money that they spent, net of what came back.
    pub own_money_spent_yen: i64,
    /// Claims filed.
    pub claims_filed_yen: i64,
    /// Claims decided for the family.
    pub claims_decided_yen: i64,
    /// Owed to merchants and families at the close.
    pub payable_yen: i64,
    /// Sum of the bank file.
    pub remitted_yen: i64,
    /// What the bank gave back.
    pub returned_yen: i64,
    /// Lines of the bank's statement that nobody has matched.
    pub unmatched_count: usize,
    /// Their sum.
    pub unmatched_yen: i64,
    /// Journal entries.
    pub entries: i64,
    /// Transfers.
    pub transfers: i64,
    /// Debits − credits over all accounts.
    pub trial_balance_yen: i64,
    /// The books' bank balance − the closing balance of the bank's statement.
    pub bank_difference_yen: i64,
    /// Whether a training version of the scheme was played.
    pub training_version: bool,
}

/// What the summary is drawn from.
pub struct Proved<'a> {
    /// The grant run.
    pub granted: &'a GrantRun,
    /// The trial balance when the month was closed.
    pub at_close: &'a TrialBalance,
    /// The bank file.
    pub remitted: Option<&'a (Remittance, File)>,
    /// The reconciliation.
    pub report: &'a Report,
    /// Whether a training version was played.
    pub training: bool,
}

/// Sums up, and proves the books on the way.
pub async fn sum_up(rehearsal: &Rehearsal, world: &World, proved: &Proved<'_>) -> anyhow::Result<Summary> {
    let municipality = world.municipality();
    let verified = world.ledger.verify(municipality).await?;
    anyhow::ensure!(verified.differences.is_empty(), "the books do not prove themselves: {:?}", verified.differences);
    let trial_balance = world.ledger.trial_balance(municipality).await?;
    let flows = Flows { world, municipality };
    let out_of_own_money = flows.between(Event::Hold, Kind::OwnMoney, Kind::Hold).await?;
    let back_to_own_money = flows.back_to_own_money().await?;
    Ok(Summary {
        city: rehearsal.setting.slug,
        month: rehearsal.month.to_string(),
        children: proved.granted.judged.children,
        eligible: proved.granted.judged.eligible,
        granted_yen: proved.granted.granted.amount.get(),
        redeemed_yen: flows.between(Event::Capture, Kind::Hold, Kind::MerchantPayable).await?.get(),
        refunded_yen: flows.refunded().await?.get(),
        lapsed_yen: flows.lapsed().await?.get(),
        own_money_loaded_yen: flows.between(Event::TopUp, Kind::Bank, Kind::OwnMoney).await?.get(),
        own_money_spent_yen: out_of_own_money.minus(back_to_own_money)?.get(),
        claims_filed_yen: flows.credited(Event::FileClaim, Kind::ClaimsReserved).await?.get(),
        claims_decided_yen: flows.credited(Event::DecideClaim, Kind::FamilyPayable).await?.get(),
        payable_yen: [Kind::MerchantPayable, Kind::FamilyPayable].iter().map(|kind| proved.at_close.balance(*kind).saturating_neg()).sum(),
        remitted_yen: proved.remitted.map_or(0, |(_, file)| file.total.get()),
        returned_yen: finance::returned(proved.report)?.get(),
        unmatched_count: proved.report.unmatched.saturating_add(proved.report.suspense),
        unmatched_yen: proved.report.unmatched_yen.plus(proved.report.suspense_yen)?.get(),
        entries: verified.entries,
        transfers: verified.transfers,
        trial_balance_yen: trial_balance.trial_balance_yen,
        bank_difference_yen: proved.report.difference_yen.map_or(0, Yen::get),
        training_version: proved.training,
    })
}

/// Sums of transfers by event and accounts.
struct Flows<'a> {
    world: &'a World,
    municipality: Municipality,
}

impl Flows<'_> {
    async fn between(&self, event: Event, debit: Kind, credit: Kind) -> anyhow::Result<Yen> {
        Ok(self.world.ledger.moved(self.municipality, event, (Some(debit), Some(credit))).await?)
    }

    async fn credited(&self, event: Event, credit: Kind) -> anyhow::Result<Yen> {
        Ok(self.world.ledger.moved(self.municipality, event, (None, Some(credit))).await?)
    }

    async fn refunded(&self) -> anyhow::Result<Yen> {
        self.credited(Event::Refund, Kind::RefundsPending).await
    }

    async fn lapsed(&self) -> anyhow::Result<Yen> {
        let mut lapsed = self.between(Event::Lapse, Kind::Entitlement, Kind::SchemeBudget).await?;
        for (event, from) in [(Event::Void, Kind::Hold), (Event::Expire, Kind::Hold), (Event::SettleRefund, Kind::RefundsPending)] {
            lapsed = lapsed.plus(self.between(event, from, Kind::SchemeBudget).await?)?;
        }
        // The rest of a ticket that a later refund completed is the family's again.
        Ok(lapsed.minus(self.between(Event::SettleRefund, Kind::SchemeBudget, Kind::RefundsPending).await?)?)
    }

    async fn back_to_own_money(&self) -> anyhow::Result<Yen> {
        let mut back = Yen::ZERO;
        for (event, from) in [(Event::Void, Kind::Hold), (Event::Expire, Kind::Hold), (Event::SettleRefund, Kind::RefundsPending)] {
            back = back.plus(self.between(event, from, Kind::OwnMoney).await?)?;
        }
        Ok(back)
    }
}
