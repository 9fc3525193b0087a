//! What Japanese banks ask for, byte for byte: files, kana, codes, accounts, business days.
//!
//! Pure: no SQL, no clock, no network. Bytes come in and go out; whatever cannot be written exactly is an error that says what, where and what to do.

pub mod account;
pub mod calendar;
pub mod charset;
pub mod directory;
pub mod file_error;
pub mod frame;
pub mod jis_x_0201;
pub mod kana;
pub mod meisai;
mod record;
pub mod sougou;
pub mod wareki;
pub mod yucho;
