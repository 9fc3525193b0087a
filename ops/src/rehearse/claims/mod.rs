//! Claims: families file them with pictures of what they show, correct what comes back, take one back; staff examine and decide ([`review`]); what was
//! granted in error is asked back ([`repay`]).
//!
//! How a claim fares follows from what its family wrote: staff read it over HTTP as everything else.

mod costs;
mod evidence;
pub mod repay;
pub mod review;

use anyhow::Context as _;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use ledger::time::{Instant, tokyo_instant};
use serde::Deserialize;
use serde_json::{Value, json};

use super::dice::Dice;
use super::families::{Child, Household};
use super::play::{Event, Follows};
use super::schedule;
use super::setting::Claimed;
use super::world::World;
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
}

/// What a family does about a claim.
pub enum ClaimEvent {
    /// It asks what it may claim, and files.
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
fn filed_at(world: &World, number: u64) -> Option<Instant> {
    let (opens, shuts) = world.days.filing?;
    let shuts = shuts.min(world.days.closing.checked_sub_days(chrono::Days::new(DAYS_TO_DECIDE))?);
    let day = schedule::day(&world.dice, ("claim day", number), (opens, shuts.max(opens)));
    Some(evening(&world.dice, day, ("claim round", number)))
}

/// The claims of the month, in the order of time. Whether there is anything to claim the families will be told.
pub fn plan(world: &World) -> Vec<(Instant, ClaimEvent)> {
    let claims = |child: &Child| match world.setting.claimed {
        Claimed::Nothing => false,
        Claimed::Passes => world.dice.happens("claims", child.number, 75),
        Claimed::Receipts => child.granted && world.dice.happens("claims", child.number, 20),
    };
    let mut filings: Vec<Filing> = Vec::new();
    for (place, household) in world.households.iter().enumerate() {
        for child in household.children.iter().filter(|child| claims(child)) {
            let filing = |at| Filing { household: place, child: child.clone(), at, manner: Manner::Plain };
            filings.extend(filed_at(world, child.number).map(filing));
        }
    }
    filings.sort_by_key(|filing| (filing.at, filing.child.number));
    for (turn, filing) in filings.iter_mut().enumerate() {
        filing.manner = manner(turn);
    }
    filings.into_iter().map(|filing| (filing.at, ClaimEvent::File(filing))).collect()
}

/// In turn, so that a small month has some of everything.
const fn manner(turn: usize) -> Manner {
    match turn % 14 {
        1 | 11 => Manner::Forgotten,
        3 => Manner::Private,
        4 => Manner::Misread,
        6 => Manner::TakenBack,
        7 => Manner::Surcharge,
        9 | 12 => Manner::Moving,
        _ => Manner::Plain,
    }
}

pub(super) async fn happen(world: &World, event: ClaimEvent) -> anyhow::Result<Follows> {
    match event {
        ClaimEvent::File(filing) => file(world, &filing).await,
        ClaimEvent::Withdraw(household, claim) => {
            family(world, household)?.phone.post::<Value>(&format!("/claims/{claim}/withdraw"), "withdraw", &json!({})).await?;
            Ok(Vec::new())
        }
        ClaimEvent::Correct(household) => correct(world, family(world, household)?).await,
    }
}

fn family(world: &World, household: usize) -> anyhow::Result<&Household> {
    world.households.get(household).context("a household")
}

async fn file(world: &World, filing: &Filing) -> anyhow::Result<Follows> {
    let Filing { household, child, at, manner } = filing;
    let phone = &family(world, *household)?.phone;
    let Some(offer) = offer(world, family(world, *household)?, &child.id).await? else { return Ok(Vec::new()) };
    let form = json!({"child": child.id, "scheme": offer.scheme, "costs": costs(world, child.number, *manner)});
    let Estimate { payable_yen } = phone.post("/claims/estimates", "estimate", &form).await?;
    if payable_yen == 0 {
        return Ok(Vec::new());
    }
    let Filed { claim, .. } = phone.post("/claims", &format!("claim/{}", child.number), &form).await?;
    let forgotten = usize::from(*manner == Manner::Forgotten);
    for kind in offer.evidence.iter().skip(forgotten) {
        show(world, phone, (&claim, child.number), kind).await?;
    }
    let later = *at + TimeDelta::minutes(5);
    let taken_back = (*manner == Manner::TakenBack).then(|| (later, Event::Claim(ClaimEvent::Withdraw(*household, claim))));
    Ok(taken_back.into_iter().collect())
}

/// What the family may claim for a child now, if anything.
async fn offer(world: &World, household: &Household, child: &str) -> anyhow::Result<Option<Offer>> {
    let Offers { schemes } = household.phone.get(&format!("/children/{child}/claim-schemes")).await?;
    Ok(schemes.into_iter().find(|offer| offer.open && offer.scheme == world.setting.scheme))
}

/// Shows a picture of what is asked for.
async fn show(world: &World, phone: &super::http::Client, (claim, number): (&str, u64), kind: &str) -> anyhow::Result<()> {
    let picture = evidence::picture(&world.dice, (kind, number))?;
    let path = format!("/claims/{claim}/evidence?kind={kind}");
    phone.upload::<Value>(&path, &format!("evidence/{number}/{kind}"), evidence::KIND, &picture).await?;
    Ok(())
}

/// The family shows what was missing and files everything again, as it should have been.
async fn correct(world: &World, household: &Household) -> anyhow::Result<Follows> {
    let phone = &household.phone;
    let ClaimList { claims } = phone.get("/claims?status=returned&limit=100").await?;
    for Filed { claim, child } in claims {
        let child = household.children.iter().find(|known| known.id == child).context("a claim for a child of another family")?;
        let Shown { missing_evidence } = phone.get(&format!("/claims/{claim}")).await?;
        for kind in &missing_evidence {
            show(world, phone, (&claim, child.number), kind).await?;
        }
        let right = json!({"costs": costs(world, child.number, Manner::Plain)});
        phone.post::<Value>(&format!("/claims/{claim}/filings"), &format!("again/{}", child.number), &right).await?;
    }
    Ok(Vec::new())
}
