//! Why something about the bank statement is refused: what, where, what to do.

use std::borrow::Cow;

use crate::bank::account::{BankCode, BranchCode};
use crate::bank::calendar::BeyondHorizon;
use crate::bank::file_error::FileError;
use crate::bank::meisai::Flow;
use crate::books::Refused;
use crate::ids::{BankLineId, RemittanceId};
use crate::money::Yen;
use crate::refusal::{self, Kind, Refusal};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff may do this.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody approves their own work.
    #[error("{0} proposed this return and may not confirm it: ask a second person")]
    SamePerson(String),
    /// The file cannot be read.
    #[error("bank statement: {0}")]
    File(FileError),
    /// The file is of another account, or of several.
    #[error("the file is of bank {0} branch {1}: import the statement of the city's own account, alone")]
    OtherAccount(BankCode, BranchCode),
    /// The file is of several accounts.
    #[error("the file is of several accounts: import the statement of the city's own account, alone")]
    SeveralAccounts,
    /// The file says no balances.
    #[error("the file gives no opening or closing balance: fetch it with balances, so that no line can be missing")]
    NoBalance,
    /// A line that is known stands behind one that is new.
    #[error("record {record} was imported before, but lines before it were not: fetch the statement again without gaps")]
    Overlap {
        /// The record in the file.
        record: usize,
    },
    /// A statement is missing in between.
    #[error("a balance of {expected} yen was expected before the first new line, the file says {found}: import the missing statement first")]
    Gap {
        /// The closing balance of the last import, or the books' balance before the first.
        expected: Yen,
        /// By the file.
        found: Yen,
    },
    /// There is no such line.
    #[error("there is no bank line {0}")]
    UnknownLine(BankLineId),
    /// The line's match does not allow it.
    #[error("bank line {line} is a {}, {}: it cannot be {asked}", flow_name(*.flow), .matched.as_deref().unwrap_or("unmatched"))]
    State {
        /// The line.
        line: BankLineId,
        /// Credit or debit.
        flow: Flow,
        /// The kind of its newest match.
        matched: Option<String>,
        /// What was asked.
        asked: &'static str,
    },
    /// Nobody has proposed this.
    #[error("this return has not been proposed: propose it first")]
    NotProposed,
    /// The remittance or its line cannot be what the bank line says.
    #[error("remittance {remittance}: {why}")]
    Remittance {
        /// Which.
        remittance: RemittanceId,
        /// What does not fit.
        why: Misfit,
    },
    /// The city holds no families' own money.
    #[error("this city holds no own money of families: the credit must be sent back or explained otherwise")]
    NoOwnMoney,
    /// The day lies where no holidays are known.
    #[error(transparent)]
    Calendar(BeyondHorizon),
    /// The month cannot be closed yet.
    #[error("the month cannot be closed: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NotReady(Vec<Missing>),
    /// The books say no.
    #[error(transparent)]
    Books(Refused),
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::SamePerson(_) => "same_person",
            Self::File(error) => error.code(),
            Self::OtherAccount(..) | Self::SeveralAccounts => "other_account",
            Self::NoBalance => "no_balance",
            Self::Overlap { .. } => "statement_overlap",
            Self::Gap { .. } => "statement_gap",
            Self::UnknownLine(_) => "unknown_line",
            Self::State { .. } => "line_state",
            Self::NotProposed => "not_proposed",
            Self::Remittance { .. } => "remittance_does_not_fit",
            Self::NoOwnMoney => "no_own_money",
            Self::Calendar(_) => "holidays_unknown",
            Self::NotReady(_) => "month_not_ready",
            Self::Books(_) => "books",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotStaff => Kind::Forbidden,
            Self::SamePerson(_) => Kind::SecondPerson,
            Self::UnknownLine(_) => Kind::NotFound,
            Self::Overlap { .. } | Self::Gap { .. } | Self::State { .. } | Self::NotProposed | Self::NotReady(_) | Self::Books(_) => Kind::NotNow,
            Self::File(_)
            | Self::OtherAccount(..)
            | Self::SeveralAccounts
            | Self::NoBalance
            | Self::Remittance { .. }
            | Self::NoOwnMoney
            | Self::Calendar(_) => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::SamePerson(by) => refusal::same_person_ja(by),
            Self::File(error) => format!("入出金明細のファイル: {}", error.japanese()).into(),
            Self::OtherAccount(bank, branch) => format!("別の口座（銀行 {bank}・支店 {branch}）の明細です。市の口座だけの明細を取り込んでください。").into(),
            Self::SeveralAccounts => "複数の口座の明細が入っています。市の口座だけの明細を取り込んでください。".into(),
            Self::NoBalance => "残高のない明細です。行の抜けを確かめられるように、残高付きの明細を取得してください。".into(),
            Self::Overlap { record } => {
                format!("{record} 件目は取込済みですが、それより前に取り込んでいない行があります。抜けのない明細を取得し直してください。").into()
            }
            Self::Gap { expected, found } => {
                format!("最初の新しい行の前の残高は {expected} 円のはずですが、ファイルでは {found} 円です。間の明細を先に取り込んでください。").into()
            }
            Self::UnknownLine(line) => format!("入出金明細の行 {line} はありません。").into(),
            Self::State { line, flow, matched, .. } => {
                format!("入出金明細の行 {line} は{}ため、この操作はできません。", state_ja(*flow, matched.is_some())).into()
            }
            Self::NotProposed => "この返戻はまだ提案されていません。先に提案してください。".into(),
            Self::Remittance { remittance, why } => format!("振込 {remittance} と合いません。{}", why.japanese()).into(),
            Self::NoOwnMoney => "この市は家庭のお金を預かっていません。入金を返すか、別の内容で処理してください。".into(),
            Self::Calendar(error) => error.japanese(),
            Self::NotReady(missing) => format!("この月はまだ締められません。{}", missing.iter().map(Missing::japanese).collect::<String>()).into(),
            Self::Books(refused) => refused.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::SamePerson(by) => refusal::same_person_easy(by),
            Self::File(error) => format!("銀行のファイル: {}", error.easy()).into(),
            Self::OtherAccount(bank, branch) => {
                format!("これは、ほかの口座のファイルです。銀行は {bank}、支店は {branch} です。市の口座のファイルを選んでください。").into()
            }
            Self::SeveralAccounts => "口座が 2 つ以上あります。市の口座だけのファイルを選んでください。".into(),
            Self::NoBalance => "残っているお金の金額がありません。金額のあるファイルを、銀行からもらってください。".into(),
            Self::Overlap { record } => {
                format!("{record} 番は、もう入れました。その前に、まだ入れていない行があります。もう一度、銀行からファイルをもらってください。").into()
            }
            Self::Gap { expected, found } => {
                format!("はじめの金額が合いません。{expected} 円のはずです。ファイルでは {found} 円です。先に、前のファイルを入れてください。").into()
            }
            Self::UnknownLine(line) => format!("銀行の行「{line}」はありません。番号を確かめてください。").into(),
            Self::State { line, flow, matched, .. } => format!("銀行の行「{line}」は、{}。これはできません。", state_easy(*flow, matched.is_some())).into(),
            Self::NotProposed => "お金が戻ったことを、まだだれも書いていません。先に書いてください。".into(),
            Self::Remittance { remittance, why } => format!("振り込み「{remittance}」と合いません。{}", why.easy()).into(),
            Self::NoOwnMoney => "この市は、家のお金をあずかっていません。お金を返してください。".into(),
            Self::Calendar(error) => error.easy(),
            Self::NotReady(missing) => format!("この月は、まだ終わることができません。{}", missing.iter().map(Missing::easy).collect::<String>()).into(),
            Self::Books(refused) => refused.easy(),
        }
    }
}

const fn flow_name(flow: Flow) -> &'static str {
    match flow {
        Flow::Credit => "credit",
        Flow::Debit => "debit",
    }
}

const fn state_ja(flow: Flow, matched: bool) -> &'static str {
    match (flow, matched) {
        (Flow::Credit, true) => "照合済みの入金である",
        (Flow::Credit, false) => "まだ照合していない入金である",
        (Flow::Debit, true) => "照合済みの出金である",
        (Flow::Debit, false) => "まだ照合していない出金である",
    }
}

const fn state_easy(flow: Flow, matched: bool) -> &'static str {
    match (flow, matched) {
        (Flow::Credit, true) => "入ったお金です。何のお金か、もう決めました",
        (Flow::Credit, false) => "入ったお金です。何のお金か、まだ決めていません",
        (Flow::Debit, true) => "出たお金です。何のお金か、もう決めました",
        (Flow::Debit, false) => "出たお金です。何のお金か、まだ決めていません",
    }
}

/// Why a remittance or its line is not what a bank line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// There is no such remittance.
    #[error("there is none")]
    Unknown,
    /// Its total is another.
    #[error("its total, less lines that came back before the debit, is another: enter those first, or match another file")]
    Total,
    /// It was not sent, or the bank has debited it.
    #[error("it is not on its way")]
    NotSent,
    /// It has no such line that may come back.
    #[error("it has no such line that was sent and has not come back")]
    NoSuchLine,
    /// The line's amount is another.
    #[error("the line's amount is another, and no fee explains it")]
    Amount,
}

impl Misfit {
    const fn japanese(self) -> &'static str {
        match self {
            Self::Unknown => "この振込はありません。",
            Self::Total => "引き落とし前に戻った行を除いた合計額が違います。戻った行を先に入力するか、別の振込と照合してください。",
            Self::NotSent => "送付中の振込ではありません。",
            Self::NoSuchLine => "送付済みでまだ戻っていないこの行はありません。",
            Self::Amount => "行の金額が違い、手数料では説明できません。",
        }
    }

    const fn easy(self) -> &'static str {
        match self {
            Self::Unknown => "この振り込みはありません。",
            Self::Total => "金額の合計が違います。先に、戻ったお金を書いてください。または、ほかの振り込みを選んでください。",
            Self::NotSent => "この振り込みは、まだ送っていません。または、もう終わりました。",
            Self::NoSuchLine => "この行はありません。または、もう戻りました。",
            Self::Amount => "金額が違います。",
        }
    }
}

/// What must be done before a month can be closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The month goes on.
    #[error("the month is not over")]
    NotOver,
    /// So many statements are not drawn.
    #[error("{0} statements are not drawn: draw them")]
    Undrawn(i64),
    /// So many statements are not approved.
    #[error("{0} statements are not approved: examine and approve them")]
    Unapproved(i64),
    /// Bank lines that nobody has matched.
    #[error("{lines} bank lines over {sum} yen are unmatched: work through them")]
    Unmatched {
        /// How many.
        lines: i64,
        /// Their sum.
        sum: Yen,
    },
    /// Debits and credits differ by so many yen.
    #[error("the trial balance is {0} yen, not zero")]
    TrialBalance(i64),
    /// The stored balance of this account differs from its transfers.
    #[error("the stored balance of {0} differs from its transfers")]
    Stored(String),
}

impl Missing {
    fn japanese(&self) -> String {
        match self {
            Self::NotOver => "この月はまだ終わっていません。".to_owned(),
            Self::Undrawn(count) => format!("未作成の支払明細が {count} 件あります。作成してください。"),
            Self::Unapproved(count) => format!("未承認の支払明細が {count} 件あります。審査と承認を済ませてください。"),
            Self::Unmatched { lines, sum } => format!("未照合の入出金明細が {lines} 行（{sum} 円）あります。照合してください。"),
            Self::TrialBalance(yen) => format!("試算表の貸借が {yen} 円合いません。"),
            Self::Stored(account) => format!("勘定 {account} の残高が振替の合計と合いません。"),
        }
    }

    fn easy(&self) -> String {
        match self {
            Self::NotOver => "月が、まだ終わっていません。".to_owned(),
            Self::Undrawn(count) => format!("まだ作っていない支払いの紙が {count} 件あります。"),
            Self::Unapproved(count) => format!("まだ決めていない支払いの紙が {count} 件あります。"),
            Self::Unmatched { lines, sum } => format!("何のお金かわからない行が {lines} 行あります。ぜんぶで {sum} 円です。"),
            Self::TrialBalance(yen) => format!("お金の計算が {yen} 円合いません。"),
            Self::Stored(account) => format!("「{account}」の残っているお金が合いません。"),
        }
    }
}
