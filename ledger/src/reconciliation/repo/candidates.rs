//! What lines may be: files on their way and the debits that may be theirs, payouts that may have come back, money of the city that was announced.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{BankLineId, EntryId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::reconciliation::matching::SentFile;

/// Files that were sent and not confirmed, with what the bank debits of each.
pub async fn list_sent_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<SentFile>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT r.remittance_id, r.pay_on, sum(l.amount_yen)::bigint AS "debit!"
        FROM remittances r
        JOIN remittance_lines l USING (municipality, remittance_id)
        LEFT JOIN early_returns e ON e.municipality = l.municipality AND e.remittance_id = l.remittance_id AND e.number = l.number AND e.entry_id IS NOT NULL
        WHERE r.municipality = $1 AND r.state = 'sent' AND e.number IS NULL
        GROUP BY r.remittance_id, r.pay_on, r.sequence
        ORDER BY r.sequence
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    let file = |id, pay_on, total| SentFile { remittance: RemittanceId::new(id), pay_on, total: Yen::new(total) };
    Ok(rows.into_iter().map(|row| file(row.remittance_id, row.pay_on, row.debit)).collect())
}

/// Debits of these amounts that nothing has been matched to, by line: amount and day.
pub async fn list_unmatched_debits_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    amounts: &[Yen],
) -> Result<BTreeMap<BankLineId, (Yen, NaiveDate)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT l.bank_line_id, l.amount_yen, l.booked_on
        FROM bank_lines l
        WHERE l.municipality = $1 AND l.direction = 'debit' AND l.amount_yen = ANY ($2)
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.bank_line_id = l.bank_line_id)
        "#,
        municipality.code(),
        &yen(amounts)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (BankLineId::new(row.bank_line_id), (Yen::new(row.amount_yen), row.booked_on))).collect())
}

/// Paid lines that have not come back, of files paid since `since`, whose amount lies within one of `ranges`: file, line, pay day, amount.
pub async fn list_paid_lines_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    since: NaiveDate,
    ranges: &[(Yen, Yen)],
) -> Result<Vec<(RemittanceId, i32, NaiveDate, Yen)>, Failure> {
    let (least, most): (Vec<_>, Vec<_>) = ranges.iter().map(|(least, most)| (least.get(), most.get())).unzip();
    let rows = sqlx::query!(
        r#"
        SELECT l.remittance_id, l.number, r.pay_on, l.amount_yen
        FROM remittance_lines l
        JOIN remittances r USING (municipality, remittance_id)
        WHERE l.municipality = $1 AND r.state IN ('sent', 'confirmed') AND r.pay_on >= $2 AND l.returned_at IS NULL
          AND EXISTS (SELECT FROM unnest($3::bigint[], $4::bigint[]) AS a (least, most) WHERE l.amount_yen BETWEEN a.least AND a.most)
        ORDER BY r.sequence, l.number
        "#,
        municipality.code(),
        since,
        &least,
        &most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (RemittanceId::new(row.remittance_id), row.number, row.pay_on, Yen::new(row.amount_yen))).collect())
}

/// Entries of these amounts by which staff announced the city's money and that no bank line stands behind yet: entry, amount, day.
pub async fn list_open_funds_in_tx(tx: &mut Tx<'_>, municipality: Municipality, amounts: &[Yen]) -> Result<Vec<(EntryId, Yen, NaiveDate)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT e.entry_id, t.amount, e.business_on
        FROM entries e
        JOIN transfers t USING (municipality, entry_id)
        WHERE e.municipality = $1 AND e.kind = 'fund' AND t.amount = ANY ($2)
          AND NOT EXISTS (SELECT FROM matches m WHERE m.municipality = $1 AND m.entry_id = e.entry_id)
        ORDER BY e.business_on, e.entry_id
        "#,
        municipality.code(),
        &yen(amounts)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (EntryId::new(row.entry_id), Yen::new(row.amount), row.business_on)).collect())
}

fn yen(amounts: &[Yen]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.get()).collect()
}
