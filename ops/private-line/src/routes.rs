//! The inner end: each door as a route.

use std::borrow::Borrow;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use merchant_api::doors::Doors;
use merchant_api::till::{Answer, TillError};
use serde::Serialize;

/// The routes over these doors.
pub fn router(doors: Arc<dyn Doors>) -> Router {
    Router::new().nest(super::ROOT, routes()).with_state(doors)
}

macro_rules! routes {
    ($($(#[$about:meta])* trait $name:ident {
        $($(#[$does:meta])* fn $door:ident($($param:ident: &$of:ty),*) -> $answer:ty;)*
    })*) => {
        fn routes() -> Router<Arc<dyn Doors>> {
            Router::new()
                $($(.route(concat!("/", stringify!($door)), post(async |State(doors): State<Arc<dyn Doors>>, body: Bytes| {
                    match serde_json::from_slice::<($(<$of as ToOwned>::Owned,)*)>(&body) {
                        Ok(($($param,)*)) => told(doors.$door($(Borrow::<$of>::borrow(&$param)),*).await),
                        Err(_) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
                    }
                })))*)*
        }
    };
}

merchant_api::doors!(routes);

/// An unknown outcome is told by the status alone: the reason stands in the log on this side.
fn told<T: Serialize>(answer: Answer<T>) -> Response {
    match answer {
        Err(TillError::Unknown(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        answer => ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
    }
}
