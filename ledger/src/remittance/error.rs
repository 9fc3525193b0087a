//! Why something about a remittance is refused: what, where, what to do.

use std::borrow::Cow;

use crate::bank::calendar::BeyondHorizon;
use crate::bank::file_error::FileError;
use crate::books::Refused;
use crate::ids::{MerchantId, RemittanceId};
use crate::refusal::{self, Kind, Refusal, Word};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff move money.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody approves their own work.
    #[error("{0} prepared this remittance and may not approve it: ask a second person")]
    SamePerson(String),
    /// One file at a time is on its way.
    #[error("remittance {0} is not sent yet: send or cancel it first")]
    Open(RemittanceId),
    /// Nobody can be paid; who is due and stopped is listed.
    #[error("nothing can be paid: {} payees are due and stopped", .0.len())]
    NothingToPay(Vec<super::Stop>),
    /// There is no such remittance.
    #[error("there is no remittance {0}")]
    Unknown(RemittanceId),
    /// The remittance's state does not allow it.
    #[error("the remittance is {state}: it cannot be {asked}")]
    State {
        /// The state it is in.
        state: Word,
        /// What was asked.
        asked: &'static str,
    },
    /// A merchant was suspended after the remittance was prepared.
    #[error("merchant {0} was suspended after this remittance was prepared: cancel it and prepare again")]
    Stopped(MerchantId),
    /// The file that is to be sent is not the one that was built and approved.
    #[error("the file is not the one that was built: its SHA-256 differs, build it again from this remittance")]
    OtherFile,
    /// The file has no such line that may come back.
    #[error("the file has no line {0} that was sent and has not come back")]
    NoSuchLine(i32),
    /// It waits for a second person already, or has come back.
    #[error("line {0} has been told already: a second person confirms or rejects it")]
    ToldBefore(i32),
    /// Nobody has said that the line comes back.
    #[error("nobody has entered that line {0} comes back before the debit: enter what the bank said first")]
    NotTold(i32),
    /// Nobody confirms what they entered.
    #[error("{0} entered this return and may not confirm or reject it: ask a second person")]
    SamePersonTold(String),
    /// The pay day lies where no holidays are known.
    #[error(transparent)]
    Calendar(BeyondHorizon),
    /// The file as a whole cannot be written: the city's own account or name.
    #[error("bank file: {0}")]
    File(FileError),
    /// The city's own data cannot be used.
    #[error(transparent)]
    City(crate::city::Rejected),
    /// The books say no.
    #[error(transparent)]
    Books(Refused),
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::SamePerson(_) | Self::SamePersonTold(_) => "same_person",
            Self::Open(_) => "remittance_open",
            Self::NothingToPay(_) => "nothing_to_pay",
            Self::Unknown(_) => "unknown_remittance",
            Self::State { .. } => "remittance_state",
            Self::Stopped(_) => "merchant_stopped",
            Self::OtherFile => "other_file",
            Self::NoSuchLine(_) => "unknown_line",
            Self::ToldBefore(_) => "told_before",
            Self::NotTold(_) => "not_proposed",
            Self::Calendar(_) => "holidays_unknown",
            Self::File(error) => error.code(),
            Self::City(error) => error.code(),
            Self::Books(_) => "books",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotStaff => Kind::Forbidden,
            Self::SamePerson(_) | Self::SamePersonTold(_) => Kind::SecondPerson,
            Self::Unknown(_) | Self::NoSuchLine(_) => Kind::NotFound,
            Self::Open(_)
            | Self::NothingToPay(_)
            | Self::State { .. }
            | Self::Stopped(_)
            | Self::OtherFile
            | Self::ToldBefore(_)
            | Self::NotTold(_)
            | Self::Books(_) => Kind::NotNow,
            Self::Calendar(_) | Self::File(_) => Kind::Unacceptable,
            Self::City(rejected) => rejected.kind(),
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::SamePerson(by) | Self::SamePersonTold(by) => refusal::same_person_ja(by),
            Self::Open(remittance) => format!("振込 {remittance} をまだ送付していません。先に送付するか、取り消してください。").into(),
            Self::NothingToPay(stops) => {
                format!("支払えるものがありません。支払日が来た支払先 {} 件は停止されています。停止理由の一覧を確認してください。", stops.len()).into()
            }
            Self::Unknown(remittance) => format!("振込 {remittance} はありません。").into(),
            Self::State { state, .. } => format!("この振込は{}ため、この操作はできません。", state.ja).into(),
            Self::Stopped(merchant) => format!("作成後に停止された教室・事業者（{merchant}）が含まれています。取り消して作り直してください。").into(),
            Self::OtherFile => "作成したファイルと違います（SHA-256 が一致しません）。この振込からファイルを作り直してください。".into(),
            Self::NoSuchLine(line) => format!("送付済みでまだ戻っていない {line} 行目は、このファイルにありません。").into(),
            Self::ToldBefore(line) => format!("{line} 行目はすでに入力されています。別の職員が確認するか、差し戻してください。").into(),
            Self::NotTold(line) => format!("{line} 行目が戻ることはまだ入力されていません。先に、銀行からの連絡を入力してください。").into(),
            Self::Calendar(error) => error.japanese(),
            Self::File(error) => format!("総合振込のファイル: {}", error.japanese()).into(),
            Self::City(rejected) => rejected.japanese(),
            Self::Books(refused) => refused.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::SamePerson(by) | Self::SamePersonTold(by) => refusal::same_person_easy(by),
            Self::Open(remittance) => {
                format!("振り込み「{remittance}」を、まだ銀行に送っていません。先に送ってください。いらないときは、取り消してください。").into()
            }
            Self::NothingToPay(stops) => {
                format!("払うことができるものは、ありません。{} 件は止まっています。どうしてか、一覧を見てください。", stops.len()).into()
            }
            Self::Unknown(remittance) => format!("振り込み「{remittance}」はありません。番号を確かめてください。").into(),
            Self::State { state, .. } => format!("この振り込みは、いま「{}」です。これはできません。", state.easy).into(),
            Self::Stopped(merchant) => {
                format!("教室「{merchant}」は、あとで止まりました。この振り込みを取り消してください。そして、もう一度作ってください。").into()
            }
            Self::OtherFile => "これは、作ったファイルと違います。もう一度ファイルを作ってください。".into(),
            Self::NoSuchLine(line) => format!("このファイルに、{line} 番の行はありません。番号を確かめてください。").into(),
            Self::ToldBefore(line) => format!("{line} 番の行は、もう書いてあります。ほかの人が確かめてください。").into(),
            Self::NotTold(line) => format!("{line} 番の行のことは、まだ書いてありません。先に、銀行が言ったことを書いてください。").into(),
            Self::Calendar(error) => error.easy(),
            Self::File(error) => format!("銀行に送るファイル: {}", error.easy()).into(),
            Self::City(rejected) => rejected.easy(),
            Self::Books(refused) => refused.easy(),
        }
    }
}
