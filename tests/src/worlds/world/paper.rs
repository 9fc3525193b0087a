//! Paper: booklets that staff issue, and what is reserved for a family's card. To a desk each is a code like any other.

use ledger::actor::{Actor, Command};
use ledger::code::Code;
use ledger::ids::AccountId;
use ledger::money::Yen;
use ledger::paper::{Booklet, NewBooklet, Rejected, Reservation, Reserve};
use ledger::payment::HoldRejected;
use uuid::Uuid;

use super::super::cast::BOOKLETS;
use super::super::history::Event;
use super::{Payment, World};
use crate::support::test_city::{PaymentCode, rejection, staff};

impl World {
    pub(super) async fn of_paper(&mut self, event: &Event) {
        match *event {
            Event::Reserve { family, merchant, price, materials } => {
                self.reserve((family, merchant), price, if materials { "materials" } else { "tuition" }).await;
            }
            Event::Booklet { family, merchant, tickets } => self.booklet(family, merchant, tickets).await,
            Event::LoseCard { family } => self.lose_card(family).await,
            _ => {}
        }
    }

    /// When it ends is among what must be the same: a desk can find that out.
    async fn reserve(&mut self, (family, merchant): (usize, usize), price: i64, expense: &str) {
        let (key, card) = (self.key(), self.cast.families[family].card);
        let asked = Reserve {
            children: self.cast.families[family].children.clone(),
            merchant: self.cast.merchants[merchant].id,
            expense: expense.to_owned(),
            service: None,
            price: Yen::new(price),
            own_money: true,
        };
        let command = Command::new(Actor::Family(self.family(family)), &*key, &asked);
        let mut answer = rejection(self.ledger().reserve(self.municipality(), &command, card, &asked).await);
        if let Err(Rejected::Hold(HoldRejected::Short(short))) = answer {
            self.load(family, &key, short.missing).await;
            answer = rejection(self.ledger().reserve(self.municipality(), &command, card, &asked).await);
        }
        self.accepted.push(format!("{answer:?}"));
        if let Ok(reservation) = answer {
            let code = self.ledger().print_card(self.municipality(), card).await.expect("a card").code;
            self.have((family, merchant), &code, &reservation).await;
        }
    }

    async fn have(&mut self, (family, merchant): (usize, usize), code: &Code, reservation: &Reservation) {
        let &Reservation { hold, amount, expires_at, .. } = reservation;
        self.add_payment((family, merchant), PaymentCode { hold, code: code.clone(), amount, expires_at }).await;
    }

    async fn booklet(&mut self, family: usize, merchant: usize, tickets: u16) {
        let key = self.key();
        let children = self.cast.families[family].children.clone();
        let asked = NewBooklet { family: self.family(family), children, own_money: true, kind: BOOKLETS.to_owned(), tickets, valid_through: None };
        let command = staff("b", &key);
        let mut answer = rejection(self.ledger().issue_booklet(self.municipality(), &command, &asked).await);
        if let Err(Rejected::Short { missing }) = answer {
            self.load(family, &key, missing).await;
            answer = rejection(self.ledger().issue_booklet(self.municipality(), &command, &asked).await);
        }
        self.accepted.push(format!("{answer:?}"));
        let Ok(Booklet { id, kind, valid_through, .. }) = answer else { return };
        let printed = self.ledger().print_booklet(self.municipality(), id).await.expect("a booklet");
        for ticket in printed.tickets {
            let hold = self.hold_of(&ticket.code).await;
            let expires_at = ledger::time::tokyo_midnight(ledger::time::next_day(valid_through));
            self.add_payment((family, merchant), PaymentCode { hold, code: ticket.code, amount: kind.face, expires_at }).await;
        }
    }

    /// What is reserved moves to another code; the old one opens nothing.
    async fn lose_card(&mut self, family: usize) {
        let (key, card) = (self.key(), self.cast.families[family].card);
        let again = rejection(self.ledger().reissue_card(self.municipality(), &staff("b", &key), card).await);
        self.accepted.push(format!("{again:?}"));
        let code = self.ledger().print_card(self.municipality(), card).await.expect("a card").code;
        for reservation in again.iter().flat_map(|card| &card.reservations) {
            let merchant = self.cast.merchants.iter().position(|merchant| merchant.id == reservation.merchant).expect("a merchant");
            self.have((family, merchant), &code, reservation).await;
        }
    }

    async fn hold_of(&self, code: &Code) -> AccountId {
        let hold = sqlx::query_scalar("SELECT hold_id FROM holds WHERE municipality = $1 AND code_digest = $2");
        let hold: Uuid = hold.bind(self.municipality().code()).bind(&code.digest()[..]).fetch_one(&self.ledger().pool).await.expect("a hold");
        AccountId::new(hold)
    }

    /// Something that the family can have scanned.
    pub(super) async fn add_payment(&mut self, (family, merchant): (usize, usize), code: PaymentCode) {
        let (hold, price) = (code.hold, code.amount.get());
        self.planted.learn_payment(&self.city, hold).await;
        self.payments.push(Payment { family, merchant, price, hold, code, sent: None });
        self.planted.about_payment(hold);
        self.show_phone(family, &format!("/citizen/v1/payments/pay_{}/counter", hold.uuid().as_simple())).await;
    }
}
