//! The SQL of own money's statement.

use super::{Moved, Movement};
use crate::Tx;
use crate::books::{Account, Kind};
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, FamilyId, Municipality};
use crate::money::Yen;

/// Records that entries moved families' own money other than by payments.
pub(crate) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, moved: &[(FamilyId, EntryId)]) -> Result<(), Failure> {
    let (families, entries): (Vec<_>, Vec<_>) = moved.iter().map(|(family, entry)| (family.uuid(), entry.uuid())).unzip();
    sqlx::query!(
        r#"
        INSERT INTO own_money_moves (municipality, family_id, entry_id)
        SELECT $1, m.family_id, m.entry_id FROM unnest($2::uuid[], $3::uuid[]) AS m (family_id, entry_id)
        "#,
        municipality.code(),
        &families,
        &entries
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The lines of a family's statement, newest first, from the one behind an entry. An entry is one line: a payment takes own money once.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    (after, limit): (Option<EntryId>, i64),
) -> Result<Vec<Movement>, Failure> {
    let own = Account::of_owner(Kind::OwnMoney, family.uuid()).id;
    let rows = sqlx::query!(
        r#"
        WITH known AS (
            SELECT entry_id, 'paid' AS moved, hold_id AS payment FROM holds WHERE municipality = $1 AND family_id = $2
            UNION ALL
            SELECT r.entry_id, 'given_back', h.hold_id FROM holds h JOIN releases r USING (municipality, hold_id) WHERE h.municipality = $1 AND h.family_id = $2
            UNION ALL
            SELECT s.entry_id, 'refunded', h.hold_id
            FROM holds h
            JOIN refunds r USING (municipality, hold_id)
            JOIN refund_settlements s USING (municipality, refund_id)
            WHERE h.municipality = $1 AND h.family_id = $2
            UNION ALL
            SELECT entry_id, NULL, NULL FROM own_money_moves WHERE municipality = $1 AND family_id = $2
        ), moved AS (
            SELECT k.entry_id, e.posted_at, e.business_on, k.payment,
                   coalesce(k.moved, CASE e.kind WHEN 'pay_back' THEN 'paid_back' ELSE 'loaded' END) AS moved,
                   sum(CASE WHEN t.credit_account_id = $3 THEN t.amount ELSE -t.amount END)::bigint AS amount
            FROM known k
            JOIN entries e ON e.municipality = $1 AND e.entry_id = k.entry_id
            JOIN transfers t ON t.municipality = $1 AND t.entry_id = k.entry_id AND $3 IN (t.debit_account_id, t.credit_account_id)
            GROUP BY 1, 2, 3, 4, 5
        ), stated AS (
            SELECT *, sum(amount) OVER (ORDER BY posted_at, entry_id)::bigint AS balance FROM moved
        )
        SELECT entry_id AS "entry_id!", posted_at AS "posted_at!", business_on AS "business_on!", moved AS "moved!", amount AS "amount!",
               balance AS "balance!", payment
        FROM stated
        WHERE $4::uuid IS NULL OR (posted_at, entry_id) < (SELECT posted_at, entry_id FROM stated WHERE entry_id = $4)
        ORDER BY posted_at DESC, entry_id DESC
        LIMIT $5
        "#,
        municipality.code(),
        family.uuid(),
        own.uuid(),
        after.map(EntryId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Movement {
                entry: EntryId::new(row.entry_id),
                at: row.posted_at,
                on: row.business_on,
                moved: Moved::parse(&row.moved).ok_or_else(|| Failure::inconsistent("entries", row.moved))?,
                amount: Yen::new(row.amount),
                balance: Yen::new(row.balance),
                payment: row.payment.map(AccountId::new),
            })
        })
        .collect()
}
