//! Looking for a class.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use ledger::ids::MerchantId;
use ledger::merchant::Listing;
use ledger::merchant::search::Search;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, parsed, text, whole};
use web::openapi::{Always, Queried, SignedIn};
use web::{Fields, Params, Problem, Read};

use super::{PAGE, PAGE_MAX, WORD_MAX};
use crate::Deps;
use crate::auth::Family;
use crate::problems::failed;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/merchants", get(search))
}

/// What is looked for.
pub(crate) struct SearchQuery {
    search: Search,
    after: Option<MerchantId>,
    limit: i64,
}

impl Read for SearchQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let area = fields.optional("area", text(WORD_MAX));
        let category = fields.optional("category", text(WORD_MAX));
        let name = fields.optional("name", text(WORD_MAX));
        let after = fields.optional("after", parsed("mrc_…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { search: Search { area: area?, category: category?, name: name? }, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// Merchants that fit, by reading. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MerchantList {
    merchants: Vec<MerchantBody>,
    #[schema(required)]
    next: Option<String>,
}

/// A class, school or provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Merchant)]
pub(crate) struct MerchantBody {
    merchant: String,
    name: String,
    kana: String,
    area: String,
    categories: Vec<String>,
}

impl From<Listing> for MerchantBody {
    fn from(listing: Listing) -> Self {
        let Listing { id, name, kana, area, categories } = listing;
        Self { merchant: id.to_string(), name, kana, area, categories }
    }
}

/// Looks for a class by area, kind, and name or reading.
#[utoipa::path(get, path = "/merchants", operation_id = "search_merchants", tag = "merchants", security(("token" = [])),
    params(
        ("area" = Option<String>, Query, min_length = 1, max_length = 100, description = "Ward or district."),
        ("category" = Option<String>, Query, min_length = 1, max_length = 100, example = "cram_school"),
        ("name" = Option<String>, Query, min_length = 1, max_length = 100, description = "Part of the name, or of its reading in hiragana or katakana."),
        ("after" = Option<String>, Query, description = "The page begins behind this merchant."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Merchants on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = MerchantList), Always, SignedIn, Queried))]
pub(crate) async fn search(State(deps): State<Deps>, family: Family, Params(query): Params<SearchQuery>) -> Result<Json<MerchantList>, Problem> {
    let ledger = &deps.ledger;
    let after = match query.after {
        None => None,
        Some(id) => {
            let unknown = || web::fields::wrong_parameter("after", &Fault::Form("mrc_…"));
            let known = ledger.get_merchant(family.municipality, id).await.map_err(failed)?.ok_or_else(unknown)?;
            Some((known.kana, id))
        }
    };
    // One more than asked for tells whether there is a next page.
    let mut found = ledger.search_merchants(family.municipality, &query.search, after, query.limit.saturating_add(1)).await.map_err(failed)?;
    let next = super::cut(&mut found, query.limit).map(|last| last.id.to_string());
    Ok(Json(MerchantList { merchants: found.into_iter().map(Into::into).collect(), next }))
}
