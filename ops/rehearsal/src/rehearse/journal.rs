//! Reads the journal that the service exports (`hagukumi export hledger`): what a rehearsed month came to is added up from what an outsider is given,
//! and not from what the rehearsal meant to do.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use ledger::books::{Event, Kind};

/// Sums of yen by event and kinds of accounts.
#[derive(Debug, Default)]
pub struct Flows {
    sums: BTreeMap<(String, String, String), i64>,
    /// Claims whose money came from a budget: nothing of it was granted to anybody before.
    from_budget: BTreeSet<String>,
    /// What claims gave back to a budget that had come from an entitlement.
    lapsed_in_claims: i64,
}

/// One line of a transaction: an account and an amount in yen.
struct Line<'a> {
    account: &'a str,
    kind: &'a str,
    yen: i64,
}

impl<'a> Line<'a> {
    /// `    2140:hold:0198…  ¥3000`; none for other units.
    fn parse(line: &'a str) -> Option<Self> {
        let (account, amount) = line.trim_start().split_once("  ")?;
        let yen = amount.strip_prefix('¥')?.parse().ok()?;
        Some(Self { account, kind: account.split(':').nth(1)?, yen })
    }
}

impl Flows {
    /// Adds up a journal.
    ///
    /// # Errors
    /// It is not one of ours.
    pub fn read(journal: &str) -> anyhow::Result<Self> {
        let mut flows = Self::default();
        for transaction in journal.split("\n\n").skip(1) {
            let mut lines = transaction.lines();
            let head = lines.next().context("a transaction without a head")?;
            let words: Vec<_> = head.split_whitespace().collect();
            let [_, number, event, ..] = words.as_slice() else {
                // The balances at the end, as assertions.
                continue;
            };
            anyhow::ensure!(number.starts_with('('), "a transaction without its number: {head}");
            // A transfer is two lines: the account that is debited, and the one that is credited.
            while let Some(debit) = lines.next() {
                let credit = lines.next().context("a transfer with one side")?;
                let Some((debit, credit)) = Line::parse(debit).zip(Line::parse(credit)) else { continue };
                anyhow::ensure!(debit.yen > 0 && debit.yen.saturating_add(credit.yen) == 0, "a transfer with two amounts: {head}");
                flows.add(event, &debit, &credit);
            }
        }
        Ok(flows)
    }

    fn add(&mut self, event: &str, debit: &Line<'_>, credit: &Line<'_>) {
        let (budget, claims) = (Kind::SchemeBudget.as_str(), Kind::ClaimsReserved.as_str());
        if debit.kind == budget && credit.kind == claims {
            self.from_budget.insert(credit.account.to_owned());
        }
        if debit.kind == claims && credit.kind == budget && !self.from_budget.contains(debit.account) {
            self.lapsed_in_claims = self.lapsed_in_claims.saturating_add(debit.yen);
        }
        let sum = self.sums.entry((event.to_owned(), debit.kind.to_owned(), credit.kind.to_owned())).or_default();
        *sum = sum.saturating_add(debit.yen);
    }

    /// From one kind of account to another in one event.
    #[must_use]
    pub fn between(&self, event: Event, debit: Kind, credit: Kind) -> i64 {
        let key = (event.as_str().to_owned(), debit.as_str().to_owned(), credit.as_str().to_owned());
        self.sums.get(&key).copied().unwrap_or(0)
    }

    /// Into one kind of account in one event.
    #[must_use]
    pub fn into_kind(&self, event: Event, credit: Kind) -> i64 {
        self.sums.iter().filter(|((named, _, to), _)| named == event.as_str() && to == credit.as_str()).map(|(_, sum)| sum).sum()
    }

    /// Out of one kind of account in one event.
    #[must_use]
    pub fn out_of(&self, event: Event, debit: Kind) -> i64 {
        self.sums.iter().filter(|((named, from, _), _)| named == event.as_str() && from == debit.as_str()).map(|(_, sum)| sum).sum()
    }

    /// What went back to the budget unspent: it lapsed, or came back after that, or was the rest of a refunded ticket.
    #[must_use]
    pub fn lapsed(&self) -> i64 {
        let back = [(Event::Lapse, Kind::Entitlement), (Event::Void, Kind::Hold), (Event::Expire, Kind::Hold), (Event::SettleRefund, Kind::RefundsPending)];
        let back: i64 = back.into_iter().map(|(event, from)| self.between(event, from, Kind::SchemeBudget)).sum();
        // The rest of a ticket that a later refund completed is the family's again.
        let completed = self.between(Event::SettleRefund, Kind::SchemeBudget, Kind::RefundsPending);
        back.saturating_add(self.lapsed_in_claims).saturating_sub(completed)
    }

    /// Own money that was spent, net of what came back.
    #[must_use]
    pub fn own_money_spent(&self) -> i64 {
        let back = [(Event::Void, Kind::Hold), (Event::Expire, Kind::Hold), (Event::SettleRefund, Kind::RefundsPending)];
        let back: i64 = back.into_iter().map(|(event, from)| self.between(event, from, Kind::OwnMoney)).sum();
        self.between(Event::Hold, Kind::OwnMoney, Kind::Hold).saturating_sub(back)
    }

    /// What claims set aside, as they stood when they were handed in last.
    #[must_use]
    pub fn claims_filed(&self) -> i64 {
        self.into_kind(Event::FileClaim, Kind::ClaimsReserved).saturating_sub(self.out_of(Event::FileClaim, Kind::ClaimsReserved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNAL: &str = "commodity ¥1000.\ncommodity 1000. visit\n
2026-07-16 (01) hold  ; entry:ent_01
    2120:entitlement:0a  ¥3000
    2140:hold:0b  ¥-3000
    2130:own_money:0c  ¥500
    2140:hold:0b  ¥-500
    9120:allowance_control  1 allowance
    9110:allowance:0d  -1 allowance

2026-07-16 (02) file_claim  ; entry:ent_02
    2110:scheme_budget:kobe-tsugaku:2025  ¥900
    2150:claims_reserved:0e  ¥-900
    2120:entitlement:0a  ¥700
    2150:claims_reserved:0f  ¥-700

2026-07-17 (03) decide_claim  ; entry:ent_03
    2150:claims_reserved:0e  ¥400
    2220:family_payable:0c  ¥-400
    2150:claims_reserved:0e  ¥500
    2110:scheme_budget:kobe-tsugaku:2025  ¥-500
    2150:claims_reserved:0f  ¥700
    2110:scheme_budget:kobe-tsugaku:2025  ¥-700

2026-07-17 balances
    2120:entitlement:0a  ¥0 = ¥3000
";

    #[test]
    fn a_journal_is_added_up_by_event_and_account() {
        let flows = Flows::read(JOURNAL).unwrap();
        assert_eq!(flows.between(Event::Hold, Kind::Entitlement, Kind::Hold), 3_000);
        assert_eq!(flows.into_kind(Event::Hold, Kind::Hold), 3_500);
        assert_eq!((flows.own_money_spent(), flows.claims_filed()), (500, 1_600));
        assert_eq!(flows.into_kind(Event::DecideClaim, Kind::FamilyPayable), 400);
    }

    #[test]
    fn what_a_claim_gives_back_has_lapsed_only_where_it_had_been_granted() {
        assert_eq!(Flows::read(JOURNAL).unwrap().lapsed(), 700);
    }

    #[test]
    fn a_journal_with_one_yen_too_many_is_refused() {
        assert!(Flows::read(&JOURNAL.replace("¥-3000", "¥-3001")).is_err());
    }
}
