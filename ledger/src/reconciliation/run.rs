//! Matches the lines that nothing has been matched to: what is certain is posted, returns are proposed, unknown credits go into suspense.
//!
//! Some hundred lines at a time, in the order of the account: what may explain them is read for all at once, and what they are is posted at once, in one
//! database transaction. A run that breaks off goes on where it stopped.

use chrono::NaiveDate;
use serde::Serialize;

use super::candidates::Found;
use super::matching::Said;
use super::{Rejected, Stored, repo};
use crate::actor::Act;
use crate::actor::Command;
use crate::bank::calendar::BeyondHorizon;
use crate::books::{self, Draft, Outcome};
use crate::city::{self, City};
use crate::error::{Error, Failure};
use crate::events::{bank, payout};
use crate::ids::{EntryId, FamilyId, Municipality, RemittanceId};
use crate::people::Progress;
use crate::remittance;
use crate::vault::KeyOwner;
use crate::{Ledger, Tx, own_money};

/// Lines that are matched in one database transaction. Meanwhile nobody else works on the month.
const CHUNK: i64 = 500;

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

impl Run {
    fn count(&mut self, found: &Found) {
        let counter = match found {
            Found::Returns(_) => &mut self.proposed,
            Found::Suspense => &mut self.suspense,
            Found::Nobody => &mut self.unmatched,
            Found::Payout(_) | Found::Fee | Found::TopUp(_) | Found::Fund(_) => &mut self.matched,
        };
        *counter = counter.saturating_add(1);
    }
}

/// A line that is certain, and what is posted for it.
pub(super) struct Certain<'a> {
    pub(super) line: &'a Stored,
    /// It posts once.
    pub(super) command: Command,
    /// A kind of `matches_kind`.
    pub(super) kind: &'static str,
    /// Whose money.
    pub(super) payee: Option<uuid::Uuid>,
    pub(super) draft: Draft,
}

impl Ledger {
    /// Matches every line that is not matched yet. `progress` hears of each chunk.
    pub async fn match_bank_lines(
        &self,
        municipality: Municipality,
        command: &Command,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Run, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let city = city::repo::get_in_tx(&mut tx, municipality).await?;
        let (waiting, _) = repo::count_unmatched_in_tx(&mut tx, municipality, self.clock.today()).await?;
        drop(tx);
        let total = usize::try_from(waiting).unwrap_or(usize::MAX);
        let (mut run, mut done, mut after) = (Run::default(), 0_usize, 0);
        loop {
            let mut tx = self.pool.begin().await?;
            books::repo::lock_runs_in_tx(&mut tx, municipality).await?;
            let lines = repo::list_unmatched_in_tx(&mut tx, municipality, after, CHUNK).await?;
            let Some(last) = lines.last() else { return Ok(run) };
            after = last.position;
            done = done.saturating_add(lines.len());
            self.match_lines_in_tx(&mut tx, &city, command, lines, &mut run).await?;
            tx.commit().await?;
            progress(Progress { done, total: total.max(done) });
        }
    }

    async fn match_lines_in_tx(&self, tx: &mut Tx<'_>, city: &City, command: &Command, lines: Vec<Stored>, run: &mut Run) -> Result<(), Error<Rejected>> {
        let municipality = city.municipality;
        let lines = self.open_lines_in_tx(tx, municipality, lines).await?;
        let mut candidates = self.candidates_in_tx(tx, city, &lines).await?;
        let open = self.open_days_in_tx(tx, municipality).await?;
        let (mut certain, mut arrived, mut proposed) = (Vec::new(), Vec::new(), Vec::new());
        for (line, said) in &lines {
            let found = candidates.find(line, said).map_err(calendar)?;
            run.count(&found);
            let own = Command::new(command.actor.clone(), format!("match/{}", line.id), &line.id);
            let on = open.day(line.booked_on);
            let mut post = |kind, payee, draft| certain.push(Certain { line, command: own.clone(), kind, payee, draft });
            match found {
                Found::Payout(file) => self.confirm_payout_in_tx(tx, municipality, &own, line, file).await?,
                Found::Fee => post("fee", None, bank::bank_fee(line.amount, on)),
                Found::TopUp(family) => post("top_up", Some(family.uuid()), bank::top_up(family, line.amount, on)),
                Found::Suspense => post("suspense", None, bank::unknown_credit(line.amount, on)),
                Found::Fund(entry) => {
                    arrived.push(repo::NewMatch { line: line.id, step: 1, kind: "fund", remittance: None, payee: None, entry, proposed_by: None });
                }
                Found::Returns(returns) => {
                    proposed.extend(returns.into_iter().map(|proposal| repo::NewProposal { line: line.id, step: 1, proposal }));
                }
                Found::Nobody => {}
            }
        }
        let act = self.act(command);
        self.post_matches_in_tx(tx, municipality, &act, &certain).await?;
        repo::insert_matches_in_tx(tx, municipality, &arrived, &act).await?;
        Ok(repo::insert_proposals_in_tx(tx, municipality, &proposed, &act).await?)
    }

    /// Lines with what they say, by the keys of their files.
    async fn open_lines_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, lines: Vec<Stored>) -> Result<Vec<(Stored, Said)>, Failure> {
        let keys = self.list_vault_keys_of_in_tx(tx, municipality, lines.iter().map(|line| KeyOwner::BankRecord(line.statement))).await?;
        let open = |line: Stored| {
            let key = keys.get(&KeyOwner::BankRecord(line.statement)).ok_or(Failure::Vault("the key of the bank statement is gone"))?;
            let said = key.open_json(super::import::place(line.id), &line.sealed)?;
            Ok((line, said))
        };
        lines.into_iter().map(open).collect()
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
        let draft = payout::confirm_payout(line.amount, self.open_days_in_tx(tx, municipality).await?.day(line.booked_on));
        let entry = self.post_for_in_tx(tx, municipality, command, draft).await?;
        let act = self.act(command);
        remittance::repo::mark_state_in_tx(tx, municipality, file, &state, &act).await?;
        let new = repo::NewMatch { line: line.id, step: 1, kind: "payout", remittance: Some((file, None)), payee: None, entry, proposed_by: None };
        Ok(repo::insert_matches_in_tx(tx, municipality, &[new], &act).await?)
    }

    /// Posts what lines are and records the matches.
    pub(super) async fn post_matches_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        act: &Act,
        certain: &[Certain<'_>],
    ) -> Result<(), Error<Rejected>> {
        let postings: Vec<_> = certain.iter().map(|certain| self.posting(municipality, certain.command.clone(), certain.draft.clone())).collect();
        let outcomes = books::repo::post_batch(tx, municipality, self.clock.now(), postings.iter()).await?;
        let (mut matches, mut loaded) = (Vec::new(), Vec::new());
        for (Certain { line, kind, payee, .. }, outcome) in certain.iter().zip(outcomes) {
            let entry = posted(outcome)?;
            if let ("top_up", Some(family)) = (*kind, payee) {
                loaded.push((FamilyId::new(*family), entry));
            }
            let step = line.next_step();
            matches.push(repo::NewMatch { line: line.id, step, kind, remittance: None, payee: *payee, entry, proposed_by: None });
        }
        own_money::repo::insert_in_tx(tx, municipality, &loaded).await?;
        Ok(repo::insert_matches_in_tx(tx, municipality, &matches, act).await?)
    }

    /// Posts a draft for a command that posts once.
    pub(super) async fn post_for_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        draft: Draft,
    ) -> Result<EntryId, Error<Rejected>> {
        posted(self.post_in_tx(tx, municipality, &self.posting(municipality, command.clone(), draft)).await?)
    }

    pub(super) async fn open_days_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality) -> Result<OpenDays, Failure> {
        Ok(OpenDays { closed_through: books::repo::find_closed_through_in_tx(tx, municipality).await?, today: self.clock.today() })
    }
}

/// Which days may be posted on.
pub(super) struct OpenDays {
    closed_through: Option<NaiveDate>,
    today: NaiveDate,
}

impl OpenDays {
    /// The wanted day, or today when its month is closed (corrections post in the open month).
    pub(super) fn day(&self, wanted: NaiveDate) -> NaiveDate {
        if self.closed_through.is_some_and(|closed| wanted <= closed) { self.today } else { wanted }
    }
}

fn posted(outcome: Outcome) -> Result<EntryId, Error<Rejected>> {
    match outcome {
        Outcome::Posted(entry) | Outcome::Replayed(entry) => Ok(entry),
        Outcome::Rejected(refused) => Err(Error::Rejected(Rejected::Books(refused))),
    }
}

pub(super) fn calendar(error: BeyondHorizon) -> Error<Rejected> {
    Error::Rejected(Rejected::Calendar(error))
}
