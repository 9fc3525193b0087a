//! The porter (門番) stands before the Till: a place from which too much comes that opens nothing is turned away for a while, without troubling the Till.
//! Whoever has been let in before is never turned away for what others show at the same place (a school has one address for all its desks).
//!
//! What it never does: decide who is let in. That is the Till's, which verifies every credential; when the porter's notebook is gone, everybody goes through
//! to it. Nothing in the notebook depends on who pays.

mod repo;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use foundation::digest;
use ledger::time::{Clock, Instant};
use ring::hmac;
use sqlx::PgPool;
use web::problem::{log_failure, registry};
use web::{Bearer, Origin, Problem};

/// Refusals are counted in windows of this many seconds …
const WINDOW_SECONDS: i64 = 10 * 60;
/// … and after so many of them from one place strangers there wait until the window is over.
const REFUSED_MAX: i32 = 60;
/// Callers that are remembered without asking the notebook.
const REMEMBERED_MAX: usize = 10_000;

/// Digest of a credential.
type Caller = [u8; 32];

/// The porter of one process. Several processes may share a notebook.
#[derive(Clone)]
pub struct Porter(Arc<Inner>);

struct Inner {
    notebook: PgPool,
    clock: Arc<dyn Clock>,
    /// Under which addresses are digested.
    key: hmac::Key,
    remembered: Mutex<BTreeSet<Caller>>,
}

impl Porter {
    /// A porter with a notebook; `secret` keys the digests of addresses.
    #[must_use]
    pub fn new(notebook: PgPool, clock: Arc<dyn Clock>, secret: &[u8]) -> Self {
        Self(Arc::new(Inner { notebook, clock, key: hmac::Key::new(hmac::HMAC_SHA256, secret), remembered: Mutex::new(BTreeSet::new()) }))
    }

    /// Closes the notebook.
    pub async fn close(&self) {
        self.0.notebook.close().await;
    }

    /// Around the merchants' routes, inside what every face carries.
    pub async fn stand(State(porter): State<Self>, request: Request, next: Next) -> Response {
        let (mut parts, body) = request.into_parts();
        let bearer = Bearer::from_request_parts(&mut parts, &()).await.ok();
        let Ok(Origin(origin)) = Origin::from_request_parts(&mut parts, &()).await;
        let request = Request::from_parts(parts, body);
        let Some(bearer) = bearer else { return next.run(request).await };
        let (caller, place) = (caller(&bearer), porter.place(&origin));
        let known = porter.0.knows(&caller).await;
        if !known && let Some(seconds) = porter.0.turned_away(&place).await {
            return Problem::new(&registry::ATTEMPTS).retry_after(seconds).into_response();
        }
        let answer = next.run(request).await;
        match (answer.status(), known) {
            (StatusCode::UNAUTHORIZED, _) => porter.0.refused(&caller, &place, known).await,
            // Nothing is known of who that was.
            (status, _) if status.is_server_error() => {}
            (_, true) => {}
            (_, false) => porter.0.let_in(caller).await,
        }
        answer
    }

    fn place(&self, origin: &str) -> Caller {
        digest::hmac_sha256(&self.0.key, [origin.as_bytes()])
    }
}

fn caller(bearer: &Bearer) -> Caller {
    digest::sha256(bearer.token().as_bytes())
}

/// The window that holds `now`, and the seconds until it is over.
fn window(now: Instant) -> (Instant, u32) {
    let past = now.timestamp().rem_euclid(WINDOW_SECONDS);
    let from = Instant::from_timestamp(now.timestamp().saturating_sub(past), 0).unwrap_or(now);
    (from, u32::try_from(WINDOW_SECONDS.saturating_sub(past)).unwrap_or(1))
}

impl Inner {
    async fn knows(&self, caller: &Caller) -> bool {
        if self.remembered.lock().unwrap_or_else(PoisonError::into_inner).contains(caller) {
            return true;
        }
        let known = repo::is_caller(&self.notebook, caller).await.unwrap_or_else(|error| gone(&error));
        if known {
            self.remember(*caller);
        }
        known
    }

    fn remember(&self, caller: Caller) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(caller);
    }

    /// How many seconds strangers of a place must wait, if they must.
    async fn turned_away(&self, place: &Caller) -> Option<u32> {
        let (from, seconds) = window(self.clock.now());
        let refused = repo::count_refused(&self.notebook, place, from).await.unwrap_or_else(|error| gone(&error));
        (refused >= REFUSED_MAX).then_some(seconds)
    }

    async fn let_in(&self, caller: Caller) {
        match repo::insert_caller(&self.notebook, &caller, self.clock.now()).await {
            Ok(()) => self.remember(caller),
            Err(error) => gone(&error),
        }
    }

    /// One who was known and is refused was revoked: a stranger from now on.
    async fn refused(&self, caller: &Caller, place: &Caller, known: bool) {
        if known {
            self.remembered.lock().unwrap_or_else(PoisonError::into_inner).remove(caller);
            repo::delete_caller(&self.notebook, caller).await.unwrap_or_else(|error| gone(&error));
        }
        let (from, _) = window(self.clock.now());
        repo::insert_refusal(&self.notebook, place, from).await.unwrap_or_else(|error| gone(&error));
    }
}

/// The notebook cannot be read or written: told, and as if there were nothing in it.
fn gone<T: Default>(error: &sqlx::Error) -> T {
    log_failure(error);
    T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_at_fixed_instants_and_tell_when_they_are_over() {
        let at = |seconds| Instant::from_timestamp(seconds, 0).unwrap();
        assert_eq!(window(at(1_779_000_000)), (at(1_779_000_000), 600));
        assert_eq!(window(at(1_779_000_599)), (at(1_779_000_000), 1));
    }
}
