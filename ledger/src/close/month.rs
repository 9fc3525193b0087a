//! Closes a calendar month: a checklist, then nothing more posts in it.

use serde::Serialize;

use crate::actor::{Actor, Command};
use crate::books::repo::Scope;
use crate::books::{self, TrialBalance};
use crate::city;
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::money::Yen;
use crate::reconciliation::{self, Rejected};
use crate::statement;
use crate::time::Month;
use crate::{Ledger, Tx};

/// What must hold before a month is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checklist {
    /// Whether the month is over.
    pub over: bool,
    /// Merchants with payments in a statement month that has ended and no statement drawn.
    pub undrawn_statements: i64,
    /// Statements that have ended, have something due and are not approved.
    pub unapproved_statements: i64,
    /// Bank lines of the month that nobody has matched.
    pub unmatched_lines: i64,
    /// Their sum.
    pub unmatched_yen: Yen,
    /// Debits − credits over all accounts in yen.
    pub trial_balance_yen: i64,
    /// An account whose stored balance differs from the transfers.
    pub stored_differs: Option<String>,
}

impl Checklist {
    /// What is missing, in words; nothing when the month can be closed.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let lines = [
            (!self.over, "the month is not over".to_owned()),
            (self.undrawn_statements > 0, format!("{} statements are not drawn: draw them", self.undrawn_statements)),
            (self.unapproved_statements > 0, format!("{} statements are not approved: examine and approve them", self.unapproved_statements)),
            (self.unmatched_lines > 0, format!("{} bank lines over {} yen are unmatched: work through them", self.unmatched_lines, self.unmatched_yen)),
            (self.trial_balance_yen != 0, format!("the trial balance is {} yen, not zero", self.trial_balance_yen)),
            (self.stored_differs.is_some(), format!("the stored balance of {} differs from its transfers", self.stored_differs.as_deref().unwrap_or_default())),
        ];
        lines.into_iter().filter(|(holds, _)| *holds).map(|(_, line)| line).collect()
    }
}

impl Ledger {
    /// What must hold before `month` is closed, as it stands now.
    pub async fn close_checklist(&self, municipality: Municipality, month: Month) -> Result<Checklist, Failure> {
        let mut tx = self.pool.begin().await?;
        self.checklist_in_tx(&mut tx, municipality, month).await
    }

    async fn checklist_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, month: Month) -> Result<Checklist, Failure> {
        let closing_day = city::repo::get_in_tx(tx, municipality).await?.closing_day;
        // The last statement month that ends within this calendar month is the month before.
        let ended = month.plus_months(-1);
        let last_on = statement::state::days(ended, closing_day).1;
        let undrawn = statement::repo::count_undrawn_through_in_tx(tx, municipality, last_on).await?;
        let (unmatched_lines, unmatched_yen) = reconciliation::repo::count_unmatched_in_tx(tx, municipality, month.last_day()).await?;
        let trial_balance = TrialBalance::new(books::repo::list_turnovers_in_tx(tx, municipality).await?);
        let difference = books::repo::find_balance_difference_in_tx(tx, municipality).await?;
        Ok(Checklist {
            over: self.clock.today() > month.last_day(),
            undrawn_statements: undrawn,
            unapproved_statements: statement::repo::count_unapproved_in_tx(tx, municipality, month.last_day()).await?,
            unmatched_lines,
            unmatched_yen,
            trial_balance_yen: trial_balance.trial_balance_yen,
            stored_differs: difference.map(|difference| difference.account.to_string()),
        })
    }

    /// Closes the books through the last day of `month`: no entry on or before it is accepted any more. Closed before, nothing changes.
    ///
    /// # Errors
    /// [`Rejected::NotReady`] with everything that is missing.
    pub async fn close_month(&self, municipality: Municipality, command: &Command, month: Month) -> Result<(), Error<Rejected>> {
        if !matches!(command.actor, Actor::Staff(_)) {
            return Err(Error::Rejected(Rejected::NotStaff));
        }
        let mut tx = self.pool.begin().await?;
        books::repo::lock_runs_in_tx(&mut tx, municipality).await?;
        let last = month.last_day();
        if books::repo::find_closed_through_in_tx(&mut tx, municipality).await?.is_some_and(|closed| last <= closed) {
            return Ok(());
        }
        let first = books::repo::find_open_from_in_tx(&mut tx, municipality, Scope::Books).await?.unwrap_or(last).min(month.first_day());
        // From here on postings of these months wait, so that the checklist is still true when the close commits.
        let by = command.actor.to_string();
        books::repo::close_through_in_tx(&mut tx, municipality, Scope::Books, (first, last), self.clock.now(), &by).await?;
        books::repo::fold_deltas_in_tx(&mut tx, municipality).await?;
        let missing = self.checklist_in_tx(&mut tx, municipality, month).await?.missing();
        if !missing.is_empty() {
            return Err(Error::Rejected(Rejected::NotReady(missing)));
        }
        tx.commit().await?;
        Ok(())
    }
}
