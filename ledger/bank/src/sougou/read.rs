//! Reads the file back: for the check before it is sent, for the rehearsal's bank, and for files of other programs.

use chrono::NaiveDate;

use super::{LENGTH, Line, Novelty, Payer, Reference, Remittance, resolve_value_date};
use crate::account::{AccountKind, AccountNumber, BankAccount, BankCode, BranchCode, PayerCode};
use crate::charset::Class;
use crate::file_error::{FileError, Place, Problem};
use crate::frame::{self, Warning};
use crate::kana::PayeeKana;
use crate::record::{Field, Reader};
use foundation::money::Yen;

/// What the reader must know and may forgive.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The day on which the file was made: the value date has no year.
    pub created_on: NaiveDate,
    /// Whether lines that lost their trailing spaces are padded.
    pub pad: bool,
    /// Whether `ｰ` in names is read as `-`.
    pub accept_bar: bool,
}

impl ReadOptions {
    /// Forgives nothing.
    #[must_use]
    pub const fn strict(created_on: NaiveDate) -> Self {
        Self { created_on, pad: false, accept_bar: false }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it says.
    pub remittance: Remittance,
    /// What was odd about it.
    pub warnings: Vec<Warning>,
}

/// Reads a file of one group: header, lines, trailer, end.
///
/// # Errors
/// The first [`FileError`]. A trailer that does not agree with the lines refuses the file.
pub fn read(bytes: &[u8], options: ReadOptions) -> Result<Reading, FileError> {
    let (records, warnings) = frame::split::<LENGTH>(bytes, options.pad)?;
    let mut records = records.iter().zip(1..).peekable();
    let (payer, value_on) = match records.next() {
        Some((record, number)) => header(kind(record, number, b'1', "the header 1")?, options)?,
        None => return Err(FileError::new(Place::File, Problem::Empty)),
    };
    let mut lines = Vec::new();
    while let Some((record, number)) = records.next_if(|(record, _)| record.starts_with(b"2")) {
        lines.push(data(kind(record, number, b'2', "a line 2")?, number, options)?);
    }
    let (record, number) = records.next().ok_or_else(|| cut_off("a line 2 or the trailer 8"))?;
    if lines.is_empty() && record.starts_with(b"8") {
        return Err(FileError::record(number, Problem::Order { found: '8', wanted: "a line 2" }));
    }
    trailer(kind(record, number, b'8', "a line 2 or the trailer 8")?, &lines)?;
    let (record, number) = records.next().ok_or_else(|| cut_off("the end record 9"))?;
    if record.starts_with(b"1") {
        return Err(FileError::record(number, Problem::SecondGroup));
    }
    kind(record, number, b'9', "the end record 9")?.dummy()?;
    match records.next() {
        Some((_, number)) => Err(FileError::record(number, Problem::AfterEnd)),
        None => Ok(Reading { remittance: Remittance { payer, value_on, lines }, warnings }),
    }
}

fn cut_off(wanted: &'static str) -> FileError {
    FileError::new(Place::File, Problem::CutOff { wanted })
}

/// A reader behind the first byte, which must be `kind`.
fn kind<'a>(record: &'a [u8], number: usize, kind: u8, wanted: &'static str) -> Result<Reader<'a>, FileError> {
    let mut reader = Reader::new(number, record);
    let field = reader.field("データ区分", 1);
    let found = field.shown().chars().next().unwrap_or(' ');
    if found == char::from(kind) { Ok(reader) } else { Err(field.error(Problem::Order { found, wanted })) }
}

fn header(mut reader: Reader<'_>, options: ReadOptions) -> Result<(Payer, NaiveDate), FileError> {
    let file_kind = reader.field("種別コード", 2);
    if file_kind.shown() != "21" {
        let hint = match file_kind.shown().as_str() {
            "91" => "this is a 口座振替 file",
            "01" | "03" => "this is a bank's notice, import it as one",
            "11" | "12" | "71" | "72" => "this is a 給与・賞与振込 file",
            _ => "this is no 総合振込 file",
        };
        return Err(file_kind.error(Problem::WrongFile { found: file_kind.shown(), wanted: "21", hint }));
    }
    let system = reader.field("コード区分", 1);
    if system.shown() != "0" {
        return Err(system.error(Problem::CodeSystem(system.shown())));
    }
    let code = parsed(&reader.field("委託者コード", 10), PayerCode::parse)?;
    let name = holder(&reader.field("委託者名", 40), options)?;
    let day = reader.field("取組日", 4);
    let value_on = resolve_value_date(day.digits()?, options.created_on).map_err(|problem| day.error(problem))?;
    let bank = parsed(&reader.field("仕向銀行番号", 4), BankCode::parse)?;
    let bank_name = reader.text("仕向銀行名", 15, Class::Branch)?;
    let branch = parsed(&reader.field("仕向支店番号", 3), BranchCode::parse)?;
    let branch_name = reader.text("仕向支店名", 15, Class::Branch)?;
    let kind = account_kind(&reader.field("預金種目", 1), &['1', '2', '9'], "1 (普通), 2 (当座) or 9 (その他)")?;
    let number = parsed(&reader.field("口座番号", 7), AccountNumber::parse)?;
    reader.dummy()?;
    Ok((Payer { code, name, bank, bank_name, branch, branch_name, kind, number }, value_on))
}

fn data(mut reader: Reader<'_>, number: usize, options: ReadOptions) -> Result<Line, FileError> {
    let bank = parsed(&reader.field("被仕向銀行番号", 4), BankCode::parse)?;
    let bank_name = reader.text("被仕向銀行名", 15, Class::Branch)?;
    let branch = parsed(&reader.field("被仕向支店番号", 3), BranchCode::parse)?;
    let branch_name = reader.text("被仕向支店名", 15, Class::Branch)?;
    reader.optional_digits("手形交換所番号", 4)?;
    let kind = account_kind(&reader.field("預金種目", 1), &['1', '2', '4', '9'], "1 (普通), 2 (当座), 4 (貯蓄) or 9 (その他)")?;
    let account_number = parsed(&reader.field("口座番号", 7), AccountNumber::parse)?;
    let holder = holder(&reader.field("受取人名", 30), options)?;
    let money = reader.field("振込金額", 10);
    let amount = Yen::new(money.number()?);
    if !amount.is_positive() {
        return Err(money.error(Problem::ZeroAmount));
    }
    let novelty = match reader.field("新規コード", 1).one_of(&['0', '1', '2', ' '], "0, 1, 2 or a space")? {
        '1' => Novelty::First,
        '2' => Novelty::Changed,
        _ => Novelty::Other,
    };
    let reference = reference(&mut reader)?;
    reader.dummy()?;
    let account = BankAccount { bank, branch, kind, number: account_number, holder };
    match account.unreachable().into_iter().next() {
        Some(error) => Err(FileError::record(number, error)),
        None => Ok(Line { account, bank_name, branch_name, amount, novelty, reference }),
    }
}

/// Bytes 92 to 113: two codes of digits (or nothing), or text, or, with 識別表示 Y, EDI情報.
fn reference(reader: &mut Reader<'_>) -> Result<Reference, FileError> {
    let field = reader.field("顧客コード", 20);
    reader.field("振込指定区分", 1).one_of(&['7', '8', '0', ' '], "7 (テレ振込), 8 (文書), 0 or a space")?;
    let is_edi = reader.field("識別表示", 1).one_of(&['Y', ' '], "Y or a space")? == 'Y';
    let text = field.text()?;
    let class = if is_edi { Class::Edi } else { Class::Name };
    class.check(&text, crate::charset::Direction::Read).map_err(|error| field.error(error))?;
    if is_edi {
        return Ok(Reference::Edi(text));
    }
    let part = |digits: Option<&str>| match digits {
        Some(blank) if blank.bytes().all(|byte| byte == b' ') => Some(0),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    };
    let both = field.shown();
    Ok(match (part(both.get(..10)), part(both.get(10..))) {
        (Some(first), Some(second)) => Reference::Digits { first, second },
        _ => Reference::Text(text),
    })
}

fn trailer(mut reader: Reader<'_>, lines: &[Line]) -> Result<(), FileError> {
    reader.field("合計件数", 6).must_be(i64::try_from(lines.len()).unwrap_or(i64::MAX))?;
    let total = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount.get()));
    reader.field("合計金額", 12).must_be(total)?;
    reader.dummy()
}

fn parsed<T, E: Into<Problem>>(field: &Field<'_>, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, FileError> {
    parse(field.digits()?).map_err(|error| field.error(error))
}

fn account_kind(field: &Field<'_>, allowed: &[char], wanted: &'static str) -> Result<AccountKind, FileError> {
    let digit = field.one_of(allowed, wanted)?;
    AccountKind::ALL.into_iter().find(|kind| kind.digit() == digit).ok_or_else(|| field.error(Problem::Value { found: digit.to_string(), wanted }))
}

fn holder(field: &Field<'_>, options: ReadOptions) -> Result<PayeeKana, FileError> {
    let text = field.text()?;
    let text = if options.accept_bar { text.replace('ｰ', "-") } else { text };
    PayeeKana::from_half_width(&text).map_err(|error| field.error(error))
}
