//! Closes a fiscal year: what its budgets still hold goes back to the city.

use chrono::NaiveDate;

use crate::actor::Command;
use crate::city::{self, BudgetRejected};
use crate::error::{Error, Failure};
use crate::ids::{EntryId, Municipality};
use crate::money::Yen;
use crate::time::FiscalYear;
use crate::{Ledger, events};

impl Ledger {
    /// Ends a fiscal year's budgets (出納閉鎖): what each scheme's budget still holds goes back to the city, on `on`. Returns the entries.
    ///
    /// Each scheme has a key of its own under the command's, so that a run that broke off goes on where it stopped.
    pub async fn end_year(
        &self,
        municipality: Municipality,
        command: &Command,
        year: FiscalYear,
        on: NaiveDate,
    ) -> Result<Vec<EntryId>, Error<BudgetRejected>> {
        let mut tx = self.pool.begin().await?;
        let left = city::repo::list_budgets_left_in_tx(&mut tx, municipality, year).await?;
        let mut entries = Vec::new();
        for (scheme, amount) in left {
            if amount < Yen::ZERO {
                return Err(Error::Rejected(BudgetRejected::Overspent { scheme, missing: amount.abs() }));
            }
            let own = Command::new(command.actor.clone(), format!("{}/{scheme}", command.key), &(year, &scheme, amount, on));
            let posting = self.posting(municipality, own, events::budget::year_end(&scheme, year, amount, on));
            entries.push(city::answer(self.post_in_tx(&mut tx, municipality, &posting).await?)?);
        }
        tx.commit().await.map_err(Failure::from)?;
        Ok(entries)
    }
}
