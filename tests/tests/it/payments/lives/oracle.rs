//! What the books should hold and answer: balances in plain numbers, and the rules of a payment's life written a second time. It shares days
//! and ids with the program, and no rule.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use ledger::payment::refund::{AskRefund, Refund, RefundRejected};
use ledger::payment::split::Short;
use ledger::payment::{CaptureRejected, HoldPayment, HoldRejected, NotCapturable, Receipt};
use ledger::time::{Instant, Month, next_day, tokyo_date, tokyo_midnight};

use super::*;

pub(super) const COUPON: &str = "coupon";
pub(super) const TICKET: &str = "ticket";
const USES_A_DAY: i64 = 3;
const YEN_A_MONTH: i64 = 9_000;

/// Something that a child may spend.
pub(super) struct Entitlement {
    pub(super) account: AccountId,
    child: ChildId,
    scheme: &'static str,
    period: NaiveDate,
    opens: Instant,
    lapses: Instant,
    face: i64,
    balance: i64,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Source {
    Entitlement(usize),
    OwnMoney(FamilyId),
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Held,
    Captured,
    Released,
}

/// A payment from its code on.
pub(super) struct Payment {
    pub(super) code: PaymentCode,
    pub(super) asked: HoldPayment,
    parts: Vec<(Source, i64)>,
    used: Vec<(AccountId, i64)>,
    state: State,
    pub(super) receipt: Option<Receipt>,
    refunded: i64,
    settled: i64,
}

/// An accepted command: what was asked, and which answer it got.
pub(super) struct Accepted<A> {
    pub(super) request: String,
    pub(super) answer: A,
}

/// Whether a command is to be done, or was done before with this answer.
pub(super) enum Verdict<A> {
    New(A),
    Known(A),
}

#[derive(Default)]
pub(super) struct Oracle {
    pub(super) now: Instant,
    pub(super) children: Vec<(ChildId, FamilyId)>,
    pub(super) budgets: BTreeMap<&'static str, i64>,
    pub(super) own: BTreeMap<FamilyId, i64>,
    pub(super) owed: BTreeMap<MerchantId, i64>,
    pub(super) pending: i64,
    entitlements: Vec<Entitlement>,
    allowances: BTreeMap<AccountId, i64>,
    pub(super) payments: Vec<Payment>,
    /// Refunds that are not settled: payment and amount, oldest first.
    unsettled: Vec<(usize, i64)>,
    pub(super) closed_through: Option<NaiveDate>,
    pub(super) holds: BTreeMap<String, Accepted<usize>>,
    pub(super) captures: BTreeMap<String, Accepted<usize>>,
    pub(super) refunds: BTreeMap<String, Accepted<Refund>>,
}

impl Oracle {
    pub(super) fn at(now: Instant) -> Self {
        Self { now, ..Self::default() }
    }

    fn today(&self) -> NaiveDate {
        tokyo_date(self.now)
    }

    /// How many are granted, and how much; nothing where the budget does not suffice. `account` tells the account of (child, period).
    pub(super) fn due(&self, scheme: &'static str, month: Month) -> Result<Vec<ChildId>, ()> {
        let (period, each) = terms(scheme, month);
        let granted = |child: &ChildId| self.entitlements.iter().any(|one| (one.scheme, one.period, one.child) == (scheme, period, *child));
        let due: Vec<_> = self.children.iter().map(|(child, _)| *child).filter(|child| !granted(child)).collect();
        let amount = each * i64::try_from(due.len()).expect("a few");
        if amount > self.budgets[scheme] { Err(()) } else { Ok(due) }
    }

    pub(super) fn grant(&mut self, scheme: &'static str, month: Month, child: ChildId, account: AccountId) {
        let (period, each) = terms(scheme, month);
        let (opens, closes, face) = match scheme {
            COUPON => (month.plus_months(-1).day(16), month.plus_months(1).day(15), 1),
            _ => (period, date("2027-03-31"), 500),
        };
        *self.budgets.get_mut(scheme).expect("a budget") -= each;
        let (opens, lapses) = (tokyo_midnight(opens), tokyo_midnight(next_day(closes)));
        self.entitlements.push(Entitlement { account, child, scheme, period, opens, lapses, face, balance: each });
    }

    /// Sets aside by the rules; the payment's code is the program's to draw.
    pub(super) fn hold(&mut self, key: &str, asked: &HoldPayment) -> Result<Verdict<usize>, HoldRejected> {
        if let Some(known) = self.holds.get(key) {
            return if known.request == format!("{asked:?}") { Ok(Verdict::Known(known.answer)) } else { Err(HoldRejected::Conflict) };
        }
        let (parts, opened, used) = self.split(asked)?;
        let price = asked.price.get();
        for &(source, amount) in &parts {
            *self.source(source) -= amount;
        }
        for (window, most) in opened {
            self.allowances.entry(window).or_insert(most);
        }
        for &(window, amount) in &used {
            *self.allowances.get_mut(&window).expect("an open window") -= amount;
        }
        // Whoever pays, a code is over at midnight: nothing that it is made of lapses sooner.
        let expires_at = tokyo_midnight(next_day(tokyo_date(self.now))).min(self.now + TimeDelta::minutes(10));
        let code = PaymentCode {
            hold: AccountId::new(Uuid::nil()),
            code: ledger::code::Code::new(ledger::code::CodeKind::OneTime, [0; 16]),
            amount: Yen::new(price),
            expires_at,
        };
        let payment = Payment { code, asked: asked.clone(), parts, used, state: State::Held, receipt: None, refunded: 0, settled: 0 };
        self.payments.push(payment);
        let answer = self.payments.len() - 1;
        self.holds.insert(key.to_owned(), Accepted { request: format!("{asked:?}"), answer });
        Ok(Verdict::New(answer))
    }

    /// Soonest to lapse first, then in the order of the children; whole tickets; own money last. And the windows: opened, used.
    #[expect(clippy::type_complexity, reason = "three lists that belong together once")]
    fn split(&self, asked: &HoldPayment) -> Result<(Vec<(Source, i64)>, Vec<(AccountId, i64)>, Vec<(AccountId, i64)>), HoldRejected> {
        let today = self.today();
        let open = |one: &Entitlement| one.balance > 0 && one.opens <= self.now && self.now < one.lapses;
        let mut usable: Vec<_> = (0..self.entitlements.len()).filter(|at| open(&self.entitlements[*at])).collect();
        let named = |child: ChildId| asked.children.iter().position(|named| *named == child).filter(|_| self.children.contains(&(child, asked.family)));
        let turn = |at: usize| named(self.entitlements[at].child);
        usable.retain(|at| turn(*at).is_some());
        usable.sort_by_key(|at| (self.entitlements[*at].lapses, turn(*at)));
        let (mut parts, mut opened, mut used, mut missing) = (Vec::new(), Vec::new(), Vec::new(), asked.price.get());
        let mut coupons: BTreeMap<ChildId, i64> = BTreeMap::new();
        for at in usable {
            let one = &self.entitlements[at];
            let windows = windows(one.child, today);
            let left = |at: usize| self.allowances.get(&windows[at].0).copied().unwrap_or(windows[at].1);
            let mut most = one.balance.min(missing);
            if one.scheme == COUPON {
                opened.extend(windows);
                let spent = coupons.entry(one.child).or_default();
                most = if left(0) < 1 { 0 } else { most.min(left(1) - *spent) };
                *spent += most;
            }
            let amount = most / one.face * one.face;
            if amount > 0 {
                missing -= amount;
                parts.push((Source::Entitlement(at), amount));
            }
        }
        for (child, spent) in coupons.into_iter().filter(|(_, spent)| *spent > 0) {
            let [of_day, of_month] = windows(child, today);
            used.extend([(of_day.0, 1), (of_month.0, spent)]);
        }
        let own = self.own.get(&asked.family).copied().unwrap_or(0).min(missing);
        if asked.own_money && own > 0 {
            missing -= own;
            parts.push((Source::OwnMoney(asked.family), own));
        }
        if missing > 0 { Err(HoldRejected::Short(Short { missing: Yen::new(missing) })) } else { Ok((parts, opened, used)) }
    }

    fn source(&mut self, source: Source) -> &mut i64 {
        match source {
            Source::Entitlement(at) => &mut self.entitlements[at].balance,
            Source::OwnMoney(family) => self.own.entry(family).or_default(),
        }
    }

    /// Where money of a source goes now: back to it, or to its budget once it has lapsed.
    fn give(&mut self, source: Source, amount: i64) {
        match source {
            Source::Entitlement(at) if self.now >= self.entitlements[at].lapses => self.give_budget(source, amount),
            _ => *self.source(source) += amount,
        }
    }

    fn give_budget(&mut self, source: Source, amount: i64) {
        match source {
            Source::Entitlement(at) => *self.budgets.get_mut(self.entitlements[at].scheme).expect("a budget") += amount,
            Source::OwnMoney(_) => assert_eq!(amount, 0, "own money never goes to a budget"),
        }
    }

    pub(super) fn capture(&mut self, key: &str, at: usize, (merchant, yen): (MerchantId, i64)) -> Result<Verdict<usize>, CaptureRejected> {
        let request = format!("{at} {merchant} {yen}");
        if let Some(known) = self.captures.get(key) {
            return if known.request == request { Ok(Verdict::Known(known.answer)) } else { Err(CaptureRejected::Conflict) };
        }
        let (today, now) = (self.today(), self.now);
        let payment = &mut self.payments[at];
        let why = match payment.state {
            _ if payment.asked.merchant != merchant => Some(NotCapturable::Foreign),
            State::Captured | State::Released => Some(NotCapturable::Spent),
            State::Held if payment.asked.price.get() != yen => Some(NotCapturable::Amount),
            State::Held if now >= payment.code.expires_at => Some(NotCapturable::Expired),
            State::Held => self.closed_through.filter(|closed| today <= *closed).map(|_| NotCapturable::Spent),
        };
        if let Some(why) = why {
            return Err(CaptureRejected::NotCapturable(why));
        }
        payment.state = State::Captured;
        *self.owed.get_mut(&merchant).expect("a merchant") += yen;
        self.captures.insert(key.to_owned(), Accepted { request, answer: at });
        Ok(Verdict::New(at))
    }

    pub(super) fn void(&mut self, at: usize, family: FamilyId) -> Result<(), NotCapturable> {
        match self.payments[at].state {
            _ if self.payments[at].asked.family != family => Err(NotCapturable::Unknown),
            State::Captured => Err(NotCapturable::Spent),
            State::Released => Ok(()),
            State::Held => {
                self.release(at);
                Ok(())
            }
        }
    }

    fn release(&mut self, at: usize) {
        self.payments[at].state = State::Released;
        for (source, amount) in self.payments[at].parts.clone() {
            self.give(source, amount);
        }
        for (window, amount) in self.payments[at].used.clone() {
            *self.allowances.get_mut(&window).expect("an open window") += amount;
        }
    }

    pub(super) fn expire(&mut self) -> usize {
        let over = |payment: &Payment| payment.state == State::Held && payment.code.expires_at <= self.now;
        let expired: Vec<_> = (0..self.payments.len()).filter(|at| over(&self.payments[*at])).collect();
        for at in &expired {
            self.release(*at);
        }
        expired.len()
    }

    /// Of which payment; none if there is no such receipt of the merchant.
    pub(super) fn refund(&mut self, key: &str, at: usize, asked: &AskRefund) -> Result<Option<Refund>, RefundRejected> {
        if self.payments[at].asked.merchant != asked.merchant {
            return Err(RefundRejected::Unknown);
        }
        if let Some(known) = self.refunds.get(key) {
            return if known.request == format!("{asked:?}") { Ok(Some(known.answer.clone())) } else { Err(RefundRejected::Conflict) };
        }
        let today = self.today();
        let payment = &mut self.payments[at];
        let (left, amount) = (payment.asked.price.get() - payment.refunded, asked.amount.get());
        if amount > left || amount < 1 {
            return Err(RefundRejected::TooMuch { left: Yen::new(left) });
        }
        if self.closed_through.is_some_and(|closed| today <= closed) {
            return Err(RefundRejected::Closed);
        }
        payment.refunded += amount;
        *self.owed.get_mut(&asked.merchant).expect("a merchant") -= amount;
        self.pending += amount;
        self.unsettled.push((at, amount));
        Ok(None)
    }

    /// What remains of a payment is split as before; a ticket that is used for one yen is used.
    pub(super) fn settle(&mut self) -> usize {
        let unsettled = std::mem::take(&mut self.unsettled);
        for &(at, amount) in &unsettled {
            let payment = &self.payments[at];
            let keeps = |refunded: i64| {
                let mut remains = payment.asked.price.get() - refunded;
                let parts = payment.parts.iter().map(move |&(source, amount)| {
                    let used = amount.min(remains);
                    remains -= used;
                    (source, used)
                });
                parts.collect::<Vec<_>>()
            };
            let (before, after) = (keeps(payment.settled), keeps(payment.settled + amount));
            for ((source, before), (_, after)) in before.into_iter().zip(after) {
                let face = match source {
                    Source::Entitlement(at) => self.entitlements[at].face,
                    Source::OwnMoney(_) => 1,
                };
                let whole = |used: i64| (used + face - 1) / face * face;
                self.give(source, whole(before) - whole(after));
                self.give_budget(source, (whole(after) - after) - (whole(before) - before));
            }
            self.payments[at].settled += amount;
            self.pending -= amount;
        }
        unsettled.len()
    }

    pub(super) fn lapse(&mut self) -> (usize, i64) {
        let (mut count, mut amount) = (0, 0);
        for at in 0..self.entitlements.len() {
            let left = self.entitlements[at].balance;
            if self.now >= self.entitlements[at].lapses && left > 0 {
                self.entitlements[at].balance = 0;
                self.give_budget(Source::Entitlement(at), left);
                count += 1;
                amount += left;
            }
        }
        (count, amount)
    }

    /// Every account that the payments of this city move.
    pub(super) fn balances(&self) -> BTreeMap<AccountId, i64> {
        let mut all: BTreeMap<_, _> = self.allowances.clone();
        all.insert(Account::of_city(Kind::AllowanceControl).id, -self.allowances.values().sum::<i64>());
        all.insert(Account::of_city(Kind::RefundsPending).id, self.pending);
        all.extend(self.entitlements.iter().map(|one| (one.account, one.balance)));
        all.extend(self.budgets.iter().map(|(scheme, left)| (Account::budget(scheme, FiscalYear::new(2026)).id, *left)));
        all.extend(self.own.iter().map(|(family, left)| (Account::of_owner(Kind::OwnMoney, family.uuid()).id, *left)));
        all.extend(self.owed.iter().map(|(merchant, owed)| (Account::of_owner(Kind::MerchantPayable, merchant.uuid()).id, *owed)));
        let held = |payment: &Payment| if payment.state == State::Held { payment.asked.price.get() } else { 0 };
        all.extend(self.payments.iter().map(|payment| (payment.code.hold, held(payment))));
        all.retain(|_, balance| *balance != 0);
        all
    }
}

/// The first day of the period that holds `month`, and what each child gets for it.
fn terms(scheme: &str, month: Month) -> (NaiveDate, i64) {
    if scheme == COUPON { (month.first_day(), 6_000) } else { (date("2026-04-01"), 4_000) }
}

/// The windows of the coupon on `day`: uses of the day, yen of the month; each with what it allows.
fn windows(child: ChildId, day: NaiveDate) -> [(AccountId, i64); 2] {
    let window = |name: String| Account::allowance(child.uuid(), COUPON, &name).id;
    let month = format!("month:{:04}-{:02}/yen", day.year(), day.month());
    [(window(format!("day:{day}/uses")), USES_A_DAY), (window(month), YEN_A_MONTH)]
}
