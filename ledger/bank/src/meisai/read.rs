//! Reads statements and checks everything that the file lets be checked (standards §2.3).

use chrono::{Months, NaiveDate};

use super::identity::Identities;
use super::write::Totals;
use super::{BankLine, Flow, Head, LENGTH, OwnAccount, ReadLine, ReadStatement, Reading};
use crate::account::{AccountError, AccountKind, BankCode, BranchCode, LongAccountNumber};
use crate::file_error::{FileError, Place, Problem};
use crate::frame::{self, Warning};
use crate::record::{Field, Reader};
use foundation::money::Yen;

/// What the reader must know and may forgive.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The day of the import: dates have no era and lie at most a week ahead of it.
    pub imported_on: NaiveDate,
    /// Whether lines that lost their trailing spaces are padded.
    pub pad: bool,
}

/// Age from which a file is odd: records are kept for ten years at most.
const OLD: Months = Months::new(120);

/// The records of a file, taken one by one.
struct Records<'a> {
    records: std::slice::Iter<'a, [u8; LENGTH]>,
    taken: usize,
}

impl<'a> Records<'a> {
    /// Takes the next record, whose データ区分 must be one of `kinds`.
    fn take(&mut self, kinds: &[u8], wanted: &'static str) -> Result<(u8, usize, &'a [u8; LENGTH]), FileError> {
        let raw = self.records.next().ok_or_else(|| FileError::new(Place::File, Problem::CutOff { wanted }))?;
        self.taken = self.taken.saturating_add(1);
        let field = Reader::new(self.taken, raw).field("データ区分", 1);
        let kind = raw.first().copied().filter(|kind| kinds.contains(kind));
        let found = field.shown().chars().next().unwrap_or(' ');
        kind.map(|kind| (kind, self.taken, raw)).ok_or_else(|| field.error(Problem::Order { found, wanted }))
    }
}

/// Reads a file: for each account a header, lines, a trailer; then the end record.
///
/// # Errors
/// The first [`FileError`]; a statement whose counts, sums or balances do not agree refuses the whole file.
pub fn read(bytes: &[u8], options: ReadOptions) -> Result<Reading, FileError> {
    let (raw_records, mut warnings) = frame::split::<LENGTH>(bytes, options.pad)?;
    let mut records = Records { records: raw_records.iter(), taken: 0 };
    let mut identities = Identities::default();
    let mut statements = Vec::new();
    let (_, number, raw) = records.take(b"1", "the header 1")?;
    let mut header_at = (number, raw);
    loop {
        statements.push(statement(header_at, &mut records, &mut identities, &mut warnings, options)?);
        match records.take(b"19", "the next header 1 or the end record 9")? {
            (b'1', number, raw) => header_at = (number, raw),
            (_, number, raw) => {
                end(number, raw, &statements, &mut warnings)?;
                break;
            }
        }
    }
    match records.records.next() {
        Some(_) => Err(FileError::record(records.taken.saturating_add(1), Problem::AfterEnd)),
        None => Ok(Reading { statements, warnings }),
    }
}

fn statement(
    (number, raw): (usize, &[u8; LENGTH]),
    records: &mut Records<'_>,
    identities: &mut Identities,
    warnings: &mut Vec<Warning>,
    options: ReadOptions,
) -> Result<ReadStatement, FileError> {
    let head = header(number, raw, options)?;
    if head.created_on.checked_add_months(OLD).is_none_or(|limit| limit < options.imported_on) {
        warnings.push(Warning::Old { created_on: head.created_on });
    }
    if head.opening.is_none() {
        warnings.push(Warning::NoBalance { record: number });
    }
    let mut lines = Vec::new();
    loop {
        match records.take(b"28", "a line 2 or the trailer 8")? {
            (b'2', record, raw) => {
                let line = data(record, raw, &head, options)?;
                lines.push(ReadLine { line, record, raw: *raw, identity: identities.of(&head.account, raw) });
            }
            (_, record, raw) => {
                let closing = trailer(record, raw, &head, &lines)?;
                if closing.is_none() {
                    warnings.push(Warning::NoBalance { record });
                }
                return Ok(ReadStatement { head, lines, closing });
            }
        }
    }
}

/// A reader behind データ区分.
fn behind_kind(number: usize, raw: &[u8]) -> Reader<'_> {
    let mut reader = Reader::new(number, raw);
    reader.skip(1);
    reader
}

fn header(number: usize, raw: &[u8; LENGTH], options: ReadOptions) -> Result<Head, FileError> {
    let mut reader = behind_kind(number, raw);
    file_kind(&mut reader)?;
    let created_on = reader.date("作成日", options.imported_on)?;
    let from = reader.date("勘定日(自)", options.imported_on)?;
    let to = reader.date("勘定日(至)", options.imported_on)?;
    if to < from {
        return Err(reader.last_error(Problem::OutsidePeriod { day: to, from, to }));
    }
    let bank = parsed(&reader.field("銀行コード", 4), BankCode::parse)?;
    let bank_name = reader.free_text("銀行名", 15)?;
    let branch = parsed(&reader.field("支店コード", 3), BranchCode::parse)?;
    let branch_name = reader.free_text("支店名", 15)?;
    reader.skip(3);
    let kind = match reader.field("預金種目", 1).one_of(&['1', '2', '4'], "1 (普通), 2 (当座) or 4 (貯蓄); statements of term deposits are not read")?
    {
        '1' => AccountKind::Ordinary,
        '2' => AccountKind::Current,
        _ => AccountKind::Savings,
    };
    let account_number = parsed(&reader.field("口座番号", 10), LongAccountNumber::parse)?;
    let holder = reader.free_text("口座名", 40)?;
    let sign = sign(&mut reader)?;
    let book = reader.optional_digits("通帳・証書区分", 1)?.map(str::to_owned);
    let opening = balance(&reader.field("取引前残高", 14), sign)?;
    let account = OwnAccount { bank, bank_name, branch, branch_name, kind, number: account_number, holder };
    Ok(Head { created_on, from, to, account, book, opening })
}

/// 種別コード and コード区分.
fn file_kind(reader: &mut Reader<'_>) -> Result<(), FileError> {
    let kind = reader.field("種別コード", 2);
    if kind.shown() != "03" {
        let hint = match kind.shown().as_str() {
            "01" => "this is a 振込入金通知, ask the bank for 入出金取引明細",
            "21" => "this is a 総合振込 file, not a statement",
            _ => "this is no 入出金取引明細",
        };
        return Err(kind.error(Problem::WrongFile { found: kind.shown(), wanted: "03", hint }));
    }
    let system = reader.field("コード区分", 1);
    if system.shown() == "0" { Ok(()) } else { Err(system.error(Problem::CodeSystem(system.shown()))) }
}

fn parsed<T>(field: &Field<'_>, parse: impl Fn(&str) -> Result<T, AccountError>) -> Result<T, FileError> {
    parse(field.digits()?).map_err(|error| field.error(error))
}

/// 貸越区分: 1 above or at zero, 2 overdrawn, left out.
fn sign(reader: &mut Reader<'_>) -> Result<char, FileError> {
    reader.field("貸越区分", 1).one_of(&['1', '2', '0', ' '], "1, 2, or nothing")
}

/// A balance with its sign. Spaces, or zeros without a sign, say nothing.
fn balance(field: &Field<'_>, sign: char) -> Result<Option<Yen>, FileError> {
    if field.is_blank() {
        return Ok(None);
    }
    Ok(match (sign, field.number()?) {
        ('0' | ' ', 0) => None,
        ('2', amount) => Some(Yen::new(amount.saturating_neg())),
        (_, amount) => Some(Yen::new(amount)),
    })
}

fn data(number: usize, raw: &[u8; LENGTH], head: &Head, options: ReadOptions) -> Result<BankLine, FileError> {
    let mut reader = behind_kind(number, raw);
    let today = options.imported_on;
    let inquiry = reader.free_text("照会番号", 8)?;
    let booked_on = reader.date("勘定日", today)?;
    if !(head.from..=head.to).contains(&booked_on) {
        return Err(reader.last_error(Problem::OutsidePeriod { day: booked_on, from: head.from, to: head.to }));
    }
    let valued_on = reader.optional_date("預入・払出日", today)?;
    let flow = match reader.field("入払区分", 1).one_of(&['1', '2'], "1 (入金) or 2 (出金)")? {
        '1' => Flow::Credit,
        _ => Flow::Debit,
    };
    Ok(BankLine {
        inquiry,
        booked_on,
        valued_on,
        flow,
        trade: owned(reader.optional_digits("取引区分", 2)?),
        amount: Yen::new(reader.number("取引金額", 12)?),
        cheques: amount_or_nothing(&reader.field("うち他店券金額", 12))?,
        presented_on: reader.optional_date("交換呈示日", today)?,
        dishonoured_on: reader.optional_date("不渡返還日", today)?,
        cheque_kind: owned(reader.optional_digits("手形・小切手区分", 1)?),
        cheque_number: owned(reader.optional_digits("手形・小切手番号", 7)?),
        sister_branch: owned(reader.optional_digits("僚店番号", 3)?),
        payer_code: owned(reader.optional_digits("振込依頼人コード", 10)?),
        payer_name: reader.free_text("振込依頼人名", 48)?,
        bank_name: reader.free_text("仕向銀行名", 15)?,
        branch_name: reader.free_text("仕向店名", 15)?,
        summary: reader.free_text("摘要内容", 20)?,
        edi: reader.free_text("EDI情報", 20)?,
    })
}

fn owned(digits: Option<&str>) -> Option<String> {
    digits.map(str::to_owned)
}

fn amount_or_nothing(field: &Field<'_>) -> Result<Yen, FileError> {
    if field.is_blank() { Ok(Yen::ZERO) } else { field.number().map(Yen::new) }
}

/// Checks counts, sums and, where both are given, that the opening balance and the lines make the closing one.
fn trailer(number: usize, raw: &[u8; LENGTH], head: &Head, lines: &[ReadLine]) -> Result<Option<Yen>, FileError> {
    let totals = Totals::of(lines.iter().map(|read| &read.line));
    let mut reader = behind_kind(number, raw);
    reader.field("入金件数", 6).must_be(totals.credit_count)?;
    reader.field("入金額合計", 13).must_be(totals.credits)?;
    reader.field("出金件数", 6).must_be(totals.debit_count)?;
    reader.field("出金額合計", 13).must_be(totals.debits)?;
    let sign = sign(&mut reader)?;
    let field = reader.field("取引後残高", 14);
    let closing = balance(&field, sign)?;
    reader.field("データ・レコード件数", 7).must_be(i64::try_from(lines.len()).unwrap_or(i64::MAX))?;
    let computed = head.opening.map(|opening| totals.closing(opening));
    match (closing, computed) {
        (Some(stated), Some(computed)) if stated != computed => Err(field.error(Problem::Sum { stated: stated.get(), computed: computed.get() })),
        _ => Ok(closing),
    }
}

/// The end record. Banks differ in what レコード総件数 counts, so other plausible counts are only a warning.
fn end(number: usize, raw: &[u8; LENGTH], statements: &[ReadStatement], warnings: &mut Vec<Warning>) -> Result<(), FileError> {
    let mut reader = behind_kind(number, raw);
    let total = reader.field("レコード総件数", 10);
    let computed = i64::try_from(number).unwrap_or(i64::MAX);
    let without_end = computed.saturating_sub(1);
    let lines = statements.iter().fold(0_usize, |sum, statement| sum.saturating_add(statement.lines.len()));
    if !total.is_blank() {
        let stated = total.number()?;
        if stated == without_end || i64::try_from(lines) == Ok(stated) || stated == 0 {
            warnings.push(Warning::RecordCount { stated, computed });
        } else {
            total.must_be(computed)?;
        }
    }
    reader.field("口座数", 5).must_be(i64::try_from(statements.len()).unwrap_or(i64::MAX))
}
