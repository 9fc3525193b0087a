//! Why something about paper is refused, as staff read it. What a family may meet when it reserves, its face says in the family's language.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::ids::{BookletId, CardId, FamilyId};
use crate::money::Yen;
use crate::payment::HoldRejected;
use crate::refusal::{self, Kind, Refusal, Word};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// There is no such family.
    #[error("there is no family {0}")]
    UnknownFamily(FamilyId),
    /// A child that does not belong to the family.
    #[error("a child is named that does not belong to the family")]
    UnknownChild,
    /// There is no such kind of booklet.
    #[error("there is no kind of booklet {0:?}: list them, or make one")]
    UnknownKind(String),
    /// The name belongs to a kind with another face or other services.
    #[error("the kind {0:?} is there with another face or other services: booklets of a kind are all alike, choose another name")]
    KindTaken(String),
    /// A kind that cannot be.
    #[error("{0}: write small letters, digits, - and _; a face of 1 to 10,000 yen; each service once")]
    KindField(Word),
    /// No merchant takes tickets of the kind.
    #[error("no approved merchant is registered for what {0:?} is for: nobody could use such a booklet")]
    NoMerchant(String),
    /// How many tickets.
    #[error("a booklet has 1 to {} tickets", super::booklet::TICKETS_MAX)]
    Tickets,
    /// A day through which no booklet of the kind is valid.
    #[error("booklets of this kind are valid through {}: the same days for every family", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))]
    ValidThrough(Vec<NaiveDate>),
    /// What may pay does not reach.
    #[error("{missing} yen are missing for all tickets: what lapses before the booklet does not count, nor what a scheme does not pay for all its services")]
    Short {
        /// How much is missing.
        missing: Yen,
    },
    /// There is no such booklet.
    #[error("there is no booklet {0}")]
    UnknownBooklet(BookletId),
    /// There is no such card, or it is another family's.
    #[error("there is no card {0}")]
    UnknownCard(CardId),
    /// It works no more.
    #[error("it was given back or replaced for good: issue a new one")]
    Ended,
    /// Nothing is left that could be printed again.
    #[error("every ticket of the booklet has been used, given back or has expired")]
    NothingLeft,
    /// The card has a reservation for this merchant and amount.
    #[error("the card has a reservation for this merchant and amount: use or cancel that one first, or reserve both in one amount")]
    Reserved,
    /// There is no such reservation that could be taken back.
    #[error("there is no open reservation of this number on the card")]
    UnknownReservation,
    /// As for a code on the phone.
    #[error(transparent)]
    Hold(HoldRejected),
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::UnknownFamily(_) => "unknown_family",
            Self::UnknownChild => "unknown_child",
            Self::UnknownKind(_) => "unknown_booklet_kind",
            Self::KindTaken(_) => "booklet_kind_taken",
            Self::KindField(_) => "booklet_kind",
            Self::NoMerchant(_) => "booklet_no_merchant",
            Self::Tickets => "booklet_tickets",
            Self::ValidThrough(_) => "booklet_valid_through",
            Self::Short { .. } => "short",
            Self::UnknownBooklet(_) => "unknown_booklet",
            Self::UnknownCard(_) => "unknown_card",
            Self::Ended => "paper_ended",
            Self::NothingLeft => "booklet_used_up",
            Self::Reserved => "card_reserved",
            Self::UnknownReservation => "unknown_reservation",
            Self::Hold(rejected) => rejected.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotStaff => Kind::Forbidden,
            Self::UnknownFamily(_) | Self::UnknownBooklet(_) | Self::UnknownCard(_) | Self::UnknownReservation => Kind::NotFound,
            Self::KindTaken(_) | Self::NoMerchant(_) | Self::Short { .. } | Self::Ended | Self::NothingLeft | Self::Reserved => Kind::NotNow,
            Self::UnknownChild | Self::UnknownKind(_) | Self::KindField(_) | Self::Tickets | Self::ValidThrough(_) => Kind::Unacceptable,
            Self::Hold(rejected) => rejected.kind(),
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::UnknownFamily(family) => format!("世帯 {family} はありません。").into(),
            Self::UnknownChild => "この世帯のお子さんではありません。".into(),
            Self::UnknownKind(kind) => format!("つづりの種類「{kind}」はありません。一覧を確認するか、新しく作ってください。").into(),
            Self::KindTaken(kind) => format!("種類「{kind}」が別の内容ですでにあります。同じ種類のつづりはすべて同じです。別の名前にしてください。").into(),
            Self::KindField(field) => format!(
                "{}を見直してください。種類・費目・サービスは英小文字で始まる英数字で、額面は 1〜10,000 円で、サービスは重ならないように入力してください。",
                field.ja
            )
            .into(),
            Self::NoMerchant(kind) => format!("種類「{kind}」の券を使える登録済みの教室・事業者がありません。").into(),
            Self::Tickets => format!("つづりは 1〜{} 枚です。", super::booklet::TICKETS_MAX).into(),
            Self::ValidThrough(days) => format!("この種類のつづりの有効期限は {} です。どのご家庭も同じ日にします。", refusal::days(days)).into(),
            Self::Short { missing } => {
                format!("すべての券に {missing} 円足りません。つづりの有効期限より前に失効する分や、すべてのサービスには使えない制度の分は数えません。").into()
            }
            Self::UnknownBooklet(booklet) => format!("つづり {booklet} はありません。").into(),
            Self::UnknownCard(card) => format!("カード {card} はありません。").into(),
            Self::Ended => "このつづり・カードはもう使えません。新しく発行してください。".into(),
            Self::NothingLeft => "使える券が残っていません。".into(),
            Self::Reserved => {
                "このカードには、同じ教室・事業者、同じ金額の予約がすでにあります。先にそれを使うか取り消すか、一つの金額にまとめてください。".into()
            }
            Self::UnknownReservation => "このカードに、この番号の予約はありません。".into(),
            Self::Hold(rejected) => rejected.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::UnknownFamily(family) => format!("家「{family}」はありません。番号を確かめてください。").into(),
            Self::UnknownChild => "この家の子どもではありません。".into(),
            Self::UnknownKind(kind) => format!("紙の券の種類「{kind}」はありません。一覧を見てください。").into(),
            Self::KindTaken(kind) => format!("種類「{kind}」は、もうあります。中身が違います。ほかの名前にしてください。").into(),
            Self::KindField(field) => format!("「{}」を、もう一度見てください。名前は小さい英字と数字で書いてください。1 枚の金額は 1 円から 10,000 円までです。同じサービスは 1 回だけ書いてください。", field.easy).into(),
            Self::NoMerchant(kind) => format!("種類「{kind}」の券を使える教室が、まだありません。").into(),
            Self::Tickets => format!("券は 1 枚から {} 枚までです。", super::booklet::TICKETS_MAX).into(),
            Self::ValidThrough(days) => format!("この券は {} まで使えます。この日にしてください。", refusal::days(days)).into(),
            Self::Short { missing } => format!("お金が {missing} 円足りません。早く終わるお金は使えません。使えるサービスが決まっているお金も使えません。").into(),
            Self::UnknownBooklet(booklet) => format!("紙の券「{booklet}」はありません。番号を確かめてください。").into(),
            Self::UnknownCard(card) => format!("カード「{card}」はありません。番号を確かめてください。").into(),
            Self::Ended => "この券やカードは、もう使えません。新しいものを作ってください。".into(),
            Self::NothingLeft => "使える券が、もうありません。".into(),
            Self::Reserved => "同じ教室で同じ金額の予約が、もうあります。先にその予約を使うか、やめてください。".into(),
            Self::UnknownReservation => "このカードに、その予約はありません。".into(),
            Self::Hold(rejected) => rejected.easy(),
        }
    }
}

/// The fields of a kind of booklet.
pub(super) mod field {
    use crate::refusal::Word;

    pub(in crate::paper) const KIND: Word = Word { en: "kind", ja: "種類", easy: "種類" };
    pub(in crate::paper) const FACE: Word = Word { en: "face", ja: "額面", easy: "1 枚の金額" };
    pub(in crate::paper) const EXPENSE: Word = Word { en: "expense", ja: "費目", easy: "何のお金か" };
    pub(in crate::paper) const SERVICES: Word = Word { en: "services", ja: "サービス", easy: "サービス" };
}
