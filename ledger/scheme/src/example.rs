//! Worked figures: those written in a scheme file, which must come out of its own tables, and figures made up for every version.
//!
//! Invariant: a figure in a file that does not come out is a problem of the file.

use serde::Serialize;

use super::Scheme;
use super::case::Case;
use super::facts::Facts;
use super::formula::Purse;
use super::grant::{Amount, Cycle, Kind};
use super::quote::{Quote, quote};
use super::reader::{Node, Read};
use super::version::Version;
use foundation::money::Yen;

/// A case in a scheme file with what must come out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The case.
    pub case: Case,
    /// Amounts by the name of the answer's key.
    pub expect: Vec<(String, i64)>,
}

/// A figure for people to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worked {
    /// What it shows.
    pub title: String,
    /// The price.
    pub price_yen: Yen,
    /// Public money.
    pub city_yen: Yen,
    /// What the family pays.
    pub family_yen: Yen,
    /// What the facility or provider bears.
    pub facility_yen: Yen,
}

/// One amount of an answer.
type AmountOf = fn(&Quote) -> Option<i64>;

/// The amounts that an example may expect.
const AMOUNTS: [(&str, AmountOf); 7] = [
    ("city_yen", |quote| Some(quote.city_yen.get())),
    ("family_yen", |quote| Some(quote.family_yen.get())),
    ("facility_yen", |quote| Some(quote.facility_yen.get())),
    ("merchant_yen", |quote| Some(quote.merchant_yen.get())),
    ("balance_after_yen", |quote| quote.balance_after_yen.map(Yen::get)),
    ("grant_yen", |quote| quote.grant.as_ref()?.amount_yen.map(Yen::get)),
    ("grant_count", |quote| quote.grant.as_ref()?.amount_count),
];

impl Example {
    /// The answer, or how it differs from what is expected.
    pub fn work(&self, scheme: &Scheme) -> Result<Worked, String> {
        let quote = quote(scheme, &self.case).map_err(|overflow| overflow.to_string())?;
        for (key, expected) in &self.expect {
            let found = AMOUNTS.iter().find(|(name, _)| name == key).and_then(|(_, amount)| amount(&quote));
            if found != Some(*expected) {
                let found = found.map_or("nothing".to_owned(), |found| found.to_string());
                let why = if quote.reasons.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", quote.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
                };
                return Err(format!("{:?}: {key} should be {expected}, and the tables give {found}{why}", self.title));
            }
        }
        let Quote { city_yen, family_yen, facility_yen, .. } = quote;
        Ok(Worked { title: self.title.clone(), price_yen: self.case.price_yen().unwrap_or(Yen::ZERO), city_yen, family_yen, facility_yen })
    }
}

impl Read for Example {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let title = table.required("title");
        let case = table.required("case");
        let expect = table.node("expect").map_or_else(
            || {
                table.problem("`expect` is missing: the amounts that must come out");
                None
            },
            |node| read_expect(&node),
        );
        table.finish()?;
        Some(Self { title: title?, case: case?, expect: expect? })
    }
}

impl Read for Case {
    fn read(node: &Node<'_>) -> Option<Self> {
        Self::read_table(&node.table()?)
    }
}

fn read_expect(node: &Node<'_>) -> Option<Vec<(String, i64)>> {
    let table = node.table()?;
    let expect: Vec<_> = AMOUNTS.iter().filter_map(|(key, _)| table.optional::<i64>(key).map(|amount| ((*key).to_owned(), amount))).collect();
    table.finish()?;
    if expect.is_empty() { node.problem("expects nothing: name at least one amount") } else { Some(expect) }
}

/// Figures for every version and class, with prices at and around what its tables turn on: for a file that has no examples of its own, and to see what a change does.
#[must_use]
pub fn made_up(scheme: &Scheme) -> Vec<Worked> {
    scheme.versions.iter().flat_map(of_version).collect()
}

fn of_version(version: &Version) -> Vec<Worked> {
    let figures = |class: Option<&str>| -> Vec<Worked> { prices(version, class).into_iter().filter_map(|price| worked(version, class, price)).collect() };
    let each: Vec<_> = version.classes.iter().map(|class| figures(Some(&class.id))).filter(|figures| !figures.is_empty()).collect();
    let amounts = |figures: &Vec<Worked>| figures.iter().map(|worked| (worked.price_yen, worked.city_yen)).collect::<Vec<_>>();
    match each.as_slice() {
        [] => figures(None),
        [first, others @ ..] if others.iter().all(|other| amounts(other) == amounts(first)) => untitled(first, version),
        _ => each.concat(),
    }
}

/// The figures of the one class without its name: all classes have the same.
fn untitled(figures: &[Worked], version: &Version) -> Vec<Worked> {
    let title = title(version, None);
    figures.iter().map(|worked| Worked { title: title.clone(), ..worked.clone() }).collect()
}

/// The version as one class alone sees it.
fn alone(version: &Version, class: Option<&str>) -> Version {
    let mut alone = version.clone();
    alone.classes.retain(|known| Some(known.id.as_str()) == class);
    for class in &mut alone.classes {
        class.test = super::condition::Condition::EVERYONE;
    }
    alone
}

/// Amounts at which something changes: the grant, the cap, the threshold; and one above.
fn prices(version: &Version, class: Option<&str>) -> Vec<Yen> {
    let alone = alone(version, class);
    let classes: Vec<String> = class.map(str::to_owned).into_iter().collect();
    let Ok(terms) = alone.terms(&Facts::new()) else { return Vec::new() };
    let table = |table: &Option<super::who::ByClass<Yen>>| table.as_ref().and_then(|table| table.pick(&classes)).copied();
    let turn = purse(version, &classes)
        .1
        .into_iter()
        .chain(table(&terms.cost_cap))
        .chain(table(&terms.flat))
        .chain(terms.deduct_per_month)
        .find(|turn| turn.is_positive())
        .unwrap_or(Yen::new(10_000));
    let above = turn.plus(Yen::new(2_400)).unwrap_or(turn);
    if turn.get() > 2_400 { vec![Yen::new(2_400), turn, above] } else { vec![turn, above] }
}

fn purse(version: &Version, classes: &[String]) -> (Purse, Option<Yen>) {
    let amount = match &version.grant.amount {
        // Classes of another kind may choose the amount: any will do to show the share.
        Amount::Each(amount) => amount.pick(classes).or(amount.values().next()).copied(),
        Amount::ByYear(years) => years.first().copied(),
    };
    let amount = amount.unwrap_or(0);
    match (version.grant.kind, version.grant.face_yen) {
        (Kind::None, _) => (Purse::Unbounded, None),
        (Kind::Pass, _) => (Purse::Empty, None),
        (Kind::Yen, _) => (Purse::Yen { left: Yen::new(amount), face: None }, Some(Yen::new(amount))),
        (Kind::Count, None) => (Purse::Count { left: amount }, None),
        (Kind::Count, Some(face)) => {
            let left = face.times(amount).unwrap_or(Yen::ZERO);
            (Purse::Yen { left, face: Some(face) }, Some(left))
        }
    }
}

fn worked(version: &Version, class: Option<&str>, price_yen: Yen) -> Option<Worked> {
    let alone = alone(version, class);
    let classes: Vec<String> = class.map(str::to_owned).into_iter().collect();
    let facts = Facts::new();
    let limits: Vec<_> = alone.limits_for(&facts, None).into_iter().map(|(_, allowance)| allowance).collect();
    let payable = alone.payable(price_yen, &facts, &limits, purse(version, &classes).0).ok()?;
    let city_yen = payable.paid.minus(payable.provider).ok()?;
    let (family_yen, rest) = if version.facility_pays_rest() { (Yen::ZERO, payable.own) } else { (payable.own, Yen::ZERO) };
    let facility_yen = payable.provider.plus(rest).ok()?;
    Some(Worked { title: title(&alone, class), price_yen, city_yen, family_yen, facility_yen })
}

/// Which rules a figure shows.
fn title(version: &Version, class: Option<&str>) -> String {
    let threshold = version.share.0.values().any(|terms| terms.deduct_per_month.is_some());
    let cycle = match (version.grant.kind, version.grant.cycle) {
        (Kind::None, _) if threshold => ", one month",
        (Kind::None, _) => "",
        (_, Cycle::Month) => ", a month's grant",
        (_, Cycle::Year) => ", a year's grant",
        (_, Cycle::Once) => ", the grant",
    };
    let class = class.map(|class| format!(", {class}")).unwrap_or_default();
    format!("rules from {}{class}{cycle}", version.from)
}
