//! What may explain some lines: read for all of them at once, and given to each in the order of the account.
//!
//! Invariant: what has explained one line explains no other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::matching::{self, PaidLine, Proposal, RETURN_DAYS_MAX, RETURN_FEE_MAX, Said, SentFile};
use super::run::calendar;
use super::{Rejected, Stored, repo};
use crate::bank::calendar::{BeyondHorizon, Roll, plus_business_days};
use crate::bank::directory;
use crate::bank::meisai::Flow;
use crate::city::City;
use crate::error::Error;
use crate::ids::{BankLineId, EntryId, FamilyId, RemittanceId};
use crate::money::Yen;
use crate::people::PayerNumber;
use crate::{Ledger, Tx};

/// What a line is found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Payout(RemittanceId),
    Fee,
    TopUp(FamilyId),
    Fund(EntryId),
    Returns(Vec<Proposal>),
    Suspense,
    Nobody,
}

/// What may explain lines.
pub(super) struct Candidates {
    /// The city's own name and code in its files.
    own: (String, String),
    /// Files that were sent and not confirmed.
    files: Vec<SentFile>,
    /// Debits with the total of such a file that nothing has been matched to.
    debits: BTreeMap<BankLineId, (Yen, NaiveDate)>,
    /// Families by payer number; none where families have no own money.
    families: BTreeMap<PayerNumber, FamilyId>,
    /// Paid lines that may have come back, by amount.
    paid: BTreeMap<Yen, Vec<PaidLine>>,
    /// Money of the city that was announced and has not arrived.
    funds: Vec<(EntryId, Yen, NaiveDate)>,
}

impl Candidates {
    /// What a line is.
    pub(super) fn find(&mut self, line: &Stored, said: &Said) -> Result<Found, BeyondHorizon> {
        let found = match line.flow {
            Flow::Debit => self.find_debit(line, said)?,
            Flow::Credit => self.find_credit(line, said)?,
        };
        match &found {
            Found::Payout(file) => self.files.retain(|sent| sent.remittance != *file),
            Found::Fund(entry) => self.funds.retain(|(fund, ..)| fund != entry),
            _ => {}
        }
        if found != Found::Nobody {
            self.debits.remove(&line.id);
        }
        Ok(found)
    }

    fn find_debit(&self, line: &Stored, said: &Said) -> Result<Found, BeyondHorizon> {
        if matching::is_fee(said) {
            return Ok(Found::Fee);
        }
        let rivals: Vec<_> = self.debits.iter().filter(|(id, _)| **id != line.id).map(|(_, debit)| *debit).collect();
        let file = matching::debited_file(line.amount, line.booked_on, &self.files, &rivals)?;
        Ok(file.map_or(Found::Nobody, Found::Payout))
    }

    fn find_credit(&self, line: &Stored, said: &Said) -> Result<Found, BeyondHorizon> {
        if line.proposed {
            return Ok(Found::Returns(Vec::new()));
        }
        if let Some(family) = payer_numbers(said).find_map(|number| self.families.get(&number)) {
            return Ok(Found::TopUp(*family));
        }
        let (name, code) = &self.own;
        let (least, most) = returned(line.amount);
        let paid = self.paid.range(least..=most).flat_map(|(_, lines)| lines);
        let returns = matching::returns(line.amount, line.booked_on, said, (name, code), paid)?;
        if !returns.is_empty() {
            return Ok(Found::Returns(returns));
        }
        let fund = matching::announced_fund(line.amount, line.booked_on, &self.funds)?;
        Ok(fund.map_or(Found::Suspense, Found::Fund))
    }
}

fn payer_numbers(said: &Said) -> impl Iterator<Item = PayerNumber> {
    matching::payer_numbers(said).filter_map(|text| PayerNumber::parse(&text).ok())
}

/// The amounts of a payout that may come back as `amount`: the bank may have kept its fee.
fn returned(amount: Yen) -> (Yen, Yen) {
    (amount, amount.plus(RETURN_FEE_MAX).unwrap_or(Yen::MAX))
}

/// Ranges in order, those that meet as one.
fn joined(ranges: BTreeSet<(Yen, Yen)>) -> Vec<(Yen, Yen)> {
    let mut joined: Vec<(Yen, Yen)> = Vec::new();
    for (least, most) in ranges {
        match joined.last_mut() {
            Some(last) if least <= last.1 => last.1 = last.1.max(most),
            _ => joined.push((least, most)),
        }
    }
    joined
}

impl Ledger {
    /// What may explain these lines.
    pub(super) async fn candidates_in_tx(&self, tx: &mut Tx<'_>, city: &City, lines: &[(Stored, Said)]) -> Result<Candidates, Error<Rejected>> {
        let municipality = city.municipality;
        let files = repo::list_sent_in_tx(tx, municipality).await?;
        let totals: Vec<_> = files.iter().map(|file| file.total).collect();
        let debits = repo::list_unmatched_debits_in_tx(tx, municipality, &totals).await?;
        let credits = || lines.iter().filter(|(line, _)| line.flow == Flow::Credit && !line.proposed);
        let families = match &city.own_money_custodian {
            Some(_) => self.families_by_payer_numbers_in_tx(tx, municipality, &credits().flat_map(|(_, said)| payer_numbers(said)).collect()).await?,
            None => BTreeMap::new(),
        };
        let unknown = credits().filter(|(_, said)| !payer_numbers(said).any(|number| families.contains_key(&number)));
        let unknown: Vec<_> = unknown.map(|(line, _)| (line.amount, line.booked_on)).collect();
        let amounts: BTreeSet<_> = unknown.iter().map(|(amount, _)| *amount).collect();
        let funds = repo::list_open_funds_in_tx(tx, municipality, &amounts.into_iter().collect::<Vec<_>>()).await?;
        let own = (city.remitter.name_kana.clone(), city.remitter.consignor_code.clone());
        Ok(Candidates { own, files, debits, families, paid: self.paid_lines_in_tx(tx, city, &unknown).await?, funds })
    }

    /// The paid lines of the last weeks that may come back as one of these credits, with bank and branch as the file named them.
    async fn paid_lines_in_tx(&self, tx: &mut Tx<'_>, city: &City, credits: &[(Yen, NaiveDate)]) -> Result<BTreeMap<Yen, Vec<PaidLine>>, Error<Rejected>> {
        let municipality = city.municipality;
        let Some(first) = credits.iter().map(|(_, booked_on)| *booked_on).min() else { return Ok(BTreeMap::new()) };
        let since = plus_business_days(first, RETURN_DAYS_MAX, Roll::Previous).map_err(calendar)?;
        let ranges = joined(credits.iter().map(|(amount, _)| returned(*amount)).collect());
        let mut files: BTreeMap<RemittanceId, Vec<(i32, NaiveDate, Yen)>> = BTreeMap::new();
        for (remittance, number, pay_on, amount) in repo::list_paid_lines_in_tx(tx, municipality, since, &ranges).await? {
            files.entry(remittance).or_default().push((number, pay_on, amount));
        }
        let mut paid: BTreeMap<Yen, Vec<PaidLine>> = BTreeMap::new();
        for (remittance, lines) in files {
            let numbers: Vec<_> = lines.iter().map(|(number, ..)| *number).collect();
            let accounts = self.accounts_of_lines_in_tx(tx, municipality, remittance, &numbers).await?;
            for (number, pay_on, amount) in lines {
                let place = accounts.get(&number).and_then(|account| directory::of_account(account, city.scope()).ok());
                let place = place.map(|place| (place.bank.kana.into_owned(), place.branch.kana.into_owned()));
                paid.entry(amount).or_default().push(PaidLine { remittance, number, pay_on, amount, place });
            }
        }
        Ok(paid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_meet_become_one_and_hold_the_same_amounts() {
        let yen = |ranges: &[(i64, i64)]| ranges.iter().map(|(least, most)| (Yen::new(*least), Yen::new(*most))).collect::<Vec<_>>();
        let joined = |ranges: &[(i64, i64)]| joined(yen(ranges).into_iter().collect());
        assert_eq!(joined(&[(500, 1_600), (1_600, 2_700), (1_000, 1_100), (2_702, 3_000)]), yen(&[(500, 2_700), (2_702, 3_000)]));
        assert_eq!(joined(&[]), []);
    }
}
