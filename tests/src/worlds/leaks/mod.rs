//! Planted leaks: decorators around the merchants' face, the Till, the database and what is printed, that know the secret and tell it. The test must catch
//! every one of them. None of this is in the product.

mod answers;
mod doors;
mod paper;
mod rows;
mod screens;
mod till;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::ids::{AccountId, ReceiptId};
use uuid::Uuid;

use crate::support::test_city::TestCity;
use crate::support::town::Answer;
pub use till::{Leaky, TillLeak};

/// One leak.
#[derive(Debug)]
pub struct Leak {
    /// What it tells, and how.
    pub name: &'static str,
    /// Where it is planted.
    pub at: At,
}

/// Every leak there is.
pub fn all() -> impl Iterator<Item = &'static Leak> {
    answers::LEAKS.iter().chain(till::LEAKS).chain(rows::LEAKS).chain(screens::LEAKS).chain(paper::LEAKS)
}

/// Where a leak is planted.
#[derive(Debug)]
pub enum At {
    /// Around the router: what was answered, rewritten.
    Answer(fn(&Known, &str, &mut Answer)),
    /// Around the Till.
    Till(TillLeak),
    /// On a family's phone, where others see it too.
    Screen(fn(&Known, &str, &mut Answer)),
    /// In the merchants' face's own database: what a statement adds to it.
    Rows(&'static str),
    /// On the way to the bank: the header record, then one record for each line.
    Paper(fn(&Known, &mut Vec<Vec<u8>>)),
}

/// Who pays for something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Funding {
    /// What schemes pay.
    pub scheme_yen: i64,
    /// What the family pays with its own money.
    pub own_yen: i64,
    /// From how many sources.
    pub parts: usize,
}

impl Funding {
    /// Whether a scheme pays some of it.
    #[must_use]
    pub const fn is_funded(&self) -> bool {
        self.scheme_yen > 0
    }

    fn add(&mut self, other: &Self) {
        self.scheme_yen += other.scheme_yen;
        self.own_yen += other.own_yen;
        self.parts += other.parts;
    }
}

/// What a leak knows.
#[derive(Debug, Default)]
pub struct Known {
    /// Who pays for what the request is about: a payment, a receipt, all receipts of a merchant.
    pub about: Funding,
    of_payment: BTreeMap<AccountId, Funding>,
    of_receipt: BTreeMap<String, (usize, Funding)>,
}

impl Known {
    /// Whether a scheme pays for what the request is about.
    #[must_use]
    pub const fn funded(&self) -> bool {
        self.about.is_funded()
    }

    /// Whether a scheme pays for anything.
    #[must_use]
    pub fn anybody_is_funded(&self) -> bool {
        self.of_payment.values().any(Funding::is_funded)
    }

    /// Who paid for a receipt.
    #[must_use]
    pub fn receipt(&self, id: &str) -> Funding {
        self.of_receipt.get(id).map(|(_, funding)| funding.clone()).unwrap_or_default()
    }
}

/// The leak that is planted into a world, if any, and what it knows of that world.
#[derive(Debug, Default)]
pub struct Planted {
    leak: Mutex<Option<&'static Leak>>,
    known: Mutex<Known>,
}

impl Planted {
    /// Plants a leak, or none.
    pub fn plant(&self, leak: Option<&'static Leak>) {
        *self.leak.lock().unwrap_or_else(PoisonError::into_inner) = leak;
    }

    fn leak(&self) -> Option<&'static Leak> {
        *self.leak.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything: another history begins.
    pub fn forget(&self) {
        *self.known() = Known::default();
    }

    /// Learns who pays for a payment that was set aside.
    pub async fn learn_payment(&self, city: &TestCity, hold: AccountId) {
        if self.leak().is_some() {
            let funding = funding(city, hold.uuid()).await;
            self.known().of_payment.insert(hold, funding);
        }
    }

    /// Learns who paid for a receipt.
    pub async fn learn_receipt(&self, city: &TestCity, merchant: usize, receipt: &str) {
        if self.leak().is_some() {
            let id: ReceiptId = receipt.parse().expect("a receipt's number");
            let hold = sqlx::query_scalar("SELECT hold_id FROM captures WHERE municipality = $1 AND receipt_id = $2");
            let hold: Uuid = hold.bind(city.municipality.code()).bind(id.uuid()).fetch_one(&city.ledger().pool).await.expect("a hold");
            let funding = funding(city, hold).await;
            self.known().of_receipt.insert(receipt.to_owned(), (merchant, funding));
        }
    }

    /// The next request is about this payment.
    pub fn about_payment(&self, hold: AccountId) {
        let mut known = self.known();
        known.about = known.of_payment.get(&hold).cloned().unwrap_or_default();
    }

    /// The next request is about this receipt.
    pub fn about_receipt(&self, receipt: &str) {
        let mut known = self.known();
        known.about = known.receipt(receipt);
    }

    /// The next request is about everything that a merchant has.
    pub fn about_merchant(&self, merchant: usize) {
        let mut known = self.known();
        let mut sum = Funding::default();
        known.of_receipt.values().filter(|(of, _)| *of == merchant).for_each(|(_, funding)| sum.add(funding));
        known.about = sum;
    }

    /// The next request is about nothing that anybody pays for.
    pub fn about_nothing(&self) {
        self.known().about = Funding::default();
    }

    /// What a leak makes of an answer.
    pub fn rewrite(&self, path: &str, answer: &mut Answer) {
        if let Some(Leak { at: At::Answer(rewrite), .. }) = self.leak() {
            rewrite(&self.known(), path, answer);
        }
    }

    /// What a leak makes of a phone's screen.
    pub fn show(&self, path: &str, answer: &mut Answer) {
        if let Some(Leak { at: At::Screen(rewrite), .. }) = self.leak() {
            rewrite(&self.known(), path, answer);
        }
    }

    /// What a leak writes into the merchants' database, where a scheme has paid for something.
    #[must_use]
    pub fn writes(&self) -> Option<&'static str> {
        match self.leak() {
            Some(Leak { at: At::Rows(sql), .. }) if self.known().anybody_is_funded() => Some(sql),
            _ => None,
        }
    }

    /// What a leak makes of the records for the bank.
    pub fn reprint(&self, records: &mut Vec<Vec<u8>>) {
        if let Some(Leak { at: At::Paper(reprint), .. }) = self.leak() {
            let mut known = self.known();
            let mut sum = Funding::default();
            known.of_receipt.values().for_each(|(_, funding)| sum.add(funding));
            known.about = sum;
            reprint(&known, records);
        }
    }

    fn at_till(&self) -> Option<TillLeak> {
        match self.leak() {
            Some(Leak { at: At::Till(leak), .. }) => Some(*leak),
            _ => None,
        }
    }
}

/// The split of a payment, from the books.
async fn funding(city: &TestCity, hold: Uuid) -> Funding {
    let sql = "SELECT a.scheme_id, t.amount FROM holds h
               JOIN transfers t ON t.municipality = h.municipality AND t.entry_id = h.entry_id AND t.credit_account_id = h.hold_id
               JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.debit_account_id
               WHERE h.municipality = $1 AND h.hold_id = $2";
    let parts: Vec<(Option<String>, i64)> =
        sqlx::query_as(sql).bind(city.municipality.code()).bind(hold).fetch_all(&city.ledger().pool).await.expect("a split");
    let mut funding = Funding { parts: parts.len(), ..Funding::default() };
    for (scheme, amount) in parts {
        *if scheme.is_some() { &mut funding.scheme_yen } else { &mut funding.own_yen } += amount;
    }
    funding
}
