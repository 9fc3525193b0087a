//! Table 2, grant: what a child is given for which service period, and from when to when it may be spent.
//!
//! Invariants: two service periods of one scheme never share a day; a grant never opens after it closes.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::period::{MONTHS_MAX, NO_END, Offset, Period, Qualifying};
use super::reader::{Node, Read};
use super::who::ByClass;
use foundation::money::Yen;
use foundation::time::{FiscalYear, Month};

/// What is granted, how often, and when it opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRule {
    /// Money, pieces, a pass, or nothing that is held.
    pub kind: Kind,
    /// How much for one cycle: yen, or pieces.
    pub amount: Amount,
    /// The value of one piece, where pieces have one.
    pub face_yen: Option<Yen>,
    /// How often.
    pub cycle: Cycle,
    /// Months that share one grant.
    pub joined: Vec<Vec<u32>>,
    /// When it opens, counted from the first month of service.
    pub open: Option<Offset>,
    /// When it closes, counted from the last month of service.
    pub close: Option<Offset>,
    /// Whether those who qualify later in a year get twelfths.
    pub prorate: Prorate,
    /// What becomes of the rest.
    pub carry: Carry,
    /// What a grant that is made once is for.
    pub event: Option<String>,
    /// For how many months a grant that is made once is valid.
    pub valid_months: Option<i64>,
}

/// What is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yen.
    Yen,
    /// Pieces: tickets with a face value, or visits.
    Count,
    /// A pass to show; no money moves.
    Pass,
    /// Nothing is held beforehand: costs are repaid.
    None,
}

impl Kind {
    /// The word for it in scheme files and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yen => "yen",
            Self::Count => "count",
            Self::Pass => "pass",
            Self::None => "none",
        }
    }
}

/// How often something is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cycle {
    /// Once, from the day of qualifying.
    Once,
    /// For each month of service.
    Month,
    /// For each fiscal year of service.
    Year,
}

/// Whether a grant shrinks for those who qualify later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prorate {
    /// The whole amount.
    Never,
    /// A twelfth for each month that is left, the first one included.
    MonthsLeft,
}

/// What becomes of the rest when a grant closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// It lapses.
    None,
    /// It moves to the next grant.
    Next,
}

/// How much one cycle brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// The same every time, perhaps by class.
    Each(ByClass<i64>),
    /// By fiscal year since qualifying began: the first, the second, …; nothing after the last.
    ByYear(Vec<i64>),
}

/// One grant: what one child is given for one service period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Money, pieces or a pass.
    pub kind: Kind,
    /// Its money: for pieces with a face value, pieces × face; none for visits and passes.
    pub amount_yen: Option<Yen>,
    /// Its pieces; none for money.
    pub amount_count: Option<i64>,
    /// The value of one piece, where pieces have one.
    pub face_yen: Option<Yen>,
    /// What it pays for and when.
    pub period: Period,
}

impl GrantRule {
    /// Nothing is granted: costs are repaid.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            kind: Kind::None,
            amount: Amount::ByYear(Vec::new()),
            face_yen: None,
            cycle: Cycle::Once,
            joined: Vec::new(),
            open: None,
            close: None,
            prorate: Prorate::Never,
            carry: Carry::None,
            event: None,
            valid_months: None,
        }
    }

    /// Whether what it grants is counted in visits: pieces without a value of their own.
    #[must_use]
    pub fn counts_visits(&self) -> bool {
        self.kind == Kind::Count && self.face_yen.is_none()
    }

    /// The service period that holds `day`, within the days of service `first` to `last` of the version. What is granted once begins at `since`.
    #[must_use]
    pub fn period(&self, day: NaiveDate, first: NaiveDate, last: NaiveDate, since: Option<NaiveDate>) -> Period {
        let month = Month::of(day);
        let (from, to) = match self.cycle {
            Cycle::Month => {
                let months = self.joined_months(month);
                (months.0.first_day(), months.1.last_day())
            }
            Cycle::Year => (month.fiscal_year().first_day(), month.fiscal_year().last_day()),
            Cycle::Once => {
                let from = since.unwrap_or(first);
                (from, self.valid_months.map_or(NO_END, |months| months_later(from, months)))
            }
        };
        let (service_from, service_to) = (from.max(first), to.min(last).max(from.max(first)));
        self.dated(service_from, service_to)
    }

    fn dated(&self, service_from: NaiveDate, service_to: NaiveDate) -> Period {
        let opens_on = self.open.map_or(service_from, |open| open.from(Month::of(service_from)));
        let closes_on = self.close.filter(|_| service_to < NO_END).map_or(service_to, |close| close.from(Month::of(service_to)));
        Period { service_from, service_to, opens_on, closes_on: closes_on.max(opens_on) }
    }

    /// The first and the last of the months that share a grant with `month`. A list such as `[12, 1]` runs over the turn of the year.
    fn joined_months(&self, month: Month) -> (Month, Month) {
        let group = self.joined.iter().find(|group| group.contains(&month.month()));
        let place = |group: &Vec<u32>| group.iter().position(|number| *number == month.month()).and_then(|place| i32::try_from(place).ok());
        let Some((group, place)) = group.and_then(|group| Some((group, place(group)?))) else { return (month, month) };
        let first = month.plus_months(place.saturating_neg());
        let length = i32::try_from(group.len()).unwrap_or(1);
        (first, first.plus_months(length.saturating_sub(1)))
    }

    /// What a child of these `classes` is given for `period`; none where no month of it counts or nothing is ever granted.
    /// The period shrinks to begin with the first month that counts.
    #[must_use]
    pub fn grant(&self, period: Period, classes: &[String], qualifying: Qualifying<'_>) -> Option<Grant> {
        let counting: i64 = i64::try_from(period.months().take(MONTHS_MAX).filter(|month| qualifying.counts(*month)).count()).ok()?;
        let first = period.months().take(MONTHS_MAX).find(|month| qualifying.counts(*month))?;
        let left = i64::try_from(period.months().take(MONTHS_MAX).filter(|month| *month >= first).count()).ok()?;
        let per_cycle = self.per_cycle(period, classes, qualifying.since)?;
        let amount = match (self.cycle, self.prorate) {
            (Cycle::Month, _) => per_cycle.checked_mul(counting)?,
            (Cycle::Year, Prorate::MonthsLeft) => per_cycle.checked_mul(left)?.checked_div(12)?,
            _ => per_cycle,
        };
        let period = if self.cycle == Cycle::Once { period } else { self.dated(first.first_day().max(period.service_from), period.service_to) };
        let grant = Grant { kind: self.kind, amount_yen: None, amount_count: None, face_yen: self.face_yen, period };
        match self.kind {
            Kind::Yen => Some(Grant { amount_yen: Some(Yen::new(amount)), ..grant }),
            Kind::Count => {
                let amount_yen = self.face_yen.map(|face| face.times(amount)).transpose().ok()?;
                Some(Grant { amount_yen, amount_count: Some(amount), ..grant })
            }
            Kind::Pass => Some(grant),
            Kind::None => None,
        }
    }

    fn per_cycle(&self, period: Period, classes: &[String], since: Option<NaiveDate>) -> Option<i64> {
        match &self.amount {
            _ if self.kind == Kind::Pass => Some(0),
            Amount::Each(amount) => amount.pick(classes).copied(),
            Amount::ByYear(years) => {
                let year = |day| FiscalYear::of(day).year();
                let index = since.map_or(0, |since| year(period.service_from).saturating_sub(year(since)));
                years.get(usize::try_from(index).unwrap_or(0)).copied()
            }
        }
    }
}

fn months_later(day: NaiveDate, months: i64) -> NaiveDate {
    let months = chrono::Months::new(u32::try_from(months).unwrap_or(0));
    day.checked_add_months(months).and_then(|day| day.pred_opt()).unwrap_or(NO_END)
}

impl Read for Amount {
    fn read(node: &Node<'_>) -> Option<Self> {
        let amount = if node.is_list() { Self::ByYear(Vec::read(node)?) } else { Self::Each(ByClass::read(node)?) };
        let negative = match &amount {
            Self::Each(amounts) => amounts.values().any(|amount| *amount < 0),
            Self::ByYear(amounts) => amounts.iter().any(|amount| *amount < 0),
        };
        if negative { node.problem("an amount must not be negative") } else { Some(amount) }
    }
}

impl Read for GrantRule {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let kind = table.node("kind").map_or_else(
            || {
                table.problem("`kind` is missing: yen, count, pass or none");
                None
            },
            |kind| kind.one_of(&[("yen", Kind::Yen), ("count", Kind::Count), ("pass", Kind::Pass), ("none", Kind::None)]),
        );
        let amount = table.optional("amount");
        let face_yen = table.optional::<Yen>("face");
        let cycle = table.node("cycle").and_then(|cycle| cycle.one_of(&[("once", Cycle::Once), ("month", Cycle::Month), ("year", Cycle::Year)]));
        let joined = table.node("joined").map_or(Some(Vec::new()), |node| read_joined(&node));
        let open = table.optional("open");
        let close = table.optional("close");
        let prorate =
            table.node("prorate").map_or(Some(Prorate::Never), |node| node.one_of(&[("never", Prorate::Never), ("months_left", Prorate::MonthsLeft)]));
        let carry = table.node("carry").map_or(Some(Carry::None), |node| node.one_of(&[("none", Carry::None), ("next", Carry::Next)]));
        let event = table.optional("event");
        let valid_months = table.optional::<i64>("valid_months");
        let kind = kind?;
        if matches!(kind, Kind::Yen | Kind::Count) && !table.has("amount") {
            table.problem("`amount` is missing");
        }
        if kind == Kind::Yen && !table.has("cycle") {
            table.problem("`cycle` is missing: once, month or year");
        }
        if kind != Kind::Count && table.has("face") {
            table.problem_at("face", "only a grant of kind \"count\" has a face value");
        }
        if face_yen.is_some_and(|face| !face.is_positive()) {
            table.problem_at("face", "a face value is at least 1 yen");
        }
        if !joined.as_ref().is_none_or(Vec::is_empty) && cycle != Some(Cycle::Month) {
            table.problem_at("joined", "only a grant with cycle = \"month\" joins months");
        }
        if prorate == Some(Prorate::MonthsLeft) && cycle != Some(Cycle::Year) {
            table.problem_at("prorate", "only a grant with cycle = \"year\" is given in twelfths");
        }
        if valid_months.is_some_and(|months| !(1..=1_200).contains(&months)) {
            table.problem_at("valid_months", "1 to 1200 months");
        }
        table.finish()?;
        let amount = amount.unwrap_or(Amount::ByYear(Vec::new()));
        // Visits and passes are counted by the year unless the file says otherwise.
        let cycle = cycle.unwrap_or(if kind == Kind::None { Cycle::Once } else { Cycle::Year });
        Some(Self { kind, amount, face_yen, cycle, joined: joined?, open, close, prorate: prorate?, carry: carry?, event, valid_months })
    }
}

fn read_joined(node: &Node<'_>) -> Option<Vec<Vec<u32>>> {
    let groups = Vec::<Vec<i64>>::read(node)?;
    let mut seen = BTreeSet::new();
    for month in groups.iter().flatten() {
        if !(1..=12).contains(month) {
            return node.problem(format!("{month} is not a month: 1 to 12"));
        }
        if !seen.insert(*month) {
            return node.problem(format!("month {month} is joined twice"));
        }
    }
    let follows = |pair: &[i64]| matches!(pair, [first, second] if first.checked_rem(12).and_then(|month| month.checked_add(1)) == Some(*second));
    if !groups.iter().all(|group| group.len() >= 2 && group.windows(2).all(follows)) {
        return node.problem("joined months follow one another, as in [[7, 8], [12, 1]]");
    }
    Some(groups.into_iter().map(|group| group.into_iter().filter_map(|month| u32::try_from(month).ok()).collect()).collect())
}
