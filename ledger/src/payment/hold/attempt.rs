//! One attempt at holds, one or many: what all of them must know is read at once, each is decided by the same pure function, and all are set aside on the
//! condition that what was read still holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, HoldPayment, HoldRejected, HoldRequest, Reserved, Shown};
use crate::actor::{Actor, Command};
use crate::books::{self, Account, Kind, Outcome, Refused};
use crate::city::{self, City};
use crate::entitlement::{self, Spendable};
use crate::entropy::Draw;
use crate::error::Failure;
use crate::events;
use crate::ids::{AccountId, ChildId, EntryId, FamilyId, Municipality};
use crate::payment::aside::{Aside, Place};
use crate::payment::decide::{Question, Undecided};
use crate::payment::history::{self, Payee, Payment};
use crate::payment::sources::{Purchase, Spending, Use, Window};
use crate::payment::split::Part;
use crate::payment::{NewHold, invoice, repo};
use crate::scheme::Facts;
use crate::time::{Instant, next_day, tokyo_date, tokyo_midnight};
use crate::{Ledger, Tx};

/// How an attempt ended.
pub(super) struct Attempt {
    /// In the order of the requests; none for one that must be decided again.
    pub(super) answers: Vec<Option<Answer>>,
    /// A window was opened for a hold that did not come to be: nothing may be committed.
    pub(super) opened_in_vain: bool,
}

/// A hold that may be decided: its merchant takes such payments.
struct Payable<'a> {
    place: usize,
    request: &'a HoldRequest,
    merchant_name: String,
}

/// A hold that is decided, and to be set aside.
struct Due {
    place: usize,
    payee: Payee,
    parts: Vec<Part>,
}

/// What is read for all of them at once.
struct Known {
    city: City,
    now: Instant,
    /// The children that are the family's own today.
    own: BTreeSet<(FamilyId, ChildId)>,
    spendable: BTreeMap<ChildId, Vec<Spendable>>,
    facts: BTreeMap<ChildId, Facts>,
}

/// What has become of each request so far, by its place.
#[derive(Default)]
struct Ends {
    answers: BTreeMap<usize, Answer>,
    /// Refused, unless the same command was accepted before.
    refused: Vec<(usize, HoldRejected)>,
    /// Accepted before, in these entries.
    replayed: Vec<(usize, EntryId)>,
}

impl Ledger {
    /// Reads, decides, and sets aside what was not changed meanwhile. Idempotent by each request's command.
    pub(super) async fn try_holds_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, requests: &[&HoldRequest]) -> Result<Attempt, Failure> {
        let mut ends = Ends::default();
        let payable = payable_in_tx(tx, municipality, requests, &mut ends).await?;
        let opened_in_vain = !payable.is_empty() && self.set_payable_aside_in_tx(tx, municipality, payable, &mut ends).await?;
        self.look_back_at_holds_in_tx(tx, municipality, requests, &mut ends).await?;
        let answers = (0..requests.len()).map(|place| ends.answers.remove(&place)).collect();
        Ok(Attempt { answers, opened_in_vain })
    }

    /// Decides and sets aside; returns whether a window was opened in vain.
    async fn set_payable_aside_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, payable: Vec<Payable<'_>>, ends: &mut Ends) -> Result<bool, Failure> {
        let known = self.read_in_tx(tx, municipality, &payable).await?;
        let holds: Vec<_> = payable.iter().map(|one| self.new_hold(&known, one.request)).collect();
        let questions: Vec<_> = payable.iter().zip(&holds).map(|(one, hold)| known.question(self, &one.request.payment, hold.expires_at)).collect();
        let accounts: Vec<_> = questions.iter().flat_map(Question::accounts).collect();
        let balances = books::repo::list_guarded_balances_in_tx(tx, municipality, &accounts).await?;
        let (mut due, mut asides, mut opens) = (Vec::new(), Vec::new(), Vec::new());
        for ((one, hold), question) in payable.into_iter().zip(holds).zip(&questions) {
            let decision = match question.decide(&balances) {
                Ok(decision) => decision,
                Err(Undecided::Short(short)) => {
                    ends.refused.push((one.place, short.into()));
                    continue;
                }
                Err(Undecided::Overflow(overflow)) => return Err(overflow.into()),
            };
            let parts = decision.parts.iter().map(|part| (part.source.account, part.amount)).collect();
            asides.push(Aside { command: one.request.command.clone(), hold, parts, used: decision.used });
            let payee = Payee { merchant: one.request.payment.merchant, name: one.merchant_name };
            due.push(Due { place: one.place, payee, parts: decision.parts });
            opens.extend(decision.opens);
        }
        self.open_windows_in_tx(tx, municipality, &opens).await?;
        let outcomes = self.set_aside_in_tx(tx, municipality, &asides).await?;
        let in_vain = !opens.is_empty() && !outcomes.iter().all(|outcome| matches!(outcome, Outcome::Posted(_)));
        for ((due, aside), outcome) in due.into_iter().zip(asides).zip(outcomes) {
            ends.add(due, aside.hold, outcome)?;
        }
        Ok(in_vain)
    }

    async fn read_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, payable: &[Payable<'_>]) -> Result<Known, Failure> {
        let now = self.clock.now();
        let city = city::repo::get_in_tx(tx, municipality).await?;
        let payments = payable.iter().map(|one| &one.request.payment);
        let asked: BTreeSet<_> = payments.flat_map(|payment| payment.children.iter().map(|child| (payment.family, *child))).collect();
        // A child that has moved to another household is not this family's any more, from that day on.
        let own = self.facts_of_own_in_tx(tx, &city, &asked, tokyo_date(now)).await?;
        let children: Vec<_> = own.keys().map(|(_, child)| *child).collect();
        let mut spendable: BTreeMap<ChildId, Vec<Spendable>> = BTreeMap::new();
        for one in entitlement::repo::list_spendable_in_tx(tx, municipality, &children, now).await? {
            spendable.entry(one.child).or_default().push(one);
        }
        let (own, facts) = own.into_iter().map(|((family, child), facts)| ((family, child), (child, facts))).unzip();
        Ok(Known { city, now, own, spendable, facts })
    }

    /// A phone's code ends when its minutes are over or at midnight in Tokyo, whichever comes first. Entitlements lapse at midnight, so that it never
    /// outlives what it is made of; and that it is the same whoever pays keeps the desk from telling by when a code stops.
    fn new_hold(&self, known: &Known, request: &HoldRequest) -> NewHold {
        let HoldRequest { command, payment, shown } = request;
        let now = known.now;
        let Reserved { id, digest, until } = match shown {
            Shown::Card(reserved) => *reserved,
            Shown::Phone => {
                let scope = command.scope(known.city.municipality);
                let id = AccountId::new(self.entropy.uuid(Draw { command: &scope, purpose: "hold", index: 0 }, now));
                let until = tokyo_midnight(next_day(tokyo_date(now))).min(now + known.city.hold);
                Reserved { id, digest: self.code_of(id).digest(), until }
            }
        };
        NewHold {
            id,
            family: payment.family,
            place: Place::Merchant(payment.merchant),
            invoice: payment.invoice,
            expense: payment.expense.clone(),
            service: payment.service.clone(),
            amount: payment.price,
            digest,
            held_at: now,
            expires_at: until,
        }
    }

    /// Opens windows that nobody has used before, each once.
    async fn open_windows_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, opens: &[Window]) -> Result<(), Failure> {
        let windows: BTreeMap<_, _> = opens.iter().map(|window| (window.account.id, window)).collect();
        let allow = |(id, window): (&AccountId, &&Window)| {
            let command = Command::new(Actor::Job("allow"), format!("allow/{id}"), id);
            self.posting(municipality, command, events::payment::allow(window.account.clone(), window.most, self.clock.today()))
        };
        let postings: Vec<_> = windows.iter().map(allow).collect();
        books::repo::post_batch(tx, municipality, self.clock.now(), postings.iter()).await?;
        Ok(())
    }

    /// What is refused now may have been accepted before, by the same command sent twice, which has taken the money: then its answer stands.
    async fn look_back_at_holds_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, requests: &[&HoldRequest], ends: &mut Ends) -> Result<(), Failure> {
        let refused = std::mem::take(&mut ends.refused);
        if !refused.is_empty() {
            let commands: Vec<_> = refused.iter().filter_map(|(place, _)| requests.get(*place)).map(|request| &request.command).collect();
            let known = books::repo::list_commands_in_tx(tx, municipality, &commands).await?;
            for ((place, why), known) in refused.into_iter().zip(known) {
                match known {
                    Some(Outcome::Posted(entry) | Outcome::Replayed(entry)) => ends.replayed.push((place, entry)),
                    Some(Outcome::Rejected(_)) => drop(ends.answers.insert(place, Err(HoldRejected::Conflict))),
                    None => drop(ends.answers.insert(place, Err(why))),
                }
            }
        }
        for (place, entry) in std::mem::take(&mut ends.replayed) {
            let hold = repo::find_hold_in_tx(tx, municipality, repo::By::Entry(entry)).await?;
            let hold = hold.ok_or_else(|| Failure::inconsistent("holds", format!("{entry} has no hold")))?;
            ends.answers.insert(place, Ok(history::get_in_tx(tx, municipality, hold.id).await?));
        }
        Ok(())
    }
}

impl Ends {
    /// Leaves one without an answer that others were faster than.
    fn add(&mut self, due: Due, hold: NewHold, outcome: Outcome) -> Result<(), Failure> {
        let answer = match outcome {
            Outcome::Posted(_) => Ok(Payment::held(hold, due.payee, &due.parts)),
            Outcome::Replayed(entry) => {
                self.replayed.push((due.place, entry));
                return Ok(());
            }
            Outcome::Rejected(Refused::Short | Refused::Window) => return Ok(()),
            Outcome::Rejected(Refused::Conflict) => Err(HoldRejected::Conflict),
            Outcome::Rejected(Refused::Closed) => Err(HoldRejected::Closed),
            Outcome::Rejected(other) => return Err(Failure::inconsistent("holds", other.to_string())),
        };
        self.answers.insert(due.place, answer);
        Ok(())
    }
}

/// Those whose merchant takes such payments now, and whose bill, where there is one, is open. The others are refused.
async fn payable_in_tx<'a>(tx: &mut Tx<'_>, municipality: Municipality, requests: &[&'a HoldRequest], ends: &mut Ends) -> Result<Vec<Payable<'a>>, Failure> {
    let payments: Vec<_> = requests.iter().map(|request| &request.payment).collect();
    let takers = repo::list_takers_in_tx(tx, municipality, &payments).await?;
    let mut payable = Vec::new();
    for (place, (request, taker)) in requests.iter().zip(takers).enumerate() {
        if !request.payment.price.is_positive() {
            ends.answers.insert(place, Err(HoldRejected::Price));
        } else if let Some(merchant_name) = taker {
            if invoice::is_open_for_in_tx(tx, municipality, &request.payment).await? {
                payable.push(Payable { place, request, merchant_name });
            } else {
                ends.refused.push((place, HoldRejected::Invoice));
            }
        } else {
            ends.refused.push((place, HoldRejected::Merchant));
        }
    }
    Ok(payable)
}

impl Known {
    /// Who may pay for one of them, if it is set aside until `until`.
    fn question<'a>(&'a self, ledger: &'a Ledger, payment: &HoldPayment, until: Instant) -> Question<'a> {
        let of = Use { expense: &payment.expense, services: payment.service.as_slice(), on: Some(tokyo_date(self.now)) };
        let purchase = Purchase { price: payment.price, of, month: payment.month, until };
        let mut named = BTreeSet::new();
        let own = payment.children.iter().filter(|child| self.own.contains(&(payment.family, **child)) && named.insert(**child));
        let mut spendable: Vec<_> = own.filter_map(|child| self.spendable.get(child)).flatten().cloned().collect();
        // Soonest to close first, then in the order in which the children were named: both sorts keep the order of what is equal.
        spendable.sort_by_key(|one| one.closes_on);
        let spending = Spending { catalog: &ledger.schemes, rules: self.city.rules(), spendable, facts: &self.facts };
        let own_money = self.city.own_money_custodian.is_some() && payment.own_money;
        Question::new(&purchase, spending, own_money.then(|| Account::of_owner(Kind::OwnMoney, payment.family.uuid()).id))
    }
}
