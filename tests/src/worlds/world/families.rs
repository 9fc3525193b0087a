//! What families do. Whether it is granted is the same in every world: a family that is short loads own money and asks again.

use ledger::error::Error;
use ledger::money::Yen;
use ledger::payment::HoldPayment;
use ledger::payment::HoldRejected;
use ledger::payment::invoice::{PayInvoice, PayRejected};

use super::super::cast;
use super::super::history::{Event, LAST};
use super::{Receipt, World};
use crate::support::test_city::{PaymentCode, rejection};

/// More than anybody has, and than anything costs.
const TOO_MUCH: i64 = 9_000_000;

impl World {
    pub(super) async fn of_family(&mut self, event: &Event) {
        match *event {
            Event::Hold { family, merchant, price, materials } => self.hold(family, merchant, price, if materials { "materials" } else { "tuition" }).await,
            Event::HoldTooMuch { family, merchant } => self.hold(family, merchant, TOO_MUCH, "tuition").await,
            Event::TakeBack { payment } if !self.payments.is_empty() => {
                let payment = &self.payments[payment % self.payments.len()];
                let voided = rejection(self.ledger().void(self.municipality(), self.family(payment.family), payment.hold).await);
                self.accepted.push(format!("{voided:?}"));
            }
            Event::PayBill { bill, family } if !self.bills.is_empty() => self.pay_bill(bill % self.bills.len(), family).await,
            Event::Consent { bill, family, withdraw } if !self.bills.is_empty() => {
                let bill = if bill == LAST { self.bills.len() - 1 } else { bill % self.bills.len() };
                self.consent(bill, family, withdraw).await;
            }
            _ => {}
        }
    }

    async fn hold(&mut self, family: usize, merchant: usize, price: i64, expense: &str) {
        let key = self.key();
        let asked = HoldPayment {
            family: self.family(family),
            children: self.cast.families[family].children.clone(),
            merchant: self.cast.merchants[merchant].id,
            invoice: None,
            expense: expense.to_owned(),
            service: None,
            price: Yen::new(price),
            month: None,
            own_money: true,
        };
        let mut answer = rejection(self.ledger().hold(self.municipality(), &key, &asked).await);
        if let Err(HoldRejected::Short(short)) = answer
            && price < TOO_MUCH
        {
            self.load(family, &key, short.missing).await;
            answer = rejection(self.ledger().hold(self.municipality(), &key, &asked).await);
        }
        let answer = answer.map(|payment| PaymentCode::of(self.ledger(), &payment));
        let said = answer.as_ref().map(|held| (held.hold, held.code.token(), held.amount));
        // How much is missing is the family's own.
        self.accepted.push(format!("{:?}", said.map_err(|why| matches!(why, HoldRejected::Short(_)).then_some("short").ok_or(*why))));
        if let Ok(code) = answer {
            self.add_payment((family, merchant), code).await;
        }
    }

    async fn pay_bill(&mut self, bill: usize, family: usize) {
        let key = self.key();
        let bill = &self.bills[bill];
        let (invoice, merchant, price) = (bill.id.parse().expect("a bill's number"), bill.merchant, bill.price);
        let asked = PayInvoice { family: self.family(family), children: self.cast.families[family].children.clone(), own_money: true };
        let mut paid = self.ledger().pay_invoice(self.municipality(), &key, invoice, &asked).await;
        if let Err(Error::Rejected(PayRejected::Hold(HoldRejected::Short(short)))) = paid {
            self.load(family, &key, short.missing).await;
            paid = self.ledger().pay_invoice(self.municipality(), &key, invoice, &asked).await;
        }
        let paid = rejection(paid);
        self.accepted.push(format!("{:?}", paid.as_ref().map(|receipt| receipt.id)));
        if let Ok(receipt) = paid {
            let id = receipt.id.to_string();
            self.planted.learn_receipt(&self.city, merchant, &id).await;
            self.receipts.push(Receipt { id, merchant, price, sent: None });
        }
    }

    async fn consent(&mut self, bill: usize, family: usize, withdraw: bool) {
        let invoice = self.bills[bill].id.parse().expect("a bill's number");
        let asked = PayInvoice { family: self.family(family), children: self.cast.families[family].children.clone(), own_money: true };
        let said = if withdraw {
            format!("{:?}", rejection(self.ledger().withdraw_consent(self.municipality(), invoice, asked.family).await))
        } else {
            let consent = rejection(self.ledger().consent(self.municipality(), invoice, &asked).await);
            if consent.is_ok() {
                self.consents.push((bill, family));
            }
            format!("{consent:?}")
        };
        self.accepted.push(said);
    }

    /// Bills whose day has come. Families have what they need for them, as for everything that they pay.
    pub(super) async fn settle_due(&mut self) {
        for (bill, family) in std::mem::take(&mut self.consents) {
            let key = format!("{}/{bill}/{family}", self.key());
            self.load(family, &key, Yen::new(self.bills[bill].price)).await;
        }
        let settled = self.ledger().settle_due_invoices(self.municipality()).await.expect("settled");
        self.accepted.push(format!("{settled:?}"));
    }

    /// What families have been told, as a lock screen shows it.
    pub(super) async fn show_notices(&mut self) {
        for family in 0..cast::FAMILIES {
            self.planted.about_nothing();
            self.show_phone(family, "/citizen/v1/notices?limit=100").await;
        }
    }

    pub(super) async fn load(&self, family: usize, key: &str, missing: Yen) {
        cast::top_up(self.ledger(), self.municipality(), self.family(family), (&format!("short/{key}"), missing.get())).await;
    }
}
