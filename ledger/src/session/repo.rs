//! All SQL of sessions and refused attempts.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Opened, Place, Principal, Session};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{FamilyId, Municipality, PersonId, SessionId};
use crate::time::Instant;
use crate::token::CityToken;

/// The columns that say whose a session is: exactly one is set.
struct Columns<'a> {
    family: Option<Uuid>,
    person: Option<Uuid>,
    staff: Option<&'a str>,
}

impl<'a> From<&'a Principal> for Columns<'a> {
    fn from(principal: &'a Principal) -> Self {
        let none = Self { family: None, person: None, staff: None };
        match principal {
            Principal::Family(family) => Self { family: Some(family.uuid()), ..none },
            Principal::Person(person) => Self { person: Some(person.uuid()), ..none },
            Principal::Staff(name) => Self { staff: Some(name), ..none },
        }
    }
}

fn principal(family: Option<Uuid>, person: Option<Uuid>, staff: Option<String>) -> Result<Principal, Failure> {
    match (family, person, staff) {
        (Some(family), None, None) => Ok(Principal::Family(FamilyId::new(family))),
        (None, Some(person), None) => Ok(Principal::Person(PersonId::new(person))),
        (None, None, Some(name)) => Ok(Principal::Staff(name)),
        _ => Err(Failure::inconsistent("sessions", "a session is of one principal")),
    }
}

/// How many attempts have been refused in the window.
pub(crate) async fn count_refused_in_tx(tx: &mut Tx<'_>, place: &Place) -> Result<i32, Failure> {
    let refused = sqlx::query_scalar!(
        "SELECT refused FROM refused_attempts WHERE municipality = $1 AND purpose = $2 AND origin_index = $3 AND window_from = $4",
        place.municipality.code(),
        place.purpose,
        &place.origin[..],
        place.window_from
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(refused.unwrap_or(0))
}

/// Counts one more refusal.
pub(crate) async fn count_refusal_in_tx(tx: &mut Tx<'_>, place: &Place) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO refused_attempts AS known (municipality, purpose, origin_index, window_from, refused)
        VALUES ($1, $2, $3, $4, 1)
        ON CONFLICT (municipality, purpose, origin_index, window_from) DO UPDATE SET refused = known.refused + 1
        "#,
        place.municipality.code(),
        place.purpose,
        &place.origin[..],
        place.window_from
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes a session down.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, principal: &Principal, opened: &Opened, now: Instant) -> Result<(), Failure> {
    let Columns { family, person, staff } = principal.into();
    sqlx::query!(
        r#"
        INSERT INTO sessions (municipality, token_sha256, family_id, person_id, staff_name, signed_in_at, seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
        "#,
        opened.token.municipality().code(),
        &opened.token.sha256()[..],
        family,
        person,
        staff,
        now,
        opened.expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many sessions a family has had.
pub(crate) async fn count_of_family_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<i64, Failure> {
    let count =
        sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM sessions WHERE municipality = $1 AND family_id = $2"#, municipality.code(), family.uuid())
            .fetch_one(&mut **tx)
            .await?;
    Ok(count)
}

/// Ends all sessions of a principal but the newest `kept`. Returns how many it ended.
pub(crate) async fn end_oldest_in_tx(tx: &mut Tx<'_>, municipality: Municipality, principal: &Principal, kept: i64, now: Instant) -> Result<u64, Failure> {
    let Columns { family, person, staff } = principal.into();
    let ended = sqlx::query!(
        r#"
        UPDATE sessions SET ended_at = $6
        WHERE municipality = $1 AND token_sha256 IN (
            SELECT token_sha256 FROM sessions
            WHERE municipality = $1 AND ended_at IS NULL AND (family_id = $2 OR person_id = $3 OR staff_name = $4)
            ORDER BY signed_in_at DESC, token_sha256
            OFFSET $5
        )
        "#,
        municipality.code(),
        family,
        person,
        staff,
        kept,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(ended.rows_affected())
}

/// The sessions of a family that are alive, the newest first.
pub(crate) async fn list_of_family_in_tx(
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
    let session = |digest: &[u8], (signed_in_at, seen_at, expires_at)| {
        let digest = digest.try_into().map_err(|_| Failure::inconsistent("sessions", "a digest has 32 bytes"))?;
        Ok(Session { id: Session::named(digest), signed_in_at, seen_at, expires_at })
    };
    rows.iter().map(|row| session(&row.token_sha256, (row.signed_in_at, row.seen_at, row.expires_at))).collect()
}

/// Ends one session of a family by its name; whether it had not ended.
pub(crate) async fn mark_one_ended_in_tx(
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
pub(crate) async fn end_others_in_tx(
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

/// The family of each live session, and when it was last used, in the order of the tokens.
pub(crate) async fn list_families(
    connection: &mut PgConnection,
    municipality: Municipality,
    tokens: &[&CityToken],
    (now, idle_since): (Instant, Instant),
) -> Result<Vec<Option<(FamilyId, Instant)>>, Failure> {
    let digests: Vec<_> = tokens.iter().map(|token| token.sha256().to_vec()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT s.family_id AS "family_id?", s.seen_at AS "seen_at?"
        FROM unnest($2::bytea[]) WITH ORDINALITY AS i (digest, item)
        LEFT JOIN sessions s
            ON s.municipality = $1 AND s.token_sha256 = i.digest AND s.family_id IS NOT NULL
            AND s.ended_at IS NULL AND s.expires_at > $3 AND s.seen_at > $4
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

/// Whose live session this is, and when it was last used.
pub(super) async fn find_in_tx(tx: &mut Tx<'_>, token: &CityToken, now: Instant, idle_since: Instant) -> Result<Option<(Principal, Instant)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT family_id, person_id, staff_name, seen_at FROM sessions
        WHERE municipality = $1 AND token_sha256 = $2 AND ended_at IS NULL AND expires_at > $3 AND seen_at > $4
        "#,
        token.municipality().code(),
        &token.sha256()[..],
        now,
        idle_since
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok((principal(row.family_id, row.person_id, row.staff_name)?, row.seen_at))).transpose()
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
