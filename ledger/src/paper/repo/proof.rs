//! What must be true of paper, asked of the rows.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, BookletId, CardId, MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::time::Instant;

/// The first ticket whose hold is not what its booklet says: whose, how much, what for, until when.
pub(in crate::paper) async fn find_ticket_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        SELECT t.hold_id
        FROM tickets t
        JOIN booklets b USING (municipality, booklet_id)
        JOIN booklet_kinds k USING (municipality, kind)
        LEFT JOIN holds h ON h.municipality = t.municipality AND h.hold_id = t.hold_id
        WHERE t.municipality = $1
          AND ((h.family_id, h.amount_yen, h.expense, h.services, h.expires_at) IS DISTINCT FROM
               (b.family_id, k.face_yen, k.expense, k.services, ((b.valid_through + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'))
               OR h.merchant_id IS NOT NULL OR h.service IS NOT NULL OR h.invoice_id IS NOT NULL)
        ORDER BY t.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first ticket or reservation of paper that was printed again or has ended, that still opens something at `now`.
pub(in crate::paper) async fn find_dead_and_open_in_tx(tx: &mut Tx<'_>, municipality: Municipality, now: Instant) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        WITH dead AS (
            SELECT t.hold_id FROM tickets t JOIN booklets b USING (municipality, booklet_id)
            WHERE t.municipality = $1 AND (t.edition <> b.edition OR b.ended_at IS NOT NULL)
            UNION ALL
            SELECT v.hold_id FROM reservations v JOIN cards c USING (municipality, card_id)
            WHERE v.municipality = $1 AND (v.edition <> c.edition OR c.ended_at IS NOT NULL)
        )
        SELECT d.hold_id AS "hold_id!"
        FROM dead d
        JOIN holds h ON h.municipality = $1 AND h.hold_id = d.hold_id
        WHERE h.expires_at > $2 AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = $1 AND c.hold_id = d.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = $1 AND r.hold_id = d.hold_id)
        ORDER BY 1
        LIMIT 1
        "#,
        municipality.code(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first ticket that was printed again though the one before it was not given back: two papers for one ticket's money.
pub(in crate::paper) async fn find_printed_twice_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<BookletId>, Failure> {
    let booklet = sqlx::query_scalar!(
        r#"
        SELECT t.booklet_id
        FROM tickets t
        LEFT JOIN tickets p ON p.municipality = t.municipality AND p.booklet_id = t.booklet_id AND p.serial = t.serial AND p.edition = t.edition - 1
        LEFT JOIN releases r ON r.municipality = p.municipality AND r.hold_id = p.hold_id
        WHERE t.municipality = $1 AND t.edition > 1 AND r.hold_id IS NULL
        ORDER BY t.booklet_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(booklet.map(BookletId::new))
}

/// The first hold that is bound to no merchant and is no ticket.
pub(in crate::paper) async fn find_unprinted_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        SELECT h.hold_id
        FROM holds h
        WHERE h.municipality = $1 AND h.merchant_id IS NULL
          AND NOT EXISTS (SELECT FROM tickets t WHERE t.municipality = h.municipality AND t.hold_id = h.hold_id)
        ORDER BY h.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first ticket that was captured at a merchant that is registered for none of what it is for.
pub(in crate::paper) async fn find_captured_elsewhere_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<ReceiptId>, Failure> {
    let receipt = sqlx::query_scalar!(
        r#"
        SELECT c.receipt_id
        FROM captures c
        JOIN holds h USING (municipality, hold_id)
        WHERE c.municipality = $1 AND h.merchant_id IS NULL
          AND NOT EXISTS (
              SELECT FROM merchant_services s
              WHERE s.municipality = c.municipality AND s.merchant_id = c.merchant_id AND s.approved_at <= c.captured_at
                AND s.expense = h.expense AND (h.services = '{}' OR s.category = ANY (h.services)))
        ORDER BY c.receipt_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(receipt.map(ReceiptId::new))
}

/// The first reservation of another family's money than its card's, or bound to no merchant.
pub(in crate::paper) async fn find_reservation_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        SELECT v.hold_id
        FROM reservations v
        JOIN cards c USING (municipality, card_id)
        LEFT JOIN holds h ON h.municipality = v.municipality AND h.hold_id = v.hold_id
        WHERE v.municipality = $1 AND (h.family_id IS DISTINCT FROM c.family_id OR h.merchant_id IS NULL OR v.edition > c.edition)
        ORDER BY v.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first digest under which two holds are open at once: a desk could not tell which it captures.
pub(in crate::paper) async fn find_ambiguous_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        SELECT min(h.hold_id::text)::uuid AS "hold_id!"
        FROM holds h
        WHERE h.municipality = $1
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = h.municipality AND c.hold_id = h.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = h.municipality AND r.hold_id = h.hold_id)
        GROUP BY h.code_digest
        HAVING count(*) > 1
        ORDER BY 1
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// An open hold of paper, what it is held under, and for a card its edition, merchant and amount.
pub(in crate::paper) struct Held {
    pub(in crate::paper) hold: AccountId,
    pub(in crate::paper) digest: Vec<u8>,
    pub(in crate::paper) card: Option<(CardId, i16, MerchantId, Yen)>,
}

/// What is open on paper, by hold, after one of them.
pub(in crate::paper) async fn list_open_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (after, limit): (Option<AccountId>, i64),
) -> Result<Vec<Held>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id, h.code_digest, h.merchant_id, h.amount_yen, v.card_id AS "card_id?", v.edition AS "edition?"
        FROM holds h
        LEFT JOIN reservations v ON v.municipality = h.municipality AND v.hold_id = h.hold_id
        WHERE h.municipality = $1 AND (h.merchant_id IS NULL OR v.hold_id IS NOT NULL) AND ($2::uuid IS NULL OR h.hold_id > $2)
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = h.municipality AND c.hold_id = h.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = h.municipality AND r.hold_id = h.hold_id)
        ORDER BY h.hold_id
        LIMIT $3
        "#,
        municipality.code(),
        after.map(AccountId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let held = rows.into_iter().map(|row| Held {
        hold: AccountId::new(row.hold_id),
        digest: row.code_digest,
        card: match (row.card_id, row.edition, row.merchant_id) {
            (Some(card), Some(edition), Some(merchant)) => Some((CardId::new(card), edition, MerchantId::new(merchant), Yen::new(row.amount_yen))),
            _ => None,
        },
    });
    Ok(held.collect())
}
