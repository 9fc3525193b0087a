//! Remittances: what merchants and families are due, one bank line per account and pay day, one file, two people.
//!
//! What it never does: call something paid that was only sent. Invariant: a payable is in one file at a time; nobody approves what they prepared.

mod early;
pub mod error;
mod file;
mod payee;
pub mod payouts;
pub mod plan;
mod prepare;
pub mod repo;
pub mod state;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

pub use error::Rejected;
pub use file::File;
pub use plan::{PayeeKind, Stop};
pub use prepare::pay_day;
use state::Life;
pub use state::Standing;

use crate::actor::{Actor, Command};
use crate::books::Outcome;
use crate::error::{Error, Failure};
use crate::events::payout;
use crate::idempotency::{self, Claim};
use crate::ids::{Municipality, RemittanceId};
use crate::money::Yen;
use crate::time::Month;
use crate::{Ledger, Tx};

/// One bank file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remittance {
    /// Its id.
    pub id: RemittanceId,
    /// 1, 2, 3 …
    pub sequence: i32,
    /// The last statement month in it.
    pub month: Month,
    /// 振込指定日.
    pub pay_on: NaiveDate,
    /// Where it stands.
    pub state: Standing,
    /// Its lines.
    pub lines: i32,
    /// Their sum.
    pub total: Yen,
}

/// What one line pays to one payee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DetailRow {
    /// The line: 顧客コード1.
    pub line: i32,
    /// Whose kind.
    pub kind: PayeeKind,
    /// Merchant or family.
    pub payee: Uuid,
    /// The merchant's name.
    pub name: Option<String>,
    /// The payments behind it.
    pub receipts: i64,
    /// The amount.
    pub amount: Yen,
    /// Whether the bank gave the line back.
    pub returned: bool,
}

impl Ledger {
    /// Begins a command about one remittance: claims the key, locks it. `None` when it was done before.
    async fn begin_remittance_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        remittance: RemittanceId,
    ) -> Result<Option<(Remittance, Life)>, Error<Rejected>> {
        if !matches!(command.actor, Actor::Staff(_)) {
            return Err(Error::Rejected(Rejected::NotStaff));
        }
        match idempotency::claim_in_tx(tx, municipality, command, remittance.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(None),
            Claim::New => {}
        }
        let found = repo::lock_in_tx(tx, municipality, remittance).await?;
        found.map(Some).ok_or(Error::Rejected(Rejected::Unknown(remittance)))
    }

    async fn refuse_stopped_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<(), Error<Rejected>> {
        match repo::find_suspended_in_tx(tx, municipality, remittance).await? {
            Some(merchant) => Err(Error::Rejected(Rejected::Stopped(merchant))),
            None => Ok(()),
        }
    }

    /// A second person approves a remittance as prepared: lines, amounts, accounts.
    pub async fn approve_remittance(&self, municipality: Municipality, command: &Command, remittance: RemittanceId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some((_, life)) = self.begin_remittance_in_tx(&mut tx, municipality, command, remittance).await? else { return Ok(()) };
        self.refuse_stopped_in_tx(&mut tx, municipality, remittance).await?;
        let act = self.act(command);
        let state = life.approve(act.clone()).map_err(Error::Rejected)?;
        repo::mark_state_in_tx(&mut tx, municipality, remittance, &state, &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The file with this SHA-256 has been handed to the bank: every payable that it pays goes into transit. It is not paid yet.
    ///
    /// # Errors
    /// [`Rejected`]: another file than the one that was built; a merchant was suspended meanwhile; sent before.
    pub async fn mark_remittance_sent(
        &self,
        municipality: Municipality,
        command: &Command,
        remittance: RemittanceId,
        file_sha256: &[u8; 32],
    ) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some((_, life)) = self.begin_remittance_in_tx(&mut tx, municipality, command, remittance).await? else { return Ok(()) };
        self.refuse_stopped_in_tx(&mut tx, municipality, remittance).await?;
        let parts = repo::list_parts_in_tx(&mut tx, municipality, remittance, None).await?;
        let own = Command { key: format!("{}/payout", command.key), ..command.clone() };
        let posting = self.posting(municipality, own, payout::payout(&parts, self.clock.today()));
        let act = self.act(command);
        let state = life.send(act.clone(), file_sha256, posting.entry).map_err(Error::Rejected)?;
        match self.post_in_tx(&mut tx, municipality, &posting).await? {
            Outcome::Posted(_) | Outcome::Replayed(_) => {}
            Outcome::Rejected(refused) => return Err(Error::Rejected(Rejected::Books(refused))),
        }
        repo::mark_state_in_tx(&mut tx, municipality, remittance, &state, &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives up a remittance that was not sent: what it was to pay is due again.
    pub async fn cancel_remittance(&self, municipality: Municipality, command: &Command, remittance: RemittanceId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some((_, life)) = self.begin_remittance_in_tx(&mut tx, municipality, command, remittance).await? else { return Ok(()) };
        let act = self.act(command);
        let state = life.cancel().map_err(Error::Rejected)?;
        repo::mark_not_live_in_tx(&mut tx, municipality, remittance, None).await?;
        repo::mark_state_in_tx(&mut tx, municipality, remittance, &state, &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Remittances, newest first.
    pub async fn list_remittances(&self, municipality: Municipality) -> Result<Vec<Remittance>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality).await
    }

    /// What each line of a remittance pays, by line and payee.
    pub async fn remittance_detail(&self, municipality: Municipality, remittance: RemittanceId) -> Result<Vec<DetailRow>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_detail_in_tx(&mut tx, municipality, remittance).await
    }

    /// Who was due and not paid by a remittance: kind, payee, amount, code, what to do.
    pub async fn remittance_stops(&self, municipality: Municipality, remittance: RemittanceId) -> Result<Vec<(String, Uuid, Yen, String, String)>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_stops_in_tx(&mut tx, municipality, remittance).await
    }
}
