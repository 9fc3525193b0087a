//! What was granted in error is asked back: proposed by one person, approved by another; the family pays it back by bank transfer, and the treasurer
//! says what the credit was.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::review::Noted;
use crate::rehearse::bank::Credit;
use crate::rehearse::office::Office;
use crate::rehearse::rehearsed_city::RehearsedCity;

/// What a family owes.
#[derive(Debug, Clone)]
pub struct Owed {
    family: String,
    amount_yen: i64,
}

#[derive(Deserialize)]
struct Proposed {
    clawback: String,
}

#[derive(Deserialize)]
struct Lines {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "line")]
    id: String,
    amount_yen: i64,
    matched: String,
}

/// Asks back a third of what was granted.
pub async fn ask_back(office: &Office, noted: &[Noted]) -> anyhow::Result<Vec<Owed>> {
    let mut owed = Vec::new();
    for Noted { claim, family, granted_yen } in noted {
        let amount_yen = granted_yen.checked_div(3).unwrap_or(0);
        if amount_yen == 0 {
            continue;
        }
        let asked = json!({"amount_yen": amount_yen, "message": "転校後の期間の分です。"});
        let Proposed { clawback } = office.preparer.post(&format!("/claims/{claim}/clawbacks"), &format!("clawback/{claim}"), &asked).await?;
        let approved = json!({"message": "返還をお願いします。"});
        office.approver.post::<()>(&format!("/clawbacks/{clawback}/approve"), &format!("approve/{clawback}"), &approved).await?;
        owed.push(Owed { family: family.clone(), amount_yen });
    }
    Ok(owed)
}

/// The families pay it back; the bank books it on `on`.
pub fn pay_back(city: &mut RehearsedCity, owed: &[Owed], on: NaiveDate) {
    for Owed { amount_yen, .. } in owed {
        city.bank.credit(&Credit {
            on, amount_yen: *amount_yen, payer_code: "", payer_name: "ﾍﾝｶﾝ ｶﾃｲ", from: ("ｸﾝﾚﾝ", "ﾎﾝﾃﾝ"), summary: "ﾌﾘｺﾐ"
        });
    }
}

/// The treasurer says of each credit that nobody knew which family repays with it.
pub async fn explain(office: &Office, owed: &[Owed], days: &str) -> anyhow::Result<()> {
    let Lines { lines } = office.treasurer.get(&format!("/bank-lines?{days}")).await?;
    let mut waiting = owed.to_vec();
    for line in lines.iter().filter(|line| line.matched == "suspense") {
        let Some(at) = waiting.iter().position(|owed| owed.amount_yen == line.amount_yen) else { continue };
        let what = json!({"what": format!("family-repays:{}", waiting.remove(at).family), "reason": "返還金の入金"});
        office.treasurer.post::<()>(&format!("/bank-lines/{}/explain-credit", line.id), &format!("explain/{}", line.id), &what).await?;
    }
    anyhow::ensure!(waiting.is_empty(), "{} families have repaid and the bank does not show it", waiting.len());
    Ok(())
}
