//! What a face needs of the world outside: the time, and a name for each request. Both are parameters, so that an answer can be repeated byte for byte.

use chrono::{DateTime, Utc};

/// The world outside.
pub trait World: Send + Sync + 'static {
    /// The present instant: for `Date` and for nothing else.
    fn now(&self) -> DateTime<Utc>;

    /// A name for the next request, for the log and for failures.
    fn request_id(&self) -> String;
}
