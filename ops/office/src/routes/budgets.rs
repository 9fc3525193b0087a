//! Budgets: appropriated, funded, looked at, ended.

use axum::Json;
use axum::extract::State;
use ledger::time::FiscalYear;
use web::{Body, Created, Params};

use crate::Deps;
use crate::acting::Acting;
use crate::actions::books as actions;
use crate::bodies::books::{BudgetList, EntriesBody, EntryBody};
use crate::forms::money::{Appropriation, Funding, YearEnd, YearQuery};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "budgets";
    /// Shows the budgets of a year: appropriated, committed, remaining.
    get "/budgets", ShowBudgets => show_budgets;
    /// Appropriates to a scheme (予算配当).
    post "/appropriations", Appropriate => appropriate;
    /// Says that city money has arrived.
    post "/funds", Fund => fund;
    /// Ends a year's budgets (出納閉鎖): what is left goes back.
    post "/year-ends", EndYear => end_year;
}

async fn show_budgets(State(deps): State<Deps>, by: Acting, Params(query): Params<YearQuery>) -> Result<Json<BudgetList>, Refused> {
    let year = query.fiscal_year.unwrap_or_else(|| FiscalYear::of(deps.ledger.clock.today()));
    let budgets = actions::show_budgets(&by, year).await?;
    Ok(Json(BudgetList { fiscal_year: year.year(), budgets }))
}

async fn appropriate(by: Acting, Body(form): Body<Appropriation>) -> Result<Created<EntryBody>, Refused> {
    actions::appropriate(&by, &form.scheme, form.fiscal_year, form.amount_yen).await.map(Created)
}

async fn fund(by: Acting, Body(form): Body<Funding>) -> Result<Created<EntryBody>, Refused> {
    actions::fund(&by, form.amount_yen, form.on).await.map(Created)
}

async fn end_year(by: Acting, Body(form): Body<YearEnd>) -> Result<Created<EntriesBody>, Refused> {
    actions::end_year(&by, form.fiscal_year, form.on).await.map(Created)
}
