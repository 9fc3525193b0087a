//! All SQL of cards and reservations.

use std::collections::BTreeMap;

use super::{Card, Edition, Reservation};
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{AccountId, CardId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::Instant;

/// A card that is to be written down.
pub(super) struct NewRow<'a> {
    pub(super) card: CardId,
    pub(super) number: &'a str,
    pub(super) family: FamilyId,
}

/// Writes a card down.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: NewRow<'_>, issued: &Act) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO cards (municipality, card_id, number, family_id, edition, issued_at, issued_by) VALUES ($1, $2, $3, $4, 1, $5, $6)",
        municipality.code(),
        new.card.uuid(),
        new.number,
        new.family.uuid(),
        issued.at,
        issued.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which cards.
#[derive(Clone, Copy)]
pub(super) enum Which {
    One(CardId),
    OfFamily(FamilyId),
}

/// Cards with what they capture at `now`, newest first.
pub(super) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, which: Which, now: Instant) -> Result<Vec<Card>, Failure> {
    let (one, family) = match which {
        Which::One(card) => (Some(card.uuid()), None),
        Which::OfFamily(family) => (None, Some(family.uuid())),
    };
    let cards = sqlx::query!(
        r#"
        SELECT card_id, number, family_id, edition, issued_at, ended_at
        FROM cards
        WHERE municipality = $1 AND (card_id = $2 OR family_id = $3)
        ORDER BY issued_at DESC, card_id
        "#,
        municipality.code(),
        one,
        family
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<_> = cards.iter().map(|card| card.card_id).collect();
    let open = sqlx::query!(
        r#"
        SELECT v.card_id, h.hold_id, h.merchant_id AS "merchant_id!", h.amount_yen, h.expense, h.expires_at
        FROM reservations v
        JOIN holds h USING (municipality, hold_id)
        WHERE v.municipality = $1 AND v.card_id = ANY($2) AND h.expires_at > $3
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = v.municipality AND c.hold_id = v.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = v.municipality AND r.hold_id = v.hold_id)
        ORDER BY h.expires_at, h.hold_id
        "#,
        municipality.code(),
        &ids,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut reservations: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in open {
        reservations.entry(row.card_id).or_default().push(Reservation {
            hold: AccountId::new(row.hold_id),
            merchant: MerchantId::new(row.merchant_id),
            amount: Yen::new(row.amount_yen),
            expense: row.expense,
            expires_at: row.expires_at,
        });
    }
    let card = cards.into_iter().map(|row| Card {
        id: CardId::new(row.card_id),
        number: row.number,
        family: FamilyId::new(row.family_id),
        edition: row.edition,
        issued_at: row.issued_at,
        ended_at: row.ended_at,
        reservations: reservations.remove(&row.card_id).unwrap_or_default(),
    });
    Ok(card.collect())
}

/// Locks a card: whose it is, its edition, and whether it has ended.
pub(super) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, card: CardId) -> Result<Option<(FamilyId, i16, bool)>, Failure> {
    let row = sqlx::query!(
        r#"SELECT family_id, edition, ended_at IS NOT NULL AS "ended!" FROM cards WHERE municipality = $1 AND card_id = $2 ORDER BY card_id FOR UPDATE"#,
        municipality.code(),
        card.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (FamilyId::new(row.family_id), row.edition, row.ended)))
}

/// Whether something open is held under this digest.
pub(super) async fn is_reserved_in_tx(tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32], now: Instant) -> Result<bool, Failure> {
    let reserved = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM holds h
            WHERE h.municipality = $1 AND h.code_digest = $2 AND h.expires_at > $3
              AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = h.municipality AND c.hold_id = h.hold_id)
              AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = h.municipality AND r.hold_id = h.hold_id)
        ) AS "reserved!"
        "#,
        municipality.code(),
        &digest[..],
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(reserved)
}

/// Writes down what the edition of a card captures.
pub(super) async fn insert_reservations_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    edition: Edition,
    holds: &[AccountId],
    reserved: &Act,
) -> Result<(), Failure> {
    let holds: Vec<_> = holds.iter().map(|hold| hold.uuid()).collect();
    sqlx::query!(
        r#"
        INSERT INTO reservations (municipality, hold_id, card_id, edition, reserved_at, reserved_by)
        SELECT $1, n.hold_id, $2, $3, $4, $5 FROM unnest($6::uuid[]) AS n (hold_id)
        "#,
        municipality.code(),
        edition.card.uuid(),
        edition.number,
        reserved.at,
        reserved.by,
        &holds
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A reservation, whatever became of it, and its card.
pub(super) async fn find_reservation_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: AccountId) -> Result<Option<(Reservation, CardId)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT v.card_id, h.hold_id, h.merchant_id AS "merchant_id!", h.amount_yen, h.expense, h.expires_at
        FROM reservations v
        JOIN holds h USING (municipality, hold_id)
        WHERE v.municipality = $1 AND v.hold_id = $2
        "#,
        municipality.code(),
        hold.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let reservation = Reservation {
            hold: AccountId::new(row.hold_id),
            merchant: MerchantId::new(row.merchant_id),
            amount: Yen::new(row.amount_yen),
            expense: row.expense,
            expires_at: row.expires_at,
        };
        (reservation, CardId::new(row.card_id))
    }))
}

/// Puts another edition in force.
pub(super) async fn mark_edition_in_tx(tx: &mut Tx<'_>, municipality: Municipality, edition: Edition) -> Result<(), Failure> {
    let done = sqlx::query!("UPDATE cards SET edition = $3 WHERE municipality = $1 AND card_id = $2", municipality.code(), edition.card.uuid(), edition.number)
        .execute(&mut **tx)
        .await?;
    one(done.rows_affected(), edition.card)
}

/// Ends a card.
pub(super) async fn mark_ended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, card: CardId, ended: &Act) -> Result<(), Failure> {
    let done = sqlx::query!(
        "UPDATE cards SET ended_at = $3, ended_by = $4 WHERE municipality = $1 AND card_id = $2 AND ended_at IS NULL",
        municipality.code(),
        card.uuid(),
        ended.at,
        ended.by
    )
    .execute(&mut **tx)
    .await?;
    one(done.rows_affected(), card)
}

fn one(rows: u64, card: CardId) -> Result<(), Failure> {
    if rows == 1 { Ok(()) } else { Err(Failure::inconsistent("cards", format!("{card}: {rows} rows"))) }
}
