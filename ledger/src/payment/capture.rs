//! Captures, one or many: every code is looked up, every verdict is given by the same pure rule, and what may be captured is posted at once.
//!
//! Each is one transfer, whatever the split behind it: nothing here depends on who pays.

use std::collections::BTreeMap;

use sqlx::{Connection as _, PgConnection, PgPool};

use super::aside::held_under;
use super::{Capture, CaptureRejected, Hold, NotCapturable, Receipt, repo};
use crate::actor::{Actor, Command};
use crate::batch::{Claims, Work};
use crate::books::{self, Outcome, Posting, Refused};
use crate::code::Code;
use crate::entropy::Draw;
use crate::error::{Busy, Error, Failure};
use crate::events;
use crate::ids::{EntryId, Municipality, ReceiptId};
use crate::time::tokyo_date;
use crate::{Ledger, Tx};

/// A capture that is asked for, and under which command.
pub struct CaptureRequest {
    pub(super) command: Command,
    /// What the code's money is held under.
    pub(super) digest: [u8; 32],
    pub(super) capture: Capture,
}

/// Captures of one municipality that arrive together.
pub struct Captures {
    ledger: Ledger,
    municipality: Municipality,
}

type Answer = Result<Receipt, CaptureRejected>;

impl CaptureRequest {
    /// A key and a code are one capture's own within a batch.
    fn claims(&self) -> Claims {
        Claims::default().taking((&self.command.actor, &self.command.key)).taking(self.digest)
    }
}

impl Work for Captures {
    type Item = CaptureRequest;
    type Answer = Answer;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&CaptureRequest]) -> Result<Vec<Answer>, Failure> {
        let mut tx = connection.begin().await?;
        let answers = self.ledger.try_captures_in_tx(&mut tx, self.municipality, items).await?;
        match answers {
            Some(answers) => {
                tx.commit().await?;
                Ok(answers)
            }
            None if items.len() == 1 => {
                tx.rollback().await?;
                Ok(vec![Err(BILL_ENDED)])
            }
            None => Err(Failure::inconsistent("captures", "a bill ended while it was captured: each code is tried alone")),
        }
    }
}

/// Somebody else paid the bill meanwhile, or the merchant took it back.
const BILL_ENDED: CaptureRejected = CaptureRejected::NotCapturable(NotCapturable::Spent);

/// A capture that may be posted.
struct Due<'a> {
    place: usize,
    hold: &'a Hold,
    receipt: Receipt,
    posting: Posting,
}

/// What has become of each request so far, by its place.
#[derive(Default)]
struct Ends {
    answers: BTreeMap<usize, Answer>,
    /// Refused, unless the same command was accepted before.
    refused: Vec<(usize, NotCapturable)>,
    /// Accepted before, in these entries.
    replayed: Vec<(usize, EntryId)>,
}

impl Ledger {
    /// Captures what a code has set aside: one entry, one transfer, one receipt.
    pub async fn capture(&self, municipality: Municipality, key: &str, code: &Code, asked: &Capture) -> Result<Receipt, Error<CaptureRejected>> {
        let command = Command::new(Actor::Merchant(asked.merchant), key, &(code.digest(), asked));
        let digest = held_under(code, asked.merchant, asked.amount);
        let request = CaptureRequest { command, digest, capture: asked.clone() };
        let claims = request.claims();
        let work = || Captures { ledger: self.clone(), municipality };
        match self.together.captures.ask(municipality, work, request, claims).await {
            Ok(answer) => answer?.map_err(Error::Rejected),
            Err(Busy) => Err(Error::Rejected(CaptureRejected::Busy)),
        }
    }

    /// Captures one code within a database transaction that does more. The caller rolls back what is rejected.
    pub(super) async fn capture_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, request: &CaptureRequest) -> Result<Receipt, Error<CaptureRejected>> {
        let answers = self.try_captures_in_tx(tx, municipality, &[request]).await?.unwrap_or_else(|| vec![Err(BILL_ENDED)]);
        let answer = answers.into_iter().next().ok_or_else(|| Failure::inconsistent("captures", "no answer"))?;
        answer.map_err(Error::Rejected)
    }

    /// Answers each in turn; none when a bill has ended meanwhile, and nothing may be committed.
    async fn try_captures_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, requests: &[&CaptureRequest]) -> Result<Option<Vec<Answer>>, Failure> {
        let now = self.clock.now();
        let codes: Vec<_> = requests.iter().map(|request| (&request.digest[..], request.capture.merchant)).collect();
        let holds = repo::list_holds_of_codes_in_tx(tx, municipality, &codes).await?;
        let (mut ends, mut due) = (Ends::default(), Vec::new());
        for (place, (request, hold)) in requests.iter().zip(&holds).enumerate() {
            let Some(hold) = hold else {
                ends.answers.insert(place, Err(CaptureRejected::NotCapturable(NotCapturable::Unknown)));
                continue;
            };
            match hold.capturable(request.capture.merchant, request.capture.amount, now) {
                Ok(()) => due.push(self.due(municipality, place, request, hold)),
                Err(why) => ends.refused.push((place, why)),
            }
        }
        self.look_back_at_captures_in_tx(tx, municipality, requests, &mut ends).await?;
        let outcomes = books::repo::post_batch(tx, municipality, now, due.iter().map(|due| &due.posting)).await?;
        let mut captured = Vec::new();
        for (due, outcome) in due.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Posted(entry) => captured.push((due.place, due.hold.id, entry, due.receipt)),
                Outcome::Replayed(entry) => ends.replayed.push((due.place, entry)),
                Outcome::Rejected(why) => drop(ends.answers.insert(due.place, Err(rejected(why)?))),
            }
        }
        let rows: Vec<_> = captured.iter().map(|(_, hold, entry, receipt)| (*hold, *entry, receipt)).collect();
        if !rows.is_empty() && repo::insert_captures_in_tx(tx, municipality, &rows).await? < captured.len() {
            return Ok(None);
        }
        ends.answers.extend(captured.into_iter().map(|(place, _, _, receipt)| (place, Ok(receipt))));
        for (place, entry) in ends.replayed {
            let receipt = repo::find_receipt_in_tx(tx, municipality, entry).await?;
            ends.answers.insert(place, Ok(receipt.ok_or_else(|| Failure::inconsistent("captures", format!("{entry} has no receipt")))?));
        }
        Ok(Some(ends.answers.into_values().collect()))
    }

    fn due<'a>(&self, municipality: Municipality, place: usize, request: &CaptureRequest, hold: &'a Hold) -> Due<'a> {
        let now = self.clock.now();
        let draw = Draw { command: &request.command.scope(municipality), purpose: "receipt", index: 0 };
        let receipt = Receipt {
            id: ReceiptId::new(self.entropy.uuid(draw, now)),
            merchant: request.capture.merchant,
            terminal: request.capture.terminal,
            invoice: hold.invoice,
            amount: hold.amount,
            expense: hold.expense.clone(),
            captured_at: now,
        };
        let draft = events::payment::capture(hold.id, request.capture.merchant, hold.amount, tokyo_date(now));
        Due { place, hold, receipt, posting: self.posting(municipality, request.command.clone(), draft) }
    }

    /// Of those that may not be captured any more: which have been, by the same command. The others are answered.
    async fn look_back_at_captures_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        requests: &[&CaptureRequest],
        ends: &mut Ends,
    ) -> Result<(), Failure> {
        if ends.refused.is_empty() {
            return Ok(());
        }
        let commands: Vec<_> = ends.refused.iter().filter_map(|(place, _)| requests.get(*place)).map(|request| &request.command).collect();
        let known = books::repo::list_commands_in_tx(tx, municipality, &commands).await?;
        for ((place, why), known) in ends.refused.drain(..).zip(known) {
            match known {
                Some(Outcome::Posted(entry) | Outcome::Replayed(entry)) => ends.replayed.push((place, entry)),
                Some(Outcome::Rejected(_)) => drop(ends.answers.insert(place, Err(CaptureRejected::Conflict))),
                None => drop(ends.answers.insert(place, Err(CaptureRejected::NotCapturable(why)))),
            }
        }
        Ok(())
    }
}

/// Why the books refuse a capture: time is over, somebody was faster, or the desk used the key before.
fn rejected(why: Refused) -> Result<CaptureRejected, Failure> {
    match why {
        Refused::Window => Ok(CaptureRejected::NotCapturable(NotCapturable::Expired)),
        Refused::Short | Refused::Closed => Ok(CaptureRejected::NotCapturable(NotCapturable::Spent)),
        Refused::Conflict => Ok(CaptureRejected::Conflict),
        other => Err(Failure::inconsistent("captures", other.to_string())),
    }
}
