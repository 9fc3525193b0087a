//! Payments at desks: the family sets the price aside and shows its code, the desk takes it, or the family takes it back; the desk refunds.

use anyhow::Context as _;
use chrono::{Days, NaiveDate, TimeDelta};
use ledger::money::Yen;
use ledger::time::{Instant, tokyo_date};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::play::{Event, Follows};
use super::rehearsed_city::{OpenClass, RehearsedCity};
use super::schedule::{Fate, Planned};

/// What is left of a price that is too small to be paid.
const PRICE_YEN_MIN: i64 = 500;

/// What happens about a payment.
pub enum PayEvent {
    /// A family makes it.
    Hold(Planned),
    /// The desk scans its code.
    Capture(Planned, Held),
    /// The family takes it back.
    Void(Planned, Held),
    /// The desk refunds some of it.
    Refund(Planned, Receipt, i64),
}

/// What a family fills in to pay.
#[derive(Serialize)]
struct PaymentForm<'a> {
    children: &'a [String],
    merchant: &'a str,
    expense: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    price_yen: i64,
    own_money: bool,
}

/// What a family sees of a payment that it has set aside.
#[derive(Debug, Deserialize)]
pub struct Held {
    payment: String,
    code: String,
    price_yen: i64,
}

/// What a desk sees of a payment that it has taken.
#[derive(Debug, Deserialize)]
pub struct Receipt {
    receipt: String,
    amount_yen: i64,
}

pub(super) async fn happen(city: &RehearsedCity, event: PayEvent) -> anyhow::Result<Follows> {
    match event {
        PayEvent::Hold(payment) => hold(city, payment).await,
        PayEvent::Capture(payment, held) => capture(city, payment, &held).await,
        PayEvent::Void(payment, held) => {
            let phone = &city.households.get(payment.household).context("a household")?.phone;
            phone.delete(&format!("/payments/{}", held.payment)).await?;
            Ok(Vec::new())
        }
        PayEvent::Refund(payment, receipt, amount_yen) => {
            let path = format!("/receipts/{}/refunds", receipt.receipt);
            let body = json!({"amount_yen": amount_yen, "reason": "休講のため"});
            let class = class(city, &payment)?;
            // The desk refunds what it took today; what is older is the manager's.
            let refunds = if city.server.today() == tokyo_date(payment.at) { &class.desk } else { &class.manager };
            refunds.post::<Value>(&path, &format!("refund/{}", payment.number), &body).await?;
            Ok(Vec::new())
        }
    }
}

fn class<'a>(city: &'a RehearsedCity, payment: &Planned) -> anyhow::Result<&'a OpenClass> {
    city.classes.get(payment.class).context("a class")
}

/// The family asks for the price; where money is missing it pays what there is, and the rest elsewhere.
async fn hold(city: &RehearsedCity, payment: Planned) -> anyhow::Result<Follows> {
    let class = class(city, &payment)?;
    let phone = &city.households.get(payment.household).context("a household")?.phone;
    let expense = city.dice.pick("expense", payment.number, city.setting.expenses).copied().unwrap_or("tuition");
    let service = city.setting.names_service.then_some(class.class.category);
    let asked = |price: Yen| PaymentForm { children: &payment.children, merchant: &class.merchant, expense, service, price_yen: price.get(), own_money: true };
    let key = |turn: u8| format!("payment/{}/{turn}", payment.number);
    let held: Held = match phone.try_post("/payments", &key(0), &asked(payment.price)).await? {
        Ok(held) => held,
        Err(refusal) => {
            let Some(missing) = refusal.number("missing_yen") else { return Err(refusal.into()) };
            let rest = payment.price.minus(Yen::new(missing))?;
            if rest.get() < PRICE_YEN_MIN {
                return Ok(Vec::new());
            }
            phone.post("/payments", &key(1), &asked(rest)).await?
        }
    };
    let soon = payment.at + TimeDelta::seconds(40);
    Ok(match payment.fate {
        Fate::Voided => vec![(soon, Event::Pay(PayEvent::Void(payment, held)))],
        Fate::Expired => Vec::new(),
        Fate::Paid | Fate::Refunded(_) => vec![(soon, Event::Pay(PayEvent::Capture(payment, held)))],
    })
}

async fn capture(city: &RehearsedCity, payment: Planned, held: &Held) -> anyhow::Result<Follows> {
    let scanned = json!({"code": held.code, "amount_yen": held.price_yen});
    let desk = &class(city, &payment)?.desk;
    let receipt: Receipt = desk.post("/captures", &format!("capture/{}", payment.number), &scanned).await?;
    anyhow::ensure!(receipt.amount_yen == held.price_yen, "the desk and the family see different amounts");
    let Fate::Refunded(percent) = payment.fate else { return Ok(Vec::new()) };
    let amount_yen = receipt.amount_yen.saturating_mul(percent.into()).checked_div(100).unwrap_or(0);
    let at = refund_at(city, &payment, city.days.last);
    let refunded = (amount_yen > 0).then_some((at, Event::Pay(PayEvent::Refund(payment, receipt, amount_yen))));
    Ok(refunded.into_iter().collect())
}

/// One to three days later; in the last days, two hours later.
fn refund_at(city: &RehearsedCity, payment: &Planned, last: NaiveDate) -> Instant {
    let days = Days::new(city.dice.below("refund day", payment.number, 3).saturating_add(1));
    let later = payment.at.checked_add_days(days).filter(|at| tokyo_date(*at) <= last);
    later.unwrap_or(payment.at + TimeDelta::hours(2))
}
