//! Why something about a statement is refused: what, where, what to do.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::ids::StatementId;
use crate::refusal::{self, Kind, Refusal, Word};
use crate::time::Month;

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// The days of the statement are not over.
    #[error("statement month {month} runs through {last_on}: it can be drawn from the day after")]
    NotOver {
        /// The statement month.
        month: Month,
        /// Its last day.
        last_on: NaiveDate,
    },
    /// There is no such statement, or it belongs to another merchant.
    #[error("there is no statement {0}")]
    Unknown(StatementId),
    /// The statement's state does not allow it.
    #[error("statement {statement} is {state}: it cannot be {asked}")]
    State {
        /// Which.
        statement: StatementId,
        /// The state it is in.
        state: Word,
        /// What was asked.
        asked: &'static str,
    },
    /// Nobody approves their own work.
    #[error("{by} has worked on statement {statement} already: ask a second person")]
    SamePerson {
        /// Which.
        statement: StatementId,
        /// Who.
        by: String,
    },
    /// Only the merchant or staff for it may claim, only staff examine and approve.
    #[error("this actor may not do this")]
    NotAllowed,
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotOver { .. } => "statement_not_over",
            Self::Unknown(_) => "unknown_statement",
            Self::State { .. } => "statement_state",
            Self::SamePerson { .. } => "same_person",
            Self::NotAllowed => "not_allowed",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotOver { .. } | Self::State { .. } => Kind::NotNow,
            Self::Unknown(_) => Kind::NotFound,
            Self::SamePerson { .. } => Kind::SecondPerson,
            Self::NotAllowed => Kind::Forbidden,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotOver { month, last_on } => format!("{month} の利用期間は {last_on} までで、まだ終わっていません。翌日から作成できます。").into(),
            Self::Unknown(statement) => format!("支払明細 {statement} はありません。").into(),
            Self::State { statement, state, .. } => format!("支払明細 {statement} は{}ため、この操作はできません。", state.ja).into(),
            Self::SamePerson { statement, by } => format!("支払明細 {statement}: {}", refusal::same_person_ja(by)).into(),
            Self::NotAllowed => refusal::NOT_ALLOWED.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotOver { month, last_on } => format!("{month} の分は、{last_on} に終わります。次の日から作ることができます。").into(),
            Self::Unknown(statement) => format!("支払いの紙「{statement}」はありません。番号を確かめてください。").into(),
            Self::State { statement, state, .. } => format!("支払いの紙「{statement}」は、いま「{}」です。これはできません。", state.easy).into(),
            Self::SamePerson { statement, by } => format!("支払いの紙「{statement}」: {}", refusal::same_person_easy(by)).into(),
            Self::NotAllowed => refusal::NOT_ALLOWED.easy.into(),
        }
    }
}
