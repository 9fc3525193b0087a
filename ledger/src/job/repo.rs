//! All SQL of jobs.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::schedule::{Job, Past};
use super::schemes::CityScheme;
use super::{DayOfJob, Ended};
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::time::{Instant, tokyo_date};

/// Takes the lock of a city's job unless another server has it. It is held until `tx` ends, also when the server dies.
pub(super) async fn try_lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, job: Job) -> Result<bool, Failure> {
    let locked = sqlx::query_scalar!(r#"SELECT pg_try_advisory_xact_lock($1, $2) AS "locked!""#, municipality.code(), job.lock()).fetch_one(&mut **tx).await?;
    Ok(locked)
}

/// What is known of a job's past.
pub(super) async fn find_past_in_tx(tx: &mut Tx<'_>, municipality: Municipality, job: Job) -> Result<Past, Failure> {
    let row = sqlx::query!(
        "SELECT max(done_through) AS done_through, max(retry_at) AS retry_at FROM job_runs WHERE municipality = $1 AND job = $2",
        municipality.code(),
        job.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Past { done_through: row.done_through, retry_at: row.retry_at })
}

/// What is known of the past of every job of a city; one that has never run is missing.
pub(super) async fn list_pasts_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<BTreeMap<Job, Past>, Failure> {
    let rows = sqlx::query!(
        "SELECT job, max(done_through) AS done_through, max(retry_at) AS retry_at FROM job_runs WHERE municipality = $1 GROUP BY job",
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    let past = |row: (String, Option<Instant>, Option<Instant>)| {
        let job = Job::parse(&row.0).ok_or_else(|| Failure::inconsistent("job_runs", row.0))?;
        Ok((job, Past { done_through: row.1, retry_at: row.2 }))
    };
    rows.into_iter().map(|row| past((row.job, row.done_through, row.retry_at))).collect()
}

/// Writes down that a slot is done. The caller holds the job's lock.
///
/// # Errors
/// [`Failure::Inconsistent`] if it was done before: nobody else may write while the lock is held.
pub(super) async fn mark_done_in_tx(tx: &mut Tx<'_>, municipality: Municipality, ended: &Ended, (now, server): (Instant, &str)) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        INSERT INTO job_runs AS r (municipality, job, business_on, done_through, runs, items, amount_yen, detail, failures, ended_at, ended_by)
        VALUES ($1, $2, $3, $4, 1, $5, $6, $7, 0, $8, $9)
        ON CONFLICT (municipality, job, business_on) DO UPDATE
        SET done_through = excluded.done_through, runs = r.runs + 1, items = r.items + excluded.items, amount_yen = r.amount_yen + excluded.amount_yen,
            detail = excluded.detail, failures = 0, failed_because = NULL, retry_at = NULL, ended_at = excluded.ended_at, ended_by = excluded.ended_by
        WHERE r.done_through IS NULL OR r.done_through < excluded.done_through
        "#,
        municipality.code(),
        ended.job.as_str(),
        tokyo_date(ended.slot),
        ended.slot,
        ended.items,
        ended.amount.get(),
        ended.detail,
        now,
        server
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Failure::inconsistent("job_runs", format!("{} of {} was done before", ended.job.as_str(), ended.slot)))
    }
}

/// How often in a row a slot's day has failed.
pub(super) async fn count_failures_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (job, slot): (Job, Instant)) -> Result<i32, Failure> {
    let failures = sqlx::query_scalar!(
        "SELECT failures FROM job_runs WHERE municipality = $1 AND job = $2 AND business_on = $3",
        municipality.code(),
        job.as_str(),
        tokyo_date(slot)
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(failures.unwrap_or(0))
}

/// Writes down that a slot failed, for the nth time, and when it is tried again. It stays due.
pub(super) async fn mark_failed_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    ended: &Ended,
    (failures, retry_at): (i32, Instant),
    (now, server): (Instant, &str),
) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO job_runs (municipality, job, business_on, runs, items, amount_yen, detail, failures, failed_because, retry_at, ended_at, ended_by)
        VALUES ($1, $2, $3, 0, 0, 0, '', $4, $5, $6, $7, $8)
        ON CONFLICT (municipality, job, business_on) DO UPDATE
        SET failures = excluded.failures, failed_because = excluded.failed_because, retry_at = excluded.retry_at, ended_at = excluded.ended_at,
            ended_by = excluded.ended_by
        "#,
        municipality.code(),
        ended.job.as_str(),
        tokyo_date(ended.slot),
        failures,
        ended.failed_because,
        retry_at,
        now,
        server
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What jobs did on some days, by day and job.
pub(super) async fn list_days_in_tx(tx: &mut Tx<'_>, municipality: Municipality, days: (NaiveDate, NaiveDate)) -> Result<Vec<DayOfJob>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT job, business_on, done_through, runs, items, amount_yen, detail, failed_because, ended_at, ended_by
        FROM job_runs
        WHERE municipality = $1 AND business_on BETWEEN $2 AND $3
        ORDER BY business_on, job
        "#,
        municipality.code(),
        days.0,
        days.1
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DayOfJob {
                job: Job::parse(&row.job).ok_or_else(|| Failure::inconsistent("job_runs", row.job))?,
                business_on: row.business_on,
                done_through: row.done_through,
                runs: row.runs,
                items: row.items,
                amount: Yen::new(row.amount_yen),
                detail: row.detail,
                failed_because: row.failed_because,
                ended_at: row.ended_at,
                ended_by: row.ended_by,
            })
        })
        .collect()
}

/// The schemes that a city runs or has run, by id and beginning.
pub(super) async fn list_schemes_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<CityScheme>, Failure> {
    let rows =
        sqlx::query!("SELECT scheme_id, from_on, to_on FROM municipality_schemes WHERE municipality = $1 ORDER BY scheme_id, from_on", municipality.code())
            .fetch_all(&mut **tx)
            .await?;
    Ok(rows.into_iter().map(|row| CityScheme { scheme: row.scheme_id, from: row.from_on, to: row.to_on }).collect())
}

/// A city runs a scheme from a day on; known already, its end changes.
pub(super) async fn put_scheme_in_tx(tx: &mut Tx<'_>, municipality: Municipality, scheme: &CityScheme) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO municipality_schemes (municipality, scheme_id, from_on, to_on)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (municipality, scheme_id, from_on) DO UPDATE SET to_on = excluded.to_on
        "#,
        municipality.code(),
        scheme.scheme,
        scheme.from,
        scheme.to
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
