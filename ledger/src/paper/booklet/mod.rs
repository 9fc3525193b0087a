//! Booklets of tickets: issued, printed, printed again when they are lost, given back.
//!
//! Invariant: a ticket's code is a function of its hold and stands in no table. What the desk captured and what was printed again exclude each other,
//! because both take the same hold's money.

pub(super) mod repo;

use chrono::NaiveDate;
use serde::Serialize;

use super::{BookletKind, Rejected, staff, validity};
use crate::actor::{Actor, Command};
use crate::books::{self, Account, Kind, Outcome, Refused};
use crate::city::{self, City};
use crate::code::{Code, CodeKind};
use crate::entitlement;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{AccountId, BookletId, ChildId, FamilyId, Municipality};
use crate::payment::NewHold;
use crate::payment::aside::{Aside, Move, Place};
use crate::payment::decide::{Balances, Decision, Question, Undecided};
use crate::payment::sources::{Purchase, Spending};
use crate::time::{Instant, next_day, tokyo_midnight};
use crate::{Ledger, Tx};

/// The most tickets of a booklet.
pub const TICKETS_MAX: u16 = 30;

/// What staff ask for.
#[derive(Debug, Clone, Serialize)]
pub struct NewBooklet {
    /// For whom.
    pub family: FamilyId,
    /// Whose entitlements may pay, in this order where they lapse on one day; may be none.
    pub children: Vec<ChildId>,
    /// Whether own money pays what they do not.
    pub own_money: bool,
    /// Which kind.
    pub kind: String,
    /// How many tickets.
    pub tickets: u16,
    /// The last day on which they work, one of the city's; the next that is not too near, if none is asked for.
    pub valid_through: Option<NaiveDate>,
}

/// A booklet and what has become of its tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Booklet {
    /// Its id.
    pub id: BookletId,
    /// Printed on each ticket.
    pub number: String,
    /// Whose it is.
    pub family: FamilyId,
    /// What kind.
    pub kind: BookletKind,
    /// The last day on which its tickets work.
    pub valid_through: NaiveDate,
    /// 1, 2, 3 …: which print of it works.
    pub edition: i16,
    /// When it was first printed.
    pub issued_at: Instant,
    /// When it was given back; none while it works.
    pub ended_at: Option<Instant>,
    /// Tickets that work.
    pub unused: i64,
    /// Tickets that a merchant has captured.
    pub used: i64,
}

/// A ticket as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedTicket {
    /// Its place in the booklet.
    pub serial: i16,
    /// What the desk scans.
    pub code: Code,
}

/// A booklet as it is printed: the tickets that work now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedBooklet {
    /// The booklet.
    pub booklet: Booklet,
    /// Its tickets.
    pub tickets: Vec<PrintedTicket>,
}

/// One print of a booklet.
#[derive(Debug, Clone, Copy)]
struct Edition {
    booklet: BookletId,
    /// 1, 2, 3 …
    number: i16,
}

impl Edition {
    fn next(self) -> Result<Self, Failure> {
        let number = self.number.checked_add(1).ok_or_else(|| Failure::inconsistent("booklets", "too many editions"))?;
        Ok(Self { number, ..self })
    }
}

/// Tickets that are to be issued together.
#[derive(Debug, Clone, Copy)]
struct Lot<'a> {
    kind: &'a BookletKind,
    today: NaiveDate,
    valid_through: NaiveDate,
}

impl Ledger {
    /// The days through which booklets of a kind are valid when they are issued today: the same for every family.
    ///
    /// # Errors
    /// [`Rejected::UnknownKind`].
    pub async fn booklet_days(&self, municipality: Municipality, kind: &str) -> Result<Vec<NaiveDate>, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let (city, kind) = self.kind_in_tx(&mut tx, municipality, kind).await?;
        Ok(self.days(&city, &kind).into_iter().collect())
    }

    /// Issues a booklet: the face of every ticket is set aside, then there is something to print. The same command again: the same booklet again.
    ///
    /// # Errors
    /// [`Rejected`]: no such family, child or kind, nobody takes such tickets, another day, how many, what may pay does not reach, a closed day.
    pub async fn issue_booklet(&self, municipality: Municipality, command: &Command, asked: &NewBooklet) -> Result<Booklet, Error<Rejected>> {
        staff(command)?;
        if !(1..=TICKETS_MAX).contains(&asked.tickets) {
            return Err(Error::Rejected(Rejected::Tickets));
        }
        let now = self.clock.now();
        let scope = command.scope(municipality);
        let id = BookletId::new(self.entropy.uuid(Draw { command: &scope, purpose: "booklet", index: 0 }, now));
        let mut tx = self.pool.begin().await?;
        if let Some(known) = self.claim_paper_in_tx(&mut tx, municipality, command, id.uuid()).await? {
            return self.get_booklet_in_tx(&mut tx, municipality, BookletId::new(known)).await;
        }
        self.family_of_paper_in_tx(&mut tx, municipality, asked.family).await?;
        let (city, kind) = self.kind_in_tx(&mut tx, municipality, &asked.kind).await?;
        if !repo::is_taken_somewhere_in_tx(&mut tx, municipality, &kind).await? {
            return Err(Error::Rejected(Rejected::NoMerchant(kind.kind)));
        }
        let (days, today) = (self.days(&city, &kind), self.clock.today());
        let through = validity::chosen(&days, asked.valid_through, today);
        let valid_through = through.ok_or_else(|| Error::Rejected(Rejected::ValidThrough(days.iter().copied().collect())))?;

        let decisions = self.decide_tickets_in_tx(&mut tx, &city, asked, Lot { kind: &kind, today, valid_through }).await?;
        let number = self.draw_paper_number_in_tx(&mut tx, municipality, &scope).await?;
        let new = repo::NewRow { id, number: &number, family: asked.family, kind: &kind.kind, valid_through };
        repo::insert_in_tx(&mut tx, municipality, &new, &self.act(command)).await?;
        let mut tickets = Vec::new();
        for (serial, decision) in (1_i16..).zip(decisions) {
            let hold = self.ticket(self.ticket_id(&scope, serial), asked.family, &kind, valid_through);
            let each = Command { key: format!("{}/ticket/{serial}", command.key), ..command.clone() };
            let parts = decision.parts.iter().map(|part| (part.source.account, part.amount)).collect();
            tickets.push((serial, hold.id));
            match self.set_aside_in_tx(&mut tx, municipality, &[Aside { command: each, hold, parts, used: decision.used }]).await?.as_slice() {
                [Outcome::Posted(_)] => {}
                other => return Err(refused(other)),
            }
        }
        repo::insert_tickets_in_tx(&mut tx, municipality, Edition { booklet: id, number: 1 }, &tickets).await?;
        let booklet = self.get_booklet_in_tx(&mut tx, municipality, id).await?;
        tx.commit().await?;
        Ok(booklet)
    }

    /// Reads and decides under locks on everything that may pay, so that what is decided can be posted.
    async fn decide_tickets_in_tx(&self, tx: &mut Tx<'_>, city: &City, asked: &NewBooklet, lot: Lot<'_>) -> Result<Vec<Decision>, Error<Rejected>> {
        let (municipality, now) = (city.municipality, self.clock.now());
        let children = asked.children.iter().map(|child| (asked.family, *child)).collect();
        let own = self.facts_of_own_in_tx(tx, city, &children, lot.today).await?;
        if own.len() < children.len() {
            return Err(Error::Rejected(Rejected::UnknownChild));
        }
        let own_money = Account::of_owner(Kind::OwnMoney, asked.family.uuid()).id;
        let own_money = (asked.own_money && city.own_money_custodian.is_some()).then_some(own_money);
        let before = entitlement::repo::list_spendable_in_tx(tx, municipality, &asked.children, now).await?;
        let accounts: Vec<_> = before.iter().map(|entitlement| entitlement.account).chain(own_money).collect();
        books::repo::lock_guarded_in_tx(tx, municipality, lot.today, &accounts).await?;

        let mut spendable = entitlement::repo::list_spendable_in_tx(tx, municipality, &asked.children, now).await?;
        spendable.retain(|entitlement| accounts.contains(&entitlement.account));
        let mut balances = Balances::new();
        if let Some(account) = own_money {
            balances.extend(books::repo::find_guarded_balance_in_tx(tx, municipality, account).await?.map(|left| (account, left)));
        }
        let facts = own.into_iter().map(|((_, child), facts)| (child, facts)).collect();
        let purchase = Purchase { price: lot.kind.face, of: lot.kind.use_of_tickets(), month: None, until: ends(lot.valid_through) };
        let spending = Spending { catalog: &self.schemes, rules: city.rules(), spendable, facts: &facts };
        Question::new(&purchase, spending, own_money).decide_each(asked.tickets, balances).map_err(|why| match why {
            Undecided::Short(short) => Error::Rejected(Rejected::Short { missing: short.missing }),
            Undecided::Overflow(overflow) => Error::Failed(overflow.into()),
        })
    }

    fn days(&self, city: &City, kind: &BookletKind) -> std::collections::BTreeSet<NaiveDate> {
        validity::days(&self.schemes, city.into(), &kind.use_of_tickets(), self.clock.today())
    }

    async fn kind_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, kind: &str) -> Result<(City, BookletKind), Error<Rejected>> {
        let city = city::repo::get_in_tx(tx, municipality).await?;
        let found = super::repo::list_kinds_in_tx(tx, municipality, Some(kind)).await?.pop();
        Ok((city, found.ok_or_else(|| Error::Rejected(Rejected::UnknownKind(kind.to_owned())))?))
    }

    /// The hold of a ticket: one for each serial of a command.
    fn ticket_id(&self, scope: &str, serial: i16) -> AccountId {
        let index = u64::try_from(serial).unwrap_or(0);
        AccountId::new(self.entropy.uuid(Draw { command: scope, purpose: "ticket hold", index }, self.clock.now()))
    }

    /// The code of a ticket: drawn again whenever it is printed.
    pub(super) fn ticket_code(&self, hold: AccountId) -> Code {
        Code::new(CodeKind::Ticket, self.entropy.code_bits(Draw { command: &hold.to_string(), purpose: "ticket", index: 0 }))
    }

    fn ticket(&self, id: AccountId, family: FamilyId, kind: &BookletKind, valid_through: NaiveDate) -> NewHold {
        NewHold {
            id,
            family,
            place: Place::Registered(kind.services.clone()),
            invoice: None,
            expense: kind.expense.clone(),
            service: None,
            amount: kind.face,
            digest: self.ticket_code(id).digest(),
            held_at: self.clock.now(),
            expires_at: ends(valid_through),
        }
    }

    /// A booklet.
    pub async fn booklet(&self, municipality: Municipality, booklet: BookletId) -> Result<Option<Booklet>, Failure> {
        let mut tx = self.pool.begin().await?;
        Ok(repo::list_in_tx(&mut tx, municipality, repo::Which::One(booklet), self.clock.now()).await?.pop())
    }

    /// A family's booklets, newest first.
    pub async fn booklets_of_family(&self, municipality: Municipality, family: FamilyId) -> Result<Vec<Booklet>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, repo::Which::OfFamily(family), self.clock.now()).await
    }

    async fn get_booklet_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, booklet: BookletId) -> Result<Booklet, Error<Rejected>> {
        let found = repo::list_in_tx(tx, municipality, repo::Which::One(booklet), self.clock.now()).await?.pop();
        found.ok_or(Error::Rejected(Rejected::UnknownBooklet(booklet)))
    }

    /// A booklet as it is printed: its tickets that work, with their codes. Whoever prints holds money in hand: that is for the caller's audit.
    ///
    /// # Errors
    /// [`Rejected`]: no such booklet, given back, nothing left.
    pub async fn print_booklet(&self, municipality: Municipality, booklet: BookletId) -> Result<PrintedBooklet, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let booklet = self.get_booklet_in_tx(&mut tx, municipality, booklet).await?;
        if booklet.ended_at.is_some() {
            return Err(Error::Rejected(Rejected::Ended));
        }
        let open = repo::list_open_tickets_in_tx(&mut tx, municipality, Edition { booklet: booklet.id, number: booklet.edition }, self.clock.now()).await?;
        if open.is_empty() {
            return Err(Error::Rejected(Rejected::NothingLeft));
        }
        let tickets = open.into_iter().map(|(serial, hold)| PrintedTicket { serial, code: self.ticket_code(hold) }).collect();
        Ok(PrintedBooklet { booklet, tickets })
    }

    /// Prints a booklet again that was lost: the money of its unused tickets moves to new codes, and the old paper opens nothing from now on.
    ///
    /// # Errors
    /// [`Rejected`]: no such booklet, given back, nothing left.
    pub async fn reissue_booklet(&self, municipality: Municipality, command: &Command, booklet: BookletId) -> Result<Booklet, Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_paper_in_tx(&mut tx, municipality, command, booklet.uuid()).await?.is_some() {
            return self.get_booklet_in_tx(&mut tx, municipality, booklet).await;
        }
        let edition = self.lock_booklet_in_tx(&mut tx, municipality, booklet).await?;
        let scope = command.scope(municipality);
        let open = repo::list_open_tickets_in_tx(&mut tx, municipality, edition, self.clock.now()).await?;
        let to_new_code = |&(serial, from): &(i16, AccountId)| {
            let to = self.ticket_id(&scope, serial);
            Move { from, to, digest: self.ticket_code(to).digest() }
        };
        let asked: Vec<_> = open.iter().map(to_new_code).collect();
        let moved = self.move_in_tx(&mut tx, municipality, command, &asked).await?;
        let tickets: Vec<_> = open.iter().filter_map(|(serial, from)| Some((*serial, moved.iter().find(|moved| moved.from == *from)?.to))).collect();
        if tickets.is_empty() {
            return Err(Error::Rejected(Rejected::NothingLeft));
        }
        let next = edition.next()?;
        repo::mark_edition_in_tx(&mut tx, municipality, next).await?;
        repo::insert_tickets_in_tx(&mut tx, municipality, next, &tickets).await?;
        let booklet = self.get_booklet_in_tx(&mut tx, municipality, booklet).await?;
        tx.commit().await?;
        Ok(booklet)
    }

    /// Takes a booklet back: what its unused tickets hold returns where it came from.
    ///
    /// # Errors
    /// [`Rejected`]: no such booklet, given back before.
    pub async fn cancel_booklet(&self, municipality: Municipality, command: &Command, booklet: BookletId) -> Result<Booklet, Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_paper_in_tx(&mut tx, municipality, command, booklet.uuid()).await?.is_some() {
            return self.get_booklet_in_tx(&mut tx, municipality, booklet).await;
        }
        let edition = self.lock_booklet_in_tx(&mut tx, municipality, booklet).await?;
        self.end_booklet_in_tx(&mut tx, municipality, command, edition).await?;
        let booklet = self.get_booklet_in_tx(&mut tx, municipality, booklet).await?;
        tx.commit().await?;
        Ok(booklet)
    }

    /// Ends a booklet that is locked; returns how many tickets were given back.
    async fn end_booklet_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, edition: Edition) -> Result<usize, Failure> {
        let open = repo::list_open_tickets_in_tx(tx, municipality, edition, self.clock.now()).await?;
        let holds: Vec<_> = open.into_iter().map(|(_, hold)| hold).collect();
        let given_back = self.give_back_in_tx(tx, municipality, command, &holds).await?;
        repo::mark_ended_in_tx(tx, municipality, edition.booklet, &self.act(command)).await?;
        Ok(given_back)
    }

    /// Ends a booklet whose family has no right to it any more, unless it has ended.
    pub(super) async fn end_former_booklet(&self, municipality: Municipality, booklet: BookletId) -> Result<usize, Failure> {
        let command = Command::new(Actor::Job("guardians"), format!("guardians/{booklet}"), &booklet);
        let mut tx = self.pool.begin().await?;
        let Some((number, false)) = repo::lock_in_tx(&mut tx, municipality, booklet).await? else { return Ok(0) };
        let given_back = self.end_booklet_in_tx(&mut tx, municipality, &command, Edition { booklet, number }).await?;
        tx.commit().await?;
        Ok(given_back)
    }

    /// Locks a booklet that works; returns its edition in force.
    async fn lock_booklet_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, booklet: BookletId) -> Result<Edition, Error<Rejected>> {
        match repo::lock_in_tx(tx, municipality, booklet).await? {
            None => Err(Error::Rejected(Rejected::UnknownBooklet(booklet))),
            Some((_, true)) => Err(Error::Rejected(Rejected::Ended)),
            Some((number, false)) => Ok(Edition { booklet, number }),
        }
    }
}

/// From when tickets work no more that are valid through a day.
fn ends(valid_through: NaiveDate) -> Instant {
    tokyo_midnight(next_day(valid_through))
}

/// What was decided under locks is refused only on a day that is closed.
fn refused(outcomes: &[Outcome]) -> Error<Rejected> {
    match outcomes {
        [Outcome::Rejected(Refused::Closed)] => Error::Rejected(Rejected::Hold(crate::payment::HoldRejected::Closed)),
        other => Failure::inconsistent("tickets", format!("{other:?}")).into(),
    }
}
