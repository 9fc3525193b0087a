//! Importing a roster: idempotent, chunk by chunk, each chunk whole or not at all.
//!
//! The same file changes nothing the second time, by its digest; the same line in another file changes nothing either, for it says what is
//! known. An import that broke off goes on when the same file comes again. A household is never split over chunks, and its
//! accounts in the books are opened in the database transaction that stores it.

mod known;
mod plan;

use std::collections::BTreeSet;

use serde::Serialize;

use super::payer_number::PayerNumber;
use super::repo::known as stored;
use super::repo::rosters::{self, Begun, NewRoster};
use super::repo::write::{self, NewFamily, Stamp};
use super::roster::{self, FileRefused, Notice, Parsed, Row};
use crate::actor::{Actor, Command};
use crate::books::{Account, Draft, Event, Kind, Outcome};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{Municipality, RosterId};
use crate::{Ledger, Tx};
use known::{Indexers, Known};
use plan::{Changes, Effect, Plan, Reading};

/// What blind indexes are for.
pub(super) const HOUSEHOLD: &str = "household";
pub(super) const CHILD: &str = "child";
const GUARDIAN: &str = "guardian";
const FILE: &str = "roster file";

/// Lines in one database transaction, more only where one household has more.
const CHUNK_LINES: usize = 500;

/// How often a payer number is drawn again. Of 9 × 10⁸ numbers a million are taken at most: 16 misses in a row have a chance below 10⁻⁴⁷.
const PAYER_NUMBER_DRAWS_MAX: u64 = 16;

/// What a roster does, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its id; none for a preview of a file that has not come before.
    pub roster: Option<RosterId>,
    /// Whether this very file was imported before: then it changes nothing.
    pub repeated: bool,
    /// Lines with data.
    pub lines: usize,
    /// Children that were not known.
    pub new: usize,
    /// Known children of whom the line says something new.
    pub changed: usize,
    /// Lines that say what is known.
    pub unchanged: usize,
    /// Lines that cannot be used.
    pub refused: usize,
    /// Families that were not known.
    pub families_new: usize,
    /// Why lines are refused, in the order of the file; a line may have several.
    pub refusals: Vec<Notice>,
    /// What a person should look at; these lines are used.
    pub warnings: Vec<Notice>,
}

/// How far a long piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Done so far.
    pub done: usize,
    /// In all.
    pub total: usize,
}

impl Report {
    fn new(parsed: &Parsed, begun: Option<&Begun>) -> Self {
        Self {
            roster: begun.map(|begun| begun.id),
            repeated: begun.is_some_and(|begun| begun.completed),
            lines: parsed.rows.len().saturating_add(parsed.refused),
            new: 0,
            changed: 0,
            unchanged: 0,
            refused: parsed.refused,
            families_new: 0,
            refusals: parsed.refusals.clone(),
            warnings: parsed.warnings.clone(),
        }
    }

    fn count(&mut self, effect: Effect) {
        let counter = match effect {
            Effect::New => &mut self.new,
            Effect::Changed => &mut self.changed,
            Effect::Unchanged => &mut self.unchanged,
        };
        *counter = counter.saturating_add(1);
    }
}

impl Ledger {
    /// What importing `file` now would do. Writes nothing.
    ///
    /// # Errors
    /// Rejected with [`FileRefused`] if nothing of the file may be used.
    pub async fn preview_roster(&self, municipality: Municipality, file: &[u8]) -> Result<Report, Error<FileRefused>> {
        let mut parsed = roster::parse(file, self.clock.today()).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let begun = rosters::find_in_tx(&mut tx, municipality, &self.roster_digest(municipality, file)).await?;
        let mut report = Report::new(&parsed, begun.as_ref());
        if report.repeated {
            report.unchanged = parsed.rows.len();
            return Ok(report);
        }
        let received_on = begun.as_ref().map_or_else(|| self.clock.today(), |begun| begun.received_on);
        let rows = std::mem::take(&mut parsed.rows);
        let reading = self.reading(municipality, &parsed, (i32::MAX, received_on));
        for chunk in chunks(rows, &reading) {
            let changes = plan_chunk(&reading, &mut tx, &chunk, &mut report).await?;
            report.families_new = report.families_new.saturating_add(changes.families.len());
        }
        Ok(report)
    }

    /// Writes down what `file` says of families, guardians and children, from 適用日 or from today on. `progress` hears of each chunk.
    pub(crate) async fn write_roster(
        &self,
        municipality: Municipality,
        actor: &Actor,
        file: &[u8],
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Report, Error<FileRefused>> {
        let mut parsed = roster::parse(file, self.clock.today()).map_err(Error::Rejected)?;
        let begun = self.begin_roster(municipality, actor, &parsed, &self.roster_digest(municipality, file)).await?;
        let mut report = Report::new(&parsed, Some(&begun));
        let total = parsed.rows.len();
        if report.repeated {
            report.unchanged = total;
            return Ok(report);
        }
        let rows = std::mem::take(&mut parsed.rows);
        let reading = self.reading(municipality, &parsed, (begun.number, begun.received_on));
        let mut done = 0_usize;
        for chunk in chunks(rows, &reading) {
            let mut tx = self.pool.begin().await?;
            rosters::lock_in_tx(&mut tx, municipality).await?;
            let changes = plan_chunk(&reading, &mut tx, &chunk, &mut report).await?;
            report.families_new = report.families_new.saturating_add(changes.families.len());
            self.write_chunk_in_tx(&mut tx, &reading, changes, actor).await?;
            tx.commit().await?;
            done = done.saturating_add(chunk.len());
            progress(Progress { done, total });
        }
        let mut tx = self.pool.begin().await?;
        rosters::mark_completed_in_tx(&mut tx, municipality, begun.number, self.clock.now()).await?;
        tx.commit().await?;
        Ok(report)
    }

    /// Two files are the same when their bytes are. Keyed, for a small file could be guessed.
    fn roster_digest(&self, municipality: Municipality, file: &[u8]) -> [u8; 32] {
        self.vault.indexer(municipality, FILE).index_bytes(file)
    }

    fn reading<'a>(&'a self, municipality: Municipality, parsed: &'a Parsed, (number, received_on): super::sealed::Edition) -> Reading<'a> {
        let scope = format!("{municipality}/roster {number}");
        Reading { ledger: self, municipality, indexers: Indexers::new(self, municipality), headings: &parsed.headings, number, received_on, scope }
    }

    /// Finds the file, or gives it the next number.
    async fn begin_roster(&self, municipality: Municipality, actor: &Actor, parsed: &Parsed, digest: &[u8; 32]) -> Result<Begun, Failure> {
        let mut tx = self.pool.begin().await?;
        rosters::lock_in_tx(&mut tx, municipality).await?;
        if let Some(begun) = rosters::find_in_tx(&mut tx, municipality, digest).await? {
            return Ok(begun);
        }
        let started_at = self.clock.now();
        let id = RosterId::new(self.entropy.uuid(Draw { command: &hex::encode(digest), purpose: "roster", index: 0 }, started_at));
        let lines = i32::try_from(parsed.rows.len().saturating_add(parsed.refused)).unwrap_or(i32::MAX);
        let refused = i32::try_from(parsed.refused).unwrap_or(i32::MAX);
        let received_on = self.clock.today();
        let roster = NewRoster { id, digest, lines, refused, received_on, imported_by: actor.to_string(), started_at };
        let number = rosters::insert_in_tx(&mut tx, municipality, &roster).await?;
        tx.commit().await?;
        Ok(Begun { number, id, received_on, completed: false })
    }

    async fn write_chunk_in_tx(&self, tx: &mut Tx<'_>, reading: &Reading<'_>, changes: Changes, actor: &Actor) -> Result<(), Failure> {
        let stamp = Stamp { municipality: reading.municipality, roster_number: reading.number, now: self.clock.now() };
        let Changes { keys, families, protected, guardians, children, facts, accounts } = changes;
        if !families.is_empty() {
            let numbers = self.payer_numbers_in_tx(tx, reading.municipality, &families).await?;
            self.insert_vault_keys_in_tx(tx, reading.municipality, &keys).await?;
            write::insert_families_in_tx(tx, stamp, &families, &numbers).await?;
            self.open_family_accounts_in_tx(tx, reading, &families, actor).await?;
        }
        write::update_protected_in_tx(tx, stamp, &protected).await?;
        write::insert_guardians_in_tx(tx, stamp, &guardians).await?;
        write::insert_children_in_tx(tx, stamp, &children).await?;
        write::insert_facts_in_tx(tx, stamp, &facts).await?;
        write::insert_accounts_in_tx(tx, stamp, &accounts).await?;
        let said_of: Vec<_> = facts.iter().map(|facts| facts.child).collect();
        self.review_guardians_in_tx(tx, reading.municipality, &said_of).await
    }

    /// A payer number for each family, none of them taken.
    async fn payer_numbers_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, families: &[NewFamily]) -> Result<Vec<PayerNumber>, Failure> {
        let draw = |family: &NewFamily, index| {
            let command = format!("{municipality}/{}", family.family);
            PayerNumber::of_bits(&self.entropy.bits(Draw { command: &command, purpose: "payer number", index }))
        };
        let mut numbers: Vec<Option<PayerNumber>> = vec![None; families.len()];
        for attempt in 0..PAYER_NUMBER_DRAWS_MAX {
            let drawn: Vec<_> = families.iter().map(|family| draw(family, attempt)).collect();
            let texts: Vec<_> = drawn.iter().map(|number| number.as_str().to_owned()).collect();
            let mut taken: BTreeSet<String> = stored::list_payer_numbers_in_tx(tx, municipality, &texts).await?.into_iter().collect();
            taken.extend(numbers.iter().flatten().map(|number| number.as_str().to_owned()));
            for (number, drawn) in numbers.iter_mut().zip(drawn).filter(|(number, _)| number.is_none()) {
                if taken.insert(drawn.as_str().to_owned()) {
                    *number = Some(drawn);
                }
            }
            if numbers.iter().all(Option::is_some) {
                break;
            }
        }
        let numbers: Option<Vec<_>> = numbers.into_iter().collect();
        numbers.ok_or_else(|| Failure::inconsistent("families", "no payer number is left"))
    }

    /// Opens what every family has in the books: own money, what it is owed, what it owes.
    async fn open_family_accounts_in_tx(&self, tx: &mut Tx<'_>, reading: &Reading<'_>, families: &[NewFamily], actor: &Actor) -> Result<(), Failure> {
        let kinds = [Kind::OwnMoney, Kind::FamilyPayable, Kind::FamilyReceivable];
        let accounts = families.iter().flat_map(|family| kinds.map(|kind| Account::of_owner(kind, family.family.uuid())));
        let draft = Draft::new(Event::Correct, self.clock.today(), Vec::new()).opening(accounts).because("accounts of families");
        let ids: Vec<_> = families.iter().map(|family| family.family).collect();
        let first = ids.first().map(ToString::to_string).unwrap_or_default();
        let command = Command::new(actor.clone(), format!("roster {} families from {first}", reading.number), &ids);
        match self.post_in_tx(tx, reading.municipality, &self.posting(reading.municipality, command, draft)).await? {
            Outcome::Posted(_) => Ok(()),
            Outcome::Replayed(_) => Err(Failure::inconsistent("commands", "the accounts of a new family exist already")),
            Outcome::Rejected(refused) => Err(Failure::inconsistent("accounts", format!("the accounts of new families cannot be opened: {refused}"))),
        }
    }
}

async fn plan_chunk(reading: &Reading<'_>, tx: &mut Tx<'_>, chunk: &[Row], report: &mut Report) -> Result<Changes, Failure> {
    let known = Known::load(reading.ledger, tx, reading.municipality, &reading.indexers, chunk).await?;
    let mut plan = Plan::new(reading, known, chunk);
    for row in chunk {
        report.count(plan.line(row)?);
    }
    Ok(plan.changes)
}

/// The lines by household, in each the earliest first, cut between households.
fn chunks(mut rows: Vec<Row>, reading: &Reading<'_>) -> Vec<Vec<Row>> {
    rows.sort_by(|one, other| {
        let key = |row: &Row| (row.since.unwrap_or(reading.received_on), row.line);
        one.household.cmp(&other.household).then_with(|| key(one).cmp(&key(other)))
    });
    let mut chunks: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK_LINES || chunk.last().is_some_and(|last| last.household == row.household) => chunk.push(row),
            _ => chunks.push(vec![row]),
        }
    }
    chunks
}
