//! All SQL of exports: read row by row, so that memory stays flat.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::Failure;
use crate::ids::Municipality;
use crate::time::Instant;

/// One transfer with its entry and the names of its accounts.
pub(super) struct TransferRow {
    /// The entry.
    pub(super) entry_id: Uuid,
    /// The event.
    pub(super) event: String,
    /// Its day.
    pub(super) business_on: NaiveDate,
    /// The entry that it undoes.
    pub(super) reverses: Option<Uuid>,
    /// The unit of both accounts.
    pub(super) unit: String,
    /// The amount.
    pub(super) amount: i64,
    /// The debited account.
    pub(super) debit: Uuid,
    /// Its kind.
    pub(super) debit_kind: String,
    /// Its scheme.
    pub(super) debit_scheme: Option<String>,
    /// Its fiscal year.
    pub(super) debit_year: Option<i16>,
    /// The credited account.
    pub(super) credit: Uuid,
    /// Its kind.
    pub(super) credit_kind: String,
    /// Its scheme.
    pub(super) credit_scheme: Option<String>,
    /// Its fiscal year.
    pub(super) credit_year: Option<i16>,
}

/// Sends every transfer of `days` to `each`, in the order of posting; stops at the first error.
pub(super) async fn each_transfer(
    pool: &PgPool,
    municipality: Municipality,
    days: (NaiveDate, NaiveDate),
    mut each: impl FnMut(TransferRow) -> std::io::Result<()>,
) -> Result<std::io::Result<()>, Failure> {
    let mut tx = pool.begin().await?;
    let mut after: Option<(Instant, Uuid)> = None;
    loop {
        let (at, id) = after.unwrap_or((Instant::UNIX_EPOCH, Uuid::nil()));
        let entries = sqlx::query!(
            r#"
            SELECT entry_id, posted_at
            FROM entries
            WHERE municipality = $1 AND business_on BETWEEN $2 AND $3 AND (posted_at, entry_id) > ($4, $5)
            ORDER BY posted_at, entry_id
            LIMIT 5000
            "#,
            municipality.code(),
            days.0,
            days.1,
            at,
            id
        )
        .fetch_all(&mut *tx)
        .await?;
        let Some(last) = entries.last() else { return Ok(Ok(())) };
        after = Some((last.posted_at, last.entry_id));
        let ids: Vec<_> = entries.iter().map(|entry| entry.entry_id).collect();
        let rows = sqlx::query_as!(
            TransferRow,
            r#"
            SELECT e.entry_id, e.kind AS event, e.business_on, e.reverses_entry_id AS reverses, d.unit, t.amount,
                   d.account_id AS debit, d.kind AS debit_kind, d.scheme_id AS debit_scheme, d.fiscal_year AS debit_year,
                   c.account_id AS credit, c.kind AS credit_kind, c.scheme_id AS credit_scheme, c.fiscal_year AS credit_year
            FROM entries e
            JOIN transfers t USING (municipality, entry_id)
            JOIN accounts d ON d.municipality = t.municipality AND d.account_id = t.debit_account_id
            JOIN accounts c ON c.municipality = t.municipality AND c.account_id = t.credit_account_id
            WHERE e.municipality = $1 AND e.entry_id = ANY ($2)
            ORDER BY e.posted_at, e.entry_id, t.position
            "#,
            municipality.code(),
            &ids
        )
        .fetch_all(&mut *tx)
        .await?;
        for row in rows {
            if let Err(error) = each(row) {
                return Ok(Err(error));
            }
        }
    }
}
