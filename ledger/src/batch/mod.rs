//! Requests that arrive together are carried out together: one database transaction for many, each answered on its own.
//!
//! Nobody waits to be gathered. A request that comes alone goes at once; those that come while a batch is under way form the next one. A batch
//! holds each key, code and account at most once ([`Claims`]); who has to wait for another waits for the next batch, and nobody overtakes. So a
//! batch does to the books what its requests would do one after the other, in the order in which they came. Whoever has carried out a batch keeps its
//! connection for a moment: the next request finds one at hand.
//!
//! A batch runs on its own: a caller that goes away loses its answer and nothing else. When a batch fails, its requests run one by one, so that
//! none sinks another. An answer is given once the database transaction is durable.

mod claims;
mod queue;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{PgConnection, PgPool};

pub use claims::Claims;
use queue::Queue;

use crate::error::{Busy, Failure};
use crate::ids::Municipality;

/// How much is gathered, and how much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests in one batch: beyond some two hundred a batch costs no less per request, and its rows are locked for longer.
    pub batch_max: usize,
    /// Requests that wait: one more is told that it is busy here. At a few thousand a second these are done within a second.
    pub waiting_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_max: 200, waiting_max: 4_000 }
    }
}

/// Work that is done for many requests at once.
pub trait Work: Send + Sync + 'static {
    /// A request.
    type Item: Send + Sync + 'static;
    /// Its answer.
    type Answer: Send + 'static;

    /// Where connections come from.
    fn pool(&self) -> &PgPool;

    /// Does it, in a database transaction of its own, and answers each in turn. A failure leaves nothing done.
    fn run(&self, connection: &mut PgConnection, items: &[&Self::Item]) -> impl Future<Output = Result<Vec<Self::Answer>, Failure>> + Send;
}

/// One kind of requests, a queue for each municipality.
pub struct Batches<W: Work> {
    limits: Limits,
    queues: Mutex<HashMap<Municipality, Arc<Queue<W>>>>,
}

impl<W: Work> Batches<W> {
    /// No requests yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, queues: Mutex::default() }
    }

    /// Asks for `item` to be done with what arrives together. `work` does it, and what waits behind it.
    ///
    /// # Errors
    /// [`Busy`] when too many wait. A failure is the request's own: it was tried alone.
    pub async fn ask(&self, municipality: Municipality, work: impl FnOnce() -> W, item: W::Item, claims: Claims) -> Result<Result<W::Answer, Failure>, Busy> {
        let answer = self.queue(municipality).push(item, claims, work)?;
        Ok(answer.await.unwrap_or_else(|_| Err(Failure::inconsistent("batch", "a batch broke off"))))
    }

    fn queue(&self, municipality: Municipality) -> Arc<Queue<W>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.entry(municipality).or_insert_with(|| Arc::new(Queue::new(self.limits))).clone()
    }
}

impl<W: Work> Default for Batches<W> {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}
