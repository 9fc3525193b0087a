//! All SQL of seals.

use std::collections::HashMap;

use uuid::Uuid;

use super::leaf::{Moved, Sealed};
use super::tree::{Hash, Tree};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{EntryId, Municipality};
use crate::time::Instant;

/// The second key of the advisory lock under which one sealer seals; 101 to 103 are those of rosters, decisions and letters.
const LOCK: i32 = 104;

/// One sealer at a time in a city.
pub(super) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!(r#"SELECT pg_advisory_xact_lock($1, $2) AS "locked: ()""#, municipality.code(), LOCK).fetch_one(&mut **tx).await?;
    Ok(())
}

/// A tree head.
pub(super) struct Head {
    pub(super) size: i64,
    pub(super) peaks: Vec<u8>,
    pub(super) root: Vec<u8>,
}

/// The last head.
pub(super) async fn find_head_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<Head>, Failure> {
    Ok(sqlx::query_as!(Head, "SELECT size, peaks, root_sha256 AS root FROM tree_heads WHERE municipality = $1 ORDER BY size DESC LIMIT 1", municipality.code())
        .fetch_optional(&mut **tx)
        .await?)
}

/// The heads of more than so many leaves, and of at most so many more.
pub(super) async fn list_heads_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (above, limit): (i64, i64)) -> Result<Vec<Head>, Failure> {
    Ok(sqlx::query_as!(
        Head,
        "SELECT size, peaks, root_sha256 AS root FROM tree_heads WHERE municipality = $1 AND size > $2 AND size <= $2 + $3",
        municipality.code(),
        above,
        limit
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// How many entries wait to be sealed.
pub(super) async fn count_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<i64, Failure> {
    Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "waiting!" FROM seal_queue WHERE municipality = $1"#, municipality.code()).fetch_one(&mut **tx).await?)
}

/// The first entries that wait.
pub(super) async fn list_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality, limit: i64) -> Result<Vec<Sealed>, Failure> {
    let waiting = sqlx::query_scalar!("SELECT entry_id FROM seal_queue WHERE municipality = $1 ORDER BY entry_id LIMIT $2", municipality.code(), limit);
    let waiting = waiting.fetch_all(&mut **tx).await?;
    list_in_tx(tx, municipality, &waiting).await
}

/// The next leaves from one number on: what was sealed, and the entry as it is now.
pub(super) async fn list_leaves_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (first, limit): (i64, i64)) -> Result<Vec<(Hash, Sealed)>, Failure> {
    let leaves = sqlx::query!(
        "SELECT entry_id, sha256 FROM leaves WHERE municipality = $1 AND leaf >= $2 AND leaf < $2 + $3 ORDER BY leaf",
        municipality.code(),
        first,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<_> = leaves.iter().map(|leaf| leaf.entry_id).collect();
    let entries = list_in_tx(tx, municipality, &ids).await?;
    let hash = |bytes: &[u8]| bytes.try_into().map_err(|_| Failure::inconsistent("leaves", "a hash of another length"));
    leaves.iter().zip(entries).map(|(leaf, entry)| Ok((hash(&leaf.sha256)?, entry))).collect()
}

/// These entries with their transfers, in the order given.
async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entries: &[Uuid]) -> Result<Vec<Sealed>, Failure> {
    let mut transfers = list_transfers_in_tx(tx, municipality, entries).await?;
    let rows = sqlx::query!(
        "
        SELECT entry_id, kind, business_on, posted_at, actor, command_key, reason, reverses_entry_id
        FROM entries
        WHERE municipality = $1 AND entry_id = ANY ($2)
        ",
        municipality.code(),
        entries
    )
    .fetch_all(&mut **tx)
    .await?;
    let sealed = rows.into_iter().map(|row| {
        let entry = Sealed {
            municipality: municipality.code(),
            entry: row.entry_id,
            kind: row.kind,
            business_on: row.business_on,
            posted_at_us: row.posted_at.timestamp_micros(),
            actor: row.actor,
            command_key: row.command_key,
            reason: row.reason,
            reverses: row.reverses_entry_id,
            transfers: transfers.remove(&row.entry_id).unwrap_or_default(),
        };
        (row.entry_id, entry)
    });
    let mut sealed: HashMap<_, _> = sealed.collect();
    let gone = || Failure::inconsistent("entries", "an entry is sealed or waits that is not there");
    entries.iter().map(|entry| sealed.remove(entry).ok_or_else(gone)).collect()
}

async fn list_transfers_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entries: &[Uuid]) -> Result<HashMap<Uuid, Vec<Moved>>, Failure> {
    let rows = sqlx::query!(
        "
        SELECT entry_id, debit_account_id, credit_account_id, amount
        FROM transfers
        WHERE municipality = $1 AND entry_id = ANY ($2)
        ORDER BY entry_id, position
        ",
        municipality.code(),
        entries
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut transfers: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        transfers.entry(row.entry_id).or_default().push(Moved { debit: row.debit_account_id, credit: row.credit_account_id, amount: row.amount });
    }
    Ok(transfers)
}

/// Adds these leaves to the tree that was, which makes it the tree that is.
pub(super) async fn seal_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (before, after): (&Tree, &Tree),
    leaves: &[(Uuid, Hash)],
    now: Instant,
) -> Result<(), Failure> {
    let entries: Vec<_> = leaves.iter().map(|(entry, _)| *entry).collect();
    let hashes: Vec<_> = leaves.iter().map(|(_, hash)| hash.to_vec()).collect();
    sqlx::query!(
        r#"SELECT seal_entries($1, $2, $3, $4, $5, $6, $7) AS "sealed: ()""#,
        municipality.code(),
        i64::try_from(before.size()).unwrap_or(i64::MAX),
        &entries,
        &hashes,
        &after.peaks(),
        &after.root()[..],
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// An entry that is sealed and that is not there, if there is one.
pub(super) async fn find_sealed_and_gone_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let found = sqlx::query_scalar!(
        "
        SELECT l.entry_id
        FROM leaves l
        WHERE l.municipality = $1 AND NOT EXISTS (SELECT FROM entries e WHERE e.municipality = $1 AND e.entry_id = l.entry_id)
        ORDER BY l.leaf
        LIMIT 1
        ",
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(EntryId::new))
}

/// An entry that is neither sealed nor waits to be, if there is one.
pub(super) async fn find_unsealed_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let found = sqlx::query_scalar!(
        "
        SELECT e.entry_id
        FROM entries e
        WHERE e.municipality = $1
          AND NOT EXISTS (SELECT FROM leaves l WHERE l.municipality = $1 AND l.entry_id = e.entry_id)
          AND NOT EXISTS (SELECT FROM seal_queue q WHERE q.municipality = $1 AND q.entry_id = e.entry_id)
        ORDER BY e.entry_id
        LIMIT 1
        ",
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(EntryId::new))
}
