//! Merchants: taken in by one person, decided on by another, suspended at need; what they register later; their people and desks.

use ledger::ids::{MerchantId, PersonId, TerminalId};
use ledger::merchant::people::{NewPerson, PersonRole};
use ledger::merchant::{Application, Service};
use ledger::token::CityToken;

use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::merchants::{AppliedBody, ListedBody, ManagerBody, MerchantBody, NewTerminalBody, PersonBody, RevealedMerchant, TerminalBody};
use crate::forms::merchants::Account;
use crate::refused::Refused;

/// Lists merchants, by reading.
pub async fn list_merchants(by: &Acting) -> Result<Vec<ListedBody>, Refused> {
    Ok(by.ledger().list_merchants(by.city()).await?.into_iter().map(Into::into).collect())
}

/// A merchant.
pub async fn show_merchant(by: &Acting, merchant: MerchantId) -> Result<MerchantBody, Refused> {
    Ok(by.ledger().get_merchant(by.city(), merchant).await?.ok_or(Refused::NotFound)?.into())
}

/// Takes in an application on paper.
pub async fn apply_merchant(by: &Acting, application: &Application, account: &Account) -> Result<AppliedBody, Refused> {
    let command = by.command(&(application, account))?;
    let merchant = by.ledger().apply_merchant(by.city(), &command, application, account.written()).await?;
    by.made(merchant);
    Ok(AppliedBody { merchant })
}

/// Receives an application that came by itself: the first of the two people who look at it.
pub async fn receive_application(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&merchant)?;
    by.ledger().receive_application(by.city(), &command, merchant).await?;
    Ok(Done)
}

/// Approves an application, as a second person.
pub async fn approve_merchant(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&merchant)?;
    by.ledger().approve_merchant(by.city(), &command, merchant).await?;
    Ok(Done)
}

/// Refuses an application, as a second person. The applicant reads the reason.
pub async fn refuse_merchant(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&(merchant, by.reason()))?;
    by.ledger().refuse_merchant(by.city(), &command, merchant, by.reason()).await?;
    Ok(Done)
}

/// Stops payments at a merchant and to it, at once.
pub async fn suspend_merchant(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&(merchant, by.reason()))?;
    by.ledger().suspend_merchant(by.city(), &command, merchant, by.reason()).await?;
    Ok(Done)
}

/// Lifts a suspension, as another person.
pub async fn resume_merchant(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&(merchant, by.reason()))?;
    by.ledger().resume_merchant(by.city(), &command, merchant, by.reason()).await?;
    Ok(Done)
}

/// Takes in further services of a merchant.
pub async fn apply_services(by: &Acting, merchant: MerchantId, services: &[Service]) -> Result<Done, Refused> {
    let command = by.command(&(merchant, services))?;
    by.ledger().apply_services(by.city(), &command, merchant, services).await?;
    Ok(Done)
}

/// Approves the services that wait, as a second person.
pub async fn approve_services(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&merchant)?;
    by.ledger().approve_services(by.city(), &command, merchant).await?;
    Ok(Done)
}

/// Takes in a change of a merchant's bank account; the old one stays until a second person approves.
pub async fn change_account(by: &Acting, merchant: MerchantId, account: &Account) -> Result<Done, Refused> {
    let command = by.command(&(merchant, account))?;
    by.ledger().change_merchant_account(by.city(), &command, merchant, account.written()).await?;
    Ok(Done)
}

/// Approves the newest account, as a second person. The reason says who was called back, at which number known from before.
pub async fn approve_account(by: &Acting, merchant: MerchantId) -> Result<Done, Refused> {
    let command = by.command(&merchant)?;
    by.ledger().approve_merchant_account(by.city(), &command, merchant).await?;
    Ok(Done)
}

/// Reveals the bank accounts of a merchant.
pub async fn reveal_merchant_account(by: &Acting, merchant: MerchantId) -> Result<RevealedMerchant, Refused> {
    by.ledger().get_merchant(by.city(), merchant).await?.ok_or(Refused::NotFound)?;
    let accounts = by.ledger().reveal_merchant_accounts(by.city(), merchant).await?;
    Ok(RevealedMerchant { merchant, accounts: accounts.into_iter().map(Into::into).collect() })
}

/// Records whether a merchant consents to netting; the reason names its letter.
pub async fn record_consent(by: &Acting, merchant: MerchantId, consents: bool) -> Result<Done, Refused> {
    by.ledger().get_merchant(by.city(), merchant).await?.ok_or(Refused::NotFound)?;
    let command = by.command(&(merchant, consents, by.reason()))?;
    by.ledger().record_netting_consent(by.city(), &command, merchant, consents, by.reason()).await?;
    Ok(Done)
}

/// Lists a merchant's people, without names.
pub async fn list_merchant_people(by: &Acting, merchant: MerchantId) -> Result<Vec<PersonBody>, Refused> {
    by.ledger().get_merchant(by.city(), merchant).await?.ok_or(Refused::NotFound)?;
    Ok(by.ledger().list_people(by.city(), merchant).await?.into_iter().map(Into::into).collect())
}

/// Invites a manager of a merchant; the code is shown once, for a letter.
pub async fn invite_manager(by: &Acting, merchant: MerchantId, name: String) -> Result<ManagerBody, Refused> {
    let new = NewPerson { name, role: PersonRole::Manager };
    let command = by.command(&(merchant, &new))?;
    let invited = by.ledger().invite_person(by.city(), &command, merchant, &new).await?;
    by.made(format_args!("{merchant}/{}", invited.person.id));
    Ok(invited.into())
}

/// Removes somebody of a merchant: their sessions end at once.
pub async fn remove_merchant_person(by: &Acting, merchant: MerchantId, person: PersonId) -> Result<Done, Refused> {
    let command = by.command(&(merchant, person))?;
    by.ledger().remove_person(by.city(), &command, merchant, person).await?;
    Ok(Done)
}

/// Lists the desks of a merchant.
pub async fn list_terminals(by: &Acting, merchant: MerchantId) -> Result<Vec<TerminalBody>, Refused> {
    by.ledger().get_merchant(by.city(), merchant).await?.ok_or(Refused::NotFound)?;
    Ok(by.ledger().list_terminals(by.city(), merchant).await?.into_iter().map(Into::into).collect())
}

/// Adds a desk; its token is shown once.
pub async fn add_terminal(by: &Acting, merchant: MerchantId, label: &str) -> Result<NewTerminalBody, Refused> {
    let command = by.command(&(merchant, label))?;
    let (terminal, token) = by.ledger().add_terminal(by.city(), &command, merchant, label).await?;
    by.made(format_args!("{merchant}/{terminal}"));
    Ok(NewTerminalBody { terminal, token: CityToken::new(by.city(), token).to_string() })
}

/// Revokes a desk: its token opens nothing any more.
pub async fn revoke_terminal(by: &Acting, merchant: MerchantId, terminal: TerminalId) -> Result<Done, Refused> {
    let command = by.command(&(merchant, terminal))?;
    by.ledger().revoke_terminal(by.city(), &command, merchant, terminal).await?;
    Ok(Done)
}
