//! SQL of closings: what is closed, and through which day.

use chrono::NaiveDate;

use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::time::Instant;

/// What a close locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Captures and refunds: the day's statements are drawn.
    Payments,
    /// Every entry: the month is closed.
    Books,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Books => "books",
        }
    }
}

/// Closes `scope` through the last of `days`. Returns whether it was open until now.
pub async fn close_through_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    scope: Scope,
    days: (NaiveDate, NaiveDate),
    now: Instant,
    actor: &str,
) -> Result<bool, Failure> {
    let (first, last) = days;
    let closed =
        sqlx::query_scalar!(r#"SELECT close_through($1, $2, $3, $4, $5, $6) AS "closed!""#, municipality.code(), scope.as_str(), last, first, now, actor)
            .fetch_one(&mut **tx)
            .await?;
    Ok(closed)
}

/// Through which day the books are closed.
pub async fn find_closed_through_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<NaiveDate>, Failure> {
    Ok(sqlx::query_scalar!("SELECT max(closed_through) FROM closings WHERE municipality = $1 AND scope = 'books'", municipality.code())
        .fetch_one(&mut **tx)
        .await?)
}

/// From which day on a close of `scope` has to wait for postings: the day after the last close, or the day of the first entry.
pub async fn find_open_from_in_tx(tx: &mut Tx<'_>, municipality: Municipality, scope: Scope) -> Result<Option<NaiveDate>, Failure> {
    let from = sqlx::query_scalar!(
        r#"
        SELECT coalesce(
            (SELECT max(closed_through) + 1 FROM closings WHERE municipality = $1 AND scope = $2),
            (SELECT min(business_on) FROM entries WHERE municipality = $1)
        )
        "#,
        municipality.code(),
        scope.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(from)
}

/// Lets one run at a time prepare, match or close in a city: the others wait, and then see what it did.
pub async fn lock_runs_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, 2)", municipality.code()).execute(&mut **tx).await?;
    Ok(())
}
