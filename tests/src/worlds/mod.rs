//! The two-world test: whoever funds a payment, everything that merchants see is the same, byte for byte.
//!
//! One history is played in worlds that differ in a secret only: in one, schemes pay for some families; in another, every family pays with its own
//! money; in a third, other schemes pay for others. Clock, entropy and ids are the same. After each event everything that all merchants together have
//! seen is compared; nothing is masked. What differs is shrunk to a short history.
//!
//! That the test can see is shown by leaks planted around the product (`leaks`): each must be caught.

pub mod campaign;
pub mod cast;
pub mod fitting;
pub mod history;
pub mod leaks;
pub mod run;
pub mod stage;
pub mod timing;
pub mod view;
pub mod world;
