//! Who is paid in a training city: lessons, cram schools and child care that nobody runs.

use ledger::bank::account::Written;
use ledger::merchant::{Application, Service};

use super::cast::training_bank;
use super::dice::Dice;
use super::setting::Setting;

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

    /// The form with which it applies in `city`.
    #[must_use]
    pub fn form(&self, city: &str) -> serde_json::Value {
        let services: Vec<_> = self.expenses.iter().map(|expense| serde_json::json!({"category": self.category, "expense": expense})).collect();
        serde_json::json!({
            "city": city, "name": self.name, "kana": self.kana, "area": self.area, "services": services,
            "bank": self.bank, "branch": "001", "account_kind": "1", "account_number": self.account_number, "holder": self.holder,
        })
    }
}

/// Classes for a city with `children` children: one for every thirty, at least six. The second and the first have one operator.
#[must_use]
pub fn classes(setting: &Setting, dice: &Dice, children: u64) -> Vec<Class> {
    let count = children.checked_div(30).unwrap_or(0).clamp(6, 400);
    (0..count).filter_map(|index| class(setting, dice, index)).collect()
}

fn class(setting: &Setting, dice: &Dice, index: u64) -> Option<Class> {
    let place = usize::try_from(index).ok()?;
    let (kinds, wards) = (setting.classes, setting.wards);
    let kind = kinds.get(place.checked_rem(kinds.len())?)?;
    // One operator's accounts are one: the second class is paid into the first one's account.
    let operator = if index == 1 { 0 } else { index };
    let owner = kinds.get(usize::try_from(operator).ok()?.checked_rem(kinds.len())?)?;
    // Each kind is in every ward once before it is anywhere twice.
    let round = place.checked_div(kinds.len())?;
    let (ward, ward_kana) = wards.get(place.checked_add(round)?.checked_rem(wards.len())?)?;
    let again = round.checked_div(wards.len())?;
    let number = if again == 0 { String::new() } else { format!("第{}", again.saturating_add(1)) };
    Some(Class {
        name: format!("{}（{ward}{number}）", kind.name),
        kana: format!("{} {ward_kana}ク{}", kind.kana, number.replace('第', "ダイ")),
        area: (*ward).to_owned(),
        category: kind.category,
        expenses: setting.expenses,
        bank: training_bank(dice, "class bank", operator),
        account_number: format!("{:07}", operator.saturating_add(1_000_001)),
        holder: owner.holder.to_owned(),
    })
}
