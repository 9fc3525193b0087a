//! The bank's statements: imported whole or not at all, matched, explained.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::events::bank::Credit;
use ledger::ids::{BankLineId, EntryId};
use ledger::reconciliation::{Debit, Imported, Report, ReportRow, Run};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, day, parsed, text, whole};
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Done, MadeAs, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{CreditRequest, DebitRequest, RunSchema};
use super::super::upload::Upload;
use super::bodies::YEN_MAX;

pub(super) fn add(desk: Desk) -> Desk {
    desk.upload("/bank-statements", Action::ImportBankStatement, import)
        .post("/bank-lines/match", Action::MatchBankLines, match_lines)
        .get("/bank-lines", Action::ShowBankLines, report)
        .post("/bank-lines/{line}/explain-credit", Action::ExplainCredit, explain_credit)
        .post("/bank-lines/{line}/explain-debit", Action::ExplainDebit, explain_debit)
}

/// Of the very first statement: the opening balance that is accepted though the books say another.
pub(super) struct ImportQuery(Option<i64>);

impl Read for ImportQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.optional("accepted_opening_yen", whole(0, YEN_MAX)).map(Self)
    }
}

pub(super) struct DaysQuery(pub(super) NaiveDate, pub(super) NaiveDate);

impl Read for DaysQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (from, to) = (fields.required("from", day), fields.required("to", day));
        Some(Self(from?, to?))
    }
}

/// A bank statement that was imported: its new lines, and those that were known.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedStatement)]
pub struct ImportedBody {
    statement: String,
    new: i32,
    known: i32,
    closing_yen: i64,
}

impl From<Imported> for ImportedBody {
    fn from(imported: Imported) -> Self {
        let Imported { id, new, known, closing } = imported;
        Self { statement: id.to_string(), new, known, closing_yen: closing.get() }
    }
}

/// How books and bank compare, and every line.
#[derive(Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReportBody {
    lines: Vec<LineBody>,
    unmatched_count: usize,
    unmatched_yen: i64,
    suspense_count: usize,
    suspense_yen: i64,
    books_yen: i64,
    #[schema(required)]
    statement_yen: Option<i64>,
    #[schema(required)]
    difference_yen: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BankLine)]
pub(super) struct LineBody {
    #[schema(value_type = String, pattern = "^bnk_[0-9a-f]{32}$")]
    line: BankLineId,
    #[schema(value_type = String, format = Date)]
    booked_on: NaiveDate,
    direction: String,
    amount_yen: i64,
    matched: String,
    #[schema(required)]
    target: Option<String>,
    #[schema(required, value_type = Option<String>, pattern = "^ent_[0-9a-f]{32}$")]
    entry: Option<EntryId>,
}

impl From<ReportRow> for LineBody {
    fn from(row: ReportRow) -> Self {
        let ReportRow { line, booked_on, direction, amount, kind, target, entry } = row;
        Self { line, booked_on, direction, amount_yen: amount.get(), matched: kind, target, entry }
    }
}

impl From<Report> for ReportBody {
    fn from(report: Report) -> Self {
        let Report { rows, unmatched, unmatched_yen, suspense, suspense_yen, statement_yen, books_yen, difference_yen } = report;
        Self {
            lines: rows.into_iter().map(Into::into).collect(),
            unmatched_count: unmatched,
            unmatched_yen: unmatched_yen.get(),
            suspense_count: suspense,
            suspense_yen: suspense_yen.get(),
            books_yen: books_yen.get(),
            statement_yen: statement_yen.map(ledger::money::Yen::get),
            difference_yen: difference_yen.map(ledger::money::Yen::get),
        }
    }
}

/// What a credit was: `fund`, or whose it is with `top-up:`, `family-repays:` or `merchant-repays:` before the id.
pub(super) struct CreditBody(Credit);

/// What a credit was, as people write it.
pub fn credit(text: &str) -> Option<Credit> {
    match text.split_once(':') {
        None => (text == "fund").then_some(Credit::Fund),
        Some(("top-up", family)) => family.parse().ok().map(Credit::TopUp),
        Some(("family-repays", family)) => family.parse().ok().map(Credit::FamilyRepays),
        Some(("merchant-repays", merchant)) => merchant.parse().ok().map(Credit::MerchantRepays),
        Some(_) => None,
    }
}

impl Read for CreditBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let what = |given: Given<'_>| credit(&text(80)(given)?).ok_or(Fault::Form("top-up:fam_…"));
        let what = fields.required("what", what);
        fields.required("reason", text(REASON_MAX))?;
        what.map(Self)
    }
}

/// What a debit was: the bank's fee, or the file whose total it is.
pub(super) struct DebitBody(Debit);

impl Read for DebitBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let file = fields.optional("remittance", parsed("rmt_…"));
        fields.required("reason", text(REASON_MAX))?;
        Some(Self(file?.map_or(Debit::Fee, Debit::Payout)))
    }
}

/// Imports a statement of the bank (入出金取引明細): whole or not at all, each line once.
#[utoipa::path(post, path = "/bank-statements", operation_id = "import_bank_statement", tag = "bank", params(("accepted_opening_yen" = Option<i64>, Query, minimum = 0, maximum = 999_999_999_999_i64, description = "Of the very first statement: the opening balance that is accepted though the books say another.")), request_body(content((String = "text/csv"), (String = "text/plain"), (String = "application/octet-stream"))), responses((status = 201, body = ImportedBody)))]
pub(super) async fn import(
    State(deps): State<Deps>,
    acting: Acting,
    Params(ImportQuery(opening)): Params<ImportQuery>,
    Upload(file): Upload,
) -> Result<MadeAs<ImportedBody>, Problem> {
    let command = acting.command(&opening)?;
    let opening = opening.map(ledger::money::Yen::new);
    let imported = deps.ledger.import_bank_statement(acting.member.municipality, &command, &file, opening).await.map_err(refused)?;
    Ok(MadeAs(imported.id.to_string(), imported.into()))
}

/// Matches bank lines to the books.
#[utoipa::path(post, path = "/bank-lines/match", operation_id = "match_bank_lines", tag = "bank", responses((status = 200, body = RunSchema)))]
pub(super) async fn match_lines(State(deps): State<Deps>, acting: Acting) -> Result<Json<Run>, Problem> {
    let command = acting.command(&())?;
    deps.ledger.match_bank_lines(acting.member.municipality, &command, &mut |_| {}).await.map(Json).map_err(refused)
}

/// Shows every bank line of some days, and how books and bank compare.
#[utoipa::path(get, path = "/bank-lines", operation_id = "show_bank_lines", tag = "bank", params(("from" = String, Query, format = Date, description = "The first day."), ("to" = String, Query, format = Date, description = "The last day.")), responses((status = 200, body = ReportBody)))]
pub(super) async fn report(State(deps): State<Deps>, acting: Acting, Params(DaysQuery(from, to)): Params<DaysQuery>) -> Result<Json<ReportBody>, Problem> {
    let report = deps.ledger.reconciliation_report(acting.member.municipality, (from, to)).await.map_err(failed)?;
    Ok(Json(report.into()))
}

/// Says what a credit was.
#[utoipa::path(post, path = "/bank-lines/{line}/explain-credit", operation_id = "explain_credit", tag = "bank", request_body = CreditRequest, responses((status = 204)))]
pub(super) async fn explain_credit(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(line): PathId<BankLineId>,
    Body(CreditBody(what)): Body<CreditBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(line, what.owner()))?;
    deps.ledger.explain_credit(acting.member.municipality, &command, line, what).await.map_err(refused)?;
    Ok(Done)
}

/// Says what a debit was.
#[utoipa::path(post, path = "/bank-lines/{line}/explain-debit", operation_id = "explain_debit", tag = "bank", request_body = DebitRequest, responses((status = 204)))]
pub(super) async fn explain_debit(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(line): PathId<BankLineId>,
    Body(DebitBody(what)): Body<DebitBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(line, what))?;
    deps.ledger.explain_debit(acting.member.municipality, &command, line, what).await.map_err(refused)?;
    Ok(Done)
}
