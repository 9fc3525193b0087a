//! The SQL of the search for a class.

use super::{After, Search};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::merchant::Listing;

/// Approved merchants that fit, by reading, each with the categories of its approved services. `name` is looked for in the name, and as katakana in the reading.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    search: &Search,
    name: Option<(String, String)>,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<Listing>, Failure> {
    let (name, reading) = name.unzip();
    let (after_kana, after_id) = after.unzip();
    let rows = sqlx::query!(
        r#"
        SELECT m.merchant_id, m.name, m.kana, m.area,
               ARRAY(SELECT DISTINCT s.category FROM merchant_services s
                     WHERE s.municipality = m.municipality AND s.merchant_id = m.merchant_id AND s.approved_at IS NOT NULL
                     ORDER BY s.category) AS "categories!"
        FROM merchants m
        WHERE m.municipality = $1 AND m.state = 'approved'
          AND ($2::text IS NULL OR m.area = $2)
          AND ($3::text IS NULL OR EXISTS (
              SELECT FROM merchant_services s
              WHERE s.municipality = m.municipality AND s.merchant_id = m.merchant_id AND s.category = $3 AND s.approved_at IS NOT NULL))
          AND ($4::text IS NULL OR position($4 IN m.name) > 0 OR position($5::text IN m.kana) > 0)
          AND ($6::text IS NULL OR (m.kana, m.merchant_id) > ($6, $7::uuid))
        ORDER BY m.kana, m.merchant_id
        LIMIT $8
        "#,
        municipality.code(),
        search.area,
        search.category,
        name,
        reading,
        after_kana,
        after_id.map(MerchantId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let listing = rows.into_iter().map(|row| Listing {
        id: MerchantId::new(row.merchant_id),
        name: row.name,
        kana: row.kana,
        area: row.area,
        categories: row.categories,
    });
    Ok(listing.collect())
}
