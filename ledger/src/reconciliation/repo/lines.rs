//! Bank lines, and what they turned out to be.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::bank::meisai::Flow;
use crate::error::Failure;
use crate::ids::{BankLineId, EntryId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::reconciliation::{ReportRow, Stored};

struct Row {
    bank_line_id: Uuid,
    bank_statement_id: Uuid,
    position: i64,
    booked_on: NaiveDate,
    direction: String,
    amount_yen: i64,
    raw_sealed: Vec<u8>,
    kind: Option<String>,
    step: Option<i16>,
    proposed: bool,
}

impl TryFrom<Row> for Stored {
    type Error = Failure;

    fn try_from(row: Row) -> Result<Self, Failure> {
        let Row { bank_line_id, bank_statement_id, position, booked_on, direction, amount_yen, raw_sealed, kind, step, proposed } = row;
        let flow = match direction.as_str() {
            "credit" => Flow::Credit,
            "debit" => Flow::Debit,
            other => return Err(Failure::inconsistent("bank_lines", format!("direction {other}"))),
        };
        Ok(Self {
            id: BankLineId::new(bank_line_id),
            statement: bank_statement_id,
            position,
            booked_on,
            flow,
            amount: Yen::new(amount_yen),
            sealed: raw_sealed,
            matched: kind,
            step: step.unwrap_or(0),
            proposed,
        })
    }
}

/// A line and its newest match, if there is such a line.
pub async fn find_line_in_tx(tx: &mut Tx<'_>, municipality: Municipality, line: BankLineId) -> Result<Option<Stored>, Failure> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT l.bank_line_id, l.bank_statement_id, l.position, l.booked_on, l.direction, l.amount_yen, l.raw_sealed, m.kind AS "kind?", m.step AS "step?",
               EXISTS (SELECT FROM match_proposals p WHERE p.municipality = $1 AND p.bank_line_id = $2) AS "proposed!"
        FROM bank_lines l
        LEFT JOIN matches m USING (municipality, bank_line_id)
        WHERE l.municipality = $1 AND l.bank_line_id = $2
        ORDER BY m.step DESC NULLS LAST
        LIMIT 1
        "#,
        municipality.code(),
        line.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Stored::try_from).transpose()
}

/// Lines that nothing has been matched to, in the order of the account, from the one behind position `after`, at most `limit`.
pub async fn list_unmatched_in_tx(tx: &mut Tx<'_>, municipality: Municipality, after: i64, limit: i64) -> Result<Vec<Stored>, Failure> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT bank_line_id AS "bank_line_id!", bank_statement_id AS "bank_statement_id!", line_position AS "position!", booked_on AS "booked_on!",
               direction AS "direction!", amount_yen AS "amount_yen!", raw_sealed AS "raw_sealed!", NULL::text AS kind, NULL::smallint AS step,
               proposed AS "proposed!"
        FROM unmatched_bank_lines($1, $2, $3)
        ORDER BY line_position
        "#,
        municipality.code(),
        after,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Every line of the account booked within `days` with what it turned out to be, in the order of the account.
pub async fn list_report_in_tx(tx: &mut Tx<'_>, municipality: Municipality, days: (NaiveDate, NaiveDate)) -> Result<Vec<ReportRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT l.bank_line_id, l.booked_on, l.direction, l.amount_yen, m.kind AS "kind?", m.remittance_id AS "remittance_id?", m.number AS "number?",
               m.payee_id AS "payee_id?", m.entry_id AS "entry_id?"
        FROM bank_lines l
        LEFT JOIN LATERAL (
            SELECT kind, remittance_id, number, payee_id, entry_id FROM matches
            WHERE municipality = $1 AND bank_line_id = l.bank_line_id
            ORDER BY step DESC
            LIMIT 1
        ) m ON true
        WHERE l.municipality = $1 AND l.booked_on BETWEEN $2 AND $3
        ORDER BY l.position
        "#,
        municipality.code(),
        days.0,
        days.1
    )
    .fetch_all(&mut **tx)
    .await?;
    let target = |remittance: Option<Uuid>, number: Option<i32>, payee: Option<Uuid>| match (remittance, number, payee) {
        (Some(remittance), Some(number), _) => Some(format!("{}/{number}", RemittanceId::new(remittance))),
        (Some(remittance), None, _) => Some(RemittanceId::new(remittance).to_string()),
        (None, _, payee) => payee.map(|payee| payee.to_string()),
    };
    Ok(rows
        .into_iter()
        .map(|row| ReportRow {
            line: BankLineId::new(row.bank_line_id),
            booked_on: row.booked_on,
            direction: row.direction,
            amount: Yen::new(row.amount_yen),
            kind: row.kind.unwrap_or_else(|| "unmatched".to_owned()),
            target: target(row.remittance_id, row.number, row.payee_id),
            entry: row.entry_id.map(EntryId::new),
        })
        .collect())
}

/// How many lines booked through `day` nothing has been matched to, and their sum.
pub async fn count_unmatched_in_tx(tx: &mut Tx<'_>, municipality: Municipality, day: NaiveDate) -> Result<(i64, Yen), Failure> {
    let row = sqlx::query!(
        r#"
        SELECT count(*) AS "count!", coalesce(sum(l.amount_yen), 0)::bigint AS "amount!"
        FROM bank_lines l
        WHERE l.municipality = $1 AND l.booked_on <= $2
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.bank_line_id = l.bank_line_id)
        "#,
        municipality.code(),
        day
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.count, Yen::new(row.amount)))
}
