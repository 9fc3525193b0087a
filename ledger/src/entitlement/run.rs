//! The grant run of one scheme and service period: judge every child, award those who qualify, grant what is not granted yet.
//!
//! Safe to repeat, to break off and to run twice at once: a child is granted a period once.

use chrono::NaiveDate;

use super::{Award, CHUNK, Run, RunRejected};
use crate::Ledger;
use crate::actor::Actor;
use crate::city;
use crate::error::Error;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::people::{Eligible, Judged, Progress, Question};
use crate::scheme::{Facts, Period, Version};

/// What a grant run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantRun {
    /// Whom it judged.
    pub judged: Judged,
    /// What it granted now.
    pub granted: Run,
    /// The period, the same for every child.
    pub period: Period,
    /// Whether the rules are a training version.
    pub training: bool,
}

impl Ledger {
    /// Grants the service period of `scheme` that holds `day` to every child that qualifies.
    ///
    /// # Errors
    /// [`RunRejected`]: no rules on that day, nothing is granted in money, the budget does not suffice, the books are closed.
    pub async fn run_grant(
        &self,
        municipality: Municipality,
        (scheme, day): (&str, NaiveDate),
        actor: &Actor,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<GrantRun, Error<RunRejected>> {
        let mut tx = self.pool.begin().await?;
        let rules = city::repo::get_in_tx(&mut tx, municipality).await?.rules();
        tx.commit().await?;
        let schemes = self.schemes.clone();
        let scheme = schemes.get(scheme).ok_or(Error::Rejected(RunRejected::NoRules))?;
        let version = scheme.rules_on(day, rules).ok_or(Error::Rejected(RunRejected::NoRules))?;
        let period = version.period(day, None);

        let question = Question { scheme, rules, period_from: period.service_from, on: self.clock.today() };
        let judged = self.decide_eligibility(municipality, question, actor, progress).await?;
        let granted = self.grant_eligible(municipality, (scheme.id(), version, period), actor, progress).await?;
        Ok(GrantRun { judged, granted, period, training: version.training })
    }

    async fn grant_eligible(
        &self,
        municipality: Municipality,
        (scheme, version, period): (&str, &Version, Period),
        actor: &Actor,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Run, Error<RunRejected>> {
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let on = self.clock.today().max(period.service_from);
        let mut run = Run::default();
        let mut after = None;
        loop {
            let eligible = self.eligible_children(municipality, (scheme, period.service_from), after, limit).await?;
            let Some(last) = eligible.last() else { return Ok(run) };
            after = Some(last.child);
            let children: Vec<_> = eligible.iter().map(|eligible| eligible.child).collect();
            let facts = self.scheme_facts(municipality, &children, on).await?;
            let awards: Result<Vec<_>, _> =
                eligible.iter().filter_map(|eligible| award(version, period, eligible, facts.get(&eligible.child)?).transpose()).collect();
            let granted = self.grant(municipality, scheme, actor, &awards.map_err(Error::Rejected)?).await?;
            run.add(granted.count, granted.amount)?;
            progress(Progress { done: run.count, total: run.count });
        }
    }
}

/// What one child is awarded for the period; nothing where the scheme refuses it in spite of qualifying (closed to new grants, no class).
fn award(version: &Version, period: Period, eligible: &Eligible, facts: &Facts) -> Result<Option<Award>, RunRejected> {
    let Ok(Some(grant)) = version.grant_in(period, &facts.clone().since(eligible.since), None) else { return Ok(None) };
    let (amount, visits) = match (grant.amount_yen, grant.amount_count) {
        (Some(amount), _) => (amount, None),
        (None, Some(count)) => (committed(version, facts, count).ok_or(RunRejected::NotMoney)?, Some(count)),
        (None, None) => return Err(RunRejected::NotMoney),
    };
    Ok(Some(Award {
        child: eligible.child,
        family: eligible.family,
        amount,
        visits,
        face: grant.face_yen.unwrap_or(Yen::new(1)),
        period_from: period.service_from,
        service_from: grant.period.service_from,
        service_to: grant.period.service_to,
        opens_on: grant.period.opens_on,
        closes_on: grant.period.closes_on,
    }))
}

/// What visits commit in yen: count × the most that the city can pay for one. None where that is unknown or nothing.
fn committed(version: &Version, facts: &Facts, count: i64) -> Option<Yen> {
    let most = version.most_per_use(facts).ok()??;
    most.times(count).ok().filter(|amount| amount.is_positive())
}
