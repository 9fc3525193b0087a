//! What a claim may draw on, and what it has set aside.

use uuid::Uuid;

use crate::Tx;
use crate::books::Account;
use crate::claim::{Part, Source};
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, ClaimId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::{FiscalYear, Instant};

/// Lets one command at a time file claims for a child: two clicks and two forms wait for each other. Free again when `tx` ends.
pub(in crate::claim) async fn lock_child_in_tx(tx: &mut Tx<'_>, municipality: Municipality, child: ChildId) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('claims/' || $1::uuid::text, $2))", child.uuid(), i64::from(municipality.code()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The grants of a child under one scheme that may be drawn on at `now`, and those of which `claim` has set something aside already.
pub(in crate::claim) async fn list_sources_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (child, scheme): (ChildId, &str),
    claim: ClaimId,
    now: Instant,
) -> Result<Vec<Source>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT e.entitlement_id, e.fiscal_year, e.service_from, e.service_to, e.closes_on, e.face_yen, coalesce(p.reserved_yen, 0) AS "reserved!",
               CASE WHEN g.opens_at <= $5 AND g.closes_at > $5 THEN g.balance ELSE 0 END AS "open!", g.closes_at <= $5 AS "lapsed!"
        FROM entitlements e
        JOIN guarded_balances g ON g.municipality = e.municipality AND g.account_id = e.entitlement_id
        LEFT JOIN claim_parts p ON p.municipality = e.municipality AND p.source_id = e.entitlement_id AND p.claim_id = $4
        WHERE e.municipality = $1 AND e.child_id = $2 AND e.scheme_id = $3
          AND (p.claim_id IS NOT NULL OR (g.balance > 0 AND g.opens_at <= $5 AND g.closes_at > $5))
        ORDER BY e.closes_on, e.entitlement_id
        "#,
        municipality.code(),
        child.uuid(),
        scheme,
        claim.uuid(),
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let year = FiscalYear::new(row.fiscal_year);
            let reserved = Yen::new(row.reserved);
            Ok(Source {
                account: AccountId::new(row.entitlement_id),
                budget: Account::budget(scheme, year).id,
                year,
                service_from: row.service_from,
                service_to: row.service_to,
                closes_on: row.closes_on,
                face: Yen::new(row.face_yen),
                left: Yen::new(row.open).plus(reserved)?,
                reserved,
                lapsed: row.lapsed,
            })
        })
        .collect()
}

/// What a claim has set aside, soonest to lapse first.
pub(in crate::claim) async fn list_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId, now: Instant) -> Result<Vec<Part>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT p.source_id, p.budget_id, p.closes_on, p.face_yen, p.reserved_yen, coalesce(g.closes_at <= $3, false) AS "lapsed!"
        FROM claim_parts p
        JOIN guarded_balances g ON g.municipality = p.municipality AND g.account_id = p.source_id
        WHERE p.municipality = $1 AND p.claim_id = $2
        ORDER BY p.closes_on NULLS LAST, p.source_id
        "#,
        municipality.code(),
        claim.uuid(),
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Part {
            source: AccountId::new(row.source_id),
            budget: AccountId::new(row.budget_id),
            closes_on: row.closes_on,
            face: Yen::new(row.face_yen),
            amount: Yen::new(row.reserved_yen),
            reserved: Yen::new(row.reserved_yen),
            lapsed: row.lapsed,
        })
        .collect())
}

/// Writes down what a claim has set aside; a source that it used before gets its new amount.
pub(in crate::claim) async fn put_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId, parts: &[Part]) -> Result<(), Failure> {
    let sources: Vec<_> = parts.iter().map(|part| part.source.uuid()).collect();
    let budgets: Vec<_> = parts.iter().map(|part| part.budget.uuid()).collect();
    let closes: Vec<_> = parts.iter().map(|part| part.closes_on).collect();
    let faces: Vec<_> = parts.iter().map(|part| part.face.get()).collect();
    let amounts: Vec<_> = parts.iter().map(|part| part.amount.get()).collect();
    sqlx::query!(
        r#"
        INSERT INTO claim_parts (municipality, claim_id, source_id, budget_id, closes_on, face_yen, reserved_yen)
        SELECT $1, $2, p.* FROM unnest($3::uuid[], $4::uuid[], $5::date[], $6::bigint[], $7::bigint[]) AS p
        ON CONFLICT (municipality, claim_id, source_id) DO UPDATE SET reserved_yen = excluded.reserved_yen
        "#,
        municipality.code(),
        claim.uuid(),
        &sources,
        &budgets,
        &closes as _,
        &faces,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The first place, from 1, at which a merchant is not registered for the expense beside it.
pub(in crate::claim) async fn find_unregistered_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    asked: &[(Option<MerchantId>, &str)],
) -> Result<Option<usize>, Failure> {
    let merchants: Vec<Option<Uuid>> = asked.iter().map(|(merchant, _)| merchant.map(MerchantId::uuid)).collect();
    let expenses: Vec<_> = asked.iter().map(|(_, expense)| (*expense).to_owned()).collect();
    let place = sqlx::query_scalar!(
        r#"
        SELECT min(a.place)
        FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS a (merchant_id, expense, place)
        WHERE a.merchant_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM merchants m
            JOIN merchant_services s USING (municipality, merchant_id)
            WHERE m.municipality = $1 AND m.merchant_id = a.merchant_id AND m.state IN ('approved', 'suspended')
              AND s.approved_at IS NOT NULL AND s.expense = a.expense)
        "#,
        municipality.code(),
        &merchants as _,
        &expenses
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(place.and_then(|place| usize::try_from(place).ok()))
}
