//! The people of a merchant: invited by a manager, the first one by the city; removed by a manager or the city.
//!
//! What it never does: let a merchant's people be seen or changed by another merchant. Names are sealed under the merchant's key.

pub(super) mod repo;
pub mod session;

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

use super::state::State;
use super::{Rejected, repo as merchants, text};
use crate::actor::{Actor, Command};
use crate::code::{Code, CodeKind};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{MerchantId, Municipality, PersonId};
use crate::time::Instant;
use crate::vault::{KeyOwner, Place};
use crate::{Ledger, Tx};

/// How long a sign-in code waits to be used: longer than a letter takes.
const CODE_LIFE: TimeDelta = TimeDelta::days(14);

/// What somebody may do at a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PersonRole {
    /// 責任者: everything.
    Manager,
    /// 窓口: payments, refunds of the day, bills.
    Desk,
}

/// A text that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is manager or desk")]
pub struct NoPersonRole;

impl PersonRole {
    /// As the database and people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Desk => "desk",
        }
    }
}

impl FromStr for PersonRole {
    type Err = NoPersonRole;

    fn from_str(text: &str) -> Result<Self, NoPersonRole> {
        [Self::Manager, Self::Desk].into_iter().find(|role| role.as_str() == text).ok_or(NoPersonRole)
    }
}

impl fmt::Display for PersonRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for PersonRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Somebody who works at a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// What colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: PersonRole,
}

/// Somebody who is to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPerson {
    /// What colleagues will call them.
    pub name: String,
    /// What they may do.
    pub role: PersonRole,
}

/// Somebody who may sign in once with a code.
#[derive(Debug, Clone)]
pub struct PersonInvited {
    /// Who.
    pub person: Person,
    /// Shown now and by a replay, and never again. `Debug` does not show it.
    pub code: Code,
    /// It signs in until just before here.
    pub expires_at: Instant,
}

const fn place(person: PersonId) -> Place {
    Place::new("merchant_people", "name_sealed", person.uuid())
}

/// The city's staff may look after a merchant's people, desks and account, and the merchant itself.
pub(super) fn may_manage(command: &Command, merchant: MerchantId) -> Result<(), Rejected> {
    match &command.actor {
        Actor::Staff(_) => Ok(()),
        Actor::Merchant(own) if *own == merchant => Ok(()),
        _ => Err(Rejected::NotStaff),
    }
}

impl Ledger {
    /// Invites somebody to an approved merchant: they may sign in once with the code that is answered.
    ///
    /// # Errors
    /// [`Rejected`]: a merchant that is unknown or not approved, a name that cannot be, another merchant's people.
    pub async fn invite_person(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        new: &NewPerson,
    ) -> Result<PersonInvited, Error<Rejected>> {
        may_manage(command, merchant).and_then(|()| text(crate::merchant::field::NAME, &new.name)).map_err(Error::Rejected)?;
        let now = self.clock.now();
        let scope = command.scope(municipality);
        let id = PersonId::new(self.entropy.uuid(Draw { command: &scope, purpose: "person", index: 0 }, now));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(id) => return self.invited_before_in_tx(&mut tx, municipality, command, (merchant, PersonId::new(id))).await,
            Claim::New => {}
        }
        let life = merchants::lock_in_tx(&mut tx, municipality, merchant).await?.ok_or(Error::Rejected(Rejected::UnknownMerchant(merchant)))?;
        if !matches!(life.state, State::Approved { .. }) {
            return Err(Error::Rejected(Rejected::State { state: life.state.standing().word(), asked: "given people" }));
        }
        let key = self.vault_key_for_in_tx(&mut tx, municipality, KeyOwner::Merchant(merchant), &scope).await?;
        let person = Person { id, name: new.name.clone(), role: new.role };
        let code = self.person_code(&scope);
        let row = repo::NewRow {
            person: &person,
            merchant,
            name_sealed: &key.seal_json(place(id), &new.name)?,
            invited: &self.act(command),
            code: (&code.digest(), now + CODE_LIFE),
        };
        repo::insert_in_tx(&mut tx, municipality, &row).await?;
        tx.commit().await?;
        Ok(PersonInvited { person, code, expires_at: now + CODE_LIFE })
    }

    /// Issues a new sign-in code to somebody of this merchant; an older one that was not used is dead at once.
    pub async fn issue_person_code(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        person: PersonId,
    ) -> Result<PersonInvited, Error<Rejected>> {
        may_manage(command, merchant).map_err(Error::Rejected)?;
        let now = self.clock.now();
        let code = self.person_code(&command.scope(municipality));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, person.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return self.invited_before_in_tx(&mut tx, municipality, command, (merchant, person)).await,
            Claim::New => {}
        }
        if !repo::mark_code_in_tx(&mut tx, municipality, (merchant, person), (&code.digest(), now + CODE_LIFE)).await? {
            return Err(Error::Rejected(Rejected::UnknownPerson(person)));
        }
        let person = self.person_in_tx(&mut tx, municipality, (merchant, person)).await?;
        tx.commit().await?;
        Ok(PersonInvited { person, code, expires_at: now + CODE_LIFE })
    }

    /// Removes somebody from this merchant: their sessions and their code end at once. Removed already: the same answer again.
    pub async fn remove_person(&self, municipality: Municipality, command: &Command, merchant: MerchantId, person: PersonId) -> Result<(), Error<Rejected>> {
        may_manage(command, merchant).map_err(Error::Rejected)?;
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, person.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(()),
            Claim::New => {}
        }
        if !repo::mark_removed_in_tx(&mut tx, municipality, (merchant, person), now).await? {
            return Err(Error::Rejected(Rejected::UnknownPerson(person)));
        }
        crate::session::repo::end_oldest_in_tx(&mut tx, municipality, &crate::session::Principal::Person(person), 0, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The people of a merchant who are not removed, managers first, in the order in which they were invited.
    pub async fn list_people(&self, municipality: Municipality, merchant: MerchantId) -> Result<Vec<Person>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.list_people_in_tx(&mut tx, municipality, merchant, None).await
    }

    async fn list_people_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        merchant: MerchantId,
        one: Option<PersonId>,
    ) -> Result<Vec<Person>, Failure> {
        let rows = repo::list_in_tx(tx, municipality, merchant, one).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.find_vault_key_of_in_tx(tx, municipality, KeyOwner::Merchant(merchant)).await?;
        let key = key.ok_or(Failure::Vault("the merchant's key is gone"))?;
        rows.into_iter().map(|(id, sealed, role)| Ok(Person { id, name: key.open_json(place(id), &sealed)?, role })).collect()
    }

    async fn person_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, (merchant, person): (MerchantId, PersonId)) -> Result<Person, Error<Rejected>> {
        let found = self.list_people_in_tx(tx, municipality, merchant, Some(person)).await?.pop();
        found.ok_or(Error::Rejected(Rejected::UnknownPerson(person)))
    }

    /// The answer of an invitation or a new code that was done before: the same, also when the code is dead and the person removed.
    async fn invited_before_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        whom: (MerchantId, PersonId),
    ) -> Result<PersonInvited, Error<Rejected>> {
        let person = self.person_in_tx(tx, municipality, whom).await?;
        let accepted_at = idempotency::accepted_at_in_tx(tx, municipality, command).await?;
        Ok(PersonInvited { person, code: self.person_code(&command.scope(municipality)), expires_at: accepted_at + CODE_LIFE })
    }

    fn person_code(&self, scope: &str) -> Code {
        Code::new(CodeKind::OneTime, self.entropy.code_bits(Draw { command: scope, purpose: "person code", index: 0 }))
    }
}
