//! Budgets: appropriated, funded, looked at, ended.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::ids::EntryId;
use ledger::money::Yen;
use ledger::staff::Action;
use ledger::staff::overview::Budget;
use ledger::time::FiscalYear;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, day, text, whole, wrong_field};
use web::{Body, Fields, Params, Problem, Read, Text};

use super::super::Deps;
use super::super::answers::{MadeAs, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{AppropriateRequest, EndYearRequest, FundRequest};
use super::bodies::{WORD_MAX, YEN_MAX};

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/budgets", Action::ShowBudgets, show).post("/appropriations", Action::Appropriate, appropriate).post("/funds", Action::Fund, fund).post(
        "/year-ends",
        Action::EndYear,
        end_year,
    )
}

fn year(given: Given<'_>) -> Result<FiscalYear, Fault> {
    whole(2000, 2999)(given).map(|year| FiscalYear::new(i16::try_from(year).unwrap_or(i16::MAX)))
}

pub(super) struct YearQuery(Option<FiscalYear>);

impl Read for YearQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.optional("fiscal_year", year).map(Self)
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct BudgetList {
    fiscal_year: i16,
    budgets: Vec<BudgetBody>,
}

/// Appropriated = committed + remaining + given back.
#[derive(Serialize, ToSchema)]
#[schema(as = Budget)]
pub(crate) struct BudgetBody {
    scheme: String,
    appropriated_yen: i64,
    committed_yen: i64,
    unspent_yen: i64,
    remaining_yen: i64,
    given_back_yen: i64,
}

impl From<Budget> for BudgetBody {
    fn from(budget: Budget) -> Self {
        let Budget { scheme, fiscal_year: _, appropriated, given_back, committed, unspent, remaining } = budget;
        let [appropriated_yen, committed_yen, unspent_yen, remaining_yen, given_back_yen] =
            [appropriated, committed, unspent, remaining, given_back].map(Yen::get);
        Self { scheme, appropriated_yen, committed_yen, unspent_yen, remaining_yen, given_back_yen }
    }
}

pub(super) struct AppropriateBody {
    scheme: String,
    year: FiscalYear,
    amount: Yen,
}

impl Read for AppropriateBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let scheme = fields.required("scheme", text(WORD_MAX));
        let year = fields.required("fiscal_year", year);
        let amount = fields.required("amount_yen", whole(1, YEN_MAX));
        Some(Self { scheme: scheme?, year: year?, amount: Yen::new(amount?) })
    }
}

pub(super) struct FundBody {
    amount: Yen,
    on: NaiveDate,
}

impl Read for FundBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let amount = fields.required("amount_yen", whole(1, YEN_MAX));
        let on = fields.required("on", day);
        Some(Self { amount: Yen::new(amount?), on: on? })
    }
}

pub(super) struct EndYearBody {
    year: FiscalYear,
    on: NaiveDate,
}

impl Read for EndYearBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (year, on) = (fields.required("fiscal_year", year), fields.required("on", day));
        fields.required("reason", text(REASON_MAX))?;
        Some(Self { year: year?, on: on? })
    }
}

/// An entry of the books.
#[derive(Serialize, ToSchema)]
#[schema(as = Entry)]
pub(super) struct EntryBody {
    #[schema(value_type = String, pattern = "^ent_[0-9a-f]{32}$")]
    entry: EntryId,
}

/// An entry that was made.
pub(super) fn entry(entry: EntryId) -> MadeAs<EntryBody> {
    MadeAs(entry.to_string(), EntryBody { entry })
}

#[derive(Serialize, ToSchema)]
#[schema(as = Entries)]
pub(super) struct EntriesBody {
    #[schema(value_type = Vec<String>)]
    entries: Vec<EntryId>,
}

/// Shows the budgets of a year: appropriated, committed, remaining.
#[utoipa::path(get, path = "/budgets", operation_id = "show_budgets", tag = "budgets", params(("fiscal_year" = Option<i16>, Query, minimum = 2000, maximum = 2999, description = "The year; this one where nothing is said.")), responses((status = 200, body = BudgetList)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, Params(YearQuery(year)): Params<YearQuery>) -> Result<Json<BudgetList>, Problem> {
    let year = year.unwrap_or_else(|| FiscalYear::of(deps.ledger.clock.today()));
    let budgets = deps.ledger.list_budgets(acting.member.municipality, year).await.map_err(failed)?;
    Ok(Json(BudgetList { fiscal_year: year.year(), budgets: budgets.into_iter().map(Into::into).collect() }))
}

/// Appropriates to a scheme (予算配当).
#[utoipa::path(post, path = "/appropriations", operation_id = "appropriate", tag = "budgets", request_body = AppropriateRequest, responses((status = 201, body = EntryBody)))]
pub(super) async fn appropriate(State(deps): State<Deps>, acting: Acting, Body(body): Body<AppropriateBody>) -> Result<MadeAs<EntryBody>, Problem> {
    let AppropriateBody { scheme, year, amount } = body;
    if deps.ledger.schemes.get(&scheme).is_none() {
        let unknown = Text::fixed("この制度は登録されていません。", "この制度は、ここにありません。", "There is no such scheme here.");
        return Err(wrong_field("scheme", &Fault::Said("unknown-scheme", unknown)));
    }
    let command = acting.command(&(&scheme, year, amount))?;
    let made = deps.ledger.appropriate(acting.member.municipality, command, (&scheme, year), amount).await.map_err(refused)?;
    Ok(entry(made))
}

/// Says that city money has arrived.
#[utoipa::path(post, path = "/funds", operation_id = "fund", tag = "budgets", request_body = FundRequest, responses((status = 201, body = EntryBody)))]
pub(super) async fn fund(State(deps): State<Deps>, acting: Acting, Body(FundBody { amount, on }): Body<FundBody>) -> Result<MadeAs<EntryBody>, Problem> {
    let command = acting.command(&(amount, on))?;
    let made = deps.ledger.fund(acting.member.municipality, command, amount, on).await.map_err(refused)?;
    Ok(entry(made))
}

/// Ends a year's budgets (出納閉鎖): what is left goes back.
#[utoipa::path(post, path = "/year-ends", operation_id = "end_year", tag = "budgets", request_body = EndYearRequest, responses((status = 201, body = EntriesBody)))]
pub(super) async fn end_year(
    State(deps): State<Deps>,
    acting: Acting,
    Body(EndYearBody { year, on }): Body<EndYearBody>,
) -> Result<MadeAs<EntriesBody>, Problem> {
    let command = acting.command(&(year, on))?;
    let entries = deps.ledger.end_year(acting.member.municipality, &command, year, on).await.map_err(refused)?;
    Ok(MadeAs(year.to_string(), EntriesBody { entries }))
}
