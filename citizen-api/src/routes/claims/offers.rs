//! The schemes under which a child may claim, and when.

use axum::Json;
use axum::extract::State;
use ledger::claim::{Offer, Offered};
use ledger::ids::ChildId;
use ledger::money::Yen;
use ledger::scheme::route::OncePer;
use serde::Serialize;
use utoipa::ToSchema;
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use crate::Deps;
use crate::auth::Family;
use crate::problems::{failed, not_found};
use crate::routes::children::scheme_name;

/// The schemes under which a child may claim.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimSchemeList {
    schemes: Vec<ClaimSchemeBody>,
}

/// A scheme under which a child may claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimScheme)]
pub(crate) struct ClaimSchemeBody {
    scheme: String,
    scheme_name: String,
    /// The year of service that is claimed for.
    fiscal_year: i16,
    /// Whether a claim can be filed today.
    open: bool,
    /// The first day on which claims are taken; none where they always are.
    #[schema(required, format = Date)]
    opens_on: Option<String>,
    /// The last.
    #[schema(required, format = Date)]
    shuts_on: Option<String>,
    /// `month`, `year`, `event` or `life`: one claim for each; none where there may be many.
    #[schema(required, value_type = Option<String>)]
    once_per: Option<&'static str>,
    /// The claim that takes the one place.
    #[schema(required)]
    claim: Option<String>,
    /// A cost is claimed within so many months.
    #[schema(required)]
    within_months: Option<i64>,
    /// Kinds of expense that count; all where there is none.
    expenses: Vec<String>,
    /// Services that count, where a cost must name one.
    services: Vec<String>,
    /// What files must show.
    evidence: Vec<String>,
    /// What receipts can draw on: the same money as coupons. None where the costs of a year are repaid.
    #[schema(required)]
    balance_yen: Option<i64>,
}

impl ClaimSchemeBody {
    fn new(deps: &Deps, offer: Offer) -> Self {
        let Offer { scheme, year, offered, once_per, claim, within_months, expenses, services, evidence, balance } = offer;
        let days = match offered {
            Offered::Always => None,
            Offered::Within { opens, shuts } => Some((opens.to_string(), shuts.to_string())),
        };
        let (opens_on, shuts_on) = days.unzip();
        Self {
            scheme_name: scheme_name(&deps.ledger.schemes, &scheme),
            scheme,
            fiscal_year: year.year(),
            open: offered.is_open(deps.ledger.clock.today()),
            opens_on,
            shuts_on,
            once_per: once_per.map(OncePer::as_str),
            claim: claim.map(|claim| claim.to_string()),
            within_months,
            expenses,
            services,
            evidence,
            balance_yen: balance.map(Yen::get),
        }
    }
}

/// Lists the schemes under which the family may claim for a child, with their windows and what they ask to be shown.
#[utoipa::path(get, path = "/children/{child}/claim-schemes", operation_id = "list_claim_schemes", tag = "claims", security(("token" = [])),
    params(("child" = String, Path)),
    responses((status = 200, description = "As asked.", body = ClaimSchemeList), Always, SignedIn, OfOne))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family, PathId(child): PathId<ChildId>) -> Result<Json<ClaimSchemeList>, Problem> {
    let offers = deps.ledger.claim_offers(family.municipality, family.id, child).await.map_err(failed)?.ok_or_else(not_found)?;
    Ok(Json(ClaimSchemeList { schemes: offers.into_iter().map(|offer| ClaimSchemeBody::new(&deps, offer)).collect() }))
}
