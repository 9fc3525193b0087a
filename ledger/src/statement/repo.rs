//! All SQL of statements. Set-based: a million redemptions are summed where they lie.

use chrono::NaiveDate;
use uuid::Uuid;

use super::state::{Standing, State};
use super::{Analysis, ReceiptLine, Statement};
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality, StatementId};
use crate::money::Yen;
use crate::time::{Instant, Month};

/// What one merchant took and gave back within some days.
#[derive(Debug, Clone, Copy)]
pub struct Taking {
    /// The merchant.
    pub merchant: Uuid,
    /// Payments.
    pub receipts: i64,
    /// Their sum.
    pub gross: i64,
    /// Refunds, without those that the merchant owes.
    pub refunded: i64,
}

/// Whether the statement that covers `business_on` is approved: a refund of a receipt of that day then goes to what the merchant owes.
pub async fn is_approved_for_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, business_on: NaiveDate) -> Result<bool, Failure> {
    let approved = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM statements
            WHERE municipality = $1 AND merchant_id = $2 AND state = 'approved' AND $3 BETWEEN first_on AND last_on
        ) AS "approved!"
        "#,
        municipality.code(),
        merchant.uuid(),
        business_on
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(approved)
}

/// What each merchant took and gave back within `days`, for those without a statement of `month`.
pub async fn list_takings_in_tx(tx: &mut Tx<'_>, municipality: Municipality, month: Month, days: (NaiveDate, NaiveDate)) -> Result<Vec<Taking>, Failure> {
    let takings = sqlx::query_as!(
        Taking,
        r#"
        WITH taken AS (
            SELECT merchant_id, count(*) AS receipts, sum(amount_yen)::bigint AS gross
            FROM captures WHERE municipality = $1 AND business_on BETWEEN $2 AND $3 GROUP BY merchant_id
        ), returned AS (
            SELECT merchant_id, sum(amount_yen)::bigint AS refunded
            FROM refunds WHERE municipality = $1 AND business_on BETWEEN $2 AND $3 AND NOT from_receivable GROUP BY merchant_id
        )
        SELECT merchant_id AS "merchant!", coalesce(t.receipts, 0) AS "receipts!", coalesce(t.gross, 0) AS "gross!", coalesce(r.refunded, 0) AS "refunded!"
        FROM taken t
        FULL JOIN returned r USING (merchant_id)
        WHERE NOT EXISTS (SELECT FROM statements s WHERE s.municipality = $1 AND s.month = $4 AND s.merchant_id = coalesce(t.merchant_id, r.merchant_id))
        ORDER BY 1
        "#,
        municipality.code(),
        days.0,
        days.1,
        month.number()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(takings)
}

/// Inserts drawn statements; one that is there already is left as it is.
pub async fn insert_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    month: (Month, (NaiveDate, NaiveDate)),
    drawn: &[(StatementId, Taking)],
    now: Instant,
) -> Result<u64, Failure> {
    let (month, days) = month;
    let ids: Vec<_> = drawn.iter().map(|(id, _)| id.uuid()).collect();
    let merchants: Vec<_> = drawn.iter().map(|(_, taking)| taking.merchant).collect();
    let receipts: Vec<_> = drawn.iter().map(|(_, taking)| i32::try_from(taking.receipts).unwrap_or(i32::MAX)).collect();
    let gross: Vec<_> = drawn.iter().map(|(_, taking)| taking.gross).collect();
    let refunded: Vec<_> = drawn.iter().map(|(_, taking)| taking.refunded).collect();
    let inserted = sqlx::query!(
        r#"
        INSERT INTO statements (municipality, statement_id, merchant_id, month, first_on, last_on, receipts, gross_yen, refunded_yen, net_yen, state, drawn_at)
        SELECT $1, s.statement_id, s.merchant_id, $2, $3, $4, s.receipts, s.gross, s.refunded, s.gross - s.refunded, 'drawn', $5
        FROM unnest($6::uuid[], $7::uuid[], $8::integer[], $9::bigint[], $10::bigint[]) AS s (statement_id, merchant_id, receipts, gross, refunded)
        ON CONFLICT ON CONSTRAINT statements_once DO NOTHING
        "#,
        municipality.code(),
        month.number(),
        days.0,
        days.1,
        now,
        &ids,
        &merchants,
        &receipts,
        &gross,
        &refunded
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected())
}

/// Analyses the statements of a month by year and budget line: the splits of their receipts, less what refunds have put back. Those that are
/// analysed already are left as they are.
///
/// Parts are summed per merchant before they meet the statements: the planner takes the joins on two columns for a handful of rows, and would
/// look through all statements for each part (a million receipts: 15 seconds; the other way round it did not end within ten minutes).
pub async fn insert_analyses_in_tx(tx: &mut Tx<'_>, municipality: Municipality, month: Month, days: (NaiveDate, NaiveDate)) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        WITH parts AS (
            SELECT c.merchant_id, a.scheme_id, a.fiscal_year, t.amount
            FROM captures c
            JOIN holds h USING (municipality, hold_id)
            JOIN transfers t ON t.municipality = c.municipality AND t.entry_id = h.entry_id AND t.credit_account_id = c.hold_id
            JOIN accounts a ON a.municipality = c.municipality AND a.account_id = t.debit_account_id
            WHERE c.municipality = $1 AND c.business_on BETWEEN $3 AND $4
            UNION ALL
            SELECT r.merchant_id, a.scheme_id, a.fiscal_year, moved.amount
            FROM refunds r
            JOIN refund_settlements f USING (municipality, refund_id)
            JOIN transfers t ON t.municipality = r.municipality AND t.entry_id = f.entry_id
            -- A budget may also give: the rest of a ticket that an earlier refund sent there.
            CROSS JOIN LATERAL (VALUES (t.credit_account_id, -t.amount), (t.debit_account_id, t.amount)) AS moved (account_id, amount)
            JOIN accounts a ON a.municipality = r.municipality AND a.account_id = moved.account_id
            WHERE r.municipality = $1 AND r.business_on BETWEEN $3 AND $4 AND NOT r.from_receivable AND a.unit = 'yen' AND a.kind <> 'refunds_pending'
        ), summed AS MATERIALIZED (
            SELECT merchant_id, scheme_id, fiscal_year, sum(amount)::bigint AS amount FROM parts GROUP BY merchant_id, scheme_id, fiscal_year
        )
        INSERT INTO statement_analyses (municipality, statement_id, scheme_id, fiscal_year, amount_yen)
        SELECT $1, s.statement_id, p.scheme_id, p.fiscal_year, p.amount
        FROM summed p
        JOIN statements s ON s.municipality = $1 AND s.merchant_id = p.merchant_id AND s.month = $2
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        month.number(),
        days.0,
        days.1
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The first of these statements whose analysis does not add up to its net.
pub async fn find_unsound_analysis_in_tx(tx: &mut Tx<'_>, municipality: Municipality, month: Month) -> Result<Option<StatementId>, Failure> {
    let id = sqlx::query_scalar!(
        r#"
        SELECT s.statement_id
        FROM statements s
        LEFT JOIN statement_analyses a USING (municipality, statement_id)
        WHERE s.municipality = $1 AND s.month = $2
        GROUP BY s.statement_id, s.net_yen
        HAVING s.net_yen <> coalesce(sum(a.amount_yen), 0)
        ORDER BY s.statement_id
        LIMIT 1
        "#,
        municipality.code(),
        month.number()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(id.map(StatementId::new))
}

/// Locks statements, in the order of their ids; answers whose they are and where they stand.
pub async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, statements: &[StatementId]) -> Result<Vec<(StatementId, MerchantId, State)>, Failure> {
    let ids: Vec<_> = statements.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT statement_id, merchant_id, state, claimed_at, claimed_by, examined_at, examined_by, approved_at, approved_by
        FROM statements
        WHERE municipality = $1 AND statement_id = ANY ($2)
        ORDER BY statement_id
        FOR UPDATE
        "#,
        municipality.code(),
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let act = |at: Option<Instant>, by: Option<String>| at.zip(by).map(|(at, by)| Act { at, by });
            let acts = (act(row.claimed_at, row.claimed_by), act(row.examined_at, row.examined_by), act(row.approved_at, row.approved_by));
            let state = match (row.state.as_str(), acts) {
                ("drawn", (None, None, None)) => State::Drawn,
                ("claimed", (Some(claimed), None, None)) => State::Claimed { claimed },
                ("examined", (Some(claimed), Some(examined), None)) => State::Examined { claimed, examined },
                ("approved", (Some(claimed), Some(examined), Some(approved))) => State::Approved { claimed, examined, approved },
                (name, _) => return Err(Failure::inconsistent("statements", format!("{} is {name} with other columns", row.statement_id))),
            };
            Ok((StatementId::new(row.statement_id), MerchantId::new(row.merchant_id), state))
        })
        .collect()
}

/// Writes the step that locked statements have taken: the same for all.
pub async fn mark_step_in_tx(tx: &mut Tx<'_>, municipality: Municipality, statements: &[StatementId], state: Standing, act: &Act) -> Result<(), Failure> {
    let ids: Vec<_> = statements.iter().map(|id| id.uuid()).collect();
    let marked = sqlx::query!(
        r#"
        UPDATE statements
        SET state = $3,
            claimed_at = CASE WHEN $3 = 'claimed' THEN $4 ELSE claimed_at END, claimed_by = CASE WHEN $3 = 'claimed' THEN $5 ELSE claimed_by END,
            examined_at = CASE WHEN $3 = 'examined' THEN $4 ELSE examined_at END, examined_by = CASE WHEN $3 = 'examined' THEN $5 ELSE examined_by END,
            approved_at = CASE WHEN $3 = 'approved' THEN $4 ELSE approved_at END, approved_by = CASE WHEN $3 = 'approved' THEN $5 ELSE approved_by END
        WHERE municipality = $1 AND statement_id = ANY ($2)
        "#,
        municipality.code(),
        &ids,
        state.as_str(),
        act.at,
        act.by
    )
    .execute(&mut **tx)
    .await?;
    if usize::try_from(marked.rows_affected()) == Ok(statements.len()) {
        Ok(())
    } else {
        Err(Failure::inconsistent("statements", format!("{} rows changed instead of {}", marked.rows_affected(), statements.len())))
    }
}

/// Statements: of one merchant or all, of one month or all; by month and merchant.
pub async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: Option<MerchantId>, month: Option<Month>) -> Result<Vec<Statement>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT statement_id, merchant_id, month, first_on, last_on, receipts, gross_yen, refunded_yen, net_yen, state
        FROM statements
        WHERE municipality = $1 AND ($2::uuid IS NULL OR merchant_id = $2) AND ($3::integer IS NULL OR month = $3)
        ORDER BY month, merchant_id
        "#,
        municipality.code(),
        merchant.map(MerchantId::uuid),
        month.map(Month::number)
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let month = month_of(row.month)?;
            Ok(Statement {
                id: StatementId::new(row.statement_id),
                merchant: MerchantId::new(row.merchant_id),
                month,
                first_on: row.first_on,
                last_on: row.last_on,
                receipts: row.receipts,
                gross: Yen::new(row.gross_yen),
                refunded: Yen::new(row.refunded_yen),
                net: Yen::new(row.net_yen),
                state: Standing::parse(&row.state).ok_or_else(|| Failure::inconsistent("statements", row.state))?,
            })
        })
        .collect()
}

/// The month with this number (`202605`).
pub fn month_of(number: i32) -> Result<Month, Failure> {
    let parts = number.checked_div(100).zip(number.checked_rem(100).and_then(|month| u32::try_from(month).ok()));
    parts.and_then(|(year, month)| Month::new(year, month)).ok_or_else(|| Failure::inconsistent("statements", format!("month {number}")))
}

/// The receipts and refunds of a statement as the merchant sees them: by time, then by the receipt's own id.
pub async fn list_lines_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    days: (NaiveDate, NaiveDate),
    (after, limit): (i64, i64),
) -> Result<Vec<ReceiptLine>, Failure> {
    let lines = sqlx::query_as!(
        ReceiptLine,
        r#"
        SELECT l.receipt_id AS "receipt!", l.at AS "at!", i.reference AS "reference?", l.expense AS "expense!", l.amount AS "amount_yen!"
        FROM (
            SELECT receipt_id, captured_at AS at, invoice_id, expense, amount_yen AS amount
            FROM captures WHERE municipality = $1 AND merchant_id = $2 AND business_on BETWEEN $3 AND $4
            UNION ALL
            SELECT c.receipt_id, r.refunded_at, c.invoice_id, c.expense, -r.amount_yen
            FROM refunds r JOIN captures c USING (municipality, hold_id)
            WHERE r.municipality = $1 AND r.merchant_id = $2 AND r.business_on BETWEEN $3 AND $4 AND NOT r.from_receivable
        ) l
        LEFT JOIN invoices i ON i.municipality = $1 AND i.invoice_id = l.invoice_id
        ORDER BY l.at, l.receipt_id, l.amount DESC
        OFFSET $5 LIMIT $6
        "#,
        municipality.code(),
        merchant.uuid(),
        days.0,
        days.1,
        after,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(lines)
}

/// The analysis of a month's statements, by merchant, scheme and year. The city's alone.
pub async fn list_analyses_in_tx(tx: &mut Tx<'_>, municipality: Municipality, month: Month) -> Result<Vec<Analysis>, Failure> {
    let analyses = sqlx::query_as!(
        Analysis,
        r#"
        SELECT s.merchant_id AS merchant, s.statement_id AS statement, a.scheme_id AS scheme, a.fiscal_year, a.amount_yen
        FROM statements s
        JOIN statement_analyses a USING (municipality, statement_id)
        WHERE s.municipality = $1 AND s.month = $2
        ORDER BY s.merchant_id, a.scheme_id NULLS LAST, a.fiscal_year
        "#,
        municipality.code(),
        month.number()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(analyses)
}

/// How many statements that end by `day` have something due and are not approved.
pub async fn count_unapproved_in_tx(tx: &mut Tx<'_>, municipality: Municipality, day: NaiveDate) -> Result<i64, Failure> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM statements WHERE municipality = $1 AND last_on <= $2 AND state <> 'approved' AND net_yen <> 0"#,
        municipality.code(),
        day
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// How many merchants took money through `day` that no statement covers.
pub async fn count_undrawn_through_in_tx(tx: &mut Tx<'_>, municipality: Municipality, day: NaiveDate) -> Result<i64, Failure> {
    let count = sqlx::query_scalar!(
        r#"
        SELECT count(DISTINCT merchant_id) AS "count!"
        FROM (SELECT DISTINCT merchant_id, business_on FROM captures WHERE municipality = $1 AND business_on <= $2) c
        WHERE NOT EXISTS (
            SELECT FROM statements s WHERE s.municipality = $1 AND s.merchant_id = c.merchant_id AND c.business_on BETWEEN s.first_on AND s.last_on
        )
        "#,
        municipality.code(),
        day
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Records that a merchant consents, or no longer consents, to netting.
pub async fn insert_consent_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    consent: (bool, &str),
    recorded: &Act,
) -> Result<(), Failure> {
    let (consents, evidence) = consent;
    sqlx::query!(
        "INSERT INTO netting_consents (municipality, merchant_id, recorded_at, recorded_by, consents, evidence) VALUES ($1, $2, $3, $4, $5, $6)",
        municipality.code(),
        merchant.uuid(),
        recorded.at,
        recorded.by,
        consents,
        evidence
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
