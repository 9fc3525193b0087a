//! A merchant's desks, and the tokens that open the Till for them.

use sqlx::{PgConnection, PgPool};

use super::people::may_manage;
use super::repo;
use super::state::State;
use super::{Rejected, text};
use crate::Ledger;
use crate::actor::Command;
use crate::batch::{Claims, Work};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{MerchantId, Municipality, TerminalId};
use crate::token::Token;

/// A desk of a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Its id.
    pub id: TerminalId,
    /// Whose.
    pub merchant: MerchantId,
    /// The merchant's own name for it.
    pub label: String,
}

/// Terminals that are looked up together.
pub struct Terminals {
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for Terminals {
    type Item = [u8; 32];
    type Answer = Option<Terminal>;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&[u8; 32]]) -> Result<Vec<Option<Terminal>>, Failure> {
        repo::list_terminals_of_tokens(connection, self.municipality, items).await
    }
}

impl Ledger {
    /// Adds a desk to an approved merchant; its token is shown now and by a replay, and never again.
    ///
    /// # Errors
    /// [`Rejected`]: neither staff nor the merchant itself, unknown or not approved merchant, label.
    pub async fn add_terminal(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        label: &str,
    ) -> Result<(TerminalId, Token), Error<Rejected>> {
        may_manage(command, merchant).and_then(|()| text(super::field::LABEL, label)).map_err(Error::Rejected)?;
        let scope = command.scope(municipality);
        let token = Token::new(self.entropy.bits(Draw { command: &scope, purpose: "terminal token", index: 0 }));
        let id = TerminalId::new(self.entropy.uuid(Draw { command: &scope, purpose: "terminal", index: 0 }, self.clock.now()));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(id) => return Ok((TerminalId::new(id), token)),
            Claim::New => {}
        }
        let life = repo::lock_in_tx(&mut tx, municipality, merchant).await?.ok_or(Error::Rejected(Rejected::UnknownMerchant(merchant)))?;
        if !matches!(life.state, State::Approved { .. }) {
            return Err(Error::Rejected(Rejected::State { state: life.state.standing().word(), asked: "given a terminal" }));
        }
        let made = self.act(command);
        let terminal = Terminal { id, merchant, label: label.to_owned() };
        repo::insert_terminal_in_tx(&mut tx, municipality, &terminal, &token.sha256(), &made).await?;
        tx.commit().await?;
        Ok((id, token))
    }

    /// Revokes a desk that was lost or replaced: its token opens nothing any more.
    pub async fn revoke_terminal(
        &self,
        municipality: Municipality,
        command: &Command,
        merchant: MerchantId,
        terminal: TerminalId,
    ) -> Result<(), Error<Rejected>> {
        may_manage(command, merchant).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, terminal.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(()),
            Claim::New => {}
        }
        let revoked = self.act(command);
        if !repo::mark_terminal_revoked_in_tx(&mut tx, municipality, merchant, terminal, &revoked).await? {
            return Err(Error::Rejected(Rejected::UnknownTerminal(terminal)));
        }
        tx.commit().await?;
        Ok(())
    }

    /// The terminal whose token has this SHA-256, if it is in use and its merchant may take payments.
    pub async fn find_terminal(&self, municipality: Municipality, token_sha256: &[u8; 32]) -> Result<Option<Terminal>, Failure> {
        let work = || Terminals { ledger: self.clone(), municipality };
        self.together.terminals.ask(municipality, work, *token_sha256, Claims::default()).await?
    }

    /// The desks of a merchant that are in use.
    pub async fn list_terminals(&self, municipality: Municipality, merchant: MerchantId) -> Result<Vec<Terminal>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_terminals_in_tx(&mut tx, municipality, merchant).await
    }
}
