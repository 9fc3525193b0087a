//! A payment as its family sees it: who pays what, the code while it works, the receipt once there is one.

use ledger::payment::history::{PaidPart, Payment, match_code};
use ledger::payment::{HoldState, Release};
use serde::Serialize;
use web::tokyo_time;

use crate::Deps;
use crate::ids::PaymentId;
use crate::routes::children::scheme_name;

/// A payment. `status` is `held`, `paid`, `taken_back` or `expired`.
#[derive(Debug, Serialize)]
pub(crate) struct PaymentBody {
    payment: String,
    status: &'static str,
    merchant: String,
    merchant_name: String,
    invoice: Option<String>,
    expense: String,
    price_yen: i64,
    parts: Vec<PartBody>,
    held_at: String,
    expires_at: String,
    code: Option<String>,
    link: Option<String>,
    qr: Option<String>,
    receipt: Option<String>,
    paid_at: Option<String>,
    match_code: Option<String>,
    refunded_yen: i64,
}

/// What one source pays. `source` is `scheme` or `own_money`.
#[derive(Debug, Serialize)]
struct PartBody {
    source: &'static str,
    child: Option<String>,
    scheme: Option<String>,
    scheme_name: Option<String>,
    amount_yen: i64,
}

impl PaymentBody {
    pub(crate) fn new(deps: &Deps, payment: &Payment) -> Self {
        let open = payment.is_open(deps.ledger.clock.now());
        let code = open.then(|| deps.ledger.payment_code(payment));
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
            qr: open.then(|| format!("payments/{id}/qr.svg")),
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
        HoldState::Held if open => "held",
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
