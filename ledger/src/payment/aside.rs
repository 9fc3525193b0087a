//! Money is set aside: behind a phone's code, a ticket, or what a card will capture. All are the same hold, and the desk captures it by the same
//! statements; only where the code stands, and how long it lives, differs.

use super::release::{Ended, Ending};
use super::{Hold, HoldState, NewHold, Release, repo};
use crate::actor::Command;
use crate::books::{self, Outcome, Posting, Transfer};
use crate::code::{Code, CodeKind};
use crate::digest::sha256;
use crate::error::Failure;
use crate::events;
use crate::ids::{AccountId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::tokyo_date;
use crate::{Ledger, Tx};

/// Under what a code's money is held. A phone's code and a ticket are their money's own; a card captures many, told apart by merchant and amount.
#[must_use]
pub(crate) fn held_under(code: &Code, merchant: MerchantId, amount: Yen) -> [u8; 32] {
    match code.kind() {
        CodeKind::Card => sha256(&[&code.digest()[..], merchant.uuid().as_bytes(), &amount.get().to_be_bytes()].concat()),
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

impl Place {
    pub(super) const fn merchant(&self) -> Option<MerchantId> {
        match self {
            Self::Merchant(merchant) => Some(*merchant),
            Self::Registered(_) => None,
        }
    }

    pub(super) fn services(&self) -> Option<&[String]> {
        match self {
            Self::Merchant(_) => None,
            Self::Registered(services) => Some(services),
        }
    }
}

/// What is to be set aside, once it is decided who pays.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    pub(crate) command: Command,
    /// It ends no later than the earliest lapse of what pays.
    pub(crate) hold: NewHold,
    /// Who pays how much.
    pub(crate) parts: Vec<(AccountId, Yen)>,
    /// What is used beside yen.
    pub(crate) used: Vec<Transfer>,
}

/// A hold as it is locked, with what only another hold in its place must know.
struct Locked {
    hold: Hold,
    spot: Spot,
}

/// Where a hold can be captured, and the service that it names.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) place: Place,
    pub(super) service: Option<String>,
}

/// A hold that moves to another code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub(crate) from: AccountId,
    pub(crate) to: AccountId,
    pub(crate) digest: [u8; 32],
}

impl Ledger {
    /// Sets aside what was decided on, each on the condition that its sources still hold it. No source pays for two of them.
    pub(crate) async fn set_aside_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, asides: &[Aside]) -> Result<Vec<Outcome>, Failure> {
        let posting = |Aside { command, hold, parts, used }: &Aside| -> Posting {
            let draft = events::payment::hold(hold.id, hold.expires_at, tokyo_date(hold.held_at), parts, used);
            self.posting(municipality, command.clone(), draft)
        };
        let postings: Vec<_> = asides.iter().map(posting).collect();
        let outcomes = books::repo::post_batch(tx, municipality, self.clock.now(), postings.iter()).await?;
        let held = asides.iter().zip(&outcomes).filter_map(|(aside, outcome)| match outcome {
            Outcome::Posted(entry) => Some((*entry, &aside.hold)),
            Outcome::Replayed(_) | Outcome::Rejected(_) => None,
        });
        let held: Vec<_> = held.collect();
        if !held.is_empty() {
            repo::insert_holds_in_tx(tx, municipality, &held).await?;
        }
        Ok(outcomes)
    }

    /// Moves what is set aside and not used to other codes, all in `tx`: each goes back where it came from and is set aside again from there, with
    /// the same split. Returns those that moved; the others have been captured, given back or expired meanwhile.
    pub(crate) async fn move_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, moves: &[Move]) -> Result<Vec<Move>, Failure> {
        let now = self.clock.now();
        let holds = self.lock_holds_in_tx(tx, municipality, &moves.iter().map(|moved| moved.from).collect::<Vec<_>>()).await?;
        let mut done = Vec::new();
        for (asked, Locked { hold, spot }) in moves.iter().zip(holds) {
            if hold.state != HoldState::Held || now >= hold.expires_at {
                continue;
            }
            let parts = repo::list_parts_in_tx(tx, municipality, &hold).await?;
            let of = |step: &str| Command { key: format!("{}/{step}/{}", command.key, asked.from), ..command.clone() };
            if let Ended::Before(_) = self.release_one_in_tx(tx, municipality, of("from"), &hold).await? {
                return Err(Failure::inconsistent("holds", format!("{} ended under its lock", hold.id)));
            }
            let aside = Aside {
                command: of("to"),
                hold: NewHold {
                    id: asked.to,
                    family: hold.family,
                    place: spot.place,
                    invoice: None,
                    expense: hold.expense,
                    service: spot.service,
                    amount: hold.amount,
                    digest: asked.digest,
                    held_at: now,
                    expires_at: hold.expires_at,
                },
                parts: parts.iter().filter(|part| part.is_money).map(|part| (part.transfer.debit, part.transfer.amount)).collect(),
                used: parts.iter().filter(|part| !part.is_money).map(|part| part.transfer).collect(),
            };
            match self.set_aside_in_tx(tx, municipality, &[aside]).await?.as_slice() {
                [Outcome::Posted(_)] => done.push(*asked),
                other => return Err(Failure::inconsistent("holds", format!("{} does not move: {other:?}", hold.id))),
            }
        }
        Ok(done)
    }

    /// Gives back what is set aside and not used; returns how many. Not safe to call but under a command that was claimed.
    pub(crate) async fn give_back_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, holds: &[AccountId]) -> Result<usize, Failure> {
        let locked = self.lock_holds_in_tx(tx, municipality, holds).await?;
        let open = locked.iter().map(|locked| &locked.hold).filter(|hold| hold.state == HoldState::Held);
        let command_of = |hold: &Hold| Command { key: format!("{}/{}", command.key, hold.id), ..command.clone() };
        let endings: Vec<_> = open.map(|hold| Ending { command: command_of(hold), hold: hold.id, entry: hold.entry }).collect();
        let ended = self.release_in_tx(tx, municipality, &endings, Release::Voided).await?;
        Ok(ended.iter().filter(|ended| matches!(ended, Ended::Now)).count())
    }

    /// Locks holds and what they are made of, in one order; returns what has become of each until now, in the order given.
    async fn lock_holds_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, holds: &[AccountId]) -> Result<Vec<Locked>, Failure> {
        let mut accounts = repo::list_sources_in_tx(tx, municipality, holds).await?;
        accounts.extend(holds);
        books::repo::lock_guarded_in_tx(tx, municipality, self.clock.today(), &accounts).await?;
        let mut locked = Vec::new();
        for id in holds {
            let hold = repo::find_hold_in_tx(tx, municipality, repo::By::Id(*id)).await?;
            let spot = repo::find_spot_in_tx(tx, municipality, *id).await?;
            let (spot, hold) = spot.zip(hold).ok_or_else(|| Failure::inconsistent("holds", format!("{id} is gone")))?;
            locked.push(Locked { hold, spot });
        }
        Ok(locked)
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
