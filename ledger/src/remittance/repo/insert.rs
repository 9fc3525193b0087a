//! A remittance as it is prepared: lines, parts, statements, stops.

use chrono::NaiveDate;

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{Municipality, RemittanceId};
use crate::money::Yen;
use crate::remittance::plan::{Line, Stop};
use crate::time::Month;

/// A remittance as it is prepared.
pub struct NewRemittance<'a> {
    /// Its id.
    pub id: RemittanceId,
    /// The last statement month in it.
    pub month: Month,
    /// 振込指定日.
    pub pay_on: NaiveDate,
    /// The sum of the lines.
    pub total: Yen,
    /// Its lines.
    pub lines: &'a [Line],
    /// Who was due and is not paid.
    pub stops: &'a [Stop],
    /// Who prepared it.
    pub prepared: Act,
}

/// Inserts a prepared remittance with its lines, parts, statements and stops.
pub async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO remittances (municipality, remittance_id, sequence, month, pay_on, state, lines, total_yen, prepared_at, prepared_by)
        SELECT $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, 'prepared', $5, $6, $7, $8
        FROM remittances
        WHERE municipality = $1
        "#,
        municipality.code(),
        new.id.uuid(),
        new.month.number(),
        new.pay_on,
        i32::try_from(new.lines.len()).unwrap_or(i32::MAX),
        new.total.get(),
        new.prepared.at,
        new.prepared.by
    )
    .execute(&mut **tx)
    .await?;
    insert_lines_in_tx(tx, municipality, new).await?;
    insert_parts_in_tx(tx, municipality, new).await?;
    insert_stops_in_tx(tx, municipality, new).await
}

async fn insert_lines_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    let numbers: Vec<_> = new.lines.iter().map(|line| line.number).collect();
    let indexes: Vec<_> = new.lines.iter().map(|line| line.index.to_vec()).collect();
    let kinds: Vec<_> = new.lines.iter().map(|line| line.account_of.kind.as_str().to_owned()).collect();
    let owners: Vec<_> = new.lines.iter().map(|line| line.account_of.owner).collect();
    let accounts: Vec<_> = new.lines.iter().map(|line| line.account_of.number).collect();
    let since: Vec<_> = new.lines.iter().map(|line| line.account_of.since_on).collect();
    let amounts: Vec<_> = new.lines.iter().map(|line| line.amount.get()).collect();
    sqlx::query!(
        r#"
        INSERT INTO remittance_lines
            (municipality, remittance_id, number, blind_index, account_kind, account_owner, account_number, account_since_on, amount_yen)
        SELECT $1, $2, l.*
        FROM unnest($3::integer[], $4::bytea[], $5::text[], $6::uuid[], $7::integer[], $8::date[], $9::bigint[]) AS l
        "#,
        municipality.code(),
        new.id.uuid(),
        &numbers,
        &indexes,
        &kinds,
        &owners,
        &accounts,
        &since as _,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    let parts: Vec<_> = new.lines.iter().flat_map(|line| line.parts.iter().map(move |due| (line.number, due))).collect();
    let numbers: Vec<_> = parts.iter().map(|(number, _)| *number).collect();
    let kinds: Vec<_> = parts.iter().map(|(_, due)| due.kind.as_str().to_owned()).collect();
    let payees: Vec<_> = parts.iter().map(|(_, due)| due.payee).collect();
    let payables: Vec<_> = parts.iter().map(|(_, due)| due.payable.uuid()).collect();
    let amounts: Vec<_> = parts.iter().map(|(_, due)| due.amount.get()).collect();
    sqlx::query!(
        r#"
        INSERT INTO remittance_parts (municipality, remittance_id, number, payee_kind, payee_id, account_id, amount_yen, live)
        SELECT $1, $2, p.*, true
        FROM unnest($3::integer[], $4::text[], $5::uuid[], $6::uuid[], $7::bigint[]) AS p
        "#,
        municipality.code(),
        new.id.uuid(),
        &numbers,
        &kinds,
        &payees,
        &payables,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    // Every approved statement of a paid merchant that no live payout covers.
    sqlx::query!(
        r#"
        INSERT INTO remittance_statements (municipality, remittance_id, number, statement_id, live)
        SELECT $1, $2, p.number, s.statement_id, true
        FROM remittance_parts p
        JOIN statements s ON s.municipality = $1 AND s.merchant_id = p.payee_id AND s.state = 'approved'
        WHERE p.municipality = $1 AND p.remittance_id = $2 AND p.payee_kind = 'merchant'
          AND NOT EXISTS (SELECT FROM remittance_statements o WHERE o.municipality = $1 AND o.statement_id = s.statement_id AND o.live)
        "#,
        municipality.code(),
        new.id.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_stops_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    let kinds: Vec<_> = new.stops.iter().map(|stop| stop.kind.as_str().to_owned()).collect();
    let payees: Vec<_> = new.stops.iter().map(|stop| stop.payee).collect();
    let amounts: Vec<_> = new.stops.iter().map(|stop| stop.amount.get()).collect();
    let reasons: Vec<_> = new.stops.iter().map(|stop| stop.reason.to_owned()).collect();
    let details: Vec<_> = new.stops.iter().map(|stop| stop.detail.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO remittance_stops (municipality, remittance_id, payee_kind, payee_id, amount_yen, reason, detail)
        SELECT $1, $2, s.* FROM unnest($3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::text[]) AS s
        "#,
        municipality.code(),
        new.id.uuid(),
        &kinds,
        &payees,
        &amounts,
        &reasons,
        &details
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
