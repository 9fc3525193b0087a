//! SQL of staff's sessions.

use super::members;
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::staff::Member;
use crate::staff::session::StaffSignedIn;
use crate::time::Instant;
use crate::token::CityToken;

/// Writes a session down.
pub(crate) async fn insert_in_tx(tx: &mut Tx<'_>, signed_in: &StaffSignedIn, now: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO staff_sessions (municipality, token_sha256, name, signed_in_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
        signed_in.member.municipality.code(),
        &signed_in.token.sha256()[..],
        signed_in.member.name,
        now,
        signed_in.expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whose session that has not ended this is, and when it was last seen. Nobody's, once its member is suspended.
pub(crate) async fn find_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant, idle_since: Instant) -> Result<Option<(Member, Instant)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT name, seen_at FROM staff_sessions
        WHERE municipality = $1 AND token_sha256 = $2 AND ended_at IS NULL AND expires_at > $3 AND seen_at > $4
        "#,
        token.municipality().code(),
        &token.sha256()[..],
        now,
        idle_since
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let member = members::find_in_tx(tx, token.municipality(), &row.name).await?;
    Ok(member.filter(|member| member.active).map(|member| (member, row.seen_at)))
}

/// Writes down that a session is in use.
pub(crate) async fn mark_seen_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant) -> Result<(), Failure> {
    sqlx::query!("UPDATE staff_sessions SET seen_at = $3 WHERE municipality = $1 AND token_sha256 = $2", token.municipality().code(), &token.sha256()[..], now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a session, if it has not ended.
pub(crate) async fn mark_ended_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "UPDATE staff_sessions SET ended_at = $3 WHERE municipality = $1 AND token_sha256 = $2 AND ended_at IS NULL",
        token.municipality().code(),
        &token.sha256()[..],
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends every session of a member.
pub(crate) async fn mark_all_ended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, name: &str, now: Instant) -> Result<(), Failure> {
    sqlx::query!("UPDATE staff_sessions SET ended_at = $3 WHERE municipality = $1 AND name = $2 AND ended_at IS NULL", municipality.code(), name, now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
