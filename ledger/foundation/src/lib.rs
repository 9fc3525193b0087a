//! What every other crate of the ledger stands on: money, ids, time, secrets, and the numbers that Japan gives to things.
//!
//! Pure: no SQL, no network. The machine's clock and randomness are reached through [`time::Clock`] and [`entropy::Entropy`] only.

pub mod actor;
pub mod code;
pub mod digest;
pub mod entropy;
pub mod ids;
pub mod money;
pub mod numbers;
pub mod time;
pub mod token;

/// `Debug` that shows the type and nothing of what is in it: for personal data.
#[macro_export]
macro_rules! shows_nothing {
    ($($type:ident),+) => {$(
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}
