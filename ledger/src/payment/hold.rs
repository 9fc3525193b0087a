//! Hold before show: the family's whole price is set aside first, with its split; only then does a code exist.

mod together;

use std::collections::BTreeMap;

use serde::Serialize;

use super::history::{self, Payment};
use super::sources::{self, Group, Purchase, Window};
use super::split::{Source, split};
use super::{HoldRejected, NewHold, repo};
use crate::actor::{Actor, Command};
use crate::batch::Busy;
use crate::books::{self, Account, Kind, Outcome, Posting, Refused};
use crate::city::City;
use crate::entitlement;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{AccountId, ChildId, FamilyId, InvoiceId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::{Month, next_day, tokyo_date, tokyo_midnight};
use crate::{Ledger, Tx};

pub use together::Holds;

/// How often a payment is decided again when what it decided on has changed meanwhile.
pub(super) const ATTEMPTS: usize = 5;

/// What a family asks.
#[derive(Debug, Clone, Serialize)]
pub struct HoldPayment {
    /// Who pays.
    pub family: FamilyId,
    /// Whose entitlements may pay, in this order where they lapse on one day.
    pub children: Vec<ChildId>,
    /// Where the code will work.
    pub merchant: MerchantId,
    /// The bill, where there is one.
    pub invoice: Option<InvoiceId>,
    /// What is paid for.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
    /// The whole price.
    pub price: Yen,
    /// The month that is paid for, where the family says so.
    pub month: Option<Month>,
    /// Whether own money pays the rest.
    pub own_money: bool,
}

/// How one attempt ended.
enum Attempt {
    Held(Payment),
    Stale,
}

impl Ledger {
    /// Sets a payment aside: it is ready to be shown, with its one-time code ([`Ledger::payment_code`]). The same command again: the same payment again.
    /// Children that are not the family's pay nothing.
    pub async fn hold(&self, municipality: Municipality, key: &str, asked: &HoldPayment) -> Result<Payment, Error<HoldRejected>> {
        let item = together::Asked::new(key, asked);
        let claims = item.claims();
        let work = || Holds { ledger: self.clone(), municipality };
        match self.together.holds.ask(municipality, work, item, claims).await {
            Ok(answer) => answer?.map_err(Error::Rejected),
            Err(Busy) => Err(Error::Rejected(HoldRejected::Busy)),
        }
    }

    /// Sets a payment aside in `tx`, deciding again while others pay from the same money.
    pub(super) async fn hold_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, key: &str, asked: &HoldPayment) -> Result<Payment, Error<HoldRejected>> {
        if !asked.price.is_positive() {
            return Err(Error::Rejected(HoldRejected::Price));
        }
        let mut why = HoldRejected::Busy;
        for _ in 0..ATTEMPTS {
            match self.try_hold_in_tx(tx, municipality, key, asked).await {
                Ok(Attempt::Held(held)) => return Ok(held),
                Ok(Attempt::Stale) => {}
                Err(Error::Rejected(rejected)) => {
                    why = rejected;
                    break;
                }
                Err(failed) => return Err(failed),
            }
        }
        // What this attempt missed may have been taken by the same command, sent twice: then its answer stands.
        let command = Command::new(Actor::Family(asked.family), key, asked);
        match books::repo::find_command_in_tx(tx, municipality, &command).await? {
            Some(known) => self.held_before(tx, municipality, known).await,
            None => Err(Error::Rejected(why)),
        }
    }

    /// Reads, decides, posts on the condition that what was read still holds.
    async fn try_hold_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, key: &str, asked: &HoldPayment) -> Result<Attempt, Error<HoldRejected>> {
        let command = Command::new(Actor::Family(asked.family), key, asked);
        if let Some(known) = books::repo::find_command_in_tx(tx, municipality, &command).await? {
            return self.held_before(tx, municipality, known).await.map(Attempt::Held);
        }
        let city = crate::city::repo::get_in_tx(tx, municipality).await?;
        let taker = repo::list_takers_in_tx(tx, municipality, &[asked]).await?.pop().flatten();
        let merchant_name = taker.ok_or(Error::Rejected(HoldRejected::Merchant))?;
        if !super::invoice::is_open_for_in_tx(tx, municipality, asked).await? {
            return Err(Error::Rejected(HoldRejected::Invoice));
        }
        let groups = self.groups_in_tx(tx, &city, asked).await?;
        let left = self.open_windows_in_tx(tx, municipality, &groups).await?;
        let mut sources = sources::sources(asked.price, &groups, &left)?;
        sources.extend(self.own_money_in_tx(tx, &city, asked).await?);
        let parts = split(asked.price, sources).map_err(|short| Error::Rejected(short.into()))?;
        let used = sources::usage(&groups, &parts)?;

        let hold = self.new_hold(&city, &command, asked);
        let moved: Vec<_> = parts.iter().map(|part| (part.source.account, part.amount)).collect();
        let draft = events::payment::hold(hold.id, hold.expires_at, tokyo_date(hold.held_at), &moved, &used);
        match self.post_in_tx(tx, municipality, &self.posting(municipality, command.clone(), draft)).await? {
            Outcome::Posted(entry) => {
                repo::insert_hold_in_tx(tx, municipality, entry, &hold).await?;
                Ok(Attempt::Held(Payment::held(hold, (asked.merchant, merchant_name), &parts)))
            }
            known @ Outcome::Replayed(_) => self.held_before(tx, municipality, known).await.map(Attempt::Held),
            Outcome::Rejected(Refused::Short | Refused::Window) => Ok(Attempt::Stale),
            Outcome::Rejected(Refused::Conflict) => Err(Error::Rejected(HoldRejected::Conflict)),
            Outcome::Rejected(Refused::Closed) => Err(Error::Rejected(HoldRejected::Closed)),
            Outcome::Rejected(other) => Err(Failure::inconsistent("holds", other.to_string()).into()),
        }
    }

    async fn held_before(&self, tx: &mut Tx<'_>, municipality: Municipality, known: Outcome) -> Result<Payment, Error<HoldRejected>> {
        let (Outcome::Posted(entry) | Outcome::Replayed(entry)) = known else { return Err(Error::Rejected(HoldRejected::Conflict)) };
        let hold = repo::find_hold_in_tx(tx, municipality, repo::By::Entry(entry)).await?;
        let hold = hold.ok_or_else(|| Failure::inconsistent("holds", format!("{entry} has no hold")))?;
        Ok(history::get_in_tx(tx, municipality, hold.id).await?)
    }

    pub(super) async fn groups_in_tx(&self, tx: &mut Tx<'_>, city: &City, asked: &HoldPayment) -> Result<Vec<Group<'_>>, Failure> {
        let now = self.clock.now();
        let on = tokyo_date(now);
        // A child that has moved to another household is not this family's any more, from that day on.
        let own = self.child_ids_of_family_in_tx(tx, city.municipality, asked.family, on).await?;
        let children: Vec<_> = asked.children.iter().copied().filter(|child| own.contains(child)).collect();
        let spendable = entitlement::repo::list_spendable_in_tx(tx, city.municipality, &children, now).await?;
        let facts = self.scheme_facts_in_tx(tx, city.municipality, &children, on).await?;
        let purchase = Purchase { price: asked.price, expense: &asked.expense, service: asked.service.as_deref(), month: asked.month, on };
        Ok(sources::groups((&self.schemes, city.rules()), &purchase, spendable, &facts))
    }

    /// What the windows of usage limits still allow; one that nobody has used yet is opened.
    pub(super) async fn open_windows_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        groups: &[Group<'_>],
    ) -> Result<BTreeMap<AccountId, Yen>, Failure> {
        let mut left = BTreeMap::new();
        for window in groups.iter().flat_map(Group::windows) {
            let id = window.account.id;
            if let Some(balance) = books::repo::find_guarded_balance_in_tx(tx, municipality, id).await? {
                left.insert(id, balance);
                continue;
            }
            if window.most.is_positive() {
                self.post_in_tx(tx, municipality, &self.allowing(municipality, window)).await?;
            }
            let balance = books::repo::find_guarded_balance_in_tx(tx, municipality, id).await?;
            left.insert(id, balance.unwrap_or(Yen::ZERO));
        }
        Ok(left)
    }

    /// The posting that opens a window, once.
    fn allowing(&self, municipality: Municipality, window: &Window) -> Posting {
        let id = window.account.id;
        let command = Command::new(Actor::Job("allow"), format!("allow/{id}"), &id);
        self.posting(municipality, command, events::payment::allow(window.account.clone(), window.most, self.clock.today()))
    }

    pub(super) async fn own_money_in_tx(&self, tx: &mut Tx<'_>, city: &City, asked: &HoldPayment) -> Result<Option<Source>, Failure> {
        if city.own_money_custodian.is_none() || !asked.own_money {
            return Ok(None);
        }
        let account = Account::of_owner(Kind::OwnMoney, asked.family.uuid()).id;
        let balance = books::repo::find_guarded_balance_in_tx(tx, city.municipality, account).await?;
        Ok(balance.filter(|balance| balance.is_positive()).map(|most| Source::own_money(account, most)))
    }

    /// A hold ends when its minutes are over or at midnight in Tokyo, whichever comes first. Entitlements lapse at midnight, so that it never outlives
    /// what it is made of; and that it is the same whoever pays keeps the desk from telling by when a code stops.
    fn new_hold(&self, city: &City, command: &Command, asked: &HoldPayment) -> NewHold {
        let now = self.clock.now();
        let scope = command.scope(city.municipality);
        let id = AccountId::new(self.entropy.uuid(Draw { command: &scope, purpose: "hold", index: 0 }, now));
        NewHold {
            id,
            family: asked.family,
            merchant: Some(asked.merchant),
            services: None,
            invoice: asked.invoice,
            expense: asked.expense.clone(),
            service: asked.service.clone(),
            amount: asked.price,
            digest: self.code_of(id).digest(),
            held_at: now,
            expires_at: tokyo_midnight(next_day(tokyo_date(now))).min(now + city.hold),
        }
    }
}
