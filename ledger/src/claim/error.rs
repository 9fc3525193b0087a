//! Why something about a claim is refused. Families read Japanese; what only staff can run into says what to do in English, as in the other parts
//! of the back office.

use chrono::NaiveDate;

use super::evidence::Unusable;
use crate::ids::ClaimId;
use crate::money::Yen;

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("この操作番号は別の操作に使われています。")]
    Conflict,
    /// Not this family's claim or child, or not for this actor.
    #[error("この操作はできません。")]
    NotAllowed,
    /// There is no such claim, or it is another family's.
    #[error("申請 {0} はありません。")]
    Unknown(ClaimId),
    /// The scheme repays nothing.
    #[error("この制度では償還払いの申請はできません。")]
    NoRoute,
    /// Outside the days on which it may be claimed.
    #[error("申請できる期間は {opens} から {shuts} までです。")]
    Window {
        /// First day.
        opens: NaiveDate,
        /// Last day.
        shuts: NaiveDate,
    },
    /// One claim a year (or month), and there is one.
    #[error("この期間の申請 {0} がすでにあります。決定後に追加することはできません。")]
    Already(ClaimId),
    /// A cost cannot be read.
    #[error("費用 {number} の {field} を見直してください。")]
    Cost {
        /// Which, from 1; 0 for all of them together.
        number: usize,
        /// The field.
        field: &'static str,
    },
    /// A merchant that is not registered for the expense.
    #[error("費用 {number} の教室・事業者は、この費用について登録されていません。")]
    Merchant {
        /// Which cost, from 1.
        number: usize,
    },
    /// The rules give nothing.
    #[error("お支払いできる額がありません。{}", .0.join(" / "))]
    Nothing(Vec<String>),
    /// Others use the same money, again and again.
    #[error("いま混み合っています。もう一度お試しください。")]
    Busy,
    /// The file is not one that can be looked at.
    #[error("写真（JPEG・PNG）または PDF を選んでください。")]
    Media,
    /// The file is of a kind that is taken, and cannot be used.
    #[error(transparent)]
    File(#[from] Unusable),
    /// The file is too large or empty.
    #[error("ファイルは 1 件 8 MB までです。")]
    Size,
    /// Too many files.
    #[error("添付できるのは 10 件までです。")]
    TooMany,
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
    /// An amount that cannot be granted.
    #[error("{asked} yen: between 0 and the {most} yen that are set aside")]
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
    #[error("the scheme's budget for the year does not suffice: appropriate more, then file again")]
    Budget,
    /// The day is closed.
    #[error("この日の帳簿は締め切られています。")]
    Closed,
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotAllowed => "not_allowed",
            Self::Unknown(_) => "unknown_claim",
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
}
