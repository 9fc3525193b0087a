//! SQL of lines that come back before the bank debits their file.

use uuid::Uuid;

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{EntryId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::time::Instant;

/// A line that the bank does not pay, told before the debit; it waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EarlyReturn {
    /// The file.
    pub remittance: Uuid,
    /// Its line.
    pub number: i32,
    /// What the bank says.
    pub reason: String,
    /// Who was told.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Instant,
}

/// Writes down that a line comes back; returns whether nobody had before.
pub async fn insert_early_return_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    line: (RemittanceId, i32),
    reason: &str,
    proposed: &Act,
) -> Result<bool, Failure> {
    let inserted = sqlx::query!(
        r#"
        INSERT INTO early_returns (municipality, remittance_id, number, told, reason, proposed_at, proposed_by)
        SELECT $1, $2, $3, count(*) + 1, $4, $5, $6 FROM early_returns WHERE municipality = $1 AND remittance_id = $2 AND number = $3
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        line.0.uuid(),
        line.1,
        reason,
        proposed.at,
        proposed.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// An early return that waits for its second person, if there is one.
pub async fn find_early_return_in_tx(tx: &mut Tx<'_>, municipality: Municipality, line: (RemittanceId, i32)) -> Result<Option<EarlyReturn>, Failure> {
    Ok(sqlx::query_as!(
        EarlyReturn,
        r#"
        SELECT remittance_id AS remittance, number, reason, proposed_by, proposed_at
        FROM early_returns
        WHERE municipality = $1 AND remittance_id = $2 AND number = $3 AND ended_at IS NULL
        "#,
        municipality.code(),
        line.0.uuid(),
        line.1
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Early returns that wait for a second person, oldest first.
pub async fn list_waiting_early_returns_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<EarlyReturn>, Failure> {
    Ok(sqlx::query_as!(
        EarlyReturn,
        r#"
        SELECT e.remittance_id AS remittance, e.number, e.reason, e.proposed_by, e.proposed_at
        FROM early_returns e
        JOIN remittances r USING (municipality, remittance_id)
        WHERE e.municipality = $1 AND e.ended_at IS NULL AND r.state = 'sent'
        ORDER BY e.proposed_at, e.remittance_id, e.number
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Writes down that a second person ended an early return: confirmed it with `entry`, or rejected it.
pub async fn end_early_return_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    line: (RemittanceId, i32),
    entry: Option<EntryId>,
    ended: &Act,
) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE early_returns SET ended_at = $4, ended_by = $5, entry_id = $6
        WHERE municipality = $1 AND remittance_id = $2 AND number = $3 AND ended_at IS NULL
        "#,
        municipality.code(),
        line.0.uuid(),
        line.1,
        ended.at,
        ended.by,
        entry.map(EntryId::uuid)
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("early_returns", "an early return ended twice")) }
}

/// What the bank debits of a file: its lines, less those that came back before.
pub async fn get_debit_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Yen, Failure> {
    let debit = sqlx::query_scalar!(
        r#"
        SELECT coalesce(sum(l.amount_yen), 0)::bigint AS "debit!"
        FROM remittance_lines l
        LEFT JOIN early_returns e ON e.municipality = l.municipality AND e.remittance_id = l.remittance_id AND e.number = l.number AND e.entry_id IS NOT NULL
        WHERE l.municipality = $1 AND l.remittance_id = $2 AND e.number IS NULL
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Yen::new(debit))
}
