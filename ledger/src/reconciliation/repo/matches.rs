//! Matches and proposed returns.

use uuid::Uuid;

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{BankLineId, EntryId, Municipality, RemittanceId};
use crate::reconciliation::matching::Proposal;
use crate::time::Instant;

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

/// Records what may be returns. Idempotent.
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
