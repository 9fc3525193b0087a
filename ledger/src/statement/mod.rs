//! Statements: one merchant, one statement month. Drawn once its days are closed for payments, claimed, examined, approved.
//!
//! What it never does: show a merchant who paid or from what. Invariant: the analysis of a statement adds up to its net.

pub mod error;
pub mod repo;
pub mod state;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

pub use error::Rejected;
pub use state::Standing;
use state::Step;

use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{MerchantId, Municipality, StatementId};
use crate::merchant;
use crate::money::Yen;
use crate::time::{Instant, Month};

/// One merchant's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Its id.
    pub id: StatementId,
    /// Whose.
    pub merchant: MerchantId,
    /// The statement month.
    pub month: Month,
    /// Its first day.
    pub first_on: NaiveDate,
    /// Its last day.
    pub last_on: NaiveDate,
    /// Payments taken.
    pub receipts: i32,
    /// Their sum.
    pub gross: Yen,
    /// Refunds.
    pub refunded: Yen,
    /// What is due: gross − refunded.
    pub net: Yen,
    /// Where it stands.
    pub state: Standing,
}

/// A receipt or refund on a statement, as the merchant sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptLine {
    /// The receipt.
    pub receipt: Uuid,
    /// When it was paid or refunded.
    pub at: Instant,
    /// The merchant's own number of the bill, where there was one.
    pub reference: Option<String>,
    /// What was paid for.
    pub expense: String,
    /// Below zero for a refund.
    pub amount_yen: i64,
}

/// One line of a statement's analysis. The city's alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// The merchant.
    pub merchant: Uuid,
    /// The statement.
    pub statement: Uuid,
    /// The budget line; none is families' own money.
    pub scheme: Option<String>,
    /// The year of the service period.
    pub fiscal_year: Option<i16>,
    /// The amount; all lines of a statement add up to its net.
    pub amount_yen: i64,
}

impl Ledger {
    /// The merchant claims its statement with one click; staff may do it for a merchant that writes.
    pub async fn claim_statement(&self, municipality: Municipality, command: &Command, statement: StatementId) -> Result<(), Error<Rejected>> {
        self.take_step(municipality, command, &[statement], Step::Claim).await
    }

    /// Staff have looked statements through (審査): all of them, or none if one is refused.
    pub async fn examine_statements(&self, municipality: Municipality, command: &Command, statements: &[StatementId]) -> Result<(), Error<Rejected>> {
        self.take_step(municipality, command, statements, Step::Examine).await
    }

    /// A second person approves statements: all of them, or none if one is refused. From here they may be paid.
    pub async fn approve_statements(&self, municipality: Municipality, command: &Command, statements: &[StatementId]) -> Result<(), Error<Rejected>> {
        self.take_step(municipality, command, statements, Step::Approve).await
    }

    async fn take_step(&self, municipality: Municipality, command: &Command, statements: &[StatementId], step: Step) -> Result<(), Error<Rejected>> {
        let claimant = match (&command.actor, step) {
            (Actor::Merchant(merchant), Step::Claim) => Some(*merchant),
            (Actor::Staff(_), _) => None,
            _ => return Err(Error::Rejected(Rejected::NotAllowed)),
        };
        let mut asked = statements.to_vec();
        asked.sort_unstable();
        asked.dedup();
        let Some(first) = asked.first() else { return Ok(()) };
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, first.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(()),
            Claim::New => {}
        }
        let locked = repo::lock_in_tx(&mut tx, municipality, &asked).await?;
        let visible = |id| locked.iter().any(|(locked, merchant, _)| *locked == id && claimant.is_none_or(|claimant| claimant == *merchant));
        if let Some(unknown) = asked.iter().find(|id| !visible(**id)) {
            return Err(Error::Rejected(Rejected::Unknown(*unknown)));
        }
        let act = self.act(command);
        let mut standing = Standing::Drawn;
        for (id, _, state) in locked {
            standing = state.take(step, id, act.clone()).map_err(Error::Rejected)?.standing();
        }
        repo::mark_step_in_tx(&mut tx, municipality, &asked, standing, &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Statements of one merchant or all, of one month or all.
    pub async fn list_statements(&self, municipality: Municipality, merchant: Option<MerchantId>, month: Option<Month>) -> Result<Vec<Statement>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, merchant, month).await
    }

    /// A merchant's own statement with its receipts and refunds, in the order of its own keys.
    pub async fn get_statement_of_merchant(
        &self,
        municipality: Municipality,
        merchant: MerchantId,
        month: Month,
    ) -> Result<Option<(Statement, Vec<ReceiptLine>)>, Failure> {
        let mut tx = self.pool.begin().await?;
        let Some(statement) = repo::list_in_tx(&mut tx, municipality, Some(merchant), Some(month)).await?.pop() else { return Ok(None) };
        let lines = repo::list_lines_in_tx(&mut tx, municipality, merchant, (statement.first_on, statement.last_on), (0, i64::MAX)).await?;
        Ok(Some((statement, lines)))
    }

    /// A merchant's own statement; its receipts and refunds are [`Self::list_statement_lines`].
    pub async fn find_statement(&self, municipality: Municipality, merchant: MerchantId, month: Month) -> Result<Option<Statement>, Failure> {
        let mut tx = self.pool.begin().await?;
        Ok(repo::list_in_tx(&mut tx, municipality, Some(merchant), Some(month)).await?.pop())
    }

    /// Receipts and refunds of a statement from the line behind `after` on (0: from the first), at most `limit`. The days are closed: they never change.
    pub async fn list_statement_lines(
        &self,
        municipality: Municipality,
        statement: &Statement,
        (after, limit): (i64, i64),
    ) -> Result<Vec<ReceiptLine>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_lines_in_tx(&mut tx, municipality, statement.merchant, (statement.first_on, statement.last_on), (after, limit)).await
    }

    /// The analysis of a month's statements by year and budget line. The city's alone.
    pub async fn list_analyses(&self, municipality: Municipality, month: Month) -> Result<Vec<Analysis>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_analyses_in_tx(&mut tx, municipality, month).await
    }

    /// Records that a merchant consents (or no longer does) to keep what it owes from what it is paid. `evidence` names its letter.
    pub async fn record_netting_consent(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        consents: bool,
        evidence: &str,
    ) -> Result<(), Error<Rejected>> {
        if !matches!(command.actor, Actor::Staff(_)) || evidence.trim().is_empty() {
            return Err(Error::Rejected(Rejected::NotAllowed));
        }
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, merchant.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(()),
            Claim::New => {}
        }
        let act = self.act(command);
        repo::insert_consent_in_tx(&mut tx, municipality, merchant, (consents, evidence), &act).await?;
        merchant::repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("consented", Some(evidence)), &act).await?;
        tx.commit().await?;
        Ok(())
    }
}
