//! What the faces share: problems (RFC 9457) from one registry, reading of requests field by field, languages, and what every answer carries.
//!
//! It knows neither the ledger nor the Till: a face brings its own routes and puts [`outer::outer`] around them.

pub mod answer;
pub mod extract;
pub mod fields;
pub mod form;
pub mod health;
pub mod language;
pub mod openapi;
pub mod outer;
pub mod problem;
pub mod qr;
pub mod surroundings;

pub use answer::{Created, tokyo_time};
pub use extract::{Bearer, Body, IdempotencyKey, Origin, Params, PathId, PathIds, Picture, RequestId};
pub use fields::{Fault, Fields, Read};
pub use form::Form;
pub use language::{Language, Text};
pub use problem::Problem;
pub use surroundings::Surroundings;
