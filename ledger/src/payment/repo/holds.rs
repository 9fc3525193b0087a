//! Holds: what is set aside, under which code, for whom.

use uuid::Uuid;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, EntryId, FamilyId, InvoiceId, MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::payment::aside::{Place, Spot};
use crate::payment::state::{Hold, HoldState, Release};
use crate::payment::{Former, NewHold};
use crate::time::Instant;

/// Writes holds down, each with the entry that set it aside.
pub(in crate::payment) async fn insert_holds_in_tx(tx: &mut Tx<'_>, municipality: Municipality, holds: &[(EntryId, &NewHold)]) -> Result<(), Failure> {
    let column = |of: fn(&NewHold) -> Uuid| holds.iter().map(|(_, hold)| of(hold)).collect::<Vec<_>>();
    let ids: Vec<_> = column(|hold| hold.id.uuid());
    let entries: Vec<_> = holds.iter().map(|(entry, _)| entry.uuid()).collect();
    let families: Vec<_> = column(|hold| hold.family.uuid());
    let merchants: Vec<_> = holds.iter().map(|(_, hold)| hold.place.merchant().map(MerchantId::uuid)).collect();
    let invoices: Vec<_> = holds.iter().map(|(_, hold)| hold.invoice.map(InvoiceId::uuid)).collect();
    let expenses: Vec<_> = holds.iter().map(|(_, hold)| hold.expense.clone()).collect();
    let services: Vec<_> = holds.iter().map(|(_, hold)| hold.service.clone()).collect();
    let amounts: Vec<_> = holds.iter().map(|(_, hold)| hold.amount.get()).collect();
    let digests: Vec<_> = holds.iter().map(|(_, hold)| hold.digest.to_vec()).collect();
    let held: Vec<_> = holds.iter().map(|(_, hold)| hold.held_at).collect();
    let expire: Vec<_> = holds.iter().map(|(_, hold)| hold.expires_at).collect();
    // An array of arrays must be square: the categories, which hold no space, travel as one text.
    let places: Vec<_> = holds.iter().map(|(_, hold)| hold.place.services().map(|services| services.join(" "))).collect();
    sqlx::query!(
        r#"
        INSERT INTO holds (municipality, hold_id, entry_id, family_id, merchant_id, invoice_id, expense, service,
                           amount_yen, code_digest, held_at, expires_at, services)
        SELECT $1, h.hold_id, h.entry_id, h.family_id, h.merchant_id, h.invoice_id, h.expense, h.service,
               h.amount, h.digest, h.held_at, h.expires_at, string_to_array(h.places, ' ')
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::bigint[], $10::bytea[],
                    $11::timestamptz[], $12::timestamptz[], $13::text[])
            AS h (hold_id, entry_id, family_id, merchant_id, invoice_id, expense, service, amount, digest, held_at, expires_at, places)
        "#,
        municipality.code(),
        &ids,
        &entries,
        &families,
        &merchants as _,
        &invoices as _,
        &expenses,
        &services as _,
        &amounts,
        &digests,
        &held,
        &expire,
        &places as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How a hold is looked up.
#[derive(Debug, Clone, Copy)]
pub(in crate::payment) enum By<'a> {
    /// By its id.
    Id(AccountId),
    /// By what it is held under, for a merchant that asks.
    Code(&'a [u8], MerchantId),
    /// By the entry that set it aside.
    Entry(EntryId),
}

/// One hold and what became of it. Of several that one card has had for a merchant and amount, the one that is open.
pub(in crate::payment) async fn find_hold_in_tx(tx: &mut Tx<'_>, municipality: Municipality, by: By<'_>) -> Result<Option<Hold>, Failure> {
    let (id, code, entry, asking) = match by {
        By::Id(id) => (Some(id.uuid()), None, None, None),
        By::Code(digest, merchant) => (None, Some(digest), None, Some(merchant.uuid())),
        By::Entry(entry) => (None, None, Some(entry.uuid()), None),
    };
    let row = sqlx::query!(
        r#"
        SELECT h.hold_id, h.entry_id, h.family_id, h.invoice_id, h.expense, h.amount_yen, h.held_at, h.expires_at,
               c.receipt_id AS "receipt_id?", c.captured_at AS "captured_at?", r.why AS "why?", r.released_at AS "released_at?",
               coalesce(h.merchant_id, (
                   SELECT m.merchant_id
                   FROM merchants m
                   JOIN merchant_services s USING (municipality, merchant_id)
                   WHERE m.municipality = h.municipality AND m.merchant_id = $5 AND m.state = 'approved' AND s.approved_at IS NOT NULL
                     AND s.expense = h.expense AND (h.services = '{}' OR s.category = ANY (h.services))
                   LIMIT 1
               )) AS merchant_id
        FROM holds h
        LEFT JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
        LEFT JOIN releases r ON r.municipality = h.municipality AND r.hold_id = h.hold_id
        WHERE h.municipality = $1 AND (h.hold_id = $2 OR h.code_digest = $3 OR h.hold_id = (
            SELECT t.credit_account_id FROM transfers t WHERE t.municipality = $1 AND t.entry_id = $4 AND t.position = 0))
        ORDER BY (c.hold_id IS NOT NULL OR r.hold_id IS NOT NULL), h.held_at DESC, h.hold_id
        LIMIT 1
        "#,
        municipality.code(),
        id,
        code,
        entry,
        asking
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state = hold_state(row.receipt_id.zip(row.captured_at), row.why.as_deref().zip(row.released_at))
        .ok_or_else(|| Failure::inconsistent("holds", format!("{} has ended twice or nowhere", row.hold_id)))?;
    Ok(Some(Hold {
        id: AccountId::new(row.hold_id),
        entry: EntryId::new(row.entry_id),
        family: FamilyId::new(row.family_id),
        merchant: row.merchant_id.map(MerchantId::new),
        invoice: row.invoice_id.map(InvoiceId::new),
        expense: row.expense,
        amount: Yen::new(row.amount_yen),
        held_at: row.held_at,
        expires_at: row.expires_at,
        state,
    }))
}

pub(in crate::payment) fn hold_state(captured: Option<(Uuid, Instant)>, released: Option<(&str, Instant)>) -> Option<HoldState> {
    match (captured, released) {
        (None, None) => Some(HoldState::Held),
        (Some((receipt, at)), None) => Some(HoldState::Captured { receipt: ReceiptId::new(receipt), at }),
        (None, Some((why, at))) => Release::parse(why).map(|why| HoldState::Released { why, at }),
        (Some(_), Some(_)) => None,
    }
}

/// What stands behind each of these codes, for the merchant that asks, in their order; none where nothing does.
pub(in crate::payment) async fn list_holds_of_codes_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    codes: &[(&[u8], MerchantId)],
) -> Result<Vec<Option<Hold>>, Failure> {
    let digests: Vec<_> = codes.iter().map(|(digest, _)| digest.to_vec()).collect();
    let merchants: Vec<_> = codes.iter().map(|(_, merchant)| merchant.uuid()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT hold_id, entry_id, family_id, invoice_id, expense, amount_yen, held_at, expires_at, merchant_id, receipt_id, captured_at, why, released_at
        FROM holds_of_codes($1, $2, $3)
        ORDER BY item
        "#,
        municipality.code(),
        &digests,
        &merchants
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (Some(id), Some(entry), Some(family), Some(expense)) = (row.hold_id, row.entry_id, row.family_id, row.expense) else { return Ok(None) };
            let (Some(amount), Some(held_at), Some(expires_at)) = (row.amount_yen, row.held_at, row.expires_at) else { return Ok(None) };
            let state = hold_state(row.receipt_id.zip(row.captured_at), row.why.as_deref().zip(row.released_at))
                .ok_or_else(|| Failure::inconsistent("holds", format!("{id} has ended twice or nowhere")))?;
            Ok(Some(Hold {
                id: AccountId::new(id),
                entry: EntryId::new(entry),
                family: FamilyId::new(family),
                merchant: row.merchant_id.map(MerchantId::new),
                invoice: row.invoice_id.map(InvoiceId::new),
                expense,
                amount: Yen::new(amount),
                held_at,
                expires_at,
                state,
            }))
        })
        .collect()
}

/// The accounts that these holds are made of, allowances and visits included.
pub(in crate::payment) async fn list_sources_in_tx(tx: &mut Tx<'_>, municipality: Municipality, holds: &[AccountId]) -> Result<Vec<AccountId>, Failure> {
    let holds: Vec<_> = holds.iter().map(|hold| hold.uuid()).collect();
    let sources = sqlx::query_scalar!(
        r#"
        SELECT DISTINCT t.debit_account_id
        FROM holds h
        JOIN transfers t ON t.municipality = h.municipality AND t.entry_id = h.entry_id
        WHERE h.municipality = $1 AND h.hold_id = ANY($2)
        "#,
        municipality.code(),
        &holds
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(sources.into_iter().map(AccountId::new).collect())
}

/// Where a hold can be captured, and the service that it names.
pub(in crate::payment) async fn find_spot_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: AccountId) -> Result<Option<Spot>, Failure> {
    let row = sqlx::query!("SELECT merchant_id, services, service FROM holds WHERE municipality = $1 AND hold_id = $2", municipality.code(), hold.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let place = match (row.merchant_id, row.services) {
        (Some(merchant), None) => Place::Merchant(MerchantId::new(merchant)),
        (None, Some(services)) => Place::Registered(services),
        _ => return Err(Failure::inconsistent("holds", format!("{hold} has no place, or two"))),
    };
    Ok(Some(Spot { place, service: row.service }))
}

/// Holds of a family that were made up to an instant and have not ended, oldest first: all of them, or those that draw on one child.
pub(in crate::payment) async fn list_open_of_family_in_tx(tx: &mut Tx<'_>, municipality: Municipality, former: Former) -> Result<Vec<AccountId>, Failure> {
    let holds = sqlx::query_scalar!(
        r#"
        SELECT h.hold_id
        FROM holds h
        WHERE h.municipality = $1 AND h.family_id = $2 AND h.held_at <= $3
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = h.municipality AND c.hold_id = h.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = h.municipality AND r.hold_id = h.hold_id)
          AND ($4::uuid IS NULL OR EXISTS (
              SELECT FROM transfers t
              JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
              WHERE t.municipality = h.municipality AND t.entry_id = h.entry_id AND e.child_id = $4))
        ORDER BY h.held_at, h.hold_id
        "#,
        municipality.code(),
        former.family.uuid(),
        former.until,
        former.child.map(ChildId::uuid)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(holds.into_iter().map(AccountId::new).collect())
}
