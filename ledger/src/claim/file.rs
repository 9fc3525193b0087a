//! A family files a claim, or files it again after a correction: the rules say what it comes to, and that is set aside.

use std::collections::BTreeMap;

use super::assess::Assessment;
use super::error::field;
use super::estimate::Ask;
use super::repo::life::{CostRow, NewClaim, Stored};
use super::repo::{life, money};
use super::view::seal_paid_to;
use super::{Claim, Cost, FileClaim, Part, Rejected, TEXT_MAX};
use crate::actor::{Actor, Command};
use crate::books::{Outcome, Refused};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events;
use crate::idempotency::{self, Claim as Claimed};
use crate::ids::{AccountId, ClaimId, EntryId, FamilyId, Municipality};
use crate::money::Yen;
use crate::{Ledger, Tx};

/// How often a claim is decided again when its money has changed meanwhile.
const ATTEMPTS: usize = 5;
/// The most costs of one claim.
pub(super) const COSTS_MAX: usize = 60;
/// The most that one cost may come to.
const COST_YEN_MAX: Yen = Yen::new(10_000_000);

/// What was set aside.
struct Reserved {
    assessment: Assessment,
    once: Option<String>,
    entry: Option<EntryId>,
}

impl Ledger {
    /// Files a claim: what the rules give is set aside at once. The same command again: the same claim again.
    ///
    /// # Errors
    /// [`Rejected`]: no such route, outside its window, one has been filed for the year, a cost that cannot be read, nothing is payable, not this
    /// family's child.
    pub async fn file_claim(&self, municipality: Municipality, command: &Command, asked: &FileClaim) -> Result<Claim, Error<Rejected>> {
        allow(&command.actor, asked.family).map_err(Error::Rejected)?;
        check(&asked.costs).map_err(Error::Rejected)?;
        let draw = Draw { command: &command.scope(municipality), purpose: "claim", index: 0 };
        let id = ClaimId::new(self.entropy.uuid(draw, self.clock.now()));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), self.clock.now()).await? {
            Claimed::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claimed::Replayed(id) => return Ok(self.stored_claim_in_tx(&mut tx, municipality, ClaimId::new(id)).await?.claim),
            Claimed::New => {}
        }
        money::lock_child_in_tx(&mut tx, municipality, asked.child).await?;
        let ask = Ask { claim: id, family: asked.family, child: asked.child, scheme: &asked.scheme, costs: &asked.costs, year: None };
        let Reserved { assessment, once, entry } = self.reserve_claim_in_tx(&mut tx, municipality, command, &ask).await?;
        let filed = self.act(command);
        let new = NewClaim {
            id,
            family: asked.family,
            child: asked.child,
            scheme: &asked.scheme,
            year: assessment.year,
            once: once.as_deref(),
            requested: assessment.requested,
            reserved: assessment.payable,
            filed: &filed,
        };
        life::insert_in_tx(&mut tx, municipality, &new).await?;
        self.write_filing_in_tx(&mut tx, municipality, (id, asked.family, 1), &asked.costs, &assessment).await?;
        self.step_in_tx(&mut tx, municipality, (id, asked.family), ("filed", Some(assessment.payable), None, entry), &filed).await?;
        let stored = self.stored_claim_in_tx(&mut tx, municipality, id).await?;
        tx.commit().await?;
        Ok(stored.claim)
    }

    /// The family files a claim again with other costs: before staff have examined it, or when they have sent it back. The difference is set aside or
    /// given back.
    ///
    /// # Errors
    /// [`Rejected`] as for [`Ledger::file_claim`], and [`Rejected::State`]: nothing is added after it was examined or decided.
    pub async fn file_claim_again(&self, municipality: Municipality, command: &Command, claim: ClaimId, costs: &[Cost]) -> Result<Claim, Error<Rejected>> {
        check(costs).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let Some(Stored { claim: known, life: before }) = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await? else {
            return Ok(self.stored_claim_in_tx(&mut tx, municipality, claim).await?.claim);
        };
        allow(&command.actor, known.family).map_err(|_| Error::Rejected(Rejected::Unknown(claim)))?;
        before.open_to_family("filed again").map_err(Error::Rejected)?;
        let ask = Ask { claim, family: known.family, child: known.child, scheme: &known.scheme, costs, year: Some(known.year) };
        let Reserved { assessment, entry, .. } = self.reserve_claim_in_tx(&mut tx, municipality, command, &ask).await?;
        let filed = self.act(command);
        let after = before.refile(filed.clone(), assessment.payable).map_err(Error::Rejected)?;
        life::mark_in_tx(&mut tx, municipality, claim, &after, assessment.requested).await?;
        self.write_filing_in_tx(&mut tx, municipality, (claim, known.family, after.filing), costs, &assessment).await?;
        self.step_in_tx(&mut tx, municipality, (claim, known.family), ("filed", Some(assessment.payable), None, entry), &filed).await?;
        let stored = self.stored_claim_in_tx(&mut tx, municipality, claim).await?;
        tx.commit().await?;
        Ok(stored.claim)
    }

    /// Assesses and sets aside, deciding again while others pay from the same money.
    async fn reserve_claim_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, ask: &Ask<'_>) -> Result<Reserved, Error<Rejected>> {
        for _ in 0..ATTEMPTS {
            let (assessment, once) = self.assess_claim_in_tx(tx, municipality, ask).await?;
            if !assessment.payable.is_positive() {
                return Err(Error::Rejected(Rejected::Nothing(assessment.reasons)));
            }
            let (more, back) = differences(&assessment.parts)?;
            if more.is_empty() && back.is_empty() {
                return Ok(Reserved { assessment, once, entry: None });
            }
            let own = Command { key: format!("{}/reserve", command.key), ..command.clone() };
            let draft = events::claim::file(ask.claim, ask.family, self.clock.today(), &more, &back);
            match self.post_in_tx(tx, municipality, &self.posting(municipality, own, draft)).await? {
                Outcome::Posted(entry) => return Ok(Reserved { assessment, once, entry: Some(entry) }),
                // A budget is what it is; a grant may have been spent a moment ago.
                Outcome::Rejected(Refused::Short | Refused::UnknownAccount) if assessment.parts.iter().any(|part| part.closes_on.is_none()) => {
                    return Err(Error::Rejected(Rejected::Budget));
                }
                Outcome::Rejected(Refused::Short) => {}
                Outcome::Rejected(Refused::Closed) => return Err(Error::Rejected(Rejected::Closed)),
                Outcome::Rejected(Refused::Conflict) => return Err(Error::Rejected(Rejected::Conflict)),
                other => return Err(Failure::inconsistent("claims", format!("{other:?}")).into()),
            }
        }
        Err(Error::Rejected(Rejected::Busy))
    }

    /// Writes the costs of a filing, and what is set aside for it.
    async fn write_filing_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        (claim, family, filing): (ClaimId, FamilyId, i16),
        costs: &[Cost],
        assessment: &Assessment,
    ) -> Result<(), Failure> {
        let key = self.family_key_in_tx(tx, municipality, family).await?;
        let row = |(number, cost): (i16, &Cost)| {
            let paid_to = cost.paid_to.as_ref().map(|text| seal_paid_to(&key, (claim, filing, number), cost.from, text)).transpose()?;
            let Cost { expense, service, amount, from, to, merchant, .. } = cost.clone();
            Ok(CostRow { number, expense, service, amount, days: (from, to), merchant, paid_to })
        };
        let rows: Result<Vec<_>, Failure> = (1..).zip(costs).map(row).collect();
        life::insert_costs_in_tx(tx, municipality, (claim, filing), &rows?).await?;
        let used: Vec<_> = assessment.parts.iter().filter(|part| part.amount.is_positive() || part.reserved.is_positive()).cloned().collect();
        money::put_parts_in_tx(tx, municipality, claim, &used).await
    }
}

/// Accounts and amounts of one direction of transfers.
type Moves = Vec<(AccountId, Yen)>;

/// What is to be taken, and what is to be given back, so that what is set aside becomes what it should be.
fn differences(parts: &[Part]) -> Result<(Moves, Moves), Failure> {
    // Two lapsed sources may share a budget: each is a transfer of its own, but one per account and direction keeps an entry short.
    let (mut more, mut back) = (BTreeMap::new(), BTreeMap::new());
    for part in parts {
        let difference = part.amount.minus(part.reserved)?;
        let (moves, account) = if difference.is_positive() { (&mut more, part.source) } else { (&mut back, part.home()) };
        let sum: &mut Yen = moves.entry(account).or_default();
        *sum = sum.plus(difference.abs())?;
    }
    let positive = |moves: BTreeMap<AccountId, Yen>| moves.into_iter().filter(|(_, amount)| amount.is_positive()).collect();
    Ok((positive(more), positive(back)))
}

/// The family itself, or staff who take in a paper form.
fn allow(actor: &Actor, family: FamilyId) -> Result<(), Rejected> {
    match actor {
        Actor::Family(asking) if *asking == family => Ok(()),
        Actor::Staff(_) => Ok(()),
        Actor::Family(_) | Actor::Merchant(_) | Actor::Applicant | Actor::Job(_) => Err(Rejected::NotAllowed),
    }
}

/// Whether costs can be read at all.
pub(super) fn check(costs: &[Cost]) -> Result<(), Rejected> {
    if costs.is_empty() || costs.len() > COSTS_MAX {
        return Err(Rejected::Cost { number: 0, field: field::COSTS });
    }
    let name = |text: &str| {
        let sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '-' | '_');
        text.len() <= 40 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.chars().all(sign)
    };
    for (number, cost) in (1..).zip(costs) {
        let long = |text: &String| text.trim().is_empty() || text.chars().count() > TEXT_MAX;
        let field = match cost {
            cost if !name(&cost.expense) => field::EXPENSE,
            cost if cost.service.as_deref().is_some_and(|service| !name(service)) => field::SERVICE,
            cost if !cost.amount.is_positive() || cost.amount > COST_YEN_MAX => field::AMOUNT,
            cost if cost.from > cost.to => field::TO,
            cost if cost.paid_to.as_ref().is_some_and(long) => field::PAID_TO,
            _ => continue,
        };
        return Err(Rejected::Cost { number, field });
    }
    Ok(())
}
