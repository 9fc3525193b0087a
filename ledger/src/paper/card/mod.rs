//! Cards: a code that lives long and opens nothing by itself. It captures what was reserved beforehand, at that merchant, for that amount: by the family
//! itself, or by staff for a family that calls or comes to the counter.
//!
//! Invariant: a card has at most one open reservation for a merchant and amount, so that the desk's two figures say which one it captures.

mod repo;

use chrono::TimeDelta;
use serde::Serialize;

use super::{Rejected, staff, validity};
use crate::actor::{Actor, Command};
use crate::city::{self, City};
use crate::code::{Code, CodeKind};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{AccountId, CardId, ChildId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::payment::aside::{Move, held_under};
use crate::payment::sources::Use;
use crate::payment::{HoldPayment, Reserved};
use crate::time::{Instant, next_day, tokyo_midnight};
use crate::{Ledger, Tx};

/// A reservation that nobody captures is given back after this, or on the first of the city's days, whoever pays.
const RESERVED: TimeDelta = TimeDelta::days(31);

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// Printed on it.
    pub number: String,
    /// Whose it is.
    pub family: FamilyId,
    /// 1, 2, 3 …: which print of it works.
    pub edition: i16,
    /// When it was first printed.
    pub issued_at: Instant,
    /// When it was given back; none while it works.
    pub ended_at: Option<Instant>,
    /// What it captures now, the first to expire first.
    pub reservations: Vec<Reservation>,
}

/// What a card captures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reservation {
    /// The hold.
    pub hold: AccountId,
    /// Where.
    pub merchant: MerchantId,
    /// How much.
    pub amount: Yen,
    /// What for.
    pub expense: String,
    /// From here on it is given back.
    pub expires_at: Instant,
}

/// What is to be reserved.
#[derive(Debug, Clone, Serialize)]
pub struct Reserve {
    /// Whose entitlements may pay, in this order where they lapse on one day.
    pub children: Vec<ChildId>,
    /// Where.
    pub merchant: MerchantId,
    /// What for.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
    /// The whole price.
    pub price: Yen,
    /// Whether own money pays the rest.
    pub own_money: bool,
}

/// One print of a card.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edition {
    pub(super) card: CardId,
    /// 1, 2, 3 …
    pub(super) number: i16,
}

impl Edition {
    fn next(self) -> Result<Self, Failure> {
        let number = self.number.checked_add(1).ok_or_else(|| Failure::inconsistent("cards", "too many editions"))?;
        Ok(Self { number, ..self })
    }
}

/// A card as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedCard {
    /// The card.
    pub card: Card,
    /// What the desk scans.
    pub code: Code,
}

impl Ledger {
    /// Issues a card. The same command again: the same card again.
    ///
    /// # Errors
    /// [`Rejected`]: no such family.
    pub async fn issue_card(&self, municipality: Municipality, command: &Command, family: FamilyId) -> Result<Card, Error<Rejected>> {
        staff(command)?;
        let scope = command.scope(municipality);
        let id = CardId::new(self.entropy.uuid(Draw { command: &scope, purpose: "card", index: 0 }, self.clock.now()));
        let mut tx = self.pool.begin().await?;
        if let Some(known) = self.claim_paper_in_tx(&mut tx, municipality, command, id.uuid()).await? {
            return self.get_card_in_tx(&mut tx, municipality, CardId::new(known)).await;
        }
        self.family_of_paper_in_tx(&mut tx, municipality, family).await?;
        let number = self.draw_paper_number_in_tx(&mut tx, municipality, &scope).await?;
        repo::insert_in_tx(&mut tx, municipality, repo::NewRow { card: id, number: &number, family }, &self.act(command)).await?;
        let card = self.get_card_in_tx(&mut tx, municipality, id).await?;
        tx.commit().await?;
        Ok(card)
    }

    /// A card's code: drawn again whenever it is printed.
    pub(super) fn card_code(&self, edition: Edition) -> Code {
        let index = u64::try_from(edition.number).unwrap_or(0);
        Code::new(CodeKind::Card, self.entropy.code_bits(Draw { command: &edition.card.to_string(), purpose: "card code", index }))
    }

    /// A card.
    pub async fn card(&self, municipality: Municipality, card: CardId) -> Result<Option<Card>, Failure> {
        let mut tx = self.pool.begin().await?;
        Ok(repo::list_in_tx(&mut tx, municipality, repo::Which::One(card), self.clock.now()).await?.pop())
    }

    /// A family's cards, newest first.
    pub async fn cards_of_family(&self, municipality: Municipality, family: FamilyId) -> Result<Vec<Card>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, repo::Which::OfFamily(family), self.clock.now()).await
    }

    async fn get_card_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, card: CardId) -> Result<Card, Error<Rejected>> {
        let found = repo::list_in_tx(tx, municipality, repo::Which::One(card), self.clock.now()).await?.pop();
        found.ok_or(Error::Rejected(Rejected::UnknownCard(card)))
    }

    /// A card as it is printed. That is for the caller's audit.
    ///
    /// # Errors
    /// [`Rejected`]: no such card, ended.
    pub async fn print_card(&self, municipality: Municipality, card: CardId) -> Result<PrintedCard, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let card = self.get_card_in_tx(&mut tx, municipality, card).await?;
        if card.ended_at.is_some() {
            return Err(Error::Rejected(Rejected::Ended));
        }
        let code = self.card_code(Edition { card: card.id, number: card.edition });
        Ok(PrintedCard { card, code })
    }

    /// Reserves for a card: the whole price is set aside for one merchant and amount. The same command again: the same reservation again.
    ///
    /// # Errors
    /// [`Rejected`]: no such card, ended, a child of another family, a reservation for this merchant and amount is open, and as for a phone's code.
    pub async fn reserve(&self, municipality: Municipality, command: &Command, card: CardId, asked: &Reserve) -> Result<Reservation, Error<Rejected>> {
        let scope = command.scope(municipality);
        let now = self.clock.now();
        let hold = AccountId::new(self.entropy.uuid(Draw { command: &scope, purpose: "reservation", index: 0 }, now));
        let mut tx = self.pool.begin().await?;
        if let Some(known) = self.claim_paper_in_tx(&mut tx, municipality, command, hold.uuid()).await? {
            let known = repo::find_reservation_in_tx(&mut tx, municipality, AccountId::new(known)).await?;
            return known.map(|(reservation, ..)| reservation).ok_or_else(|| Failure::inconsistent("reservations", "a reservation is gone").into());
        }
        let (family, edition) = self.lock_card_in_tx(&mut tx, municipality, command, card).await?;
        let own = self.child_ids_of_family_in_tx(&mut tx, municipality, family, self.clock.today()).await?;
        if !asked.children.iter().all(|child| own.contains(child)) {
            return Err(Error::Rejected(Rejected::UnknownChild));
        }
        let digest = held_under(&self.card_code(edition), asked.merchant, asked.price);
        if repo::is_reserved_in_tx(&mut tx, municipality, &digest, now).await? {
            return Err(Error::Rejected(Rejected::Reserved));
        }
        let Reserve { children, merchant, expense, service, price, own_money } = asked.clone();
        let payment = HoldPayment { family, children, merchant, invoice: None, expense, service, price, month: None, own_money };
        let city = city::repo::get_in_tx(&mut tx, municipality).await?;
        let expires_at = self.reserved_until(&city, asked);
        let reserved = Reserved { id: hold, digest, until: expires_at };
        let posting = Command { key: format!("{}/hold", command.key), ..command.clone() };
        self.reserve_in_tx(&mut tx, municipality, posting, payment, reserved).await.map_err(|error| match error {
            Error::Rejected(rejected) => Error::Rejected(Rejected::Hold(rejected)),
            Error::Failed(failure) => Error::Failed(failure),
        })?;
        repo::insert_reservations_in_tx(&mut tx, municipality, edition, &[hold], &self.act(command)).await?;
        tx.commit().await?;
        Ok(Reservation { hold, merchant: asked.merchant, amount: asked.price, expense: asked.expense.clone(), expires_at })
    }

    /// When a reservation that is made now ends, the same for every family: when a card pays no more tells nothing about who pays.
    fn reserved_until(&self, city: &City, asked: &Reserve) -> Instant {
        let today = self.clock.today();
        let of = Use { expense: &asked.expense, services: asked.service.as_slice(), on: Some(today) };
        let days = validity::days(&self.schemes, city.into(), &of, today);
        let month = self.clock.now() + RESERVED;
        days.first().map_or(month, |day| month.min(tokyo_midnight(next_day(*day))))
    }

    /// Staff take a reservation back for a family. The family itself takes it back as any payment.
    ///
    /// # Errors
    /// [`Rejected`]: no such card, nothing open under this number.
    pub async fn cancel_reservation(&self, municipality: Municipality, command: &Command, card: CardId, hold: AccountId) -> Result<(), Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_paper_in_tx(&mut tx, municipality, command, hold.uuid()).await?.is_some() {
            return Ok(());
        }
        self.lock_card_in_tx(&mut tx, municipality, command, card).await?;
        let known = repo::find_reservation_in_tx(&mut tx, municipality, hold).await?;
        known.filter(|(_, of)| *of == card).ok_or(Error::Rejected(Rejected::UnknownReservation))?;
        if self.give_back_in_tx(&mut tx, municipality, command, &[hold]).await? == 0 {
            return Err(Error::Rejected(Rejected::UnknownReservation));
        }
        tx.commit().await?;
        Ok(())
    }

    /// Prints a card again that was lost: what is reserved moves to its new code, and the old one opens nothing from now on.
    ///
    /// # Errors
    /// [`Rejected`]: no such card, ended.
    pub async fn reissue_card(&self, municipality: Municipality, command: &Command, card: CardId) -> Result<Card, Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_paper_in_tx(&mut tx, municipality, command, card.uuid()).await?.is_some() {
            return self.get_card_in_tx(&mut tx, municipality, card).await;
        }
        let (_, edition) = self.lock_card_in_tx(&mut tx, municipality, command, card).await?;
        let next = edition.next()?;
        let (code, scope) = (self.card_code(next), command.scope(municipality));
        let open = self.get_card_in_tx(&mut tx, municipality, card).await?.reservations;
        let to_new_code = |(index, of): (u64, &Reservation)| Move {
            from: of.hold,
            to: AccountId::new(self.entropy.uuid(Draw { command: &scope, purpose: "moved reservation", index }, self.clock.now())),
            digest: held_under(&code, of.merchant, of.amount),
        };
        let asked: Vec<_> = (0_u64..).zip(&open).map(to_new_code).collect();
        let moved = self.move_in_tx(&mut tx, municipality, command, &asked).await?;
        let holds: Vec<_> = moved.iter().map(|moved| moved.to).collect();
        repo::mark_edition_in_tx(&mut tx, municipality, next).await?;
        repo::insert_reservations_in_tx(&mut tx, municipality, next, &holds, &self.act(command)).await?;
        let card = self.get_card_in_tx(&mut tx, municipality, card).await?;
        tx.commit().await?;
        Ok(card)
    }

    /// Ends a card: what is reserved for it returns where it came from.
    ///
    /// # Errors
    /// [`Rejected`]: no such card, ended before.
    pub async fn end_card(&self, municipality: Municipality, command: &Command, card: CardId) -> Result<Card, Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_paper_in_tx(&mut tx, municipality, command, card.uuid()).await?.is_some() {
            return self.get_card_in_tx(&mut tx, municipality, card).await;
        }
        self.lock_card_in_tx(&mut tx, municipality, command, card).await?;
        self.end_card_in_tx(&mut tx, municipality, command, card).await?;
        let card = self.get_card_in_tx(&mut tx, municipality, card).await?;
        tx.commit().await?;
        Ok(card)
    }

    /// Ends a card that is locked; returns how many reservations were given back.
    async fn end_card_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, card: CardId) -> Result<usize, Failure> {
        let found = repo::list_in_tx(tx, municipality, repo::Which::One(card), self.clock.now()).await?.pop();
        let holds: Vec<_> = found.iter().flat_map(|card| &card.reservations).map(|reservation| reservation.hold).collect();
        let given_back = self.give_back_in_tx(tx, municipality, command, &holds).await?;
        repo::mark_ended_in_tx(tx, municipality, card, &self.act(command)).await?;
        Ok(given_back)
    }

    /// Ends a card whose family has no right to it any more, unless it has ended.
    pub(super) async fn end_former_card(&self, municipality: Municipality, card: CardId) -> Result<usize, Failure> {
        let command = Command::new(Actor::Job("guardians"), format!("guardians/{card}"), &card);
        let mut tx = self.pool.begin().await?;
        let Some((.., false)) = repo::lock_in_tx(&mut tx, municipality, card).await? else { return Ok(0) };
        let given_back = self.end_card_in_tx(&mut tx, municipality, &command, card).await?;
        tx.commit().await?;
        Ok(given_back)
    }

    /// Locks a card that works, for staff or for the family whose it is: whose it is, and its edition in force.
    async fn lock_card_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        card: CardId,
    ) -> Result<(FamilyId, Edition), Error<Rejected>> {
        let Some((family, number, ended)) = repo::lock_in_tx(tx, municipality, card).await? else { return Err(Error::Rejected(Rejected::UnknownCard(card))) };
        match command.actor {
            Actor::Staff(_) => {}
            Actor::Family(asking) if asking == family => {}
            _ => return Err(Error::Rejected(Rejected::UnknownCard(card))),
        }
        if ended { Err(Error::Rejected(Rejected::Ended)) } else { Ok((family, Edition { card, number })) }
    }
}
