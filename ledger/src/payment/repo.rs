//! All SQL of payments: holds, captures and releases. The money stands in the books.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::aside::Place;
use super::state::{Hold, HoldState, Release};
use super::{HoldPayment, NewHold, Receipt};
use crate::Tx;
use crate::books::Transfer;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, EntryId, FamilyId, InvoiceId, MerchantId, Municipality, ReceiptId, RefundId, TerminalId};
use crate::money::Yen;
use crate::time::{FiscalYear, Instant};

/// Writes a hold down.
pub(super) async fn insert_hold_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId, hold: &NewHold) -> Result<(), Failure> {
    insert_holds_in_tx(tx, municipality, &[(entry, hold)]).await
}

/// Writes holds down, each with the entry that set it aside.
pub(super) async fn insert_holds_in_tx(tx: &mut Tx<'_>, municipality: Municipality, holds: &[(EntryId, &NewHold)]) -> Result<(), Failure> {
    let column = |of: fn(&NewHold) -> Uuid| holds.iter().map(|(_, hold)| of(hold)).collect::<Vec<_>>();
    let ids: Vec<_> = column(|hold| hold.id.uuid());
    let entries: Vec<_> = holds.iter().map(|(entry, _)| entry.uuid()).collect();
    let families: Vec<_> = column(|hold| hold.family.uuid());
    let merchants: Vec<_> = holds.iter().map(|(_, hold)| hold.merchant.map(MerchantId::uuid)).collect();
    let invoices: Vec<_> = holds.iter().map(|(_, hold)| hold.invoice.map(InvoiceId::uuid)).collect();
    let expenses: Vec<_> = holds.iter().map(|(_, hold)| hold.expense.clone()).collect();
    let services: Vec<_> = holds.iter().map(|(_, hold)| hold.service.clone()).collect();
    let amounts: Vec<_> = holds.iter().map(|(_, hold)| hold.amount.get()).collect();
    let digests: Vec<_> = holds.iter().map(|(_, hold)| hold.digest.to_vec()).collect();
    let held: Vec<_> = holds.iter().map(|(_, hold)| hold.held_at).collect();
    let expire: Vec<_> = holds.iter().map(|(_, hold)| hold.expires_at).collect();
    // An array of arrays must be square: the categories, which hold no space, travel as one text.
    let places: Vec<_> = holds.iter().map(|(_, hold)| hold.services.as_ref().map(|services| services.join(" "))).collect();
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
pub(super) enum By<'a> {
    /// By its id.
    Id(AccountId),
    /// By what it is held under, for a merchant that asks.
    Code(&'a [u8], MerchantId),
    /// By the entry that set it aside.
    Entry(EntryId),
}

/// One hold and what became of it. Of several that one card has had for a merchant and amount, the one that is open.
pub(super) async fn find_hold_in_tx(tx: &mut Tx<'_>, municipality: Municipality, by: By<'_>) -> Result<Option<Hold>, Failure> {
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

pub(super) fn hold_state(captured: Option<(Uuid, Instant)>, released: Option<(&str, Instant)>) -> Option<HoldState> {
    match (captured, released) {
        (None, None) => Some(HoldState::Held),
        (Some((receipt, at)), None) => Some(HoldState::Captured { receipt: ReceiptId::new(receipt), at }),
        (None, Some((why, at))) => Release::parse(why).map(|why| HoldState::Released { why, at }),
        (Some(_), Some(_)) => None,
    }
}

/// What stands behind each of these codes, for the merchant that asks, in their order; none where nothing does.
pub(super) async fn list_holds_of_codes_in_tx(
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

/// Writes a receipt down; answers whether its bill, where there is one, was open until now.
pub(super) async fn insert_capture_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    hold: AccountId,
    entry: EntryId,
    receipt: &Receipt,
) -> Result<bool, Failure> {
    Ok(insert_captures_in_tx(tx, municipality, &[(hold, entry, receipt)]).await? == 1)
}

/// Writes receipts down; answers how many. One is left out whose bill has ended.
pub(super) async fn insert_captures_in_tx(tx: &mut Tx<'_>, municipality: Municipality, captured: &[(AccountId, EntryId, &Receipt)]) -> Result<usize, Failure> {
    let column = |of: fn(&Receipt) -> Option<Uuid>| captured.iter().map(|(_, _, receipt)| of(receipt)).collect::<Vec<_>>();
    let holds: Vec<_> = captured.iter().map(|(hold, _, _)| hold.uuid()).collect();
    let entries: Vec<_> = captured.iter().map(|(_, entry, _)| entry.uuid()).collect();
    let receipts: Vec<_> = column(|receipt| Some(receipt.id.uuid()));
    let merchants: Vec<_> = column(|receipt| Some(receipt.merchant.uuid()));
    let terminals: Vec<_> = column(|receipt| receipt.terminal.map(TerminalId::uuid));
    let invoices: Vec<_> = column(|receipt| receipt.invoice.map(InvoiceId::uuid));
    let amounts: Vec<_> = captured.iter().map(|(_, _, receipt)| receipt.amount.get()).collect();
    let expenses: Vec<_> = captured.iter().map(|(_, _, receipt)| receipt.expense.clone()).collect();
    let at: Vec<_> = captured.iter().map(|(_, _, receipt)| receipt.captured_at).collect();
    let days: Vec<_> = captured.iter().map(|(_, _, receipt)| crate::time::tokyo_date(receipt.captured_at)).collect();
    let inserted = sqlx::query!(
        r#"
        INSERT INTO captures (municipality, hold_id, receipt_id, entry_id, merchant_id, terminal_id, invoice_id, amount_yen, expense, captured_at, business_on)
        SELECT $1, c.*
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bigint[], $9::text[], $10::timestamptz[], $11::date[]) AS c
        ON CONFLICT (municipality, invoice_id) WHERE invoice_id IS NOT NULL DO NOTHING
        "#,
        municipality.code(),
        &holds,
        &receipts as _,
        &entries,
        &merchants as _,
        &terminals as _,
        &invoices as _,
        &amounts,
        &expenses,
        &at,
        &days
    )
    .execute(&mut **tx)
    .await?;
    Ok(usize::try_from(inserted.rows_affected()).unwrap_or(usize::MAX))
}

/// The receipt of a capture's entry.
pub(super) async fn find_receipt_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId) -> Result<Option<Receipt>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT c.receipt_id, c.merchant_id, c.terminal_id, c.invoice_id, c.amount_yen, c.expense, c.captured_at
        FROM transfers t
        JOIN captures c ON c.municipality = t.municipality AND c.hold_id = t.debit_account_id
        WHERE t.municipality = $1 AND t.entry_id = $2 AND t.position = 0
        "#,
        municipality.code(),
        entry.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Receipt {
        id: ReceiptId::new(row.receipt_id),
        merchant: MerchantId::new(row.merchant_id),
        terminal: row.terminal_id.map(TerminalId::new),
        invoice: row.invoice_id.map(InvoiceId::new),
        amount: Yen::new(row.amount_yen),
        expense: row.expense,
        captured_at: row.captured_at,
    }))
}

/// A transfer of a hold, and what must be known of its source to give it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartOfHold {
    /// Source → hold, or allowance or visits → control.
    pub(super) transfer: Transfer,
    /// It is money; otherwise a memorandum of an allowance or a visit.
    pub(super) is_money: bool,
    /// The account in visits of its source, where visits are counted.
    pub(super) visits: Option<AccountId>,
    /// Whole tickets of this many yen; 1 where every yen counts.
    pub(super) face: Yen,
    /// The budget to which it returns once it has lapsed, and the instant from which it has; none for own money.
    pub(super) lapses: Option<(AccountId, Instant)>,
}

/// The transfers of a hold, in the order of the split.
pub(super) async fn list_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: &Hold) -> Result<Vec<PartOfHold>, Failure> {
    Ok(list_parts_of_holds_in_tx(tx, municipality, &[(hold.id, hold.entry)]).await?.remove(&hold.id).unwrap_or_default())
}

/// The transfers of holds, each with the entry that set it aside, in the order of the split.
pub(super) async fn list_parts_of_holds_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    holds: &[(AccountId, EntryId)],
) -> Result<BTreeMap<AccountId, Vec<PartOfHold>>, Failure> {
    let (ids, entries): (Vec<_>, Vec<_>) = holds.iter().map(|(hold, entry)| (hold.uuid(), entry.uuid())).unzip();
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id AS "hold_id!", t.debit_account_id, t.credit_account_id, t.amount, e.scheme_id AS "scheme_id?", e.fiscal_year AS "fiscal_year?",
               e.face_yen AS "face_yen?", e.visits_account_id AS "visits_account_id?", g.closes_at AS "closes_at?"
        FROM unnest($2::uuid[], $3::uuid[]) AS h (hold_id, entry_id)
        JOIN transfers t ON t.municipality = $1 AND t.entry_id = h.entry_id
        LEFT JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
        LEFT JOIN guarded_balances g ON g.municipality = t.municipality AND g.account_id = e.entitlement_id
        ORDER BY h.hold_id, t.position
        "#,
        municipality.code(),
        &ids,
        &entries
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut parts: BTreeMap<AccountId, Vec<PartOfHold>> = BTreeMap::new();
    for row in rows {
        let transfer = Transfer::new(AccountId::new(row.debit_account_id), AccountId::new(row.credit_account_id), Yen::new(row.amount));
        parts.entry(AccountId::new(row.hold_id)).or_default().push(PartOfHold {
            transfer,
            is_money: row.credit_account_id == row.hold_id,
            visits: row.visits_account_id.map(AccountId::new),
            face: Yen::new(row.face_yen.unwrap_or(1)),
            lapses: match (row.scheme_id, row.fiscal_year, row.closes_at) {
                (Some(scheme), Some(year), Some(at)) => Some((crate::books::Account::budget(&scheme, FiscalYear::new(year)).id, at)),
                _ => None,
            },
        });
    }
    Ok(parts)
}

/// The accounts that these holds are made of, allowances and visits included.
pub(super) async fn list_sources_in_tx(tx: &mut Tx<'_>, municipality: Municipality, holds: &[AccountId]) -> Result<Vec<AccountId>, Failure> {
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
pub(super) async fn find_place_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: AccountId) -> Result<Option<(Place, Option<String>)>, Failure> {
    let row = sqlx::query!("SELECT merchant_id, services, service FROM holds WHERE municipality = $1 AND hold_id = $2", municipality.code(), hold.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    let place = |row: (Option<Uuid>, Option<Vec<String>>)| match row {
        (Some(merchant), None) => Ok(Place::Merchant(MerchantId::new(merchant))),
        (None, Some(services)) => Ok(Place::Registered(services)),
        _ => Err(Failure::inconsistent("holds", format!("{hold} has no place, or two"))),
    };
    row.map(|row| Ok((place((row.merchant_id, row.services))?, row.service))).transpose()
}

/// Writes releases down, each with the entry that gave the money back.
pub(super) async fn insert_releases_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    released: &[(AccountId, EntryId)],
    (why, at): (Release, Instant),
) -> Result<(), Failure> {
    let (holds, entries): (Vec<_>, Vec<_>) = released.iter().map(|(hold, entry)| (hold.uuid(), entry.uuid())).unzip();
    sqlx::query!(
        r#"
        INSERT INTO releases (municipality, hold_id, entry_id, why, released_at)
        SELECT $1, r.hold_id, r.entry_id, $4, $5 FROM unnest($2::uuid[], $3::uuid[]) AS r (hold_id, entry_id)
        "#,
        municipality.code(),
        &holds,
        &entries,
        why.as_str(),
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Holds that expired at or before `now` and have not ended, oldest first, at most `limit`, each with the entry that set it aside.
///
/// A hold is made before it expires: what expired before the job was last done has ended, but for database transactions that were under way then, which
/// do not live for a day. Looking through all that ever expired would take longer each month.
pub(super) async fn list_expired_in_tx(tx: &mut Tx<'_>, municipality: Municipality, now: Instant, limit: i64) -> Result<Vec<(AccountId, EntryId)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id, h.entry_id
        FROM holds h
        WHERE h.municipality = $1 AND h.expires_at <= $2
          AND h.expires_at > coalesce(
              (SELECT max(j.done_through) FROM job_runs j WHERE j.municipality = $1 AND j.job = 'expire'), '-infinity'::timestamptz) - interval '1 day'
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = h.municipality AND c.hold_id = h.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = h.municipality AND r.hold_id = h.hold_id)
        ORDER BY h.expires_at, h.hold_id
        LIMIT $3
        "#,
        municipality.code(),
        now,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId::new(row.hold_id), EntryId::new(row.entry_id))).collect())
}

/// Holds of a family that were made up to an instant and have not ended, oldest first: all of them, or those that draw on one child.
pub(super) async fn list_open_of_family_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    (child, until): (Option<ChildId>, Instant),
) -> Result<Vec<AccountId>, Failure> {
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
        family.uuid(),
        until,
        child.map(ChildId::uuid)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(holds.into_iter().map(AccountId::new).collect())
}

/// A merchant's receipts of some days, by the merchant's own order: time, then number.
pub(super) async fn list_receipts_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    days: (chrono::NaiveDate, chrono::NaiveDate),
) -> Result<Vec<Receipt>, Failure> {
    let (first, last) = days;
    let rows = sqlx::query!(
        r#"
        SELECT receipt_id, merchant_id, terminal_id, invoice_id, amount_yen, expense, captured_at
        FROM captures
        WHERE municipality = $1 AND merchant_id = $2 AND business_on BETWEEN $3 AND $4
        ORDER BY captured_at, receipt_id
        "#,
        municipality.code(),
        merchant.uuid(),
        first,
        last
    )
    .fetch_all(&mut **tx)
    .await?;
    let receipt = rows.into_iter().map(|row| Receipt {
        id: ReceiptId::new(row.receipt_id),
        merchant: MerchantId::new(row.merchant_id),
        terminal: row.terminal_id.map(TerminalId::new),
        invoice: row.invoice_id.map(InvoiceId::new),
        amount: Yen::new(row.amount_yen),
        expense: row.expense,
        captured_at: row.captured_at,
    });
    Ok(receipt.collect())
}

/// Whether a merchant takes payments of this kind now: approved, not suspended, and registered for it.
pub(super) async fn offers_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    expense: &str,
    service: Option<&str>,
) -> Result<bool, Failure> {
    let offers = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM merchants m
            JOIN merchant_services s USING (municipality, merchant_id)
            WHERE m.municipality = $1 AND m.merchant_id = $2 AND m.state = 'approved' AND s.approved_at IS NOT NULL
              AND s.expense = $3 AND ($4::text IS NULL OR s.category = $4)
        ) AS "offers!"
        "#,
        municipality.code(),
        merchant.uuid(),
        expense,
        service
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(offers)
}

/// Whether the merchant of each of these payments takes such a payment now, in their order.
pub(super) async fn list_offered_in_tx(tx: &mut Tx<'_>, municipality: Municipality, asked: &[&HoldPayment]) -> Result<Vec<bool>, Failure> {
    let merchants: Vec<_> = asked.iter().map(|payment| payment.merchant.uuid()).collect();
    let expenses: Vec<_> = asked.iter().map(|payment| payment.expense.clone()).collect();
    let services: Vec<_> = asked.iter().map(|payment| payment.service.clone()).collect();
    let offered = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM merchants m
            JOIN merchant_services s USING (municipality, merchant_id)
            WHERE m.municipality = $1 AND m.merchant_id = i.merchant_id AND m.state = 'approved' AND s.approved_at IS NOT NULL
              AND s.expense = i.expense AND (i.service IS NULL OR s.category = i.service)
        ) AS "offered!"
        FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY AS i (merchant_id, expense, service, item)
        ORDER BY i.item
        "#,
        municipality.code(),
        &merchants,
        &expenses,
        &services as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(offered)
}

/// The first hold whose account holds what it should not: the whole amount while it is held, nothing once it was captured by one transfer
/// to its merchant or given back by its release.
pub(super) async fn find_hold_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        WITH taken AS (
            SELECT t.debit_account_id AS hold_id, t.entry_id, e.kind, sum(t.amount)::bigint AS amount, count(*) AS transfers
            FROM transfers t
            JOIN entries e USING (municipality, entry_id)
            JOIN holds h ON h.municipality = t.municipality AND h.hold_id = t.debit_account_id
            WHERE t.municipality = $1
            GROUP BY t.debit_account_id, t.entry_id, e.kind
        ), put AS (
            SELECT t.credit_account_id AS hold_id, sum(t.amount)::bigint AS amount
            FROM transfers t
            JOIN holds h ON h.municipality = t.municipality AND h.hold_id = t.credit_account_id AND h.entry_id = t.entry_id
            WHERE t.municipality = $1
            GROUP BY t.credit_account_id
        )
        SELECT h.hold_id
        FROM holds h
        LEFT JOIN put p ON p.hold_id = h.hold_id
        LEFT JOIN taken t ON t.hold_id = h.hold_id
        LEFT JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
        LEFT JOIN releases r ON r.municipality = h.municipality AND r.hold_id = h.hold_id
        WHERE h.municipality = $1
          AND (p.amount IS DISTINCT FROM h.amount_yen
               OR t.entry_id IS DISTINCT FROM coalesce(c.entry_id, r.entry_id)
               OR (c.hold_id IS NOT NULL AND r.hold_id IS NOT NULL)
               OR (c.hold_id IS NOT NULL AND (c.amount_yen, t.kind, t.amount, t.transfers) IS DISTINCT FROM (h.amount_yen, 'capture', h.amount_yen, 1::bigint))
               OR (r.hold_id IS NOT NULL AND (t.kind, t.amount) IS DISTINCT FROM (CASE r.why WHEN 'voided' THEN 'void' ELSE 'expire' END, h.amount_yen)))
        ORDER BY h.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first receipt that differs from its hold, or whose transfer did not go to its merchant on its day.
pub(super) async fn find_receipt_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<ReceiptId>, Failure> {
    let receipt = sqlx::query_scalar!(
        r#"
        SELECT c.receipt_id
        FROM captures c
        LEFT JOIN holds h USING (municipality, hold_id)
        LEFT JOIN entries e ON e.municipality = c.municipality AND e.entry_id = c.entry_id
        LEFT JOIN transfers t ON t.municipality = c.municipality AND t.entry_id = c.entry_id
        LEFT JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.credit_account_id
        WHERE c.municipality = $1
          AND ((a.kind, a.owner_id, e.business_on) IS DISTINCT FROM ('merchant_payable', c.merchant_id, c.business_on)
               OR (c.merchant_id, c.expense, c.invoice_id) IS DISTINCT FROM (coalesce(h.merchant_id, c.merchant_id), h.expense, h.invoice_id))
        ORDER BY c.receipt_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(receipt.map(ReceiptId::new))
}

/// The first hold of which something came back to an account that it did not come from, and that is no budget.
pub(super) async fn find_astray_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        WITH back AS (
            SELECT r.hold_id, r.entry_id FROM releases r WHERE r.municipality = $1
            UNION ALL
            SELECT r.hold_id, s.entry_id FROM refunds r JOIN refund_settlements s USING (municipality, refund_id) WHERE r.municipality = $1
        )
        SELECT h.hold_id
        FROM back
        JOIN holds h ON h.municipality = $1 AND h.hold_id = back.hold_id
        JOIN transfers t ON t.municipality = $1 AND t.entry_id = back.entry_id
        JOIN accounts a ON a.municipality = $1 AND a.account_id = t.credit_account_id
        LEFT JOIN transfers p ON p.municipality = $1 AND p.entry_id = h.entry_id AND p.debit_account_id = t.credit_account_id
        WHERE p.entry_id IS NULL AND a.kind NOT IN ('scheme_budget', 'refunds_pending')
        ORDER BY h.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first entry of a payment's life that no hold, receipt, release, refund or settlement knows of.
pub(super) async fn find_unrecorded_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let entry = sqlx::query_scalar!(
        r#"
        SELECT entry_id AS "entry_id!"
        FROM entries
        WHERE municipality = $1 AND kind IN ('hold', 'capture', 'void', 'expire', 'refund', 'settle_refund')
        EXCEPT
        SELECT entry_id
        FROM (
            SELECT municipality, entry_id FROM holds
            UNION ALL SELECT municipality, entry_id FROM captures
            UNION ALL SELECT municipality, entry_id FROM releases
            UNION ALL SELECT municipality, entry_id FROM refunds
            UNION ALL SELECT municipality, entry_id FROM refund_settlements
        ) recorded
        WHERE municipality = $1
        ORDER BY 1
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(entry.map(EntryId::new))
}

/// The first refund that was not one transfer of its amount from its merchant on its day, or was put back in another amount.
pub(super) async fn find_refund_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<RefundId>, Failure> {
    let refund = sqlx::query_scalar!(
        r#"
        WITH taken AS (
            SELECT t.entry_id, e.business_on, count(*) AS transfers, sum(t.amount)::bigint AS amount, min(a.kind) AS kind, min(a.owner_id::text)::uuid AS owner_id
            FROM transfers t
            JOIN entries e USING (municipality, entry_id)
            JOIN refunds r ON r.municipality = t.municipality AND r.entry_id = t.entry_id
            JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.debit_account_id
            WHERE t.municipality = $1
            GROUP BY t.entry_id, e.business_on
        ), put AS (
            SELECT t.entry_id, sum(CASE WHEN a.kind = 'refunds_pending' THEN t.amount ELSE -t.amount END)::bigint AS amount
            FROM transfers t
            JOIN refund_settlements s ON s.municipality = t.municipality AND s.entry_id = t.entry_id
            JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.debit_account_id
            WHERE t.municipality = $1 AND a.unit = 'yen'
            GROUP BY t.entry_id
        )
        SELECT r.refund_id
        FROM refunds r
        LEFT JOIN refund_settlements s USING (municipality, refund_id)
        LEFT JOIN taken ON taken.entry_id = r.entry_id
        LEFT JOIN put ON put.entry_id = s.entry_id
        WHERE r.municipality = $1
          AND ((taken.transfers, taken.amount, taken.kind, taken.owner_id, taken.business_on) IS DISTINCT FROM
               (1::bigint, r.amount_yen, CASE WHEN r.from_receivable THEN 'merchant_receivable' ELSE 'merchant_payable' END, r.merchant_id, r.business_on)
               OR (s.refund_id IS NOT NULL AND put.amount IS DISTINCT FROM r.amount_yen))
        ORDER BY r.refund_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(refund.map(RefundId::new))
}
