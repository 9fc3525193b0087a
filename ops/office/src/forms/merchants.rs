//! Merchants: applications, accounts, services, desks, people.

use ledger::bank::account::Written;
use ledger::ids::{PersonId, TerminalId};
use ledger::merchant::Service;
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::fields::{Given, text as read_text};
use web::form::{Fold, Rule, any_text, flag, id, list, text};
use web::{Fault, form};

use super::{WORD_MAX, reason};

const SERVICES_MAX: usize = 30;

/// What a merchant offers, as `category expense` or `category expense registration`.
fn service() -> Rule<impl Fn(Given<'_>) -> Result<Service, Fault>> {
    any_text(WORD_MAX).plain().read_by(|given: Given<'_>| {
        let text = read_text(WORD_MAX)(given)?;
        let mut words = text.split_whitespace().map(str::to_owned);
        let (Some(category), Some(expense)) = (words.next(), words.next()) else { return Err(Fault::Form("cram_school tuition")) };
        let registration = words.next();
        if words.next().is_some() { Err(Fault::Form("cram_school tuition 12-345")) } else { Ok(Service { category, expense, registration }) }
    })
}

fn services() -> Rule<impl Fn(Given<'_>) -> Result<Vec<Service>, Fault>> {
    list(SERVICES_MAX, service()).example(json!(["cram_school tuition"]))
}

form! {
    /// A bank account as somebody wrote it. It has no `Debug`.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(missing_docs, reason = "what is said of a field stands in the OpenAPI document")]
    pub struct Account {
        bank: String = text(4),
        branch: String = text(3),
        account_kind: String = text(1),
        account_number: String = text(8),
        holder: String = text(WORD_MAX),
    }
}

impl Account {
    pub(crate) fn written(&self) -> Written<'_> {
        let Self { bank, branch, account_kind, account_number, holder } = self;
        Written { bank, branch, kind: account_kind, number: account_number, holder }
    }
}

form! {
    /// An application with the account to be paid to.
    pub(crate) struct Application as "Application" {
        name: String = text(WORD_MAX),
        kana: String = text(WORD_MAX),
        area: String = text(WORD_MAX),
        /// Each `category expense`, or `category expense registration`.
        services: Vec<Service> = services(),
        account: Account = Fold,
    }
}

form! {
    /// Another account, and why.
    pub(crate) struct NewAccount as "NewAccount" {
        account: Account = Fold,
        reason: () = reason(),
    }
}

form! {
    /// Further services, each `category expense` or `category expense registration`.
    pub(crate) struct NewServices as "NewServices" {
        services: Vec<Service> = services(),
    }
}

form! {
    /// Whether a merchant consents; the reason names its letter.
    pub(crate) struct Consent as "Consent" {
        consents: bool = flag(),
        reason: () = reason(),
    }
}

form! {
    /// A merchant's own name for a desk.
    pub(crate) struct Label as "Label" {
        label: String = text(WORD_MAX),
    }
}

form! {
    /// Which desk, and why.
    pub(crate) struct RevokedTerminal as "RevokedTerminal" {
        terminal: TerminalId = id("trm_…"),
        reason: () = reason(),
    }
}

form! {
    /// A name.
    pub(crate) struct Name as "Name" {
        name: String = text(WORD_MAX),
    }
}

form! {
    /// Whom, and why.
    pub(crate) struct RemovedPerson as "RemovedPerson" {
        person: PersonId = id("psn_…"),
        reason: () = reason(),
    }
}
