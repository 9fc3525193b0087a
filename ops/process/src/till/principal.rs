//! Who stands at the door: a terminal, or somebody who works at a merchant. What a credential opens is its merchant's and nothing else.

use ledger::Ledger;
use ledger::ids::{MerchantId, Municipality, PersonId, TerminalId};
use ledger::merchant::people::PersonRole;
use ledger::payment::refund::RefundRight;
use ledger::token::CityToken;
use merchant_api::till::{Answer, Credential, TillError};

use super::map;

/// A caller that was let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Principal {
    pub(super) municipality: Municipality,
    pub(super) merchant: MerchantId,
    pub(super) who: Who,
}

/// Terminal or person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Terminal(TerminalId),
    Person(PersonId, PersonRole),
}

impl Principal {
    /// Looks a credential up in the city that it names.
    pub(super) async fn find(ledger: &Ledger, credential: &Credential) -> Answer<Self> {
        let token = CityToken::parse(credential.token()).ok_or(TillError::Unauthorized)?;
        let municipality = token.municipality();
        if let Some(terminal) = ledger.find_terminal(municipality, &token.sha256()).await.map_err(map::failed)? {
            return Ok(Self { municipality, merchant: terminal.merchant, who: Who::Terminal(terminal.id) });
        }
        let person = ledger.find_person_session(&token).await.map_err(map::failed)?.ok_or(TillError::Unauthorized)?;
        Ok(Self { municipality, merchant: person.merchant, who: Who::Person(person.person, person.role) })
    }

    /// The same, for managers only.
    pub(super) async fn manager(ledger: &Ledger, credential: &Credential) -> Answer<Self> {
        let principal = Self::find(ledger, credential).await?;
        if principal.is_manager() { Ok(principal) } else { Err(TillError::Forbidden) }
    }

    pub(super) const fn is_manager(&self) -> bool {
        matches!(self.who, Who::Person(_, PersonRole::Manager))
    }

    pub(super) const fn terminal(&self) -> Option<TerminalId> {
        match self.who {
            Who::Terminal(terminal) => Some(terminal),
            Who::Person(..) => None,
        }
    }

    pub(super) const fn refund_right(&self) -> RefundRight {
        if self.is_manager() { RefundRight::AnyDay } else { RefundRight::SameDay }
    }
}
