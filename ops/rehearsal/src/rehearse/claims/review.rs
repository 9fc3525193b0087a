//! Staff look through what families have filed: one proposes what to grant, or sends back; another decides. Once a week, and on the last mornings
//! before the month closes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use ledger::time::Instant;
use serde::Deserialize;
use serde_json::{Value, json};

use super::costs::{MISREAD, MOVING, PRIVATE, SURCHARGE};
use super::{ClaimEvent, evening};
use crate::rehearse::office::Office;
use crate::rehearse::rehearsed_city::RehearsedCity;
use crate::rehearse::setting::Claimed;

/// Every so many days.
const EVERY_DAYS: i64 = 7;
/// And on so many last mornings.
const LAST_DAYS: i64 = 2;

/// What staff write down to come back to later: a claim of which some will have to be given back.
#[derive(Debug, Clone)]
pub struct Noted {
    /// The claim.
    pub claim: String,
    /// Whose it is.
    pub family: String,
    /// What was granted.
    pub granted_yen: i64,
}

/// What a morning's work leads to.
#[derive(Default)]
pub struct Reviewed {
    /// What families will do.
    pub follows: Vec<(Instant, ClaimEvent)>,
    /// What staff will come back to.
    pub noted: Vec<Noted>,
}

/// A claim as staff see it.
#[derive(Deserialize)]
struct Waiting {
    claim: String,
    family: String,
    child: String,
    filing: i16,
    reserved_yen: i64,
    proposed_yen: Option<i64>,
}

/// A claim, opened.
#[derive(Deserialize)]
struct Opened {
    costs: Vec<Cost>,
    evidence: Vec<Evidence>,
    missing_evidence: Vec<String>,
}

#[derive(Deserialize)]
struct Cost {
    paid_to: Option<String>,
}

#[derive(Deserialize)]
struct Evidence {
    number: i16,
}

impl Opened {
    fn says(&self, remark: &str) -> bool {
        self.costs.iter().filter_map(|cost| cost.paid_to.as_deref()).any(|text| text.contains(remark))
    }

    /// What the family is to correct, if anything.
    fn fault(&self) -> Option<&'static str> {
        if !self.missing_evidence.is_empty() {
            return Some("必要な書類の写しが足りません。追加してください。");
        }
        self.says(MISREAD).then_some("金額が写しと一致しません。写しのとおりに直してください。")
    }

    /// What is proposed of what was set aside, and why.
    fn proposal(&self, reserved_yen: i64) -> (i64, &'static str) {
        if self.says(PRIVATE) {
            return (0, "通学・習い事のための費用ではありません。");
        }
        if self.says(SURCHARGE) {
            // A fifth is what does not count.
            return (reserved_yen.saturating_mul(4).checked_div(5).unwrap_or(0), "対象とならない料金を除きました。");
        }
        (reserved_yen, "申請のとおりです。")
    }
}

fn is_review_day(city: &RehearsedCity, day: NaiveDate) -> bool {
    let Some((opens, _)) = city.days.filing else { return false };
    let since = day.signed_duration_since(opens).num_days();
    let left = city.days.closing.signed_duration_since(day).num_days();
    city.setting.claimed != Claimed::Nothing && since > 0 && (since % EVERY_DAYS == 0 || left <= LAST_DAYS)
}

/// The morning of `day`, before the desks open.
pub async fn review(city: &RehearsedCity, day: NaiveDate) -> anyhow::Result<Reviewed> {
    if !is_review_day(city, day) {
        return Ok(Reviewed::default());
    }
    city.server.early(day);
    let office = city.office().await?;
    let mut reviewed = Reviewed::default();
    let children = (0..).zip(&city.households).flat_map(|(place, household)| household.children.iter().map(move |child| (child.id.as_str(), place)));
    let households: BTreeMap<_, _> = children.collect();
    let filed: Vec<Waiting> = office.preparer.pages("/claims?state=filed").await?;
    for claim in &filed {
        let returned = examine(&office, claim, &mut reviewed).await?;
        let place = households.get(claim.child.as_str()).copied();
        if let Some(place) = place.filter(|_| returned) {
            let number = u64::try_from(place).unwrap_or(0);
            reviewed.follows.push((evening(&city.dice, day, ("correct", number)), ClaimEvent::Correct(place)));
        }
    }
    let examined: Vec<Waiting> = office.preparer.pages("/claims?state=examined").await?;
    for claim in &examined {
        decide(&office, claim).await?;
    }
    Ok(reviewed)
}

/// One person opens a claim and what it shows; true when it went back to the family.
async fn examine(office: &Office, claim: &Waiting, reviewed: &mut Reviewed) -> anyhow::Result<bool> {
    let path = format!("/claims/{}", claim.claim);
    let key = format!("{}/{}", claim.claim, claim.filing);
    let because = json!({"reason": "償還払いの審査"});
    let opened: Opened = office.preparer.post(&format!("{path}/reveal"), &key, &because).await?;
    if let Some(message) = opened.fault() {
        office.preparer.post::<()>(&format!("{path}/return"), &key, &json!({"message": message})).await?;
        return Ok(true);
    }
    for file in &opened.evidence {
        office.preparer.download(&format!("{path}/evidence/{}/reveal", file.number), &key, &because).await?;
    }
    let (proposed_yen, message) = opened.proposal(claim.reserved_yen);
    let proposed = json!({"filing": claim.filing, "proposed_yen": proposed_yen, "message": message});
    office.preparer.post::<()>(&format!("{path}/examine"), &key, &proposed).await?;
    if opened.says(MOVING) {
        reviewed.noted.push(Noted { claim: claim.claim.clone(), family: claim.family.clone(), granted_yen: proposed_yen });
    }
    Ok(false)
}

/// Another person decides.
async fn decide(office: &Office, claim: &Waiting) -> anyhow::Result<()> {
    let granted_yen = claim.proposed_yen.unwrap_or(0);
    let message = if granted_yen == 0 { "対象外のため、お支払いできません。" } else { "審査のとおり決定しました。" };
    let path = format!("/claims/{}/decide", claim.claim);
    office.approver.post::<Value>(&path, &format!("{}/decide", claim.claim), &json!({"granted_yen": granted_yen, "message": message})).await?;
    Ok(())
}
