//! Who is paid how much on which line, and who is stopped and why. Pure.
//!
//! Invariants: a payee is in one line or on the stop list, never both; a line pays one account; what is not paid stays payable.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::bank::account::BankAccount;
use crate::ids::AccountId;
use crate::money::Yen;
use crate::time::Instant;

/// Whose money it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PayeeKind {
    /// A merchant, for its statements.
    Merchant,
    /// A family, for its claims and own money.
    Family,
}

impl PayeeKind {
    /// As the database writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Family => "family",
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Merchant, Self::Family].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An account that a payee may be paid to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayTo {
    /// Which of the payee's accounts.
    pub number: i32,
    /// From which day on a family's account holds.
    pub since_on: Option<NaiveDate>,
    /// Equal accounts have equal indexes.
    pub index: [u8; 32],
    /// When it was approved or imported.
    pub approved_at: Instant,
    /// When a payout to it came back last.
    pub returned_at: Option<Instant>,
    /// The account, and what keeps a bank from taking it.
    pub account: Result<BankAccount, (&'static str, String)>,
}

/// One payee's open payable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose kind.
    pub kind: PayeeKind,
    /// Merchant or family.
    pub payee: Uuid,
    /// Its payable in the books.
    pub payable: AccountId,
    /// What is due.
    pub amount: Yen,
    /// What the books owe it in all.
    pub booked: Yen,
    /// Why it is suspended, if it is.
    pub suspended: Option<String>,
    /// Where to pay.
    pub pay_to: Option<PayTo>,
}

/// Why a payee who is due is not paid in this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// Whose kind.
    pub kind: PayeeKind,
    /// Merchant or family.
    pub payee: Uuid,
    /// What was due.
    pub amount: Yen,
    /// A stable code.
    pub reason: &'static str,
    /// What to do.
    pub detail: String,
}

/// Whose account a line takes, and which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountOf {
    /// Whose kind.
    pub kind: PayeeKind,
    /// Whose.
    pub owner: Uuid,
    /// Which of its accounts.
    pub number: i32,
    /// From which day on a family's account holds.
    pub since_on: Option<NaiveDate>,
}

/// One bank line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// 1, 2, 3 …: 顧客コード1.
    pub number: i32,
    /// The account's index.
    pub index: [u8; 32],
    /// Whose stored account the file takes.
    pub account_of: AccountOf,
    /// The sum of the parts.
    pub amount: Yen,
    /// What it pays.
    pub parts: Vec<Due>,
}

/// The most that one bank line can carry (振込金額 has ten digits).
const LINE_MAX: Yen = Yen::new(9_999_999_999);

/// Puts dues into one line per account, in the order in which payees come; stops those that cannot be paid.
#[must_use]
pub fn plan(dues: Vec<Due>) -> (Vec<Line>, Vec<Stop>) {
    let mut lines: BTreeMap<[u8; 32], Line> = BTreeMap::new();
    let mut order = Vec::new();
    let mut stops = Vec::new();
    for due in dues.into_iter().filter(|due| due.amount != Yen::ZERO) {
        let so_far = |index: &[u8; 32]| lines.get(index).map_or(Yen::ZERO, |line| line.amount);
        let (pay_to, amount) = match payable(&due, so_far) {
            Ok(found) => found,
            Err((reason, detail)) => {
                stops.push(Stop { kind: due.kind, payee: due.payee, amount: due.amount, reason, detail });
                continue;
            }
        };
        let account_of = AccountOf { kind: due.kind, owner: due.payee, number: pay_to.number, since_on: pay_to.since_on };
        let index = pay_to.index;
        let line = lines.entry(index).or_insert_with(|| {
            order.push(index);
            Line { number: 0, index, account_of, amount: Yen::ZERO, parts: Vec::new() }
        });
        line.amount = amount;
        line.parts.push(due);
    }
    let numbered = order.iter().filter_map(|index| lines.remove(index)).zip(1..).map(|(line, number)| Line { number, ..line });
    (numbered.collect(), stops)
}

/// Where a due is paid and what its line then carries, or why it is stopped.
fn payable(due: &Due, so_far: impl Fn(&[u8; 32]) -> Yen) -> Result<(&PayTo, Yen), (&'static str, String)> {
    let stop = |reason, detail: &str| Err((reason, detail.to_owned()));
    if !due.amount.is_positive() {
        return stop("negative", "refunds exceed receipts: carried into the next payout");
    }
    if let Some(because) = &due.suspended {
        return Err(("suspended", format!("held back until the merchant is resumed: {because}")));
    }
    if due.booked < due.amount {
        return Err(("books", format!("the books owe {} yen only: look for an unexplained entry on the payable", due.booked)));
    }
    let Some(pay_to) = &due.pay_to else {
        return stop("no_account", "no approved bank account: ask for one, and let a second person approve it");
    };
    if pay_to.returned_at.is_some_and(|returned| returned >= pay_to.approved_at) {
        return stop("returned", "the last payout to this account came back: correct or confirm the account, and let a second person approve it");
    }
    if let Err((code, detail)) = &pay_to.account {
        return Err((code, detail.clone()));
    }
    match so_far(&pay_to.index).plus(due.amount) {
        Ok(amount) if amount <= LINE_MAX => Ok((pay_to, amount)),
        _ => stop("too_large", "one bank line carries at most 9,999,999,999 yen: pay the rest in the next run"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bank::account::Written;

    fn pay_to(index: u8) -> PayTo {
        let written = Written { bank: "9998", branch: "001", kind: "1", number: "1234567", holder: "テスト" };
        let account = Ok(BankAccount::parse(written).unwrap());
        PayTo { number: 1, since_on: None, index: [index; 32], approved_at: Instant::UNIX_EPOCH, returned_at: None, account }
    }

    fn due(payee: u128, amount: i64, index: u8) -> Due {
        let payee = Uuid::from_u128(payee);
        let amount = Yen::new(amount);
        Due { kind: PayeeKind::Merchant, payee, payable: AccountId::new(payee), amount, booked: Yen::MAX, suspended: None, pay_to: Some(pay_to(index)) }
    }

    #[test]
    fn equal_accounts_share_a_line() {
        let (lines, stops) = plan(vec![due(1, 300, 7), due(2, 500, 8), due(3, 11, 7)]);
        let shown: Vec<_> = lines.iter().map(|line| (line.number, line.amount.get(), line.parts.len())).collect();
        assert_eq!((shown, stops), (vec![(1, 311, 2), (2, 500, 1)], vec![]));
    }

    #[test]
    fn each_reason_stops_its_payee_alone() {
        let bad = PayTo { account: Err(("branch_unknown", "no such branch".to_owned())), ..pay_to(3) };
        let returned = PayTo { returned_at: Some(Instant::UNIX_EPOCH), ..pay_to(4) };
        let dues = vec![
            due(1, -5, 1),
            Due { suspended: Some("why".to_owned()), ..due(2, 5, 1) },
            Due { pay_to: None, ..due(3, 5, 1) },
            Due { pay_to: Some(bad), ..due(4, 5, 1) },
            Due { pay_to: Some(returned), ..due(5, 5, 1) },
            Due { booked: Yen::new(4), ..due(6, 5, 1) },
            due(7, 10_000_000_000, 1),
            due(8, 5, 1),
            due(9, 0, 1),
        ];
        let (lines, stops) = plan(dues);
        let reasons: Vec<_> = stops.iter().map(|stop| stop.reason).collect();
        assert_eq!(reasons, ["negative", "suspended", "no_account", "branch_unknown", "returned", "books", "too_large"]);
        assert_eq!((lines.len(), lines[0].amount), (1, Yen::new(5)));
    }

    proptest! {
        #[test]
        fn every_due_is_paid_or_stopped_to_the_yen(amounts in prop::collection::vec((-50_i64..5_000_000_000, 0_u8..4), 0..30)) {
            let dues: Vec<_> = (1..).zip(&amounts).map(|(payee, &(amount, index))| due(payee, amount, index)).collect();
            let total: i64 = amounts.iter().map(|(amount, _)| amount).sum();
            let (lines, stops) = plan(dues);
            let paid = Yen::sum(lines.iter().map(|line| line.amount)).unwrap();
            let parts = Yen::sum(lines.iter().flat_map(|line| &line.parts).map(|due| due.amount)).unwrap();
            let stopped = Yen::sum(stops.iter().map(|stop| stop.amount)).unwrap();
            prop_assert_eq!((paid.plus(stopped), parts), (Ok(Yen::new(total)), paid));
            prop_assert!(lines.iter().all(|line| line.amount.is_positive() && line.amount <= LINE_MAX));
        }
    }
}
