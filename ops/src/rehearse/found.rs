//! Founds a training city: budget, money at the bank, merchants approved by a second person, the roster.

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use ledger::money::Yen;
use ledger::people::roster::{Encoding, Row, write_csv};
use ledger::scheme::{Catalog, Rules};
use ledger::time::Month;
use sqlx::PgPool;

use super::bank::Bank;
use super::cast;
use super::dice::Dice;
use super::setting::Setting;
use super::world::{OpenClass, World, by, staff};

/// The city, its accounts, budget and money at the bank.
pub async fn city(setting: &'static Setting, pool: PgPool, seed: u64, month: Month, children: u64, schemes: Catalog) -> anyhow::Result<World> {
    let version = schemes.get(setting.scheme).and_then(|scheme| scheme.rules_on(month.first_day(), Rules::Rehearsal)).context("no rules in this month")?;
    let period = version.period(month.first_day(), None);
    let first_day = period.opens_on.checked_sub_days(Days::new(14)).unwrap_or(period.opens_on);
    let (ledger, clock) = World::ledger(pool, seed, schemes, first_day);
    let city = setting.city();
    ledger.found_city(&city).await?;

    let each = |yen: i64| Yen::new(yen).times(i64::try_from(children).unwrap_or(i64::MAX));
    let budget = each(250_000)?.plus(Yen::new(1_000_000))?;
    let year = ledger::time::FiscalYear::of(period.service_from);
    ledger.appropriate(city.municipality, by("予算係", "appropriate", &budget), (setting.scheme, year), budget).await?;
    let opening = each(150_000)?.plus(Yen::new(5_000_000))?;
    ledger.fund(city.municipality, by("出納係", "fund", &opening), opening, first_day).await?;

    let account = city.remitter.account(city.scope())?;
    let bank = Bank::new(&account, &city.remitter.name_kana, opening);
    Ok(World { ledger, clock, setting, dice: Dice::new(seed), month, period, classes: Vec::new(), bank })
}

/// The classes apply, and a second person approves them. Each gets a desk.
pub async fn merchants(world: &mut World, children: u64) -> anyhow::Result<()> {
    for (index, class) in cast::classes(world.setting, &world.dice, children).into_iter().enumerate() {
        let key = format!("class/{index}");
        let municipality = world.municipality();
        let merchant = world.ledger.apply_merchant(municipality, &by("受付", &key, &class.name), &class.application(), class.account()).await?;
        world.ledger.approve_merchant(municipality, &by("審査", &key, &merchant), merchant).await?;
        let (terminal, _) = world.ledger.add_terminal(municipality, &by("受付", &format!("{key}/desk"), &merchant), merchant, "受付窓口").await?;
        world.classes.push(OpenClass { merchant, terminal, category: class.category });
    }
    Ok(())
}

/// Imports the roster of the month's first day; answers its rows and its file.
pub async fn people(world: &World, children: u64, on: NaiveDate) -> anyhow::Result<(Vec<Row>, Vec<u8>)> {
    let rows = cast::roster(world.setting, &world.dice, children, (on, world.ledger.clock.today()))?;
    let file = write_csv(&rows, Encoding::Utf8)?;
    let report = world.ledger.import_roster(world.municipality(), &staff("名簿係"), &file, &mut |_| {}).await?;
    anyhow::ensure!(report.refused == 0, "the roster of the rehearsal was refused: {:?}", report.refusals.first());
    Ok((rows, file))
}
