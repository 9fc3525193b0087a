//! SQL of members of staff.

use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::staff::role::{Role, Roles};
use crate::staff::{Invitation, Member};
use crate::time::Instant;

struct MemberRow {
    name: String,
    display_name: String,
    roles: Vec<String>,
    state: String,
}

/// A sign-in code by its digest, and when it expires.
type IssuedCode<'a> = (&'a [u8; 32], Instant);

fn roles(stored: &[String]) -> Result<Roles, Failure> {
    stored.iter().map(|role| role.parse().map_err(|_| Failure::inconsistent("staff_members", format!("role {role}")))).collect()
}

fn written(roles: &Roles) -> Vec<String> {
    roles.iter().copied().map(Role::as_str).map(str::to_owned).collect()
}

impl MemberRow {
    fn member(self, municipality: Municipality) -> Result<Member, Failure> {
        let Self { name, display_name, roles: stored, state } = self;
        let active = match state.as_str() {
            "active" => true,
            "suspended" => false,
            _ => return Err(Failure::inconsistent("staff_members", format!("state {state}"))),
        };
        Ok(Member { municipality, name, display_name, roles: roles(&stored)?, active })
    }
}

/// Inserts a member; false when the name is taken.
pub(crate) async fn insert_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    invitation: &Invitation,
    (by, at): (&str, Instant),
    (digest, expires_at): IssuedCode<'_>,
) -> Result<bool, Failure> {
    let done = sqlx::query!(
        r#"
        INSERT INTO staff_members (municipality, name, display_name, roles, state, invited_at, invited_by, code_digest, code_expires_at)
        VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $8)
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        invitation.name,
        invitation.display_name,
        &written(&invitation.roles),
        at,
        by,
        &digest[..],
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether somebody active is an administrator.
pub(crate) async fn is_administered_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<bool, Failure> {
    let administered = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM staff_members WHERE municipality = $1 AND state = 'active' AND 'administrator' = ANY (roles)) AS "is!""#,
        municipality.code()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(administered)
}

/// A member.
pub(crate) async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality, name: &str) -> Result<Option<Member>, Failure> {
    let row = sqlx::query_as!(
        MemberRow,
        "SELECT name, display_name, roles, state FROM staff_members WHERE municipality = $1 AND name = $2",
        municipality.code(),
        name
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| row.member(municipality)).transpose()
}

/// A member whom nobody else changes until `tx` ends.
pub(crate) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, name: &str) -> Result<Option<Member>, Failure> {
    // NO KEY: rows of the audit log that refer to the member may be written meanwhile.
    let row = sqlx::query_as!(
        MemberRow,
        "SELECT name, display_name, roles, state FROM staff_members WHERE municipality = $1 AND name = $2 ORDER BY name FOR NO KEY UPDATE",
        municipality.code(),
        name
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| row.member(municipality)).transpose()
}

/// All members, by name.
pub(crate) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<Member>, Failure> {
    let rows =
        sqlx::query_as!(MemberRow, "SELECT name, display_name, roles, state FROM staff_members WHERE municipality = $1 ORDER BY name", municipality.code())
            .fetch_all(&mut **tx)
            .await?;
    rows.into_iter().map(|row| row.member(municipality)).collect()
}

fn one(affected: u64, name: &str) -> Result<(), Failure> {
    if affected == 1 { Ok(()) } else { Err(Failure::inconsistent("staff_members", format!("{name} is gone"))) }
}

/// Puts another code in force, or none.
pub(crate) async fn mark_code_in_tx(tx: &mut Tx<'_>, municipality: Municipality, name: &str, code: Option<IssuedCode<'_>>) -> Result<(), Failure> {
    let done = sqlx::query!(
        "UPDATE staff_members SET code_digest = $3, code_expires_at = $4 WHERE municipality = $1 AND name = $2",
        municipality.code(),
        name,
        code.map(|(digest, _)| &digest[..]),
        code.map(|(_, expires_at)| expires_at)
    )
    .execute(&mut **tx)
    .await?;
    one(done.rows_affected(), name)
}

/// Uses a code up, if it is the member's, in force, and the member may sign in.
pub(crate) async fn mark_code_used_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (name, digest): (&str, &[u8; 32]),
    now: Instant,
) -> Result<Option<Member>, Failure> {
    let row = sqlx::query_as!(
        MemberRow,
        r#"
        UPDATE staff_members SET code_digest = NULL, code_expires_at = NULL
        WHERE municipality = $1 AND name = $2 AND state = 'active' AND code_digest = $3 AND code_expires_at > $4
        RETURNING name, display_name, roles, state
        "#,
        municipality.code(),
        name,
        &digest[..],
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| row.member(municipality)).transpose()
}

/// Gives other roles.
pub(crate) async fn mark_roles_in_tx(tx: &mut Tx<'_>, municipality: Municipality, name: &str, roles: &Roles) -> Result<(), Failure> {
    let done = sqlx::query!("UPDATE staff_members SET roles = $3 WHERE municipality = $1 AND name = $2", municipality.code(), name, &written(roles))
        .execute(&mut **tx)
        .await?;
    one(done.rows_affected(), name)
}

/// Suspends, or lets work again.
pub(crate) async fn mark_active_in_tx(tx: &mut Tx<'_>, municipality: Municipality, name: &str, active: bool) -> Result<(), Failure> {
    let state = if active { "active" } else { "suspended" };
    let done =
        sqlx::query!("UPDATE staff_members SET state = $3 WHERE municipality = $1 AND name = $2", municipality.code(), name, state).execute(&mut **tx).await?;
    one(done.rows_affected(), name)
}
