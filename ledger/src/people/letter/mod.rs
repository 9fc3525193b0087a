//! Letters: how a family gets the code with which it signs in first. Every letter is alike but for name, address and code: nothing in it tells who is
//! eligible for what, or how many children there are.
//!
//! 支援措置: a protected family's registered address stands in no letter. Its letters go where staff have recorded for it, or are handed over; they are
//! never among those that are printed together. Invariant: a name or address is opened only together with a row that says for whom and by whom.

mod error;
mod repo;

use uuid::Uuid;

pub use error::Rejected;

use super::{activation_of, sealed};
use crate::actor::{Actor, Command};
use crate::code::Code;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{FamilyId, LettersId, Municipality};
use crate::time::tokyo_date;
use crate::vault::{DataKey, KeyOwner};
use crate::{Ledger, Tx};

/// The most letters that are printed at once.
pub const LETTERS_MAX: i64 = 200;
/// The most characters of an address.
pub const ADDRESS_MAX: usize = 200;

/// What stands in the window of the envelope.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// The address on the roster.
    Registered(String),
    /// The one that staff have recorded.
    Delivery(String),
    /// No address: it is handed over at the counter.
    ByHand,
}

impl Way {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Registered(_) => "registered",
            Self::Delivery(_) => "delivery",
            Self::ByHand => "by_hand",
        }
    }

    /// The address; none where it is handed over.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Registered(address) | Self::Delivery(address) => Some(address),
            Self::ByHand => None,
        }
    }
}

/// One letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whose household.
    pub family: FamilyId,
    /// Who raises children there, by name.
    pub names: Vec<String>,
    /// What stands in the window.
    pub way: Way,
    /// The code with which the family signs in.
    pub code: Code,
}

foundation::shows_nothing!(Way, Letter);

/// What was printed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Its number.
    pub id: LettersId,
    /// The letters, in the order of the families' ids.
    pub letters: Vec<Letter>,
}

/// Families that have had no letter with the code in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whose letters may be printed together.
    pub together: i64,
    /// Whose letters are printed alone, because they are protected.
    pub alone: i64,
}

fn staff(command: &Command) -> Result<(), Error<Rejected>> {
    if matches!(command.actor, Actor::Staff(_)) { Ok(()) } else { Err(Error::Rejected(Rejected::NotStaff)) }
}

/// Which letters are printed.
enum Which {
    One(FamilyId),
    Next(i64),
}

impl Ledger {
    /// How many families wait for a letter.
    pub async fn count_letters_waiting(&self, municipality: Municipality) -> Result<Waiting, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::count_waiting_in_tx(&mut tx, municipality, self.clock.today()).await
    }

    /// The letter of one family, protected or not, with the code in force. The same command again: the same letter again.
    ///
    /// # Errors
    /// [`Rejected`]: no such family, nobody who raises a child there today.
    pub async fn print_letter(&self, municipality: Municipality, command: &Command, family: FamilyId) -> Result<Printed, Error<Rejected>> {
        self.print(municipality, command, Which::One(family)).await
    }

    /// The next letters that wait, at most so many; none of a protected family. The same command again: the same letters again.
    ///
    /// # Errors
    /// [`Rejected`]: how many, nobody waits.
    pub async fn print_letters(&self, municipality: Municipality, command: &Command, most: i64) -> Result<Printed, Error<Rejected>> {
        if !(1..=LETTERS_MAX).contains(&most) {
            return Err(Error::Rejected(Rejected::Count));
        }
        self.print(municipality, command, Which::Next(most)).await
    }

    async fn print(&self, municipality: Municipality, command: &Command, which: Which) -> Result<Printed, Error<Rejected>> {
        staff(command)?;
        let now = self.clock.now();
        let draw = Draw { command: &command.scope(municipality), purpose: "letters", index: 0 };
        let id = LettersId::new(self.entropy.uuid(draw, now));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(id) => return self.printed_before_in_tx(&mut tx, municipality, LettersId::new(id)).await,
            Claim::New => {}
        }
        // Two clerks who print at once print each letter once.
        repo::lock_in_tx(&mut tx, municipality).await?;
        let families = match which {
            Which::One(family) => vec![repo::find_in_tx(&mut tx, municipality, family).await?.ok_or(Error::Rejected(Rejected::Unknown(family)))?],
            Which::Next(most) => repo::list_waiting_in_tx(&mut tx, municipality, self.clock.today(), most).await?,
        };
        let mut letters = Vec::new();
        for family in &families {
            letters.push(self.write_letter_in_tx(&mut tx, municipality, family).await?);
        }
        if letters.is_empty() {
            return Err(Error::Rejected(Rejected::Nobody));
        }
        let rows: Vec<_> = families.iter().zip(&letters).map(|(family, letter)| (family.family, family.issue, letter.way.as_str())).collect();
        repo::insert_in_tx(&mut tx, municipality, id, &rows, &self.act(command)).await?;
        tx.commit().await?;
        Ok(Printed { id, letters })
    }

    async fn printed_before_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, id: LettersId) -> Result<Printed, Error<Rejected>> {
        let mut letters = Vec::new();
        for family in repo::list_printed_in_tx(tx, municipality, id).await? {
            letters.push(self.write_letter_in_tx(tx, municipality, &family).await?);
        }
        Ok(Printed { id, letters })
    }

    async fn write_letter_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, to: &repo::Addressee) -> Result<Letter, Error<Rejected>> {
        let day = self.clock.today();
        let guardians = self.guardians_of_family_in_tx(tx, municipality, to.family, day).await?;
        if guardians.is_empty() {
            return Err(Error::Rejected(Rejected::NoGuardian(to.family)));
        }
        let way = match self.delivery_address_in_tx(tx, municipality, to.family).await? {
            Some(address) => Way::Delivery(address),
            None if to.protected => Way::ByHand,
            None => {
                let children = self.children_of_family_in_tx(tx, municipality, to.family, day).await?;
                children.into_iter().find_map(|child| child.person.address).map_or(Way::ByHand, Way::Registered)
            }
        };
        let names = guardians.into_iter().map(|guardian| guardian.person.name).collect();
        Ok(Letter { family: to.family, names, way, code: activation_of(&*self.entropy, municipality, to.family, to.issue) })
    }

    async fn delivery_address_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<String>, Failure> {
        let Some((number, at, Some(address))) = repo::find_delivery_in_tx(tx, municipality, family).await? else { return Ok(None) };
        let key = self.key_of_family_in_tx(tx, municipality, family).await?;
        let opened = key.open(sealed::delivery_address(family, (number.into(), tokyo_date(at))), &address)?;
        String::from_utf8(opened).map(Some).map_err(|_| Failure::Vault("the sealed address is no text"))
    }

    async fn key_of_family_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<DataKey, Failure> {
        let key = self.find_vault_key_of_in_tx(tx, municipality, KeyOwner::Family(family)).await?;
        key.ok_or(Failure::Vault("the family's key has been destroyed"))
    }

    /// Records where a family's letters go from now on; none: to its registered address, or of a protected family to none.
    ///
    /// # Errors
    /// [`Rejected`]: no such family, an address that is empty or too long.
    pub async fn record_delivery_address(
        &self,
        municipality: Municipality,
        command: &Command,
        family: FamilyId,
        address: Option<&str>,
    ) -> Result<(), Error<Rejected>> {
        staff(command)?;
        let address = address.map(str::trim);
        if address.is_some_and(|text| text.is_empty() || text.chars().count() > ADDRESS_MAX || text.chars().any(|sign| sign.is_control() && sign != '\n')) {
            return Err(Error::Rejected(Rejected::Address));
        }
        let mut tx = self.pool.begin().await?;
        if !self.begin_letter_in_tx(&mut tx, municipality, command, family).await? {
            return Ok(());
        }
        let act = self.act(command);
        let number = repo::find_delivery_in_tx(&mut tx, municipality, family).await?.map_or(0, |(number, ..)| number).saturating_add(1);
        let key = self.key_of_family_in_tx(&mut tx, municipality, family).await?;
        let place = sealed::delivery_address(family, (number.into(), tokyo_date(act.at)));
        let address = address.map(|text| key.seal(place, text.as_bytes())).transpose()?;
        repo::insert_delivery_in_tx(&mut tx, municipality, (family, number), address.as_deref(), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A letter was lost: another activation code from now on, and nobody stays signed in.
    ///
    /// # Errors
    /// [`Rejected`]: no such family.
    pub async fn renew_letter(&self, municipality: Municipality, command: &Command, family: FamilyId) -> Result<(), Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if self.begin_letter_in_tx(&mut tx, municipality, command, family).await? {
            self.renew_access_in_tx(&mut tx, municipality, family).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether a command about a family is to be done; not if it has been done before. Locks the family.
    async fn begin_letter_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, family: FamilyId) -> Result<bool, Error<Rejected>> {
        let subject: Uuid = family.uuid();
        match idempotency::claim_in_tx(tx, municipality, command, subject, self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(false),
            Claim::New => {}
        }
        repo::lock_in_tx(tx, municipality).await?;
        repo::find_in_tx(tx, municipality, family).await?.map(|_| true).ok_or(Error::Rejected(Rejected::Unknown(family)))
    }
}
