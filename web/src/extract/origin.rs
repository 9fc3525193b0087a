//! Where a request comes from, for counting refused attempts, never for deciding who asks; and what the log calls it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;

/// The address of whoever asks, without its port; empty where there is no connection (a test).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin(pub String);

impl Origin {
    /// Of `request`. Behind a proxy it is the last address of `X-Forwarded-For`, the one that the proxy added; those before it anybody can write.
    pub(crate) fn of(request: &Request, behind_proxy: bool) -> Self {
        let connected = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let last = request.headers().get_all("x-forwarded-for").into_iter().next_back();
        let forwarded = last.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        let address = if behind_proxy { forwarded.or(connected) } else { connected };
        Self(address.map(|address| address.to_string()).unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn origin(forwarded: &[&str], behind_proxy: bool) -> String {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>("192.0.2.1:4711".parse().unwrap()));
        Origin::of(&request, behind_proxy).0
    }

    #[test]
    fn only_what_our_own_proxy_added_is_believed() {
        assert_eq!(origin(&["203.0.113.5"], false), "192.0.2.1");
        assert_eq!(origin(&["198.51.100.9, 203.0.113.5"], true), "203.0.113.5");
        assert_eq!(origin(&["198.51.100.9", "2001:db8::7"], true), "2001:db8::7");
        assert_eq!(origin(&["203.0.113.5, nonsense"], true), "192.0.2.1");
        assert_eq!(origin(&[], true), "192.0.2.1");
    }
}

/// What the log calls a request; empty where nothing was put around the routes.
#[derive(Debug, Clone, Default)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
