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
    ($($name:ident $status:ident $code:literal $japanese:literal $english:literal;)+) => {
        $(
            #[doc = $english]
            pub static $name: Kind = Kind { code: $code, status: StatusCode::$status, title: Text::fixed($japanese, $english) };
        )+
        /// All of them.
        pub static ALL: &[&Kind] = &[$(&$name),+];
    };
}

registry! {
    // Any request.
    MALFORMED_JSON BAD_REQUEST "malformed-json" "本文を JSON として読めません。" "The body cannot be read as JSON.";
    MALFORMED_FILE BAD_REQUEST "malformed-file" "このファイルは読めません。" "The file cannot be read.";
    IDEMPOTENCY_KEY BAD_REQUEST "idempotency-key" "Idempotency-Key ヘッダーが必要です。1〜128 文字の英数字・記号で送ってください。" "An Idempotency-Key header is needed: 1 to 128 visible ASCII characters.";
    UNAUTHORIZED UNAUTHORIZED "unauthorized" "サインインが必要です。" "Sign in first.";
    NOT_FOUND NOT_FOUND "not-found" "見つかりません。" "There is no such thing here.";
    METHOD METHOD_NOT_ALLOWED "method-not-allowed" "この操作はできません。" "This method is not allowed here.";
    IDEMPOTENCY_CONFLICT CONFLICT "idempotency-conflict" "この Idempotency-Key は別の操作に使われています。" "This Idempotency-Key was used for another request.";
    TOO_LARGE PAYLOAD_TOO_LARGE "body-too-large" "本文が大きすぎます。" "The body is too large.";
    MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "media-type" "この形式の本文は受け付けられません。" "A body of this media type is not accepted here.";
    FIELDS UNPROCESSABLE_ENTITY "invalid-fields" "入力に誤りがあります。" "Some fields are not right.";
    ATTEMPTS TOO_MANY_REQUESTS "too-many-attempts" "試行回数が多すぎます。しばらくしてからお試しください。" "Too many attempts: try again later.";
    INTERNAL INTERNAL_SERVER_ERROR "internal" "サーバーで問題が起きました。" "Something broke here.";
    DEADLINE SERVICE_UNAVAILABLE "deadline" "時間内に終わりませんでした。同じ Idempotency-Key でもう一度お試しください。" "This took too long: try again with the same Idempotency-Key.";
    UNAVAILABLE SERVICE_UNAVAILABLE "unavailable" "いまサービスを利用できません。" "The service is not available now.";

    // Families.
    SIGN_IN UNAUTHORIZED "sign-in-refused" "この登録コードではサインインできません。お手紙をもう一度ご確認ください。" "This activation code does not sign in: compare it with the letter.";
    SHORT CONFLICT "short-of-money" "残高が足りません。" "The balance does not suffice.";
    MERCHANT_CLOSED CONFLICT "merchant-not-payable" "この教室・事業者では、いまこの支払いはできません。" "This merchant takes no payment of this kind now.";
    PAID_ALREADY CONFLICT "paid-already" "すでに支払い済みです。" "This has been paid already.";
    NO_ACCOUNT CONFLICT "no-bank-account" "振込先の口座が登録されていません。先に口座を登録してください。" "No bank account is registered: register one first.";
    CLAIM_WINDOW CONFLICT "claim-window" "いまは申請を受け付けていません。" "Claims are not taken now.";
    CLAIM_ALREADY CONFLICT "claim-already" "この期間の申請がすでにあります。" "There is a claim of this period already.";
    CLAIM_STATE CONFLICT "claim-state" "いまの状態では、この申請にこの操作はできません。" "The state of the claim does not allow this.";
    NOTHING_PAYABLE CONFLICT "nothing-payable" "お支払いできる額がありません。" "Nothing can be paid for these costs.";
    BUDGET CONFLICT "budget" "いま申請を受け付けられません。市にお問い合わせください。" "This cannot be accepted now: ask the city.";
    EVIDENCE UNPROCESSABLE_ENTITY "evidence" "このファイルは受け付けられません。" "This file cannot be accepted.";
    EVIDENCE_FULL CONFLICT "evidence-full" "これ以上ファイルを添付できません。" "No further file can be added.";
    BILL_CANCELLED CONFLICT "bill-cancelled" "この請求は取り消されています。教室・事業者にお問い合わせください。" "This bill was cancelled: ask whoever made it.";
    CARD_RESERVED CONFLICT "card-reserved" "このカードには、同じ教室・事業者、同じ金額の予約がすでにあります。" "The card has a reservation for this merchant and amount already.";
    PAPER_ENDED CONFLICT "paper-ended" "このカード・つづりは、もう使えません。" "This card or booklet works no more.";
    NO_DUE_DAY CONFLICT "no-due-day" "この請求には支払期限がありません。" "This bill says no day on which it is due.";
    DUE_DAY CONFLICT "due-day" "支払期限の前日までに設定してください。いま支払うこともできます。" "Set this by the day before it is due; or pay now.";
    BUSY SERVICE_UNAVAILABLE "busy" "いま混み合っています。もう一度お試しください。" "Many are paying at once: try again.";

    // Merchants. About a code there is this one refusal and no other.
    CODE_REFUSED CONFLICT "code-refused" "この支払いコードは使えません。ご家庭に、新しいコードを作っていただいてください。" "This code cannot be used: ask for a new one.";
    REFUND_TOO_MUCH CONFLICT "refund-too-much" "返金額が、領収書の残りを超えています。" "This is more than what is left of the receipt.";
    NOT_OFFERED CONFLICT "not-offered" "この費目・サービスは登録されていません。" "You are not registered for this kind of expense or service.";
    REFERENCE_TAKEN CONFLICT "reference-taken" "この請求番号は使われています。" "This reference is in use.";
    STATEMENT_STATE CONFLICT "statement-state" "この明細書は、いまこの操作ができる状態ではありません。" "The statement's state does not allow this.";
    ONESELF CONFLICT "oneself" "自分自身を外すことはできません。ほかの責任者に依頼してください。" "Nobody removes themselves: ask another manager.";
    MERCHANT_SIGN_IN UNAUTHORIZED "merchant-sign-in-refused" "このコードではサインインできません。新しいコードを発行してもらってください。" "This code does not sign in: ask for a new one.";
    DAY_CLOSED CONFLICT "day-closed" "この日の帳簿は締め切られています。" "The books are closed for this day.";
    OUTCOME_UNKNOWN SERVICE_UNAVAILABLE "outcome-unknown" "いま確認できません。同じ Idempotency-Key でもう一度お試しください。" "The outcome is not known yet: ask again with the same Idempotency-Key.";

    // Staff. Why is in `refusal`.
    STAFF_SIGN_IN UNAUTHORIZED "staff-sign-in-refused" "この利用者名とサインインコードではサインインできません。" "This name and sign-in code do not sign in.";
    FORBIDDEN FORBIDDEN "forbidden" "あなたの役割ではこの操作はできません。" "None of your roles may do this.";
    SECOND_PERSON CONFLICT "second-person" "自分の作業を自分で承認することはできません。別の職員が行ってください。" "Nobody approves their own work: ask a second person.";
    NOT_NOW CONFLICT "not-now" "いまの状態では、この操作はできません。" "The state of things does not allow this now.";
    REFUSED UNPROCESSABLE_ENTITY "refused" "この内容では受け付けられません。" "This cannot be accepted as it is.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_stands_for_one_kind_of_problem_in_both_languages() {
        let codes: BTreeSet<_> = ALL.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), ALL.len());
        for kind in ALL {
            assert!(kind.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", kind.code);
            assert!(kind.status.is_client_error() || kind.status.is_server_error(), "{}", kind.code);
            assert!(!kind.title.japanese.is_empty() && kind.title.english.is_ascii(), "{}", kind.code);
        }
    }
}
