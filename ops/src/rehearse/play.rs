//! Plays the month: families set payments aside and show codes, desks capture and refund, codes are taken back or forgotten, and every
//! night the jobs run. The clock moves from one event to the next.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use ledger::error::Error;
use ledger::ids::ReceiptId;
use ledger::money::Yen;
use ledger::payment::refund::AskRefund;
use ledger::payment::{Capture, HoldPayment, HoldRejected, PaymentCode, Receipt};
use ledger::people::roster::Row;
use ledger::time::{Instant, tokyo_date, tokyo_instant};

use super::schedule::{Fate, Payer, Planned, plan};
use super::world::{OpenClass, World, staff};

/// What is left of a price that is too small to be paid.
const PRICE_MIN: Yen = Yen::new(500);

/// Something that is to happen.
enum Event {
    /// A family makes a payment.
    Hold(Planned),
    /// The desk scans its code.
    Capture(Planned, PaymentCode),
    /// The family takes it back.
    Void(Planned, PaymentCode),
    /// The desk refunds some of it.
    Refund { number: u64, class: usize, receipt: ReceiptId, amount: Yen },
    /// The nightly jobs.
    Night,
}

/// What is to happen, in the order of time.
#[derive(Default)]
struct Queue {
    events: BTreeMap<(Instant, u64), Event>,
    added: u64,
}

impl Queue {
    fn add(&mut self, at: Instant, event: Event) {
        self.added = self.added.saturating_add(1);
        self.events.insert((at, self.added), event);
    }
}

/// Grants the month's period; answers who may pay, in the order of the roster.
pub async fn grant(world: &World, rows: &[Row]) -> anyhow::Result<(Vec<Payer>, ledger::entitlement::GrantRun)> {
    let municipality = world.municipality();
    world.wake(world.period.opens_on);
    let run = world.ledger.run_grant(municipality, (world.setting.scheme, world.month.first_day()), &staff("交付係"), &mut |_| {}).await?;
    let mut eligible = BTreeSet::new();
    let mut after = None;
    loop {
        let page = world.ledger.eligible_children(municipality, (world.setting.scheme, run.period.service_from), after, 5_000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.child);
        eligible.extend(page.iter().map(|eligible| eligible.child));
    }
    let mut payers: Vec<Payer> = Vec::new();
    let mut households: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        let child = world.ledger.find_child_by_number(municipality, &row.child.number).await?.context("a child of the roster is not there")?;
        let family = world.ledger.find_family_by_household(municipality, &row.household).await?.context("a family of the roster is not there")?;
        households.entry(&row.household).or_default().push(number);
        payers.push(Payer { number: u64::try_from(number)?, child, family, siblings: Vec::new(), eligible: eligible.contains(&child) });
    }
    let children: Vec<_> = payers.iter().map(|payer| payer.child).collect();
    for (place, payer) in payers.iter_mut().enumerate() {
        let household = rows.get(place).and_then(|row| households.get(row.household.as_str())).into_iter().flatten();
        payer.siblings = household.filter(|other| **other != place).filter_map(|other| children.get(*other).copied()).collect();
    }
    Ok((payers, run))
}

/// Some families load own money; the bank books it on `on`, and a clerk imports the bank's statement of the day.
pub async fn load_own_money(world: &mut World, payers: &[Payer], on: NaiveDate) -> anyhow::Result<()> {
    let families: BTreeMap<_, _> = payers.iter().map(|payer| (payer.family, payer.number)).rev().collect();
    for (family, number) in families {
        if !world.dice.happens("loads", number, 35) {
            continue;
        }
        let known = world.ledger.find_family(world.municipality(), family).await?.context("a family is not there")?;
        let steps = i64::try_from(world.dice.below("load", number, 18)).unwrap_or(0);
        let amount = Yen::new(steps.saturating_add(4).saturating_mul(1_000));
        world.bank.credit(&super::bank::Credit {
            on,
            amount,
            payer_code: known.payer_number.as_str(),
            payer_name: "ｸﾝﾚﾝ ｶﾃｲ",
            from: ("ｸﾝﾚﾝ", "ﾎﾝﾃﾝ"),
            summary: "ﾌﾘｺﾐ",
        });
    }
    Ok(())
}

/// Plays the payments of all days from `first` to `last`. `progress` is told after each event.
pub async fn month(world: &World, payers: &[Payer], (first, last): (NaiveDate, NaiveDate), progress: &dyn Fn(usize, usize)) -> anyhow::Result<()> {
    let mut queue = Queue::default();
    for payment in plan(world, payers, (first, last)) {
        queue.add(payment.at, Event::Hold(payment));
    }
    let nights = std::iter::successors(Some(first), NaiveDate::succ_opt).take_while(|day| *day <= last);
    for night in nights {
        queue.add(tokyo_instant(night, NaiveTime::from_hms_opt(23, 30, 0).unwrap_or_default()), Event::Night);
    }
    let mut done: usize = 0;
    while let Some(((at, _), event)) = queue.events.pop_first() {
        world.clock.set(at);
        happen(world, &mut queue, event, last).await?;
        done = done.saturating_add(1);
        progress(done, done.saturating_add(queue.events.len()));
    }
    Ok(())
}

async fn happen(world: &World, queue: &mut Queue, event: Event, last: NaiveDate) -> anyhow::Result<()> {
    match event {
        Event::Hold(payment) => hold(world, queue, payment).await,
        Event::Capture(payment, code) => capture(world, queue, &payment, &code, last).await,
        Event::Void(payment, code) => Ok(world.ledger.void(world.municipality(), payment.family, code.hold).await?),
        Event::Refund { number, class, receipt, amount } => refund(world, number, class, receipt, amount).await,
        Event::Night => night(world).await,
    }
}

/// The nightly jobs: forgotten codes, refunds on their way back, delta rows.
pub async fn night(world: &World) -> anyhow::Result<()> {
    world.ledger.expire_holds(world.municipality()).await?;
    world.ledger.settle_refunds(world.municipality()).await?;
    world.ledger.fold_deltas(world.municipality()).await?;
    Ok(())
}

/// The family asks for the price; where money is missing it pays what there is, and the rest elsewhere.
async fn hold(world: &World, queue: &mut Queue, payment: Planned) -> anyhow::Result<()> {
    let Some(class) = world.classes.get(payment.class) else { return Ok(()) };
    let expense = world.dice.pick("expense", payment.number, world.setting.expenses).copied().unwrap_or("tuition");
    let mut asked = HoldPayment {
        family: payment.family,
        children: payment.children.clone(),
        merchant: class.merchant,
        invoice: None,
        expense: expense.to_owned(),
        service: world.setting.names_service.then(|| class.category.to_owned()),
        price: payment.price,
        month: None,
        own_money: true,
    };
    let key = |turn: u8| format!("rehearsal/{}/{turn}", payment.number);
    let code = match world.ledger.hold(world.municipality(), &key(0), &asked).await {
        Err(Error::Rejected(HoldRejected::Short(short))) => {
            asked.price = asked.price.minus(short.missing)?;
            if asked.price < PRICE_MIN {
                return Ok(());
            }
            world.ledger.hold(world.municipality(), &key(1), &asked).await?
        }
        held => held?,
    };
    let soon = payment.at + TimeDelta::seconds(40);
    match payment.fate {
        Fate::Voided => queue.add(soon, Event::Void(payment, code)),
        Fate::Expired => {}
        Fate::Paid | Fate::Refunded(_) => queue.add(soon, Event::Capture(payment, code)),
    }
    Ok(())
}

async fn capture(world: &World, queue: &mut Queue, payment: &Planned, code: &PaymentCode, last: NaiveDate) -> anyhow::Result<()> {
    let Some(OpenClass { merchant, terminal, .. }) = world.classes.get(payment.class).copied() else { return Ok(()) };
    let asked = Capture { merchant, terminal: Some(terminal), amount: code.amount };
    let receipt = world.ledger.capture(world.municipality(), &format!("rehearsal/{}", payment.number), &code.code, &asked).await?;
    if let Fate::Refunded(percent) = payment.fate {
        plan_refund(world, queue, payment, &receipt, percent, last);
    }
    Ok(())
}

/// One to three days later; in the last days, two hours later.
fn plan_refund(world: &World, queue: &mut Queue, payment: &Planned, receipt: &Receipt, percent: u8, last: NaiveDate) {
    let days = Days::new(world.dice.below("refund day", payment.number, 3).saturating_add(1));
    let later = receipt.captured_at.checked_add_days(days).filter(|at| tokyo_date(*at) <= last);
    let at = later.unwrap_or(receipt.captured_at + TimeDelta::hours(2));
    let amount = receipt.amount.times(percent.into()).ok().and_then(|amount| amount.get().checked_div(100)).unwrap_or(0);
    if amount > 0 {
        queue.add(at, Event::Refund { number: payment.number, class: payment.class, receipt: receipt.id, amount: Yen::new(amount) });
    }
}

async fn refund(world: &World, number: u64, class: usize, receipt: ReceiptId, amount: Yen) -> anyhow::Result<()> {
    let Some(OpenClass { merchant, .. }) = world.classes.get(class).copied() else { return Ok(()) };
    let asked = AskRefund { merchant, receipt, amount, reason: "休講のため".to_owned() };
    world.ledger.refund(world.municipality(), &format!("rehearsal/{number}/refund"), &asked).await?;
    Ok(())
}
