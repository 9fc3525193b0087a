//! The files that a family shows: told apart by content, looked through, pictures written anew.
//!
//! Pure, and slow: not for an async thread. No picture leaves with what a camera noted beside the pixels (where, when, with which phone).

mod media;
mod pdf;
mod picture;

pub use media::{Media, Unusable};
