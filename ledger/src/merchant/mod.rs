//! Merchants (教室・事業者): application, approval by a second person, services, bank account, desks.
//!
//! What it never does: tell a merchant anything about who pays. Invariant: whatever moves money to a merchant (the merchant itself, its
//! account) was taken in by one person and approved by another.

pub mod account;
pub mod application;
pub mod error;
pub mod people;
pub mod repo;
pub mod search;
pub mod state;
mod terminal;

use serde::Serialize;

pub use error::Rejected;
use error::field;
use state::Life;
pub use state::Standing;
pub use terminal::{Terminal, Terminals};

use crate::actor::{Act, Actor, Command};
use crate::bank::account::Written;
use crate::books::{Account, Draft, Event, Kind, Outcome};
use crate::city;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{MerchantId, Municipality};
use crate::refusal::Word;
use crate::vault::KeyOwner;
use crate::{Ledger, Tx};

/// A service that a merchant offers, registered on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// The service category, as schemes name it: `cram_school`.
    pub category: String,
    /// The kind of expense that may be billed for it: `tuition`.
    pub expense: String,
    /// The registration's own number, where the city gives one.
    pub registration: Option<String>,
}

/// What a merchant applies with, besides its bank account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Application {
    /// What families read.
    pub name: String,
    /// The name's reading.
    pub kana: String,
    /// Ward or district.
    pub area: String,
    /// What it offers; at least one.
    pub services: Vec<Service>,
}

/// Whether an application was taken in now, or before by the same command.
enum TakenIn {
    Now(MerchantId),
    Before(MerchantId),
}

impl TakenIn {
    const fn id(&self) -> MerchantId {
        match self {
            Self::Now(id) | Self::Before(id) => *id,
        }
    }
}

/// A merchant as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// What families read.
    pub name: String,
    /// The name's reading.
    pub kana: String,
    /// Ward or district.
    pub area: String,
    /// Where it stands.
    pub state: Standing,
    /// What it offers, and whether that is approved.
    pub services: Vec<(Service, bool)>,
}

/// A merchant as families see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Its id.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// The name's reading.
    pub kana: String,
    /// Ward or district.
    pub area: String,
    /// The categories of its approved services.
    pub categories: Vec<String>,
}

const TEXT_MAX: usize = 100;

fn text(field: Word, text: &str) -> Result<(), Rejected> {
    if text.trim().is_empty() || text.chars().count() > TEXT_MAX { Err(Rejected::Text { field, max: TEXT_MAX }) } else { Ok(()) }
}

fn services(services: &[Service]) -> Result<(), Rejected> {
    let mut seen = std::collections::BTreeSet::new();
    for service in services {
        let name = |text: &str| {
            let sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '-' | '_');
            text.len() <= 40 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.chars().all(sign)
        };
        if !name(&service.category) || !name(&service.expense) || !seen.insert((&service.category, &service.expense)) {
            return Err(Rejected::Service(format!("{} {}", service.category, service.expense)));
        }
    }
    if seen.is_empty() { Err(Rejected::Service(String::new())) } else { Ok(()) }
}

fn staff(command: &Command) -> Result<(), Rejected> {
    if matches!(command.actor, Actor::Staff(_)) { Ok(()) } else { Err(Rejected::NotStaff) }
}

impl Ledger {
    /// Takes in a merchant's application with its bank account. A second person decides on it.
    ///
    /// # Errors
    /// [`Rejected`]: not staff, a text or service that cannot be used, an account that cannot be paid to.
    pub async fn apply_merchant(
        &self,
        municipality: Municipality,
        command: &Command,
        application: &Application,
        written: Written<'_>,
    ) -> Result<MerchantId, Error<Rejected>> {
        staff(command).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let id = self.take_in_in_tx(&mut tx, municipality, command, (application, written)).await?;
        tx.commit().await?;
        Ok(id.id())
    }

    /// Takes an application in, whoever brought it.
    async fn take_in_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        (application, written): (&Application, Written<'_>),
    ) -> Result<TakenIn, Error<Rejected>> {
        let Application { name, kana, area, services: offered } = application;
        let fields = [(field::NAME, name), (field::KANA, kana), (field::AREA, area)];
        fields.iter().try_for_each(|(field, value)| text(*field, value)).map_err(Error::Rejected)?;
        services(offered).map_err(Error::Rejected)?;
        let scope = city::repo::get_in_tx(tx, municipality).await?.scope();
        let bank_account = account::check(written, scope).map_err(Error::Rejected)?;
        let commanded = command.scope(municipality);
        let id = MerchantId::new(self.entropy.uuid(Draw { command: &commanded, purpose: "merchant", index: 0 }, self.clock.now()));
        match idempotency::claim_in_tx(tx, municipality, command, id.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(id) => return Ok(TakenIn::Before(MerchantId::new(id))),
            Claim::New => {}
        }
        let applied = self.act(command);
        repo::insert_in_tx(tx, municipality, &repo::NewMerchant { id, name, kana, area, applied: &applied }).await?;
        repo::insert_services_in_tx(tx, municipality, id, offered, &applied).await?;
        self.insert_account_in_tx(tx, municipality, command, id, &bank_account).await?;
        repo::insert_decision_in_tx(tx, municipality, id, ("applied", None), &applied).await?;
        Ok(TakenIn::Now(id))
    }

    async fn insert_account_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        bank_account: &bank::account::BankAccount,
    ) -> Result<(), Failure> {
        let key = self.vault_key_for_in_tx(tx, municipality, KeyOwner::Merchant(merchant), &command.scope(municipality)).await?;
        let sealed = account::seal(&key, merchant, bank_account)?;
        let index = account::index(&self.vault, municipality, bank_account);
        repo::insert_account_in_tx(tx, municipality, merchant, (&sealed, &index), &self.act(command)).await?;
        Ok(())
    }

    /// Begins a command about one merchant: claims the key, locks the merchant. `None` when it was done before.
    async fn begin_about_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
    ) -> Result<Option<Life>, Error<Rejected>> {
        staff(command).map_err(Error::Rejected)?;
        self.begin_in_tx(tx, municipality, command, merchant).await
    }

    async fn begin_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, merchant: MerchantId) -> Result<Option<Life>, Error<Rejected>> {
        match idempotency::claim_in_tx(tx, municipality, command, merchant.uuid(), self.clock.now()).await? {
            Claim::Conflict => Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => Ok(None),
            Claim::New => {
                let life = repo::lock_in_tx(tx, municipality, merchant).await?;
                life.map(Some).ok_or(Error::Rejected(Rejected::UnknownMerchant(merchant)))
            }
        }
    }

    /// A second person approves a merchant, with the services and the account it applied with. Its accounts in the books come into being.
    ///
    /// # Errors
    /// [`Rejected`]: the same person, not applied, unknown.
    pub async fn approve_merchant(&self, municipality: Municipality, command: &Command, merchant: MerchantId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(life) = self.begin_about_in_tx(&mut tx, municipality, command, merchant).await? else { return Ok(()) };
        let act = self.act(command);
        let life = life.approve(act.clone()).map_err(Error::Rejected)?;
        repo::mark_state_in_tx(&mut tx, municipality, merchant, &life.state).await?;
        repo::mark_services_approved_in_tx(&mut tx, municipality, merchant, &act).await?;
        if let Some((number, by)) = repo::find_waiting_account_in_tx(&mut tx, municipality, merchant).await?
            && by != act.by
        {
            repo::mark_account_approved_in_tx(&mut tx, municipality, merchant, number, &act).await?;
        }
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("approved", None), &act).await?;
        let accounts = [Kind::MerchantPayable, Kind::MerchantReceivable].map(|kind| Account::of_owner(kind, merchant.uuid()));
        let draft = Draft::new(Event::Correct, self.clock.today(), Vec::new()).opening(accounts).because("accounts of a merchant");
        let own = Command { key: format!("{}/accounts", command.key), ..command.clone() };
        match self.post_in_tx(&mut tx, municipality, &self.posting(municipality, own, draft)).await? {
            Outcome::Posted(_) | Outcome::Replayed(_) => {}
            Outcome::Rejected(refused) => return Err(Error::Rejected(Rejected::Books(refused))),
        }
        tx.commit().await?;
        Ok(())
    }

    /// A second person refuses an application.
    pub async fn refuse_merchant(&self, municipality: Municipality, command: &Command, merchant: MerchantId, reason: &str) -> Result<(), Error<Rejected>> {
        self.change_merchant(municipality, command, merchant, ("refused", Some(reason)), Life::refuse).await
    }

    /// Stops payments at a merchant and payouts to it, at once.
    pub async fn suspend_merchant(&self, municipality: Municipality, command: &Command, merchant: MerchantId, reason: &str) -> Result<(), Error<Rejected>> {
        let because = reason.to_owned();
        self.change_merchant(municipality, command, merchant, ("suspended", Some(reason)), |life, act| life.suspend(act, because)).await
    }

    /// Another person lifts a suspension.
    pub async fn resume_merchant(&self, municipality: Municipality, command: &Command, merchant: MerchantId, reason: &str) -> Result<(), Error<Rejected>> {
        self.change_merchant(municipality, command, merchant, ("resumed", Some(reason)), |life, act| life.resume(&act)).await
    }

    async fn change_merchant(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        decision: (&'static str, Option<&str>),
        change: impl FnOnce(Life, Act) -> Result<Life, Rejected>,
    ) -> Result<(), Error<Rejected>> {
        if let (_, Some(reason)) = decision {
            text(field::REASON, reason).map_err(Error::Rejected)?;
        }
        let mut tx = self.pool.begin().await?;
        let Some(life) = self.begin_about_in_tx(&mut tx, municipality, command, merchant).await? else { return Ok(()) };
        let act = self.act(command);
        let life = change(life, act.clone()).map_err(Error::Rejected)?;
        repo::mark_state_in_tx(&mut tx, municipality, merchant, &life.state).await?;
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, decision, &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes in further services, which wait for a second person.
    pub async fn apply_services(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        offered: &[Service],
    ) -> Result<(), Error<Rejected>> {
        services(offered).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        if self.begin_about_in_tx(&mut tx, municipality, command, merchant).await?.is_none() {
            return Ok(());
        }
        let act = self.act(command);
        repo::insert_services_in_tx(&mut tx, municipality, merchant, offered, &act).await?;
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("service_applied", None), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A second person approves the services that wait.
    pub async fn approve_services(&self, municipality: Municipality, command: &Command, merchant: MerchantId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        if self.begin_about_in_tx(&mut tx, municipality, command, merchant).await?.is_none() {
            return Ok(());
        }
        let act = self.act(command);
        if repo::mark_services_approved_in_tx(&mut tx, municipality, merchant, &act).await? == 0 {
            return Err(Error::Rejected(Rejected::NothingToApprove));
        }
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("service_approved", None), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes in a change of bank account, from staff or from the merchant itself. Payouts go to the old one until a second person, in the city, approves
    /// the new one.
    pub async fn change_merchant_account(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        written: Written<'_>,
    ) -> Result<(), Error<Rejected>> {
        people::may_manage(command, merchant).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let scope = city::repo::get_in_tx(&mut tx, municipality).await?.scope();
        let bank_account = account::check(written, scope).map_err(Error::Rejected)?;
        if self.begin_in_tx(&mut tx, municipality, command, merchant).await?.is_none() {
            return Ok(());
        }
        self.insert_account_in_tx(&mut tx, municipality, command, merchant, &bank_account).await?;
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("account_applied", None), &self.act(command)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A second person approves the newest bank account, after calling the merchant back at a number known from before.
    pub async fn approve_merchant_account(&self, municipality: Municipality, command: &Command, merchant: MerchantId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        if self.begin_about_in_tx(&mut tx, municipality, command, merchant).await?.is_none() {
            return Ok(());
        }
        let act = self.act(command);
        let waiting = repo::find_waiting_account_in_tx(&mut tx, municipality, merchant).await?;
        let (number, by) = waiting.ok_or(Error::Rejected(Rejected::NothingToApprove))?;
        state::second_person(&by, &act.by).map_err(Error::Rejected)?;
        repo::mark_account_approved_in_tx(&mut tx, municipality, merchant, number, &act).await?;
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("account_approved", None), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A merchant as staff see it.
    pub async fn get_merchant(&self, municipality: Municipality, merchant: MerchantId) -> Result<Option<Merchant>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::find_in_tx(&mut tx, municipality, merchant).await
    }

    /// The merchants where families may pay, by reading.
    pub async fn list_merchants_for_families(&self, municipality: Municipality) -> Result<Vec<Listing>, Failure> {
        let mut tx = self.pool.begin().await?;
        Ok(repo::list_in_tx(&mut tx, municipality, Some(Standing::Approved)).await?.into_iter().map(|(listing, _)| listing).collect())
    }

    /// All merchants with their state, by reading.
    pub async fn list_merchants(&self, municipality: Municipality) -> Result<Vec<(Listing, Standing)>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, None).await
    }
}
