//! Captures that arrive together: every code is looked up, every verdict is given by the same pure rule, and what may be captured is posted at once.
//!
//! Each is one transfer, whatever the split behind it: nothing here depends on who pays.

use std::collections::BTreeMap;

use sqlx::{Connection as _, PgConnection, PgPool};

use super::{Capture, CaptureRejected, Hold, NotCapturable, Receipt, repo};
use crate::actor::Command;
use crate::batch::{Claims, Work};
use crate::books::{self, Outcome, Posting, Refused};
use crate::entropy::Draw;
use crate::error::Failure;
use crate::events;
use crate::ids::{EntryId, Municipality, ReceiptId};
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx};

/// One capture that is asked for.
pub struct Asked {
    pub(super) command: Command,
    /// What the code's money is held under.
    pub(super) digest: [u8; 32],
    pub(super) capture: Capture,
}

/// Captures of one municipality that arrive together.
pub struct Captures {
    pub(super) ledger: Ledger,
    pub(super) municipality: Municipality,
}

type Answer = Result<Receipt, CaptureRejected>;

impl Asked {
    /// A key and a code are one capture's own within a batch.
    pub(super) fn claims(&self) -> Claims {
        Claims::default().taking((&self.command.actor, &self.command.key)).taking(self.digest)
    }
}

impl Work for Captures {
    type Item = Asked;
    type Answer = Answer;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&Asked]) -> Result<Vec<Answer>, Failure> {
        let mut tx = connection.begin().await?;
        let answers = self.capture_in_tx(&mut tx, items).await?;
        match answers {
            Some(answers) => {
                tx.commit().await?;
                Ok(answers)
            }
            // Rolled back: one code alone whose bill has ended meanwhile.
            None if items.len() == 1 => Ok(vec![Err(CaptureRejected::NotCapturable(NotCapturable::Spent))]),
            None => Err(Failure::inconsistent("captures", "a bill ended while it was captured: each code is tried alone")),
        }
    }
}

/// A capture that may be posted.
struct Due<'a> {
    place: usize,
    hold: &'a Hold,
    receipt: Receipt,
    posting: Posting,
}

impl Captures {
    /// Answers each in turn; none when a bill has ended meanwhile, and nothing may be committed.
    async fn capture_in_tx(&self, tx: &mut Tx<'_>, items: &[&Asked]) -> Result<Option<Vec<Answer>>, Failure> {
        let now = self.ledger.clock.now();
        let codes: Vec<_> = items.iter().map(|item| (&item.digest[..], item.capture.merchant)).collect();
        let holds = repo::list_holds_of_codes_in_tx(tx, self.municipality, &codes).await?;
        let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
        let (mut due, mut refused) = (Vec::new(), Vec::new());
        for (place, (item, hold)) in items.iter().zip(&holds).enumerate() {
            let Some(hold) = hold else {
                answers.insert(place, Err(CaptureRejected::NotCapturable(NotCapturable::Unknown)));
                continue;
            };
            match hold.capturable(item.capture.merchant, item.capture.amount, now) {
                Ok(()) => due.push(self.due(place, item, hold, now)),
                Err(why) => refused.push((place, why)),
            }
        }
        let mut known = self.known_in_tx(tx, items, refused, &mut answers).await?;
        let outcomes = books::repo::post_batch(tx, self.municipality, now, due.iter().map(|due| &due.posting)).await?;
        let mut captured = Vec::new();
        for (due, outcome) in due.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Posted(entry) => captured.push((due.place, due.hold.id, entry, due.receipt)),
                Outcome::Replayed(entry) => known.push((due.place, entry)),
                Outcome::Rejected(why) => drop(answers.insert(due.place, Err(rejected(why)?))),
            }
        }
        let rows: Vec<_> = captured.iter().map(|(_, hold, entry, receipt)| (*hold, *entry, receipt)).collect();
        if !rows.is_empty() && repo::insert_captures_in_tx(tx, self.municipality, &rows).await? < captured.len() {
            return Ok(None);
        }
        answers.extend(captured.into_iter().map(|(place, _, _, receipt)| (place, Ok(receipt))));
        self.receipts_in_tx(tx, known, &mut answers).await?;
        Ok(Some(answers.into_values().collect()))
    }

    fn due<'a>(&self, place: usize, item: &Asked, hold: &'a Hold, now: Instant) -> Due<'a> {
        let draw = Draw { command: &item.command.scope(self.municipality), purpose: "receipt", index: 0 };
        let receipt = Receipt {
            id: ReceiptId::new(self.ledger.entropy.uuid(draw, now)),
            merchant: item.capture.merchant,
            terminal: item.capture.terminal,
            invoice: hold.invoice,
            amount: hold.amount,
            expense: hold.expense.clone(),
            captured_at: now,
        };
        let draft = events::payment::capture(hold.id, item.capture.merchant, hold.amount, tokyo_date(now));
        Due { place, hold, receipt, posting: self.ledger.posting(self.municipality, item.command.clone(), draft) }
    }

    /// Of those that may not be captured any more: which have been, by the same command. The others are answered.
    async fn known_in_tx(
        &self,
        tx: &mut Tx<'_>,
        items: &[&Asked],
        refused: Vec<(usize, NotCapturable)>,
        answers: &mut BTreeMap<usize, Answer>,
    ) -> Result<Vec<(usize, EntryId)>, Failure> {
        let mut replayed = Vec::new();
        if refused.is_empty() {
            return Ok(replayed);
        }
        let commands: Vec<_> = refused.iter().filter_map(|(place, _)| items.get(*place)).map(|item| &item.command).collect();
        let known = books::repo::list_commands_in_tx(tx, self.municipality, &commands).await?;
        for ((place, why), known) in refused.into_iter().zip(known) {
            match known {
                Some(Outcome::Posted(entry) | Outcome::Replayed(entry)) => replayed.push((place, entry)),
                Some(Outcome::Rejected(_)) => drop(answers.insert(place, Err(CaptureRejected::Conflict))),
                None => drop(answers.insert(place, Err(CaptureRejected::NotCapturable(why)))),
            }
        }
        Ok(replayed)
    }

    /// The receipts of earlier calls.
    async fn receipts_in_tx(&self, tx: &mut Tx<'_>, known: Vec<(usize, EntryId)>, answers: &mut BTreeMap<usize, Answer>) -> Result<(), Failure> {
        for (place, entry) in known {
            let receipt = repo::find_receipt_in_tx(tx, self.municipality, entry).await?;
            answers.insert(place, Ok(receipt.ok_or_else(|| Failure::inconsistent("captures", format!("{entry} has no receipt")))?));
        }
        Ok(())
    }
}

/// Why the books refuse a capture: time is over, somebody was faster, or the desk used the key before.
pub(super) fn rejected(why: Refused) -> Result<CaptureRejected, Failure> {
    match why {
        Refused::Window => Ok(CaptureRejected::NotCapturable(NotCapturable::Expired)),
        Refused::Short | Refused::Closed => Ok(CaptureRejected::NotCapturable(NotCapturable::Spent)),
        Refused::Conflict => Ok(CaptureRejected::Conflict),
        other => Err(Failure::inconsistent("captures", other.to_string())),
    }
}
