//! Adoption: how much a merchant can tell from the mere fact that a family pays by code. For the city, and for families that would give something away;
//! never for merchants: nothing of this is in the Till's types or among what any of its calls reads.
//!
//! Families are counted at each merchant by calendar month: those for whom a scheme paid some of it there, and those that paid with their own money only.
//! They are compared with all families of the city, for where a family lives is sealed.

mod repo;
pub mod state;

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use crate::Ledger;
use crate::claim::Offer;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, MerchantId, Municipality};
use crate::time::Month;
use state::{Colour, Families, Rating};

/// What a month says of a city's merchants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The calendar month.
    pub month: Month,
    /// All families of the city, by whether a scheme could have paid for them.
    pub all: Families,
    /// Each merchant that was paid, by id.
    pub merchants: Vec<CoverOfMerchant>,
}

/// What a month says of one merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverOfMerchant {
    /// Which.
    pub merchant: MerchantId,
    /// The families that paid it, where there are enough of them to speak about.
    pub payers: Families,
    /// What that says.
    pub rating: Rating,
}

/// A family would give away at this merchant that a scheme pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// It can pay there with money of its own and claim that back: for these children, under these schemes.
    pub claims: Vec<(ChildId, String)>,
}

impl Ledger {
    /// What a calendar month says of each merchant that was paid in it. `families`: how many families there are in the city, where its roster knows only
    /// those that qualify.
    pub async fn cover(&self, municipality: Municipality, month: Month, families: Option<u32>) -> Result<Cover, Failure> {
        let mut tx = self.pool.begin().await?;
        let days = (month.first_day(), month.last_day());
        let known = repo::count_families_in_tx(&mut tx, municipality, days).await?;
        let all = families.map_or(known, |families| Families { funded: known.funded, own: families.saturating_sub(known.funded) });
        let payers = repo::list_payers_in_tx(&mut tx, municipality, days).await?;
        let rated = |(merchant, payers)| CoverOfMerchant { merchant, payers, rating: Rating::of(payers, all) };
        Ok(Cover { month, all, merchants: payers.into_iter().map(rated).collect() })
    }

    /// On the first of a month: notes at which merchants the month before was red. Idempotent. Returns how many.
    pub(crate) async fn note_cover(&self, municipality: Municipality, day: NaiveDate) -> Result<usize, Failure> {
        if day.day() != 1 {
            return Ok(0);
        }
        let month = Month::of(day).plus_months(-1);
        let cover = self.cover(municipality, month, None).await?;
        let red: Vec<_> = cover.merchants.iter().filter(|of| of.rating.colour() == Some(Colour::Red)).map(|of| of.merchant).collect();
        let mut tx = self.pool.begin().await?;
        repo::insert_red_in_tx(&mut tx, municipality, month, &red, self.clock.now()).await?;
        tx.commit().await?;
        Ok(red.len())
    }

    /// Whether a family that pays this merchant by code would give away that a scheme pays for it, as the month before was; and what it can do instead.
    /// None for a family that has nothing of a scheme: it gives nothing away.
    pub async fn cover_warning(&self, municipality: Municipality, family: FamilyId, merchant: MerchantId) -> Result<Option<Warning>, Failure> {
        let today = self.clock.today();
        let mut tx = self.pool.begin().await?;
        if !repo::is_red_in_tx(&mut tx, municipality, merchant, Month::of(today).plus_months(-1)).await? {
            return Ok(None);
        }
        let children: Vec<_> = self.child_ids_of_family_in_tx(&mut tx, municipality, family, today).await?.into_iter().collect();
        tx.commit().await?;
        if self.spendable(municipality, &children).await?.is_empty() {
            return Ok(None);
        }
        let mut claims = Vec::new();
        for child in children {
            let offers = self.claim_offers(municipality, family, child).await?.unwrap_or_default();
            let open = |offer: &Offer| offer.offered.is_open(today) && offer.claim.is_none();
            claims.extend(offers.into_iter().filter(open).map(|offer| (child, offer.scheme)));
        }
        Ok(Some(Warning { claims }))
    }
}
