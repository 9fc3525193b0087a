//! Answers that are no problems.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Serialize;

/// Something was made. A replay is answered the same.
#[derive(Debug, Clone, Copy)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// Tokyo's offset: nine hours, without summer time since 1951.
const TOKYO: FixedOffset = match FixedOffset::east_opt(9 * 60 * 60) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// An instant as answers write it: Tokyo's time to the millisecond, `2026-05-20T12:00:00.000+09:00`, always as long.
#[must_use]
pub fn tokyo_time(instant: DateTime<Utc>) -> String {
    instant.with_timezone(&TOKYO).to_rfc3339_opts(SecondsFormat::Millis, false)
}
