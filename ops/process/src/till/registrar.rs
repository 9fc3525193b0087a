//! The ledger, fitted to the merchants' Registrar: who may stand at the Till.

use ledger::actor::{Actor, Command};
use ledger::bank::account::Written;
use ledger::code::Code;
use ledger::error::Error;
use ledger::ids::{Municipality, PersonId, TerminalId};
use ledger::merchant::people::NewPerson as LedgerNewPerson;
use ledger::merchant::{Application as LedgerApplication, Merchant};
use ledger::session::SignIn as LedgerSignIn;
use ledger::token::CityToken;
use merchant_api::registrar::{
    Account, Accounts, Application, Applied, Caller, Invited, NewApplication, NewPerson, NewTerminal, Person, SignIn, SignedIn, Terminal,
};
use merchant_api::till::{Answer, Credential, Invalid, TillError};
use serde::Serialize;

use super::fit::Registrar;
use super::principal::{Principal, Who};
use super::{LedgerTill, map, people};

fn written(account: &Account) -> Written<'_> {
    let Account { bank, branch, account_kind, account_number, holder } = account;
    Written { bank, branch, kind: account_kind, number: account_number, holder }
}

/// What a manager does, the merchant does.
fn command(principal: &Principal, key: impl Into<String>, request: &impl Serialize) -> Command {
    Command::new(Actor::Merchant(principal.merchant), key, request)
}

fn person_id(person: &str) -> Answer<PersonId> {
    person.parse().map_err(|_| TillError::NotFound)
}

impl LedgerTill {
    async fn city(&self, slug: &str) -> Answer<Municipality> {
        let city = self.ledger.city_by_slug(slug).await.map_err(map::failed)?;
        city.map(|city| city.municipality).ok_or_else(people::unknown_city)
    }

    async fn merchant(&self, principal: &Principal) -> Answer<Merchant> {
        let found = self.ledger.get_merchant(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        found.ok_or(TillError::Unauthorized)
    }

    /// Who stands there, by number, name and role.
    async fn show_caller(&self, principal: &Principal) -> Answer<Caller> {
        let merchant = self.merchant(principal).await?;
        let (number, name) = match principal.who {
            Who::Terminal(id) => {
                let terminals = self.ledger.list_terminals(principal.municipality, principal.merchant).await.map_err(map::failed)?;
                (id.to_string(), terminals.into_iter().find(|terminal| terminal.id == id).map(|terminal| terminal.label))
            }
            Who::Person(id, _) => {
                let people = self.ledger.list_people(principal.municipality, principal.merchant).await.map_err(map::failed)?;
                (id.to_string(), people.into_iter().find(|person| person.id == id).map(|person| person.name))
            }
        };
        let name = name.ok_or(TillError::Unauthorized)?;
        let services = merchant.services.into_iter().filter(|(_, approved)| *approved).map(|(service, _)| people::service(service)).collect();
        Ok(Caller { merchant: merchant.id.to_string(), merchant_name: merchant.name, number, name, role: people::role_of(principal), services })
    }
}

impl Registrar for LedgerTill {
    async fn sign_in(&self, attempt: &SignIn) -> Answer<SignedIn> {
        let municipality = self.city(&attempt.city).await?;
        let attempt = LedgerSignIn { code: Code::parse(attempt.code.text()).ok(), origin: attempt.origin.clone() };
        let signed_in = self.ledger.sign_in_person(municipality, &attempt).await.map_err(people::sign_in_refused)?;
        let who = signed_in.who;
        let caller = self.show_caller(&Principal { municipality, merchant: who.merchant, who: Who::Person(who.person, who.role) }).await?;
        Ok(SignedIn { credential: Credential::new(signed_in.token.to_string()), expires_at: signed_in.expires_at, caller })
    }

    /// A terminal has no session: it is revoked by a manager.
    async fn sign_out(&self, credential: &Credential) -> Answer<()> {
        Principal::find(&self.ledger, credential).await?;
        let token = CityToken::parse(credential.token()).ok_or(TillError::Unauthorized)?;
        self.ledger.sign_out(&token).await.map_err(map::failed)
    }

    async fn caller(&self, credential: &Credential) -> Answer<Caller> {
        let principal = Principal::find(&self.ledger, credential).await?;
        self.show_caller(&principal).await
    }

    async fn apply(&self, key: &str, application: &NewApplication) -> Answer<Applied> {
        let municipality = self.city(&application.city).await?;
        let NewApplication { city: _, name, kana, area, services, account, origin } = application.clone();
        let services = services.into_iter().map(people::ledger_service).collect();
        let asked = LedgerApplication { name, kana, area, services };
        let applied = self.ledger.apply_as_merchant(municipality, (key, &origin), &asked, written(&account)).await.map_err(people::apply_refused)?;
        Ok(Applied { merchant: applied.merchant.to_string(), credential: Credential::new(applied.token.to_string()) })
    }

    async fn application(&self, credential: &Credential) -> Answer<Application> {
        let token = CityToken::parse(credential.token()).ok_or(TillError::Unauthorized)?;
        let (merchant, reason) = self.ledger.find_application(&token).await.map_err(map::failed)?.ok_or(TillError::Unauthorized)?;
        let services = merchant.services.into_iter().map(|(service, approved)| (people::service(service), approved)).collect();
        Ok(Application { merchant: merchant.id.to_string(), name: merchant.name, state: merchant.state.as_str().to_owned(), reason, services })
    }

    async fn people(&self, credential: &Credential) -> Answer<Vec<Person>> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let people = self.ledger.list_people(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        Ok(people.into_iter().map(people::person).collect())
    }

    async fn invite(&self, credential: &Credential, key: &str, person: &NewPerson) -> Answer<Invited> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let new = LedgerNewPerson { name: person.name.clone(), role: people::ledger_role(person.role) };
        let command = command(&principal, key, &new);
        let invited = self.ledger.invite_person(principal.municipality, &command, principal.merchant, &new).await.map_err(people::refused)?;
        Ok(people::invited(invited))
    }

    async fn issue_code(&self, credential: &Credential, key: &str, person: &str) -> Answer<Invited> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let person = person_id(person)?;
        let command = command(&principal, key, &person);
        let invited = self.ledger.issue_person_code(principal.municipality, &command, principal.merchant, person).await.map_err(people::refused)?;
        Ok(people::invited(invited))
    }

    async fn remove_person(&self, credential: &Credential, person: &str) -> Answer<()> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let person = person_id(person)?;
        if matches!(principal.who, Who::Person(own, _) if own == person) {
            return Err(Invalid::Oneself.into());
        }
        let command = command(&principal, format!("remove/{person}"), &person);
        self.ledger.remove_person(principal.municipality, &command, principal.merchant, person).await.map_err(people::refused)
    }

    async fn terminals(&self, credential: &Credential) -> Answer<Vec<Terminal>> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let terminals = self.ledger.list_terminals(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        Ok(terminals.into_iter().map(|terminal| Terminal { terminal: terminal.id.to_string(), label: terminal.label }).collect())
    }

    async fn register_terminal(&self, credential: &Credential, key: &str, label: &str) -> Answer<NewTerminal> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let command = command(&principal, key, &label);
        let (terminal, token) = self.ledger.add_terminal(principal.municipality, &command, principal.merchant, label).await.map_err(people::refused)?;
        let credential = Credential::new(CityToken::new(principal.municipality, token).to_string());
        Ok(NewTerminal { terminal: Terminal { terminal: terminal.to_string(), label: label.to_owned() }, credential })
    }

    async fn revoke_terminal(&self, credential: &Credential, terminal: &str) -> Answer<()> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let terminal: TerminalId = terminal.parse().map_err(|_| TillError::NotFound)?;
        let command = command(&principal, format!("revoke/{terminal}"), &terminal);
        self.ledger.revoke_terminal(principal.municipality, &command, principal.merchant, terminal).await.map_err(people::refused)
    }

    async fn accounts(&self, credential: &Credential) -> Answer<Accounts> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let (in_force, waiting) = self.ledger.masked_accounts(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        Ok(Accounts { in_force: in_force.map(people::masked), waiting: waiting.map(people::masked) })
    }

    async fn change_account(&self, credential: &Credential, key: &str, account: &Account) -> Answer<()> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let command = command(&principal, key, account);
        let changed = self.ledger.change_merchant_account(principal.municipality, &command, principal.merchant, written(account)).await;
        changed.map_err(|error: Error<_>| people::refused(error))
    }
}
