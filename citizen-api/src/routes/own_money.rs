//! A family's own money: how to load it, what is there, how it moved, and having it paid back.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use ledger::actor::{Actor, Command};
use ledger::ids::EntryId;
use ledger::money::Yen;
use ledger::own_money::Movement;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{parsed, whole};
use web::openapi::{Always, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Params, Problem, Read, tokyo_time};

use super::{PAGE, PAGE_MAX, YEN_MAX};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::{failed, not_found, pay_back, refused};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/own-money", get(show)).route("/own-money/movements", get(movements)).route("/own-money/pay-backs", post(pay_back_some))
}

/// Own money, and what stands between the family and the city.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnMoney)]
pub(crate) struct OwnMoneyBody {
    /// Whether the city keeps families' own money at all.
    available: bool,
    /// Who keeps it.
    #[schema(required)]
    custodian: Option<String>,
    /// What the family writes on a bank transfer to load money: ten digits.
    payer_number: String,
    balance_yen: i64,
    /// What the city will pay to the family's bank account with its next bank file: claims, and own money that was asked back.
    to_be_paid_yen: i64,
    /// What the family must give back to the city.
    owes_yen: i64,
}

/// How own money moved, newest first. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementList {
    movements: Vec<MovementBody>,
    #[schema(required)]
    next: Option<String>,
}

/// A line of the statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Movement)]
pub(crate) struct MovementBody {
    entry: String,
    #[schema(format = "date-time")]
    at: String,
    /// The day to which it belongs.
    #[schema(format = Date)]
    on: String,
    /// `loaded`, `paid`, `given_back`, `refunded` or `paid_back`.
    #[schema(value_type = String)]
    moved: &'static str,
    /// Less than nothing when it went out.
    amount_yen: i64,
    /// What was left afterwards.
    balance_yen: i64,
    #[schema(required)]
    payment: Option<String>,
}

impl From<Movement> for MovementBody {
    fn from(movement: Movement) -> Self {
        let Movement { entry, at, on, moved, amount, balance, payment } = movement;
        Self {
            entry: entry.to_string(),
            at: tokyo_time(at),
            on: on.to_string(),
            moved: moved.as_str(),
            amount_yen: amount.get(),
            balance_yen: balance.get(),
            payment: payment.map(|payment| PaymentId(payment).to_string()),
        }
    }
}

/// How much is to be paid back.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPayBack)]
pub(crate) struct PayBackForm {
    #[schema(minimum = 1, maximum = 9_999_999, example = 5_000)]
    amount_yen: i64,
}

impl Read for PayBackForm {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("amount_yen", whole(1, YEN_MAX)).map(|amount_yen| Self { amount_yen })
    }
}

/// Own money that is to be paid back: it leaves with the next bank file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayBack)]
pub(crate) struct PayBackBody {
    /// The entry in the books.
    entry: String,
    amount_yen: i64,
}

/// Which page.
pub(crate) struct Page {
    after: Option<EntryId>,
    limit: i64,
}

impl Read for Page {
    fn read(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", parsed("ent_…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// Shows the family's own money, how to load more, and what stands between the family and the city.
#[utoipa::path(get, path = "/own-money", operation_id = "show_own_money", tag = "own money", security(("token" = [])), responses((status = 200, description = "As asked.", body = OwnMoneyBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family) -> Result<Json<OwnMoneyBody>, Problem> {
    let ledger = &deps.ledger;
    let known = ledger.find_family(family.municipality, family.id).await.map_err(failed)?.ok_or_else(not_found)?;
    let cities = ledger.list_cities().await.map_err(failed)?;
    let custodian = cities.into_iter().find(|city| city.municipality == family.municipality).and_then(|city| city.own_money_custodian);
    let standing = ledger.family_standing(family.municipality, family.id).await.map_err(failed)?;
    Ok(Json(OwnMoneyBody {
        available: custodian.is_some(),
        custodian,
        payer_number: known.payer_number.to_string(),
        balance_yen: standing.own_money.get(),
        to_be_paid_yen: standing.to_be_paid.get(),
        owes_yen: standing.owes.get(),
    }))
}

/// Lists how own money moved, newest first, with what was left each time.
#[utoipa::path(get, path = "/own-money/movements", operation_id = "list_own_money_movements", tag = "own money", security(("token" = [])),
    params(
        ("after" = Option<String>, Query, pattern = "^ent_[0-9a-f]{32}$", description = "The page begins behind this entry."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Lines on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = MovementList), Always, SignedIn, Queried))]
pub(crate) async fn movements(State(deps): State<Deps>, family: Family, Params(page): Params<Page>) -> Result<Json<MovementList>, Problem> {
    let limit = page.limit.saturating_add(1);
    let mut found = deps.ledger.own_money_movements(family.municipality, family.id, page.after, limit).await.map_err(failed)?;
    let next = super::cut(&mut found, page.limit).map(|last| last.entry.to_string());
    Ok(Json(MovementList { movements: found.into_iter().map(Into::into).collect(), next }))
}

/// Has own money paid back to the family's registered bank account. It leaves with the next bank file.
#[utoipa::path(post, path = "/own-money/pay-backs", operation_id = "pay_back_own_money", tag = "own money", security(("token" = [])), params(IdempotencyKey),
    request_body = PayBackForm, responses((status = 201, description = "Asked; or asked before, under this key.", body = PayBackBody), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn pay_back_some(
    State(deps): State<Deps>,
    family: Family,
    key: IdempotencyKey,
    Body(form): Body<PayBackForm>,
) -> Result<Created<PayBackBody>, Problem> {
    let command = Command::new(Actor::Family(family.id), key.of("pay-back"), &form.amount_yen);
    let asked = deps.ledger.pay_back_own_money(family.municipality, &command, family.id, Yen::new(form.amount_yen)).await;
    let entry = asked.map_err(refused(pay_back))?;
    Ok(Created(PayBackBody { entry: entry.to_string(), amount_yen: form.amount_yen }))
}
