//! Every problem that a face can answer with: one registry for all of them. A code, once given out, keeps its meaning.
//!
//! A title names the kind and never the case: no amount, no name, no id. 422 is for fields that are not right; where all fields are right and the answer
//! is still no, it is 409.

use axum::http::StatusCode;

use crate::language::Text;

/// A kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stable name for programs; the last part of the type's URI.
    pub code: &'static str,
    /// The status it is answered with.
    pub status: StatusCode,
    /// What it is, for people.
    pub title: Text,
}

macro_rules! registry {
    ($($name:ident $status:ident $code:literal $japanese:literal $easy:literal $english:literal;)+) => {
        $(
            #[doc = $english]
            pub static $name: Kind = Kind { code: $code, status: StatusCode::$status, title: Text::fixed($japanese, $easy, $english) };
        )+
        /// All of them.
        pub static ALL: &[&Kind] = &[$(&$name),+];
    };
}

registry! {
    // Any request.
    MALFORMED_JSON BAD_REQUEST "malformed-json" "本文を JSON として読めません。" "送ったものを読めません。JSON で書いてください。" "The body cannot be read as JSON.";
    MALFORMED_FILE BAD_REQUEST "malformed-file" "このファイルは読めません。" "このファイルは読めません。" "The file cannot be read.";
    IDEMPOTENCY_KEY BAD_REQUEST "idempotency-key" "Idempotency-Key ヘッダーが必要です。1〜128 文字の英数字・記号で送ってください。" "Idempotency-Key という番号が足りません。英字や数字で、128 文字まで書いてください。" "An Idempotency-Key header is needed: 1 to 128 visible ASCII characters.";
    UNAUTHORIZED UNAUTHORIZED "unauthorized" "サインインが必要です。" "先に、サインインしてください。" "Sign in first.";
    NOT_FOUND NOT_FOUND "not-found" "見つかりません。" "見つかりません。" "There is no such thing here.";
    METHOD METHOD_NOT_ALLOWED "method-not-allowed" "この操作はできません。" "これはできません。" "This method is not allowed here.";
    IDEMPOTENCY_CONFLICT CONFLICT "idempotency-conflict" "この Idempotency-Key は別の操作に使われています。" "この番号（Idempotency-Key）は、ほかのことに使いました。" "This Idempotency-Key was used for another request.";
    TOO_LARGE PAYLOAD_TOO_LARGE "body-too-large" "本文が大きすぎます。" "送ったものが大きすぎます。" "The body is too large.";
    MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "media-type" "この形式の本文は受け付けられません。" "この種類のものは、送ることができません。" "A body of this media type is not accepted here.";
    FIELDS UNPROCESSABLE_ENTITY "invalid-fields" "入力に誤りがあります。" "書いたものに、まちがいがあります。" "Some fields are not right.";
    ATTEMPTS TOO_MANY_REQUESTS "too-many-attempts" "試行回数が多すぎます。しばらくしてからお試しください。" "何回も試しました。少し待ってから、もう一度やってみてください。" "Too many attempts: try again later.";
    INTERNAL INTERNAL_SERVER_ERROR "internal" "サーバーで問題が起きました。" "こちらの機械に、問題がありました。" "Something broke here.";
    DEADLINE SERVICE_UNAVAILABLE "deadline" "時間内に終わりませんでした。同じ Idempotency-Key でもう一度お試しください。" "時間がかかりすぎました。同じ番号（Idempotency-Key）で、もう一度やってみてください。" "This took too long: try again with the same Idempotency-Key.";
    UNAVAILABLE SERVICE_UNAVAILABLE "unavailable" "いまサービスを利用できません。" "いまは使えません。" "The service is not available now.";

    // Families.
    SIGN_IN UNAUTHORIZED "sign-in-refused" "この登録コードではサインインできません。お手紙をもう一度ご確認ください。" "この登録コードは使えません。手紙をもう一度見てください。" "This activation code does not sign in: compare it with the letter.";
    SHORT CONFLICT "short-of-money" "残高が足りません。" "お金が足りません。" "The balance does not suffice.";
    MERCHANT_CLOSED CONFLICT "merchant-not-payable" "この教室・事業者では、いまこの支払いはできません。" "この教室では、いま払うことができません。" "This merchant takes no payment of this kind now.";
    PAID_ALREADY CONFLICT "paid-already" "すでに支払い済みです。" "もう払いました。" "This has been paid already.";
    NO_ACCOUNT CONFLICT "no-bank-account" "振込先の口座が登録されていません。先に口座を登録してください。" "銀行の口座がわかりません。先に、口座を登録してください。" "No bank account is registered: register one first.";
    CLAIM_WINDOW CONFLICT "claim-window" "いまは申請を受け付けていません。" "いまは申し込みできません。" "Claims are not taken now.";
    CLAIM_ALREADY CONFLICT "claim-already" "この期間の申請がすでにあります。" "同じ時期の申し込みが、もうあります。" "There is a claim of this period already.";
    CLAIM_STATE CONFLICT "claim-state" "いまの状態では、この申請にこの操作はできません。" "いまは、この申し込みを変えることができません。" "The state of the claim does not allow this.";
    NOTHING_PAYABLE CONFLICT "nothing-payable" "お支払いできる額がありません。" "もらえるお金がありません。" "Nothing can be paid for these costs.";
    BUDGET CONFLICT "budget" "いま申請を受け付けられません。市にお問い合わせください。" "いまは申し込みできません。市役所に聞いてください。" "This cannot be accepted now: ask the city.";
    EVIDENCE UNPROCESSABLE_ENTITY "evidence" "このファイルは受け付けられません。" "このファイルは使えません。" "This file cannot be accepted.";
    EVIDENCE_FULL CONFLICT "evidence-full" "これ以上ファイルを添付できません。" "もうファイルを増やすことはできません。" "No further file can be added.";
    BILL_CANCELLED CONFLICT "bill-cancelled" "この請求は取り消されています。教室・事業者にお問い合わせください。" "この請求は、なくなりました。教室に聞いてください。" "This bill was cancelled: ask whoever made it.";
    CARD_RESERVED CONFLICT "card-reserved" "このカードには、同じ教室・事業者、同じ金額の予約がすでにあります。" "同じ教室で同じ金額の予約が、もうあります。" "The card has a reservation for this merchant and amount already.";
    PAPER_ENDED CONFLICT "paper-ended" "このカード・つづりは、もう使えません。" "この券やカードは、もう使えません。" "This card or booklet works no more.";
    NO_DUE_DAY CONFLICT "no-due-day" "この請求には支払期限がありません。" "この請求には、払う日がありません。" "This bill says no day on which it is due.";
    DUE_DAY CONFLICT "due-day" "支払期限の前日までに設定してください。いま支払うこともできます。" "払う日の前の日までに決めてください。いま払うこともできます。" "Set this by the day before it is due; or pay now.";
    BUSY SERVICE_UNAVAILABLE "busy" "いま混み合っています。もう一度お試しください。" "いま、たくさんの人が使っています。もう一度やってみてください。" "Many are paying at once: try again.";

    // Merchants. About a code there is this one refusal and no other.
    CODE_REFUSED CONFLICT "code-refused" "この支払いコードは使えません。ご家庭に、新しいコードを作っていただいてください。" "この支払いコードは使えません。新しいコードを作ってもらってください。" "This code cannot be used: ask for a new one.";
    REFUND_TOO_MUCH CONFLICT "refund-too-much" "返金額が、領収書の残りを超えています。" "返すお金が多すぎます。" "This is more than what is left of the receipt.";
    NOT_OFFERED CONFLICT "not-offered" "この費目・サービスは登録されていません。" "このお金は受け取れません。登録を確かめてください。" "You are not registered for this kind of expense or service.";
    REFERENCE_TAKEN CONFLICT "reference-taken" "この請求番号は使われています。" "この番号は、もう使いました。" "This reference is in use.";
    STATEMENT_STATE CONFLICT "statement-state" "この明細書は、いまこの操作ができる状態ではありません。" "いまは、これをできません。" "The statement's state does not allow this.";
    ONESELF CONFLICT "oneself" "自分自身を外すことはできません。ほかの責任者に依頼してください。" "自分をやめさせることはできません。ほかの責任者に頼んでください。" "Nobody removes themselves: ask another manager.";
    MERCHANT_SIGN_IN UNAUTHORIZED "merchant-sign-in-refused" "このコードではサインインできません。新しいコードを発行してもらってください。" "このコードは使えません。新しいコードをもらってください。" "This code does not sign in: ask for a new one.";
    DAY_CLOSED CONFLICT "day-closed" "この日の帳簿は締め切られています。" "この日のお金の記録は、もう終わりました。" "The books are closed for this day.";
    OUTCOME_UNKNOWN SERVICE_UNAVAILABLE "outcome-unknown" "いま確認できません。同じ Idempotency-Key でもう一度お試しください。" "いまはわかりません。同じ番号（Idempotency-Key）で、もう一度やってみてください。" "The outcome is not known yet: ask again with the same Idempotency-Key.";

    // Staff. Why is in `refusal`.
    STAFF_SIGN_IN UNAUTHORIZED "staff-sign-in-refused" "この利用者名とサインインコードではサインインできません。" "名前かコードが違います。" "This name and sign-in code do not sign in.";
    FORBIDDEN FORBIDDEN "forbidden" "あなたの役割ではこの操作はできません。" "あなたの仕事ではありません。ほかの人に頼んでください。" "None of your roles may do this.";
    SECOND_PERSON CONFLICT "second-person" "自分の作業を自分で承認することはできません。別の職員が行ってください。" "自分の仕事を、自分で決めることはできません。ほかの人に頼んでください。" "Nobody approves their own work: ask a second person.";
    NOT_NOW CONFLICT "not-now" "いまの状態では、この操作はできません。" "いまは、これをできません。" "The state of things does not allow this now.";
    REFUSED UNPROCESSABLE_ENTITY "refused" "この内容では受け付けられません。" "このままでは使えません。" "This cannot be accepted as it is.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_stands_for_one_kind_of_problem_in_every_language() {
        let codes: BTreeSet<_> = ALL.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), ALL.len());
        for kind in ALL {
            assert!(kind.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", kind.code);
            assert!(kind.status.is_client_error() || kind.status.is_server_error(), "{}", kind.code);
            assert!(kind.title.japanese.ends_with('。') && kind.title.easy.ends_with('。') && kind.title.english.is_ascii(), "{}", kind.code);
        }
    }
}
