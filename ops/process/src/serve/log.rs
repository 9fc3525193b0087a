//! The log: one JSON object a line on stderr. Ids only, never personal data, never a code or a token.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Begins to log. When nobody reads stderr any more, lines are lost and requests go on.
///
/// `filter` is `info`, `warn`, or finer: `info,sqlx=warn`. A process that logs already goes on as it does.
pub fn begin(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    let _ = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).log_internal_errors(false).with_writer(io::stderr).try_init();
    Ok(())
}
