//! What each job does. Each may be broken off and run again: it takes up what there is.

use std::fmt;

use chrono::{Days, NaiveDate};

use super::{Job, Work, repo};
use crate::Ledger;
use crate::actor::Actor;
use crate::entitlement::Run;
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::scheme::Period;
use crate::statement;
use crate::time::{Instant, Month, tokyo_date};
use crate::{books, city};

/// How far back a period may have opened that is still open: no scheme grants for longer than a year.
const OPENED_DAYS_MAX: u64 = 800;

/// Why a job stopped. What it did before stands.
#[derive(Debug)]
pub struct Stopped(String);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Stopped {
    /// The whole chain: this is for those who run the service.
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Self(text)
    }
}

fn said(reviewed: usize) -> String {
    if reviewed == 0 { String::new() } else { format!("{reviewed} children looked at") }
}

fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

impl Ledger {
    /// Does the work of a job for one slot.
    ///
    /// # Errors
    /// Why it stopped: it is due again later.
    pub async fn work(&self, municipality: Municipality, job: Job, slot: Instant) -> Result<Work, Stopped> {
        let items = |items| Work { items, ..Work::default() };
        Ok(match job {
            Job::Guardians => {
                let reviewed = self.review_day(municipality, tokyo_date(slot)).await?;
                Work { items: count(self.clear_former_access(municipality).await?), detail: said(reviewed), ..Work::default() }
            }
            Job::Expire => items(count(self.expire_holds(municipality).await?.saturating_add(self.clear_former_access(municipality).await?))),
            Job::Settle => items(count(self.settle_refunds(municipality).await?)),
            Job::Fold => items(self.fold_deltas(municipality).await?),
            Job::Lapse => {
                let Run { count: lapsed, amount } = self.lapse(municipality).await?;
                Work { items: count(lapsed), amount, detail: String::new() }
            }
            Job::Grant => self.grant_open_periods(municipality, tokyo_date(slot)).await?,
            Job::Due => {
                let (settled, amount) = self.settle_due_invoices(municipality).await?;
                Work { items: count(settled), amount, detail: String::new() }
            }
            Job::Cover => items(count(self.note_cover(municipality, tokyo_date(slot)).await?)),
            Job::Seal => {
                let items = self.seal(municipality).await?;
                Work { items, detail: format!("{} leaves", self.sealed(municipality).await?.size), ..Work::default() }
            }
            Job::Remind => self.remind_of_close(municipality, tokyo_date(slot)).await?,
        })
    }

    /// Grants every period that is open on `day` and still is: to those who qualify now, and only what they were not granted yet. So whoever moves in
    /// or is first on a later roster gets the rest of a period too, and a period that closed while the service was down is left alone.
    async fn grant_open_periods(&self, municipality: Municipality, day: NaiveDate) -> Result<Work, Stopped> {
        let mut tx = self.pool.begin().await.map_err(Failure::from)?;
        let rules = city::repo::get_in_tx(&mut tx, municipality).await?.rules();
        let run = repo::list_schemes_in_tx(&mut tx, municipality).await?;
        tx.commit().await.map_err(Failure::from)?;
        let (schemes, today) = (self.schemes.clone(), self.clock.today());
        let (mut work, mut stopped) = (Work::default(), Vec::new());
        for city_scheme in &run {
            let Some(scheme) = schemes.get(&city_scheme.scheme) else {
                stopped.push(format!("there is no scheme {}", city_scheme.scheme));
                continue;
            };
            let first = day.checked_sub_days(Days::new(OPENED_DAYS_MAX)).unwrap_or(day).max(city_scheme.from);
            let last = city_scheme.to.map_or(day, |to| to.min(day));
            let opened = scheme.periods_opening(first, last, rules).into_iter().map(|(_, period)| period);
            for period in opened.filter(|period| period.closes_on >= today.max(day)) {
                match self.grant_period(municipality, scheme.id(), period, &mut work).await {
                    Ok(()) => {}
                    Err(Error::Rejected(rejected)) => stopped.push(format!("{} {}: {rejected}", scheme.id(), period.service_from)),
                    Err(Error::Failed(failure)) => return Err(failure.into()),
                }
            }
        }
        if stopped.is_empty() { Ok(work) } else { Err(Stopped(stopped.join("; "))) }
    }

    async fn grant_period(
        &self,
        municipality: Municipality,
        scheme: &str,
        period: Period,
        work: &mut Work,
    ) -> Result<(), Error<crate::entitlement::RunRejected>> {
        let run = self.run_grant(municipality, (scheme, period.service_from), &Actor::Job("grant"), &mut |_| {}).await?;
        work.items = work.items.saturating_add(count(run.granted.count));
        work.amount = work.amount.plus(run.granted.amount)?;
        if run.granted.count > 0 {
            let separator = if work.detail.is_empty() { "" } else { "; " };
            work.detail =
                format!("{}{separator}{scheme} {}: {} granted, {} eligible", work.detail, period.service_from, run.granted.count, run.judged.eligible);
        }
        Ok(())
    }

    /// Says each day which statement month is over and not closed.
    async fn remind_of_close(&self, municipality: Municipality, day: NaiveDate) -> Result<Work, Failure> {
        let mut tx = self.pool.begin().await?;
        let closing_day = city::repo::get_in_tx(&mut tx, municipality).await?.closing_day;
        let over = |month: &Month| statement::state::days(*month, closing_day).1 < day;
        let month = Month::of(day).plus_months(-1);
        let month = Some(month).filter(over).unwrap_or_else(|| month.plus_months(-1));
        let last_on = statement::state::days(month, closing_day).1;
        let open_from = books::repo::find_open_from_in_tx(&mut tx, municipality, books::repo::Scope::Payments).await?;
        let waits = open_from.is_some_and(|from| from <= last_on);
        let detail = format!("{month} ended on {last_on} and its statements are not drawn: draw, examine and approve them, then close the month");
        Ok(if waits { Work { items: 1, detail, ..Work::default() } } else { Work::default() })
    }
}
