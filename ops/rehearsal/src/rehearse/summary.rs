//! What a rehearsed month came to, from what the service answers: its trial balance, its proof, its journal, its reconciliation.

use ledger::books::{Event, Kind};
use serde::{Deserialize, Serialize};

use super::families::Seen;
use super::finance::{Remittance, Report};
use super::found::Granted;
use super::journal::Flows;
use super::{Rehearsal, office::Office};

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
    /// Set aside for claims, as they were handed in last.
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

/// The trial balance as staff read it.
#[derive(Debug, Clone, Deserialize)]
pub struct TrialBalance {
    lines: Vec<TrialLine>,
    trial_balance_yen: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct TrialLine {
    account: String,
    unit: String,
    balance: i64,
}

impl TrialBalance {
    /// As an auditor reads it now.
    pub async fn read(office: &Office) -> anyhow::Result<Self> {
        office.auditor.get("/trial-balance").await
    }

    /// What is owed on one kind of account.
    fn owed(&self, kind: Kind) -> i64 {
        let line = self.lines.iter().find(|line| line.account == kind.code() && line.unit == "yen");
        line.map_or(0, |line| line.balance.saturating_neg())
    }

    /// What families have, by the books.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen { entitlements_yen: self.owed(Kind::Entitlement), own_money_yen: self.owed(Kind::OwnMoney) }
    }
}

#[derive(Deserialize)]
struct Verified {
    entries: i64,
    transfers: i64,
    differences: Vec<String>,
}

/// What the summary is drawn from.
pub struct Proved<'a> {
    /// The grant run.
    pub granted: &'a Granted,
    /// The trial balance when the month was closed.
    pub at_close: &'a TrialBalance,
    /// The bank file.
    pub remitted: Option<&'a Remittance>,
    /// The reconciliation.
    pub report: &'a Report,
    /// The journal.
    pub journal: &'a str,
    /// Whether a training version was played.
    pub training: bool,
}

/// Sums up, and has the books proved on the way.
pub async fn sum_up(rehearsal: &Rehearsal, office: &Office, proved: &Proved<'_>) -> anyhow::Result<Summary> {
    let Proved { granted, at_close, remitted, report, journal, training } = *proved;
    let verified: Verified = office.auditor.get("/verify").await?;
    anyhow::ensure!(verified.differences.is_empty(), "the books do not prove themselves: {:?}", verified.differences);
    let flows = Flows::read(journal)?;
    let returned = report.lines.iter().filter(|line| line.matched == "return").map(|line| line.amount_yen);
    Ok(Summary {
        city: rehearsal.setting.slug,
        month: rehearsal.month.to_string(),
        children: granted.children,
        eligible: granted.eligible,
        granted_yen: granted.granted_yen,
        redeemed_yen: flows.between(Event::Capture, Kind::Hold, Kind::MerchantPayable),
        refunded_yen: flows.into_kind(Event::Refund, Kind::RefundsPending),
        lapsed_yen: flows.lapsed(),
        own_money_loaded_yen: flows.between(Event::TopUp, Kind::Bank, Kind::OwnMoney),
        own_money_spent_yen: flows.own_money_spent(),
        claims_filed_yen: flows.claims_filed(),
        claims_decided_yen: flows.into_kind(Event::DecideClaim, Kind::FamilyPayable),
        payable_yen: at_close.owed(Kind::MerchantPayable).saturating_add(at_close.owed(Kind::FamilyPayable)),
        remitted_yen: remitted.map_or(0, |remitted| remitted.total_yen),
        returned_yen: returned.sum(),
        unmatched_count: report.unmatched_count.saturating_add(report.suspense_count),
        unmatched_yen: report.unmatched_yen.saturating_add(report.suspense_yen),
        entries: verified.entries,
        transfers: verified.transfers,
        trial_balance_yen: TrialBalance::read(office).await?.trial_balance_yen,
        bank_difference_yen: report.difference_yen.unwrap_or(0),
        training_version: training,
    })
}
