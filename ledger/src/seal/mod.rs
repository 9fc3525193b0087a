//! Seals: postings leave their entries in a queue, and in the background each becomes a leaf of its municipality's Merkle tree. A tree head names
//! everything that was sealed before it. What waits in the queue is the window in which nothing is proved yet: a minute, while the jobs run.

mod leaf;
mod repo;
pub mod tree;

use serde::Serialize;

use crate::error::Failure;
use crate::ids::Municipality;
use crate::{Ledger, Tx};
use tree::{Hash, Tree};

/// Entries that are sealed in one database transaction.
const CHUNK: i64 = 500;

/// How far a municipality's entries are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Leaves of the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// Entries that wait.
    pub waiting: i64,
}

impl Ledger {
    /// Seals what waits, in the order of the entries' ids; returns how many. Safe to repeat, from any number of servers.
    pub async fn seal(&self, municipality: Municipality) -> Result<i64, Failure> {
        let mut sealed = 0_i64;
        loop {
            let mut tx = self.pool.begin().await?;
            repo::lock_in_tx(&mut tx, municipality).await?;
            let waiting = repo::list_waiting_in_tx(&mut tx, municipality, CHUNK).await?;
            let count = i64::try_from(waiting.len()).unwrap_or(CHUNK);
            if count > 0 {
                let before = tree_in_tx(&mut tx, municipality).await?;
                let mut after = before.clone();
                let leaves = waiting.iter().map(|entry| Ok((entry.entry, leaf::hash(entry)?))).collect::<Result<Vec<_>, Failure>>()?;
                for (_, hash) in &leaves {
                    after.push(*hash);
                }
                repo::seal_in_tx(&mut tx, municipality, (&before, &after), &leaves, self.clock.now()).await?;
                tx.commit().await?;
            }
            sealed = sealed.saturating_add(count);
            if count < CHUNK {
                return Ok(sealed);
            }
        }
    }

    /// How far the entries are sealed.
    pub async fn sealed(&self, municipality: Municipality) -> Result<Standing, Failure> {
        let mut tx = self.pool.begin().await?;
        let tree = tree_in_tx(&mut tx, municipality).await?;
        Ok(Standing { size: tree.size(), root: tree.root(), waiting: repo::count_waiting_in_tx(&mut tx, municipality).await? })
    }
}

/// The tree as its last head says.
async fn tree_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Tree, Failure> {
    let Some(head) = repo::find_head_in_tx(tx, municipality).await? else { return Ok(Tree::default()) };
    u64::try_from(head.size).ok().and_then(|size| Tree::new(size, &head.peaks)).ok_or_else(|| Failure::inconsistent("tree_heads", "peaks that do not fit"))
}

/// What is sealed and differs now, if anything: a leaf from its entry, a head from its leaves, an entry that neither is sealed nor waits,
/// a leaf of nothing.
pub(crate) async fn find_differences_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<String>, Failure> {
    let mut differences = Vec::new();
    if let Some(entry) = repo::find_unsealed_in_tx(tx, municipality).await? {
        differences.push(format!("{entry}: neither sealed nor waiting to be"));
    }
    if let Some(entry) = repo::find_sealed_and_gone_in_tx(tx, municipality).await? {
        differences.push(format!("{entry}: is sealed and not in the books"));
        return Ok(differences);
    }
    let mut tree = Tree::default();
    loop {
        let first = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        let leaves = repo::list_leaves_in_tx(tx, municipality, (first, CHUNK)).await?;
        let heads = repo::list_heads_in_tx(tx, municipality, (first, CHUNK)).await?;
        for (sealed, entry) in &leaves {
            if leaf::hash(entry)? != *sealed {
                differences.push(format!("{}: differs from what was sealed as leaf {}", entry.entry, tree.size()));
                return Ok(differences);
            }
            tree.push(*sealed);
            let size = i64::try_from(tree.size()).unwrap_or(i64::MAX);
            if heads.iter().any(|head| head.size == size && (head.root != tree.root() || head.peaks != tree.peaks())) {
                differences.push(format!("the tree head of {size} leaves differs from the leaves"));
                return Ok(differences);
            }
        }
        if leaves.is_empty() {
            break;
        }
    }
    if tree != tree_in_tx(tx, municipality).await? {
        differences.push(format!("the last tree head is not that of the {} leaves", tree.size()));
    }
    Ok(differences)
}
