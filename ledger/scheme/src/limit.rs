//! Table 5, limit: how much, or how many, at most in one use, day, month, year, event or life.
//!
//! Usage is counted outside; this table names the window that a date falls into and the most that may be used in it.

use chrono::NaiveDate;

use super::reader::{Node, Read};
use super::who::ByClass;
use foundation::money::Yen;
use foundation::time::{FiscalYear, Month};

/// One limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The window in which usage adds up.
    pub per: Per,
    /// The most the city pays in it, in yen.
    pub max_yen: Option<ByClass<Yen>>,
    /// The most pieces or uses in it.
    pub max_count: Option<ByClass<i64>>,
    /// The most minutes in it. Kept for those who book; an amount does not depend on it.
    pub max_minutes: Option<ByClass<i64>>,
    /// Only uses of this service; all, where none.
    pub service: Option<String>,
}

/// The window of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// One use.
    Use,
    /// One day.
    Day,
    /// One calendar month.
    Month,
    /// One fiscal year.
    Year,
    /// One event, such as a birth.
    Event,
    /// For ever.
    Life,
}

impl Per {
    const ALL: [Self; 6] = [Self::Use, Self::Day, Self::Month, Self::Year, Self::Event, Self::Life];

    /// The word for it in scheme files and codes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Event => "event",
            Self::Life => "life",
        }
    }

    /// The word for it for people.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Use => "1回",
            Self::Day => "1日",
            Self::Month => "月",
            Self::Year => "年度",
            Self::Event => "1事由",
            Self::Life => "通算",
        }
    }
}

impl Limit {
    /// The key under which usage on `day` adds up: `day:2026-05-01`, `month:2026-05`, `year:2026` (fiscal), `event`, `life`. None for one use:
    /// nothing adds up. A limit of one service has its name behind: `month:2026-05:short_stay`.
    #[must_use]
    pub fn window_key(&self, day: NaiveDate) -> Option<String> {
        let window = match self.per {
            Per::Use => return None,
            Per::Day => format!("day:{day}"),
            Per::Month => format!("month:{}", Month::of(day)),
            Per::Year => format!("year:{}", FiscalYear::of(day)),
            Per::Event => "event".to_owned(),
            Per::Life => "life".to_owned(),
        };
        Some(self.service.as_ref().map_or(window.clone(), |service| format!("{window}:{service}")))
    }

    /// Whether uses of `service` count against it.
    #[must_use]
    pub fn covers(&self, service: Option<&str>) -> bool {
        self.service.is_none() || self.service.as_deref() == service
    }
}

impl Read for Limit {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let per = table.node("per").and_then(|node| node.one_of(&Per::ALL.map(|per| (per.name(), per))));
        if !table.has("per") {
            table.problem("`per` is missing: use, day, month, year, event or life");
        }
        let max_yen = table.optional("max_yen");
        let max_count = table.optional::<ByClass<i64>>("max_count");
        let max_minutes = table.optional::<ByClass<i64>>("max_minutes");
        let service = table.optional("service");
        if !["max_yen", "max_count", "max_minutes"].iter().any(|key| table.has(key)) {
            table.problem("a limit needs `max_yen`, `max_count` or `max_minutes`");
        }
        for (key, limit) in [("max_count", &max_count), ("max_minutes", &max_minutes)] {
            if limit.iter().flat_map(ByClass::values).any(|most| *most < 0) {
                table.problem_at(key, "must not be negative");
            }
        }
        table.finish()?;
        Some(Self { per: per?, max_yen, max_count, max_minutes, service })
    }
}
