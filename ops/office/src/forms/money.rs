//! Budgets, grants, the bank and the files that go to it.

use chrono::NaiveDate;
use ledger::events::bank::Credit;
use ledger::ids::RemittanceId;
use ledger::money::Yen;
use ledger::time::{FiscalYear, Month};
use web::fields::{Given, text as read_text};
use web::form::{Fold, Rule, any_text, day, id, optional, text, whole};
use web::{Fault, form};

use super::{WORD_MAX, month, reason, yen};
use crate::actions::bank::credit;

/// More lines than any file has.
const LINES_MAX: i64 = 999_999;

fn fiscal_year() -> Rule<impl Fn(Given<'_>) -> Result<FiscalYear, Fault>> {
    whole(2000, 2999).map(FiscalYear::new)
}

fn line_number() -> Rule<impl Fn(Given<'_>) -> Result<i32, Fault>> {
    whole(1, LINES_MAX)
}

/// What a credit was, as people write it.
fn of_credit() -> Rule<impl Fn(Given<'_>) -> Result<Credit, Fault>> {
    any_text(80)
        .plain()
        .pattern("^(fund|(top-up|family-repays):fam_[0-9a-f]{32}|merchant-repays:mrc_[0-9a-f]{32})$")
        .example("fund")
        .read_by(|given: Given<'_>| credit(&read_text(80)(given)?).ok_or(Fault::Form("top-up:fam_…")))
}

/// 64 hexadecimal digits as bytes.
fn sha256() -> Rule<impl Fn(Given<'_>) -> Result<[u8; 32], Fault>> {
    let read = |given: Given<'_>| digest(&read_text(64)(given)?).ok_or(Fault::Form("64 hexadecimal digits"));
    any_text(64).plain().pattern("^[0-9a-fA-F]{64}$").read_by(read)
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.bytes().map(|sign| char::from(sign).to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| (high << 4) | low).collect();
    rest.is_empty().then_some(bytes)?.try_into().ok()
}

form! {
    /// Which year.
    pub(crate) struct YearQuery {
        /// The year; this one where nothing is said.
        fiscal_year: Option<FiscalYear> = optional(fiscal_year()),
    }
}

form! {
    /// 予算配当.
    pub(crate) struct Appropriation as "Appropriation" {
        scheme: String = text(WORD_MAX),
        fiscal_year: FiscalYear = fiscal_year(),
        amount_yen: Yen = yen(1),
    }
}

form! {
    /// City money.
    pub(crate) struct Funding as "Funding" {
        amount_yen: Yen = yen(1),
        on: NaiveDate = day(),
    }
}

form! {
    /// The end of a year.
    pub(crate) struct YearEnd as "YearEnd" {
        fiscal_year: FiscalYear = fiscal_year(),
        on: NaiveDate = day(),
        reason: () = reason(),
    }
}

form! {
    /// Which period is granted: the one that holds the day.
    pub(crate) struct Grant as "Grant" {
        scheme: String = text(WORD_MAX),
        on: NaiveDate = day(),
    }
}

form! {
    /// With which balance the bank's statements begin.
    pub(crate) struct ImportQuery {
        /// Of the very first statement: the opening balance that is accepted though the books say another.
        accepted_opening_yen: Option<Yen> = optional(yen(0)),
    }
}

form! {
    /// From one day to another.
    pub(crate) struct DaysQuery {
        /// The first day.
        from: NaiveDate = day(),
        /// The last day.
        to: NaiveDate = day(),
    }
}

form! {
    /// Which part of the books.
    pub(crate) struct ExportQuery {
        /// Of one month.
        month: Option<Month> = optional(month()),
    }
}

form! {
    /// What a credit was: `fund`, or whose it is with `top-up:`, `family-repays:` or `merchant-repays:` before the id.
    pub(crate) struct CreditForm as "Credit" {
        what: Credit = of_credit(),
        reason: () = reason(),
    }
}

form! {
    /// What a debit was: the bank's fee, or the file whose total it is.
    pub(crate) struct DebitForm as "Debit" {
        remittance: Option<RemittanceId> = optional(id("rmt_…")),
        reason: () = reason(),
    }
}

form! {
    /// The SHA-256 of the file, as whoever sent it computed it.
    pub(crate) struct Sent as "Sent" {
        sha256: [u8; 32] = sha256(),
    }
}

form! {
    /// Which line of which file.
    pub(crate) struct PaidLine as "PaidLine" {
        remittance: RemittanceId = id("rmt_…"),
        number: i32 = line_number(),
    }
}

form! {
    /// Which line of which file has come back, and why.
    pub(crate) struct ProposedReturn as "ProposedReturn" {
        paid: PaidLine = Fold,
        reason: () = reason(),
    }
}

form! {
    /// A line of a file.
    pub(crate) struct LineNumber as "LineNumber" {
        number: i32 = line_number(),
    }
}

form! {
    /// A line of a file, and why.
    pub(crate) struct LineBecause as "LineBecause" {
        number: i32 = line_number(),
        reason: () = reason(),
    }
}
