//! All SQL of bank statements and matches.

mod statements;

pub use statements::{NewImport, NewLine, find_file_in_tx, find_last_in_tx, get_balance_before_in_tx, insert_in_tx, list_known_in_tx};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::bank::meisai::Flow;
use crate::error::Failure;
use crate::ids::{BankLineId, EntryId, Municipality, RemittanceId};
use crate::merchant::state::Act;
use crate::money::Yen;
use crate::reconciliation::matching::{Proposal, SentFile};
use crate::reconciliation::{ReportRow, Stored};
use crate::time::Instant;

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
        SELECT l.bank_line_id, l.bank_statement_id, l.position, l.booked_on, l.direction, l.amount_yen, l.raw_sealed, NULL::text AS kind, NULL::smallint AS step,
               EXISTS (SELECT FROM match_proposals p WHERE p.municipality = $1 AND p.bank_line_id = l.bank_line_id) AS "proposed!"
        FROM bank_lines l
        WHERE l.municipality = $1 AND l.position > $2
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.bank_line_id = l.bank_line_id)
        ORDER BY l.position
        LIMIT $3
        "#,
        municipality.code(),
        after,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Files that were sent and not confirmed, with what the bank debits of each.
pub async fn list_sent_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<SentFile>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT r.remittance_id, r.pay_on, sum(l.amount_yen)::bigint AS "debit!"
        FROM remittances r
        JOIN remittance_lines l USING (municipality, remittance_id)
        LEFT JOIN early_returns e ON e.municipality = l.municipality AND e.remittance_id = l.remittance_id AND e.number = l.number AND e.entry_id IS NOT NULL
        WHERE r.municipality = $1 AND r.state = 'sent' AND e.number IS NULL
        GROUP BY r.remittance_id, r.pay_on, r.sequence
        ORDER BY r.sequence
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    let file = |id, pay_on, total| SentFile { remittance: RemittanceId::new(id), pay_on, total: Yen::new(total) };
    Ok(rows.into_iter().map(|row| file(row.remittance_id, row.pay_on, row.debit)).collect())
}

/// Debits of these amounts that nothing has been matched to, by line: amount and day.
pub async fn list_unmatched_debits_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    amounts: &[Yen],
) -> Result<BTreeMap<BankLineId, (Yen, NaiveDate)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT l.bank_line_id, l.amount_yen, l.booked_on
        FROM bank_lines l
        WHERE l.municipality = $1 AND l.direction = 'debit' AND l.amount_yen = ANY ($2)
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.bank_line_id = l.bank_line_id)
        "#,
        municipality.code(),
        &yen(amounts)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (BankLineId::new(row.bank_line_id), (Yen::new(row.amount_yen), row.booked_on))).collect())
}

/// Paid lines that have not come back, of files paid since `since`, whose amount lies within one of `ranges`: file, line, pay day, amount.
pub async fn list_paid_lines_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    since: NaiveDate,
    ranges: &[(Yen, Yen)],
) -> Result<Vec<(RemittanceId, i32, NaiveDate, Yen)>, Failure> {
    let (least, most): (Vec<_>, Vec<_>) = ranges.iter().map(|(least, most)| (least.get(), most.get())).unzip();
    let rows = sqlx::query!(
        r#"
        SELECT l.remittance_id, l.number, r.pay_on, l.amount_yen
        FROM remittance_lines l
        JOIN remittances r USING (municipality, remittance_id)
        WHERE l.municipality = $1 AND r.state IN ('sent', 'confirmed') AND r.pay_on >= $2 AND l.returned_at IS NULL
          AND EXISTS (SELECT FROM unnest($3::bigint[], $4::bigint[]) AS a (least, most) WHERE l.amount_yen BETWEEN a.least AND a.most)
        ORDER BY r.sequence, l.number
        "#,
        municipality.code(),
        since,
        &least,
        &most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (RemittanceId::new(row.remittance_id), row.number, row.pay_on, Yen::new(row.amount_yen))).collect())
}

/// Entries of these amounts by which staff announced the city's money and that no bank line stands behind yet: entry, amount, day.
pub async fn list_open_funds_in_tx(tx: &mut Tx<'_>, municipality: Municipality, amounts: &[Yen]) -> Result<Vec<(EntryId, Yen, NaiveDate)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT e.entry_id, t.amount, e.business_on
        FROM entries e
        JOIN transfers t USING (municipality, entry_id)
        WHERE e.municipality = $1 AND e.kind = 'fund' AND t.amount = ANY ($2)
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.entry_id = e.entry_id)
        ORDER BY e.business_on, e.entry_id
        "#,
        municipality.code(),
        &yen(amounts)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (EntryId::new(row.entry_id), Yen::new(row.amount), row.business_on)).collect())
}

fn yen(amounts: &[Yen]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.get()).collect()
}

/// Through which day the books are closed.
pub async fn find_closed_through_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<NaiveDate>, Failure> {
    Ok(sqlx::query_scalar!("SELECT max(closed_through) FROM closings WHERE municipality = $1 AND scope = 'books'", municipality.code())
        .fetch_one(&mut **tx)
        .await?)
}

/// What a line turned out to be.
pub struct NewMatch<'a> {
    /// The line.
    pub line: BankLineId,
    /// 1, or 2 where it was in suspense.
    pub step: i16,
    /// A kind of `matches_kind`.
    pub kind: &'a str,
    /// The file, and for a return its line.
    pub remittance: Option<(RemittanceId, Option<i32>)>,
    /// Whose money.
    pub payee: Option<Uuid>,
    /// What was posted.
    pub entry: EntryId,
    /// Who proposed a return.
    pub proposed_by: Option<&'a str>,
}

/// Records what lines turned out to be.
pub async fn insert_matches_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &[NewMatch<'_>], matched: &Act) -> Result<(), Failure> {
    let lines: Vec<_> = new.iter().map(|new| new.line.uuid()).collect();
    let steps: Vec<_> = new.iter().map(|new| new.step).collect();
    let kinds: Vec<_> = new.iter().map(|new| new.kind).collect();
    let remittances: Vec<_> = new.iter().map(|new| new.remittance.map(|(remittance, _)| remittance.uuid())).collect();
    let numbers: Vec<_> = new.iter().map(|new| new.remittance.and_then(|(_, number)| number)).collect();
    let payees: Vec<_> = new.iter().map(|new| new.payee).collect();
    let entries: Vec<_> = new.iter().map(|new| new.entry.uuid()).collect();
    let proposers: Vec<_> = new.iter().map(|new| new.proposed_by).collect();
    sqlx::query!(
        r#"
        INSERT INTO matches (municipality, bank_line_id, step, kind, remittance_id, number, payee_id, entry_id, proposed_by, matched_at, matched_by)
        SELECT $1, m.*, $10, $11
        FROM unnest($2::uuid[], $3::smallint[], $4::text[], $5::uuid[], $6::integer[], $7::uuid[], $8::uuid[], $9::text[]) AS m
        "#,
        municipality.code(),
        &lines,
        &steps,
        &kinds as _,
        &remittances as _,
        &numbers as _,
        &payees as _,
        &entries,
        &proposers as _,
        matched.at,
        matched.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// That a credit may, as match number `step`, be a return.
pub struct NewProposal {
    /// The credit.
    pub line: BankLineId,
    /// 1, or 2 where it was in suspense.
    pub step: i16,
    /// What it may be.
    pub proposal: Proposal,
}

/// Records what may be returns; again changes nothing.
pub async fn insert_proposals_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &[NewProposal], proposed: &Act) -> Result<(), Failure> {
    let lines: Vec<_> = new.iter().map(|new| new.line.uuid()).collect();
    let steps: Vec<_> = new.iter().map(|new| new.step).collect();
    let remittances: Vec<_> = new.iter().map(|new| new.proposal.remittance.uuid()).collect();
    let numbers: Vec<_> = new.iter().map(|new| new.proposal.number).collect();
    let scores: Vec<_> = new.iter().map(|new| new.proposal.score).collect();
    let reasons: Vec<_> = new.iter().map(|new| new.proposal.reason.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO match_proposals (municipality, bank_line_id, step, remittance_id, number, score, reason, proposed_at, proposed_by)
        SELECT $1, p.*, $8, $9
        FROM unnest($2::uuid[], $3::smallint[], $4::uuid[], $5::integer[], $6::smallint[], $7::text[]) AS p
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        &lines,
        &steps,
        &remittances,
        &numbers,
        &scores,
        &reasons,
        proposed.at,
        proposed.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who proposed that a line, as match number `line.1`, is this return, and the bank's reason.
pub async fn find_proposal_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    line: (BankLineId, i16),
    paid: (RemittanceId, i32),
) -> Result<Option<(String, String)>, Failure> {
    let row = sqlx::query!(
        "SELECT proposed_by, reason FROM match_proposals WHERE municipality = $1 AND bank_line_id = $2 AND step = $3 AND remittance_id = $4 AND number = $5",
        municipality.code(),
        line.0.uuid(),
        line.1,
        paid.0.uuid(),
        paid.1
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.proposed_by, row.reason)))
}

/// A proposed return that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WaitingReturn {
    /// The bank line.
    pub line: Uuid,
    /// The file.
    pub remittance: Uuid,
    /// Its line.
    pub number: i32,
    /// 0 to 100.
    pub score: i16,
    /// What the bank says.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Instant,
}

/// Returns that wait for a second person, by line and score.
pub async fn list_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<WaitingReturn>, Failure> {
    let waiting = sqlx::query_as!(
        WaitingReturn,
        r#"
        SELECT p.bank_line_id AS line, p.remittance_id AS remittance, p.number, p.score, p.reason, p.proposed_by, p.proposed_at
        FROM match_proposals p
        JOIN bank_lines l USING (municipality, bank_line_id)
        WHERE p.municipality = $1
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.bank_line_id = p.bank_line_id AND m.step >= p.step)
        ORDER BY l.position, p.score DESC, p.remittance_id, p.number
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(waiting)
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
