//! A merchant's desks, and the tokens that open the Till for them.

use std::fmt;

use ring::digest;
use sqlx::{PgConnection, PgPool};

use super::people::may_manage;
use super::repo;
use super::state::{Act, State};
use super::{Rejected, text};
use crate::Ledger;
use crate::actor::Command;
use crate::batch::{Claims, Work};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{MerchantId, Municipality, TerminalId};

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

/// The secret of a terminal: 256 bits. Shown once, never stored, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A token of 256 bits, which must come from a cryptographic random source.
    #[must_use]
    pub const fn new(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Reads a token as [`fmt::Display`] writes it: 64 hexadecimal digits. Anything else is no token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter_map(|byte| char::from(byte).to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
        let bytes = (text.len() == 64 && digits.len() == 64).then(|| {
            let (pairs, _) = digits.as_chunks::<2>();
            std::array::from_fn(|at| pairs.get(at).map_or(0, |[high, low]| (high << 4) | low))
        });
        bytes.map(Self)
    }

    /// What the database keeps of it.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        let digest = digest::digest(&digest::SHA256, &self.0);
        std::array::from_fn(|at| digest.as_ref().get(at).copied().unwrap_or(0))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(256 bits)")
    }
}

/// Terminals that are looked up together.
pub struct Desks {
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for Desks {
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
        let token = Token(self.entropy.bits(Draw { command: &scope, purpose: "terminal token", index: 0 }));
        let id = TerminalId::new(self.entropy.uuid(Draw { command: &scope, purpose: "terminal", index: 0 }, self.clock.now()));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(id) => return Ok((TerminalId::new(id), token)),
            Claim::New => {}
        }
        let life = repo::lock_in_tx(&mut tx, municipality, merchant).await?.ok_or(Error::Rejected(Rejected::UnknownMerchant(merchant)))?;
        if !matches!(life.state, State::Approved { .. }) {
            return Err(Error::Rejected(Rejected::State { state: life.state.word(), asked: "given a terminal" }));
        }
        let made = Act { at: self.clock.now(), by: command.actor.to_string() };
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
        let revoked = Act { at: self.clock.now(), by: command.actor.to_string() };
        if !repo::mark_terminal_revoked_in_tx(&mut tx, municipality, merchant, terminal, &revoked).await? {
            return Err(Error::Rejected(Rejected::UnknownTerminal(terminal)));
        }
        tx.commit().await?;
        Ok(())
    }

    /// The terminal whose token has this SHA-256, if it is in use and its merchant may take payments.
    pub async fn find_terminal(&self, municipality: Municipality, token_sha256: &[u8; 32]) -> Result<Option<Terminal>, Failure> {
        let work = || Desks { ledger: self.clone(), municipality };
        self.together.desks.ask(municipality, work, *token_sha256, Claims::default()).await?
    }

    /// The desks of a merchant that are in use.
    pub async fn list_terminals(&self, municipality: Municipality, merchant: MerchantId) -> Result<Vec<Terminal>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_terminals_in_tx(&mut tx, municipality, merchant).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_written_and_debug_hides_it() {
        let token = Token(std::array::from_fn(|at| u8::try_from(at).unwrap() ^ 0xa5));
        assert_eq!(Token::parse(&token.to_string()), Some(token.clone()));
        assert_eq!(Token::parse(&token.to_string()[1..]), None);
        assert_eq!(Token::parse(&"g".repeat(64)), None);
        assert!(!format!("{token:?}").contains(&token.to_string()[..4]));
    }
}
