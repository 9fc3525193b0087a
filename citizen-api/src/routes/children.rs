//! A family's children, with what each may spend.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use ledger::entitlement::Spendable;
use ledger::money::Yen;
use ledger::people::FamilyChild;
use ledger::scheme::{Catalog, Fact, Facts, facts};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;
use web::openapi::{Always, SignedIn};

use crate::Deps;
use crate::auth::Family;
use crate::problems::failed;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/children", get(children))
}

/// A family's children.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChildList {
    children: Vec<ChildBody>,
}

/// A child with what it may spend now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Child)]
pub(crate) struct ChildBody {
    child: String,
    name: String,
    kana: String,
    /// `E1` to `E6`, `J1` to `J3`, `H1` to `H3`; none outside school age.
    #[schema(required, example = "J1")]
    grade: Option<String>,
    balances: Vec<BalanceBody>,
}

/// What a child may spend of one scheme, and until when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub(crate) struct BalanceBody {
    scheme: String,
    scheme_name: String,
    balance_yen: i64,
    /// It pays in whole tickets of this many yen; none where every yen counts.
    #[schema(required)]
    ticket_yen: Option<i64>,
    /// How many visits are left, one for each payment; none where yen or tickets are counted.
    #[schema(required)]
    visits_left: Option<i64>,
    /// The first day of service that it is for.
    #[schema(format = Date)]
    service_from: String,
    /// The last.
    #[schema(format = Date)]
    service_to: String,
    /// The last day on which it may be spent: then it lapses.
    #[schema(format = Date)]
    spend_until: String,
}

/// Lists the family's children, each with what it may spend now and until when.
#[utoipa::path(get, path = "/children", operation_id = "list_children", tag = "family", security(("token" = [])), responses((status = 200, description = "As asked.", body = ChildList), Always, SignedIn))]
pub(crate) async fn children(State(deps): State<Deps>, family: Family) -> Result<Json<ChildList>, Problem> {
    let ledger = &deps.ledger;
    let children = ledger.children_of_family(family.municipality, family.id, ledger.clock.today()).await.map_err(failed)?;
    let ids: Vec<_> = children.iter().map(|child| child.id).collect();
    let spendable = ledger.spendable(family.municipality, &ids).await.map_err(failed)?;
    let body = |child: FamilyChild| ChildBody {
        child: child.id.to_string(),
        grade: grade(&child, ledger.clock.today()),
        balances: spendable.iter().filter(|part| part.child == child.id).map(|part| balance(&ledger.schemes, part)).collect(),
        name: child.person.name,
        kana: child.person.kana,
    };
    Ok(Json(ChildList { children: children.into_iter().map(body).collect() }))
}

fn grade(child: &FamilyChild, on: chrono::NaiveDate) -> Option<String> {
    match Facts::for_child(child.facts.birth_on, on).get(Fact::Grade) {
        Some(facts::Value::Grade(grade)) => Some(grade.to_string()),
        _ => None,
    }
}

fn balance(schemes: &Catalog, part: &Spendable) -> BalanceBody {
    BalanceBody {
        scheme: part.scheme.clone(),
        scheme_name: scheme_name(schemes, &part.scheme),
        balance_yen: part.balance.get(),
        ticket_yen: Some(part.face).filter(|face| *face > Yen::new(1)).map(Yen::get),
        visits_left: part.visits.map(|(_, left)| left),
        service_from: part.service_from.to_string(),
        service_to: part.service_to.to_string(),
        spend_until: part.closes_on.to_string(),
    }
}

/// What people call a scheme.
pub(crate) fn scheme_name(schemes: &Catalog, id: &str) -> String {
    schemes.get(id).and_then(|scheme| scheme.title.name.clone()).unwrap_or_else(|| id.to_owned())
}
