//! Who lives in a training city: households with siblings, eligible and not, and merchants. Names of nobody, from lists and dice.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use ledger::bank::account::{AccountKind, AccountNumber, BankAccount, BankCode, BranchCode, Written};
use ledger::bank::kana::PayeeKana;
use ledger::merchant::{Application, Service};
use ledger::people::person::{ChildFacts, Person};
use ledger::people::roster::Row;
use ledger::time::FiscalYear;

use super::dice::Dice;
use super::setting::Setting;

const SURNAMES: [(&str, &str); 16] = [
    ("青空", "アオゾラ"),
    ("朝日", "アサヒ"),
    ("泉川", "イズミカワ"),
    ("梅園", "ウメゾノ"),
    ("風見", "カザミ"),
    ("霧島", "キリシマ"),
    ("小春", "コハル"),
    ("桜庭", "サクラバ"),
    ("星野", "ホシノ"),
    ("月岡", "ツキオカ"),
    ("虹村", "ニジムラ"),
    ("花畑", "ハナバタケ"),
    ("双葉", "フタバ"),
    ("緑川", "ミドリカワ"),
    ("森山", "モリヤマ"),
    ("若草", "ワカクサ"),
];
const CHILDREN: [(&str, &str); 14] = [
    ("一郎", "イチロウ"),
    ("陽菜", "ヒナ"),
    ("蓮", "レン"),
    ("結衣", "ユイ"),
    ("大翔", "ヒロト"),
    ("葵", "アオイ"),
    ("湊", "ミナト"),
    ("凛", "リン"),
    ("樹", "イツキ"),
    ("芽依", "メイ"),
    ("悠真", "ユウマ"),
    ("咲良", "サクラ"),
    ("朔", "サク"),
    ("紬", "ツムギ"),
];
const GUARDIANS: [(&str, &str); 8] =
    [("明子", "アキコ"), ("誠", "マコト"), ("由美", "ユミ"), ("健太", "ケンタ"), ("直美", "ナオミ"), ("浩", "ヒロシ"), ("恵", "メグミ"), ("隆", "タカシ")];
/// A class of a training city.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The name's reading.
    pub kana: String,
    /// Its ward.
    pub area: String,
    /// Its service category.
    pub category: &'static str,
    /// What it bills.
    pub expenses: &'static [&'static str],
    /// Bank code, always 9990 to 9998.
    pub bank: String,
    /// The account's number. Two classes of one operator share it: one bank line.
    pub account_number: String,
    /// The account's holder.
    pub holder: String,
}

impl Class {
    /// What it applies with.
    #[must_use]
    pub fn application(&self) -> Application {
        let service = |expense: &&str| Service { category: self.category.to_owned(), expense: (*expense).to_owned(), registration: None };
        Application { name: self.name.clone(), kana: self.kana.clone(), area: self.area.clone(), services: self.expenses.iter().map(service).collect() }
    }

    /// Where it is paid.
    #[must_use]
    pub fn account(&self) -> Written<'_> {
        Written { bank: &self.bank, branch: "001", kind: "1", number: &self.account_number, holder: &self.holder }
    }
}

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

fn row(setting: &Setting, dice: &Dice, (household, child, order): (u64, u64, u64), (on, written_on): (NaiveDate, NaiveDate)) -> anyhow::Result<Row> {
    let (surname, surname_kana) = dice.pick("surname", household, &SURNAMES).copied().unwrap_or_default();
    let (given, given_kana) = dice.pick("child", child, &CHILDREN).copied().unwrap_or_default();
    let (adult, adult_kana) = dice.pick("guardian", household, &GUARDIANS).copied().unwrap_or_default();
    let ward = dice.pick("ward", household, setting.wards).copied().unwrap_or_default();
    let person = |number: String, given: &str, kana: &str, address| Person {
        number,
        name: format!("{surname}　{given}"),
        kana: format!("{surname_kana}　{kana}"),
        address,
    };
    let address = format!(
        "{}{ward}訓練町{}-{}",
        setting.name.trim_end_matches("（訓練）"),
        dice.below("block", household, 30).saturating_add(1),
        household.saturating_add(1)
    );
    Ok(Row {
        line: 0,
        household: format!("{:010}", household.saturating_add(1)),
        child: person(format!("{:015}", child.saturating_mul(10).saturating_add(7)), given, given_kana, Some(address)),
        facts: facts(setting, dice, (household, child, order), (on, written_on)),
        guardian: person(format!("{:015}", household.saturating_mul(10).saturating_add(1)), adult, adult_kana, None),
        since: Some(FiscalYear::of(on).first_day()),
        account: Some(family_account(dice, household)?),
        protected: None,
    })
}

/// Ages inside and outside the scheme's, so that some are eligible and some not.
fn facts(setting: &Setting, dice: &Dice, (household, child, order): (u64, u64, u64), (on, written_on): (NaiveDate, NaiveDate)) -> ChildFacts {
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
        school_city: Some(setting.slug.to_owned()),
    }
}

fn family_account(dice: &Dice, household: u64) -> anyhow::Result<BankAccount> {
    let (_, surname) = dice.pick("surname", household, &SURNAMES).copied().unwrap_or_default();
    let (_, given) = dice.pick("guardian", household, &GUARDIANS).copied().unwrap_or_default();
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
fn training_bank(dice: &Dice, what: &'static str, index: u64) -> String {
    format!("{:04}", dice.below(what, index, 9).saturating_add(9_990))
}

/// Classes for a city with `children` children: one for every thirty, at least six. The second and the first have one operator.
#[must_use]
pub fn classes(setting: &Setting, dice: &Dice, children: u64) -> Vec<Class> {
    let count = children.checked_div(30).unwrap_or(0).clamp(6, 400);
    (0..count).filter_map(|index| class(setting, dice, index)).collect()
}

fn class(setting: &Setting, dice: &Dice, index: u64) -> Option<Class> {
    let place = usize::try_from(index).ok()?;
    let kind = setting.classes.get(place.checked_rem(setting.classes.len())?)?;
    // One operator's accounts are one: the second class is paid into the first one's account.
    let operator = if index == 1 { 0 } else { index };
    let owner = setting.classes.get(usize::try_from(operator).ok()?.checked_rem(setting.classes.len())?)?;
    let round = place.checked_div(setting.classes.len())?;
    let suffix = if round == 0 { String::new() } else { format!(" {}号教室", round.saturating_add(1)) };
    Some(Class {
        name: format!("{}{suffix}", kind.name),
        kana: kind.kana.to_owned(),
        area: dice.pick("class ward", index, setting.wards).copied().unwrap_or_default().to_owned(),
        category: kind.category,
        expenses: setting.expenses,
        bank: training_bank(dice, "class bank", operator),
        account_number: format!("{:07}", operator.saturating_add(1_000_001)),
        holder: owner.holder.to_owned(),
    })
}
