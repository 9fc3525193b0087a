//! Matches the lines that nothing has been matched to: what is certain is posted, returns are proposed, unknown credits go into suspense.
//!
//! One database transaction per line: a run that breaks off goes on where it stopped.

use serde::Serialize;

use super::matching::{self, PaidLine, RETURN_DAYS_MAX, RETURN_FEE_MAX, Said};
use super::{Rejected, Stored, repo};
use crate::actor::Command;
use crate::bank::calendar::{Roll, plus_business_days};
use crate::bank::directory;
use crate::bank::meisai::Flow;
use crate::books::{Draft, Outcome};
use crate::city::City;
use crate::error::Error;
use crate::events::{bank, payout};
use crate::ids::{BankLineId, EntryId, FamilyId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::people::PayerNumber;
use crate::remittance;
use crate::{Ledger, Tx, city, own_money};

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Run {
    /// Lines matched for certain.
    pub matched: u32,
    /// Credits that may be returns and wait for a second person.
    pub proposed: u32,
    /// Credits that nobody knows.
    pub suspense: u32,
    /// Debits that nobody knows: they wait for a person.
    pub unmatched: u32,
}

/// What a line is found to be.
enum Found {
    Payout(RemittanceId),
    Fee,
    TopUp(FamilyId),
    Fund(EntryId),
    Returns(Vec<matching::Proposal>),
    Suspense,
    Nobody,
}

impl Ledger {
    /// Matches every line that is not matched yet.
    pub async fn match_bank_lines(&self, municipality: Municipality, command: &Command) -> Result<Run, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let lines = repo::list_unmatched_in_tx(&mut tx, municipality).await?;
        let city = city::repo::get_in_tx(&mut tx, municipality).await?;
        drop(tx);
        let mut run = Run::default();
        let waiting: Vec<_> = lines.iter().map(|line| line.id).collect();
        for line in waiting {
            let counter = match self.match_line(&city, command, line).await? {
                None => continue,
                Some(Found::Returns(_)) => &mut run.proposed,
                Some(Found::Suspense) => &mut run.suspense,
                Some(Found::Nobody) => &mut run.unmatched,
                Some(_) => &mut run.matched,
            };
            *counter = counter.saturating_add(1);
        }
        Ok(run)
    }

    /// Matches one line; `None` when somebody else has matched it meanwhile.
    async fn match_line(&self, city: &City, command: &Command, id: BankLineId) -> Result<Option<Found>, Error<Rejected>> {
        let municipality = city.municipality;
        let mut tx = self.pool.begin().await?;
        remittance::repo::lock_month_in_tx(&mut tx, municipality).await?;
        let line = self.get_line_in_tx(&mut tx, municipality, id).await?;
        if line.matched.is_some() {
            return Ok(None);
        }
        let said = self.open_line_in_tx(&mut tx, municipality, line.statement, (id, &line.sealed)).await?;
        let found = match line.flow {
            Flow::Debit => self.find_debit_in_tx(&mut tx, municipality, &line, &said).await?,
            Flow::Credit => self.find_credit_in_tx(&mut tx, city, &line, &said).await?,
        };
        let own = Command::new(command.actor.clone(), format!("match/{id}"), &id);
        match &found {
            Found::Payout(file) => self.confirm_payout_in_tx(&mut tx, municipality, &own, &line, *file).await?,
            Found::Fee => {
                let draft = bank::bank_fee(line.amount, self.open_day_in_tx(&mut tx, municipality, line.booked_on).await?);
                self.post_match_in_tx(&mut tx, municipality, &own, &line, ("fee", None), draft).await?;
            }
            Found::TopUp(family) => {
                let draft = bank::top_up(*family, line.amount, self.open_day_in_tx(&mut tx, municipality, line.booked_on).await?);
                self.post_match_in_tx(&mut tx, municipality, &own, &line, ("top_up", Some(family.uuid())), draft).await?;
            }
            Found::Fund(entry) => {
                let new = repo::NewMatch { line: id, step: 1, kind: "fund", remittance: None, payee: None, entry: *entry, proposed_by: None };
                repo::insert_match_in_tx(&mut tx, municipality, &new, &self.act(command)).await?;
            }
            Found::Returns(proposals) => {
                for proposal in proposals {
                    repo::insert_proposal_in_tx(&mut tx, municipality, (id, 1), proposal, &self.act(command)).await?;
                }
            }
            Found::Suspense => self.suspend_credit_in_tx(&mut tx, municipality, &own, &line).await?,
            Found::Nobody => {}
        }
        tx.commit().await?;
        Ok(Some(found))
    }

    async fn find_debit_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, line: &Stored, said: &Said) -> Result<Found, Error<Rejected>> {
        if matching::is_fee(said) {
            return Ok(Found::Fee);
        }
        let files = repo::list_sent_in_tx(tx, municipality).await?;
        let others = repo::list_unmatched_in_tx(tx, municipality).await?;
        let rivals: Vec<_> =
            others.iter().filter(|other| other.flow == Flow::Debit && other.id != line.id).map(|other| (other.amount, other.booked_on)).collect();
        let file = matching::debited_file(line.amount, line.booked_on, &files, &rivals).map_err(calendar)?;
        Ok(file.map_or(Found::Nobody, Found::Payout))
    }

    async fn find_credit_in_tx(&self, tx: &mut Tx<'_>, city: &City, line: &Stored, said: &Said) -> Result<Found, Error<Rejected>> {
        let municipality = city.municipality;
        if line.proposed {
            return Ok(Found::Returns(Vec::new()));
        }
        if city.own_money_custodian.is_some() {
            for number in matching::payer_numbers(said).filter_map(|text| PayerNumber::parse(&text).ok()) {
                if let Some(family) = self.find_family_by_payer_number(municipality, &number).await? {
                    return Ok(Found::TopUp(family));
                }
            }
        }
        let paid = self.paid_lines_in_tx(tx, city, line).await?;
        let own = (city.remitter.name_kana.as_str(), city.remitter.consignor_code.as_str());
        let returns = matching::returns(line.amount, line.booked_on, said, own, &paid).map_err(calendar)?;
        if !returns.is_empty() {
            return Ok(Found::Returns(returns));
        }
        let funds = repo::list_open_funds_in_tx(tx, municipality, line.amount).await?;
        let fund = matching::announced_fund(line.amount, line.booked_on, &funds).map_err(calendar)?;
        Ok(fund.map_or(Found::Suspense, Found::Fund))
    }

    /// The paid lines of the last weeks whose amount a credit may be, with bank and branch as the file named them.
    async fn paid_lines_in_tx(&self, tx: &mut Tx<'_>, city: &City, line: &Stored) -> Result<Vec<PaidLine>, Error<Rejected>> {
        let municipality = city.municipality;
        let since = plus_business_days(line.booked_on, RETURN_DAYS_MAX, Roll::Previous).map_err(calendar)?;
        let amounts = (line.amount, line.amount.plus(RETURN_FEE_MAX).unwrap_or(Yen::MAX));
        let mut paid = Vec::new();
        for (remittance, number, pay_on, amount) in repo::list_paid_lines_in_tx(tx, municipality, since, amounts).await? {
            let account = self.account_of_line_in_tx(tx, municipality, remittance, number).await?;
            let place = directory::of_account(&account, city.scope()).ok();
            let place = place.map(|place| (place.bank.kana.into_owned(), place.branch.kana.into_owned()));
            paid.push(PaidLine { remittance, number, pay_on, amount, place });
        }
        Ok(paid)
    }

    /// The bank has debited a file: it is confirmed.
    pub(super) async fn confirm_payout_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        line: &Stored,
        file: RemittanceId,
    ) -> Result<(), Error<Rejected>> {
        let refused = |why| Error::Rejected(Rejected::Remittance { remittance: file, why });
        let (_, state) = remittance::repo::lock_in_tx(tx, municipality, file).await?.ok_or_else(|| refused("there is none"))?;
        if remittance::repo::get_debit_in_tx(tx, municipality, file).await? != line.amount {
            return Err(refused("its total, less lines that came back before the debit, is another: enter those first, or match another file"));
        }
        let state = state.confirm().map_err(|_| refused("it is not on its way"))?;
        let draft = payout::confirm_payout(line.amount, self.open_day_in_tx(tx, municipality, line.booked_on).await?);
        let entry = self.post_for_in_tx(tx, municipality, command, draft).await?;
        let act = self.act(command);
        remittance::repo::mark_state_in_tx(tx, municipality, file, &state, &act).await?;
        let new = repo::NewMatch { line: line.id, step: 1, kind: "payout", remittance: Some((file, None)), payee: None, entry, proposed_by: None };
        Ok(repo::insert_match_in_tx(tx, municipality, &new, &act).await?)
    }

    /// A credit that nobody knows.
    pub(super) async fn suspend_credit_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        line: &Stored,
    ) -> Result<(), Error<Rejected>> {
        let draft = bank::unknown_credit(line.amount, self.open_day_in_tx(tx, municipality, line.booked_on).await?);
        self.post_match_in_tx(tx, municipality, command, line, ("suspense", None), draft).await
    }

    /// Posts what a line is and records the match.
    pub(super) async fn post_match_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        line: &Stored,
        what: (&str, Option<uuid::Uuid>),
        draft: Draft,
    ) -> Result<(), Error<Rejected>> {
        let (kind, payee) = what;
        let entry = self.post_for_in_tx(tx, municipality, command, draft).await?;
        if let ("top_up", Some(family)) = what {
            own_money::repo::insert_in_tx(tx, municipality, FamilyId::new(family), entry).await?;
        }
        let step = line.next_step();
        let new = repo::NewMatch { line: line.id, step, kind, remittance: None, payee, entry, proposed_by: None };
        Ok(repo::insert_match_in_tx(tx, municipality, &new, &self.act(command)).await?)
    }

    /// Posts a draft for a command that posts once.
    pub(super) async fn post_for_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        draft: Draft,
    ) -> Result<EntryId, Error<Rejected>> {
        match self.post_in_tx(tx, municipality, &self.posting(municipality, command.clone(), draft)).await? {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => Ok(entry),
            Outcome::Rejected(refused) => Err(Error::Rejected(Rejected::Books(refused))),
        }
    }

    /// The day to post on: the wanted one, or today when its month is closed (corrections post in the open month).
    pub(super) async fn open_day_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        wanted: chrono::NaiveDate,
    ) -> Result<chrono::NaiveDate, Error<Rejected>> {
        let closed = repo::find_closed_through_in_tx(tx, municipality).await?;
        Ok(if closed.is_some_and(|closed| wanted <= closed) { self.clock.today() } else { wanted })
    }
}

fn calendar(error: crate::bank::calendar::BeyondHorizon) -> Error<Rejected> {
    Error::Rejected(Rejected::Calendar(error))
}
