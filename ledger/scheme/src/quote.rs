//! What a scheme pays in one case, and who pays the rest.
//!
//! Invariant: `city_yen + family_yen + facility_yen` is the price; whoever does not qualify gets nothing from the city.

use chrono::NaiveDate;
use serde::Serialize;

use super::apportion::Scope;
use super::case::{Case, Child};
use super::formula::{Part, Purse};
use super::grant::{Grant, Kind};
use super::life::ExcludedPer;
use super::period::NO_END;
use super::reason::Reason;
use super::version::Version;
use super::{Scheme, bill};
use foundation::money::{Overflow, Yen};

/// The answer to a case. Amounts are whole yen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Whether the scheme is for this child (with several: for one of them).
    pub eligible: bool,
    /// Why it is not, and why costs were refused.
    pub reasons: Vec<Reason>,
    /// Public money.
    pub city_yen: Yen,
    /// What the family pays.
    pub family_yen: Yen,
    /// What the facility or provider bears.
    pub facility_yen: Yen,
    /// What the merchant receives in all.
    pub merchant_yen: Yen,
    /// What is left afterwards; none where nothing is held beforehand.
    pub balance_after_yen: Option<Yen>,
    /// The grant whose service period holds the day.
    pub grant: Option<GrantView>,
    /// The parts: one for each cost, version or child.
    pub lines: Vec<Line>,
}

/// A grant as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantView {
    /// `yen`, `count` or `pass`.
    pub kind: &'static str,
    /// Its money.
    pub amount_yen: Option<Yen>,
    /// Its pieces.
    pub amount_count: Option<i64>,
    /// First day on which it may be spent.
    pub opens_on: NaiveDate,
    /// Last day on which it may be spent; none where it never closes.
    pub closes_on: Option<NaiveDate>,
}

/// One part of a quote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Which child, from 1, where several share the bill.
    pub child: Option<usize>,
    /// Which cost, from 1; none where several share one deduction.
    pub cost: Option<usize>,
    /// The kind of expense.
    pub expense: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The version of the rules, by its first day.
    pub version: Option<NaiveDate>,
    /// What the cost comes to.
    pub amount_yen: Option<Yen>,
    /// What of it counts: apportioned by day and capped.
    pub counted_yen: Yen,
    /// How many months count towards the deduction.
    pub months: Option<usize>,
    /// What is deducted before the share.
    pub deduct_yen: Yen,
    /// Public money.
    pub city_yen: Yen,
    /// The provider's part.
    pub facility_yen: Yen,
    /// Who bears the public money, where it is not the city alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub funders: Vec<(String, Yen)>,
    /// What is left afterwards, for a child.
    pub balance_after_yen: Option<Yen>,
    /// Why nothing, or not more, is paid.
    pub reason: Option<Reason>,
}

impl From<&Grant> for GrantView {
    fn from(grant: &Grant) -> Self {
        let Grant { kind, amount_yen, amount_count, period, .. } = *grant;
        let closes_on = Some(period.closes_on).filter(|day| *day < NO_END);
        Self { kind: kind.name(), amount_yen, amount_count, opens_on: period.opens_on, closes_on }
    }
}

/// How one child stands.
struct Standing<'a> {
    /// Its place in the case, from 1.
    number: usize,
    child: &'a Child,
    eligible: bool,
    reasons: Vec<Reason>,
    grant: Option<Grant>,
    purse: Purse,
}

/// Answers a case.
///
/// # Errors
/// Amounts that are too large.
pub fn quote(scheme: &Scheme, case: &Case) -> Result<Quote, Overflow> {
    let price = case.price_yen()?;
    let Some(version) = scheme.version_on(case.on) else {
        return nothing(case, price, None, &[Reason::NoVersion(case.on)], Some(Yen::ZERO));
    };
    let mut standings: Vec<_> = case.children.iter().enumerate().map(|(index, child)| stand(scheme, version, case, index.saturating_add(1), child)).collect();
    // Soonest to close first, then as listed: the sort keeps the order of equals.
    standings.sort_by_key(|standing| standing.grant.map_or(NO_END, |grant| grant.period.closes_on));
    let balance = balance_after(version, &standings)?;
    let Some(first) = standings.iter().find(|standing| standing.eligible) else {
        let reasons: Vec<_> = standings.into_iter().flat_map(|standing| standing.reasons).collect();
        return nothing(case, price, Some(version), &reasons, balance);
    };
    let grant = first.grant.as_ref().map(GrantView::from);
    pay(scheme, version, case, price, standings, grant)
}

fn stand<'a>(scheme: &Scheme, version: &Version, case: &Case, number: usize, child: &'a Child) -> Standing<'a> {
    let mut decision = version.who.decide(&child.facts);
    // Months that are named already say where something else took this scheme's place.
    let always = child.months.is_none() || version.life.excluded_per == ExcludedPer::Period;
    if let Some(code) = version.life.excluded_by(&child.facts).filter(|_| always) {
        decision.reasons.push(Reason::ExcludedWith(code.to_owned()));
    }
    let mut grant = None;
    match version.grant_for(case.on, &child.facts, child.months.as_ref()) {
        Ok(granted) => grant = granted,
        // What was granted before the closing stays redeemable.
        Err(Reason::ClosedToNew(_)) if child.balance_yen.is_some() || child.balance_count.is_some() => {}
        Err(reason) => decision.reasons.push(reason),
    }
    if version.grant.kind == Kind::None && Scope::new(scheme, version, child, case.on, version.period(case.on, None)).months(&scheme.versions).is_empty() {
        decision.reasons.push(Reason::NoMonthQualifies);
    }
    let eligible = decision.reasons.is_empty();
    let grant = grant.filter(|_| eligible);
    let purse = purse(version, child, grant.as_ref());
    Standing { number, child, eligible, reasons: decision.reasons, grant, purse }
}

fn purse(version: &Version, child: &Child, grant: Option<&Grant>) -> Purse {
    let granted = grant.and_then(|grant| grant.amount_yen).unwrap_or(Yen::ZERO);
    match (version.grant.kind, version.grant.face_yen) {
        (Kind::None, _) => Purse::Unbounded,
        (Kind::Pass, _) => Purse::Empty,
        (Kind::Count, None) => Purse::Count { left: child.balance_count.or(grant.and_then(|grant| grant.amount_count)).unwrap_or(0) },
        (Kind::Yen | Kind::Count, face) => Purse::Yen { left: child.balance_yen.unwrap_or(granted), face },
    }
}

/// What all purses hold together; none where no yen are held.
fn balance_after(version: &Version, standings: &[Standing<'_>]) -> Result<Option<Yen>, Overflow> {
    if version.grant.kind == Kind::None {
        return Ok(None);
    }
    let yen = standings.iter().filter_map(|standing| match standing.purse {
        Purse::Yen { left, .. } => Some(left),
        _ => None,
    });
    let yen: Vec<_> = yen.collect();
    if yen.is_empty() { Ok(None) } else { Yen::sum(yen).map(Some) }
}

/// The answer where the city pays nothing: the rest of the price is everything.
fn nothing(case: &Case, price: Yen, version: Option<&Version>, reasons: &[Reason], balance: Option<Yen>) -> Result<Quote, Overflow> {
    let mut quote = Quote {
        eligible: false,
        reasons: Vec::new(),
        city_yen: Yen::ZERO,
        family_yen: price,
        facility_yen: Yen::ZERO,
        merchant_yen: price,
        balance_after_yen: balance,
        grant: None,
        lines: Vec::new(),
    };
    let given = case.children.iter().filter_map(|child| child.balance_yen);
    if version.is_none() {
        quote.balance_after_yen = Some(Yen::sum(given)?);
    }
    if version.is_some_and(Version::facility_pays_rest) {
        (quote.family_yen, quote.facility_yen) = (Yen::ZERO, price);
    }
    let why = reasons.first().cloned();
    for reason in reasons {
        say(&mut quote.reasons, reason);
    }
    quote.lines = case.costs.iter().enumerate().map(|(index, cost)| Line { reason: why.clone(), ..bill::line(index, cost) }).collect();
    Ok(quote)
}

fn say(reasons: &mut Vec<Reason>, reason: &Reason) {
    if !reasons.contains(reason) {
        reasons.push(reason.clone());
    }
}

/// Lets the standings pay in order, each what the ones before left.
fn pay(scheme: &Scheme, version: &Version, case: &Case, price: Yen, mut standings: Vec<Standing<'_>>, grant: Option<GrantView>) -> Result<Quote, Overflow> {
    let (mut reasons, mut lines) = (Vec::new(), Vec::new());
    let (mut paid, mut provider) = (Yen::ZERO, Yen::ZERO);
    for standing in &mut standings {
        standing.reasons.iter().for_each(|reason| say(&mut reasons, reason));
        if !standing.eligible {
            continue;
        }
        let period = standing.grant.map_or_else(|| version.period(case.on, standing.child.facts.qualifying_since()), |grant| grant.period);
        let bill = bill::draw_up(scheme, version, case, standing.child, period)?;
        let parts = bill.pay(paid, &mut standing.purse)?;
        bill.refused.iter().for_each(|(_, reason)| say(&mut reasons, reason));
        let own = Yen::sum(parts.iter().map(|part| part.paid))?;
        let own_provider = Yen::sum(parts.iter().map(|part| part.provider))?;
        paid = paid.plus(own)?;
        provider = provider.plus(own_provider)?;
        if case.shared {
            lines.push(child_line(standing, own, own_provider));
            let known: Vec<_> = lines.iter().filter_map(|line: &Line| line.cost).collect();
            lines.extend(bill.refused_lines().into_iter().filter(|line| line.cost.is_some_and(|cost| !known.contains(&cost))));
        } else {
            lines.extend(bill.lines(&parts)?);
        }
    }
    let rest = price.minus(paid)?;
    let facility_rest = if version.facility_pays_rest() { rest } else { Yen::ZERO };
    Ok(Quote {
        eligible: true,
        reasons,
        city_yen: paid.minus(provider)?,
        family_yen: rest.minus(facility_rest)?,
        facility_yen: provider.plus(facility_rest)?,
        merchant_yen: price.minus(provider)?,
        balance_after_yen: balance_after(version, &standings)?,
        grant,
        lines,
    })
}

fn child_line(standing: &Standing<'_>, paid: Yen, provider: Yen) -> Line {
    let balance_after_yen = match standing.purse {
        Purse::Yen { left, .. } => Some(left),
        _ => None,
    };
    Line {
        child: Some(standing.number),
        counted_yen: paid,
        city_yen: paid.minus(provider).unwrap_or(Yen::ZERO),
        facility_yen: provider,
        balance_after_yen,
        ..Line::default()
    }
}

/// Why a part is less than the formula gives.
pub(super) fn stopped(part: &Part) -> Option<Reason> {
    part.stopped.map(|stop| match stop {
        super::formula::Stop::Limit(per) => Reason::LimitReached(per),
        super::formula::Stop::Balance => Reason::BalanceUsed,
    })
}
