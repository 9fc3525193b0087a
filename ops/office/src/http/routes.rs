//! Where routes are declared: a method, a path, the action and the handler, whose signature is what the document says. There is no way to declare one
//! without its action.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use ledger::staff::Action;

use super::describe::{Described, Description};
use super::guard::{Guard, guard};
use crate::Deps;

/// The largest file: a roster of some hundred thousand lines, or a year of bank lines.
const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, below where the office is nested.
    pub path: &'static str,
    /// The action that it stands for; none where nobody needs to be signed in.
    pub action: Option<Action>,
    /// Whether the body is a file.
    pub upload: bool,
}

/// How a route is called.
pub(crate) struct Entry {
    /// The group that it stands in.
    pub(crate) tag: &'static str,
    /// The operation: its handler and its function in [`crate::actions`] have the same name.
    pub(crate) id: &'static str,
    /// One sentence.
    pub(crate) summary: &'static str,
    /// The path.
    pub(crate) path: &'static str,
}

/// A route with what the document says of it.
pub(super) struct Documented {
    pub(super) route: Route,
    pub(super) entry: Entry,
    pub(super) description: Description,
}

/// The routes declared so far. Without what they stand on they can be listed and not served.
pub(crate) struct Routes {
    deps: Option<Deps>,
    router: Router<Deps>,
    declared: Vec<Documented>,
}

impl Routes {
    pub(crate) fn new(deps: Option<Deps>) -> Self {
        Self { deps, router: Router::new(), declared: Vec::new() }
    }

    /// Something to look at.
    pub(crate) fn get<T: 'static, H: Described<T>>(self, entry: Entry, action: Action, handler: H) -> Self {
        let route = Route { method: Method::GET, path: entry.path, action: Some(action), upload: false };
        self.add(route, (entry, H::describe()), on(MethodFilter::GET, handler))
    }

    /// A command, or a question whose body must not stand in a log.
    pub(crate) fn post<T: 'static, H: Described<T>>(self, entry: Entry, action: Action, handler: H) -> Self {
        let route = Route { method: Method::POST, path: entry.path, action: Some(action), upload: false };
        self.add(route, (entry, H::describe()), on(MethodFilter::POST, handler))
    }

    /// Ends something.
    pub(crate) fn delete<T: 'static, H: Described<T>>(self, entry: Entry, action: Action, handler: H) -> Self {
        let route = Route { method: Method::DELETE, path: entry.path, action: Some(action), upload: false };
        self.add(route, (entry, H::describe()), on(MethodFilter::DELETE, handler))
    }

    /// A command whose body is a file.
    pub(crate) fn upload<T: 'static, H: Described<T>>(self, entry: Entry, action: Action, handler: H) -> Self {
        let route = Route { method: Method::POST, path: entry.path, action: Some(action), upload: true };
        self.add(route, (entry, H::describe()), on(MethodFilter::POST, handler).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)))
    }

    /// The one door that nobody is signed in for: signing in.
    pub(crate) fn open<T: 'static, H: Described<T>>(self, entry: Entry, handler: H) -> Self {
        let route = Route { method: Method::POST, path: entry.path, action: None, upload: false };
        self.add(route, (entry, H::describe()), on(MethodFilter::POST, handler))
    }

    fn add(mut self, route: Route, (entry, description): (Entry, Description), routed: MethodRouter<Deps>) -> Self {
        if let Some(deps) = &self.deps {
            let routed = match route.action {
                Some(action) => routed.layer(from_fn_with_state(Guard { deps: deps.clone(), action, upload: route.upload }, guard)),
                None => routed,
            };
            self.router = self.router.route(route.path, routed);
        }
        self.declared.push(Documented { route, entry, description });
        self
    }

    pub(crate) fn router(self) -> Router {
        self.deps.map_or_else(Router::new, |deps| self.router.with_state(deps))
    }

    pub(crate) fn list(self) -> Vec<Route> {
        self.declared.into_iter().map(|declared| declared.route).collect()
    }

    pub(super) fn declared(self) -> Vec<Documented> {
        self.declared
    }
}

/// The routes of one resource: `fn add` and nothing else. Each line is the method, the path, the action, and the handler, whose name is the operation's.
macro_rules! routes {
    ($tag:literal; $($(#[doc = $doc:literal])+ $method:ident $path:literal $(, $action:ident)? => $handler:ident;)+) => {
        pub(super) fn add(routes: $crate::http::Routes) -> $crate::http::Routes {
            routes$(.$method(
                $crate::http::Entry { tag: $tag, id: stringify!($handler), summary: concat!($($doc),+).trim_ascii(), path: $path },
                $(ledger::staff::Action::$action,)?
                $handler,
            ))+
        }
    };
}
pub(crate) use routes;
