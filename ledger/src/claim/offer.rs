//! Under which schemes a child may claim, for which year, and when: what a family reads before it fills in a form. Nothing is written here.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::assess::{self, Rulebook, Terms};
use super::repo::{life, money};
use crate::city;
use crate::error::Failure;
use crate::ids::{ChildId, ClaimId, FamilyId, Municipality};
use crate::money::Yen;
use crate::scheme::Kind;
use crate::scheme::route::OncePer;
use crate::time::FiscalYear;
use crate::{Ledger, Tx};

/// When claims are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Offered {
    /// On any day.
    Always,
    /// Between two days.
    Within {
        /// First day.
        opens: NaiveDate,
        /// Last day.
        shuts: NaiveDate,
    },
}

impl Offered {
    /// Whether a claim is taken on `day`.
    #[must_use]
    pub fn is_open(self, day: NaiveDate) -> bool {
        match self {
            Self::Always => true,
            Self::Within { opens, shuts } => (opens..=shuts).contains(&day),
        }
    }
}

impl<'a> Rulebook<'a> {
    /// What is said of claims on a day: the terms that are open, else those of this year, with their window.
    #[must_use]
    pub fn offered(self, today: NaiveDate) -> Option<(Terms<'a>, Offered)> {
        let this = FiscalYear::of(today);
        let years = [this, FiscalYear::new(this.year().saturating_sub(1))];
        let of_year = |year| {
            let terms = self.terms_of(year, today).ok()?;
            let days = terms.route.window.and_then(|window| window.days(year));
            Some((terms, days.map_or(Offered::Always, |(opens, shuts)| Offered::Within { opens, shuts })))
        };
        let mut known: Vec<_> = years.into_iter().filter_map(of_year).collect();
        let open = known.iter().position(|(_, offered)| offered.is_open(today));
        // A year without a window is this one: what has no window needs no looking back.
        (!known.is_empty()).then(|| known.swap_remove(open.unwrap_or(0)))
    }
}

/// A scheme under which a child may claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The scheme.
    pub scheme: String,
    /// The year that is claimed for.
    pub year: FiscalYear,
    /// When claims are taken.
    pub offered: Offered,
    /// How often; none where it does not matter.
    pub once_per: Option<OncePer>,
    /// The claim that takes the one place, where there is one only.
    pub claim: Option<ClaimId>,
    /// A cost is claimed within so many months.
    pub within_months: Option<i64>,
    /// Kinds of expense that count; all where there is none.
    pub expenses: Vec<String>,
    /// Services that count, where a cost must name one.
    pub services: Vec<String>,
    /// What files must show.
    pub evidence: Vec<String>,
    /// What receipts can draw on; none where the scheme's budget repays.
    pub balance: Option<Yen>,
}

impl Ledger {
    /// The schemes under which a family may claim for a child, now or when their window opens. None if the child is not this family's.
    pub async fn claim_offers(&self, municipality: Municipality, family: FamilyId, child: ChildId) -> Result<Option<Vec<Offer>>, Failure> {
        let today = self.clock.today();
        let mut tx = self.pool.begin().await?;
        if !self.child_ids_of_family_in_tx(&mut tx, municipality, family, today).await?.contains(&child) {
            return Ok(None);
        }
        let rules = city::repo::get_in_tx(&mut tx, municipality).await?.rules();
        let mut offers = Vec::new();
        for scheme in self.schemes.iter() {
            let book = Rulebook { scheme, rules };
            if let Some((terms, offered)) = book.offered(today) {
                offers.extend(self.offer_in_tx(&mut tx, municipality, child, (book, &terms, offered), today).await?);
            }
        }
        Ok(Some(offers))
    }

    /// The offer to one child; none where the scheme is not for it.
    async fn offer_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        child: ChildId,
        (book, terms, offered): (Rulebook<'_>, &Terms<'_>, Offered),
        today: NaiveDate,
    ) -> Result<Option<Offer>, Failure> {
        let scheme = book.scheme.id();
        let balance = if terms.version.grant.kind == Kind::None {
            let history = self.scheme_facts_over_in_tx(tx, municipality, child, (terms.year.first_day(), terms.year.last_day())).await?;
            if !assess::qualifies(book, terms.on, &history) {
                return Ok(None);
            }
            None
        } else {
            let nobody = ClaimId::new(Uuid::nil());
            let sources = money::list_sources_in_tx(tx, municipality, (child, scheme), nobody, self.clock.now()).await?;
            if sources.is_empty() {
                return Ok(None);
            }
            Some(Yen::sum(sources.iter().map(|source| source.left))?)
        };
        let claim = match terms.once_key(today) {
            Some(once) => life::find_once_in_tx(tx, municipality, (scheme, child), &once).await?,
            None => None,
        };
        Ok(Some(Offer {
            scheme: scheme.to_owned(),
            year: terms.year,
            offered,
            once_per: terms.route.once_per,
            claim,
            within_months: terms.route.within_months,
            expenses: terms.version.cost.expenses.clone(),
            services: terms.version.cost.services.clone(),
            evidence: terms.route.evidence.clone(),
            balance,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::{Catalog, Rules};

    fn offered(scheme: &str, today: &str) -> Option<(i16, Offered, bool)> {
        let (catalog, today) = (Catalog::shipped().unwrap(), today.parse().unwrap());
        let book = Rulebook { scheme: catalog.get(scheme).unwrap(), rules: Rules::Real };
        book.offered(today).map(|(terms, offered)| (terms.year.year(), offered, offered.is_open(today)))
    }

    fn within(opens: &str, shuts: &str) -> Offered {
        Offered::Within { opens: opens.parse().unwrap(), shuts: shuts.parse().unwrap() }
    }

    #[test]
    fn a_window_is_told_before_it_opens_and_belongs_to_the_year_that_it_claims_for() {
        let of_2024 = within("2025-01-05", "2025-04-10");
        assert_eq!(offered("kobe-tsugaku", "2024-11-01"), Some((2024, of_2024, false)));
        assert_eq!(offered("kobe-tsugaku", "2025-01-05"), Some((2024, of_2024, true)));
        assert_eq!(offered("kobe-tsugaku", "2025-04-10"), Some((2024, of_2024, true)), "after the end of the year");
        assert_eq!(offered("kobe-tsugaku", "2025-04-11"), Some((2025, within("2026-01-05", "2026-04-10"), false)));
    }

    #[test]
    fn receipts_are_taken_always_and_a_scheme_without_the_route_offers_nothing() {
        assert_eq!(offered("fukuoka-naraigoto", "2025-11-10"), Some((2025, Offered::Always, true)));
        assert_eq!(offered("osaka-juku", "2025-11-10"), None);
    }
}
