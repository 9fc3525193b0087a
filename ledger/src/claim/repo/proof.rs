//! Derives claims from the transfers alone and compares.

use uuid::Uuid;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{ClaimId, ClawbackId, EntryId, Municipality};

/// The first claim whose account does not hold what it should (all of its parts while it waits, nothing once it has ended), or whose family was not
/// owed exactly what was granted.
pub(in crate::claim) async fn find_claim_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<ClaimId>, Failure> {
    let claim = sqlx::query_scalar!(
        r#"
        WITH moved AS (
            SELECT p.account_id AS claim_id, sum(p.credit - p.debit)::bigint AS balance
            FROM postings p
            JOIN claims c ON c.municipality = p.municipality AND c.claim_id = p.account_id
            WHERE p.municipality = $1
            GROUP BY p.account_id
        ), owed AS (
            SELECT t.debit_account_id AS claim_id, sum(t.amount)::bigint AS amount, count(DISTINCT t.credit_account_id) AS families
            FROM transfers t
            JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.credit_account_id AND a.kind = 'family_payable'
            JOIN claims c ON c.municipality = t.municipality AND c.claim_id = t.debit_account_id AND c.family_id = a.owner_id
            WHERE t.municipality = $1
            GROUP BY t.debit_account_id
        ), parts AS (
            SELECT claim_id, sum(reserved_yen)::bigint AS amount FROM claim_parts WHERE municipality = $1 GROUP BY claim_id
        )
        SELECT c.claim_id
        FROM claims c
        LEFT JOIN moved m USING (claim_id)
        LEFT JOIN owed o USING (claim_id)
        LEFT JOIN parts p USING (claim_id)
        WHERE c.municipality = $1
          AND (m.balance IS DISTINCT FROM (CASE WHEN c.state IN ('decided', 'withdrawn') THEN 0 ELSE c.reserved_yen END)
               OR p.amount IS DISTINCT FROM c.reserved_yen
               OR coalesce(o.amount, 0) <> coalesce(c.granted_yen, 0)
               OR coalesce(o.families, 0) > 1)
        ORDER BY c.claim_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(claim.map(ClaimId::new))
}

/// The first account of set-aside claims money that is no claim's.
pub(in crate::claim) async fn find_stray_account_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<Uuid>, Failure> {
    let account = sqlx::query_scalar!(
        r#"
        SELECT a.account_id
        FROM accounts a
        LEFT JOIN claims c ON c.municipality = a.municipality AND c.claim_id = a.account_id
        WHERE a.municipality = $1 AND a.kind = 'claims_reserved' AND c.claim_id IS NULL
        ORDER BY a.account_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(account)
}

/// The first clawback that its claim or the books do not know in the same amount.
pub(in crate::claim) async fn find_clawback_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<ClawbackId>, Failure> {
    let clawback = sqlx::query_scalar!(
        r#"
        WITH taken AS (
            SELECT claim_id, sum(amount_yen)::bigint AS amount FROM clawbacks WHERE municipality = $1 AND approved_at IS NOT NULL GROUP BY claim_id
        )
        SELECT b.clawback_id
        FROM clawbacks b
        JOIN claims c USING (municipality, claim_id)
        LEFT JOIN taken k USING (claim_id)
        LEFT JOIN transfers t ON t.municipality = b.municipality AND t.entry_id = b.entry_id
        LEFT JOIN accounts d ON d.municipality = t.municipality AND d.account_id = t.debit_account_id
        LEFT JOIN accounts r ON r.municipality = t.municipality AND r.account_id = t.credit_account_id
        WHERE b.municipality = $1
          AND (coalesce(k.amount, 0) <> c.clawed_back_yen
               OR (b.entry_id IS NOT NULL
                   AND (t.amount, d.kind, d.owner_id, r.kind, r.scheme_id, r.fiscal_year)
                       IS DISTINCT FROM (b.amount_yen, 'family_receivable', c.family_id, 'scheme_budget', c.scheme_id, c.fiscal_year)))
        ORDER BY b.clawback_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(clawback.map(ClawbackId::new))
}

/// The first entry of a claim's life that no step knows of.
pub(in crate::claim) async fn find_unrecorded_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let entry = sqlx::query_scalar!(
        r#"
        SELECT entry_id AS "entry_id!" FROM entries WHERE municipality = $1 AND kind IN ('file_claim', 'decide_claim', 'clawback')
        EXCEPT
        SELECT entry_id FROM claim_steps WHERE municipality = $1
        ORDER BY 1
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(entry.map(EntryId::new))
}
