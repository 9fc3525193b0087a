//! Fields that several requests have.

use ledger::bank::account::Written;
use ledger::merchant::Service;
use serde::Serialize;
use web::fields::text;
use web::{Fault, Fields};

/// No budget and no line at the bank is higher: a typing error with some zeros too many is caught here.
pub(super) const YEN_MAX: i64 = 999_999_999_999;
pub(super) const WORD_MAX: usize = 100;
const SERVICES_MAX: usize = 30;

/// A bank account as somebody wrote it. `Debug` shows nothing of it.
#[derive(Serialize)]
pub(super) struct AccountFields {
    bank: String,
    branch: String,
    account_kind: String,
    account_number: String,
    holder: String,
}

impl AccountFields {
    pub(super) fn read_from(fields: &mut Fields) -> Option<Self> {
        let bank = fields.required("bank", text(4));
        let branch = fields.required("branch", text(3));
        let account_kind = fields.required("account_kind", text(1));
        let account_number = fields.required("account_number", text(8));
        let holder = fields.required("holder", text(WORD_MAX));
        Some(Self { bank: bank?, branch: branch?, account_kind: account_kind?, account_number: account_number?, holder: holder? })
    }

    pub(super) fn written(&self) -> Written<'_> {
        let Self { bank, branch, account_kind, account_number, holder } = self;
        Written { bank, branch, kind: account_kind, number: account_number, holder }
    }
}

/// What a merchant offers, each as `category expense` or `category expense registration`.
pub(super) fn services(fields: &mut Fields) -> Option<Vec<Service>> {
    let service = |given: web::fields::Given<'_>| {
        let text = text(WORD_MAX)(given)?;
        let mut words = text.split_whitespace().map(str::to_owned);
        let (Some(category), Some(expense)) = (words.next(), words.next()) else { return Err(Fault::Form("cram_school tuition")) };
        let registration = words.next();
        if words.next().is_some() { Err(Fault::Form("cram_school tuition 12-345")) } else { Ok(Service { category, expense, registration }) }
    };
    fields.required("services", web::fields::list(SERVICES_MAX, service))
}
