//! One training city: founded, funded, with people, classes, grants and some own money. Each step is a command with a key of its own, so that it is done once.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::code::Code;
use ledger::ids::{ChildId, FamilyId, MerchantId, Municipality};
use ledger::merchant::people::{NewPerson, PersonRole};
use ledger::money::Yen;
use ledger::people::roster::{Encoding, write_csv};
use ledger::scheme::Rules;
use ledger::time::FiscalYear;
use ledger::token::CityToken;
use serde::Serialize;

use super::guide::{Family, Guide, Merchant};
use super::{CHILDREN, SEED, office};
use crate::rehearse::Setting;
use crate::rehearse::cast;
use crate::rehearse::classes::classes;
use crate::rehearse::dice::Dice;
use crate::rehearse::setting::Claimed;

/// What the first family of the demo has to begin with.
const OWN_MONEY: Yen = Yen::new(20_000);
const BUDGET: Yen = Yen::new(10_000_000);
/// Further back than any grant opens that is still open.
const OPEN_SINCE: Days = Days::new(800);

fn by(name: &str, key: &str, request: &impl Serialize) -> Command {
    Command::new(Actor::Staff(name.to_owned()), format!("demo/{key}"), request)
}

/// Loads one city.
pub async fn load(ledger: &Ledger, setting: &'static Setting) -> anyhow::Result<Guide> {
    let dice = Dice::new(SEED);
    let today = ledger.clock.today();
    let year = FiscalYear::of(today);
    let municipality = setting.municipality();
    ledger.found_city(&setting.city()).await.with_context(|| format!("founding {}", setting.name))?;
    let key = format!("{}/{year}", setting.scheme);
    ledger.appropriate(municipality, by("予算係", &format!("appropriate/{key}"), &year), (setting.scheme, year), BUDGET).await?;
    ledger.fund(municipality, by("出納係", &format!("fund/{key}"), &year), BUDGET, year.first_day()).await?;
    people(ledger, setting, &dice, year).await?;
    let merchants = merchants(ledger, setting, &dice).await?;
    let eligible = grants(ledger, setting, today).await?;
    let families = families(ledger, setting, &eligible).await?;
    Ok(Guide { setting, today, families, merchants, clerk: office::clerk(ledger, municipality).await? })
}

async fn people(ledger: &Ledger, setting: &'static Setting, dice: &Dice, year: FiscalYear) -> anyhow::Result<()> {
    // Written on the same day however often the demo starts in the year: the same file again.
    let rows = cast::roster(setting, dice, CHILDREN, (year.first_day(), year.first_day()))?;
    let file = write_csv(&rows, Encoding::Utf8)?;
    let report = ledger.import_roster(setting.municipality(), &Actor::Staff("名簿係".to_owned()), &file, &mut |_| {}).await?;
    anyhow::ensure!(report.refused == 0, "the roster of {} was refused in {} lines", setting.name, report.refused);
    Ok(())
}

/// Classes that one person took in and another approved, each with a desk.
async fn merchants(ledger: &Ledger, setting: &'static Setting, dice: &Dice) -> anyhow::Result<Vec<Merchant>> {
    let mut merchants = Vec::new();
    for class in classes(setting, dice, CHILDREN) {
        // By its name: a later version of the demo has other classes, and the old ones stay.
        let key = format!("class/{}", class.name);
        let municipality = setting.municipality();
        let id = ledger.apply_merchant(municipality, &by("受付", &key, &class.name), &class.application(), class.account()).await?;
        ledger.approve_merchant(municipality, &by("審査", &key, &id), id).await?;
        let (_, token) = ledger.add_terminal(municipality, &by("受付", &format!("{key}/desk"), &id), id, "受付窓口").await?;
        let code = manager(ledger, municipality, (&key, id)).await?;
        merchants.push(Merchant { id, name: class.name, category: class.category, token: CityToken::new(municipality, token), code });
    }
    Ok(merchants)
}

/// The manager is invited once, and gets a new sign-in code at every start, for a code signs in once.
async fn manager(ledger: &Ledger, municipality: Municipality, (key, merchant): (&str, MerchantId)) -> anyhow::Result<Code> {
    let new = NewPerson { name: "責任者".to_owned(), role: PersonRole::Manager };
    let invited = ledger.invite_person(municipality, &by("受付", &format!("{key}/manager"), &new), merchant, &new).await?;
    let now = ledger.clock.now().timestamp_micros();
    let command = by("受付", &format!("{key}/manager/{now}"), &now);
    Ok(ledger.issue_person_code(municipality, &command, merchant, invited.person.id).await?.code)
}

/// Everything that may be spent today is granted, once; who qualifies.
async fn grants(ledger: &Ledger, setting: &'static Setting, today: NaiveDate) -> anyhow::Result<BTreeSet<ChildId>> {
    let scheme = ledger.schemes.get(setting.scheme).with_context(|| format!("there is no scheme {}", setting.scheme))?;
    let since = today.checked_sub_days(OPEN_SINCE).unwrap_or(today);
    let opened = scheme.periods_opening(since, today, Rules::Rehearsal).into_iter().map(|(_, period)| period).filter(|period| period.is_open(today));
    let mut days: Vec<_> = opened.map(|period| period.service_from).collect();
    if days.is_empty() {
        // Nothing is granted there: it is only judged who may claim.
        days.push(today);
    }
    let mut eligible = BTreeSet::new();
    for day in days {
        let actor = Actor::Staff("交付係".to_owned());
        let run = ledger.run_grant(setting.municipality(), (setting.scheme, day), &actor, &mut |_| {}).await?;
        let judged = ledger.eligible_children(setting.municipality(), (setting.scheme, run.period.service_from), None, 1_000).await?;
        eligible.extend(judged.iter().map(|eligible| eligible.child));
    }
    Ok(eligible)
}

/// The families with a child that may spend or claim something. The first one can pay at every start, and claim while there is one that has not.
async fn families(ledger: &Ledger, setting: &'static Setting, eligible: &BTreeSet<ChildId>) -> anyhow::Result<Vec<Family>> {
    let municipality = setting.municipality();
    let mut families = Vec::new();
    for family in ledger.list_families(municipality, None, 100).await? {
        let children = ledger.children_of_family(municipality, family.id, ledger.clock.today()).await?;
        let named: Vec<_> = children.into_iter().filter(|child| eligible.contains(&child.id)).map(|child| (child.id, child.person.name)).collect();
        if named.is_empty() {
            continue;
        }
        let code = ledger.activation_code(municipality, family.id).await?.context("a family has an activation code")?;
        let may_claim = may_claim(ledger, setting, family.id, &named).await?;
        families.push(Family { id: family.id, code, children: named, may_claim });
    }
    if let Some(unclaimed) = families.iter().position(|family| family.may_claim.is_some()) {
        let family = families.remove(unclaimed);
        families.insert(0, family);
    }
    let first = families.first().with_context(|| format!("no family of {} has anything to spend or to claim today", setting.name))?;
    load_own_money(ledger, setting, first.id).await?;
    Ok(families)
}

/// The first child of a family for whom nothing has been claimed, where a claim is what families make once.
async fn may_claim(ledger: &Ledger, setting: &Setting, family: FamilyId, children: &[(ChildId, String)]) -> anyhow::Result<Option<ChildId>> {
    if setting.claimed != Claimed::Passes {
        return Ok(None);
    }
    for (child, _) in children {
        let offers = ledger.claim_offers(setting.municipality(), family, *child).await?.unwrap_or_default();
        if offers.iter().any(|offer| offer.scheme == setting.scheme && offer.claim.is_none() && offer.offered.is_open(ledger.clock.today())) {
            return Ok(Some(*child));
        }
    }
    Ok(None)
}

/// Fills up what the family has spent since the last start.
async fn load_own_money(ledger: &Ledger, setting: &'static Setting, family: FamilyId) -> anyhow::Result<()> {
    let missing = OWN_MONEY.minus(ledger.own_money(setting.municipality(), family).await?)?;
    if !missing.is_positive() {
        return Ok(());
    }
    let command = by("出納係", &format!("own money/{family}/{}", ledger.clock.now().timestamp_micros()), &missing);
    ledger.load_own_money(setting.municipality(), &command, family, missing).await.context("own money cannot be loaded")?;
    Ok(())
}
