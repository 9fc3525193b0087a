//! What desks do and see: over HTTP, as in production.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::super::cast::{MANAGER, MERCHANTS};
use super::super::history::{Billing, Event, Look, Probe, Refunding, Scan};
use super::super::view::{Seen, operations};
use super::{Answer, Ask, Bill, ROOT, Receipt, World, first_parts};

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
        let paid = made(&answer, "receipt");
        if let Some(id) = paid
            && self.receipts.iter().all(|receipt| receipt.id != id)
        {
            // A ticket works at every merchant.
            let merchant = desk / 2;
            self.planted.learn_receipt(&self.city, merchant, &id).await;
            self.receipts.push(Receipt { id, merchant, price, sent: None });
            self.tell_follower(merchant).await;
        }
    }

    /// A desk follows what its merchant is paid.
    pub(super) async fn follow(&mut self, merchant: usize) {
        self.planted.about_nothing();
        self.followed = None;
        let request =
            Request::builder().uri(format!("{ROOT}/receipts/events")).header("authorization", format!("Bearer {}", self.cast.merchants[merchant].callers[0]));
        let request = request.body(Body::empty()).expect("a request");
        let (parts, body) = self.routes.clone().oneshot(request).await.expect("a router always answers").into_parts();
        let answer = Answer { status: parts.status, headers: parts.headers, body: Vec::new() };
        self.exercised.note(&Method::GET, &format!("{ROOT}/receipts/events"), &answer);
        self.seen.push(Seen::answer(format!("merchant {merchant} follows what is paid"), &answer));
        self.followed = Some((merchant, body));
    }

    /// Whoever follows is told of the first payment.
    async fn tell_follower(&mut self, merchant: usize) {
        if let Some((_, body)) = self.followed.take_if(|(followed, _)| *followed == merchant) {
            let (event, _) = first_parts(body, 1).await;
            self.seen.push(Seen::other(format!("merchant {merchant} is told"), event));
        }
    }

    async fn bill(&mut self, merchant: usize, price: i64, how: Billing) {
        self.planted.about_nothing();
        let known = self.bills.iter().rev().find(|bill| bill.merchant == merchant);
        let (fresh, reference) = (self.key(), format!("R-{}", self.keys));
        let due_on = self.today() + chrono::Days::new(3);
        let bill = |reference: &str, expense: &str| json!({"reference": reference, "amount_yen": price, "expense": expense, "due_on": due_on});
        let (key, body) = match (how, known) {
            (Billing::Again, Some(bill)) => bill.sent.clone(),
            (Billing::TakenReference, Some(known)) => (fresh, bill(known.sent.1["reference"].as_str().expect("a reference"), "materials")),
            (Billing::NotOffered, _) => (fresh, bill(&reference, "meal")),
            (Billing::Batch, _) => {
                let lines = [bill(&format!("{reference}/1"), "tuition"), bill(&format!("{reference}/2"), "meal"), bill(&format!("{reference}/3"), "materials")];
                self.ask(Ask::post((merchant, 0), "/invoices/batch", &fresh, &json!({"invoices": lines}))).await;
                return;
            }
            (Billing::File, _) => {
                let file = format!("請求番号,金額,費目\r\n{reference}/a,{price},tuition\r\n{reference}/b,zero,tuition\r\n");
                let ask = Ask { body: Some(file), media: "text/csv", ..Ask::post((merchant, 0), "/invoices/batch", &fresh, &Value::Null) };
                self.ask(ask).await;
                return;
            }
            (Billing::Cancel(any), Some(_)) => {
                // Perhaps another merchant's, perhaps paid.
                let path = format!("/invoices/{}/cancel", self.bills[any % self.bills.len()].id);
                self.ask(Ask::post((merchant, 0), path, &fresh, &json!({}))).await;
                return;
            }
            _ => (fresh, bill(&reference, "tuition")),
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
        let (desk, manager, month) = ((merchant, 0), (merchant, MANAGER), self.month());
        // Perhaps another merchant's: it is unknown then.
        let bill = |any: usize| self.bills.get(any % self.bills.len().max(1)).map(|bill| format!("/invoices/{}", bill.id));
        let ask = match at {
            Look::Receipts => return self.pages(desk, &self.receipts_path()).await,
            Look::ReceiptFile => Ask::get(desk, self.receipts_path().replace("/receipts?", "/receipts.csv?")),
            Look::Receipt(any) => {
                let Some(receipt) = self.receipts.get(any % self.receipts.len().max(1)) else { return };
                self.planted.about_receipt(&receipt.id);
                Ask::get(desk, format!("/receipts/{}", receipt.id))
            }
            Look::Invoice(any) | Look::Symbol(any) | Look::InvoiceEvents(any) => {
                let Some(path) = bill(any) else { return };
                match at {
                    Look::Symbol(_) => Ask::get(desk, format!("{path}/qr.svg")),
                    // What it is now is told at once.
                    Look::InvoiceEvents(_) => Ask { parts: Some(1), ..Ask::get(desk, format!("{path}/events")) },
                    _ => Ask::get(desk, path),
                }
            }
            Look::Invoices(any) => return self.pages(desk, &format!("/invoices?state={}", ["open", "paid", "cancelled"][any % 3])).await,
            Look::Statements => Ask::get(manager, "/statements"),
            Look::Statement => Ask::get(manager, format!("/statements/{month}")),
            Look::StatementLines => return self.pages(manager, &format!("/statements/{month}/receipts?")).await,
            Look::StatementFile => Ask::get(manager, format!("/statements/{month}/receipts.csv")),
            Look::Payouts => Ask::get(manager, "/payouts"),
        };
        self.ask(ask).await;
    }

    /// The receipts of the last days.
    fn receipts_path(&self) -> String {
        let first = self.today() - chrono::Days::new(DAYS);
        format!("/receipts?first={first}&last={}", self.today())
    }

    /// A list, page by page.
    async fn pages(&mut self, caller: (usize, usize), list: &str) {
        let mut path = format!("{list}&limit={PAGE}");
        loop {
            let answer = self.ask(Ask::get(caller, &path)).await;
            let Some(next) = answer.status.is_success().then(|| answer.json()["next"].clone()).filter(|next| !next.is_null()) else { return };
            path = format!("{list}&limit={PAGE}&after={}", next.as_str().map_or_else(|| next.to_string(), str::to_owned));
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
            Probe::Everything => return self.ask_everything().await,
            Probe::Document => Ask { desk: None, ..Ask::get(desk, "/openapi.json") },
        };
        debug_assert!(ask.path.starts_with(ROOT), "a probe of the merchants' face");
        self.ask(ask).await;
    }

    /// Somebody without a token asks every operation that the document has.
    async fn ask_everything(&mut self) {
        for (method, path) in operations() {
            let path = path.split('/').map(|part| if part.starts_with('{') { "none" } else { part }).collect::<Vec<_>>().join("/");
            self.ask(Ask { method, path: format!("{ROOT}{path}"), ..Ask::default() }).await;
        }
    }

    /// At the end every merchant looks at everything that it has.
    pub async fn look_at_everything(&mut self) -> Vec<Seen> {
        for merchant in 0..MERCHANTS {
            for at in [Look::ReceiptFile, Look::Statements] {
                self.look(merchant, at).await;
            }
            self.pages((merchant, 0), "/invoices?").await;
        }
        self.show_notices().await;
        self.followed = None;
        std::mem::take(&mut self.seen)
    }
}

/// A text of an answer that went well.
pub(super) fn made(answer: &Answer, name: &str) -> Option<String> {
    answer.status.is_success().then(|| answer.json()[name].as_str().map(str::to_owned)).flatten()
}
