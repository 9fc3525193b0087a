//! The city's money: appropriated to a scheme for a year, arrived at the bank, and what is left at the end of the year.

use chrono::NaiveDate;

use crate::books::{Account, Draft, Event, Kind, Opening, Transfer};
use crate::money::Yen;
use crate::scheme::Commitment;
use crate::time::FiscalYear;

/// Appropriates (予算配当) `amount` to a scheme for `year`; the budget's account comes into being with the first appropriation. Nothing keeps grants
/// within a budget that is committed at redemption: the city budgets what it expects to be used.
#[must_use]
pub fn appropriate((scheme, year): (&str, FiscalYear), amount: Yen, committed: Commitment, on: NaiveDate) -> Draft {
    let budget = Opening::from(Account::budget(scheme, year));
    let transfer = Transfer::new(Account::of_city(Kind::CityAppropriations).id, budget.account.id, amount);
    let budget = if committed == Commitment::Grant { budget } else { budget.unguarded() };
    Draft::new(Event::Appropriate, on, vec![transfer]).opening([budget])
}

/// City money has arrived at the bank.
#[must_use]
pub fn fund(amount: Yen, on: NaiveDate) -> Draft {
    Draft::new(Event::Fund, on, vec![Transfer::new(Account::of_city(Kind::Bank).id, Account::of_city(Kind::CityFunding).id, amount)])
}

/// The year ends: what a scheme's budget still holds goes back. `left` is more than zero.
#[must_use]
pub fn year_end(scheme: &str, year: FiscalYear, left: Yen, on: NaiveDate) -> Draft {
    let transfer = Transfer::new(Account::budget(scheme, year).id, Account::of_city(Kind::CityAppropriations).id, left);
    Draft::new(Event::YearEnd, on, vec![transfer])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_year_undoes_what_was_appropriated() {
        let (year, on) = (FiscalYear::new(2026), NaiveDate::MIN);
        let [up] = appropriate(("a", year), Yen::new(5), Commitment::Grant, on).transfers[..] else { panic!("one transfer") };
        let [down] = year_end("a", year, Yen::new(5), on).transfers[..] else { panic!("one transfer") };
        assert_eq!((up.debit, up.credit, up.amount), (down.credit, down.debit, down.amount));
    }
}
