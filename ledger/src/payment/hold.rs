//! Hold before show: the family's whole price is set aside first, with its split; only then does a code exist.

mod attempt;

use serde::Serialize;
use sqlx::{Connection as _, PgConnection, PgPool};

use super::HoldRejected;
use super::history::Payment;
use crate::actor::{Actor, Command};
use crate::batch::{Claims, Work};
use crate::error::{Busy, Error, Failure};
use crate::ids::{AccountId, ChildId, FamilyId, InvoiceId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::{Instant, Month};
use crate::{Ledger, Tx};

/// How often a payment is decided again when what it decided on has changed meanwhile.
const ATTEMPTS: usize = 5;

/// What a family asks.
#[derive(Debug, Clone, Serialize)]
pub struct HoldPayment {
    /// Who pays.
    pub family: FamilyId,
    /// Whose entitlements may pay, in this order where they lapse on one day.
    pub children: Vec<ChildId>,
    /// Where the code will work.
    pub merchant: MerchantId,
    /// The bill, where there is one.
    pub invoice: Option<InvoiceId>,
    /// What is paid for.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
    /// The whole price.
    pub price: Yen,
    /// The month that is paid for, where the family says so.
    pub month: Option<Month>,
    /// Whether own money pays the rest.
    pub own_money: bool,
}

/// A hold that is asked for, and under which command.
pub struct HoldRequest {
    command: Command,
    payment: HoldPayment,
    shown: Shown,
}

/// What is shown to have it captured.
enum Shown {
    /// A phone: the hold has a code of its own, which lives for minutes.
    Phone,
    /// A card.
    Card(Reserved),
}

/// What a card's reservation is held under, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reserved {
    pub(crate) id: AccountId,
    pub(crate) digest: [u8; 32],
    pub(crate) until: Instant,
}

/// Holds of one municipality that arrive together.
pub struct Holds {
    ledger: Ledger,
    municipality: Municipality,
}

type Answer = Result<Payment, HoldRejected>;

impl HoldRequest {
    pub(super) fn by_phone(key: &str, payment: &HoldPayment) -> Self {
        Self { command: Command::new(Actor::Family(payment.family), key, payment), payment: payment.clone(), shown: Shown::Phone }
    }

    /// A family's own money and its children's entitlements pay one hold of a batch.
    fn claims(&self) -> Claims {
        let own = Claims::default().taking((&self.command.actor, &self.command.key)).taking(self.payment.family);
        self.payment.children.iter().fold(own, Claims::taking)
    }
}

impl Work for Holds {
    type Item = HoldRequest;
    type Answer = Answer;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    /// Those whose money somebody else has taken meanwhile are decided again in a database transaction that holds no lock of the others.
    async fn run(&self, connection: &mut PgConnection, items: &[&HoldRequest]) -> Result<Vec<Answer>, Failure> {
        let mut answers: Vec<Option<Answer>> = items.iter().map(|_| None).collect();
        for _ in 0..ATTEMPTS {
            let (mut open, again): (Vec<_>, Vec<_>) = answers.iter_mut().zip(items.iter().copied()).filter(|(answer, _)| answer.is_none()).unzip();
            if again.is_empty() {
                break;
            }
            let mut tx = connection.begin().await?;
            let attempt = self.ledger.try_holds_in_tx(&mut tx, self.municipality, &again).await?;
            if !attempt.opened_in_vain {
                tx.commit().await?;
            } else if again.len() == 1 {
                tx.rollback().await?;
            } else {
                return Err(Failure::inconsistent("holds", "a window was opened and not used: each is tried alone"));
            }
            for (answer, ended) in open.iter_mut().zip(attempt.answers) {
                **answer = ended;
            }
        }
        Ok(answers.into_iter().map(|answer| answer.unwrap_or(Err(HoldRejected::Busy))).collect())
    }
}

impl Ledger {
    /// Sets a payment aside: it is ready to be shown, with its one-time code ([`Ledger::payment_code`]). The same command again: the same payment again.
    /// Children that are not the family's pay nothing.
    pub async fn hold(&self, municipality: Municipality, key: &str, asked: &HoldPayment) -> Result<Payment, Error<HoldRejected>> {
        let request = HoldRequest::by_phone(key, asked);
        let claims = request.claims();
        let work = || Holds { ledger: self.clone(), municipality };
        match self.together.holds.ask(municipality, work, request, claims).await {
            Ok(answer) => answer?.map_err(Error::Rejected),
            Err(Busy) => Err(Error::Rejected(HoldRejected::Busy)),
        }
    }

    /// Sets a price aside for a card, among what stays open until `reserved.until`. `command` belongs to one that was claimed.
    pub(crate) async fn reserve_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: Command,
        payment: HoldPayment,
        reserved: Reserved,
    ) -> Result<(), Error<HoldRejected>> {
        let request = HoldRequest { command, payment, shown: Shown::Card(reserved) };
        self.hold_in_tx(tx, municipality, &request).await.map(|_| ())
    }

    /// Sets one payment aside within a database transaction that does more. The caller rolls back what is rejected.
    pub(super) async fn hold_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, request: &HoldRequest) -> Result<Payment, Error<HoldRejected>> {
        for _ in 0..ATTEMPTS {
            let attempt = self.try_holds_in_tx(tx, municipality, &[request]).await?;
            if let Some(answer) = attempt.answers.into_iter().flatten().next() {
                return answer.map_err(Error::Rejected);
            }
        }
        Err(Error::Rejected(HoldRejected::Busy))
    }
}
