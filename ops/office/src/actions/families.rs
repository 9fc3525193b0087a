//! Families: listed without names, shown masked, opened with a reason; and where they are paid.

use ledger::ids::{FamilyId, Municipality};
use ledger::{Ledger, error::Failure};

use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::families::{ChildBody, FamilyBody, FamilyDetail, FoundBody, RevealedChild, RevealedFamily, WaitingAccountBody};
use crate::forms::merchants::Account;
use crate::refused::Refused;

/// Lists families, without names: at most `limit`, behind `after`.
pub async fn list_families(by: &Acting, after: Option<FamilyId>, limit: i64) -> Result<Vec<FamilyBody>, Refused> {
    Ok(by.ledger().list_families(by.city(), after, limit).await?.into_iter().map(Into::into).collect())
}

/// A family: its children masked, and what they may spend.
pub async fn show_family(by: &Acting, family: FamilyId) -> Result<FamilyDetail, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    let known = ledger.find_family(city, family).await?.ok_or(Refused::NotFound)?;
    let children = ledger.children_of_family(city, family, ledger.clock.today()).await?;
    let ids: Vec<_> = children.iter().map(|child| child.id).collect();
    let spendable = ledger.spendable(city, &ids).await?;
    let standing = ledger.family_standing(city, family).await?;
    Ok(FamilyDetail {
        children: children.iter().map(|child| ChildBody::masked(child, &spendable, known.protected)).collect(),
        family: known.into(),
        own_money_yen: standing.own_money.get(),
        to_be_paid_yen: standing.to_be_paid.get(),
        owes_yen: standing.owes.get(),
    })
}

/// Finds a child by its number (宛名番号), which stands in no log.
pub async fn find_child(by: &Acting, number: &str) -> Result<FoundBody, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    let child = ledger.find_child_by_number(city, number).await?.ok_or(Refused::NotFound)?;
    let family = ledger.family_of_child(city, child, ledger.clock.today()).await?.ok_or(Refused::NotFound)?;
    let protected = is_protected(ledger, city, family).await?;
    by.made(child);
    Ok(FoundBody { child, family, protected })
}

/// Whether a family is protected (支援措置); so is one that nobody knows.
pub(super) async fn is_protected(ledger: &Ledger, city: Municipality, family: FamilyId) -> Result<bool, Failure> {
    Ok(ledger.find_family(city, family).await?.is_none_or(|family| family.protected))
}

/// Reveals names, addresses and the account of a family.
pub async fn reveal_family(by: &Acting, family: FamilyId) -> Result<RevealedFamily, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    let today = ledger.clock.today();
    let known = ledger.find_family(city, family).await?.ok_or(Refused::NotFound)?;
    let guardians = ledger.guardians_of_family(city, family, today).await?;
    let children = ledger.children_of_family(city, family, today).await?;
    let standing = ledger.family_account(city, family).await?.ok_or(Refused::NotFound)?;
    Ok(RevealedFamily {
        family,
        protected: known.protected,
        payer_number: known.payer_number.to_string(),
        guardians: guardians.into_iter().map(Into::into).collect(),
        children: children.into_iter().map(|child| RevealedChild::opened(child, known.protected)).collect(),
        bank_account: standing.in_force.as_ref().map(Into::into),
        waiting_account: standing.waiting.as_ref().map(|(_, waiting)| waiting.into()),
    })
}

/// Lists families' bank accounts that wait for a second person: at most `limit`, behind `after`.
pub async fn list_family_accounts(by: &Acting, after: Option<FamilyId>, limit: i64) -> Result<Vec<WaitingAccountBody>, Refused> {
    Ok(by.ledger().list_family_accounts_waiting(by.city(), after, limit).await?.into_iter().map(Into::into).collect())
}

/// Takes in a family's bank account on paper.
pub async fn register_family_account(by: &Acting, family: FamilyId, account: &Account) -> Result<Done, Refused> {
    let command = by.command(&(family, account))?;
    by.ledger().register_family_account(by.city(), &command, family, account.written()).await?;
    Ok(Done)
}

/// Approves a family's bank account, after calling back.
pub async fn approve_family_account(by: &Acting, family: FamilyId, number: i16) -> Result<Done, Refused> {
    let command = by.command(&(family, number))?;
    by.ledger().approve_family_account(by.city(), &command, (family, number)).await?;
    Ok(Done)
}

/// Refuses a family's bank account. The family reads `message`.
pub async fn refuse_family_account(by: &Acting, family: FamilyId, number: i16, message: &str) -> Result<Done, Refused> {
    let command = by.command(&(family, number, message))?;
    by.ledger().refuse_family_account(by.city(), &command, (family, number), message).await?;
    Ok(Done)
}
