//! What the integration tests stand on.

pub mod support;
pub mod worlds;
