//! What desks do and see: over HTTP, as in production.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::cast::{MANAGER, MERCHANTS};
use super::super::history::{Billing, Event, Look, Probe, Refunding, Scan};
use super::{Ask, Bill, ROOT, Receipt, World};

/// Receipts on a page, so that there are several.
const PAGE: usize = 3;
/// Days that a list of receipts covers.
const DAYS: u64 = 80;

impl World {
    pub(super) async fn of_desk(&mut self, event: &Event) {
        match *event {
            Event::Scan { payment, how } if !self.payments.is_empty() => {
                // Mostly a late one: the others have ended.
                let late = payment % self.payments.len().min(4);
                self.scan(self.payments.len() - 1 - late, how).await;
            }
            Event::Bill { merchant, price, how } => self.bill(merchant, price, how).await,
            Event::Refund { receipt, percent, how } if !self.receipts.is_empty() => self.refund(receipt % self.receipts.len(), percent, how).await,
            Event::Look { merchant, at } => self.look(merchant, at).await,
            Event::Probe(probe) => self.probe(probe).await,
            Event::Claim { merchant, again } => {
                let key = if again { format!("claim-{merchant}") } else { self.key() };
                let path = format!("/statements/{}/claim", self.month());
                self.planted.about_merchant(merchant);
                self.ask(Ask::post((merchant, MANAGER), path, &key, &json!({}))).await;
            }
            _ => {}
        }
    }

    async fn scan(&mut self, at: usize, how: Scan) {
        let payment = &self.payments[at];
        let (own, price) = (payment.merchant, payment.price);
        let before = payment.sent.clone();
        let fresh = self.key();
        let (desk, key, amount) = match (how, before) {
            (Scan::Again, Some(sent)) => sent,
            (Scan::OtherUnderSameKey, Some((desk, key, amount))) => (desk, key, amount + 1),
            (Scan::Foreign, _) => ((own + 1) % MERCHANTS * 2, fresh, price),
            (Scan::OtherAmount, _) => (own * 2, fresh, price + 1),
            (Scan::SecondDesk, _) => (own * 2 + 1, fresh, price),
            _ => (own * 2, fresh, price),
        };
        let (hold, code) = (payment.hold, payment.code.code.grouped());
        self.planted.about_payment(hold);
        let body = json!({"code": code, "amount_yen": amount});
        let answer = self.ask(Ask::post((desk / 2, desk % 2), "/captures", &key, &body)).await;
        self.payments[at].sent = Some((desk, key, amount));
        if let Some(id) = made(&answer, "receipt")
            && self.receipts.iter().all(|receipt| receipt.id != id)
        {
            self.planted.learn_receipt(&self.city, own, &id).await;
            self.receipts.push(Receipt { id, merchant: own, price, sent: None });
        }
    }

    async fn bill(&mut self, merchant: usize, price: i64, how: Billing) {
        let known = self.bills.iter().rev().find(|bill| bill.merchant == merchant);
        let (fresh, reference) = (self.key(), format!("R-{}", self.keys));
        let body = |reference: &str, expense: &str| json!({"reference": reference, "amount_yen": price, "expense": expense});
        let (key, body) = match (how, known) {
            (Billing::Again, Some(bill)) => bill.sent.clone(),
            (Billing::TakenReference, Some(bill)) => (fresh, body(bill.sent.1["reference"].as_str().expect("a reference"), "tuition")),
            (Billing::NotOffered, _) => (fresh, body(&reference, "meal")),
            _ => (fresh, body(&reference, "tuition")),
        };
        let answer = self.ask(Ask::post((merchant, 0), "/invoices", &key, &body)).await;
        if let Some(id) = made(&answer, "invoice")
            && self.bills.iter().all(|bill| bill.id != id)
        {
            self.bills.push(Bill { id, merchant, price, sent: (key, body) });
        }
    }

    async fn refund(&mut self, at: usize, percent: i64, how: Refunding) {
        let receipt = &self.receipts[at];
        let (own, id) = (receipt.merchant, receipt.id.clone());
        let asked = (self.key(), json!({"amount_yen": (receipt.price * percent / 100).max(1), "reason": "欠席"}));
        let (merchant, (key, body)) = match (how, &receipt.sent) {
            (Refunding::Again, Some(sent)) => (own, sent.clone()),
            (Refunding::Foreign, _) => ((own + 1) % MERCHANTS, asked),
            _ => (own, asked),
        };
        self.planted.about_receipt(&id);
        // A desk refunds what was paid today, a manager all.
        let caller = if percent % 2 == 0 { MANAGER } else { 0 };
        self.ask(Ask::post((merchant, caller), format!("/receipts/{id}/refunds"), &key, &body)).await;
        self.receipts[at].sent = Some((key, body));
    }

    async fn look(&mut self, merchant: usize, at: Look) {
        self.planted.about_merchant(merchant);
        let desk = (merchant, 0);
        match at {
            Look::Receipts => self.list_receipts(merchant, PAGE).await,
            Look::Receipt(any) if !self.receipts.is_empty() => {
                // Perhaps another merchant's: it is unknown then.
                let receipt = &self.receipts[any % self.receipts.len()];
                let path = format!("/receipts/{}", receipt.id);
                let id = receipt.id.clone();
                self.planted.about_receipt(&id);
                self.ask(Ask::get(desk, path)).await;
            }
            Look::Invoice(any) if !self.bills.is_empty() => {
                let path = format!("/invoices/{}", self.bills[any % self.bills.len()].id);
                self.ask(Ask::get(desk, path)).await;
            }
            Look::Statement => {
                let path = format!("/statements/{}", self.month());
                self.ask(Ask::get((merchant, MANAGER), path)).await;
            }
            Look::Receipt(_) | Look::Invoice(_) => {}
        }
    }

    /// The receipts of the last days, page by page.
    async fn list_receipts(&mut self, merchant: usize, page: usize) {
        let first = self.today() - chrono::Days::new(DAYS);
        let mut path = format!("/receipts?first={first}&last={}&limit={page}", self.today());
        loop {
            let answer = self.ask(Ask::get((merchant, 0), &path)).await;
            let Some(next) = made(&answer, "next") else { return };
            let query = path.split("&after=").next().unwrap_or_default().to_owned();
            path = format!("{query}&after={next}");
        }
    }

    async fn probe(&mut self, probe: Probe) {
        self.planted.about_nothing();
        let (key, desk) = (self.key(), (0, 0));
        let capture = |code: &str| json!({"code": code, "amount_yen": 1_000});
        let unknown = "14SFS6F-RW02Y4C-RY5XCS1-0FS64T5";
        let ask = match probe {
            Probe::Stranger => Ask { desk: None, ..Ask::get(desk, "/receipts?first=2026-05-20&last=2026-05-20") },
            Probe::WrongToken => {
                let token = format!("271004-{}", "0".repeat(64));
                let ask = Ask { desk: None, ..Ask::post(desk, "/captures", &key, &capture(unknown)) };
                self.ask_with(Some(&token), ask).await;
                return;
            }
            Probe::UnknownCode => Ask::post(desk, "/captures", &key, &capture(unknown)),
            Probe::Malformed => Ask::post(desk, "/captures", &key, &capture("not a code")),
            Probe::NotJson => Ask { body: Some("{\"code\":".to_owned()), ..Ask::post(desk, "/captures", &key, &Value::Null) },
            Probe::WrongField => Ask { english: true, ..Ask::post(desk, "/captures", &key, &json!({"code": unknown, "amount_yen": "many"})) },
            Probe::NoKey => Ask { key: None, ..Ask::post(desk, "/captures", &key, &capture(unknown)) },
            Probe::UnknownReceipt => Ask::get(desk, format!("/receipts/rct_{:032x}", 7)),
            Probe::Method => Ask { method: Method::DELETE, ..Ask::get(desk, "/captures") },
            Probe::Path => Ask::get(desk, "/families"),
            Probe::Document => Ask { desk: None, ..Ask::get(desk, "/openapi.json") },
        };
        debug_assert!(ask.path.starts_with(ROOT), "a probe of the merchants' face");
        self.ask(ask).await;
    }

    /// At the end every merchant looks at everything that it has.
    pub async fn look_at_everything(&mut self) -> Vec<super::Seen> {
        for merchant in 0..MERCHANTS {
            self.planted.about_merchant(merchant);
            self.list_receipts(merchant, 100).await;
            let path = format!("/statements/{}", self.month());
            self.ask(Ask::get((merchant, MANAGER), path)).await;
        }
        let last: Vec<_> = self.bills.iter().rev().take(3).map(|bill| (bill.merchant, format!("/invoices/{}", bill.id))).collect();
        for (merchant, path) in last {
            self.ask(Ask::get((merchant, 0), path)).await;
        }
        std::mem::take(&mut self.seen)
    }
}

/// A text of an answer that went well.
fn made(answer: &crate::support::town::Answer, name: &str) -> Option<String> {
    answer.status.is_success().then(|| answer.json()[name].as_str().map(str::to_owned)).flatten()
}
