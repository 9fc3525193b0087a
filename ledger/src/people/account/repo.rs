//! All SQL of accounts that families register.

use serde::Serialize;

use super::Waiting;
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{FamilyId, Municipality};
use crate::time::Instant;

/// An account that waits, in the staff's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InList {
    /// Whose.
    pub family: FamilyId,
    /// Which.
    pub number: i16,
    /// When it was registered.
    pub registered_at: Instant,
    /// By whom.
    pub registered_by: String,
    /// It can be approved from then on.
    pub usable_at: Instant,
}

/// The newest account that was approved.
pub(super) struct Registered {
    pub(super) number: i16,
    pub(super) sealed: Vec<u8>,
    pub(super) approved_at: Instant,
}

/// Locks a family; whether there is one.
pub(super) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<bool, Failure> {
    // NO KEY: rows that refer to the family may be written meanwhile.
    let locked = sqlx::query!(
        "SELECT family_id FROM families WHERE municipality = $1 AND family_id = $2 ORDER BY family_id FOR NO KEY UPDATE",
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(locked.is_some())
}

/// The account that waits, sealed.
pub(super) async fn find_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<(Waiting, Vec<u8>)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT number, sealed, registered_at, registered_by, usable_at
        FROM family_registered_accounts
        WHERE municipality = $1 AND family_id = $2 AND approved_at IS NULL AND ended IS NULL
        "#,
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let registered = Act { at: row.registered_at, by: row.registered_by };
        (Waiting { number: row.number, registered, usable_at: row.usable_at }, row.sealed)
    }))
}

/// The newest account that was approved.
pub(super) async fn find_approved_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<Registered>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT number, sealed, approved_at AS "approved_at!"
        FROM family_registered_accounts
        WHERE municipality = $1 AND family_id = $2 AND approved_at IS NOT NULL
        ORDER BY number DESC
        LIMIT 1
        "#,
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Registered { number: row.number, sealed: row.sealed, approved_at: row.approved_at }))
}

/// Why the newest account was refused, if it was: its number, and the sealed reason.
pub(super) async fn find_last_refusal_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<(i16, Vec<u8>)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT number, reason
        FROM family_registered_accounts
        WHERE municipality = $1 AND family_id = $2
        ORDER BY number DESC
        LIMIT 1
        "#,
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(|row| Some((row.number, row.reason?))))
}

/// The number of a family's next account. The caller holds the family's lock.
pub(super) async fn next_number_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<i16, Failure> {
    let last = sqlx::query_scalar!(
        r#"SELECT coalesce(max(number), 0::smallint) AS "last!" FROM family_registered_accounts WHERE municipality = $1 AND family_id = $2"#,
        municipality.code(),
        family.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    last.checked_add(1).ok_or_else(|| Failure::inconsistent("family_registered_accounts", "too many accounts"))
}

/// Writes an account down.
pub(super) async fn insert_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, number): (FamilyId, i16),
    sealed: &[u8],
    registered: &Act,
    usable_at: Instant,
) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO family_registered_accounts (municipality, family_id, number, sealed, registered_at, registered_by, usable_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        "#,
        municipality.code(),
        family.uuid(),
        number,
        sealed,
        registered.at,
        registered.by,
        usable_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Marks the account that waits as approved.
pub(super) async fn mark_approved_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (family, number): (FamilyId, i16), approved: &Act) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE family_registered_accounts SET approved_at = $4, approved_by = $5
        WHERE municipality = $1 AND family_id = $2 AND number = $3 AND approved_at IS NULL AND ended IS NULL
        "#,
        municipality.code(),
        family.uuid(),
        number,
        approved.at,
        approved.by
    )
    .execute(&mut **tx)
    .await?;
    one(marked.rows_affected(), family)
}

/// Marks the account that waits as never used: `withdrawn`, `refused` with a sealed reason, or `replaced`.
pub(super) async fn mark_ended_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, number): (FamilyId, i16),
    (why, reason): (&'static str, Option<&[u8]>),
    ended: &Act,
) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE family_registered_accounts SET ended = $4, reason = $5, ended_at = $6, ended_by = $7
        WHERE municipality = $1 AND family_id = $2 AND number = $3 AND approved_at IS NULL AND ended IS NULL
        "#,
        municipality.code(),
        family.uuid(),
        number,
        why,
        reason,
        ended.at,
        ended.by
    )
    .execute(&mut **tx)
    .await?;
    one(marked.rows_affected(), family)
}

fn one(rows: u64, family: FamilyId) -> Result<(), Failure> {
    if rows == 1 { Ok(()) } else { Err(Failure::inconsistent("family_registered_accounts", format!("no account of {family} waits"))) }
}

/// What waits, in the order of the families' ids.
pub(super) async fn list_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality, after: Option<FamilyId>, limit: i64) -> Result<Vec<InList>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT family_id, number, registered_at, registered_by, usable_at
        FROM family_registered_accounts
        WHERE municipality = $1 AND approved_at IS NULL AND ended IS NULL AND ($2::uuid IS NULL OR family_id > $2)
        ORDER BY family_id
        LIMIT $3
        "#,
        municipality.code(),
        after.map(FamilyId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let waiting = rows.into_iter().map(|row| InList {
        family: FamilyId::new(row.family_id),
        number: row.number,
        registered_at: row.registered_at,
        registered_by: row.registered_by,
        usable_at: row.usable_at,
    });
    Ok(waiting.collect())
}
