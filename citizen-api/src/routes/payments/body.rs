//! A payment as its family sees it: who pays what, the code while it works, the receipt once there is one.

use ledger::payment::history::{PaidPart, Payment, match_code};
use ledger::payment::{HoldState, Release};
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

use crate::Deps;
use crate::ids::PaymentId;
use crate::routes::children::scheme_name;

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentBody {
    /// Its number.
    payment: String,
    /// `held`, `paid`, `taken_back` or `expired`.
    #[schema(value_type = String)]
    pub(super) status: &'static str,
    merchant: String,
    pub(super) merchant_name: String,
    #[schema(required)]
    invoice: Option<String>,
    expense: String,
    pub(super) price_yen: i64,
    /// Who pays it; the amounts add up to the price.
    parts: Vec<PartBody>,
    #[schema(format = "date-time")]
    held_at: String,
    /// From here on the code works no more, and the money goes back.
    #[schema(format = "date-time")]
    expires_at: String,
    /// What the desk types; none once it works no more, and none where a paper card captures it.
    #[schema(required)]
    pub(super) code: Option<String>,
    /// What the QR symbol holds.
    #[schema(required)]
    pub(super) link: Option<String>,
    /// Where the QR symbol is, from the root of this API.
    #[schema(required)]
    pub(super) qr: Option<String>,
    #[schema(required)]
    receipt: Option<String>,
    #[schema(required, format = "date-time")]
    paid_at: Option<String>,
    /// Four digits that the desk's screen shows too.
    #[schema(required)]
    pub(super) match_code: Option<String>,
    /// What the merchant has refunded of it.
    refunded_yen: i64,
}

/// What one source pays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Part)]
struct PartBody {
    /// `scheme` or `own_money`.
    #[schema(value_type = String)]
    source: &'static str,
    #[schema(required)]
    child: Option<String>,
    #[schema(required)]
    scheme: Option<String>,
    #[schema(required)]
    scheme_name: Option<String>,
    amount_yen: i64,
}

impl PaymentBody {
    /// Set aside, and its code works.
    pub(crate) const HELD: &'static str = "held";

    /// Its status.
    pub(crate) const fn status(&self) -> &'static str {
        self.status
    }

    pub(crate) fn new(deps: &Deps, payment: &Payment) -> Self {
        let open = payment.is_open(deps.ledger.clock.now());
        // What a paper card captures has no code on the phone.
        let shown = open && !payment.on_card;
        let code = shown.then(|| deps.ledger.payment_code(payment));
        let id = PaymentId(payment.id);
        let (receipt, paid_at) = match payment.state {
            HoldState::Captured { receipt, at } => (Some(receipt), Some(at)),
            HoldState::Held | HoldState::Released { .. } => (None, None),
        };
        Self {
            payment: id.to_string(),
            status: status(payment, open),
            merchant: payment.merchant.to_string(),
            merchant_name: payment.merchant_name.clone(),
            invoice: payment.invoice.map(|invoice| invoice.to_string()),
            expense: payment.expense.clone(),
            price_yen: payment.amount.get(),
            parts: payment.parts.iter().map(|part| PartBody::new(deps, part)).collect(),
            held_at: tokyo_time(payment.held_at),
            expires_at: tokyo_time(payment.expires_at),
            link: code.as_ref().map(|code| code.url(&deps.host)),
            qr: shown.then(|| format!("payments/{id}/qr.svg")),
            code: code.map(|code| code.grouped()),
            receipt: receipt.map(|receipt| receipt.to_string()),
            paid_at: paid_at.map(tokyo_time),
            match_code: receipt.map(match_code),
            refunded_yen: payment.refunded.get(),
        }
    }
}

/// Time may be over before the money has gone back: then nobody can pay with it any more.
fn status(payment: &Payment, open: bool) -> &'static str {
    match payment.state {
        HoldState::Held if open => PaymentBody::HELD,
        HoldState::Captured { .. } => "paid",
        HoldState::Released { why: Release::Voided, .. } => "taken_back",
        HoldState::Held | HoldState::Released { why: Release::Expired, .. } => "expired",
    }
}

impl PartBody {
    fn new(deps: &Deps, part: &PaidPart) -> Self {
        let (child, scheme) = part.entitlement.clone().unzip();
        Self {
            source: if child.is_some() { "scheme" } else { "own_money" },
            child: child.map(|child| child.to_string()),
            scheme_name: scheme.as_deref().map(|scheme| scheme_name(&deps.ledger.schemes, scheme)),
            scheme,
            amount_yen: part.amount.get(),
        }
    }
}
