//! Receipts as a file, for the merchant's own books.

use axum::extract::State;
use axum::response::Response;
use web::openapi::{Always, Queried, SignedIn};
use web::{Params, Problem, tokyo_time};

use super::Days;
use crate::Deps;
use crate::csv::{File, guarded};
use crate::routes::{Caller, refused};
use crate::till::WhichReceipts;

const HEADINGS: [&str; 7] = ["領収番号", "日時", "請求番号", "費目", "金額", "返金額", "照合番号"];
/// Receipts that are asked for at once.
const CHUNK: i64 = 1_000;

/// Downloads receipts of some days as CSV: UTF-8, headings in Japanese, one line a receipt.
#[utoipa::path(get, path = "/receipts.csv", operation_id = "download_receipts", tag = "receipts", security(("token" = [])),
    params(
        ("first" = String, Query, format = Date, description = "The first day."),
        ("last" = String, Query, format = Date, description = "The last day, at most 92 days later."),
    ),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), Always, SignedIn, Queried))]
pub(crate) async fn download(State(deps): State<Deps>, caller: Caller, Params(Days { first, last }): Params<Days>) -> Result<Response, Problem> {
    let mut file = File::new(&HEADINGS)?;
    let mut which = WhichReceipts { first, last, after: None, limit: CHUNK };
    loop {
        let receipts = deps.doors.receipts(&caller.0, &which).await.map_err(refused)?;
        for receipt in &receipts {
            let (amount, refunded) = (receipt.amount_yen.to_string(), receipt.refunded_yen.to_string());
            let (at, reference) = (tokyo_time(receipt.paid_at), guarded(receipt.invoice.as_deref().unwrap_or_default()));
            file.row(&[&receipt.receipt, &at, &reference, &receipt.expense, &amount, &refunded, &receipt.match_code])?;
        }
        match receipts.last() {
            Some(last) => which.after = Some(last.receipt.clone()),
            None => return file.answer(&format!("receipts-{first}-{last}.csv")),
        }
    }
}
