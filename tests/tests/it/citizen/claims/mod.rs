//! Claims as families and staff drive them over HTTP: `fukuoka` by receipt on the same balance as coupons, from the form to the bank line and back;
//! `kobe` over a year of changing rules; `filing` what is refused and what it says; `staff` what staff see, and who decides.

mod filing;
mod fukuoka;
mod kobe;
mod staff;

use super::bureau::{Bureau, form, id, pass, receipt, show, wrong};
