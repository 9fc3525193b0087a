//! What a face needs of the machine around it: the time, and a name for each request. Both are parameters, so that an answer can be repeated byte for byte.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// What is around a face.
pub trait Surroundings: Send + Sync + 'static {
    /// The present instant: for `Date` and for nothing else.
    fn now(&self) -> DateTime<Utc>;

    /// A name for the next request, for the log and for failures.
    fn request_id(&self) -> String;

    /// How long a request of this route may take; `-` where there is no such route.
    fn deadline(&self, route: &str) -> Duration;

    /// Whether a proxy of ours stands in front, and the address that it adds to `X-Forwarded-For` is to be believed.
    fn behind_proxy(&self) -> bool {
        false
    }
}
