//! Holds that arrive together: what all of them must know is read at once, each is decided by the same pure functions as alone, and all are posted on the
//! condition that what was read still holds. Who was too late is decided again, alone.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection as _, PgConnection, PgPool};

use super::{HoldPayment, HoldRejected, NewHold};
use crate::actor::{Actor, Command};
use crate::batch::{Claims, Work};
use crate::books::{self, Account, Kind, Outcome, Posting, Refused};
use crate::city::{self, City};
use crate::entitlement::{self, Spendable};
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{AccountId, ChildId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::payment::history::Payment;
use crate::payment::sources::{self, Group, Purchase, Window};
use crate::payment::split::{Part, Source, split};
use crate::payment::{invoice, repo};
use crate::scheme::Facts;
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx};

/// One hold that is asked for.
pub struct Asked {
    key: String,
    command: Command,
    payment: HoldPayment,
}

/// Holds of one municipality that arrive together.
pub struct Holds {
    pub(super) ledger: Ledger,
    pub(super) municipality: Municipality,
}

type Answer = Result<Payment, HoldRejected>;

impl Asked {
    pub(super) fn new(key: &str, payment: &HoldPayment) -> Self {
        Self { key: key.to_owned(), command: Command::new(Actor::Family(payment.family), key, payment), payment: payment.clone() }
    }

    /// A family's own money and its children's entitlements pay one hold of a batch.
    pub(super) fn claims(&self) -> Claims {
        let own = Claims::default().taking((&self.command.actor, &self.command.key)).taking(self.payment.family);
        self.payment.children.iter().fold(own, Claims::taking)
    }
}

impl Work for Holds {
    type Item = Asked;
    type Answer = Answer;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&Asked]) -> Result<Vec<Answer>, Failure> {
        if let [item] = items {
            return Ok(vec![self.alone(connection, item).await?]);
        }
        let mut tx = connection.begin().await?;
        let ends = self.hold_in_tx(&mut tx, items).await?;
        tx.commit().await?;
        let mut answers = Vec::new();
        for (item, end) in items.iter().zip(ends) {
            answers.push(match end {
                Some(answer) => answer,
                None => self.alone(connection, item).await?,
            });
        }
        Ok(answers)
    }
}

/// What is read for a batch at once.
struct Known {
    city: City,
    now: Instant,
    /// The children that are the family's own today.
    own: BTreeSet<(FamilyId, ChildId)>,
    spendable: BTreeMap<ChildId, Vec<Spendable>>,
    facts: BTreeMap<ChildId, Facts>,
}

/// A hold that may be decided: its merchant takes such payments.
struct Payable<'a> {
    place: usize,
    item: &'a Asked,
    merchant_name: String,
}

/// A hold that is decided.
struct Due<'a> {
    place: usize,
    hold: NewHold,
    taker: (MerchantId, String),
    parts: Vec<Part>,
    posting: Posting,
    /// Windows of usage limits that nobody has looked at before.
    opens: Vec<&'a Window>,
}

impl Holds {
    async fn alone(&self, connection: &mut PgConnection, item: &Asked) -> Result<Answer, Failure> {
        let mut tx = connection.begin().await?;
        match self.ledger.hold_in_tx(&mut tx, self.municipality, &item.key, &item.payment).await {
            Ok(held) => {
                tx.commit().await?;
                Ok(Ok(held))
            }
            Err(Error::Rejected(rejected)) => Ok(Err(rejected)),
            Err(Error::Failed(failure)) => Err(failure),
        }
    }

    /// Answers each in turn; none for one that must be looked at alone.
    async fn hold_in_tx(&self, tx: &mut Tx<'_>, items: &[&Asked]) -> Result<Vec<Option<Answer>>, Failure> {
        let mut ends: Vec<Option<Answer>> = items.iter().map(|_| None).collect();
        let payable = self.payable_in_tx(tx, items).await?;
        let known = self.known_in_tx(tx, &payable).await?;
        let grouped: Vec<_> = payable.into_iter().map(|one| (known.groups(&self.ledger, &one.item.payment), one)).collect();
        let balances = self.balances_in_tx(tx, &grouped).await?;
        let mut due = Vec::new();
        for (groups, one) in &grouped {
            // Who is refused may have been accepted before, by the same command sent twice: that is looked at alone, as is a key that is known.
            due.extend(self.decide(&known, one, groups, &balances)?);
        }
        let opened = self.open_in_tx(tx, &due).await?;
        let outcomes = books::repo::post_batch(tx, self.municipality, known.now, due.iter().map(|due| &due.posting)).await?;
        let mut held = Vec::new();
        for (due, outcome) in due.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Posted(entry) => held.push((due, entry)),
                // Nothing is left behind by a hold that is refused, no window either.
                _ if opened => return Err(Failure::inconsistent("holds", "a window was opened and not used: each is tried alone")),
                Outcome::Replayed(_) | Outcome::Rejected(Refused::Short | Refused::Window | Refused::Conflict | Refused::Closed) => {}
                Outcome::Rejected(other) => return Err(Failure::inconsistent("holds", other.to_string())),
            }
        }
        let rows: Vec<_> = held.iter().map(|(due, entry)| (*entry, &due.hold)).collect();
        repo::insert_holds_in_tx(tx, self.municipality, &rows).await?;
        for (due, _) in held {
            if let Some(end) = ends.get_mut(due.place) {
                *end = Some(Ok(Payment::held(due.hold, due.taker, &due.parts)));
            }
        }
        Ok(ends)
    }

    /// Those whose merchant takes such payments now, and whose bill, where there is one, is open.
    async fn payable_in_tx<'a>(&self, tx: &mut Tx<'_>, items: &[&'a Asked]) -> Result<Vec<Payable<'a>>, Failure> {
        let payments: Vec<_> = items.iter().map(|item| &item.payment).collect();
        let takers = repo::list_takers_in_tx(tx, self.municipality, &payments).await?;
        let mut payable = Vec::new();
        for (place, (item, taker)) in items.iter().zip(takers).enumerate() {
            let open = item.payment.invoice.is_none() || invoice::is_open_for_in_tx(tx, self.municipality, &item.payment).await?;
            let well = open && item.payment.price.is_positive();
            payable.extend(taker.filter(|_| well).map(|merchant_name| Payable { place, item, merchant_name }));
        }
        Ok(payable)
    }

    async fn known_in_tx(&self, tx: &mut Tx<'_>, payable: &[Payable<'_>]) -> Result<Known, Failure> {
        let (ledger, municipality, now) = (&self.ledger, self.municipality, self.ledger.clock.now());
        let on = tokyo_date(now);
        let city = city::repo::get_in_tx(tx, municipality).await?;
        let asked = |item: &Asked| item.payment.children.iter().map(|child| (item.payment.family, *child)).collect::<Vec<_>>();
        let asked: BTreeSet<_> = payable.iter().flat_map(|one| asked(one.item)).collect();
        // A child that has moved to another household is not this family's any more, from that day on.
        let own = ledger.facts_of_own_in_tx(tx, &city, &asked, on).await?;
        let children: Vec<_> = own.keys().map(|(_, child)| *child).collect();
        let mut spendable: BTreeMap<ChildId, Vec<Spendable>> = BTreeMap::new();
        for one in entitlement::repo::list_spendable_in_tx(tx, municipality, &children, now).await? {
            spendable.entry(one.child).or_default().push(one);
        }
        let (own, facts) = own.into_iter().map(|((family, child), facts)| ((family, child), (child, facts))).unzip();
        Ok(Known { city, now, own, spendable, facts })
    }

    /// Balances of families' own money, and of the windows that have been opened.
    async fn balances_in_tx(&self, tx: &mut Tx<'_>, grouped: &[(Vec<Group<'_>>, Payable<'_>)]) -> Result<BTreeMap<AccountId, Yen>, Failure> {
        let windows = grouped.iter().flat_map(|(groups, _)| groups).flat_map(Group::windows).map(|window| window.account.id);
        let own = grouped.iter().map(|(_, one)| &one.item.payment).filter(|payment| payment.own_money).map(|payment| own_money(payment.family));
        let accounts: Vec<_> = windows.chain(own).collect();
        books::repo::list_guarded_balances_in_tx(tx, self.municipality, &accounts).await
    }

    /// What one hold is made of; none where it is refused.
    fn decide<'a>(&self, known: &Known, one: &Payable<'_>, groups: &'a [Group<'_>], balances: &BTreeMap<AccountId, Yen>) -> Result<Option<Due<'a>>, Failure> {
        let Payable { place, item, merchant_name } = one;
        let payment = &item.payment;
        let mut sources = sources::sources(payment.price, groups, balances)?;
        if known.city.own_money_custodian.is_some() && payment.own_money {
            let account = own_money(payment.family);
            let most = balances.get(&account).copied().filter(|balance| balance.is_positive());
            sources.extend(most.map(|most| Source::own_money(account, most)));
        }
        let Ok(parts) = split(payment.price, sources) else { return Ok(None) };
        let used = sources::usage(groups, &parts)?;
        let hold = self.ledger.new_hold(&known.city, &item.command, payment);
        let moved: Vec<_> = parts.iter().map(|part| (part.source.account, part.amount)).collect();
        let draft = events::payment::hold(hold.id, hold.expires_at, tokyo_date(hold.held_at), &moved, &used);
        let first = |window: &&Window| !balances.contains_key(&window.account.id) && window.most.is_positive();
        let opens = groups.iter().flat_map(Group::windows).filter(first).collect();
        let posting = self.ledger.posting(self.municipality, item.command.clone(), draft);
        let taker = (payment.merchant, merchant_name.clone());
        Ok(Some(Due { place: *place, hold, taker, parts, posting, opens }))
    }

    /// Opens the windows that nobody has looked at before; answers whether there are any.
    async fn open_in_tx(&self, tx: &mut Tx<'_>, due: &[Due<'_>]) -> Result<bool, Failure> {
        let windows: BTreeMap<_, _> = due.iter().flat_map(|due| &due.opens).map(|window| (window.account.id, *window)).collect();
        let postings: Vec<_> = windows.values().map(|window| self.ledger.allowing(self.municipality, window)).collect();
        books::repo::post_batch(tx, self.municipality, self.ledger.clock.now(), postings.iter()).await?;
        Ok(!postings.is_empty())
    }
}

impl Known {
    /// What may pay, by the rules of each scheme.
    fn groups<'a>(&self, ledger: &'a Ledger, payment: &HoldPayment) -> Vec<Group<'a>> {
        let purchase =
            Purchase { price: payment.price, expense: &payment.expense, service: payment.service.as_deref(), month: payment.month, on: tokyo_date(self.now) };
        let mut named = BTreeSet::new();
        let own = payment.children.iter().filter(|child| self.own.contains(&(payment.family, **child)) && named.insert(**child));
        let mut spendable: Vec<_> = own.filter_map(|child| self.spendable.get(child)).flatten().cloned().collect();
        // Soonest to close first, then in the order in which the children were named: both sorts keep the order of what is equal.
        spendable.sort_by_key(|one| one.closes_on);
        sources::groups((&ledger.schemes, self.city.rules()), &purchase, spendable, &self.facts)
    }
}

fn own_money(family: FamilyId) -> AccountId {
    Account::of_owner(Kind::OwnMoney, family.uuid()).id
}
