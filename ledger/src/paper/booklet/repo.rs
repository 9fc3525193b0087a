//! All SQL of booklets and tickets.

use chrono::NaiveDate;

use super::{Booklet, Edition};
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{AccountId, BookletId, FamilyId, Municipality};
use crate::money::Yen;
use crate::paper::BookletKind;
use crate::time::Instant;

/// Whether some approved merchant is registered for what the kind is for.
pub(super) async fn is_taken_somewhere_in_tx(tx: &mut Tx<'_>, municipality: Municipality, kind: &BookletKind) -> Result<bool, Failure> {
    let taken = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM merchants m
            JOIN merchant_services s USING (municipality, merchant_id)
            WHERE m.municipality = $1 AND m.state = 'approved' AND s.approved_at IS NOT NULL
              AND s.expense = $2 AND (cardinality($3::text[]) = 0 OR s.category = ANY ($3))
        ) AS "taken!"
        "#,
        municipality.code(),
        kind.expense,
        &kind.services
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(taken)
}

/// A booklet that is new.
pub(super) struct NewRow<'a> {
    pub(super) id: BookletId,
    pub(super) number: &'a str,
    pub(super) family: FamilyId,
    pub(super) kind: &'a str,
    pub(super) valid_through: NaiveDate,
}

/// Writes a booklet down.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRow<'_>, issued: &Act) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO booklets (municipality, booklet_id, number, family_id, kind, valid_through, edition, issued_at, issued_by)
        VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)
        "#,
        municipality.code(),
        new.id.uuid(),
        new.number,
        new.family.uuid(),
        new.kind,
        new.valid_through,
        issued.at,
        issued.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the tickets of an edition down: serial and hold.
pub(super) async fn insert_tickets_in_tx(tx: &mut Tx<'_>, municipality: Municipality, edition: Edition, tickets: &[(i16, AccountId)]) -> Result<(), Failure> {
    let serials: Vec<_> = tickets.iter().map(|(serial, _)| *serial).collect();
    let holds: Vec<_> = tickets.iter().map(|(_, hold)| hold.uuid()).collect();
    sqlx::query!(
        r#"
        INSERT INTO tickets (municipality, booklet_id, edition, serial, hold_id)
        SELECT $1, $2, $3, n.serial, n.hold_id FROM unnest($4::smallint[], $5::uuid[]) AS n (serial, hold_id)
        "#,
        municipality.code(),
        edition.booklet.uuid(),
        edition.number,
        &serials,
        &holds
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which booklets.
#[derive(Clone, Copy)]
pub(super) enum Which {
    One(BookletId),
    OfFamily(FamilyId),
}

/// Booklets with what has become of the tickets of all editions, newest first.
pub(super) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, which: Which, now: Instant) -> Result<Vec<Booklet>, Failure> {
    let (one, family) = match which {
        Which::One(booklet) => (Some(booklet.uuid()), None),
        Which::OfFamily(family) => (None, Some(family.uuid())),
    };
    let rows = sqlx::query!(
        r#"
        SELECT b.booklet_id, b.number, b.family_id, b.valid_through, b.edition, b.issued_at, b.ended_at, k.kind, k.face_yen, k.expense, k.services,
               count(*) FILTER (WHERE c.hold_id IS NULL AND r.hold_id IS NULL AND h.expires_at > $4) AS "unused!", count(c.hold_id) AS "used!"
        FROM booklets b
        JOIN booklet_kinds k USING (municipality, kind)
        JOIN tickets t USING (municipality, booklet_id)
        JOIN holds h ON h.municipality = t.municipality AND h.hold_id = t.hold_id
        LEFT JOIN captures c ON c.municipality = t.municipality AND c.hold_id = t.hold_id
        LEFT JOIN releases r ON r.municipality = t.municipality AND r.hold_id = t.hold_id
        WHERE b.municipality = $1 AND (b.booklet_id = $2 OR b.family_id = $3)
        GROUP BY b.municipality, b.booklet_id, k.municipality, k.kind
        ORDER BY b.issued_at DESC, b.booklet_id
        "#,
        municipality.code(),
        one,
        family,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    let booklet = rows.into_iter().map(|row| Booklet {
        id: BookletId::new(row.booklet_id),
        number: row.number,
        family: FamilyId::new(row.family_id),
        kind: BookletKind { kind: row.kind, face: Yen::new(row.face_yen), expense: row.expense, services: row.services },
        valid_through: row.valid_through,
        edition: row.edition,
        issued_at: row.issued_at,
        ended_at: row.ended_at,
        unused: row.unused,
        used: row.used,
    });
    Ok(booklet.collect())
}

/// The tickets of an edition that work, by serial.
pub(super) async fn list_open_tickets_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    edition: Edition,
    now: Instant,
) -> Result<Vec<(i16, AccountId)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT t.serial, t.hold_id
        FROM tickets t
        JOIN holds h USING (municipality, hold_id)
        WHERE t.municipality = $1 AND t.booklet_id = $2 AND t.edition = $3 AND h.expires_at > $4
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = t.municipality AND c.hold_id = t.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = t.municipality AND r.hold_id = t.hold_id)
        ORDER BY t.serial
        "#,
        municipality.code(),
        edition.booklet.uuid(),
        edition.number,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.serial, AccountId::new(row.hold_id))).collect())
}

/// Locks a booklet: its edition, and whether it has ended.
pub(super) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, booklet: BookletId) -> Result<Option<(i16, bool)>, Failure> {
    let row = sqlx::query!(
        r#"SELECT edition, ended_at IS NOT NULL AS "ended!" FROM booklets WHERE municipality = $1 AND booklet_id = $2 ORDER BY booklet_id FOR UPDATE"#,
        municipality.code(),
        booklet.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.edition, row.ended)))
}

/// Puts another edition in force.
pub(super) async fn mark_edition_in_tx(tx: &mut Tx<'_>, municipality: Municipality, edition: Edition) -> Result<(), Failure> {
    let done = sqlx::query!(
        "UPDATE booklets SET edition = $3 WHERE municipality = $1 AND booklet_id = $2",
        municipality.code(),
        edition.booklet.uuid(),
        edition.number
    )
    .execute(&mut **tx)
    .await?;
    one(done.rows_affected(), edition.booklet)
}

/// Ends a booklet.
pub(super) async fn mark_ended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, booklet: BookletId, ended: &Act) -> Result<(), Failure> {
    let done = sqlx::query!(
        "UPDATE booklets SET ended_at = $3, ended_by = $4 WHERE municipality = $1 AND booklet_id = $2 AND ended_at IS NULL",
        municipality.code(),
        booklet.uuid(),
        ended.at,
        ended.by
    )
    .execute(&mut **tx)
    .await?;
    one(done.rows_affected(), booklet)
}

fn one(rows: u64, booklet: BookletId) -> Result<(), Failure> {
    if rows == 1 { Ok(()) } else { Err(Failure::inconsistent("booklets", format!("{booklet}: {rows} rows"))) }
}
