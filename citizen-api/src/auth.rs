//! Who is signed in.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use ledger::ids::{ChildId, FamilyId, Municipality};
use ledger::token::CityToken;
use web::problem::registry;
use web::{Bearer, Problem};

use crate::Deps;

/// The family that asks. Whatever is wrong with the token, the answer is the same.
#[derive(Debug, Clone)]
pub struct Family {
    /// Its city.
    pub municipality: Municipality,
    /// Which.
    pub id: FamilyId,
    /// The children that are its own today.
    pub children: BTreeSet<ChildId>,
    /// What it showed.
    pub token: CityToken,
}

impl FromRequestParts<Deps> for Family {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Problem> {
        let bearer = Bearer::from_request_parts(parts, deps).await?;
        let unauthorized = || Problem::new(&registry::UNAUTHORIZED);
        let token = CityToken::parse(bearer.token()).ok_or_else(unauthorized)?;
        let opened = deps.ledger.find_session(&token).await.map_err(crate::problems::failed)?.ok_or_else(unauthorized)?;
        Ok(Self { municipality: token.municipality(), id: opened.family, children: opened.children, token })
    }
}
