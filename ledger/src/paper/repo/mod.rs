//! SQL that booklets and cards share, and what proves them.

pub(super) mod proof;

use super::BookletKind;
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{BookletId, CardId, FamilyId, Municipality};
use crate::money::Yen;
use crate::time::Instant;

/// Kinds of booklets by name: all, or one.
pub(super) async fn list_kinds_in_tx(tx: &mut Tx<'_>, municipality: Municipality, kind: Option<&str>) -> Result<Vec<BookletKind>, Failure> {
    let rows = sqlx::query!(
        "SELECT kind, face_yen, expense, services FROM booklet_kinds WHERE municipality = $1 AND ($2::text IS NULL OR kind = $2) ORDER BY kind",
        municipality.code(),
        kind
    )
    .fetch_all(&mut **tx)
    .await?;
    let kind = rows.into_iter().map(|row| BookletKind { kind: row.kind, face: Yen::new(row.face_yen), expense: row.expense, services: row.services });
    Ok(kind.collect())
}

/// Writes a kind down, unless the name is taken.
pub(super) async fn insert_kind_in_tx(tx: &mut Tx<'_>, municipality: Municipality, kind: &BookletKind, made: &Act) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO booklet_kinds (municipality, kind, face_yen, expense, services, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (municipality, kind) DO NOTHING
        "#,
        municipality.code(),
        kind.kind,
        kind.face.get(),
        kind.expense,
        &kind.services,
        made.at,
        made.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether something on paper has this number.
pub(super) async fn is_number_taken_in_tx(tx: &mut Tx<'_>, municipality: Municipality, number: &str) -> Result<bool, Failure> {
    let taken = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM booklets WHERE municipality = $1 AND number = $2) OR EXISTS (SELECT FROM cards WHERE municipality = $1 AND number = $2)
            AS "taken!"
        "#,
        municipality.code(),
        number
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(taken)
}

/// The booklets and cards that a family was given up to an instant and that work.
pub(super) async fn list_working_of_family_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    until: Instant,
) -> Result<(Vec<BookletId>, Vec<CardId>), Failure> {
    let booklets = sqlx::query_scalar!(
        "SELECT booklet_id FROM booklets WHERE municipality = $1 AND family_id = $2 AND issued_at <= $3 AND ended_at IS NULL ORDER BY booklet_id",
        municipality.code(),
        family.uuid(),
        until
    )
    .fetch_all(&mut **tx)
    .await?;
    let cards = sqlx::query_scalar!(
        "SELECT card_id FROM cards WHERE municipality = $1 AND family_id = $2 AND issued_at <= $3 AND ended_at IS NULL ORDER BY card_id",
        municipality.code(),
        family.uuid(),
        until
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok((booklets.into_iter().map(BookletId::new).collect(), cards.into_iter().map(CardId::new).collect()))
}
