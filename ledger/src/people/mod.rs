//! People: rosters, families, guardians, children, and who is eligible.
//!
//! Personal data is sealed under the family's key as soon as it is read; the rest of the program knows opaque ids. What a roster says
//! is never edited: it holds from a day on, until a later line says otherwise.

pub mod account;
mod eligibility;
mod families;
mod guardianship;
mod import;
pub mod letter;
pub mod payer_number;
mod repo;
mod sealed;
mod sealed_account;
pub mod sign_in;
pub mod state;

pub use eligibility::{Eligible, Judged, Question};
pub use families::{Family, FamilyChild, FamilyGuardian};
pub use import::{Progress, Report};
pub use payer_number::PayerNumber;
pub use roster::{self, ChildFacts, Person};

pub(crate) use repo::guardianships;

use crate::code::{Code, CodeKind};
use crate::entropy::{Draw, Entropy};
use crate::ids::{FamilyId, Municipality};

/// The activation code of a family: drawn from its id and how often it was issued, so that a letter can be printed again though only the
/// code's digest is stored.
fn activation_of(entropy: &dyn Entropy, municipality: Municipality, family: FamilyId, issue: i16) -> Code {
    let command = format!("{municipality}/{family}");
    let index = u64::try_from(issue).unwrap_or(0);
    Code::new(CodeKind::OneTime, entropy.code_bits(Draw { command: &command, purpose: "activation", index }))
}
