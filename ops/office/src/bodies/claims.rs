//! Claims, their files, and what is asked back.

use chrono::NaiveDate;
use ledger::claim::Standing;
use ledger::claim::{Assessment, Claim, Clawback, Cost, Detail, Evidence, Media, Step, WaitingClawback};
use ledger::ids::{ChildId, ClaimId, ClawbackId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::scheme::Reason;
use ledger::scheme::quote::Line as AssessedLine;
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

/// A claim.
#[derive(Serialize, ToSchema)]
#[schema(as = Claim)]
pub struct ClaimBody {
    #[schema(value_type = String, pattern = "^clm_[0-9a-f]{32}$")]
    pub claim: ClaimId,
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    pub family: FamilyId,
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    pub child: ChildId,
    pub scheme: String,
    pub fiscal_year: i16,
    #[schema(value_type = String)]
    pub state: Standing,
    /// How often it was handed in: who examines says which filing they have seen.
    pub filing: i16,
    pub filed_at: String,
    pub requested_yen: i64,
    pub reserved_yen: i64,
    #[schema(required)]
    pub proposed_yen: Option<i64>,
    #[schema(required)]
    pub granted_yen: Option<i64>,
    pub clawed_back_yen: i64,
}

impl From<Claim> for ClaimBody {
    fn from(claim: Claim) -> Self {
        let Claim { id, family, child, scheme, year, filing, filed_at, state, requested, reserved, proposed, granted, clawed_back } = claim;
        Self {
            claim: id,
            family,
            child,
            scheme,
            fiscal_year: year.year(),
            state,
            filing,
            filed_at: tokyo_time(filed_at),
            requested_yen: requested.get(),
            reserved_yen: reserved.get(),
            proposed_yen: proposed.map(Yen::get),
            granted_yen: granted.map(Yen::get),
            clawed_back_yen: clawed_back.get(),
        }
    }
}

/// A claim with everything but texts and files.
#[derive(Serialize, ToSchema)]
#[schema(as = ClaimDetail)]
pub struct ClaimDetailBody {
    #[serde(flatten)]
    pub claim: ClaimBody,
    pub costs: Vec<CostBody>,
    pub steps: Vec<StepBody>,
    pub evidence: Vec<EvidenceBody>,
    pub missing_evidence: Vec<String>,
    pub clawbacks: Vec<ClawbackOfClaimBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Cost)]
pub struct CostBody {
    pub expense: String,
    #[schema(required)]
    pub service: Option<String>,
    pub amount_yen: i64,
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    #[schema(required, value_type = Option<String>, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: Option<MerchantId>,
    /// What the family wrote, where it is revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub paid_to: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClaimStep)]
pub struct StepBody {
    pub step: String,
    #[schema(required)]
    pub amount_yen: Option<i64>,
    pub at: String,
    #[schema(required)]
    pub by: Option<String>,
    /// What was written, where it is revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceBody {
    pub number: i16,
    pub kind: String,
    pub media: String,
    pub size_bytes: i32,
    /// Other claims that show the same file.
    #[schema(value_type = Vec<String>)]
    pub also_in: Vec<ClaimId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClawbackOfClaim)]
pub struct ClawbackOfClaimBody {
    #[schema(value_type = String, pattern = "^clw_[0-9a-f]{32}$")]
    pub clawback: ClawbackId,
    pub amount_yen: i64,
    #[schema(required, value_type = Option<String>, format = Date)]
    pub approved_on: Option<NaiveDate>,
}

impl From<Cost> for CostBody {
    fn from(cost: Cost) -> Self {
        let Cost { expense, service, amount, from, to, merchant, paid_to } = cost;
        Self { expense, service, amount_yen: amount.get(), from, to, merchant, paid_to }
    }
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        let Step { step, amount, reason, at, by } = step;
        Self { step, amount_yen: amount.map(Yen::get), at: tokyo_time(at), by, reason }
    }
}

impl From<Evidence> for EvidenceBody {
    fn from(file: Evidence) -> Self {
        let Evidence { number, kind, media, size_bytes, also_in } = file;
        Self { number, kind, media, size_bytes, also_in }
    }
}

impl From<Clawback> for ClawbackOfClaimBody {
    fn from(clawback: Clawback) -> Self {
        let Clawback { id, amount, approved_on } = clawback;
        Self { clawback: id, amount_yen: amount.get(), approved_on }
    }
}

impl ClaimDetailBody {
    /// Everything, opened.
    pub fn opened(detail: Detail) -> Self {
        let Detail { claim, costs, steps, evidence, missing_evidence, clawbacks } = detail;
        Self {
            claim: claim.into(),
            costs: costs.into_iter().map(Into::into).collect(),
            steps: steps.into_iter().map(Into::into).collect(),
            evidence: evidence.into_iter().map(Into::into).collect(),
            missing_evidence,
            clawbacks: clawbacks.into_iter().map(Into::into).collect(),
        }
    }

    /// Without what anybody wrote; of a protected family (支援措置) also without where it goes.
    pub fn closed(detail: Detail, protected: bool) -> Self {
        let mut body = Self::opened(detail);
        if protected {
            body.costs.iter_mut().for_each(|cost| cost.merchant = None);
        }
        body.costs.iter_mut().for_each(|cost| cost.paid_to = None);
        body.steps.iter_mut().for_each(|step| step.reason = None);
        body
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceNumber)]
pub struct EvidenceNumberBody {
    #[schema(value_type = String, pattern = "^clm_[0-9a-f]{32}$")]
    pub claim: ClaimId,
    pub number: i16,
}

/// What a family must give back.
#[derive(Serialize, ToSchema)]
#[schema(as = Clawback)]
pub struct ClawbackBody {
    #[schema(value_type = String, pattern = "^clw_[0-9a-f]{32}$")]
    pub clawback: ClawbackId,
    #[schema(value_type = String, pattern = "^clm_[0-9a-f]{32}$")]
    pub claim: ClaimId,
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub amount_yen: i64,
    pub proposed_by: String,
    #[schema(required, value_type = Option<String>, format = Date)]
    pub approved_on: Option<NaiveDate>,
}

impl From<WaitingClawback> for ClawbackBody {
    fn from(clawback: WaitingClawback) -> Self {
        let WaitingClawback { id, claim, family, amount, proposed_by, approved_on } = clawback;
        Self { clawback: id, claim, family, amount_yen: amount.get(), proposed_by, approved_on }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProposedClawback)]
pub struct ProposedClawbackBody {
    #[schema(value_type = String, pattern = "^clw_[0-9a-f]{32}$")]
    pub clawback: ClawbackId,
}

/// What the rules give for a claim, line by line and with their reasons.
#[derive(Serialize, ToSchema)]
#[schema(as = Assessment)]
pub struct AssessmentBody {
    pub year: i16,
    pub requested: i64,
    pub payable: i64,
    #[schema(value_type = Vec<Object>)]
    pub lines: Vec<AssessedLine>,
    #[schema(value_type = Vec<Object>)]
    pub reasons: Vec<Reason>,
}

impl From<Assessment> for AssessmentBody {
    fn from(assessment: Assessment) -> Self {
        let Assessment { year, requested, payable, lines, reasons, parts: _ } = assessment;
        Self { year: year.year(), requested: requested.get(), payable: payable.get(), lines, reasons }
    }
}

/// A file that a family showed, opened.
pub struct EvidenceFile {
    pub media: Media,
    pub bytes: Vec<u8>,
}
