//! Remittances: the file to the bank, its lines, and who is not paid.

use chrono::NaiveDate;
use ledger::ids::RemittanceId;
use ledger::remittance::Standing;
use ledger::remittance::{DetailRow, File, Remittance};
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;

/// One bank file.
#[derive(Serialize, ToSchema)]
#[schema(as = Remittance)]
pub struct RemittanceBody {
    #[schema(value_type = String, pattern = "^rmt_[0-9a-f]{32}$")]
    pub remittance: RemittanceId,
    pub sequence: i32,
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    pub month: Month,
    #[schema(value_type = String, format = Date)]
    pub pay_on: NaiveDate,
    #[schema(value_type = String)]
    pub state: Standing,
    pub lines: i32,
    pub total_yen: i64,
}

impl From<Remittance> for RemittanceBody {
    fn from(remittance: Remittance) -> Self {
        let Remittance { id, sequence, month, pay_on, state, lines, total } = remittance;
        Self { remittance: id, sequence, month, pay_on, state, lines, total_yen: total.get() }
    }
}

/// A remittance with its lines, and with the payees that were stopped.
#[derive(Serialize, ToSchema)]
pub struct RemittanceDetail {
    #[serde(flatten)]
    pub remittance: RemittanceBody,
    pub detail: Vec<LineBody>,
    pub stops: Vec<StopBody>,
}

/// What one line pays to one payee. A family is named by its id.
#[derive(Serialize, ToSchema)]
#[schema(as = RemittanceLine)]
pub struct LineBody {
    pub line: i32,
    #[schema(value_type = String)]
    pub payee_kind: &'static str,
    pub payee: String,
    #[schema(required)]
    pub name: Option<String>,
    pub receipts: i64,
    pub amount_yen: i64,
    pub returned: bool,
}

impl From<DetailRow> for LineBody {
    fn from(row: DetailRow) -> Self {
        let DetailRow { line, kind, payee, name, receipts, amount, returned } = row;
        Self { line, payee_kind: kind.as_str(), payee: payee.to_string(), name, receipts, amount_yen: amount.get(), returned }
    }
}

/// Somebody who is due and not paid, and what to do.
#[derive(Serialize, ToSchema)]
#[schema(as = Stop)]
pub struct StopBody {
    pub payee_kind: String,
    pub payee: String,
    pub amount_yen: i64,
    pub code: String,
    pub what_to_do: String,
}

/// A file that was built: what people compare before it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = RemittanceFile)]
pub struct FileBody {
    pub sha256: String,
    pub lines: usize,
    pub total_yen: i64,
    pub sequence: i32,
}

impl From<&File> for FileBody {
    fn from(file: &File) -> Self {
        let File { bytes: _, sha256, lines, total, sequence } = file;
        Self { sha256: hex(sha256), lines: *lines, total_yen: total.get(), sequence: *sequence }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The file itself: it holds names and accounts of payees.
pub struct BankFile {
    pub name: String,
    pub body: FileBody,
    pub bytes: Vec<u8>,
}
