//! Merchants, their people, desks and accounts.

use ledger::ids::{MerchantId, PersonId, TerminalId};
use ledger::merchant::Standing;
use ledger::merchant::account::MerchantAccount;
use ledger::merchant::people::{Person, PersonInvited, PersonRole};
use ledger::merchant::{Listing, Merchant, Service, Terminal};
use ledger::time::Instant;
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

/// A merchant in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedMerchant)]
pub struct ListedBody {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
    pub name: String,
    pub area: String,
    #[schema(value_type = String)]
    pub state: Standing,
    pub categories: Vec<String>,
}

impl From<(Listing, Standing)> for ListedBody {
    fn from((listing, state): (Listing, Standing)) -> Self {
        let Listing { id, name, kana: _, area, categories } = listing;
        Self { merchant: id, name, area, state, categories }
    }
}

/// A merchant, with the services that it is registered for.
#[derive(Serialize, ToSchema)]
#[schema(as = Merchant)]
pub struct MerchantBody {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
    pub name: String,
    pub kana: String,
    pub area: String,
    #[schema(value_type = String)]
    pub state: Standing,
    pub services: Vec<ServiceBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceBody {
    pub category: String,
    pub expense: String,
    #[schema(required)]
    pub registration: Option<String>,
    pub approved: bool,
}

impl From<Merchant> for MerchantBody {
    fn from(merchant: Merchant) -> Self {
        let Merchant { id, name, kana, area, state, services } = merchant;
        let services = services
            .into_iter()
            .map(|(Service { category, expense, registration }, approved)| ServiceBody { category, expense, registration, approved })
            .collect();
        Self { merchant: id, name, kana, area, state, services }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AppliedMerchant)]
pub struct AppliedBody {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PersonList {
    pub people: Vec<PersonBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonBody {
    #[schema(value_type = String, pattern = "^psn_[0-9a-f]{32}$")]
    pub person: PersonId,
    #[schema(value_type = String)]
    pub role: PersonRole,
}

impl From<Person> for PersonBody {
    fn from(person: Person) -> Self {
        let Person { id, name: _, role } = person;
        Self { person: id, role }
    }
}

/// A manager with the code that signs in once: for a letter to the merchant's address. Shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedManager)]
pub struct ManagerBody {
    #[schema(value_type = String, pattern = "^psn_[0-9a-f]{32}$")]
    pub person: PersonId,
    pub code: String,
    pub expires_at: String,
}

impl From<PersonInvited> for ManagerBody {
    fn from(invited: PersonInvited) -> Self {
        let PersonInvited { person, code, expires_at } = invited;
        Self { person: person.id, code: code.grouped(), expires_at: tokyo_time(expires_at) }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TerminalList {
    pub terminals: Vec<TerminalBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Terminal)]
pub struct TerminalBody {
    #[schema(value_type = String, pattern = "^trm_[0-9a-f]{32}$")]
    pub terminal: TerminalId,
    pub label: String,
}

impl From<Terminal> for TerminalBody {
    fn from(terminal: Terminal) -> Self {
        let Terminal { id, merchant: _, label } = terminal;
        Self { terminal: id, label }
    }
}

/// A desk with its token, shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewTerminal)]
pub struct NewTerminalBody {
    #[schema(value_type = String, pattern = "^trm_[0-9a-f]{32}$")]
    pub terminal: TerminalId,
    pub token: String,
}

/// A merchant's bank accounts, opened.
#[derive(Serialize, ToSchema)]
pub struct RevealedMerchant {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
    pub accounts: Vec<MerchantAccountBody>,
}

/// An account that a merchant is or was paid to, or that waits.
#[derive(Serialize, ToSchema)]
#[schema(as = MerchantAccount)]
pub struct MerchantAccountBody {
    pub number: i16,
    pub bank: String,
    pub branch: String,
    pub kind: String,
    pub account_number: String,
    pub holder: String,
    pub applied_by: String,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub approved_at: Option<Instant>,
}

impl From<MerchantAccount> for MerchantAccountBody {
    fn from(account: MerchantAccount) -> Self {
        let MerchantAccount { number, bank, branch, kind, account_number, holder, applied_by, approved_at } = account;
        Self { number, bank, branch, kind, account_number, holder, applied_by, approved_at }
    }
}
