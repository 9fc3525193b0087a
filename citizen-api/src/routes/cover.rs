//! What a family is told before it pays where paying by code would give away that a scheme pays: and how else it can pay.

use axum::http::HeaderMap;
use ledger::cover::Warning;
use ledger::ids::{ChildId, MerchantId};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Language, Problem, Text};

use super::children::scheme_name;
use crate::Deps;
use crate::auth::Family;
use crate::problems::failed;

const WARNING: Text = Text::fixed(
    "この教室・事業者では、コードで支払う方の多くが制度を利用している方です。コードで支払うと、制度を利用していることが推測されるおそれがあります。",
    "この教室でコードで払う人は、制度を使っている人が多いです。コードで払うと、制度を使っていることがわかるかもしれません。",
    "Most of those who pay here by code use a scheme: whoever does may be taken for somebody who does.",
);
const CLAIM: Text = Text::fixed(
    "ほかの方法でお支払いになり、領収書であとから払い戻しを申請することもできます。",
    "ほかの方法で払うこともできます。そのときは、領収書をもらってください。あとで、お金を返してもらう申し込みができます。",
    "You can pay in another way and claim it back with the receipt.",
);
const OWN_MONEY: Text = Text::fixed(
    "ご自身のお金だけで支払っても、教室・事業者に見えるものは同じです。",
    "自分のお金だけで払っても、教室から見えるものは同じです。",
    "What the merchant sees is the same when you pay with your own money only.",
);

/// Paying by code here may give away that a scheme pays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CoverWarning)]
pub(crate) struct WarningBody {
    /// What to read before paying.
    text: String,
    /// Under which schemes what is paid in another way can be claimed back now.
    reimbursement: Vec<ReimbursementBody>,
}

/// A scheme that repays one child.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reimbursement)]
struct ReimbursementBody {
    child: String,
    scheme: String,
    scheme_name: String,
}

/// The warning before a payment at a merchant, where there is one.
pub(super) async fn warning(deps: &Deps, family: &Family, merchant: MerchantId, headers: &HeaderMap) -> Result<Option<WarningBody>, Problem> {
    let language = Language::of(headers);
    let warning = deps.ledger.cover_warning(family.municipality, family.id, merchant).await.map_err(failed)?;
    Ok(warning.map(|Warning { claims }| {
        let instead = if claims.is_empty() { OWN_MONEY } else { CLAIM };
        let of = |(child, scheme): (ChildId, String)| ReimbursementBody {
            child: child.to_string(),
            scheme_name: scheme_name(&deps.ledger.schemes, &scheme),
            scheme,
        };
        WarningBody { text: format!("{}{}", WARNING.of(language), instead.of(language)), reimbursement: claims.into_iter().map(of).collect() }
    }))
}
