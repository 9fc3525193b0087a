//! What happens: a history of events, drawn from a seed. Numbers choose among what is there when their event comes, so that any part of a history is
//! a history too, and a failure can be shrunk by leaving events out.

use ledger::entropy::{Draw, Entropy as _, KeyedEntropy};

/// One event. What a merchant does or sees happens in every world; what depends on the secret happens as each world has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they are")]
pub enum Event {
    /// A family sets a payment aside; its phone then shows a code.
    Hold { family: usize, merchant: usize, price: i64, materials: bool },
    /// A family asks for more than anybody has.
    HoldTooMuch { family: usize, merchant: usize },
    /// A family takes a payment back.
    TakeBack { payment: usize },
    /// A family pays a bill from home.
    PayBill { bill: usize, family: usize },
    /// A family lets a bill settle by itself on its day, or no more.
    Consent { bill: usize, family: usize, withdraw: bool },
    /// A family reserves a payment for its card.
    Reserve { family: usize, merchant: usize, price: i64, materials: bool },
    /// Staff issue a booklet; a desk of this merchant scans its tickets first.
    Booklet { family: usize, merchant: usize, tickets: u16 },
    /// A family's card is lost and printed again.
    LoseCard { family: usize },
    /// A desk scans a code.
    Scan { payment: usize, how: Scan },
    /// A desk bills.
    Bill { merchant: usize, price: i64, how: Billing },
    /// A desk gives money back.
    Refund { receipt: usize, percent: i64, how: Refunding },
    /// A desk looks at something.
    Look { merchant: usize, at: Look },
    /// A desk asks for what it cannot have.
    Probe(Probe),
    /// A merchant claims its month.
    Claim { merchant: usize, again: bool },
    /// A merchant looks after its people, desks and account.
    Office { merchant: usize, what: Office },
    /// A desk follows what is paid; it is told of the next payment.
    Follow { merchant: usize },
    /// Minutes pass.
    Minutes(i64),
    /// It is a few minutes before midnight in Tokyo.
    Evening(i64),
    /// It is morning.
    Tomorrow,
    /// The statement month is over.
    MonthOver,
    /// The jobs of the minute.
    Expire,
    /// Refunds go back where they came from.
    Settle,
    /// Bills settle whose day has come.
    Due,
    /// What has closed lapses.
    Lapse,
    /// Days are closed for payments, through yesterday or today.
    ClosePayments { today: bool },
    /// Statements are drawn.
    Draw,
    /// Staff examine and approve what is claimed.
    Approve,
    /// What is approved is remitted.
    PayOut,
    /// A child is granted something, where the world has schemes.
    Grant { throw: u64 },
    /// An entitlement is taken back, where there is one.
    Revoke { throw: u64 },
    /// A family files a claim for something bought elsewhere, and the city grants it, where the world has schemes.
    Reimburse { throw: u64 },
    /// A family loads own money, or asks for some back: as each world has it.
    OwnMoney { throw: u64 },
}

/// How a desk scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// As it should.
    Well,
    /// The same request again.
    Again,
    /// Another request under the same key.
    OtherUnderSameKey,
    /// The code of a payment at another merchant.
    Foreign,
    /// Another amount.
    OtherAmount,
    /// The merchant's second desk.
    SecondDesk,
}

/// How a desk bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billing {
    /// A new bill.
    New,
    /// A number that is in use.
    TakenReference,
    /// For something that it does not offer.
    NotOffered,
    /// The same request again.
    Again,
    /// Several at once, one of which cannot be.
    Batch,
    /// Several at once, in a file.
    File,
    /// One is taken back.
    Cancel(usize),
}

/// How a desk refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunding {
    /// Some or all, or too much.
    Well,
    /// The same request again.
    Again,
    /// Another merchant's receipt.
    Foreign,
}

/// What a desk looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Receipts of the last days, page by page.
    Receipts,
    /// One receipt.
    Receipt(usize),
    /// Receipts of the last days, as a file.
    ReceiptFile,
    /// One bill.
    Invoice(usize),
    /// Its symbol.
    Symbol(usize),
    /// What becomes of it, as it is followed.
    InvoiceEvents(usize),
    /// Bills of one state, page by page.
    Invoices(usize),
    /// Every statement.
    Statements,
    /// A statement.
    Statement,
    /// Its lines, page by page.
    StatementLines,
    /// Its lines, as a file.
    StatementFile,
    /// Payments by the bank.
    Payouts,
}

/// What a merchant does for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Office {
    /// Whose credential is this?
    Me(usize),
    /// Who works here? A desk may not ask.
    People(usize),
    /// Somebody is to join.
    Invite,
    /// Somebody needs a new code.
    IssueCode(usize),
    /// Somebody leaves.
    Remove(usize),
    /// Whoever was invited last signs in, or tries to again.
    SignIn,
    /// And signs out.
    SignOut,
    /// Which desks are there?
    Terminals(usize),
    /// One more.
    RegisterTerminal,
    /// One less.
    RevokeTerminal(usize),
    /// Where is the money paid to?
    Account(usize),
    /// Elsewhere, from now on; at a bank that there is, or not.
    ChangeAccount(bool),
    /// A new merchant applies.
    Apply,
    /// And asks how that stands.
    Application,
}

/// What a desk cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// No token.
    Stranger,
    /// A token that nobody has.
    WrongToken,
    /// A code that nobody has.
    UnknownCode,
    /// A text that is no code.
    Malformed,
    /// A body that is no JSON.
    NotJson,
    /// A field that is wrong, in English.
    WrongField,
    /// No idempotency key.
    NoKey,
    /// A receipt that nobody has.
    UnknownReceipt,
    /// A method that there is not.
    Method,
    /// A path that there is not.
    Path,
    /// Everything that there is, without a token.
    Everything,
    /// The document of the API.
    Document,
}

const PROBES: [Probe; 12] = [
    Probe::Stranger,
    Probe::WrongToken,
    Probe::UnknownCode,
    Probe::Malformed,
    Probe::NotJson,
    Probe::WrongField,
    Probe::NoKey,
    Probe::UnknownReceipt,
    Probe::Method,
    Probe::Path,
    Probe::Everything,
    Probe::Document,
];

/// Events of a history, at least and at most.
const EVENTS: (u64, u64) = (20, 80);

/// The last one that there is.
pub const LAST: usize = usize::MAX;

/// Throws by number from one seed: the same however often asked.
pub struct Dice(KeyedEntropy, u64);

impl Dice {
    /// Dice of a seed, for one purpose.
    #[must_use]
    pub fn new(seed: u64, what: &str) -> Self {
        Self(KeyedEntropy::new(format!("{seed}/{what}").as_bytes()), 0)
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: u64) -> u64 {
        self.1 += 1;
        let bits = self.0.bits(Draw { command: "dice", purpose: "throw", index: self.1 });
        let number = bits.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        number % sides.max(1)
    }

    /// A place among `sides`.
    pub fn place(&mut self, sides: usize) -> usize {
        usize::try_from(self.below(u64::try_from(sides).expect("a few"))).expect("a few")
    }

    /// An amount from `low` to `high`.
    pub fn yen(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low + 1).expect("high is above low"))).expect("a small amount")
    }

    /// Whether something happens that happens so often in a hundred.
    pub fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.place(items.len())]
    }
}

/// The history with this number of this seed.
#[must_use]
pub fn history(seed: u64, number: u64) -> Vec<Event> {
    let mut dice = Dice::new(seed, &format!("history {number}"));
    let span = EVENTS.1 - EVENTS.0 + 1;
    // The smallest of three throws: more short histories than long ones, and every length.
    let length = EVENTS.0 + dice.below(span).min(dice.below(span)).min(dice.below(span));
    let mut events = Vec::new();
    while events.len() < usize::try_from(length).expect("a few") {
        events.extend(scene(&mut dice));
    }
    events
}

/// A few events that belong together, or one.
fn scene(dice: &mut Dice) -> Vec<Event> {
    let hold = |dice: &mut Dice| Event::Hold {
        family: dice.place(super::cast::FAMILIES),
        merchant: dice.place(super::cast::MERCHANTS),
        price: price(dice),
        materials: dice.happens(20),
    };
    let latest = Event::Scan { payment: 0, how: Scan::Well };
    match dice.below(24) {
        0..4 => vec![hold(dice), Event::Scan { payment: 0, how: scan(dice) }],
        4 => vec![Event::Evening(dice.yen(1, 9)), hold(dice), Event::Minutes(dice.yen(1, 9)), latest],
        5 => vec![hold(dice), latest, Event::Lapse, Event::Refund { receipt: dice.place(1 << 16), percent: dice.yen(1, 100), how: Refunding::Well }],
        6 if dice.happens(30) => {
            let (merchant, family) = (dice.place(super::cast::MERCHANTS), dice.place(super::cast::FAMILIES));
            let bill = Event::Bill { merchant, price: price(dice), how: Billing::New };
            let consent = Event::Consent { bill: LAST, family, withdraw: false };
            [bill, consent].into_iter().chain([Event::Tomorrow; 3]).chain([Event::Due]).collect()
        }
        8 => {
            // Days may pass before it is used: what pays may have lapsed by then.
            let reserve = Event::Reserve {
                family: dice.place(super::cast::FAMILIES),
                merchant: dice.place(super::cast::MERCHANTS),
                price: price(dice),
                materials: false,
            };
            let days = [Event::Tomorrow; 2].into_iter().take(dice.place(3));
            std::iter::once(reserve).chain(days).chain([latest]).collect()
        }
        9 if dice.happens(50) => {
            let tickets = 1 + u16::try_from(dice.below(3)).expect("a few");
            let booklet = Event::Booklet { family: dice.place(super::cast::FAMILIES), merchant: dice.place(super::cast::MERCHANTS), tickets };
            vec![booklet, latest, Event::Scan { payment: 1, how: scan(dice) }]
        }
        7 if dice.happens(40) => {
            let claim = |merchant| Event::Claim { merchant, again: false };
            let claims = (0..super::cast::MERCHANTS).map(claim);
            let look = |at| Event::Look { merchant: dice.place(super::cast::MERCHANTS), at };
            let looks = [Look::Statement, Look::StatementLines, Look::StatementFile, Look::Statements].map(look);
            let pay = [Event::Approve, Event::PayOut, Event::Look { merchant: dice.place(super::cast::MERCHANTS), at: Look::Payouts }];
            [Event::MonthOver, Event::Draw].into_iter().chain(claims).chain(looks).chain(pay).collect()
        }
        _ => vec![event(dice)],
    }
}

fn event(dice: &mut Dice) -> Event {
    let (family, merchant) = (dice.place(super::cast::FAMILIES), dice.place(super::cast::MERCHANTS));
    let (any, throw) = (dice.place(1 << 16), dice.below(1 << 32));
    match dice.below(95) {
        0..12 => Event::Hold { family, merchant, price: price(dice), materials: dice.happens(20) },
        12 => Event::HoldTooMuch { family, merchant },
        13..15 => Event::TakeBack { payment: any },
        15..20 => Event::PayBill { bill: any, family },
        20..34 => Event::Scan { payment: any, how: scan(dice) },
        34..38 => Event::Bill { merchant, price: price(dice), how: billing(dice) },
        38..44 => Event::Refund { receipt: any, percent: dice.yen(1, 110), how: refunding(dice) },
        44..50 => Event::Look { merchant, at: look(dice, any) },
        50..55 => Event::Probe(dice.pick(&PROBES)),
        55 => Event::Claim { merchant, again: dice.happens(50) },
        56..59 => Event::Minutes(dice.yen(1, 14)),
        59 => Event::Evening(dice.yen(1, 9)),
        60..62 => Event::Tomorrow,
        62 => Event::MonthOver,
        63..65 => Event::Expire,
        65..67 => Event::Settle,
        67 => Event::ClosePayments { today: dice.happens(20) },
        68 => Event::Draw,
        69 => Event::Approve,
        70 => Event::PayOut,
        71 => Event::Lapse,
        72..75 => Event::Grant { throw },
        75 => Event::Revoke { throw },
        76..78 => Event::Reimburse { throw },
        78..87 => Event::Office { merchant, what: office(dice, any) },
        87..89 => Event::Consent { bill: any, family, withdraw: dice.happens(20) },
        89 => Event::Due,
        91 => Event::Reserve { family, merchant, price: price(dice), materials: dice.happens(20) },
        92 => Event::Booklet { family, merchant, tickets: 1 + u16::try_from(any % 3).expect("a few") },
        93 => Event::LoseCard { family },
        90 if dice.happens(10) => Event::Follow { merchant },
        _ => Event::OwnMoney { throw },
    }
}

/// Small prices, prices around what a month grants, and prices above.
fn price(dice: &mut Dice) -> i64 {
    match dice.below(4) {
        0 => dice.yen(1, 999),
        1 => dice.yen(4, 20) * 500,
        2 => dice.yen(5_900, 6_100),
        _ => dice.yen(1_000, 40_000),
    }
}

fn scan(dice: &mut Dice) -> Scan {
    match dice.below(20) {
        0 => Scan::Again,
        1 => Scan::OtherUnderSameKey,
        2 => Scan::Foreign,
        3 => Scan::OtherAmount,
        4..6 => Scan::SecondDesk,
        _ => Scan::Well,
    }
}

fn billing(dice: &mut Dice) -> Billing {
    match dice.below(16) {
        0 => Billing::TakenReference,
        1 => Billing::NotOffered,
        2 => Billing::Again,
        3..5 => Billing::Batch,
        5 => Billing::File,
        6..8 => Billing::Cancel(dice.place(1 << 16)),
        _ => Billing::New,
    }
}

fn refunding(dice: &mut Dice) -> Refunding {
    match dice.below(10) {
        0 => Refunding::Foreign,
        1 => Refunding::Again,
        _ => Refunding::Well,
    }
}

fn look(dice: &mut Dice, any: usize) -> Look {
    match dice.below(16) {
        0..3 => Look::Receipts,
        3..5 => Look::Receipt(any),
        5 => Look::ReceiptFile,
        6 => Look::Invoice(any),
        7 => Look::Symbol(any),
        8 => Look::InvoiceEvents(any),
        9 => Look::Invoices(any),
        10 => Look::Statements,
        11 => Look::Statement,
        12 => Look::StatementLines,
        13 => Look::StatementFile,
        _ => Look::Payouts,
    }
}

fn office(dice: &mut Dice, any: usize) -> Office {
    match dice.below(16) {
        0 => Office::Me(any),
        1 => Office::People(any),
        2..4 => Office::Invite,
        4 => Office::IssueCode(any),
        5 => Office::Remove(any),
        6..8 => Office::SignIn,
        8 => Office::SignOut,
        9 => Office::Terminals(any),
        10 => Office::RegisterTerminal,
        11 => Office::RevokeTerminal(any),
        12 => Office::Account(any),
        13 => Office::ChangeAccount(dice.happens(50)),
        14 => Office::Apply,
        _ => Office::Application,
    }
}

/// A history that passes by everything once: what leaks are tried on first.
#[must_use]
pub fn tour() -> Vec<Event> {
    let hold = |family, merchant, price| Event::Hold { family, merchant, price, materials: false };
    let scan = |payment, how| Event::Scan { payment, how };
    let refund = |receipt, percent| Event::Refund { receipt, percent, how: Refunding::Well };
    let look = |at| (0..super::cast::MERCHANTS).map(move |merchant| Event::Look { merchant, at });
    let claim = |again| (0..super::cast::MERCHANTS).map(move |merchant| Event::Claim { merchant, again });
    let mut tour = vec![Event::Probe(Probe::Document)];
    for (family, merchant, price) in [(0, 0, 5_000), (1, 0, 7_300), (2, 1, 12_000), (3, 2, 480)] {
        tour.extend([hold(family, merchant, price), scan(0, Scan::OtherAmount), scan(0, Scan::Well), scan(0, Scan::Again), scan(0, Scan::OtherUnderSameKey)]);
    }
    tour.extend([hold(0, 0, 900), Event::Probe(Probe::Document), Event::Minutes(12), scan(0, Scan::Well), Event::Expire]);
    tour.push(Event::Bill { merchant: 0, price: 4_000, how: Billing::New });
    tour.extend(look(Look::Symbol(0)));
    tour.push(Event::PayBill { bill: 0, family: 0 });
    tour.extend([Look::Invoice(0), Look::InvoiceEvents(0)].into_iter().flat_map(look));
    tour.extend([Event::Bill { merchant: 1, price: 4_400, how: Billing::New }, Event::Consent { bill: LAST, family: 1, withdraw: false }]);
    tour.extend([Event::Tomorrow, Event::Tomorrow, Event::Tomorrow, Event::Due]);
    for receipt in 0..5 {
        tour.extend([refund(receipt, 39), refund(receipt, 90), refund(receipt, 100)]);
        tour.extend(look(Look::Receipt(receipt)));
    }
    tour.extend(look(Look::Receipts));
    tour.extend(look(Look::ReceiptFile));
    let reserve = |merchant| Event::Reserve { family: 2, merchant, price: 3_100, materials: false };
    tour.extend([reserve(0), scan(0, Scan::Foreign), scan(0, Scan::Well), scan(0, Scan::Well), reserve(1), Event::LoseCard { family: 2 }, scan(1, Scan::Well)]);
    tour.extend([scan(0, Scan::Well), Event::Booklet { family: 1, merchant: 0, tickets: 2 }, scan(0, Scan::Foreign), scan(1, Scan::Well), scan(1, Scan::Well)]);
    tour.extend([Event::Settle, Event::MonthOver, Event::Draw]);
    tour.extend([Look::Statements, Look::Statement, Look::StatementLines, Look::StatementFile].into_iter().flat_map(look));
    tour.extend(claim(false));
    tour.extend(claim(true));
    tour.extend([Event::Approve, Event::PayOut]);
    tour.extend(look(Look::Payouts));
    let office = [Office::Me(0), Office::People(2), Office::Invite, Office::SignIn, Office::SignOut, Office::IssueCode(0), Office::Remove(0)];
    let more = [Office::Terminals(2), Office::RegisterTerminal, Office::RevokeTerminal(0), Office::Account(2), Office::ChangeAccount(true)];
    let apply = [Office::Apply, Office::Application];
    tour.extend(office.into_iter().chain(more).chain(apply).map(|what| Event::Office { merchant: 1, what }));
    tour.extend([Event::Probe(Probe::Everything), Event::Follow { merchant: 0 }, hold(0, 0, 700), scan(0, Scan::Well)]);
    tour
}
