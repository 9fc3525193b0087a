//! Money that is set aside for paper: a ticket, or what a card will capture. The same hold as behind a phone's code, and the desk captures it by the same
//! statements; only where the code stands, and how long it lives, is the paper's business.

use ring::digest;

use super::hold::ATTEMPTS;
use super::sources;
use super::split::split;
use super::{Ended, Hold, HoldPayment, HoldRejected, HoldState, NewHold, Release, repo};
use crate::actor::Command;
use crate::books::{self, Outcome, Refused, Transfer};
use crate::code::{Code, CodeKind};
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{AccountId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx, city};

/// Under what a code's money is held. A phone's code and a ticket are their money's own; a card captures many, told apart by merchant and amount.
#[must_use]
pub(crate) fn held_under(code: &Code, merchant: MerchantId, amount: Yen) -> [u8; 32] {
    match code.kind() {
        CodeKind::Card => {
            let slot = [&code.digest()[..], merchant.uuid().as_bytes(), &amount.get().to_be_bytes()].concat();
            let hash = digest::digest(&digest::SHA256, &slot);
            std::array::from_fn(|at| hash.as_ref().get(at).copied().unwrap_or(0))
        }
        CodeKind::OneTime | CodeKind::Ticket | CodeKind::Invoice | CodeKind::Receipt => code.digest(),
    }
}

/// Where what is set aside can be captured.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// At one merchant.
    Merchant(MerchantId),
    /// At every merchant that is registered for the expense in one of these services; in any where none is named.
    Registered(Vec<String>),
}

/// What is to be set aside, once it is decided who pays.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    pub(crate) id: AccountId,
    pub(crate) family: FamilyId,
    pub(crate) place: Place,
    pub(crate) expense: String,
    pub(crate) service: Option<String>,
    pub(crate) amount: Yen,
    /// See [`held_under`].
    pub(crate) digest: [u8; 32],
    /// No later than the earliest lapse of what pays.
    pub(crate) expires_at: Instant,
    /// Who pays how much.
    pub(crate) parts: Vec<(AccountId, Yen)>,
    /// What is used beside yen.
    pub(crate) used: Vec<Transfer>,
}

/// How long a reservation lives, under which id and code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) id: AccountId,
    pub(crate) digest: [u8; 32],
    pub(crate) until: Instant,
}

/// A hold that moves to another code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub(crate) from: AccountId,
    pub(crate) to: AccountId,
    pub(crate) digest: [u8; 32],
}

impl Ledger {
    /// Sets aside what was decided on under locks that `tx` holds. `command` belongs to one that was claimed: it is never replayed.
    pub(crate) async fn set_aside_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: Command, aside: Aside) -> Result<Outcome, Failure> {
        let now = self.clock.now();
        let draft = events::payment::hold(aside.id, aside.expires_at, tokyo_date(now), &aside.parts, &aside.used);
        let outcome = self.post_in_tx(tx, municipality, &self.posting(municipality, command, draft)).await?;
        let Outcome::Posted(entry) = outcome else { return Ok(outcome) };
        let (merchant, services) = match aside.place {
            Place::Merchant(merchant) => (Some(merchant), None),
            Place::Registered(services) => (None, Some(services)),
        };
        let hold = NewHold {
            id: aside.id,
            family: aside.family,
            merchant,
            services,
            invoice: None,
            expense: aside.expense,
            service: aside.service,
            amount: aside.amount,
            digest: aside.digest,
            held_at: now,
            expires_at: aside.expires_at,
        };
        repo::insert_hold_in_tx(tx, municipality, entry, &hold).await?;
        Ok(outcome)
    }

    /// Decides as for a phone's code who pays, among what stays open until `terms.until`, and sets it aside until then: so that when it ends is the same
    /// whoever pays.
    ///
    /// # Errors
    /// [`HoldRejected`] as for a phone's code.
    pub(crate) async fn reserve_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        (asked, terms): (&HoldPayment, Terms),
    ) -> Result<(), Error<HoldRejected>> {
        if !asked.price.is_positive() {
            return Err(Error::Rejected(HoldRejected::Price));
        }
        let city = city::repo::get_in_tx(tx, municipality).await?;
        if !repo::offers_in_tx(tx, municipality, asked.merchant, &asked.expense, asked.service.as_deref()).await? {
            return Err(Error::Rejected(HoldRejected::Merchant));
        }
        for _ in 0..ATTEMPTS {
            let groups = sources::open_until(self.groups_in_tx(tx, &city, asked).await?, terms.until);
            let left = self.open_windows_in_tx(tx, municipality, &groups).await?;
            let mut sources = sources::sources(asked.price, &groups, &left)?;
            sources.extend(self.own_money_in_tx(tx, &city, asked).await?);
            let parts = split(asked.price, sources).map_err(|short| Error::Rejected(short.into()))?;
            let aside = Aside {
                id: terms.id,
                family: asked.family,
                place: Place::Merchant(asked.merchant),
                expense: asked.expense.clone(),
                service: asked.service.clone(),
                amount: asked.price,
                digest: terms.digest,
                expires_at: terms.until,
                used: sources::usage(&groups, &parts)?,
                parts: parts.iter().map(|part| (part.source.account, part.amount)).collect(),
            };
            match self.set_aside_in_tx(tx, municipality, command.clone(), aside).await? {
                Outcome::Posted(_) => return Ok(()),
                Outcome::Rejected(Refused::Short | Refused::Window) => {}
                other => return Err(refused(other)),
            }
        }
        Err(Error::Rejected(HoldRejected::Busy))
    }

    /// Moves what is set aside and not used to other codes, all in `tx`: each goes back where it came from and is set aside again from there, with
    /// the same split. Answers those that moved; the others have been captured, given back or expired meanwhile.
    pub(crate) async fn move_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, moves: &[Move]) -> Result<Vec<Move>, Failure> {
        let holds = self.lock_holds_in_tx(tx, municipality, &moves.iter().map(|moved| moved.from).collect::<Vec<_>>()).await?;
        let mut done = Vec::new();
        for (asked, (hold, place, service)) in moves.iter().zip(holds) {
            if hold.state != HoldState::Held || self.clock.now() >= hold.expires_at {
                continue;
            }
            let parts = repo::list_parts_in_tx(tx, municipality, &hold).await?;
            let of = |step: &str| Command { key: format!("{}/{step}/{}", command.key, asked.from), ..command.clone() };
            if let Ended::Before(_) = self.release_in_tx(tx, municipality, of("from"), &hold, Release::Voided).await? {
                return Err(Failure::inconsistent("holds", format!("{} ended under its lock", hold.id)));
            }
            let aside = Aside {
                id: asked.to,
                family: hold.family,
                place,
                expense: hold.expense,
                service,
                amount: hold.amount,
                digest: asked.digest,
                expires_at: hold.expires_at,
                parts: parts.iter().filter(|part| part.is_money).map(|part| (part.transfer.debit, part.transfer.amount)).collect(),
                used: parts.iter().filter(|part| !part.is_money).map(|part| part.transfer).collect(),
            };
            match self.set_aside_in_tx(tx, municipality, of("to"), aside).await? {
                Outcome::Posted(_) => done.push(*asked),
                other => return Err(Failure::inconsistent("holds", format!("{} does not move: {other:?}", hold.id))),
            }
        }
        Ok(done)
    }

    /// Gives back what is set aside and not used; answers how many. Not safe to call but under a command that was claimed.
    pub(crate) async fn give_back_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, holds: &[AccountId]) -> Result<usize, Failure> {
        let mut given_back = 0_usize;
        for (hold, ..) in self.lock_holds_in_tx(tx, municipality, holds).await? {
            if hold.state != HoldState::Held {
                continue;
            }
            let each = Command { key: format!("{}/{}", command.key, hold.id), ..command.clone() };
            if let Ended::Now = self.release_in_tx(tx, municipality, each, &hold, Release::Voided).await? {
                given_back = given_back.saturating_add(1);
            }
        }
        Ok(given_back)
    }

    /// Locks holds and what they are made of, in one order; answers what has become of each until now, in the order given.
    async fn lock_holds_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, holds: &[AccountId]) -> Result<Vec<(Hold, Place, Option<String>)>, Failure> {
        let mut accounts = repo::list_sources_in_tx(tx, municipality, holds).await?;
        accounts.extend(holds);
        books::repo::lock_guarded_in_tx(tx, municipality, self.clock.today(), &accounts).await?;
        let mut locked = Vec::new();
        for id in holds {
            let hold = repo::find_hold_in_tx(tx, municipality, repo::By::Id(*id)).await?;
            let place = repo::find_place_in_tx(tx, municipality, *id).await?;
            let ((place, service), hold) = place.zip(hold).ok_or_else(|| Failure::inconsistent("holds", format!("{id} is gone")))?;
            locked.push((hold, place, service));
        }
        Ok(locked)
    }
}

/// Why a posting for paper was refused that nothing else explains.
fn refused(outcome: Outcome) -> Error<HoldRejected> {
    match outcome {
        Outcome::Rejected(Refused::Conflict) => Error::Rejected(HoldRejected::Conflict),
        Outcome::Rejected(Refused::Closed) => Error::Rejected(HoldRejected::Closed),
        other => Failure::inconsistent("holds", format!("{other:?}")).into(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_card_holds_under_code_merchant_and_amount_and_other_codes_under_themselves() {
        let code = |kind| Code::new(kind, [7; 16]);
        let merchants = [1, 2].map(|id| MerchantId::new(Uuid::from_u128(id)));
        let card = |merchant, yen| held_under(&code(CodeKind::Card), merchant, Yen::new(yen));
        assert_eq!(card(merchants[0], 500), card(merchants[0], 500));
        let all = [card(merchants[0], 500), card(merchants[1], 500), card(merchants[0], 501), code(CodeKind::Card).digest()];
        assert!(all.iter().enumerate().all(|(at, one)| all[..at].iter().all(|other| other != one)));
        for kind in [CodeKind::OneTime, CodeKind::Ticket] {
            assert_eq!(held_under(&code(kind), merchants[0], Yen::new(500)), code(kind).digest());
        }
    }
}
