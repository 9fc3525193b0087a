//! Where a family is paid: what the city knows, and a change that waits.
//!
//! Numbers are shown by their last digits only: whoever holds the phone need not learn them. A change waits some days, on every phone to be seen and
//! taken back, and then for a second person of the city, who calls back.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use ledger::actor::{Actor, Command};
use ledger::bank::account::{BankAccount, Written};
use ledger::people::account::{Standing, Waiting};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::text;
use web::openapi::{Always, Commanded, OfOne, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Problem, Read, tokyo_time};

use super::TEXT_MAX;
use crate::Deps;
use crate::auth::Family;
use crate::problems::{account, failed, not_found, refused};

/// Digits of an account number that are shown.
const SHOWN: usize = 3;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/bank-account", get(show).post(register)).route("/bank-account/withdraw", post(withdraw))
}

/// A bank account, as the passbook shows it.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBankAccount)]
pub(crate) struct AccountForm {
    /// Four digits.
    #[schema(pattern = "^[0-9]{4}$", example = "9998")]
    bank: String,
    /// Three digits.
    #[schema(pattern = "^[0-9]{3}$", example = "001")]
    branch: String,
    /// `1` 普通, `2` 当座, `4` 貯蓄.
    #[schema(pattern = "^[1249]$", example = "1")]
    account_kind: String,
    /// At most seven digits.
    #[schema(pattern = "^[0-9]{1,7}$", example = "1234567")]
    account_number: String,
    /// Its holder in kana.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "イクミ タロウ")]
    holder: String,
}

impl Read for AccountForm {
    fn read(fields: &mut Fields) -> Option<Self> {
        let bank = fields.required("bank", text(TEXT_MAX));
        let branch = fields.required("branch", text(TEXT_MAX));
        let account_kind = fields.required("account_kind", text(TEXT_MAX));
        let account_number = fields.required("account_number", text(TEXT_MAX));
        let holder = fields.required("holder", text(TEXT_MAX));
        Some(Self { bank: bank?, branch: branch?, account_kind: account_kind?, account_number: account_number?, holder: holder? })
    }
}

impl AccountForm {
    fn written(&self) -> Written<'_> {
        let Self { bank, branch, account_kind, account_number, holder } = self;
        Written { bank, branch, kind: account_kind, number: account_number, holder }
    }
}

/// Where the family is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BankAccounts)]
pub(crate) struct AccountsBody {
    /// Where it is paid now; none where the city knows no account.
    #[schema(required)]
    in_force: Option<AccountBody>,
    /// What waits to take its place.
    #[schema(required)]
    waiting: Option<WaitingBody>,
    /// Why the one that was registered last was refused.
    #[schema(required)]
    refused_because: Option<String>,
}

/// An account, its number masked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BankAccount)]
pub(crate) struct AccountBody {
    bank: String,
    branch: String,
    account_kind: String,
    /// `••••567`.
    account_number_masked: String,
    holder: String,
}

/// An account that waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingBankAccount)]
pub(crate) struct WaitingBody {
    #[serde(flatten)]
    #[schema(inline)]
    account: AccountBody,
    #[schema(format = "date-time")]
    registered_at: String,
    /// It is not used before.
    #[schema(format = "date-time")]
    usable_at: String,
}

impl From<&BankAccount> for AccountBody {
    fn from(account: &BankAccount) -> Self {
        let digits = account.number.to_string();
        let hidden = digits.len().saturating_sub(SHOWN);
        let account_number_masked = digits.chars().enumerate().map(|(at, digit)| if at < hidden { '•' } else { digit }).collect();
        Self {
            bank: account.bank.to_string(),
            branch: account.branch.to_string(),
            account_kind: account.kind.digit().to_string(),
            account_number_masked,
            holder: account.holder.as_str().to_owned(),
        }
    }
}

impl From<Standing> for AccountsBody {
    fn from(standing: Standing) -> Self {
        let Standing { in_force, waiting, refused_because } = standing;
        let waiting = waiting.map(|(Waiting { registered, usable_at, .. }, account)| WaitingBody {
            account: (&account).into(),
            registered_at: tokyo_time(registered.at),
            usable_at: tokyo_time(usable_at),
        });
        Self { in_force: in_force.as_ref().map(Into::into), waiting, refused_because }
    }
}

/// Shows where the family is paid, and what waits.
#[utoipa::path(get, path = "/bank-account", operation_id = "show_bank_account", tag = "bank account", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = AccountsBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family) -> Result<Json<AccountsBody>, Problem> {
    get_accounts(&deps, &family).await.map(Json)
}

/// Registers where the family wants to be paid. It waits some days, and then for a second person of the city; until then the old account is used. One that
/// waited before is replaced.
#[utoipa::path(post, path = "/bank-account", operation_id = "register_bank_account", tag = "bank account", security(("token" = [])), params(IdempotencyKey),
    request_body = AccountForm, responses((status = 201, description = "It waits; or did before, under this key.", body = AccountsBody), Always, SignedIn, OfOne, Sent, Commanded))]
pub(crate) async fn register(
    State(deps): State<Deps>,
    family: Family,
    key: IdempotencyKey,
    Body(form): Body<AccountForm>,
) -> Result<Created<AccountsBody>, Problem> {
    let command = Command::new(Actor::Family(family.id), key.of("bank-account"), &form);
    deps.ledger.register_family_account(family.municipality, &command, family.id, form.written()).await.map_err(refused(account))?;
    get_accounts(&deps, &family).await.map(Created)
}

/// Takes back the account that waits: the one in force stays.
#[utoipa::path(post, path = "/bank-account/withdraw", operation_id = "withdraw_bank_account", tag = "bank account", security(("token" = [])), params(IdempotencyKey),
    responses((status = 200, description = "Nothing waits any more.", body = AccountsBody), Always, SignedIn, OfOne, Commanded))]
pub(crate) async fn withdraw(State(deps): State<Deps>, family: Family, key: IdempotencyKey) -> Result<Json<AccountsBody>, Problem> {
    let command = Command::new(Actor::Family(family.id), key.of("bank-account-withdraw"), &());
    deps.ledger.withdraw_family_account(family.municipality, &command, family.id).await.map_err(refused(account))?;
    get_accounts(&deps, &family).await.map(Json)
}

async fn get_accounts(deps: &Deps, family: &Family) -> Result<AccountsBody, Problem> {
    deps.ledger.family_account(family.municipality, family.id).await.map_err(failed)?.map(Into::into).ok_or_else(not_found)
}
