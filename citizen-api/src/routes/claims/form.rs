//! What a family writes into the form of a claim. Staff who take it in on paper fill in the same one.

use std::fmt;

use chrono::NaiveDate;
use ledger::claim::{Cost, FileClaim};
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use utoipa::ToSchema;
use web::fields::{Fault, day, parsed, text, whole, word};
use web::{Fields, Read, Text};

/// The most costs of one claim.
const COSTS_MAX: usize = 60;
/// The most characters about one cost.
const PAID_TO_MAX: usize = 400;

/// A claim.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClaim {
    /// For whom.
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    child: ChildId,
    /// Under which scheme, as `GET /children/{child}/claim-schemes` lists it.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "kobe-tsugaku")]
    scheme: String,
    /// What was paid.
    #[schema(value_type = Vec<CostForm>, min_items = 1, max_items = 60)]
    costs: Vec<CostForm>,
}

/// The costs of a claim that is filed again: all of them, also those that stay.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Filing)]
pub struct FilingForm {
    #[schema(value_type = Vec<CostForm>, min_items = 1, max_items = 60)]
    costs: Vec<CostForm>,
}

/// One cost: on a day (`on`), or for a span of days (`from` and `to`), such as those that a pass is valid.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCost)]
pub struct CostForm {
    /// The kind of expense, as the scheme names it.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "commuter_pass")]
    expense: String,
    /// The service, where the scheme pays for named services.
    #[schema(required = false, pattern = "^[a-z][a-z0-9_-]{0,39}$")]
    service: Option<String>,
    /// What it came to.
    #[schema(minimum = 1, maximum = 9_999_999, example = 100_000)]
    amount_yen: i64,
    /// The day.
    #[schema(required = false, value_type = Option<String>, format = Date, example = "2026-05-10")]
    on: Option<NaiveDate>,
    /// Or the first day …
    #[schema(required = false, value_type = Option<String>, format = Date, example = "2026-04-01")]
    from: Option<NaiveDate>,
    /// … and the last.
    #[schema(required = false, value_type = Option<String>, format = Date, example = "2026-09-30")]
    to: Option<NaiveDate>,
    /// The class, where it is registered.
    #[schema(required = false, value_type = Option<String>, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: Option<MerchantId>,
    /// Whom the family paid and what for, in its own words.
    #[schema(
        required = false,
        max_length = 400,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "市営地下鉄 名谷–三宮 6 か月"
    )]
    paid_to: Option<String>,
}

/// At least one.
fn costs(fields: &mut Fields) -> Option<Vec<CostForm>> {
    let costs = fields.each("costs", COSTS_MAX)?;
    if costs.is_empty() {
        fields.note("costs", &Fault::Missing);
        return None;
    }
    Some(costs)
}

impl Read for NewClaim {
    fn read(fields: &mut Fields) -> Option<Self> {
        let child = fields.required("child", parsed("chd_…"));
        let scheme = fields.required("scheme", word);
        let costs = costs(fields);
        Some(Self { child: child?, scheme: scheme?, costs: costs? })
    }
}

impl Read for FilingForm {
    fn read(fields: &mut Fields) -> Option<Self> {
        costs(fields).map(|costs| Self { costs })
    }
}

impl Read for CostForm {
    fn read(fields: &mut Fields) -> Option<Self> {
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        let amount_yen = fields.required("amount_yen", whole(1, super::super::YEN_MAX));
        let (on, from, to) = (fields.optional("on", day), fields.optional("from", day), fields.optional("to", day));
        let merchant = fields.optional("merchant", parsed("mrc_…"));
        let paid_to = fields.optional("paid_to", text(PAID_TO_MAX));
        let (on, from, to) = (on?, from?, to?);
        days(fields, (on, from, to))?;
        Some(Self { expense: expense?, service: service?, amount_yen: amount_yen?, on, from, to, merchant: merchant?, paid_to: paid_to? })
    }
}

/// A day, or a first and a last one; notes what is wrong otherwise.
fn days(fields: &mut Fields, days: (Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>)) -> Option<()> {
    let wrong = match days {
        (Some(_), None, None) => return Some(()),
        (None, Some(from), Some(to)) if from <= to => return Some(()),
        (None, Some(_), Some(_)) => (
            "to",
            Fault::Said(
                "before-from",
                Text::fixed(
                    "終わりの日が始まりの日より前です。",
                    "終わりの日が、始まりの日より前です。直してください。",
                    "The last day lies before the first.",
                ),
            ),
        ),
        (None, Some(_), None) => ("to", Fault::Missing),
        (None, None, Some(_)) => ("from", Fault::Missing),
        (None, None, None) => ("on", Fault::Missing),
        (Some(_), ..) => (
            "on",
            Fault::Said(
                "day-or-span",
                Text::fixed(
                    "日（on）か期間（from と to）のどちらかを書いてください。",
                    "日（on）を書いてください。または、始まりの日（from）と終わりの日（to）を書いてください。",
                    "Write a day (on) or a span (from and to), not both.",
                ),
            ),
        ),
    };
    fields.note(wrong.0, &wrong.1);
    None
}

impl From<CostForm> for Cost {
    fn from(form: CostForm) -> Self {
        let CostForm { expense, service, amount_yen, on, from, to, merchant, paid_to } = form;
        // `days` has seen to it that there is one or the other.
        let first = on.or(from).unwrap_or_default();
        let last = on.or(to).unwrap_or(first);
        Self { expense, service, amount: Yen::new(amount_yen), from: first, to: last, merchant, paid_to }
    }
}

impl fmt::Debug for CostForm {
    /// Without what the family wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CostForm").field("expense", &self.expense).field("amount_yen", &self.amount_yen).finish_non_exhaustive()
    }
}

impl NewClaim {
    /// For whom.
    #[must_use]
    pub const fn child(&self) -> ChildId {
        self.child
    }

    /// The claim of this family.
    #[must_use]
    pub fn of(self, family: FamilyId) -> FileClaim {
        let Self { child, scheme, costs } = self;
        FileClaim { family, child, scheme, costs: costs.into_iter().map(Into::into).collect() }
    }
}

impl FilingForm {
    /// The costs, in the order of the form.
    #[must_use]
    pub fn costs(self) -> Vec<Cost> {
        self.costs.into_iter().map(Into::into).collect()
    }
}
