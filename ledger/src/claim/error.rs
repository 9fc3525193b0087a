//! Why something about a claim is refused: a stable code, and a sentence in both languages, for families read one and staff may read the other.

use chrono::NaiveDate;

use super::evidence::Unusable;
use crate::ids::{ClaimId, ClawbackId};
use crate::money::Yen;
use crate::scheme::Reason;

/// The answer is no. `Display` is the English sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Not this family's child, or not for this actor.
    #[error("this cannot be done here")]
    NotAllowed,
    /// There is no such claim, or it is another family's.
    #[error("there is no claim {0}")]
    Unknown(ClaimId),
    /// There is no such clawback.
    #[error("there is no clawback {0}")]
    UnknownClawback(ClawbackId),
    /// The scheme repays nothing.
    #[error("nothing can be claimed under this scheme")]
    NoRoute,
    /// Outside the days on which it may be claimed.
    #[error("claims are taken from {opens} to {shuts}")]
    Window {
        /// First day.
        opens: NaiveDate,
        /// Last day.
        shuts: NaiveDate,
    },
    /// One claim a year (or month), and there is one.
    #[error("claim {0} of this period is there already: nothing is added to it after the decision")]
    Already(ClaimId),
    /// A cost cannot be read.
    #[error("cost {number}: look at {field} again")]
    Cost {
        /// Which, from 1; 0 for all of them together.
        number: usize,
        /// The field, as requests name it.
        field: &'static str,
    },
    /// A merchant that is not registered for the expense.
    #[error("cost {number}: the merchant is not registered for this kind of expense")]
    Merchant {
        /// Which cost, from 1.
        number: usize,
    },
    /// The rules give nothing.
    #[error("nothing can be paid{}", listed(.0, Reason::english, (" (", "; ", ")")))]
    Nothing(Vec<Reason>),
    /// Others use the same money, again and again.
    #[error("many use the same money at once: try again")]
    Busy,
    /// The file is not one that can be looked at.
    #[error("choose a photograph (JPEG, PNG) or a PDF")]
    Media,
    /// The file is of a kind that is taken, and cannot be used.
    #[error(transparent)]
    File(#[from] Unusable),
    /// The file is too large or empty.
    #[error("a file has at most 8 MB, and is not empty")]
    Size,
    /// Too many files.
    #[error("a claim has at most 10 files")]
    TooMany,
    /// Filed again too often.
    #[error("the claim was filed too often: ask the city")]
    TooOften,
    /// Files that the scheme asks for are missing.
    #[error("evidence is missing: {}; return the claim for correction", .0.join(", "))]
    Evidence(Vec<String>),
    /// The claim's state does not allow it.
    #[error("the claim is {state}: it cannot be {asked}")]
    State {
        /// The state it is in.
        state: &'static str,
        /// What was asked.
        asked: &'static str,
    },
    /// Only staff.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody decides on their own work.
    #[error("{0} has examined, filed or proposed this: ask a second person")]
    SamePerson(String),
    /// The family has filed again since it was looked at.
    #[error("the claim was filed again (filing {0}): look at it again")]
    Changed(i16),
    /// An amount that cannot be granted, or asked back.
    #[error("{asked} yen: between 0 and {most} yen")]
    Amount {
        /// What was asked.
        asked: Yen,
        /// The most.
        most: Yen,
    },
    /// The second person decides on what the first one proposed.
    #[error("{proposed} yen were proposed: decide on that, or let the claim be examined again")]
    OtherAmount {
        /// What was proposed.
        proposed: Yen,
    },
    /// A reason is missing or too long.
    #[error("write a reason of 1 to {0} characters")]
    Reason(usize),
    /// The scheme's budget does not suffice.
    #[error("the scheme's budget for the year does not suffice: the city must appropriate more first")]
    Budget,
    /// The day is closed.
    #[error("the books are closed for this day")]
    Closed,
}

/// Why, in brackets; nothing where there is no reason.
fn listed(reasons: &[Reason], of: impl Fn(&Reason) -> String, (open, between, shut): (&str, &str, &str)) -> String {
    let said: Vec<_> = reasons.iter().map(of).collect();
    if said.is_empty() { String::new() } else { format!("{open}{}{shut}", said.join(between)) }
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotAllowed => "not_allowed",
            Self::Unknown(_) => "unknown_claim",
            Self::UnknownClawback(_) => "unknown_clawback",
            Self::NoRoute => "no_claim_route",
            Self::Window { .. } => "claim_window",
            Self::Already(_) => "claim_already",
            Self::Cost { .. } => "claim_cost",
            Self::Merchant { .. } => "merchant_not_registered",
            Self::Nothing(_) => "nothing_payable",
            Self::Busy => "busy",
            Self::Media => "evidence_media",
            Self::File(why) => why.code(),
            Self::Size => "evidence_size",
            Self::TooMany => "evidence_count",
            Self::TooOften => "claim_too_often",
            Self::Evidence(_) => "evidence_missing",
            Self::State { .. } => "claim_state",
            Self::NotStaff => "not_staff",
            Self::SamePerson(_) => "same_person",
            Self::Changed(_) => "claim_changed",
            Self::Amount { .. } => "claim_amount",
            Self::OtherAmount { .. } => "other_amount",
            Self::Reason(_) => "reason",
            Self::Budget => "budget",
            Self::Closed => "closed",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::Conflict => "この操作番号は別の操作に使われています。".to_owned(),
            Self::NotAllowed => "この操作はできません。".to_owned(),
            Self::Unknown(claim) => format!("申請 {claim} はありません。"),
            Self::UnknownClawback(clawback) => format!("返還 {clawback} はありません。"),
            Self::NoRoute => "この制度では償還払いの申請はできません。".to_owned(),
            Self::Window { opens, shuts } => format!("申請できる期間は {opens} から {shuts} までです。"),
            Self::Already(claim) => format!("この期間の申請 {claim} がすでにあります。決定後に追加することはできません。"),
            Self::Cost { number: 0, .. } => "費用は 1 件以上 60 件以内で入力してください。".to_owned(),
            Self::Cost { number, field } => format!("費用 {number} の{}を見直してください。", field_name(field)),
            Self::Merchant { number } => format!("費用 {number} の教室・事業者は、この費用について登録されていません。"),
            Self::Nothing(reasons) => format!("お支払いできる額がありません{}。", listed(reasons, Reason::japanese, ("（", "、", "）"))),
            Self::Busy => "いま混み合っています。もう一度お試しください。".to_owned(),
            Self::File(why) => why.japanese().to_owned(),
            Self::Media => "写真（JPEG・PNG）または PDF を選んでください。".to_owned(),
            Self::Size => "ファイルは 1 件 8 MB までです。空のファイルは送れません。".to_owned(),
            Self::TooMany => "添付できるのは 10 件までです。".to_owned(),
            Self::TooOften => "申請の回数が多すぎます。市にお問い合わせください。".to_owned(),
            Self::Evidence(missing) => format!("書類が足りません（{}）。差し戻して、ご家庭に追加を依頼してください。", missing.join("、")),
            Self::State { state, .. } => format!("この申請は{}ため、この操作はできません。", state_name(state)),
            Self::NotStaff => "市の職員だけができる操作です。".to_owned(),
            Self::SamePerson(_) => "同じ職員が前の段階を行っています。別の職員に依頼してください。".to_owned(),
            Self::Changed(filing) => format!("ご家庭が申請を出し直しました（{filing} 回目）。内容をもう一度確認してください。"),
            Self::Amount { most, .. } => format!("金額は {most} 円以内で入力してください。"),
            Self::OtherAmount { proposed } => format!("審査では {proposed} 円が提案されています。その額で決定するか、審査をやり直してください。"),
            Self::Reason(most) => format!("理由を 1 文字以上 {most} 文字以内で書いてください。"),
            Self::Budget => "制度の今年度の予算が足りないため、いま申請を受け付けられません。市にお問い合わせください。".to_owned(),
            Self::Closed => "この日の帳簿は締め切られています。".to_owned(),
        }
    }
}

/// A field of a cost, as forms call it.
fn field_name(field: &str) -> &'static str {
    match field {
        "expense" => "種類",
        "service" => "サービス",
        "amount_yen" => "金額",
        "paid_to" => "支払先",
        _ => "期間",
    }
}

fn state_name(state: &str) -> &'static str {
    match state {
        "filed" => "審査を待っている",
        "examined" => "審査が済んで決定を待っている",
        "returned" => "差し戻されている",
        "decided" => "決定済みの",
        "withdrawn" => "取り下げられている",
        _ => "承認済みの",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why_in_the_reader_s_language() {
        let nothing = Rejected::Nothing(vec![Reason::OutsidePeriod, Reason::BalanceUsed]);
        assert_eq!(nothing.to_string(), "nothing can be paid (the cost does not fall into the period that is paid; nothing is left of the grant)");
        assert_eq!(nothing.japanese(), "お支払いできる額がありません（対象期間外の費用です、残りがありません）。");
        assert_eq!(Rejected::Cost { number: 2, field: "to" }.japanese(), "費用 2 の期間を見直してください。");
        assert_eq!(Rejected::State { state: "decided", asked: "filed again" }.japanese(), "この申請は決定済みのため、この操作はできません。");
    }
}
