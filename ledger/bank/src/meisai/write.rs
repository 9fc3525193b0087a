//! Writes statements: the bank's part in a rehearsal. Counts, sums and the closing balance are computed here.

use super::{BankLine, BankStatement, Flow, Head, LENGTH};
use crate::account::AccountKind;
use crate::file_error::{FileError, Place, Problem};
use crate::frame::{self, Framing};
use crate::record::Writer;
use foundation::money::Yen;

/// Writes one file with one statement per account.
///
/// # Errors
/// The first [`FileError`]: a value that does not fit its field, a line outside the period.
pub fn write(statements: &[BankStatement], framing: Framing) -> Result<Vec<u8>, FileError> {
    if statements.is_empty() {
        return Err(FileError::new(Place::File, Problem::Empty));
    }
    let mut records: Vec<[u8; LENGTH]> = Vec::new();
    for BankStatement { head, lines } in statements {
        records.push(header(next(&records), head)?);
        for line in lines {
            records.push(data(next(&records), line, head)?);
        }
        records.push(trailer(next(&records), head, lines)?);
    }
    let record = next(&records);
    let end = Writer::new(record, b'9').number("レコード総件数", 10, signed(record)).number("口座数", 5, signed(statements.len()));
    records.push(end.finish()?);
    Ok(frame::join(&records, framing))
}

fn next(records: &[[u8; LENGTH]]) -> usize {
    records.len().saturating_add(1)
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn header(record: usize, head: &Head) -> Result<[u8; LENGTH], FileError> {
    let Head { created_on, from, to, account, book, opening } = head;
    let kind = match account.kind {
        AccountKind::Other => Err(Problem::Value { found: "9".to_owned(), wanted: "1 (普通), 2 (当座) or 4 (貯蓄)" }),
        _ => Ok(()),
    };
    let writer = Writer::new(record, b'1')
        .code("種別コード", 2, "03")
        .code("コード区分", 1, "0")
        .date("作成日", *created_on)
        .date("勘定日(自)", *from)
        .date("勘定日(至)", *to)
        .code("銀行コード", 4, account.bank.as_str())
        .free_text("銀行名", 15, &account.bank_name)
        .code("支店コード", 3, account.branch.as_str())
        .free_text("支店名", 15, &account.branch_name)
        .code("ダミー", 3, "000")
        .check("預金種目", 1, kind)
        .code("預金種目", 1, &account.kind.digit().to_string())
        .code("口座番号", 10, account.number.as_str())
        .free_text("口座名", 40, &account.holder)
        .optional_code("貸越区分", 1, opening.map(sign))
        .optional_code("通帳・証書区分", 1, book.as_deref());
    balance(writer, "取引前残高", *opening).finish()
}

/// 貸越区分 of a balance.
fn sign(balance: Yen) -> &'static str {
    if balance < Yen::ZERO { "2" } else { "1" }
}

fn balance(writer: Writer, name: &'static str, balance: Option<Yen>) -> Writer {
    match balance {
        Some(balance) => writer.number(name, 14, balance.get().saturating_abs()),
        None => writer.spaces(14),
    }
}

fn data(record: usize, line: &BankLine, head: &Head) -> Result<[u8; LENGTH], FileError> {
    let within = if (head.from..=head.to).contains(&line.booked_on) {
        Ok(())
    } else {
        Err(Problem::OutsidePeriod { day: line.booked_on, from: head.from, to: head.to })
    };
    let flow = match line.flow {
        Flow::Credit => "1",
        Flow::Debit => "2",
    };
    Writer::new(record, b'2')
        .code("照会番号", 8, &line.inquiry)
        .check("勘定日", 6, within)
        .date("勘定日", line.booked_on)
        .optional_date("預入・払出日", line.valued_on)
        .code("入払区分", 1, flow)
        .optional_code("取引区分", 2, line.trade.as_deref())
        .number("取引金額", 12, line.amount.get())
        .number("うち他店券金額", 12, line.cheques.get())
        .optional_date("交換呈示日", line.presented_on)
        .optional_date("不渡返還日", line.dishonoured_on)
        .optional_code("手形・小切手区分", 1, line.cheque_kind.as_deref())
        .optional_code("手形・小切手番号", 7, line.cheque_number.as_deref())
        .optional_code("僚店番号", 3, line.sister_branch.as_deref())
        .optional_code("振込依頼人コード", 10, line.payer_code.as_deref())
        .free_text("振込依頼人名", 48, &line.payer_name)
        .free_text("仕向銀行名", 15, &line.bank_name)
        .free_text("仕向店名", 15, &line.branch_name)
        .free_text("摘要内容", 20, &line.summary)
        .free_text("EDI情報", 20, &line.edi)
        .finish()
}

fn trailer(record: usize, head: &Head, lines: &[BankLine]) -> Result<[u8; LENGTH], FileError> {
    let Totals { credits, credit_count, debits, debit_count } = Totals::of(lines.iter());
    let closing = head.opening.map(|opening| Totals::of(lines.iter()).closing(opening));
    let writer = Writer::new(record, b'8')
        .number("入金件数", 6, credit_count)
        .number("入金額合計", 13, credits)
        .number("出金件数", 6, debit_count)
        .number("出金額合計", 13, debits)
        .optional_code("貸越区分", 1, closing.map(sign));
    balance(writer, "取引後残高", closing).number("データ・レコード件数", 7, signed(lines.len())).finish()
}

/// Counts and sums of lines. A field holds 12 digits and a statement fewer than ten million lines, so 64 bits cannot run over; they saturate
/// rather than wrap.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) credits: i64,
    pub(super) credit_count: i64,
    pub(super) debits: i64,
    pub(super) debit_count: i64,
}

impl Totals {
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a BankLine>) -> Self {
        lines.fold(Self::default(), |mut totals, line| {
            let (sum, count) = match line.flow {
                Flow::Credit => (&mut totals.credits, &mut totals.credit_count),
                Flow::Debit => (&mut totals.debits, &mut totals.debit_count),
            };
            *sum = sum.saturating_add(line.amount.get());
            *count = count.saturating_add(1);
            totals
        })
    }

    /// The balance after these lines.
    pub(super) fn closing(&self, opening: Yen) -> Yen {
        Yen::new(opening.get().saturating_add(self.credits).saturating_sub(self.debits))
    }
}
