//! Closes a statement month: its days are frozen, and each merchant's statement is drawn.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::actor::Command;
use crate::books::{self, repo::Scope};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{Municipality, StatementId};
use crate::statement::{self, Rejected};
use crate::time::Month;
use crate::{Ledger, city};

impl Ledger {
    /// Closes the days of a statement month for payments: no receipt or refund is posted on or before its last day any more. Idempotent.
    ///
    /// # Errors
    /// [`Rejected::NotOver`] before the day after its last day.
    pub async fn freeze_payments(&self, municipality: Municipality, command: &Command, month: Month) -> Result<(NaiveDate, NaiveDate), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let days = statement::state::days(month, city::repo::get_in_tx(&mut tx, municipality).await?.closing_day);
        if self.clock.today() <= days.1 {
            return Err(Error::Rejected(Rejected::NotOver { month, last_on: days.1 }));
        }
        let from = books::repo::find_open_from_in_tx(&mut tx, municipality, Scope::Payments).await?.unwrap_or(days.0).min(days.0);
        let by = command.actor.to_string();
        books::repo::close_through_in_tx(&mut tx, municipality, Scope::Payments, (from, days.1), self.clock.now(), &by).await?;
        tx.commit().await?;
        Ok(days)
    }

    /// Draws the statements of a month: freezes its days, settles their refunds, sums per merchant, analyses by year and budget line. Returns how many
    /// are new. Idempotent; goes on where a run before it broke off.
    ///
    /// # Errors
    /// [`Rejected`]: the days are not over.
    pub async fn draw_statements(&self, municipality: Municipality, command: &Command, month: Month) -> Result<u64, Error<Rejected>> {
        let days = self.freeze_payments(municipality, command, month).await?;
        // No refund of these days is posted any more: each of them is settled here, and the analysis knows what it took back.
        self.settle_refunds(municipality).await?;
        let mut tx = self.pool.begin().await?;
        let now = self.clock.now();
        let takings = statement::repo::list_takings_in_tx(&mut tx, municipality, month, days).await?;
        let drawn: Vec<_> = takings.into_iter().map(|taking| (self.statement_id(municipality, month, taking.merchant), taking)).collect();
        let new = statement::repo::insert_in_tx(&mut tx, municipality, (month, days), &drawn, now).await?;
        if new > 0 {
            statement::repo::insert_analyses_in_tx(&mut tx, municipality, month, days).await?;
        }
        if let Some(unsound) = statement::repo::find_unsound_analysis_in_tx(&mut tx, municipality, month).await? {
            return Err(Failure::inconsistent("statement_analyses", format!("{unsound} does not add up to its net")).into());
        }
        tx.commit().await?;
        Ok(new)
    }

    fn statement_id(&self, municipality: Municipality, month: Month, merchant: Uuid) -> StatementId {
        let scope = format!("statement/{municipality}/{month}/{merchant}");
        StatementId::new(self.entropy.uuid(Draw { command: &scope, purpose: "statement", index: 0 }, self.clock.now()))
    }
}
