//! SQL of merchants' bank accounts, as they are shown. [`crate::merchant::repo`] writes them.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::time::Instant;

/// A bank account of a merchant, sealed.
pub(crate) struct AccountRow {
    /// 1, 2, 3 …
    pub(crate) number: i16,
    /// The account.
    pub(crate) sealed: Vec<u8>,
    /// When it was asked for.
    pub(crate) applied_at: Instant,
    /// Who took it in.
    pub(crate) applied_by: String,
    /// When it was approved.
    pub(crate) approved_at: Option<Instant>,
}

/// The bank accounts of a merchant, newest first.
pub(crate) async fn list_accounts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Vec<AccountRow>, Failure> {
    let rows = sqlx::query_as!(
        AccountRow,
        "
        SELECT number, sealed, applied_at, applied_by, approved_at FROM merchant_bank_accounts
        WHERE municipality = $1 AND merchant_id = $2
        ORDER BY number DESC
        ",
        municipality.code(),
        merchant.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}
