//! The time and the names of requests, from the ledger's clock and entropy: two processes with the same secrets and clock answer the same bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use ledger::Ledger;
use ledger::entropy::{Draw, Entropy};
use ledger::time::Clock;
use web::World;

pub(super) struct LedgerWorld {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The instant at which this process began to serve: its requests have other names than those of its predecessor.
    scope: String,
    requests: AtomicU64,
}

impl LedgerWorld {
    pub(super) fn new(ledger: &Ledger) -> Self {
        let scope = format!("serve/{}", ledger.clock.now().timestamp_micros());
        Self { clock: ledger.clock.clone(), entropy: ledger.entropy.clone(), scope, requests: AtomicU64::new(0) }
    }
}

impl World for LedgerWorld {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn request_id(&self) -> String {
        let index = self.requests.fetch_add(1, Ordering::Relaxed);
        let bits = self.entropy.bits(Draw { command: &self.scope, purpose: "request", index });
        bits.iter().take(8).fold(String::from("req_"), |id, byte| format!("{id}{byte:02x}"))
    }
}
