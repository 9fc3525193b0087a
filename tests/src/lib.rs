//! What the integration tests stand on.

pub mod attacker;
pub mod support;
pub mod worlds;
