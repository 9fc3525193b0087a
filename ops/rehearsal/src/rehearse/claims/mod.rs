//! Claims: families file them with pictures of what they show, correct what comes back, take one back; staff examine and decide ([`mod@review`]); what was
//! granted in error is asked back ([`repay`]).
//!
//! How a claim fares follows from what its family wrote: staff read it over HTTP as everything else.

mod costs;
mod evidence;
pub mod repay;
pub mod review;

use anyhow::Context as _;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ledger::time::{Instant, tokyo_instant};
use serde::Deserialize;
use serde_json::{Value, json};

use super::AT_ONCE;
use super::dice::Dice;
use super::families::{Child, Household};
use super::http::Client;
use super::play::{Event, Follows};
use super::rehearsed_city::RehearsedCity;
use super::schedule;
use super::setting::Claimed;
use costs::costs;

pub use review::review;

/// Families sit down in the evening, when the desks are closed: in so many rounds.
const ROUNDS: u64 = 10;
/// A claim is filed so many days before the month closes, so that it is decided by then.
const DAYS_TO_DECIDE: u64 = 4;

/// What is special about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Nothing.
    Plain,
    /// Something that must be shown was forgotten.
    Forgotten,
    /// An amount was misread.
    Misread,
    /// It is not what the scheme repays.
    Private,
    /// Some of it is not.
    Surcharge,
    /// The family thinks again.
    TakenBack,
    /// What was granted will have been too much.
    Moving,
}

/// A claim that a family will file.
#[derive(Debug, Clone)]
pub struct Filing {
    household: usize,
    child: Child,
    at: Instant,
    manner: Manner,
    /// What is to be shown.
    evidence: Vec<String>,
}

/// What a family does about a claim.
pub enum ClaimEvent {
    /// It files.
    File(Filing),
    /// It takes the claim back.
    Withdraw(usize, String),
    /// It reads what came back, and files it again.
    Correct(usize),
}

#[derive(Deserialize)]
struct Offers {
    schemes: Vec<Offer>,
}

/// What may be claimed.
#[derive(Deserialize)]
struct Offer {
    scheme: String,
    open: bool,
    evidence: Vec<String>,
}

#[derive(Deserialize)]
struct Estimate {
    payable_yen: i64,
}

#[derive(Deserialize)]
struct ClaimList {
    claims: Vec<Filed>,
}

/// A claim as its family reads it.
#[derive(Deserialize)]
struct Filed {
    claim: String,
    child: String,
}

#[derive(Deserialize)]
struct Shown {
    missing_evidence: Vec<String>,
}

/// An instant of one round of an evening.
fn evening(dice: &Dice, day: NaiveDate, (what, number): (&'static str, u64)) -> Instant {
    let round = dice.below(what, number, ROUNDS);
    let begins = tokyo_instant(day, NaiveTime::from_hms_opt(20, 0, 0).unwrap_or_default());
    begins + TimeDelta::minutes(i64::try_from(round.saturating_mul(10)).unwrap_or(0))
}

/// When a child's claim is filed.
fn filed_at(city: &RehearsedCity, number: u64) -> Option<Instant> {
    let (opens, shuts) = city.days.filing?;
    let shuts = shuts.min(city.days.closing.checked_sub_days(chrono::Days::new(DAYS_TO_DECIDE))?);
    let day = schedule::day(&city.dice, ("claim day", number), (opens, shuts.max(opens)));
    Some(evening(&city.dice, day, ("claim round", number)))
}

/// On the first morning on which claims are taken families ask what they may claim and what the rules would give: their claims of the month, in the
/// order of time. Who would get nothing files nothing.
pub async fn plan(city: &RehearsedCity) -> anyhow::Result<Vec<(Instant, ClaimEvent)>> {
    let claims = |child: &Child| match city.setting.claimed {
        Claimed::Nothing => false,
        Claimed::Passes => city.dice.happens("claims", child.number, 85),
        Claimed::Receipts => child.granted && city.dice.happens("claims", child.number, 20),
    };
    let children = (0..).zip(&city.households).flat_map(|(place, household)| household.children.iter().map(move |child| (place, child)));
    let asking: Vec<_> = children.filter(|(_, child)| claims(child)).map(|(place, child)| ask(city, place, child)).collect();
    let filings: Vec<Option<Filing>> = stream::iter(asking).buffered(AT_ONCE).try_collect().await?;
    let mut filings: Vec<_> = filings.into_iter().flatten().collect();
    filings.sort_by_key(|filing| (filing.at, filing.child.number));
    for (turn, filing) in filings.iter_mut().enumerate() {
        filing.manner = manner(turn);
    }
    Ok(filings.into_iter().map(|filing| (filing.at, ClaimEvent::File(filing))).collect())
}

/// What a family will file for a child, if the rules give anything for it.
async fn ask(city: &RehearsedCity, household: usize, child: &Child) -> anyhow::Result<Option<Filing>> {
    let phone = &family(city, household)?.phone;
    let Offers { schemes } = phone.get(&format!("/children/{}/claim-schemes", child.id)).await?;
    let offer = schemes.into_iter().find(|offer| offer.open && offer.scheme == city.setting.scheme);
    let Some((offer, at)) = offer.zip(filed_at(city, child.number)) else { return Ok(None) };
    let filing = Filing { household, child: child.clone(), at, manner: Manner::Plain, evidence: offer.evidence };
    let Estimate { payable_yen } = phone.post("/claims/estimates", "estimate", &filing.form(city)).await?;
    Ok((payable_yen > 0).then_some(filing))
}

impl Filing {
    fn form(&self, city: &RehearsedCity) -> Value {
        json!({"child": self.child.id, "scheme": city.setting.scheme, "costs": costs(city, self.child.number, self.manner)})
    }
}

/// In turn, so that a small month has some of everything.
const fn manner(turn: usize) -> Manner {
    match turn % 16 {
        1 | 9 => Manner::Forgotten,
        2 | 10 => Manner::Moving,
        3 | 12 => Manner::Private,
        4 => Manner::Misread,
        6 => Manner::TakenBack,
        7 => Manner::Surcharge,
        _ => Manner::Plain,
    }
}

pub(super) async fn happen(city: &RehearsedCity, event: ClaimEvent) -> anyhow::Result<Follows> {
    match event {
        ClaimEvent::File(filing) => file(city, &filing).await,
        ClaimEvent::Withdraw(household, claim) => {
            family(city, household)?.phone.post::<Value>(&format!("/claims/{claim}/withdraw"), "withdraw", &json!({})).await?;
            Ok(Vec::new())
        }
        ClaimEvent::Correct(household) => correct(city, family(city, household)?).await,
    }
}

fn family(city: &RehearsedCity, household: usize) -> anyhow::Result<&Household> {
    city.households.get(household).context("a household")
}

async fn file(city: &RehearsedCity, filing: &Filing) -> anyhow::Result<Follows> {
    let Filing { household, child, at, manner, evidence } = filing;
    let phone = &family(city, *household)?.phone;
    let filed = phone.try_post::<Filed>("/claims", &format!("claim/{}", child.number), &filing.form(city)).await?;
    let claim = match filed {
        Ok(filed) => filed.claim,
        // Meanwhile coupons have paid with it.
        Err(refusal) if refusal.code() == "nothing-payable" => return Ok(Vec::new()),
        Err(refusal) => return Err(refusal.into()),
    };
    let forgotten = usize::from(*manner == Manner::Forgotten);
    for kind in evidence.iter().skip(forgotten) {
        show(city, phone, (&claim, child.number), kind).await?;
    }
    let later = *at + TimeDelta::minutes(5);
    let taken_back = (*manner == Manner::TakenBack).then_some((later, Event::Claim(ClaimEvent::Withdraw(*household, claim))));
    Ok(taken_back.into_iter().collect())
}

/// Shows a picture of what is asked for.
async fn show(city: &RehearsedCity, phone: &Client, (claim, number): (&str, u64), kind: &str) -> anyhow::Result<()> {
    let picture = evidence::picture(&city.dice, (kind, number))?;
    let path = format!("/claims/{claim}/evidence?kind={kind}");
    phone.upload::<Value>(&path, &format!("evidence/{number}/{kind}"), evidence::KIND, &picture).await?;
    Ok(())
}

/// The family shows what was missing and files everything again, as it should have been.
async fn correct(city: &RehearsedCity, household: &Household) -> anyhow::Result<Follows> {
    let phone = &household.phone;
    let ClaimList { claims } = phone.get("/claims?status=returned&limit=100").await?;
    for Filed { claim, child } in claims {
        let child = household.children.iter().find(|known| known.id == child).context("a claim for a child of another family")?;
        let Shown { missing_evidence } = phone.get(&format!("/claims/{claim}")).await?;
        for kind in &missing_evidence {
            show(city, phone, (&claim, child.number), kind).await?;
        }
        let right = json!({"costs": costs(city, child.number, Manner::Plain)});
        phone.post::<Value>(&format!("/claims/{claim}/filings"), &format!("again/{}", child.number), &right).await?;
    }
    Ok(Vec::new())
}
