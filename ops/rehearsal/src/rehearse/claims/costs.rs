//! What families claim for: the passes of a year, or receipts of lessons. From the dice alone.

use chrono::{Days, NaiveDate};
use ledger::time::{Month, tokyo_date};
use serde_json::{Value, json};

use super::{Manner, filed_at};
use crate::rehearse::rehearsed_city::RehearsedCity;
use crate::rehearse::setting::Claimed;

/// Months of a pass, and what it costs in tenths of a month's fare.
const PASSES: [(i32, i64); 3] = [(1, 10), (3, 28), (6, 54)];

/// What of a claim staff look for.
pub(super) const MISREAD: &str = "金額は記憶によります";
pub(super) const PRIVATE: &str = "部活動の遠征先";
pub(super) const SURCHARGE: &str = "特急料金を含む";
pub(super) const MOVING: &str = "転校の予定あり";

impl Manner {
    /// What the family writes beside a cost.
    const fn remark(self) -> Option<&'static str> {
        match self {
            Self::Misread => Some(MISREAD),
            Self::Private => Some(PRIVATE),
            Self::Surcharge => Some(SURCHARGE),
            Self::Moving => Some(MOVING),
            Self::Plain | Self::Forgotten | Self::TakenBack => None,
        }
    }

    fn beside(self, text: String) -> String {
        match self.remark() {
            Some(remark) => format!("{text}（{remark}）"),
            None => text,
        }
    }

    /// A digit was misread.
    const fn misread_yen(self) -> i64 {
        match self {
            Self::Misread => 3_000,
            _ => 0,
        }
    }
}

/// The costs of the claim for the child with this number.
pub(super) fn costs(city: &RehearsedCity, number: u64, manner: Manner) -> Vec<Value> {
    let today = filed_at(city, number).map_or(city.days.first, tokyo_date);
    match city.setting.claimed {
        Claimed::Nothing => Vec::new(),
        Claimed::Passes => passes(city, number, today, manner),
        Claimed::Receipts => receipts(city, number, today, manner),
    }
}

/// Passes of one, three or six months from April on, as far as they have been bought.
fn passes(city: &RehearsedCity, number: u64, today: NaiveDate, manner: Manner) -> Vec<Value> {
    let dice = &city.dice;
    let (months, tenths) = dice.pick("pass", number, &PASSES).copied().unwrap_or_default();
    let steps = i64::try_from(dice.below("fare", number, 36)).unwrap_or(0);
    let monthly_yen = steps.saturating_mul(500).saturating_add(9_000);
    let amount_yen = monthly_yen.saturating_mul(tenths).checked_div(10).unwrap_or(0).saturating_add(manner.misread_yen());
    let line =
        dice.pick("line", number, &["市営地下鉄 谷上–三宮", "山手電車 須磨浦–元町", "海岸鉄道 垂水–神戸", "六甲線 岡本–王子"]).copied().unwrap_or_default();
    let first = Month::of(city.days.year.first_day());
    let begin = (0..12).step_by(usize::try_from(months).unwrap_or(1)).map(|month| first.plus_months(month));
    let bought = begin.filter(|begin| begin.first_day() <= today);
    let pass = |begin: Month| {
        let to = begin.plus_months(months.saturating_sub(1)).last_day();
        let paid_to = manner.beside(format!("{line} {months}か月"));
        json!({"expense": "commuter_pass", "amount_yen": amount_yen, "from": begin.first_day(), "to": to, "paid_to": paid_to})
    };
    bought.map(pass).collect()
}

/// One or two receipts of the weeks before, of lessons at registered classes.
fn receipts(city: &RehearsedCity, number: u64, today: NaiveDate, manner: Manner) -> Vec<Value> {
    let dice = &city.dice;
    let (cheapest, step) = city.setting.prices;
    let receipt = |turn: u64| {
        let number = number.saturating_mul(2).saturating_add(turn);
        let steps = i64::try_from(dice.below("receipt", number, 22)).unwrap_or(0);
        let amount_yen = steps.saturating_mul(step).saturating_add(cheapest).saturating_add(manner.misread_yen());
        let before = today.checked_sub_days(Days::new(dice.below("receipt day", number, 20))).unwrap_or(today);
        let class = dice.pick("receipt of", number, &city.classes)?;
        let paid_to = manner.beside(format!("{} 月謝", class.class.name));
        let on = before.max(city.days.year.first_day());
        Some(json!({"expense": "tuition", "amount_yen": amount_yen, "on": on, "merchant": class.merchant, "paid_to": paid_to}))
    };
    (0..=dice.below("receipts", number, 2)).filter_map(receipt).collect()
}
