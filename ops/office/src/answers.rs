//! What answers share: pages, what was made, what was done.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use web::Created;
use web::fields::{text, whole};
use web::{Fields, Read};

use super::guard::Made;

/// Items on a page, unless fewer are asked for.
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 500;
const CURSOR_MAX: usize = 80;
/// The most characters of a reason, as in the audit log.
pub(super) const REASON_MAX: usize = ledger::staff::audit::REASON_MAX;

/// Something was made: its id goes into the audit log.
pub(super) struct MadeAs<T>(pub(super) String, pub(super) T);

impl<T: Serialize> IntoResponse for MadeAs<T> {
    fn into_response(self) -> Response {
        let mut answer = Created(self.1).into_response();
        answer.extensions_mut().insert(Made(self.0));
        answer
    }
}

/// Something was done about `subject`: what it is called goes into the audit log.
pub(super) struct DoneTo<T>(pub(super) String, pub(super) T);

impl<T: Serialize> IntoResponse for DoneTo<T> {
    fn into_response(self) -> Response {
        let mut answer = Json(self.1).into_response();
        answer.extensions_mut().insert(Made(self.0));
        answer
    }
}

/// Something was printed: what it is called goes into the audit log.
pub(super) struct Printed(pub(super) String, pub(super) crate::print::Page);

impl IntoResponse for Printed {
    fn into_response(self) -> Response {
        let mut answer = self.1.into_response();
        answer.extensions_mut().insert(Made(self.0));
        answer
    }
}

/// Done, and there is nothing to tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// Which page.
pub(super) struct Page {
    pub(super) after: Option<String>,
    pub(super) limit: i64,
}

impl Page {
    pub(super) fn read_from(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", text(CURSOR_MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

impl Read for Page {
    fn read(fields: &mut Fields) -> Option<Self> {
        Self::read_from(fields)
    }
}

/// One page. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Items<T> {
    items: Vec<T>,
    #[schema(required)]
    next: Option<String>,
}

/// Cuts one page out of a whole list.
pub(super) fn page<T>(all: impl IntoIterator<Item = T>, page: &Page, id: impl Fn(&T) -> String) -> Items<T> {
    let begins = all.into_iter();
    let mut items: Vec<T> = match &page.after {
        None => begins.collect(),
        Some(after) => begins.skip_while(|item| id(item) != *after).skip(1).collect(),
    };
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(id);
    Items { items, next }
}

/// A body that says why, and nothing else.
pub(super) struct Because {
    pub(super) reason: String,
}

impl Read for Because {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("reason", text(REASON_MAX)).map(|reason| Self { reason })
    }
}
