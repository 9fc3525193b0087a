//! Where the merchant is paid: for managers. An account is shown so that it can be told from another, and no further.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::text;
use web::openapi::{Always, ByRole, Commanded, Sent, SignedIn};
use web::{Body, Fields, IdempotencyKey, Problem, Read, tokyo_time};

use super::{Caller, NAME_MAX, refused};
use crate::Deps;
use crate::registrar::{Account, Accounts, MaskedAccount};

/// Longer than any bank's own way of writing them.
const DIGITS_MAX: usize = 10;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/account", get(show)).route("/account/changes", post(change))
}

/// An account to be paid to.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
#[expect(dead_code, reason = "describes what `Account` reads")]
pub struct AccountBody {
    /// The bank, four digits.
    #[schema(max_length = 10, example = "9998")]
    bank: String,
    /// The branch, three digits.
    #[schema(max_length = 10, example = "001")]
    branch: String,
    /// `1` 普通, `2` 当座, `4` 貯蓄, `9` その他.
    #[schema(max_length = 10, example = "1")]
    account_kind: String,
    /// Up to seven digits.
    #[schema(max_length = 10, example = "1234567")]
    account_number: String,
    /// The holder in kana, as on the passbook.
    #[schema(max_length = 100, example = "カ)テストオンガク")]
    holder: String,
}

impl Read for Account {
    fn read(fields: &mut Fields) -> Option<Self> {
        let bank = fields.required("bank", text(DIGITS_MAX));
        let branch = fields.required("branch", text(DIGITS_MAX));
        let account_kind = fields.required("account_kind", text(DIGITS_MAX));
        let account_number = fields.required("account_number", text(DIGITS_MAX));
        let holder = fields.required("holder", text(NAME_MAX));
        Some(Self { bank: bank?, branch: branch?, account_kind: account_kind?, account_number: account_number?, holder: holder? })
    }
}

/// The accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Accounts)]
pub struct AccountsBody {
    /// Where the city pays.
    #[schema(required)]
    in_force: Option<MaskedBody>,
    /// What was asked for and waits for the city.
    #[schema(required)]
    waiting: Option<MaskedBody>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct MaskedBody {
    bank: String,
    branch: String,
    /// The last three digits of its number.
    #[schema(example = "●●●●567")]
    number_masked: String,
    #[schema(format = "date-time")]
    applied_at: String,
    #[schema(required, format = "date-time")]
    approved_at: Option<String>,
}

impl From<MaskedAccount> for MaskedBody {
    fn from(account: MaskedAccount) -> Self {
        let MaskedAccount { bank, branch, number_masked, applied_at, approved_at } = account;
        Self { bank, branch, number_masked, applied_at: tokyo_time(applied_at), approved_at: approved_at.map(tokyo_time) }
    }
}

/// Shows where the merchant is paid, and what it has asked for.
#[utoipa::path(get, path = "/account", operation_id = "show_account", tag = "account", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = AccountsBody), Always, SignedIn, ByRole))]
pub(crate) async fn show(State(deps): State<Deps>, caller: Caller) -> Result<Json<AccountsBody>, Problem> {
    let Accounts { in_force, waiting } = deps.doors.accounts(&caller.0).await.map_err(refused)?;
    Ok(Json(AccountsBody { in_force: in_force.map(Into::into), waiting: waiting.map(Into::into) }))
}

/// Asks to be paid to another account. The old one stays in force until somebody in the city, who calls back, approves the new one.
#[utoipa::path(post, path = "/account/changes", operation_id = "change_account", tag = "account", security(("token" = [])),
    params(IdempotencyKey), request_body = AccountBody,
    responses((status = 202, description = "Asked; or asked before, under this key. The city decides."), Always, SignedIn, ByRole, Sent, Commanded))]
pub(crate) async fn change(State(deps): State<Deps>, caller: Caller, key: IdempotencyKey, Body(account): Body<Account>) -> Result<StatusCode, Problem> {
    deps.doors.change_account(&caller.0, &key.of("account"), &account).await.map_err(refused)?;
    Ok(StatusCode::ACCEPTED)
}
