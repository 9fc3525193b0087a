//! All SQL of staff.

pub(crate) mod actions;
pub(crate) mod entries;
pub(crate) mod members;

use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;

/// Rows of the audit log are numbered one after the other, and first administrators invited one at a time.
const LOCK: i32 = 13;

/// Waits for its turn; held until the database transaction ends.
pub(crate) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, $2)", municipality.code(), LOCK).fetch_one(&mut **tx).await?;
    Ok(())
}
