//! Answers that are the ledger's own types.

#![expect(dead_code, reason = "describes what the ledger's types write")]

use utoipa::ToSchema;

/// What a roster does, or would do.
#[derive(ToSchema)]
#[schema(as = RosterReport)]
pub(in super::super) struct RosterReportSchema {
    #[schema(required, pattern = "^ros_[0-9a-f]{32}$")]
    roster: Option<String>,
    /// This very file was imported before: it changes nothing.
    repeated: bool,
    lines: u64,
    new: u64,
    changed: u64,
    unchanged: u64,
    refused: u64,
    families_new: u64,
    /// Why lines are refused; a line may have several.
    refusals: Vec<NoticeSchema>,
    /// What a person should look at; these lines are used.
    warnings: Vec<NoticeSchema>,
}

/// What is wrong with a line of a roster, in Japanese.
#[derive(ToSchema)]
#[schema(as = Notice)]
pub(in super::super) struct NoticeSchema {
    line: u64,
    #[schema(required)]
    column: Option<String>,
    code: String,
    reason: String,
}

/// What a run over the bank's lines did.
#[derive(ToSchema)]
#[schema(as = MatchRun)]
pub(in super::super) struct RunSchema {
    matched: u32,
    proposed: u32,
    suspense: u32,
    unmatched: u32,
}

/// The trial balance (試算表).
#[derive(ToSchema)]
#[schema(as = TrialBalance)]
pub(in super::super) struct TrialBalanceSchema {
    lines: Vec<TrialBalanceLineSchema>,
    /// Debits − credits: zero, always.
    trial_balance_yen: i64,
}

/// One line of it: turnover, and the debit-positive balance.
#[derive(ToSchema)]
#[schema(as = TrialBalanceLine)]
pub(in super::super) struct TrialBalanceLineSchema {
    account: String,
    name: String,
    unit: String,
    debit: i64,
    credit: i64,
    balance: i64,
}

/// What a proof of the books found: no difference when they prove themselves.
#[derive(ToSchema)]
#[schema(as = Verified)]
pub(in super::super) struct VerifiedSchema {
    entries: i64,
    transfers: i64,
    differences: Vec<String>,
}

/// What must hold before a month is closed.
#[derive(ToSchema)]
#[schema(as = ChecklistFigures)]
pub(in super::super) struct ChecklistSchema {
    over: bool,
    undrawn_statements: i64,
    unapproved_statements: i64,
    unmatched_lines: i64,
    unmatched_yen: i64,
    trial_balance_yen: i64,
    #[schema(required)]
    stored_differs: Option<String>,
}

/// An account that a merchant is or was paid to, or that waits.
#[derive(ToSchema)]
#[schema(as = MerchantAccount)]
pub(in super::super) struct MerchantAccountSchema {
    number: i16,
    bank: String,
    branch: String,
    kind: String,
    account_number: String,
    holder: String,
    applied_by: String,
    #[schema(required, format = "date-time")]
    approved_at: Option<String>,
}

/// What the rules give for a claim, line by line and with their reasons.
#[derive(ToSchema)]
#[schema(as = Assessment)]
pub(in super::super) struct AssessmentSchema {
    year: i16,
    requested: i64,
    payable: i64,
    #[schema(value_type = Vec<Object>)]
    lines: Vec<String>,
    #[schema(value_type = Vec<Object>)]
    reasons: Vec<String>,
}

/// A kind of booklet as it was made.
#[derive(ToSchema)]
#[schema(as = BookletKind)]
pub(in super::super) struct BookletKindSchema {
    kind: String,
    face: i64,
    expense: String,
    services: Vec<String>,
}
