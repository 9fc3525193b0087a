//! All SQL of sessions.

use sqlx::PgConnection;

use super::{Session, SignedIn};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{FamilyId, Municipality, SessionId};
use crate::time::Instant;
use crate::token::CityToken;

/// What is tried, and the keyed digest of where it comes from.
type Attempts<'a> = (&'static str, &'a [u8; 32]);

/// How many attempts have been refused in the window.
pub(crate) async fn count_refused_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (purpose, origin): Attempts<'_>, window: Instant) -> Result<i32, Failure> {
    let refused = sqlx::query_scalar!(
        "SELECT refused FROM refused_attempts WHERE municipality = $1 AND purpose = $2 AND origin_index = $3 AND window_from = $4",
        municipality.code(),
        purpose,
        &origin[..],
        window
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(refused.unwrap_or(0))
}

/// Counts one more refusal.
pub(crate) async fn count_refusal_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (purpose, origin): Attempts<'_>, window: Instant) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO refused_attempts AS known (municipality, purpose, origin_index, window_from, refused)
        VALUES ($1, $2, $3, $4, 1)
        ON CONFLICT (municipality, purpose, origin_index, window_from) DO UPDATE SET refused = known.refused + 1
        "#,
        municipality.code(),
        purpose,
        &origin[..],
        window
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The family whose activation code has this digest.
pub(super) async fn find_family_in_tx(tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<FamilyId>, Failure> {
    let family = sqlx::query_scalar!("SELECT family_id FROM families WHERE municipality = $1 AND activation_hash = $2", municipality.code(), &digest[..])
        .fetch_optional(&mut **tx)
        .await?;
    Ok(family.map(FamilyId::new))
}

/// Makes sign-ins of one family take turns; answers how many sessions it has had.
pub(super) async fn lock_and_count_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<i64, Failure> {
    // NO KEY: rows that refer to the family may be written meanwhile.
    sqlx::query!(
        "SELECT family_id FROM families WHERE municipality = $1 AND family_id = $2 ORDER BY family_id FOR NO KEY UPDATE",
        municipality.code(),
        family.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    let count =
        sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM sessions WHERE municipality = $1 AND family_id = $2"#, municipality.code(), family.uuid())
            .fetch_one(&mut **tx)
            .await?;
    Ok(count)
}

/// Writes a session down.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, signed_in: &SignedIn, now: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO sessions (municipality, token_sha256, family_id, signed_in_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
        municipality.code(),
        &signed_in.token.sha256()[..],
        signed_in.family.uuid(),
        now,
        signed_in.expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends all sessions of a family but the newest `kept`; answers how many.
pub(crate) async fn end_oldest_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId, kept: i64, now: Instant) -> Result<u64, Failure> {
    let ended = sqlx::query!(
        r#"
        UPDATE sessions SET ended_at = $4
        WHERE municipality = $1 AND token_sha256 IN (
            SELECT token_sha256 FROM sessions
            WHERE municipality = $1 AND family_id = $2 AND ended_at IS NULL
            ORDER BY signed_in_at DESC, token_sha256
            OFFSET $3
        )
        "#,
        municipality.code(),
        family.uuid(),
        kept,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(ended.rows_affected())
}

/// The sessions of a family that are alive, the newest first.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    (now, idle_since): (Instant, Instant),
) -> Result<Vec<Session>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT token_sha256, signed_in_at, seen_at, expires_at FROM sessions
        WHERE municipality = $1 AND family_id = $2 AND ended_at IS NULL AND expires_at > $3 AND seen_at > $4
        ORDER BY signed_in_at DESC, token_sha256
        "#,
        municipality.code(),
        family.uuid(),
        now,
        idle_since
    )
    .fetch_all(&mut **tx)
    .await?;
    let session = rows.into_iter().map(|row| Session {
        id: Session::named(&row.token_sha256),
        signed_in_at: row.signed_in_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
    });
    Ok(session.collect())
}

/// Ends one session of a family by its name; whether it had not ended.
pub(super) async fn mark_one_ended_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, session): (FamilyId, SessionId),
    now: Instant,
) -> Result<bool, Failure> {
    let head = session.uuid();
    let ended = sqlx::query!(
        r#"
        UPDATE sessions SET ended_at = $4
        WHERE municipality = $1 AND family_id = $2 AND ended_at IS NULL AND substring(token_sha256 FROM 1 FOR 16) = $3
        "#,
        municipality.code(),
        family.uuid(),
        head.as_bytes().as_slice(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Ends all sessions of a family but the one that shows `token`.
pub(super) async fn end_others_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, token): (FamilyId, &CityToken),
    now: Instant,
) -> Result<(), Failure> {
    sqlx::query!(
        "UPDATE sessions SET ended_at = $4 WHERE municipality = $1 AND family_id = $2 AND ended_at IS NULL AND token_sha256 <> $3",
        municipality.code(),
        family.uuid(),
        &token.sha256()[..],
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The family of each session that has not ended, and when it was last seen, in the order of the tokens.
pub(super) async fn list(
    connection: &mut PgConnection,
    municipality: Municipality,
    tokens: &[&CityToken],
    now: Instant,
    idle_since: Instant,
) -> Result<Vec<Option<(FamilyId, Instant)>>, Failure> {
    let digests: Vec<_> = tokens.iter().map(|token| token.sha256().to_vec()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT s.family_id AS "family_id?", s.seen_at AS "seen_at?"
        FROM unnest($2::bytea[]) WITH ORDINALITY AS i (digest, item)
        LEFT JOIN sessions s
            ON s.municipality = $1 AND s.token_sha256 = i.digest AND s.ended_at IS NULL AND s.expires_at > $3 AND s.seen_at > $4
        ORDER BY i.item
        "#,
        municipality.code(),
        &digests,
        now,
        idle_since
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.family_id.map(FamilyId::new).zip(row.seen_at)).collect())
}

/// The family of a session that has not ended, and when it was last seen.
pub(super) async fn find_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant, idle_since: Instant) -> Result<Option<(FamilyId, Instant)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT family_id, seen_at FROM sessions
        WHERE municipality = $1 AND token_sha256 = $2 AND ended_at IS NULL AND expires_at > $3 AND seen_at > $4
        "#,
        token.municipality().code(),
        &token.sha256()[..],
        now,
        idle_since
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (FamilyId::new(row.family_id), row.seen_at)))
}

/// Writes down that a session is in use.
pub(super) async fn mark_seen_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant) -> Result<(), Failure> {
    sqlx::query!("UPDATE sessions SET seen_at = $3 WHERE municipality = $1 AND token_sha256 = $2", token.municipality().code(), &token.sha256()[..], now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a session, if it has not ended.
pub(super) async fn mark_ended_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "UPDATE sessions SET ended_at = $3 WHERE municipality = $1 AND token_sha256 = $2 AND ended_at IS NULL",
        token.municipality().code(),
        &token.sha256()[..],
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
