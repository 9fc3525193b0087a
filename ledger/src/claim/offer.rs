//! Under which schemes a child may claim, for which year, and when: what a family reads before it fills in a form. Nothing is written here.

use chrono::NaiveDate;
use uuid::Uuid;

use super::assess::{self, Offered, Rulebook, Terms};
use super::repo::{life, money};
use crate::city;
use crate::error::Failure;
use crate::ids::{ChildId, ClaimId, FamilyId, Municipality};
use crate::money::Yen;
use crate::scheme::Kind;
use crate::scheme::route::OncePer;
use crate::time::FiscalYear;
use crate::{Ledger, Tx};

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
