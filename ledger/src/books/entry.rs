//! What is posted: transfers, grouped into the entry of one business event.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::account::Account;
use crate::actor::Command;
use crate::ids::{AccountId, EntryId};
use crate::money::Yen;
use crate::refusal::{self, Kind, Refusal};
use crate::time::Instant;

/// The business event behind an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is a row of the table of events in ARCHITECTURE.md")]
pub enum Event {
    Appropriate,
    Fund,
    Grant,
    Revoke,
    Lapse,
    TopUp,
    PayBack,
    Allow,
    Hold,
    Capture,
    Void,
    Expire,
    Refund,
    SettleRefund,
    MerchantRepays,
    FileClaim,
    DecideClaim,
    Clawback,
    Payout,
    ConfirmPayout,
    ReturnPayout,
    BankFee,
    UnknownCredit,
    ExplainCredit,
    YearEnd,
    Correct,
}

impl Event {
    /// As the database writes it; `post_batch` knows `hold`, `capture` and `refund` by these names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appropriate => "appropriate",
            Self::Fund => "fund",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Lapse => "lapse",
            Self::TopUp => "top_up",
            Self::PayBack => "pay_back",
            Self::Allow => "allow",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Expire => "expire",
            Self::Refund => "refund",
            Self::SettleRefund => "settle_refund",
            Self::MerchantRepays => "merchant_repays",
            Self::FileClaim => "file_claim",
            Self::DecideClaim => "decide_claim",
            Self::Clawback => "clawback",
            Self::Payout => "payout",
            Self::ConfirmPayout => "confirm_payout",
            Self::ReturnPayout => "return_payout",
            Self::BankFee => "bank_fee",
            Self::UnknownCredit => "unknown_credit",
            Self::ExplainCredit => "explain_credit",
            Self::YearEnd => "year_end",
            Self::Correct => "correct",
        }
    }
}

/// One row of the books: it cannot be unbalanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The account debited.
    pub debit: AccountId,
    /// The account credited.
    pub credit: AccountId,
    /// More than zero, in the unit of both accounts.
    pub amount: Yen,
}

impl Transfer {
    /// Moves `amount` from debit to credit.
    #[must_use]
    pub const fn new(debit: AccountId, credit: AccountId, amount: Yen) -> Self {
        Self { debit, credit, amount }
    }
}

/// An account that comes into being with an entry, and the window in which payments may take from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The account.
    pub account: Account,
    /// Whether a CHECK keeps it from going below zero.
    pub guarded: bool,
    /// Payments may take from it from here on.
    pub opens_at: Option<Instant>,
    /// Payments may take from it until just before here.
    pub closes_at: Option<Instant>,
}

impl From<Account> for Opening {
    fn from(account: Account) -> Self {
        Self { guarded: account.kind.guarded(), account, opens_at: None, closes_at: None }
    }
}

impl Opening {
    /// Without a guard, whatever its kind.
    #[must_use]
    pub fn unguarded(self) -> Self {
        Self { guarded: false, ..self }
    }
}

/// What one business event does to the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The event.
    pub event: Event,
    /// The day in Tokyo that it belongs to.
    pub business_on: NaiveDate,
    /// Why, where a person gave a reason.
    pub reason: Option<String>,
    /// The entry that this one undoes.
    pub reverses: Option<EntryId>,
    /// Accounts that come into being; one that exists already is left as it is.
    pub openings: Vec<Opening>,
    /// What moves.
    pub transfers: Vec<Transfer>,
}

impl Draft {
    /// An event without new accounts.
    #[must_use]
    pub fn new(event: Event, business_on: NaiveDate, transfers: Vec<Transfer>) -> Self {
        Self { event, business_on, reason: None, reverses: None, openings: Vec::new(), transfers }
    }

    /// With accounts that come into being.
    #[must_use]
    pub fn opening(mut self, openings: impl IntoIterator<Item = impl Into<Opening>>) -> Self {
        self.openings.extend(openings.into_iter().map(Into::into));
        self
    }

    /// With a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// A command and the entry that carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Who asks, under which key.
    pub command: Command,
    /// The id of the entry, if it is posted now.
    pub entry: EntryId,
    /// What it does.
    pub draft: Draft,
}

/// What became of one posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Posted now.
    Posted(EntryId),
    /// Posted by an earlier call with the same key and request.
    Replayed(EntryId),
    /// Nothing happened.
    Rejected(Refused),
}

/// Why a posting was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The key belongs to another request.
    #[error("this idempotency key was used for another request")]
    Conflict,
    /// The day is closed.
    #[error("the books are closed for this day")]
    Closed,
    /// The entry to undo has been undone.
    #[error("this entry has been reversed already")]
    Reversed,
    /// An account of the transfers does not exist.
    #[error("an account does not exist")]
    UnknownAccount,
    /// The two sides count different things.
    #[error("the accounts have different units")]
    MixedUnits,
    /// Outside the days in which payments may take from the account.
    #[error("payments may not take from the account at this time")]
    Window,
    /// A guarded account would go below zero.
    #[error("the balance does not suffice")]
    Short,
    /// Too many postings wait: nothing was tried.
    #[error("too many postings at once: try again")]
    Busy,
}

/// As every refusal of a use case that does nothing but post.
impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Closed => "closed",
            Self::Reversed | Self::UnknownAccount | Self::MixedUnits | Self::Window | Self::Short | Self::Busy => "books",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::Closed => Kind::Closed,
            Self::Reversed | Self::UnknownAccount | Self::MixedUnits | Self::Window | Self::Short | Self::Busy => Kind::NotNow,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Closed => refusal::CLOSED.ja.into(),
            Self::Reversed => "この仕訳はすでに取り消されています。".into(),
            Self::UnknownAccount => "帳簿にこの勘定がありません。対象を確認してください。".into(),
            Self::MixedUnits => "円の勘定と回数の勘定の間では振り替えられません。対象を確認してください。".into(),
            Self::Window => "この勘定からは、いま支払えません。利用できる期間を確認してください。".into(),
            Self::Short => "帳簿の残高が足りません。残高を確認してから、もう一度実行してください。".into(),
            Self::Busy => refusal::BUSY.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Closed => refusal::CLOSED.easy.into(),
            Self::Reversed => "この記録は、もう取り消しました。".into(),
            Self::UnknownAccount => "お金の記録に、これがありません。もう一度確かめてください。".into(),
            Self::MixedUnits => "円と回数は、まぜることができません。もう一度確かめてください。".into(),
            Self::Window => "いまは、ここからお金を使えません。使える日を確かめてください。".into(),
            Self::Short => "お金が足りません。いくらあるか確かめてください。そのあとで、もう一度やってください。".into(),
            Self::Busy => refusal::BUSY.easy.into(),
        }
    }
}

impl Refused {
    /// From the name that `post_batch` gives it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "conflict" => Self::Conflict,
            "closed" => Self::Closed,
            "reversed" => Self::Reversed,
            "unknown_account" => Self::UnknownAccount,
            "mixed_units" => Self::MixedUnits,
            "window" => Self::Window,
            "short" => Self::Short,
            _ => return None,
        })
    }
}
