//! The Till over a private line: the merchants' face in another network zone, the ledger behind this listener. Both ends show a certificate of one
//! authority (TLS 1.3), whose key was thrown away when the two were made: nobody else can have one.
//!
//! A call is a POST of a JSON array, the parameters of a door, to the door's name; what comes back is the door's answer. Anything else that comes back,
//! or nothing, is "not known yet", and is found out by asking again with the same key.

pub mod certificates;
mod client;
mod listener;
mod routes;

pub use client::{HttpTill, HttpTillError};
pub use listener::TlsListener;
pub use routes::router;

/// Where the calls are.
const ROOT: &str = "/till/v1";
