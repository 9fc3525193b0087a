//! The time and the names of requests, from a clock and entropy: two processes with the same secrets and clock answer the same bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use foundation::digest;
use ledger::entropy::{Draw, Entropy};
use ledger::time::Clock;
use web::Surroundings;

/// Longer than any posting waits for its locks, shorter than people wait.
const FOR_ONE: Duration = Duration::from_secs(20);
/// Staff import a roster, grant, close and export for a whole city in one request.
const WHOLE_CITY: Duration = Duration::from_mins(15);

/// The surroundings of one process.
pub struct ProcessSurroundings {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The instant at which this process began to serve: its requests have other names than those of its predecessor.
    scope: String,
    requests: AtomicU64,
    behind_proxy: bool,
}

impl ProcessSurroundings {
    /// A process that begins to serve now.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, behind_proxy: bool) -> Self {
        let scope = format!("serve/{}", clock.now().timestamp_micros());
        Self { clock, entropy, scope, requests: AtomicU64::new(0), behind_proxy }
    }
}

impl Surroundings for ProcessSurroundings {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn deadline(&self, route: &str) -> Duration {
        if route.starts_with("/ops/v1/") { WHOLE_CITY } else { FOR_ONE }
    }

    fn behind_proxy(&self) -> bool {
        self.behind_proxy
    }

    fn request_id(&self) -> String {
        let index = self.requests.fetch_add(1, Ordering::Relaxed);
        let bits = self.entropy.bits(Draw { command: &self.scope, purpose: "request", index });
        format!("req_{}", hex::encode(digest::first::<8>(&bits)))
    }
}
