//! What a phone's camera opens when somebody scans a code without the app or the desk: one page, the same for every code, true or not. It looks
//! nothing up, so nothing is told and nothing is done (standards §5.4).

use axum::Router;
use axum::routing::get;

use office::print::Page;

const PAGE: &str = include_str!("../../templates/scan.html");

/// The routes: links in symbols are in capitals, those that people copy may not be.
pub(super) fn router() -> Router {
    let page = || async { Page(PAGE.to_owned()) };
    Router::new().route("/V/{code}", get(page)).route("/v/{code}", get(page))
}
