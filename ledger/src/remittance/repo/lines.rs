//! The lines of a remittance: into the file, into the books, back from the bank.

use uuid::Uuid;

use super::StoredAccount;
use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::remittance::DetailRow;
use crate::remittance::plan::PayeeKind;
use crate::time::Instant;

/// A line as it goes into the file.
pub struct FileLine {
    /// 顧客コード1.
    pub number: i32,
    /// Whose account.
    pub kind: PayeeKind,
    /// Whose account.
    pub owner: Uuid,
    /// The account.
    pub account: StoredAccount,
    /// The amount.
    pub amount: Yen,
    /// Whether an earlier file paid to this account.
    pub known: bool,
}

/// The lines of a remittance with their sealed accounts, by number: all, or some.
pub async fn list_file_lines_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    remittance: RemittanceId,
    numbers: Option<&[i32]>,
) -> Result<Vec<FileLine>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT l.number, l.account_kind, l.account_owner, l.account_number, l.amount_yen, coalesce(m.sealed, f.account, g.sealed) AS sealed,
               coalesce(m.approved_at, g.approved_at, r.prepared_at) AS "approved_at!", f.since_on AS "since_on?",
               EXISTS (
                   SELECT FROM remittance_lines o
                   JOIN remittances e ON e.municipality = o.municipality AND e.remittance_id = o.remittance_id
                   WHERE o.municipality = $1 AND o.blind_index = l.blind_index AND e.sequence < r.sequence AND e.state IN ('sent', 'confirmed')
               ) AS "known!"
        FROM remittance_lines l
        JOIN remittances r USING (municipality, remittance_id)
        LEFT JOIN merchant_bank_accounts m
            ON l.account_kind = 'merchant' AND m.municipality = l.municipality AND m.merchant_id = l.account_owner AND m.number = l.account_number
        LEFT JOIN family_bank_accounts f
            ON l.account_kind = 'family' AND f.municipality = l.municipality AND f.family_id = l.account_owner AND f.roster_number = l.account_number
           AND f.since_on = l.account_since_on
        LEFT JOIN family_registered_accounts g
            ON l.account_kind = 'family' AND l.account_since_on IS NULL AND g.municipality = l.municipality AND g.family_id = l.account_owner
           AND g.number = l.account_number
        WHERE l.municipality = $1 AND l.remittance_id = $2 AND ($3::integer[] IS NULL OR l.number = ANY ($3))
        ORDER BY l.number
        "#,
        municipality.code(),
        remittance.uuid(),
        numbers
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = || Failure::inconsistent("remittance_lines", format!("line {} of {remittance} has no account", row.number));
            let sealed = row.sealed.ok_or_else(wrong)?;
            Ok(FileLine {
                number: row.number,
                kind: PayeeKind::parse(&row.account_kind).ok_or_else(wrong)?,
                owner: row.account_owner,
                account: StoredAccount { number: row.account_number, sealed, approved_at: row.approved_at, since_on: row.since_on },
                amount: Yen::new(row.amount_yen),
                known: row.known,
            })
        })
        .collect()
}

/// The live parts of a remittance, by line and payee: payable and amount. Of one line, or of all.
pub async fn list_parts_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    remittance: RemittanceId,
    number: Option<i32>,
) -> Result<Vec<crate::events::payout::Part>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT account_id, amount_yen FROM remittance_parts
        WHERE municipality = $1 AND remittance_id = $2 AND live AND ($3::integer IS NULL OR number = $3)
        ORDER BY number, payee_id
        "#,
        municipality.code(),
        remittance.uuid(),
        number
    )
    .fetch_all(&mut **tx)
    .await?;
    let part = |account, amount| crate::events::payout::Part { payable: AccountId::new(account), amount: Yen::new(amount) };
    Ok(rows.into_iter().map(|row| part(row.account_id, row.amount_yen)).collect())
}

/// What each line pays, by line and payee.
pub async fn list_detail_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Vec<DetailRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT p.number, p.payee_kind, p.payee_id, m.name AS "name?", p.amount_yen, l.returned_at IS NOT NULL AS "returned!",
               (SELECT coalesce(sum(s.receipts), 0)::bigint
                FROM remittance_statements rs
                JOIN statements s USING (municipality, statement_id)
                WHERE rs.municipality = p.municipality AND rs.remittance_id = p.remittance_id AND rs.number = p.number AND s.merchant_id = p.payee_id
               ) AS "receipts!"
        FROM remittance_parts p
        JOIN remittance_lines l USING (municipality, remittance_id, number)
        LEFT JOIN merchants m ON p.payee_kind = 'merchant' AND m.municipality = p.municipality AND m.merchant_id = p.payee_id
        WHERE p.municipality = $1 AND p.remittance_id = $2
        ORDER BY p.number, p.payee_id
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = PayeeKind::parse(&row.payee_kind).ok_or_else(|| Failure::inconsistent("remittance_parts", row.payee_kind))?;
            Ok(DetailRow {
                line: row.number,
                kind,
                payee: row.payee_id,
                name: row.name,
                receipts: row.receipts,
                amount: Yen::new(row.amount_yen),
                returned: row.returned,
            })
        })
        .collect()
}

/// The stop list of a remittance: kind, payee, amount, code, detail; by payee.
pub async fn list_stops_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    remittance: RemittanceId,
) -> Result<Vec<(String, Uuid, Yen, String, String)>, Failure> {
    let rows = sqlx::query!(
        "SELECT payee_kind, payee_id, amount_yen, reason, detail FROM remittance_stops WHERE municipality = $1 AND remittance_id = $2 ORDER BY payee_id",
        municipality.code(),
        remittance.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.payee_kind, row.payee_id, Yen::new(row.amount_yen), row.reason, row.detail)).collect())
}

/// Marks a line as returned, once.
pub async fn mark_returned_in_tx(tx: &mut Tx<'_>, municipality: Municipality, line: (RemittanceId, i32), reason: &str, now: Instant) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE remittance_lines SET returned_at = $4, return_reason = $5
        WHERE municipality = $1 AND remittance_id = $2 AND number = $3 AND returned_at IS NULL
        "#,
        municipality.code(),
        line.0.uuid(),
        line.1,
        now,
        reason
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("remittance_lines", "a line came back twice")) }
}

/// The amount of a line that was sent and has not come back, if it is one.
pub async fn find_paid_amount_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId, number: i32) -> Result<Option<Yen>, Failure> {
    let amount = sqlx::query_scalar!(
        r#"
        SELECT l.amount_yen
        FROM remittance_lines l
        JOIN remittances r USING (municipality, remittance_id)
        WHERE l.municipality = $1 AND l.remittance_id = $2 AND l.number = $3 AND l.returned_at IS NULL AND r.state IN ('sent', 'confirmed')
        "#,
        municipality.code(),
        remittance.uuid(),
        number
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(amount.map(Yen::new))
}
