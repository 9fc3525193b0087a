//! What was done to claims, and what families must give back.

use chrono::NaiveDate;

use crate::Tx;
use crate::actor::Act;
use crate::claim::WaitingClawback;
use crate::error::Failure;
use crate::ids::{ClaimId, ClawbackId, EntryId, FamilyId, Municipality};
use crate::money::Yen;
use crate::time::Instant;

/// A step as it is stored.
pub(in crate::claim) struct StepRow {
    pub(in crate::claim) number: i16,
    pub(in crate::claim) step: String,
    pub(in crate::claim) amount: Option<Yen>,
    pub(in crate::claim) reason: Option<Vec<u8>>,
    pub(in crate::claim) at: Instant,
    pub(in crate::claim) by: String,
}

/// The number of a claim's next step. The caller holds the claim's lock.
pub(in crate::claim) async fn next_number_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<i16, Failure> {
    let last = sqlx::query_scalar!(
        r#"SELECT coalesce(max(number), 0::smallint) AS "last!" FROM claim_steps WHERE municipality = $1 AND claim_id = $2"#,
        municipality.code(),
        claim.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    last.checked_add(1).ok_or_else(|| Failure::inconsistent("claim_steps", "too many steps"))
}

/// A step that is taken.
pub(in crate::claim) struct NewStep<'a> {
    pub(in crate::claim) number: i16,
    pub(in crate::claim) step: &'a str,
    pub(in crate::claim) amount: Option<Yen>,
    pub(in crate::claim) reason: Option<&'a [u8]>,
    pub(in crate::claim) entry: Option<EntryId>,
    pub(in crate::claim) act: &'a Act,
}

/// Writes a step down.
pub(in crate::claim) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId, step: &NewStep<'_>) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO claim_steps (municipality, claim_id, number, step, amount_yen, reason, entry_id, acted_at, acted_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        "#,
        municipality.code(),
        claim.uuid(),
        step.number,
        step.step,
        step.amount.map(Yen::get),
        step.reason,
        step.entry.map(EntryId::uuid),
        step.act.at,
        step.act.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The steps of a claim, in order.
pub(in crate::claim) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<Vec<StepRow>, Failure> {
    let rows = sqlx::query!(
        "SELECT number, step, amount_yen, reason, acted_at, acted_by FROM claim_steps WHERE municipality = $1 AND claim_id = $2 ORDER BY number",
        municipality.code(),
        claim.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    let step = rows.into_iter().map(|row| StepRow {
        number: row.number,
        step: row.step,
        amount: row.amount_yen.map(Yen::new),
        reason: row.reason,
        at: row.acted_at,
        by: row.acted_by,
    });
    Ok(step.collect())
}

/// A clawback as it is stored.
pub(in crate::claim) struct ClawbackRow {
    pub(in crate::claim) id: ClawbackId,
    pub(in crate::claim) claim: ClaimId,
    pub(in crate::claim) amount: Yen,
    pub(in crate::claim) proposed_by: String,
    pub(in crate::claim) approved_on: Option<NaiveDate>,
}

/// Writes a proposed clawback down.
pub(in crate::claim) async fn insert_clawback_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (id, claim): (ClawbackId, ClaimId),
    amount: Yen,
    proposed: &Act,
) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO clawbacks (municipality, clawback_id, claim_id, amount_yen, proposed_at, proposed_by) VALUES ($1, $2, $3, $4, $5, $6)",
        municipality.code(),
        id.uuid(),
        claim.uuid(),
        amount.get(),
        proposed.at,
        proposed.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The clawbacks of a claim, or one of them, in the order of their proposal.
pub(in crate::claim) async fn list_clawbacks_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (claim, id): (Option<ClaimId>, Option<ClawbackId>),
) -> Result<Vec<ClawbackRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT clawback_id, claim_id, amount_yen, proposed_by, approved_at
        FROM clawbacks
        WHERE municipality = $1 AND ($2::uuid IS NULL OR claim_id = $2) AND ($3::uuid IS NULL OR clawback_id = $3)
        ORDER BY proposed_at, clawback_id
        "#,
        municipality.code(),
        claim.map(ClaimId::uuid),
        id.map(ClawbackId::uuid)
    )
    .fetch_all(&mut **tx)
    .await?;
    let clawback = rows.into_iter().map(|row| ClawbackRow {
        id: ClawbackId::new(row.clawback_id),
        claim: ClaimId::new(row.claim_id),
        amount: Yen::new(row.amount_yen),
        proposed_by: row.proposed_by,
        approved_on: row.approved_at.map(crate::time::tokyo_date),
    });
    Ok(clawback.collect())
}

/// Clawbacks with the family of their claim, in the order of their proposal (an id begins with its time): those that wait, or all.
pub(in crate::claim) async fn list_page_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    waiting: bool,
    (after, limit): (Option<ClawbackId>, i64),
) -> Result<Vec<WaitingClawback>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT b.clawback_id, b.claim_id, c.family_id, b.amount_yen, b.proposed_by, b.approved_at
        FROM clawbacks b
        JOIN claims c USING (municipality, claim_id)
        WHERE b.municipality = $1 AND ($2 = false OR b.approved_at IS NULL) AND ($3::uuid IS NULL OR b.clawback_id > $3)
        ORDER BY b.clawback_id
        LIMIT $4
        "#,
        municipality.code(),
        waiting,
        after.map(ClawbackId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let clawback = rows.into_iter().map(|row| WaitingClawback {
        id: ClawbackId::new(row.clawback_id),
        claim: ClaimId::new(row.claim_id),
        family: FamilyId::new(row.family_id),
        amount: Yen::new(row.amount_yen),
        proposed_by: row.proposed_by,
        approved_on: row.approved_at.map(crate::time::tokyo_date),
    });
    Ok(clawback.collect())
}

/// Marks a clawback as approved, once, and adds it to its claim.
pub(in crate::claim) async fn mark_clawback_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (id, claim): (ClawbackId, ClaimId),
    entry: EntryId,
    approved: &Act,
) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE clawbacks SET approved_at = $3, approved_by = $4, entry_id = $5
        WHERE municipality = $1 AND clawback_id = $2 AND approved_at IS NULL
        "#,
        municipality.code(),
        id.uuid(),
        approved.at,
        approved.by,
        entry.uuid()
    )
    .execute(&mut **tx)
    .await?;
    let added = sqlx::query!(
        r#"
        UPDATE claims c SET clawed_back_yen = c.clawed_back_yen + b.amount_yen
        FROM clawbacks b
        WHERE c.municipality = $1 AND c.claim_id = $3 AND b.municipality = $1 AND b.clawback_id = $2 AND b.claim_id = c.claim_id
        "#,
        municipality.code(),
        id.uuid(),
        claim.uuid()
    )
    .execute(&mut **tx)
    .await?;
    let both = marked.rows_affected() == 1 && added.rows_affected() == 1;
    if both { Ok(()) } else { Err(Failure::inconsistent("clawbacks", format!("{id} was approved before"))) }
}
