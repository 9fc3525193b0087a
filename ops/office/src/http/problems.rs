//! The ledger's refusals as problems of the one registry. Staff may see every reason; `refusal` is its stable code.

use axum::response::{IntoResponse, Response};
use ledger::error::Failure;
use ledger::staff::Denied;
use web::fields::{Fault, wrong_field};
use web::problem::registry::{self, Kind};
use web::{Problem, Text};

use crate::refused::{No, Refused};

/// What broke is logged here, once.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(failed)`")]
pub(crate) fn failed(failure: Failure) -> Problem {
    Problem::failed(&failure)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Denied(Denied::Role) => Self::new(&registry::FORBIDDEN),
            Refused::Denied(Denied::Reason) => wrong_field("reason", &Fault::Missing),
            Refused::NotFound => Self::new(&registry::NOT_FOUND),
            Refused::NoKey => Self::new(&registry::IDEMPOTENCY_KEY),
            Refused::Field(name, fault) => wrong_field(name, &fault),
            Refused::No(No { code, japanese, english }) => problem(code, japanese, &english),
            Refused::Failed(failure) => failed(failure),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// `said` is the sentence in Japanese where the refusal has one of its own.
fn problem(code: &'static str, said: Option<String>, english: &str) -> Problem {
    let kind = kind(code);
    let problem = Problem::new(kind).member("refusal", code);
    // What is unknown and what belongs to another city is answered the same, whatever was asked for.
    if kind == &registry::NOT_FOUND { problem } else { problem.detail(Text::new(said.unwrap_or_else(|| japanese(code, english)), english.to_owned())) }
}

fn kind(code: &str) -> &'static Kind {
    match code {
        "conflict" => &registry::IDEMPOTENCY_CONFLICT,
        "same_person" => &registry::SECOND_PERSON,
        "closed" => &registry::DAY_CLOSED,
        "unknown_merchant" | "unknown_terminal" | "unknown_person" | "unknown_statement" | "unknown_remittance" | "unknown_line" | "unknown_entry"
        | "unknown_staff" | "nothing_left" | "unknown_claim" | "unknown_clawback" | "unknown_family" => &registry::NOT_FOUND,
        "merchant_state" | "not_received" | "statement_state" | "remittance_state" | "line_state" | "staff_state" | "remittance_open" | "merchant_stopped"
        | "other_file" | "nothing_to_pay" | "nothing_to_approve" | "statement_not_over" | "month_not_ready" | "not_proposed" | "statement_gap"
        | "statement_overlap" | "books" | "budget_books" | "budget_overspent" | "told_before" | "grant_budget" | "entry_reversed" | "entry_matched"
        | "entry_not_alone" | "staff_name_taken" | "staff_oneself" | "staff_not_first" | "claim_window" | "claim_already" | "claim_state" | "claim_changed"
        | "evidence_missing" | "evidence_count" | "claim_too_often" | "nothing_payable" | "budget" | "busy" | "account_changed" | "account_cooling" => {
            &registry::NOT_NOW
        }
        _ => kind_on_paper(code),
    }
}

/// Of letters, booklets and cards.
fn kind_on_paper(code: &str) -> &'static Kind {
    match code {
        "unknown_booklet" | "unknown_card" | "unknown_reservation" => &registry::NOT_FOUND,
        "letter_no_guardian"
        | "letter_nobody"
        | "booklet_kind_taken"
        | "booklet_no_merchant"
        | "booklet_used_up"
        | "paper_ended"
        | "card_reserved"
        | "short"
        | "merchant_closed"
        | "paid_already" => &registry::NOT_NOW,
        _ => &registry::REFUSED,
    }
}

/// The sentence for the clerk. A refusal that carries figures or is not in the list is told as the ledger says it.
fn japanese(code: &str, english: &str) -> String {
    let known = match code {
        "same_person" => "同じ職員が前の段階を行っています。別の職員に依頼してください。",
        "conflict" => "この Idempotency-Key は別の操作に使われています。新しいキーで送ってください。",
        "closed" => "この日の帳簿は締め切られています。",
        "merchant_state" => "事業者の状態が、この操作を受け付けるものではありません。",
        "not_received" => "この申請はまだ受理されていません。作成担当者が内容を確認して受理してから、別の職員が承認してください。",
        "statement_state" => "明細書の状態が、この操作を受け付けるものではありません。",
        "remittance_state" => "振込の状態が、この操作を受け付けるものではありません。",
        "line_state" => "入出金明細の状態が、この操作を受け付けるものではありません。",
        "remittance_open" => "まだ送付していない振込があります。先に送付するか、取り消してください。",
        "merchant_stopped" => "作成後に停止された事業者が含まれています。取り消して作り直してください。",
        "other_file" => "作成したファイルと違います（SHA-256 が一致しません）。",
        "nothing_to_pay" => "支払えるものがありません。停止理由の一覧を確認してください。",
        "nothing_to_approve" => "承認を待っているものがありません。",
        "statement_not_over" => "この月の利用期間はまだ終わっていません。",
        "not_proposed" => "この返戻はまだ提案されていません。",
        "books" | "budget_books" => "帳簿の残高または状態により受け付けられません。",
        "budget_amount" => "金額は 1 円以上で入力してください。",
        "grant_budget" => "制度の予算が足りません。配当を増やしてから、もう一度実行してください。",
        "grant_no_rules" => "この期間の制度の規則がありません。",
        "entry_not_alone" => "この仕訳は支払い・交付・振込などに結び付いています。それぞれの操作で取り消してください。",
        "entry_matched" => "入出金明細と照合済みの仕訳です。取り消せません。",
        "entry_reversed" => "この仕訳はすでに取り消されています。",
        "staff_name" => "利用者名は、英小文字で始まる 2〜40 文字の英小文字・数字・記号（. _ -）で入力してください。",
        "staff_name_taken" => "この利用者名は使われています。",
        "staff_no_roles" => "役割を一つ以上選んでください。",
        "staff_roles_together" => "管理者・監査の役割は、作成・承認・出納の役割と兼ねられません。",
        "staff_oneself" => "自分自身の役割や状態は変更できません。別の管理者に依頼してください。",
        "staff_state" => "この職員は、すでにその状態です。",
        _ => return japanese_on_paper(code).unwrap_or(english).to_owned(),
    };
    known.to_owned()
}

/// About letters, booklets and cards.
fn japanese_on_paper(code: &str) -> Option<&'static str> {
    Some(match code {
        "letter_no_guardian" => "この世帯には、いまお子さんを養育している保護者がいません。宛先がありません。",
        "letter_nobody" => "発送を待っている世帯はありません。支援措置の世帯は一件ずつ印刷します。",
        "letter_count" => "一度に印刷できるのは 1〜200 通です。",
        "letter_address" => "送付先は 1〜200 文字で入力するか、空にしてください。",
        "unknown_child" => "この世帯のお子さんではありません。",
        "unknown_booklet_kind" => "この種類のつづりはありません。一覧を確認するか、新しく作ってください。",
        "booklet_kind_taken" => "この名前の種類が別の内容ですでにあります。同じ種類のつづりはすべて同じです。別の名前にしてください。",
        "booklet_kind" => "種類・費目・サービスは英小文字で始まる英数字で、額面は 1〜10,000 円で、サービスは重ならないように入力してください。",
        "booklet_no_merchant" => "この種類の券を使える登録済みの事業者がありません。",
        "booklet_tickets" => "つづりは 1〜30 枚です。",
        "booklet_used_up" => "使える券が残っていません。",
        "paper_ended" => "このつづり・カードはもう使えません。新しく発行してください。",
        "card_reserved" => "このカードには、同じ事業者・同じ金額の予約がすでにあります。",
        "short" => "残高が足りません。つづりでは、有効期限より前に失効する分や、すべてのサービスには使えない制度の分を数えません。",
        "price" => "金額は 1 円以上で入力してください。",
        "merchant_closed" => "この事業者では、いまこの支払いはできません。",
        "busy" => "いま混み合っています。もう一度お試しください。",
        _ => return None,
    })
}
