//! The bank's statements: imported whole or not at all, matched, explained.

use axum::Json;
use ledger::ids::BankLineId;
use web::{Body, Created, Params, PathId};

use crate::acting::Acting;
use crate::actions::bank as actions;
use crate::bodies::Done;
use crate::bodies::bank::{ImportedBody, ReportBody, RunBody};
use crate::forms::money::{CreditForm, DaysQuery, DebitForm, ImportQuery};
use crate::http::answers::Csv;
use crate::http::{Upload, routes};
use crate::refused::Refused;

routes! {
    "bank";
    /// Imports a statement of the bank (入出金取引明細): whole or not at all, each line once.
    upload "/bank-statements", ImportBankStatement => import_bank_statement;
    /// Matches bank lines to the books.
    post "/bank-lines/match", MatchBankLines => match_bank_lines;
    /// Shows every bank line of some days, and how books and bank compare.
    get "/bank-lines", ShowBankLines => show_bank_lines;
    /// Downloads the bank lines of some days as CSV.
    get "/exports/reconciliation", ShowBankLines => download_reconciliation;
    /// Says what a credit was.
    post "/bank-lines/{line}/explain-credit", ExplainCredit => explain_credit;
    /// Says what a debit was.
    post "/bank-lines/{line}/explain-debit", ExplainDebit => explain_debit;
}

async fn import_bank_statement(by: Acting, Params(query): Params<ImportQuery>, Upload(file): Upload) -> Result<Created<ImportedBody>, Refused> {
    actions::import_bank_statement(&by, &file, query.accepted_opening_yen).await.map(Created)
}

async fn match_bank_lines(by: Acting) -> Result<Json<RunBody>, Refused> {
    actions::match_bank_lines(&by, &mut |_| {}).await.map(Json)
}

async fn show_bank_lines(by: Acting, Params(days): Params<DaysQuery>) -> Result<Json<ReportBody>, Refused> {
    actions::show_bank_lines(&by, (days.from, days.to)).await.map(Json)
}

async fn download_reconciliation(by: Acting, Params(days): Params<DaysQuery>) -> Result<Csv, Refused> {
    actions::download_reconciliation(&by, (days.from, days.to)).await.map(Csv)
}

async fn explain_credit(by: Acting, PathId(line): PathId<BankLineId>, Body(form): Body<CreditForm>) -> Result<Done, Refused> {
    actions::explain_credit(&by, line, form.what).await
}

async fn explain_debit(by: Acting, PathId(line): PathId<BankLineId>, Body(form): Body<DebitForm>) -> Result<Done, Refused> {
    actions::explain_debit(&by, line, form.remittance).await
}
