//! Table 6, route: the ways in which one grant is used, all drawing on the same balance.

use chrono::{Datelike, NaiveDate};

use super::condition::words;
use super::reader::{Node, Read};
use foundation::time::FiscalYear;

/// One way to use a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which way.
    pub kind: RouteKind,
    /// What the provider sees of it; `paid` and nothing else on the city's rail.
    pub provider_sees: Option<String>,
    /// Documents that a claim needs.
    pub evidence: Vec<String>,
    /// How often a claim may be made.
    pub once_per: Option<OncePer>,
    /// When a claim may be made.
    pub window: Option<Window>,
    /// How many months after the event a claim may be made.
    pub within_months: Option<i64>,
    /// Other municipalities that honour a pass.
    pub honoured_by: Vec<String>,
    /// Who is paid, where it is not the one who claims.
    pub payee: Option<String>,
}

/// The ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteKind {
    /// Paying at a provider from the grant.
    Redeem,
    /// Paying first and being repaid.
    Claim,
    /// Ordering from a catalogue.
    Order,
    /// Showing a pass.
    Show,
    /// A facility pays and is repaid; it bears the rest.
    Facility,
}

/// How often a claim may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OncePer {
    /// Once in a calendar month.
    Month,
    /// Once in a fiscal year.
    Year,
    /// Once for each event.
    Event,
    /// Once.
    Life,
}

/// The days of the year on which a claim may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day: month and day.
    pub open: (u32, u32),
    /// Last day: month and day.
    pub shut: (u32, u32),
    /// What the days are counted in.
    pub of: WindowOf,
}

/// What the days of a window are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowOf {
    /// The calendar year in which the fiscal year ends: claims are made around its end.
    YearEnd,
    /// The calendar year in which the fiscal year begins.
    YearStart,
}

impl OncePer {
    /// As scheme files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
            Self::Event => "event",
            Self::Life => "life",
        }
    }
}

impl Window {
    /// The first and the last day of the window for claims of `year`.
    #[must_use]
    pub fn days(&self, year: FiscalYear) -> Option<(NaiveDate, NaiveDate)> {
        let calendar = match self.of {
            WindowOf::YearEnd => year.last_day().year(),
            WindowOf::YearStart => year.first_day().year(),
        };
        Some((NaiveDate::from_ymd_opt(calendar, self.open.0, self.open.1)?, NaiveDate::from_ymd_opt(calendar, self.shut.0, self.shut.1)?))
    }
}

impl Read for Route {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let kinds = [
            ("redeem", RouteKind::Redeem),
            ("claim", RouteKind::Claim),
            ("order", RouteKind::Order),
            ("show", RouteKind::Show),
            ("facility", RouteKind::Facility),
        ];
        let kind = table.node("kind").and_then(|node| node.one_of(&kinds));
        if !table.has("kind") {
            table.problem("`kind` is missing: redeem, claim, order, show or facility");
        }
        let provider_sees = table.node("provider_sees").and_then(|node| node.one_of(&[("paid", "paid")])).map(str::to_owned);
        let list = |key| table.node(key).map_or(Some(Vec::new()), |node| words(&node));
        let (evidence, honoured_by) = (list("evidence"), list("honoured_by"));
        let often = [("month", OncePer::Month), ("year", OncePer::Year), ("event", OncePer::Event), ("life", OncePer::Life)];
        let once_per = table.node("once_per").and_then(|node| node.one_of(&often));
        let window = table.optional("window");
        let within_months = table.optional::<i64>("within_months");
        if within_months.is_some_and(|months| months < 1) {
            table.problem_at("within_months", "at least 1");
        }
        let payee = table.optional("payee");
        table.finish()?;
        Some(Self { kind: kind?, provider_sees, evidence: evidence?, once_per, window, within_months, honoured_by: honoured_by?, payee })
    }
}

impl Read for Window {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let day = |key| {
            let node = table.node(key)?;
            let text = node.text()?;
            let parsed = text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
            // A year without 29 February: a window must exist every year.
            let real = parsed.filter(|(month, day)| NaiveDate::from_ymd_opt(2001, *month, *day).is_some());
            real.or_else(|| node.problem(format!("{text:?} is not a day of every year: write month and day as \"01-05\"")))
        };
        let (open, shut) = (day("open"), day("shut"));
        for key in ["open", "shut"] {
            if !table.has(key) {
                table.problem(format!("`{key}` is missing"));
            }
        }
        let of = table.node("of").map_or(Some(WindowOf::YearEnd), |node| node.one_of(&[("year_end", WindowOf::YearEnd), ("year_start", WindowOf::YearStart)]));
        if open.zip(shut).is_some_and(|(open, shut)| open > shut) {
            table.problem_at("shut", "a window must not shut before it opens");
        }
        table.finish()?;
        Some(Self { open: open?, shut: shut?, of: of? })
    }
}
