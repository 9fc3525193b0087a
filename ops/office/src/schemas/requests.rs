//! Bodies of requests.

#![expect(dead_code, reason = "describes what the routes read")]

use utoipa::ToSchema;

use super::Words;

/// Why.
#[derive(ToSchema)]
#[schema(as = Because)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BecauseRequest {
    #[schema(inline, value_type = Words<200>, example = "電話で確認")]
    reason: String,
}

/// What is written to the family: sealed with the claim, and in no log.
#[derive(ToSchema)]
#[schema(as = Message)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MessageRequest {
    #[schema(inline, value_type = Words<400>)]
    message: String,
}

/// A name.
#[derive(ToSchema)]
#[schema(as = Name)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NameRequest {
    #[schema(inline, value_type = Words<100>)]
    name: String,
}

/// A merchant's own name for a desk.
#[derive(ToSchema)]
#[schema(as = Label)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LabelRequest {
    #[schema(inline, value_type = Words<100>, example = "受付")]
    label: String,
}

/// A statement month.
#[derive(ToSchema)]
#[schema(as = OfMonth)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MonthRequest {
    #[schema(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: String,
}

/// Somebody signs in.
#[derive(ToSchema)]
#[schema(as = SignIn)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SignInRequest {
    #[schema(inline, value_type = Words<40>, example = "osaka")]
    city: String,
    #[schema(inline, value_type = Words<40>)]
    name: String,
    #[schema(max_length = 100)]
    code: String,
}

/// Who is to join.
#[derive(ToSchema)]
#[schema(as = NewMember)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct InviteStaffRequest {
    #[schema(pattern = "^[a-z][a-z0-9._-]{1,39}$", example = "sato")]
    name: String,
    #[schema(inline, value_type = Words<100>, example = "佐藤")]
    display_name: String,
    /// `preparer`, `approver`, `treasurer`, `auditor`, `administrator`. Who makes accounts or watches does not move money.
    #[schema(min_items = 1, max_items = 5, example = json!(["preparer"]))]
    roles: Vec<String>,
}

/// Other roles, and why.
#[derive(ToSchema)]
#[schema(as = NewRoles)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RolesRequest {
    #[schema(min_items = 1, max_items = 5, example = json!(["approver"]))]
    roles: Vec<String>,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// 予算配当.
#[derive(ToSchema)]
#[schema(as = Appropriation)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AppropriateRequest {
    #[schema(inline, value_type = Words<100>, example = "osaka-juku")]
    scheme: String,
    #[schema(minimum = 2000, maximum = 2999)]
    fiscal_year: i16,
    #[schema(minimum = 1, maximum = 999_999_999_999_i64)]
    amount_yen: i64,
}

/// City money.
#[derive(ToSchema)]
#[schema(as = Funding)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct FundRequest {
    #[schema(minimum = 1, maximum = 999_999_999_999_i64)]
    amount_yen: i64,
    #[schema(format = Date)]
    on: String,
}

/// The end of a year.
#[derive(ToSchema)]
#[schema(as = YearEnd)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct EndYearRequest {
    #[schema(minimum = 2000, maximum = 2999)]
    fiscal_year: i16,
    #[schema(format = Date)]
    on: String,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Which period is granted: the one that holds the day.
#[derive(ToSchema)]
#[schema(as = Grant)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct GrantRequest {
    #[schema(inline, value_type = Words<100>, example = "osaka-juku")]
    scheme: String,
    #[schema(format = Date)]
    on: String,
}

/// 宛名番号.
#[derive(ToSchema)]
#[schema(as = ChildNumber)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LookUpRequest {
    #[schema(pattern = "^[0-9A-Za-z]{1,40}$", example = "0001234567")]
    number: String,
}

/// An application with the account to be paid to.
#[derive(ToSchema)]
#[schema(as = Application)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ApplicationRequest {
    #[schema(inline, value_type = Words<100>)]
    name: String,
    #[schema(inline, value_type = Words<100>)]
    kana: String,
    #[schema(inline, value_type = Words<100>)]
    area: String,
    /// Each `category expense`, or `category expense registration`.
    #[schema(max_items = 30, example = json!(["cram_school tuition"]))]
    services: Vec<String>,
    #[schema(inline, value_type = Words<4>, example = "9998")]
    bank: String,
    #[schema(inline, value_type = Words<3>, example = "001")]
    branch: String,
    #[schema(inline, value_type = Words<1>, example = "1")]
    account_kind: String,
    #[schema(inline, value_type = Words<8>, example = "1234567")]
    account_number: String,
    #[schema(inline, value_type = Words<100>, example = "カ)テストオンガク")]
    holder: String,
}

/// Another account, and why.
#[derive(ToSchema)]
#[schema(as = NewAccount)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AccountRequest {
    #[schema(inline, value_type = Words<4>, example = "9998")]
    bank: String,
    #[schema(inline, value_type = Words<3>, example = "001")]
    branch: String,
    #[schema(inline, value_type = Words<1>, example = "1")]
    account_kind: String,
    #[schema(inline, value_type = Words<8>, example = "1234567")]
    account_number: String,
    #[schema(inline, value_type = Words<100>, example = "カ)テストオンガク")]
    holder: String,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Further services, each `category expense` or `category expense registration`.
#[derive(ToSchema)]
#[schema(as = NewServices)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ServicesRequest {
    #[schema(max_items = 30, example = json!(["cram_school tuition"]))]
    services: Vec<String>,
}

/// Whether a merchant consents; the reason names its letter.
#[derive(ToSchema)]
#[schema(as = Consent)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ConsentRequest {
    consents: bool,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Which desk, and why.
#[derive(ToSchema)]
#[schema(as = RevokedTerminal)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RevokeTerminalRequest {
    #[schema(pattern = "^trm_[0-9a-f]{32}$")]
    terminal: String,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Whom, and why.
#[derive(ToSchema)]
#[schema(as = RemovedPerson)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RemovePersonRequest {
    #[schema(pattern = "^psn_[0-9a-f]{32}$")]
    person: String,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Statements by their ids.
#[derive(ToSchema)]
#[schema(as = Statements)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct StatementsRequest {
    #[schema(max_items = 1_000, example = json!(["stm_019e4353678073199e91bfa1f12a4f22"]))]
    statements: Vec<String>,
}

/// The SHA-256 of the file, as whoever sent it computed it.
#[derive(ToSchema)]
#[schema(as = Sent)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SentRequest {
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    sha256: String,
}

/// What a credit was: `fund`, or whose it is with `top-up:`, `family-repays:` or `merchant-repays:` before the id.
#[derive(ToSchema)]
#[schema(as = Credit)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CreditRequest {
    #[schema(pattern = "^(fund|(top-up|family-repays):fam_[0-9a-f]{32}|merchant-repays:mrc_[0-9a-f]{32})$", example = "fund")]
    what: String,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// What a debit was: the bank's fee, or the file whose total it is.
#[derive(ToSchema)]
#[schema(as = Debit)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DebitRequest {
    #[schema(pattern = "^rmt_[0-9a-f]{32}$")]
    remittance: Option<String>,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Which line of which file.
#[derive(ToSchema)]
#[schema(as = PaidLine)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PaidRequest {
    #[schema(pattern = "^rmt_[0-9a-f]{32}$")]
    remittance: String,
    #[schema(minimum = 1, maximum = 999_999)]
    number: i32,
}

/// Which line of which file has come back, and why.
#[derive(ToSchema)]
#[schema(as = ProposedReturn)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ProposeReturnRequest {
    #[schema(pattern = "^rmt_[0-9a-f]{32}$")]
    remittance: String,
    #[schema(minimum = 1, maximum = 999_999)]
    number: i32,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// A line of a file.
#[derive(ToSchema)]
#[schema(as = LineNumber)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LineRequest {
    #[schema(minimum = 1, maximum = 999_999)]
    number: i32,
}

/// A line of a file, and why.
#[derive(ToSchema)]
#[schema(as = LineBecause)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LineBecauseRequest {
    #[schema(minimum = 1, maximum = 999_999)]
    number: i32,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// What to grant, for the filing that was seen; the message is for the second person.
#[derive(ToSchema)]
#[schema(as = Examination)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ExamineRequest {
    #[schema(minimum = 1, maximum = 90)]
    filing: i16,
    #[schema(minimum = 0, maximum = 999_999_999_999_i64)]
    proposed_yen: i64,
    #[schema(inline, value_type = Words<400>)]
    message: String,
}

/// What is granted, as it was proposed, and what the family reads.
#[derive(ToSchema)]
#[schema(as = Decision)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DecideRequest {
    #[schema(minimum = 0, maximum = 999_999_999_999_i64)]
    granted_yen: i64,
    #[schema(inline, value_type = Words<400>)]
    message: String,
}

/// What a family is to give back, and what it reads.
#[derive(ToSchema)]
#[schema(as = ProposedAmount)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ClawbackRequest {
    #[schema(minimum = 1, maximum = 999_999_999_999_i64)]
    amount_yen: i64,
    #[schema(inline, value_type = Words<400>)]
    message: String,
}

/// A kind of booklet.
#[derive(ToSchema)]
#[schema(as = NewBookletKind)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BookletKindRequest {
    #[schema(pattern = "^[a-z0-9_-]{1,40}$", example = "childcare500")]
    kind: String,
    #[schema(minimum = 1, maximum = 10_000)]
    face_yen: i64,
    #[schema(pattern = "^[a-z0-9_-]{1,40}$", example = "childcare")]
    expense: String,
    services: Option<Vec<String>>,
}

/// A booklet to be issued.
#[derive(ToSchema)]
#[schema(as = IssueBooklet)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct IssueBookletRequest {
    #[schema(pattern = "^[a-z0-9_-]{1,40}$", example = "childcare500")]
    kind: String,
    #[schema(minimum = 1, maximum = 60)]
    tickets: i64,
    /// Whose entitlements pay, in this order.
    children: Option<Vec<String>>,
    own_money: Option<bool>,
    #[schema(format = Date)]
    valid_through: Option<String>,
}

/// What is reserved for a card.
#[derive(ToSchema)]
#[schema(as = ReserveForCard)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ReserveRequest {
    /// Whose entitlements pay, in this order.
    children: Option<Vec<String>>,
    #[schema(pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: String,
    #[schema(pattern = "^[a-z0-9_-]{1,40}$", example = "tuition")]
    expense: String,
    service: Option<String>,
    #[schema(minimum = 1, maximum = 9_999_999)]
    price_yen: i64,
    own_money: Option<bool>,
}

/// How many letters at most, and why.
#[derive(ToSchema)]
#[schema(as = PrintLetters)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PrintLettersRequest {
    #[schema(minimum = 1, maximum = 500)]
    most: i64,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Where a family's letters go; to the address of the roster again where nothing is said.
#[derive(ToSchema)]
#[schema(as = DeliveryAddress)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DeliveryAddressRequest {
    address: Option<String>,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// Which account was seen; the reason says who was called back.
#[derive(ToSchema)]
#[schema(as = ApproveFamilyAccount)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ApproveFamilyAccountRequest {
    #[schema(minimum = 1)]
    number: i64,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}

/// The same, with what the family reads.
#[derive(ToSchema)]
#[schema(as = RefuseFamilyAccount)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RefuseFamilyAccountRequest {
    #[schema(minimum = 1)]
    number: i64,
    #[schema(inline, value_type = Words<400>)]
    message: String,
    #[schema(inline, value_type = Words<200>)]
    reason: String,
}
