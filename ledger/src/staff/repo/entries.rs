//! SQL of entries that staff reverse by hand. It writes nothing.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{EntryId, Municipality};

/// The event of an entry, and whether a bank line is matched to it; none if there is no such entry.
pub(crate) async fn find_entry_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId) -> Result<Option<(String, bool)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT e.kind, EXISTS (SELECT FROM matches m WHERE m.municipality = e.municipality AND m.entry_id = e.entry_id) AS "matched!"
        FROM entries e
        WHERE e.municipality = $1 AND e.entry_id = $2
        "#,
        municipality.code(),
        entry.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.kind, row.matched)))
}
