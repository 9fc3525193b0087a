//! Where routes are declared: a method, a path, the action, the handler. There is no way to declare one without its action.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use ledger::staff::Action;

use super::Deps;
use super::guard::{Guard, guard};

/// The largest file: a roster of some hundred thousand lines, or a year of bank lines.
const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, below where the face is nested.
    pub path: &'static str,
    /// The action that it stands for; none where nobody needs to be signed in.
    pub action: Option<Action>,
    /// Whether the body is a file.
    pub upload: bool,
}

/// The routes declared so far. Without what they stand on they can be listed and not served.
pub(super) struct Desk {
    deps: Option<Deps>,
    router: Router<Deps>,
    list: Vec<Route>,
}

impl Desk {
    pub(super) fn new(deps: Option<Deps>) -> Self {
        Self { deps, router: Router::new(), list: Vec::new() }
    }

    /// Something to look at.
    pub(super) fn get<T: 'static>(self, path: &'static str, action: Action, handler: impl Handler<T, Deps>) -> Self {
        self.guarded(Method::GET, path, action, on(MethodFilter::GET, handler))
    }

    /// A command, or a question whose body must not stand in a log.
    pub(super) fn post<T: 'static>(self, path: &'static str, action: Action, handler: impl Handler<T, Deps>) -> Self {
        self.guarded(Method::POST, path, action, on(MethodFilter::POST, handler))
    }

    /// Ends something.
    pub(super) fn delete<T: 'static>(self, path: &'static str, action: Action, handler: impl Handler<T, Deps>) -> Self {
        self.guarded(Method::DELETE, path, action, on(MethodFilter::DELETE, handler))
    }

    /// A command whose body is a file.
    pub(super) fn upload<T: 'static>(self, path: &'static str, action: Action, handler: impl Handler<T, Deps>) -> Self {
        let routed = on(MethodFilter::POST, handler).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
        self.add(Route { method: Method::POST, path, action: Some(action), upload: true }, routed)
    }

    /// The one door that nobody is signed in for: signing in.
    pub(super) fn open<T: 'static>(self, path: &'static str, handler: impl Handler<T, Deps>) -> Self {
        self.add(Route { method: Method::POST, path, action: None, upload: false }, on(MethodFilter::POST, handler))
    }

    fn guarded(self, method: Method, path: &'static str, action: Action, routed: MethodRouter<Deps>) -> Self {
        self.add(Route { method, path, action: Some(action), upload: false }, routed)
    }

    fn add(mut self, route: Route, routed: MethodRouter<Deps>) -> Self {
        if let Some(deps) = &self.deps {
            let routed = match route.action {
                Some(action) => routed.layer(from_fn_with_state(Guard { deps: deps.clone(), action, upload: route.upload }, guard)),
                None => routed,
            };
            self.router = self.router.route(route.path, routed);
        }
        self.list.push(route);
        self
    }

    pub(super) fn router(self) -> Router {
        self.deps.map_or_else(Router::new, |deps| self.router.with_state(deps))
    }

    pub(super) fn list(self) -> Vec<Route> {
        self.list
    }
}
