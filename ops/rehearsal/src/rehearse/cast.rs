//! Who lives in a training city: households with siblings, eligible and not. Names of nobody, from lists and dice.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use ledger::bank::account::{AccountKind, AccountNumber, BankAccount, BankCode, BranchCode};
use ledger::bank::kana::PayeeKana;
use ledger::people::roster::Row;
use ledger::people::{ChildFacts, Person};
use ledger::time::FiscalYear;

use super::dice::Dice;
use super::names::{CHILDREN, GUARDIANS, Name, SURNAMES};
use super::setting::Setting;

/// A child's place: household, number in the roster, number among its siblings; all from 0.
type Place = (u64, u64, u64);

/// The rows of a roster with `children` children, as of `on`: what the city writes down on `written_on`, when all of them are born.
pub fn roster(setting: &Setting, dice: &Dice, children: u64, (on, written_on): (NaiveDate, NaiveDate)) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut child = 0;
    let mut household = 0;
    while child < children {
        let siblings = 1_u64.saturating_add(dice.below("siblings", household, 3)).min(children.saturating_sub(child));
        for order in 0..siblings {
            rows.push(row(setting, dice, (household, child, order), (on, written_on))?);
            child = child.saturating_add(1);
        }
        household = household.saturating_add(1);
    }
    Ok(rows)
}

fn row(setting: &Setting, dice: &Dice, (household, child, order): Place, (on, written_on): (NaiveDate, NaiveDate)) -> anyhow::Result<Row> {
    let surname = picked(dice, "surname", household, &SURNAMES);
    let (ward, _) = picked(dice, "ward", household, setting.wards);
    let person = |number: u64, given: Name, address| Person {
        number: format!("{number:015}"),
        name: format!("{}　{}", surname.0, given.0),
        kana: format!("{}　{}", surname.1, given.1),
        address,
    };
    let block = dice.below("block", household, 30).saturating_add(1);
    let address = format!("{}{ward}訓練町{block}-{}", setting.name.trim_end_matches("（訓練）"), household.saturating_add(1));
    Ok(Row {
        line: 0,
        household: format!("{:010}", household.saturating_add(1)),
        child: person(child.saturating_mul(10).saturating_add(7), given_name(dice, household, order), Some(address)),
        facts: facts(setting, dice, (household, child, order), (on, written_on)),
        guardian: person(household.saturating_mul(10).saturating_add(1), picked(dice, "guardian", household, &GUARDIANS), None),
        since: Some(FiscalYear::of(on).first_day()),
        account: Some(family_account(dice, household)?),
        protected: None,
    })
}

fn picked(dice: &Dice, what: &'static str, index: u64, names: &[Name]) -> Name {
    dice.pick(what, index, names).copied().unwrap_or_default()
}

/// No two siblings have one name: the list is walked on from the first one's.
fn given_name(dice: &Dice, household: u64, order: u64) -> Name {
    let names = u64::try_from(CHILDREN.len()).unwrap_or(1);
    let place = dice.below("child", household, names).saturating_add(order.saturating_mul(7)).checked_rem(names);
    place.and_then(|place| CHILDREN.get(usize::try_from(place).ok()?)).copied().unwrap_or_default()
}

/// Ages inside and outside the scheme's, so that some are eligible and some not.
fn facts(setting: &Setting, dice: &Dice, (household, child, order): Place, (on, written_on): (NaiveDate, NaiveDate)) -> ChildFacts {
    let (youngest, years) = setting.ages;
    let fiscal_age = i32::try_from(dice.below("age", child, years)).unwrap_or(0).saturating_add(youngest);
    let birth_year = FiscalYear::of(on).year();
    let first = NaiveDate::from_ymd_opt(i32::from(birth_year).saturating_sub(fiscal_age), 4, 2).unwrap_or(on);
    let birth_on = first.checked_add_days(Days::new(dice.below("birthday", child, 364))).unwrap_or(first).min(written_on);
    let mut statuses = BTreeSet::new();
    for (status, percent) in [("seikatsuhogo", 12), ("jidofuyo", 30)] {
        if dice.happens(status, household, percent) {
            statuses.insert(status.to_owned());
        }
    }
    ChildFacts {
        birth_on,
        resident_since: NaiveDate::from_ymd_opt(birth_on.year().saturating_add(1), 4, 1).map(|moved| moved.min(FiscalYear::of(on).first_day())),
        statuses,
        birth_order: u8::try_from(order.saturating_add(1).saturating_add(dice.below("older siblings", household, 3))).ok(),
        multiple: Some(dice.happens("multiple", household, 12)),
        care_at_home: Some(dice.happens("care at home", household, 75)),
        shotokuwari_yen: i64::try_from(dice.below("tax", household, 400_000)).ok(),
        school_city: dice.pick("school city", child, setting.school_cities).map(|city| (*city).to_owned()),
    }
}

fn family_account(dice: &Dice, household: u64) -> anyhow::Result<BankAccount> {
    let ((_, surname), (_, given)) = (picked(dice, "surname", household, &SURNAMES), picked(dice, "guardian", household, &GUARDIANS));
    let holder = PayeeKana::parse(&format!("{surname} {given}"))?;
    Ok(BankAccount {
        bank: BankCode::parse(&training_bank(dice, "family bank", household))?,
        branch: BranchCode::parse("001")?,
        kind: AccountKind::Ordinary,
        number: AccountNumber::parse(&format!("{:07}", household.saturating_add(3_000_001)))?,
        holder,
    })
}

/// 9990 to 9998: unassigned, so that no stranger can be paid by mistake. 9999 is the training city's own.
pub(super) fn training_bank(dice: &Dice, what: &'static str, index: u64) -> String {
    format!("{:04}", dice.below(what, index, 9).saturating_add(9_990))
}
