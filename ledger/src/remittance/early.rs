//! A line that comes back before the bank debits its file: the bank rings (standards §2.6), and debits the rest only. There is no bank line to match.
//!
//! Invariant: told by one person, confirmed by another; every payable that the line was made of is open again.

use super::state::{Life, State};
use super::{Rejected, repo};
use crate::actor::Command;
use crate::books::{self, Outcome};
use crate::error::{Error, Failure};
use crate::events::payout::{self, Returned};
use crate::ids::{Municipality, RemittanceId};
use crate::money::Yen;
use crate::{Ledger, Tx};

impl Ledger {
    /// Writes down what the bank told: line `number` of a file that was sent will not be paid. A second person confirms it.
    ///
    /// # Errors
    /// [`Rejected`]: the file is not on its way; it has no such line that was sent and has not come back; told before.
    pub async fn propose_early_return(
        &self,
        municipality: Municipality,
        command: &Command,
        paid: (RemittanceId, i32),
        reason: &str,
    ) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some((_, life)) = self.begin_remittance_in_tx(&mut tx, municipality, command, paid.0).await? else { return Ok(()) };
        life.return_line(Yen::MAX).map_err(Error::Rejected)?;
        let amount = repo::find_paid_amount_in_tx(&mut tx, municipality, paid.0, paid.1).await?;
        amount.ok_or(Error::Rejected(Rejected::NoSuchLine(paid.1)))?;
        if !repo::insert_early_return_in_tx(&mut tx, municipality, paid, reason, &self.act(command)).await? {
            return Err(Error::Rejected(Rejected::ToldBefore(paid.1)));
        }
        tx.commit().await?;
        Ok(())
    }

    /// A second person confirms that a line comes back before the debit: every payable that it was made of is open again, the bank debits the rest,
    /// and the account is not paid to before it is approved anew.
    ///
    /// # Errors
    /// [`Rejected`]: nobody told, the same person told, the file has been debited meanwhile, the day is closed.
    pub async fn confirm_early_return(&self, municipality: Municipality, command: &Command, paid: (RemittanceId, i32)) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some((life, told)) = self.begin_early_return_in_tx(&mut tx, municipality, command, paid).await? else { return Ok(()) };
        let act = self.act(command);
        let parts = repo::list_parts_in_tx(&mut tx, municipality, paid.0, Some(paid.1)).await?;
        let own = Command { key: format!("{}/return", command.key), ..command.clone() };
        let draft = payout::return_payout(&parts, Returned::InTransit, self.clock.today()).because(told.reason.clone());
        let entry = match self.post_in_tx(&mut tx, municipality, &self.posting(municipality, own, draft)).await? {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => entry,
            Outcome::Rejected(refused) => return Err(Error::Rejected(Rejected::Books(refused))),
        };
        repo::end_early_return_in_tx(&mut tx, municipality, paid, Some(entry), &act).await?;
        repo::mark_returned_in_tx(&mut tx, municipality, paid, &told.reason, act.at).await?;
        repo::mark_not_live_in_tx(&mut tx, municipality, paid.0, Some(paid.1)).await?;
        let rest = repo::get_debit_in_tx(&mut tx, municipality, paid.0).await?;
        if let ended @ State::Returned { .. } = life.return_line(rest).map_err(Error::Rejected)? {
            repo::mark_state_in_tx(&mut tx, municipality, paid.0, &ended, &act).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A second person says that the line is paid after all: a mistake, or the bank put it right (訂正).
    pub async fn reject_early_return(&self, municipality: Municipality, command: &Command, paid: (RemittanceId, i32)) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        if self.begin_early_return_in_tx(&mut tx, municipality, command, paid).await?.is_some() {
            repo::end_early_return_in_tx(&mut tx, municipality, paid, None, &self.act(command)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Begins what a second person does about a line that was told. `None` when it was done before.
    async fn begin_early_return_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        paid: (RemittanceId, i32),
    ) -> Result<Option<(Life, repo::EarlyReturn)>, Error<Rejected>> {
        // Before the file's row: a match of bank lines takes the two in this order.
        books::repo::lock_runs_in_tx(tx, municipality).await?;
        let Some((_, life)) = self.begin_remittance_in_tx(tx, municipality, command, paid.0).await? else { return Ok(None) };
        let told = repo::find_early_return_in_tx(tx, municipality, paid).await?.ok_or(Error::Rejected(Rejected::NotTold(paid.1)))?;
        if told.proposed_by == self.act(command).by {
            return Err(Error::Rejected(Rejected::SamePersonTold(told.proposed_by)));
        }
        Ok(Some((life, told)))
    }

    /// Lines that the bank said it will not pay and that wait for a second person.
    pub async fn list_waiting_early_returns(&self, municipality: Municipality) -> Result<Vec<repo::EarlyReturn>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_waiting_early_returns_in_tx(&mut tx, municipality).await
    }
}
