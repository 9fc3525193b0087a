//! Who is eligible for a scheme in one of its periods, since when, and why: decided from sealed facts, kept without them.
//!
//! A decision is kept when it differs from the last one; none is ever edited. What is kept holds no personal data: ids, days, reason codes.

mod judge;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::import::Progress;
use super::repo::eligibility::{self as repo, Decision, Stamp};
use super::repo::known::{self, FactsRow};
use super::sealed::{Keys, uuids};
use super::state::{Stated, in_force};
use crate::actor::Actor;
use crate::city::City;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, Municipality, VaultKeyId};
use crate::people::ChildFacts;
use crate::scheme::{Facts, Rules, Scheme};
use crate::{Ledger, Tx};
use judge::{Judge, Subject};

/// Children in one database transaction.
const CHUNK_CHILDREN: i64 = 500;

/// Who qualifies for a period of a scheme, as seen on a day.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The scheme.
    pub scheme: &'a Scheme,
    /// Which of its versions count.
    pub rules: Rules,
    /// The first day of the period, the same for every child.
    pub period_from: NaiveDate,
    /// The day whose facts are judged. Before the period begins, what is known of its first day is judged.
    pub on: NaiveDate,
}

/// What a run has decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Children of whom something is known on the day.
    pub children: usize,
    /// Those who qualify.
    pub eligible: usize,
    /// Those for whom that is new, or is so for other reasons or since another day.
    pub changed: usize,
}

/// A child that qualifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eligible {
    /// The child.
    pub child: ChildId,
    /// Its family when it was decided.
    pub family: FamilyId,
    /// It has qualified without a break since this day, within the fiscal year.
    pub since: NaiveDate,
}

impl Ledger {
    /// Judges every child of the municipality and keeps what is new. Safe to repeat: the same facts give no new decision.
    pub async fn decide_eligibility(
        &self,
        municipality: Municipality,
        question: Question<'_>,
        actor: &Actor,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Judged, Failure> {
        let mut tx = self.pool.begin().await?;
        let city = repo::get_slug_in_tx(&mut tx, municipality).await?;
        let total = repo::count_children_in_tx(&mut tx, municipality).await?;
        tx.commit().await?;
        let on = question.on.max(question.period_from);
        let stamp =
            Stamp { municipality, scheme: question.scheme.id(), period_from: question.period_from, on, now: self.clock.now(), actor: actor.to_string() };
        let judge = Judge { scheme: question.scheme, rules: question.rules };
        let (mut judged, mut done, mut after) = (Judged::default(), 0_usize, None);
        loop {
            let mut tx = self.pool.begin().await?;
            repo::lock_in_tx(&mut tx, municipality).await?;
            let children = repo::list_children_in_tx(&mut tx, municipality, after, CHUNK_CHILDREN).await?;
            let Some(last) = children.last() else { return Ok(judged) };
            after = Some(*last);
            let decisions =
                self.judge_in_tx(&mut tx, &stamp, &children, &|subject| judge.judge(subject, judge::first_day(question.period_from), on), &city).await?;
            let eligible = decisions.iter().filter(|decision| decision.since.is_some()).count();
            let kept = repo::list_last_in_tx(&mut tx, &stamp, &children).await?;
            let new: Vec<_> = decisions.iter().filter(|decision| kept.get(&decision.child) != Some(*decision)).cloned().collect();
            repo::insert_in_tx(&mut tx, &stamp, &new).await?;
            tx.commit().await?;
            judged.children = judged.children.saturating_add(decisions.len());
            judged.eligible = judged.eligible.saturating_add(eligible);
            judged.changed = judged.changed.saturating_add(new.len());
            done = done.saturating_add(children.len());
            progress(Progress { done, total: total.max(done) });
        }
    }

    /// The children that qualify for a period by the last decision, in the order of their ids, from the one after `after`, at most `limit`.
    pub async fn eligible_children(
        &self,
        municipality: Municipality,
        (scheme, period_from): (&str, NaiveDate),
        after: Option<ChildId>,
        limit: i64,
    ) -> Result<Vec<Eligible>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_eligible_in_tx(&mut tx, municipality, (scheme, period_from), after, limit).await
    }

    /// What is known of children on `on`, as schemes ask for it: for amounts that depend on a class. Children of whom nothing is known are missing.
    pub async fn scheme_facts(&self, municipality: Municipality, children: &[ChildId], on: NaiveDate) -> Result<BTreeMap<ChildId, Facts>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.scheme_facts_in_tx(&mut tx, municipality, children, on).await
    }

    /// [`Ledger::scheme_facts`] within a database transaction.
    pub async fn scheme_facts_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        children: &[ChildId],
        on: NaiveDate,
    ) -> Result<BTreeMap<ChildId, Facts>, Failure> {
        let city = repo::get_slug_in_tx(tx, municipality).await?;
        let people = self.open_facts_in_tx(tx, municipality, children).await?;
        let facts = |said: &[Stated<ChildFacts>]| Subject { said, city: &city }.facts_on(on);
        Ok(people.iter().filter_map(|(child, person)| Some((*child, facts(&person.said)?))).collect())
    }

    /// Of these children those that are the family's own on a day, each with what its schemes ask about it then. Nothing that was said of the others is
    /// opened.
    pub(crate) async fn facts_of_own_in_tx(
        &self,
        tx: &mut Tx<'_>,
        city: &City,
        asked: &BTreeSet<(FamilyId, ChildId)>,
        on: NaiveDate,
    ) -> Result<BTreeMap<(FamilyId, ChildId), Facts>, Failure> {
        let children: BTreeSet<_> = asked.iter().map(|(_, child)| child.uuid()).collect();
        let mut rows = known::list_facts_in_tx(tx, city.municipality, &children.into_iter().collect::<Vec<_>>()).await?;
        let mut said: BTreeMap<ChildId, Vec<Stated<FamilyId>>> = BTreeMap::new();
        for row in &rows {
            said.entry(row.child).or_default().push(Stated { since: row.since, roster_number: row.roster_number, what: row.family });
        }
        let families = said.iter().filter_map(|(child, families)| Some((in_force(families, on)?.what, *child)));
        let own: BTreeSet<_> = families.filter(|pair| asked.contains(pair)).collect();
        let children: BTreeSet<_> = own.iter().map(|(_, child)| *child).collect();
        rows.retain(|row| children.contains(&row.child));
        let people = self.open_rows_in_tx(tx, city.municipality, &rows).await?;
        let facts = |child| Subject { said: &people.get(child)?.said, city: &city.slug }.facts_on(on);
        Ok(own.iter().map(|(family, child)| ((*family, *child), facts(child).unwrap_or_default())).collect())
    }

    /// What is known of one child over some days: on the first, on the first of each month, and on each day on which it changes. Days before the
    /// first roster that names the child are missing.
    pub(crate) async fn scheme_facts_over_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        child: ChildId,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<BTreeMap<NaiveDate, Facts>, Failure> {
        let city = repo::get_slug_in_tx(tx, municipality).await?;
        let people = self.open_facts_in_tx(tx, municipality, &[child]).await?;
        let Some(person) = people.get(&child) else { return Ok(BTreeMap::new()) };
        let subject = Subject { said: &person.said, city: &city };
        let days = std::iter::once(first).chain(subject.changes(first, last));
        Ok(days.filter_map(|day| Some((day, subject.facts_on(day)?))).collect())
    }

    async fn judge_in_tx(
        &self,
        tx: &mut Tx<'_>,
        stamp: &Stamp<'_>,
        children: &[ChildId],
        judge: &(dyn Fn(&Subject<'_>) -> Option<judge::Verdict> + Sync),
        city: &str,
    ) -> Result<Vec<Decision>, Failure> {
        let people = self.open_facts_in_tx(tx, stamp.municipality, children).await?;
        let decision = |(child, person): (&ChildId, &Person)| {
            let family = in_force(&person.families, stamp.on)?.what;
            let judge::Verdict { since, reasons, version_from } = judge(&Subject { said: &person.said, city })?;
            Some(Decision { child: *child, family, since, reasons, version_from })
        };
        Ok(people.iter().filter_map(decision).collect())
    }

    /// All that rosters have said of these children, opened, without names.
    async fn open_facts_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, children: &[ChildId]) -> Result<BTreeMap<ChildId, Person>, Failure> {
        let rows = known::list_facts_in_tx(tx, municipality, &uuids(children, ChildId::uuid)).await?;
        self.open_rows_in_tx(tx, municipality, &rows).await
    }

    async fn open_rows_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, rows: &[FactsRow]) -> Result<BTreeMap<ChildId, Person>, Failure> {
        let ids: Vec<_> = rows.iter().map(|row| row.key).collect();
        let keys = Keys(self.list_vault_keys_in_tx(tx, municipality, &uuids(&ids, VaultKeyId::uuid)).await?);
        let mut people: BTreeMap<ChildId, Person> = BTreeMap::new();
        for row in rows {
            // A family whose key has been destroyed is not there any more.
            if keys.0.contains_key(&row.key) {
                people.entry(row.child).or_default().push(row, keys.open_facts(row)?);
            }
        }
        Ok(people)
    }
}

/// What has been said of one child.
#[derive(Default)]
struct Person {
    said: Vec<Stated<ChildFacts>>,
    families: Vec<Stated<FamilyId>>,
}

impl Person {
    fn push(&mut self, row: &FactsRow, facts: ChildFacts) {
        self.said.push(Stated { since: row.since, roster_number: row.roster_number, what: facts });
        self.families.push(Stated { since: row.since, roster_number: row.roster_number, what: row.family });
    }
}
