//! The queue of one municipality: gathers while a batch is under way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::claims::{Claimed, Claims};
use super::{Limits, Work};
use crate::error::{Busy, Failure};

type Answer<W> = Result<<W as Work>::Answer, Failure>;

struct Waiting<W: Work> {
    item: W::Item,
    claims: Claims,
    answer: oneshot::Sender<Answer<W>>,
}

struct State<W: Work> {
    waiting: VecDeque<Waiting<W>>,
    /// Somebody carries out batches, until nobody waits.
    running: bool,
}

pub(super) struct Queue<W: Work> {
    limits: Limits,
    state: Mutex<State<W>>,
    arrived: Notify,
}

/// How long whoever has carried out a batch keeps its connection for the next one. Nobody waits for it: who asks meanwhile goes at once, on a connection
/// that is at hand and warm.
const LINGER: Duration = Duration::from_millis(1);

impl<W: Work> Queue<W> {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::new(State { waiting: VecDeque::new(), running: false }), arrived: Notify::new() }
    }

    /// Adds a request, and has batches carried out if nobody does.
    pub(super) fn push(self: Arc<Self>, item: W::Item, claims: Claims, work: impl FnOnce() -> W) -> Result<oneshot::Receiver<Answer<W>>, Busy> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.waiting.len() >= self.limits.waiting_max {
            return Err(Busy);
        }
        state.waiting.push_back(Waiting { item, claims, answer });
        if std::mem::replace(&mut state.running, true) {
            drop(state);
            self.arrived.notify_one();
        } else {
            drop(state);
            // On its own: the caller may go away at any time.
            tokio::spawn(Running { queue: self, ended: false }.run(work()));
        }
        Ok(receiver)
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next batch; none when nobody waits.
    fn next(&self) -> Vec<Waiting<W>> {
        let mut state = self.lock();
        let mut claimed = Claimed::default();
        let (mut batch, mut left) = (Vec::new(), VecDeque::new());
        while batch.len() < self.limits.batch_max
            && let Some(waiting) = state.waiting.pop_front()
        {
            if claimed.add(&waiting.claims) {
                batch.push(waiting);
            } else {
                left.push_back(waiting);
            }
        }
        left.append(&mut state.waiting);
        state.waiting = left;
        batch
    }

    /// Ends the running, unless somebody waits.
    fn end(&self) -> bool {
        let mut state = self.lock();
        state.running = !state.waiting.is_empty();
        !state.running
    }
}

/// Whoever carries out the batches of a queue. If it panics, those who wait learn it, and the next request starts anew.
struct Running<W: Work> {
    queue: Arc<Queue<W>>,
    /// Nobody waits any more. From then on the queue may be somebody else's to carry out.
    ended: bool,
}

impl<W: Work> Drop for Running<W> {
    fn drop(&mut self) {
        if !self.ended {
            let mut state = self.queue.lock();
            state.running = false;
            state.waiting.clear();
        }
    }
}

impl<W: Work> Running<W> {
    async fn run(mut self, work: W) {
        let mut connection = None;
        loop {
            // Those who are ready to ask at this very moment ask first: one turn of the runtime, and no time.
            tokio::task::yield_now().await;
            loop {
                let batch = self.queue.next();
                if batch.is_empty() {
                    break;
                }
                carry_out(&work, &mut connection, batch).await;
            }
            let alone = connection.is_none() || timeout(LINGER, self.queue.arrived.notified()).await.is_err();
            if alone && self.queue.end() {
                self.ended = true;
                return;
            }
        }
    }
}

/// Carries out a batch; when that fails, its requests one by one.
async fn carry_out<W: Work>(work: &W, connection: &mut Option<PoolConnection<Postgres>>, batch: Vec<Waiting<W>>) {
    let items: Vec<_> = batch.iter().map(|waiting| &waiting.item).collect();
    match attempt(work, connection, &items).await {
        Ok(answers) => {
            for (waiting, answer) in batch.into_iter().zip(answers) {
                tell(waiting, Ok(answer));
            }
        }
        // Nothing can be had from the database: trying each would keep all of them waiting for it.
        Err(Failure::Database(error @ (sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))) => {
            let closed = matches!(error, sqlx::Error::PoolClosed);
            let failure = || Failure::Database(if closed { sqlx::Error::PoolClosed } else { sqlx::Error::PoolTimedOut });
            for waiting in batch {
                tell(waiting, Err(failure()));
            }
        }
        Err(_) => {
            for waiting in batch {
                let alone = attempt(work, connection, &[&waiting.item]).await;
                let alone = alone.and_then(|mut answers| answers.pop().ok_or_else(|| Failure::inconsistent("batch", "no answer")));
                tell(waiting, alone);
            }
        }
    }
}

/// A caller that has gone away does not hear it.
fn tell<W: Work>(waiting: Waiting<W>, answer: Answer<W>) {
    let _ = waiting.answer.send(answer);
}

async fn attempt<W: Work>(work: &W, kept: &mut Option<PoolConnection<Postgres>>, items: &[&W::Item]) -> Result<Vec<W::Answer>, Failure> {
    // A connection that failed is not kept: it may be broken.
    let mut connection = match kept.take() {
        Some(connection) => connection,
        None => work.pool().acquire().await?,
    };
    let answers = work.run(&mut connection, items).await?;
    if answers.len() != items.len() {
        return Err(Failure::inconsistent("batch", format!("{} answers to {} requests", answers.len(), items.len())));
    }
    *kept = Some(connection);
    Ok(answers)
}
