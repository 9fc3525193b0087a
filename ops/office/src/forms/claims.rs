//! Claims and what is asked back. The form itself is the families' own: [`citizen_api::routes::claims::form`].

use ledger::claim::Standing;
use ledger::money::Yen;
use web::fields::{Given, text};
use web::form::{Rule, parsed, whole, word};
use web::{Fault, form};

use super::{message, yen};

const STATE_MAX: usize = 20;
const FILINGS_MAX: i64 = 90;

pub(super) fn state() -> Rule<impl Fn(Given<'_>) -> Result<Standing, Fault>> {
    let form = "filed, returned, examined, decided, withdrawn";
    let known = move |given: Given<'_>| {
        let state = text(STATE_MAX)(given)?;
        Standing::parse(&state).ok_or(Fault::Form(form))
    };
    parsed::<String>(form, "^(filed|returned|examined|decided|withdrawn)$").read_by(known)
}

form! {
    /// What the file shows.
    pub(crate) struct EvidenceKind {
        /// What it shows, as the scheme names it.
        kind: String = word(),
    }
}

form! {
    /// What to grant, for the filing that was seen; the message is for the second person.
    pub(crate) struct Examination as "Examination" {
        filing: i16 = whole(1, FILINGS_MAX),
        proposed_yen: Yen = yen(0),
        message: String = message(),
    }
}

form! {
    /// What is granted, as it was proposed, and what the family reads.
    pub(crate) struct Decision as "Decision" {
        granted_yen: Yen = yen(0),
        message: String = message(),
    }
}

form! {
    /// What a family is to give back, and what it reads.
    pub(crate) struct ProposedAmount as "ProposedAmount" {
        amount_yen: Yen = yen(1),
        message: String = message(),
    }
}
