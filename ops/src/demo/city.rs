//! One training city: founded, funded, with people, classes, grants and some own money. Each step is a command with a key of its own, so that it is done once.

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::merchant::Token;
use ledger::money::Yen;
use ledger::people::roster::{Encoding, write_csv};
use ledger::scheme::Rules;
use ledger::time::FiscalYear;
use ledger::token::CityToken;
use serde::Serialize;

use super::guide::{Family, Guide, Merchant};
use super::{CHILDREN, SEED};
use crate::rehearse::Setting;
use crate::rehearse::cast;
use crate::rehearse::dice::Dice;

/// What a class of a training city bills.
/// What a family of the demo has loaded.
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
    ledger.found_city(&setting.city()).await.with_context(|| format!("founding {}", setting.name))?;
    let key = format!("{}/{year}", setting.scheme);
    ledger.appropriate(setting.municipality(), by("予算係", &format!("appropriate/{key}"), &year), (setting.scheme, year), BUDGET).await?;
    ledger.fund(setting.municipality(), by("出納係", &format!("fund/{key}"), &year), BUDGET, year.first_day()).await?;
    people(ledger, setting, &dice, year).await?;
    let merchants = merchants(ledger, setting, &dice).await?;
    grants(ledger, setting, today).await?;
    let families = families(ledger, setting).await?;
    Ok(Guide { setting, today, families, merchants })
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
    for (index, class) in cast::classes(setting, dice, CHILDREN).into_iter().enumerate() {
        let key = format!("class/{index}");
        let municipality = setting.municipality();
        let merchant = ledger.apply_merchant(municipality, &by("受付", &key, &class.name), &class.application(), class.account()).await?;
        ledger.approve_merchant(municipality, &by("審査", &key, &merchant), merchant).await?;
        let desk = ledger.add_terminal(municipality, &by("受付", &format!("{key}/desk"), &merchant), merchant, "受付窓口").await?;
        merchants.push(shown(setting, merchant, class.name, desk.1));
    }
    Ok(merchants)
}

fn shown(setting: &'static Setting, id: MerchantId, name: String, token: Token) -> Merchant {
    Merchant { id, name, token: CityToken::new(setting.municipality(), token) }
}

/// Everything that may be spent today is granted, once.
async fn grants(ledger: &Ledger, setting: &'static Setting, today: NaiveDate) -> anyhow::Result<()> {
    let scheme = ledger.schemes.get(setting.scheme).with_context(|| format!("there is no scheme {}", setting.scheme))?;
    let since = today.checked_sub_days(OPEN_SINCE).unwrap_or(today);
    let open = scheme.periods_opening(since, today, Rules::Rehearsal).into_iter().map(|(_, period)| period).filter(|period| period.is_open(today));
    for period in open {
        let actor = Actor::Staff("交付係".to_owned());
        ledger.run_grant(setting.municipality(), (setting.scheme, period.service_from), &actor, &mut |_| {}).await?;
    }
    Ok(())
}

/// The families with a child that may spend something. The first one has loaded own money.
async fn families(ledger: &Ledger, setting: &'static Setting) -> anyhow::Result<Vec<Family>> {
    let municipality = setting.municipality();
    let mut families = Vec::new();
    for family in ledger.list_families(municipality, None, 100).await? {
        let children = ledger.children_of_family(municipality, family.id, ledger.clock.today()).await?;
        let ids: Vec<ChildId> = children.iter().map(|child| child.id).collect();
        let spendable = ledger.spendable(municipality, &ids).await?;
        let mut named: Vec<_> = children.into_iter().map(|child| (child.id, child.person.name)).collect();
        named.retain(|(child, _)| spendable.iter().any(|part| part.child == *child));
        if named.is_empty() {
            continue;
        }
        if families.is_empty() {
            load_own_money(ledger, setting, family.id).await?;
        }
        let code = ledger.activation_code(municipality, family.id).await?.context("a family has an activation code")?;
        families.push(Family { id: family.id, code, children: named });
    }
    anyhow::ensure!(!families.is_empty(), "no family of {} has anything to spend today", setting.name);
    Ok(families)
}

async fn load_own_money(ledger: &Ledger, setting: &'static Setting, family: FamilyId) -> anyhow::Result<()> {
    let command = by("出納係", &format!("own money/{family}"), &OWN_MONEY);
    ledger.load_own_money(setting.municipality(), &command, family, OWN_MONEY).await.context("own money cannot be loaded")?;
    Ok(())
}
