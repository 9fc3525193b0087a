//! The month's tables as CSV (RFC 4180, UTF-8, CRLF): trial balance, remittance detail, reconciliation.
//!
//! A cell that a spreadsheet would take for a formula is written behind an apostrophe; numbers are written as numbers.

use csv::{Terminator, WriterBuilder};

use crate::books::TrialBalance;
use crate::error::Failure;
use crate::reconciliation::Report;
use crate::remittance::DetailRow;

/// A text cell: one that begins like a formula, in half or full width, gets an apostrophe before it (CWE-1236).
#[must_use]
pub fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, Failure> {
    let failed = |error: ::csv::Error| Failure::inconsistent("csv", error.to_string());
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(head).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Failure::inconsistent("csv", error.to_string()))
}

/// `trial-balance.csv`: account, name, unit, debit, credit, balance (debit-positive).
pub fn trial_balance(balance: &TrialBalance) -> Result<Vec<u8>, Failure> {
    let row = |line: &crate::books::Line| {
        let numbers = [line.debit, line.credit, line.balance].map(|number| number.to_string());
        [line.account, line.name, line.unit].into_iter().map(guarded).chain(numbers).collect()
    };
    table(&["account", "name", "unit", "debit", "credit", "balance"], balance.lines.iter().map(row))
}

/// `remittance-detail.csv`: `line,merchant,receipts,amount_yen`. A family that is paid is named by its opaque id.
pub fn remittance_detail(rows: &[DetailRow]) -> Result<Vec<u8>, Failure> {
    let row = |row: &DetailRow| {
        let payee = row.name.clone().unwrap_or_else(|| format!("{}:{}", row.kind.as_str(), row.payee));
        vec![row.line.to_string(), guarded(&payee), row.receipts.to_string(), row.amount.get().to_string()]
    };
    table(&["line", "merchant", "receipts", "amount_yen"], rows.iter().map(row))
}

/// `reconciliation.csv`: `line,booked_on,direction,amount,match,target,entry`.
pub fn reconciliation(report: &Report) -> Result<Vec<u8>, Failure> {
    let row = |row: &crate::reconciliation::ReportRow| {
        vec![
            row.line.to_string(),
            row.booked_on.to_string(),
            row.direction.clone(),
            row.amount.get().to_string(),
            row.kind.clone(),
            guarded(row.target.as_deref().unwrap_or_default()),
            row.entry.map(|entry| entry.to_string()).unwrap_or_default(),
        ]
    };
    table(&["line", "booked_on", "direction", "amount", "match", "target", "entry"], report.rows.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MerchantId;
    use crate::money::Yen;
    use crate::remittance::PayeeKind;

    #[test]
    fn a_formula_in_full_width_or_behind_a_line_feed_is_text() {
        for text in ["＝1+1", "＋1", "－1", "＠x", "\n=1+1"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        assert_eq!(guarded("ー1"), "ー1");
    }

    #[test]
    fn a_name_that_looks_like_a_formula_is_text_and_quotes_survive() {
        let row = DetailRow {
            line: 1,
            kind: PayeeKind::Merchant,
            payee: MerchantId::new(uuid::Uuid::nil()).uuid(),
            name: Some("=HYPERLINK(\"http://x\",1)".to_owned()),
            receipts: 2,
            amount: Yen::new(1_234),
            returned: false,
        };
        let text = String::from_utf8(remittance_detail(&[row]).unwrap()).unwrap();
        assert_eq!(
            text,
            "line,merchant,receipts,amount_yen\r\n\
             1,\"'=HYPERLINK(\"\"http://x\"\",1)\",2,1234\r\n"
        );
    }

    #[test]
    fn every_sign_that_begins_a_formula_is_guarded() {
        for text in ["=1", "+1", "-1", "@a", "\tx", "\rx"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        assert_eq!(guarded("音楽教室 = 楽しい"), "音楽教室 = 楽しい");
    }
}
