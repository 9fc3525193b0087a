//! A claim as its family reads it.

use ledger::claim::{Claim, Clawback, Cost, Detail, Evidence, Step};
use ledger::money::Yen;
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

use crate::Deps;
use crate::routes::children::scheme_name;

/// A claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Claim)]
pub(crate) struct ClaimBody {
    claim: String,
    child: String,
    scheme: String,
    scheme_name: String,
    /// The year of service that is claimed for.
    fiscal_year: i16,
    /// How often it was handed in.
    filing: i16,
    /// When it was handed in last.
    #[schema(format = "date-time")]
    filed_at: String,
    /// `filed`, `returned` (to be corrected: see the last step's reason), `decided` or `withdrawn`.
    #[schema(value_type = String)]
    status: &'static str,
    /// The sum of the costs.
    requested_yen: i64,
    /// What the rules gave for them: it was set aside.
    reserved_yen: i64,
    /// What is paid; none before the decision.
    #[schema(required)]
    granted_yen: Option<i64>,
    /// What the family must give back of it.
    repay_yen: i64,
}

/// A claim with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimDetail)]
pub(crate) struct ClaimDetailBody {
    #[serde(flatten)]
    #[schema(inline)]
    claim: ClaimBody,
    costs: Vec<CostBody>,
    /// What happened to it, in order.
    steps: Vec<StepBody>,
    evidence: Vec<EvidenceBody>,
    /// What the scheme asks to be shown and no file shows yet.
    missing_evidence: Vec<String>,
    /// What must be given back, and since when.
    clawbacks: Vec<ClawbackBody>,
}

/// One cost of the latest filing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimCost)]
struct CostBody {
    expense: String,
    #[schema(required)]
    service: Option<String>,
    amount_yen: i64,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    #[schema(required)]
    merchant: Option<String>,
    #[schema(required)]
    paid_to: Option<String>,
}

/// Something that was done to a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimStep)]
struct StepBody {
    /// `filed`, `returned`, `decided`, `withdrawn` or `clawback_approved`.
    step: String,
    /// What was set aside, granted or asked back.
    #[schema(required)]
    amount_yen: Option<i64>,
    /// Why.
    #[schema(required)]
    reason: Option<String>,
    #[schema(format = "date-time")]
    at: String,
}

/// A file of a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(crate) struct EvidenceBody {
    /// 1, 2, 3 …
    number: i16,
    /// What it shows, as the scheme names it.
    kind: String,
    /// `image/jpeg`, `image/png` or `application/pdf`.
    media: String,
    size_bytes: i32,
    /// Where it is, from the root of this API.
    href: String,
}

/// What must be given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clawback)]
struct ClawbackBody {
    clawback: String,
    amount_yen: i64,
    #[schema(required, format = Date)]
    approved_on: Option<String>,
}

impl ClaimBody {
    pub(crate) fn new(deps: &Deps, claim: Claim) -> Self {
        let claim = claim.for_family();
        Self {
            claim: claim.id.to_string(),
            child: claim.child.to_string(),
            scheme_name: scheme_name(&deps.ledger.schemes, &claim.scheme),
            scheme: claim.scheme,
            fiscal_year: claim.year.year(),
            filing: claim.filing,
            filed_at: tokyo_time(claim.filed_at),
            status: claim.state.as_str(),
            requested_yen: claim.requested.get(),
            reserved_yen: claim.reserved.get(),
            granted_yen: claim.granted.map(Yen::get),
            repay_yen: claim.clawed_back.get(),
        }
    }
}

impl ClaimDetailBody {
    pub(crate) fn new(deps: &Deps, detail: Detail) -> Self {
        let Detail { claim, costs, steps, evidence, missing_evidence, clawbacks } = detail;
        let id = claim.id;
        Self {
            claim: ClaimBody::new(deps, claim),
            costs: costs.into_iter().map(Into::into).collect(),
            steps: steps.into_iter().map(Into::into).collect(),
            evidence: evidence.into_iter().map(|file| EvidenceBody::new(id, file)).collect(),
            missing_evidence,
            clawbacks: clawbacks.into_iter().map(Into::into).collect(),
        }
    }
}

impl EvidenceBody {
    pub(crate) fn new(claim: ledger::ids::ClaimId, file: Evidence) -> Self {
        let Evidence { number, kind, media, size_bytes, .. } = file;
        Self { number, kind, media, size_bytes, href: format!("claims/{claim}/evidence/{number}") }
    }
}

impl From<Cost> for CostBody {
    fn from(cost: Cost) -> Self {
        let Cost { expense, service, amount, from, to, merchant, paid_to } = cost;
        let merchant = merchant.map(|merchant| merchant.to_string());
        Self { expense, service, amount_yen: amount.get(), from: from.to_string(), to: to.to_string(), merchant, paid_to }
    }
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        let Step { step, amount, reason, at, .. } = step;
        Self { step, amount_yen: amount.map(Yen::get), reason, at: tokyo_time(at) }
    }
}

impl From<Clawback> for ClawbackBody {
    fn from(clawback: Clawback) -> Self {
        let Clawback { id, amount, approved_on } = clawback;
        Self { clawback: id.to_string(), amount_yen: amount.get(), approved_on: approved_on.map(|day| day.to_string()) }
    }
}
