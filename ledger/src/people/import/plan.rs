//! What a chunk of lines changes: each line against what is known, nothing written.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::known::{Child, Guardian, Household, Index, Indexers, Known};
use crate::Ledger;
use crate::entropy::Draw;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality};
use crate::people::Person;
use crate::people::activation_of;
use crate::people::repo::write::{NewAccount, NewFacts, NewFamily, NewGuardian};
use crate::people::roster::{Headings, Row};
use crate::people::sealed;
use crate::people::sealed_account::SealedAccount;
use crate::people::state::{Stated, completed, in_force};
use crate::vault::{KeyOwner, NewKey};

/// The roster that is being read.
pub(super) struct Reading<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) municipality: Municipality,
    pub(super) indexers: Indexers,
    pub(super) headings: &'a Headings,
    /// Its number; one that no roster has yet where nothing is written.
    pub(super) number: i32,
    pub(super) received_on: NaiveDate,
    /// What ids and secrets are drawn for.
    pub(super) scope: String,
}

/// New rows, by table.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) keys: Vec<NewKey>,
    pub(super) families: Vec<NewFamily>,
    pub(super) protected: Vec<(FamilyId, bool)>,
    pub(super) guardians: Vec<NewGuardian>,
    pub(super) children: Vec<(ChildId, Index)>,
    pub(super) facts: Vec<NewFacts>,
    pub(super) accounts: Vec<NewAccount>,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// A child that was not known.
    New,
    /// Something that was not known of a known child.
    Changed,
    /// Nothing.
    Unchanged,
}

/// The changes of one chunk, line by line.
pub(super) struct Plan<'a> {
    reading: &'a Reading<'a>,
    known: Known,
    /// What the lines of a household say about its protection: one that asks for it outweighs others that lift it.
    protected: BTreeMap<String, bool>,
    pub(super) changes: Changes,
}

impl<'a> Plan<'a> {
    /// A plan for `rows`, which are then given to [`Self::line`] in order.
    pub(super) fn new(reading: &'a Reading<'a>, known: Known, rows: &[Row]) -> Self {
        let mut wanted = BTreeMap::new();
        for (household, protected) in rows.iter().filter_map(|row| Some((row.household.clone(), row.protected?))) {
            wanted.entry(household).and_modify(|wanted| *wanted = *wanted || protected).or_insert(protected);
        }
        Self { reading, known, protected: wanted, changes: Changes::default() }
    }

    /// Takes one line in. Lines of one household come together, the earliest first.
    pub(super) fn line(&mut self, row: &Row) -> Result<Effect, Failure> {
        let since = row.since.unwrap_or(self.reading.received_on);
        let index = self.reading.indexers.household.index(&row.household);
        let mut household = match self.known.households.remove(&index) {
            Some(household) => household,
            None => self.new_family(row, index)?,
        };
        let (guardian, guardian_changed) = self.guardian(&mut household, row, since)?;
        let account_changed = self.account(&mut household, row, since)?;
        let protected_changed = self.protected(&mut household, row);
        let child = self.known.children.remove(&self.reading.indexers.child.index(&row.child.number));
        let effect = match child {
            None => {
                let id = ChildId::new(self.draw("child", row.line));
                self.changes.children.push((id, self.reading.indexers.child.index(&row.child.number)));
                self.facts(&household, guardian, row, (Child { id, said: Vec::new() }, since))?;
                Effect::New
            }
            Some(child) => {
                let child_changed = self.facts(&household, guardian, row, (child, since))?;
                let changed = child_changed || guardian_changed || account_changed || protected_changed;
                if changed { Effect::Changed } else { Effect::Unchanged }
            }
        };
        self.known.households.insert(index, household);
        Ok(effect)
    }

    fn draw(&self, purpose: &'static str, line: u64) -> uuid::Uuid {
        let draw = Draw { command: &self.reading.scope, purpose, index: line };
        self.reading.ledger.entropy.uuid(draw, self.reading.ledger.clock.now())
    }

    fn new_family(&mut self, row: &Row, household_index: Index) -> Result<Household, Failure> {
        let reading = self.reading;
        let family = FamilyId::new(self.draw("family", row.line));
        let (new_key, key) = reading.ledger.draw_vault_key(reading.municipality, KeyOwner::Family(family), &reading.scope, row.line)?;
        let household = key.seal(sealed::household(family), row.household.as_bytes())?;
        let activation_hash = activation_of(&*reading.ledger.entropy, reading.municipality, family, 0).digest();
        let key_id = key.id();
        let protected = self.protected.get(&row.household).copied().unwrap_or(false);
        self.changes.families.push(NewFamily { family, household_index, household, key: key_id, activation_hash, protected });
        self.changes.keys.push(new_key);
        self.known.keys.0.insert(key_id, key);
        Ok(Household { family, key: key_id, protected, guardians: Vec::new(), accounts: Vec::new() })
    }

    /// The guardian of a line, and whether the line says something new about them.
    fn guardian(&mut self, household: &mut Household, row: &Row, since: NaiveDate) -> Result<(GuardianId, bool), Failure> {
        let number_index = self.reading.indexers.guardian.index(&row.guardian.number);
        let place = household.guardians.iter().position(|guardian| guardian.index == number_index);
        let id = place.and_then(|at| household.guardians.get(at)).map_or_else(|| GuardianId::new(self.draw("guardian", row.line)), |guardian| guardian.id);
        let said = place.and_then(|at| household.guardians.get(at)).and_then(|guardian| in_force(&guardian.said, since));
        if said.is_some_and(|said| said.what == row.guardian) {
            return Ok((id, false));
        }
        let number = self.reading.number;
        let person = self.seal(household, sealed::guardian_person(id, (number, since)), &row.guardian)?;
        self.changes.guardians.push(NewGuardian { guardian: id, family: household.family, number_index, since, person });
        let stated = Stated { since, roster_number: number, what: row.guardian.clone() };
        match place.and_then(|at| household.guardians.get_mut(at)) {
            Some(guardian) => guardian.said.push(stated),
            None => household.guardians.push(Guardian { id, index: number_index, said: vec![stated] }),
        }
        Ok((id, true))
    }

    /// Whether a line says that the family is paid elsewhere. A line without an account says nothing.
    fn account(&mut self, household: &mut Household, row: &Row, since: NaiveDate) -> Result<bool, Failure> {
        let Some(account) = &row.account else { return Ok(false) };
        if in_force(&household.accounts, since).is_some_and(|said| said.what == *account) {
            return Ok(false);
        }
        let number = self.reading.number;
        let sealed = self.seal(household, sealed::account(household.family, (number, since)), &SealedAccount::from(account))?;
        self.changes.accounts.push(NewAccount { family: household.family, since, account: sealed });
        household.accounts.push(Stated { since, roster_number: number, what: account.clone() });
        Ok(true)
    }

    /// Whether the lines of this household change its protection. A new family has what they ask for from the beginning.
    fn protected(&mut self, household: &mut Household, row: &Row) -> bool {
        let wanted = self.protected.get(&row.household).copied().filter(|wanted| *wanted != household.protected);
        let Some(protected) = wanted else { return false };
        household.protected = protected;
        self.changes.protected.push((household.family, protected));
        true
    }

    /// Whether a line says something new about the child from `since` on.
    fn facts(&mut self, household: &Household, guardian: GuardianId, row: &Row, (child, since): (Child, NaiveDate)) -> Result<bool, Failure> {
        let said = in_force(&child.said, since);
        // A line from before all that is known has no facts of its day to build on: the earliest known ones stand in.
        let basis = said.or_else(|| child.said.iter().min_by_key(|said| (said.since, said.roster_number)));
        let known = basis.map(|said| self.known.keys.open_facts(&said.what)).transpose()?;
        let facts = known.as_ref().map_or_else(|| row.facts.clone(), |known| completed(&row.facts, known, self.reading.headings));
        if let Some(said) = said {
            let person: Person = self.known.keys.open_child(&said.what)?;
            let same_people = said.what.family == household.family && said.what.guardian == guardian && person == row.child;
            if same_people && known.as_ref() == Some(&facts) {
                return Ok(false);
            }
        }
        let edition = (self.reading.number, since);
        let person = self.seal(household, sealed::child_person(child.id, edition), &row.child)?;
        let facts = self.seal(household, sealed::child_facts(child.id, edition), &facts)?;
        self.changes.facts.push(NewFacts { child: child.id, since, family: household.family, guardian, person, facts });
        Ok(true)
    }

    fn seal(&self, household: &Household, place: crate::vault::Place, value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
        self.known.keys.get(household.key)?.seal_json(place, value)
    }
}
