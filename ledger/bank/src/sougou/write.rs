//! Writes the file. What the caller gives is checked field by field; counts and sums are computed here.

use chrono::Datelike;

use super::{Dot, LENGTH, LINES_MAX, Line, LongVowel, Novelty, Order, Payer, Profile, Reference, Remittance};
use crate::account::AccountKind;
use crate::calendar;
use crate::charset::Class;
use crate::file_error::{FileError, Place, Problem};
use crate::frame;
use crate::kana::{PayeeKana, TRANSFER_BYTES_MAX};
use crate::record::Writer;
use foundation::digest::sha256;
use foundation::money::Yen;

/// A file as it goes to the bank, and the figures that people compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Its lines.
    pub line_count: usize,
    /// Their sum.
    pub total: Yen,
    /// Indices of the lines whose holder's name was cut to 30 bytes: some banks refuse those.
    pub shortened: Vec<usize>,
}

/// Writes a remittance for the bank that `profile` describes.
///
/// # Errors
/// The first [`FileError`]: nothing is ever cut, rounded or replaced but a holder's name, which is sent with its first 30 bytes (§4.5).
pub fn write(remittance: &Remittance, profile: &Profile) -> Result<Written, FileError> {
    let lines = &remittance.lines;
    let lines_max = profile.lines_max.min(LINES_MAX);
    if lines.is_empty() || lines.len() > lines_max {
        return Err(FileError::new(Place::File, Problem::LineCount { found: lines.len(), lines_max }));
    }
    let mut records = vec![header(remittance, profile)?];
    for (line, record) in lines.iter().zip(2..) {
        records.push(data(record, line, profile)?);
    }
    let total = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount.get()));
    let trailer = Writer::new(records.len().saturating_add(1), b'8').number("合計件数", 6, count(lines.len())).number("合計金額", 12, total);
    records.push(trailer.finish()?);
    records.push(Writer::new(records.len().saturating_add(1), b'9').finish()?);

    let bytes = frame::join::<LENGTH>(&records, profile.framing);
    let sha256 = sha256(&bytes);
    let shortened = lines.iter().zip(0..).filter(|(line, _)| line.account.holder.bytes() > TRANSFER_BYTES_MAX).map(|(_, index)| index).collect();
    Ok(Written { bytes, sha256, line_count: lines.len(), total: Yen::new(total), shortened })
}

fn header(remittance: &Remittance, profile: &Profile) -> Result<[u8; LENGTH], FileError> {
    let Remittance { payer, value_on, lines: _ } = remittance;
    let Payer { code, name, bank, bank_name, branch, branch_name, kind, number } = payer;
    let is_open = calendar::is_business_day(*value_on).map_err(Problem::from);
    let is_open = is_open.and_then(|open| if open { Ok(()) } else { Err(Problem::NotABusinessDay(*value_on)) });
    let kind_allowed =
        if *kind == AccountKind::Savings { Err(Problem::Value { found: "4".to_owned(), wanted: "1 (普通), 2 (当座) or 9 (その他)" }) } else { Ok(()) };
    Writer::new(1, b'1')
        .code("種別コード", 2, "21")
        .code("コード区分", 1, "0")
        .code("委託者コード", 10, code.as_str())
        .free_text("委託者名", 40, &spell(name.as_str(), profile))
        .check("取組日", 4, is_open)
        .code("取組日", 4, &format!("{:02}{:02}", value_on.month(), value_on.day()))
        .code("仕向銀行番号", 4, bank.as_str())
        .text("仕向銀行名", 15, bank_name, Class::Branch)
        .code("仕向支店番号", 3, branch.as_str())
        .text("仕向支店名", 15, branch_name, Class::Branch)
        .check("預金種目", 1, kind_allowed)
        .code("預金種目", 1, &kind.digit().to_string())
        .code("口座番号", 7, number.as_str())
        .finish()
}

fn data(record: usize, line: &Line, profile: &Profile) -> Result<[u8; LENGTH], FileError> {
    let Line { account, bank_name, branch_name, amount, novelty, reference } = line;
    if let Some(error) = account.unreachable().into_iter().next() {
        return Err(FileError::record(record, error));
    }
    let novelty = if profile.reads_novelty { *novelty } else { Novelty::Other };
    let positive = if amount.is_positive() { Ok(()) } else { Err(Problem::ZeroAmount) };
    let form = if reference.form() == profile.reference { Ok(()) } else { Err(Problem::ReferenceForm) };
    let writer = Writer::new(record, b'2')
        .code("被仕向銀行番号", 4, account.bank.as_str())
        .text("被仕向銀行名", 15, bank_name, Class::Branch)
        .code("被仕向支店番号", 3, account.branch.as_str())
        .text("被仕向支店名", 15, branch_name, Class::Branch)
        .code("手形交換所番号", 4, "0000")
        .code("預金種目", 1, &account.kind.digit().to_string())
        .code("口座番号", 7, account.number.as_str())
        .free_text("受取人名", TRANSFER_BYTES_MAX, &spell(transfer_name(&account.holder), profile))
        .check("振込金額", 10, positive)
        .number("振込金額", 10, amount.get())
        .code("新規コード", 1, novelty.digit())
        .check("顧客コード", 20, form);
    let order = match profile.order {
        Order::Wire => "7",
        Order::Blank => " ",
    };
    let (writer, mark) = match reference {
        Reference::Digits { first, second } => (writer.number("顧客コード1", 10, signed(*first)).number("顧客コード2", 10, signed(*second)), " "),
        Reference::Text(text) => (writer.text("顧客コード", 20, text, Class::Name), " "),
        Reference::Edi(text) => (writer.text("EDI情報", 20, text, Class::Edi), "Y"),
    };
    writer.free_text("振込指定区分", 1, order).free_text("識別表示", 1, mark).finish()
}

fn transfer_name(holder: &PayeeKana) -> &str {
    holder.for_transfer()
}

/// Spells a name as the bank wants it, byte for byte as long: ｦ as ｵ, `-` behind kana and `.` as the profile says.
fn spell(name: &str, profile: &Profile) -> String {
    let mut before = ' ';
    let spelled = name.chars().map(|letter| {
        let behind_kana = matches!(before, 'ｱ'..='ﾟ' | 'ｦ');
        before = letter;
        match letter {
            'ｦ' => 'ｵ',
            '-' if behind_kana && profile.long_vowel == LongVowel::Bar => 'ｰ',
            '.' if profile.dot == Dot::Space => ' ',
            other => other,
        }
    });
    spelled.collect()
}

fn count(lines: usize) -> i64 {
    i64::try_from(lines).unwrap_or(i64::MAX)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
