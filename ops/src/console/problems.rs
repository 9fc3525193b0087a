//! The ledger's refusals as problems of the one registry. Staff may see every reason; `refusal` is its stable code.

use ledger::error::{Error, Failure};
use ledger::staff::Refusal;
use web::problem::registry::{self, Kind};
use web::{Problem, Text};

/// What broke is logged here, once.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(failed)`")]
pub(super) fn failed(failure: Failure) -> Problem {
    Problem::failed(&failure)
}

/// A refusal, or a failure.
pub(super) fn refused<R: Refusal + 'static>(error: Error<R>) -> Problem {
    match error {
        Error::Rejected(rejected) => problem(rejected.code(), rejected.japanese(), &rejected.to_string()),
        Error::Failed(failure) => failed(failure),
    }
}

pub(super) fn not_found() -> Problem {
    Problem::new(&registry::NOT_FOUND)
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
        | "other_file" | "nothing_to_pay" | "nothing_to_approve" | "statement_not_over" | "refunds_pending" | "month_not_ready" | "not_proposed"
        | "statement_gap" | "statement_overlap" | "books" | "budget_books" | "grant_budget" | "entry_reversed" | "entry_matched" | "entry_not_alone"
        | "staff_name_taken" | "staff_oneself" | "staff_not_first" | "claim_window" | "claim_already" | "claim_state" | "claim_changed"
        | "evidence_missing" | "evidence_count" | "claim_too_often" | "nothing_payable" | "budget" | "busy" | "account_changed" | "account_cooling" => {
            &registry::NOT_NOW
        }
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
        "refunds_pending" => "返金の精算が終わっていません。精算してから、もう一度作成してください。",
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
        _ => return english.to_owned(),
    };
    known.to_owned()
}
