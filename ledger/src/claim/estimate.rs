//! What the rules give for a claim: before it is filed, while it is filed, and while staff look at it. Nothing is written here.

use chrono::NaiveDate;

use super::Standing;
use super::assess::{self, Assessment, Rulebook, Terms};
use super::file::check;
use super::repo::life::Stored;
use super::repo::{life, money};
use super::state::State;
use super::{Claim, Cost, FileClaim, Rejected};
use crate::city;
use crate::error::{Error, Failure};
use crate::ids::{ChildId, ClaimId, FamilyId, Municipality};
use crate::money::Yen;
use crate::scheme::Kind;
use crate::time::FiscalYear;
use crate::{Ledger, Tx};

/// For whom and what a claim is assessed.
pub(super) struct Ask<'a> {
    pub(super) claim: ClaimId,
    pub(super) family: FamilyId,
    pub(super) child: ChildId,
    pub(super) scheme: &'a str,
    pub(super) costs: &'a [Cost],
    /// The year of a claim that was filed before: its window does not matter any more.
    pub(super) year: Option<FiscalYear>,
}

impl Ledger {
    /// What the rules would give for a claim, before it is filed. Nothing is written.
    pub async fn estimate_claim(&self, municipality: Municipality, asked: &FileClaim) -> Result<Assessment, Error<Rejected>> {
        check(&asked.costs).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let nobody = ClaimId::new(uuid::Uuid::nil());
        let ask = Ask { claim: nobody, family: asked.family, child: asked.child, scheme: &asked.scheme, costs: &asked.costs, year: None };
        self.assess_claim_in_tx(&mut tx, municipality, &ask).await.map(|(assessment, _)| assessment)
    }

    /// What the rules would give for other costs of a claim that its family may still file again. Nothing is written.
    ///
    /// # Errors
    /// [`Rejected`], as for [`Ledger::file_claim_again`].
    pub async fn estimate_claim_again(
        &self,
        municipality: Municipality,
        (family, claim): (FamilyId, ClaimId),
        costs: &[Cost],
    ) -> Result<Assessment, Error<Rejected>> {
        check(costs).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let known = self.find_stored_claim_in_tx(&mut tx, municipality, claim).await?.filter(|known| known.claim.family == family);
        let Stored { claim: known, life } = known.ok_or(Error::Rejected(Rejected::Unknown(claim)))?;
        if !matches!(life.state, State::Filed | State::Returned { .. }) {
            return Err(Error::Rejected(Rejected::State { state: life.state.standing().word(), asked: "filed again" }));
        }
        let ask = Ask { claim, family, child: known.child, scheme: &known.scheme, costs, year: Some(known.year) };
        self.assess_claim_in_tx(&mut tx, municipality, &ask).await.map(|(assessment, _)| assessment)
    }

    /// What the rules give now for a claim that waits, line by line: facts may have changed since it was filed. None for a claim that has ended.
    pub async fn reassess_claim(&self, municipality: Municipality, claim: ClaimId) -> Result<Option<Assessment>, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let known = self.find_claim_in_tx(&mut tx, municipality, claim).await?.ok_or(Error::Rejected(Rejected::Unknown(claim)))?;
        if matches!(known.state, Standing::Decided | Standing::Withdrawn) {
            return Ok(None);
        }
        let rows = life::list_costs_in_tx(&mut tx, municipality, (claim, known.filing)).await?;
        let cost = |row: life::CostRow| {
            let (from, to) = row.days;
            Cost { expense: row.expense, service: row.service, amount: row.amount, from, to, merchant: row.merchant, paid_to: None }
        };
        let costs: Vec<_> = rows.into_iter().map(cost).collect();
        let Claim { family, child, ref scheme, year, .. } = known;
        let ask = Ask { claim, family, child, scheme, costs: &costs, year: Some(year) };
        self.assess_claim_in_tx(&mut tx, municipality, &ask).await.map(|(assessment, _)| Some(assessment))
    }

    /// What the rules give, and which one of the claims that a child may make it is.
    pub(super) async fn assess_claim_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        ask: &Ask<'_>,
    ) -> Result<(Assessment, Option<String>), Error<Rejected>> {
        let (now, today) = (self.clock.now(), self.clock.today());
        let city = city::repo::get_in_tx(tx, municipality).await?;
        let scheme = self.schemes.get(ask.scheme).ok_or(Error::Rejected(Rejected::NoRoute))?;
        let book = Rulebook { scheme, rules: city.rules() };
        let first = ask.costs.first().map_or(today, |cost| cost.from);
        let terms = match ask.year {
            Some(year) => book.terms_of(year, today),
            None => book.terms(today, first),
        };
        let terms = terms.map_err(Error::Rejected)?;
        if !self.child_ids_of_family_in_tx(tx, municipality, ask.family, today).await?.contains(&ask.child) {
            return Err(Error::Rejected(Rejected::NotAllowed));
        }
        let once = terms.once_key(today);
        if let (None, Some(once)) = (ask.year, &once)
            && let Some(known) = life::find_once_in_tx(tx, municipality, (ask.scheme, ask.child), once).await?
        {
            return Err(Error::Rejected(Rejected::Already(known)));
        }
        let merchants: Vec<_> = ask.costs.iter().map(|cost| (cost.merchant, cost.expense.as_str())).collect();
        if let Some(number) = money::find_unregistered_in_tx(tx, municipality, &merchants).await? {
            return Err(Error::Rejected(Rejected::Merchant { number }));
        }
        let assessment = if terms.version.grant.kind == Kind::None {
            self.assess_repaid_in_tx(tx, municipality, ask, (book, &terms), today).await?
        } else {
            let sources = money::list_sources_in_tx(tx, municipality, (ask.child, ask.scheme), ask.claim, now).await?;
            let mut facts = self.scheme_facts_in_tx(tx, municipality, &[ask.child], today).await?;
            assess::granted(book, &terms, today, ask.costs, &sources, &facts.remove(&ask.child).unwrap_or_default())?
        };
        Ok((assessment, once))
    }

    async fn assess_repaid_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        ask: &Ask<'_>,
        (book, terms): (Rulebook<'_>, &Terms<'_>),
        today: NaiveDate,
    ) -> Result<Assessment, Failure> {
        let year = (terms.year.first_day(), terms.year.last_day());
        let history = self.scheme_facts_over_in_tx(tx, municipality, ask.child, year).await?;
        let reserved = money::list_parts_in_tx(tx, municipality, ask.claim, self.clock.now()).await?;
        let reserved = Yen::sum(reserved.iter().map(|part| part.reserved))?;
        assess::repaid(book, terms, today, ask.costs, &history, reserved)
    }
}
