//! Why something about a claim is refused: a stable code, and a sentence in both languages, for families read one and staff may read the other.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::evidence::Unusable;
use super::file::COSTS_MAX;
use crate::ids::{ClaimId, ClawbackId};
use crate::money::Yen;
use crate::refusal::{self, Kind, Refusal, Word};
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
        field: Word,
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
        state: Word,
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

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
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

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::Unknown(_) | Self::UnknownClawback(_) => Kind::NotFound,
            Self::SamePerson(_) => Kind::SecondPerson,
            Self::NotAllowed | Self::NotStaff => Kind::Forbidden,
            Self::Closed => Kind::Closed,
            Self::Busy => Kind::Busy,
            Self::Window { .. }
            | Self::Already(_)
            | Self::State { .. }
            | Self::Changed(_)
            | Self::Evidence(_)
            | Self::TooMany
            | Self::TooOften
            | Self::Nothing(_)
            | Self::Budget => Kind::NotNow,
            Self::NoRoute
            | Self::Cost { .. }
            | Self::Merchant { .. }
            | Self::Media
            | Self::File(_)
            | Self::Size
            | Self::Amount { .. }
            | Self::OtherAmount { .. }
            | Self::Reason(_) => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotAllowed => refusal::NOT_ALLOWED.ja.into(),
            Self::Unknown(claim) => format!("申請 {claim} はありません。").into(),
            Self::UnknownClawback(clawback) => format!("返還 {clawback} はありません。").into(),
            Self::NoRoute => "この制度では償還払いの申請はできません。".into(),
            Self::Window { opens, shuts } => format!("申請できる期間は {opens} から {shuts} までです。").into(),
            Self::Already(claim) => format!("この期間の申請 {claim} がすでにあります。決定後に追加することはできません。").into(),
            Self::Cost { number: 0, .. } => format!("費用は 1 件以上 {COSTS_MAX} 件以内で入力してください。").into(),
            Self::Cost { number, field } => format!("費用 {number} の{}を見直してください。", field.ja).into(),
            Self::Merchant { number } => format!("費用 {number} の教室・事業者は、この費用について登録されていません。").into(),
            Self::Nothing(reasons) => format!("お支払いできる額がありません{}。", listed(reasons, Reason::japanese, ("（", "、", "）"))).into(),
            Self::Busy => refusal::BUSY.ja.into(),
            Self::File(why) => why.japanese(),
            Self::Media => "写真（JPEG・PNG）または PDF を選んでください。".into(),
            Self::Size => "ファイルは 1 件 8 MB までです。空のファイルは送れません。".into(),
            Self::TooMany => "添付できるのは 10 件までです。".into(),
            Self::TooOften => "申請の回数が多すぎます。市にお問い合わせください。".into(),
            Self::Evidence(missing) => format!("書類が足りません（{}）。差し戻して、ご家庭に追加を依頼してください。", missing.join("、")).into(),
            Self::State { state, .. } => format!("この申請は{}ため、この操作はできません。", state.ja).into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::SamePerson(by) => refusal::same_person_ja(by),
            Self::Changed(filing) => format!("ご家庭が申請を出し直しました（{filing} 回目）。内容をもう一度確認してください。").into(),
            Self::Amount { asked, most } => format!("金額は {most} 円以内で入力してください（{asked} 円と入力されています）。").into(),
            Self::OtherAmount { proposed } => format!("審査では {proposed} 円が提案されています。その額で決定するか、審査をやり直してください。").into(),
            Self::Reason(most) => refusal::reason_ja(*most),
            Self::Budget => "制度の今年度の予算が足りないため、いま申請を受け付けられません。市にお問い合わせください。".into(),
            Self::Closed => refusal::CLOSED.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotAllowed => refusal::NOT_ALLOWED.easy.into(),
            Self::Unknown(claim) => format!("申し込み「{claim}」はありません。番号を確かめてください。").into(),
            Self::UnknownClawback(clawback) => format!("返してもらうお金「{clawback}」はありません。番号を確かめてください。").into(),
            Self::NoRoute => "この制度では、あとからお金をもらう申し込みはできません。".into(),
            Self::Window { opens, shuts } => format!("申し込みは、{opens} から {shuts} までです。いまは申し込みできません。").into(),
            Self::Already(claim) => format!("同じ時期の申し込み「{claim}」が、もうあります。あとから増やすことはできません。").into(),
            Self::Cost { number: 0, .. } => format!("使ったお金を書いてください。1 件から {COSTS_MAX} 件までです。").into(),
            Self::Cost { number, field } => format!("{number} 番の「{}」を、もう一度見てください。", field.easy).into(),
            Self::Merchant { number } => format!("{number} 番の教室では、このお金は使えません。ほかの教室を選んでください。").into(),
            Self::Nothing(reasons) => format!("もらえるお金がありません{}。", listed(reasons, Reason::easy, ("（", "、", "）"))).into(),
            Self::Busy => refusal::BUSY.easy.into(),
            Self::File(why) => why.easy(),
            Self::Media => "写真か PDF を選んでください。写真は JPEG か PNG です。".into(),
            Self::Size => "ファイルが大きすぎます。または、何も入っていません。1 つのファイルは 8 MB までです。".into(),
            Self::TooMany => "ファイルは 10 個までです。もう増やすことはできません。".into(),
            Self::TooOften => "もう何回も申し込みました。市役所に聞いてください。".into(),
            Self::Evidence(missing) => format!("紙が足りません（{}）。家の人に、紙を出してもらってください。", missing.join("、")).into(),
            Self::State { state, .. } => format!("この申し込みは、いま「{}」です。これはできません。", state.easy).into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::SamePerson(by) => refusal::same_person_easy(by),
            Self::Changed(filing) => format!("家の人が、もう一度申し込みました。{filing} 回目です。新しいものを見てください。").into(),
            Self::Amount { asked, most } => format!("お金は {most} 円までです。いまは {asked} 円と書いてあります。").into(),
            Self::OtherAmount { proposed } => {
                format!("前の人は {proposed} 円と書きました。同じ金額にしてください。違うときは、もう一度調べてください。").into()
            }
            Self::Reason(most) => refusal::reason_easy(*most),
            Self::Budget => "市のお金が足りません。いまは申し込みできません。市役所に聞いてください。".into(),
            Self::Closed => refusal::CLOSED.easy.into(),
        }
    }
}

/// The fields of a cost, as forms call them.
pub(super) mod field {
    use crate::refusal::Word;

    pub(in crate::claim) const COSTS: Word = Word { en: "costs", ja: "費用", easy: "使ったお金" };
    pub(in crate::claim) const EXPENSE: Word = Word { en: "expense", ja: "種類", easy: "何のお金か" };
    pub(in crate::claim) const SERVICE: Word = Word { en: "service", ja: "サービス", easy: "サービス" };
    pub(in crate::claim) const AMOUNT: Word = Word { en: "amount_yen", ja: "金額", easy: "いくらか" };
    pub(in crate::claim) const TO: Word = Word { en: "to", ja: "期間", easy: "いつか" };
    pub(in crate::claim) const PAID_TO: Word = Word { en: "paid_to", ja: "支払先", easy: "だれに払ったか" };
}

/// A clawback that was decided.
pub(super) const CLAWBACK_APPROVED: Word = Word { en: "approved", ja: "承認済みの", easy: "決まった" };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Act;
    use crate::claim::state::State;
    use crate::time::Instant;

    fn act() -> Act {
        Act { at: Instant::UNIX_EPOCH, by: "a".to_owned() }
    }

    #[test]
    fn a_refusal_says_why_in_the_reader_s_language() {
        let nothing = Rejected::Nothing(vec![Reason::OutsidePeriod, Reason::BalanceUsed]);
        assert_eq!(nothing.to_string(), "nothing can be paid (the cost does not fall into the period that is paid; nothing is left of the grant)");
        assert_eq!(nothing.japanese(), "お支払いできる額がありません（対象期間外の費用です、残りがありません）。");
        assert_eq!(Rejected::Cost { number: 2, field: field::TO }.japanese(), "費用 2 の期間を見直してください。");
        assert_eq!(
            Rejected::State { state: State::Decided { examined: act(), decided: act(), granted: Yen::ZERO }.standing().word(), asked: "filed again" }
                .japanese(),
            "この申請は決定済みのため、この操作はできません。"
        );
    }
}
