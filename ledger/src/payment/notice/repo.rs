//! The SQL of notices: a look at what has happened to a family's payments.

use super::{After, Notice, NoticeKind};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{FamilyId, Municipality};

/// Notices of a family, newest first.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<Notice>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT n.id AS "id!", n.kind AS "kind!", n.at AS "at!"
        FROM (
            SELECT c.receipt_id AS id, 'paid' AS kind, c.captured_at AS at
            FROM holds h JOIN captures c USING (municipality, hold_id)
            WHERE h.municipality = $1 AND h.family_id = $2
            UNION ALL
            SELECT r.refund_id, 'refunded', r.refunded_at
            FROM holds h JOIN refunds r USING (municipality, hold_id)
            WHERE h.municipality = $1 AND h.family_id = $2
            UNION ALL
            SELECT invoice_id, 'not_settled', tried_at
            FROM invoice_consents
            WHERE municipality = $1 AND family_id = $2 AND refused IS NOT NULL
        ) n
        WHERE $3::timestamptz IS NULL OR (n.at, n.id) < ($3, $4::uuid)
        ORDER BY n.at DESC, n.id DESC
        LIMIT $5
        "#,
        municipality.code(),
        family.uuid(),
        after.map(|(at, _)| at),
        after.map(|(_, id)| id),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = NoticeKind::parse(&row.kind).ok_or_else(|| Failure::inconsistent("notices", row.kind.clone()))?;
            Ok(Notice { id: row.id, kind, at: row.at })
        })
        .collect()
}
