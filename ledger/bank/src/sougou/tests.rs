//! The golden files of standards §1.4 byte for byte, every knob of the profile, every refusal with its place, and that what is written reads back.

use proptest::prelude::*;

use super::*;
use crate::account::Written as Account;
use crate::file_error::{FileError, Place, Problem};
use crate::frame::{Separator, Warning};
use crate::jis_x_0201::encode;
use foundation::refusal::Refusal as _;

const SOUGOU: &str = "3f63abda01714ab9b13121ebd8227040886f227a9c50621cbe543ecad8b5a356";
const SOUGOU_EDI: &str = "27540775752853491b2ad8e435a97ca6dbce8bf16df372d30a4dd94bf6b97207";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn kana(text: &str) -> PayeeKana {
    PayeeKana::from_half_width(text).unwrap()
}

fn line(branch: (&str, &str), number: &str, holder: &str, amount: i64, novelty: Novelty, first: u64) -> Line {
    let account = BankAccount::parse(Account { bank: "9998", branch: branch.0, kind: "1", number, holder }).unwrap();
    let reference = Reference::Digits { first, second: 202_604 };
    Line { account, bank_name: "ﾃｽﾄ".to_owned(), branch_name: branch.1.to_owned(), amount: Yen::new(amount), novelty, reference }
}

fn golden() -> Remittance {
    let payer = Payer {
        code: PayerCode::parse("0000012345").unwrap(),
        name: kana("ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ"),
        bank: BankCode::parse("9999").unwrap(),
        bank_name: "ｼﾃｲｷﾝﾕｳ".to_owned(),
        branch: BranchCode::parse("101").unwrap(),
        branch_name: "ﾎﾝﾃﾝ".to_owned(),
        kind: AccountKind::Current,
        number: AccountNumber::parse("0001234").unwrap(),
    };
    let lines = vec![
        line(("001", "ﾁﾕｳｵｳ"), "1234567", "ｶ)ﾃｽﾄﾎｲｸｴﾝ", 1_234_567, Novelty::First, 101),
        line(("002", "ｷﾀｸﾞﾁ"), "0076543", "ﾔﾏﾀﾞ ﾀﾛｳ", 8_000, Novelty::Other, 102),
    ];
    Remittance { payer, value_on: day("2026-05-29"), lines }
}

fn options() -> ReadOptions {
    ReadOptions::strict(day("2026-05-20"))
}

fn golden_bytes() -> Vec<u8> {
    write(&golden(), &Profile::default()).unwrap().bytes
}

#[test]
fn the_golden_file_is_reproduced_to_the_byte_and_reads_back() {
    let written = write(&golden(), &Profile::default()).unwrap();
    assert_eq!((written.bytes.len(), hex::encode(written.sha256).as_str()), (610, SOUGOU));
    assert_eq!((written.line_count, written.total, written.shortened), (2, Yen::new(1_242_567), vec![]));
    assert_eq!(read(&written.bytes, options()), Ok(Reading { remittance: golden(), warnings: vec![] }));
}

#[test]
fn the_golden_edi_file_is_reproduced_to_the_byte_and_reads_back() {
    let mut remittance = golden();
    remittance.lines.truncate(1);
    remittance.lines[0].reference = Reference::Edi("V202604-P000101".to_owned());
    let profile = Profile { reference: ReferenceForm::Edi, ..Profile::default() };
    let written = write(&remittance, &profile).unwrap();
    assert_eq!(hex::encode(written.sha256), SOUGOU_EDI);
    assert_eq!(read(&written.bytes, options()).unwrap().remittance, remittance);
}

#[test]
fn each_knob_of_the_profile_moves_its_own_bytes_only() {
    let base = write(&golden(), &Profile { framing: Framing { separator: Separator::None, end_mark: false }, ..Profile::default() }).unwrap().bytes;
    assert_eq!(base.len(), 600);
    let changed = |profile: Profile, remittance: &Remittance| {
        let bytes = write(remittance, &Profile { framing: Framing { separator: Separator::None, end_mark: false }, ..profile }).unwrap().bytes;
        base.iter().zip(&bytes).zip(1..).filter(|((old, new), _)| old != new).map(|((_, new), at)| (at, *new)).collect::<Vec<(usize, u8)>>()
    };
    assert_eq!(changed(Profile { reads_novelty: false, ..Profile::default() }, &golden()), [(120 + 91, b'0')]);
    assert_eq!(changed(Profile { order: Order::Blank, ..Profile::default() }, &golden()), [(120 + 112, b' '), (240 + 112, b' ')]);
    let mut foreign = golden();
    foreign.lines[1].account.holder = kana("ﾖ-ｺ.A-1 ｦ");
    let spelled = |profile| write(&foreign, &profile).unwrap().bytes[244 + 50..244 + 80].to_vec();
    assert_eq!(spelled(Profile::default()), encode(&format!("{:<30}", "ﾖ-ｺ.A-1 ｵ")).unwrap());
    assert_eq!(spelled(Profile { dot: Dot::Space, long_vowel: LongVowel::Bar, ..Profile::default() }), encode(&format!("{:<30}", "ﾖｰｺ A-1 ｵ")).unwrap());
    let ended = write(&golden(), &Profile { framing: Framing { separator: Separator::CrLf, end_mark: true }, ..Profile::default() }).unwrap().bytes;
    assert_eq!(ended.split_last(), Some((&0x1A, &golden_bytes()[..])));
}

#[test]
fn a_profile_as_data_says_only_what_is_unusual() {
    let profile: Profile = serde_json::from_str(r#"{"framing": {"separator": "none"}, "reference": "edi", "dot": "space"}"#).unwrap();
    let framing = Framing { separator: Separator::None, end_mark: false };
    assert_eq!(profile, Profile { framing, reference: ReferenceForm::Edi, dot: Dot::Space, ..Profile::default() });
    assert!(serde_json::from_str::<Profile>(r#"{"separator": "none"}"#).is_err());
}

#[test]
fn a_long_name_is_cut_at_thirty_bytes_and_told() {
    let mut remittance = golden();
    remittance.lines[1].account.holder = kana(&format!("{}ｶﾞ", "ｱ".repeat(29)));
    let written = write(&remittance, &Profile::default()).unwrap();
    assert_eq!(written.shortened, [1]);
    assert_eq!(read(&written.bytes, options()).unwrap().remittance.lines[1].account.holder, kana(&"ｱ".repeat(29)));
}

fn write_error(change: impl Fn(&mut Remittance)) -> FileError {
    let mut remittance = golden();
    change(&mut remittance);
    write(&remittance, &Profile::default()).unwrap_err()
}

#[test]
fn what_cannot_be_written_exactly_is_refused_with_its_place() {
    let field = |record, name, first_byte, last_byte| Place::Field { record, name, first_byte, last_byte };
    let error = write_error(|remittance| remittance.lines[1].amount = Yen::new(10_000_000_000));
    assert_eq!(error, FileError::new(field(3, "振込金額", 81, 90), Problem::TooLarge { found: 10_000_000_000, digits: 10 }));
    assert_eq!(error.to_string(), "record 3, 振込金額 (bytes 81–90): 10000000000 where 10 digits fit, and nothing below zero");
    for amount in [0, -1] {
        assert_eq!(write_error(|remittance| remittance.lines[0].amount = Yen::new(amount)).problem, Problem::ZeroAmount);
    }
    assert_eq!(
        write_error(|remittance| remittance.value_on = day("2026-05-31")),
        FileError::new(field(1, "取組日", 55, 58), Problem::NotABusinessDay(day("2026-05-31")))
    );
    assert_eq!(write_error(|remittance| remittance.lines[0].bank_name = "ﾃｽﾄ(".to_owned()).place, field(2, "被仕向銀行名", 6, 20));
    assert_eq!(write_error(|remittance| remittance.payer.name = kana(&"ｱ".repeat(41))).problem, Problem::TooLong { found: 41, bytes_max: 40 });
    assert_eq!(write_error(|remittance| remittance.payer.kind = AccountKind::Savings).place, field(1, "預金種目", 96, 96));
    assert_eq!(
        write_error(|remittance| remittance.lines[0].reference = Reference::Edi("A".to_owned())),
        FileError::new(field(2, "顧客コード", 92, 111), Problem::ReferenceForm)
    );
    assert_eq!(write_error(|remittance| remittance.lines[1].account.bank = BankCode::parse("9999").unwrap()).code(), "account_bank");
    assert_eq!(write_error(|remittance| remittance.lines.clear()).problem, Problem::LineCount { found: 0, lines_max: 9_999 });
    let two = Profile { lines_max: 1, ..Profile::default() };
    assert_eq!(write(&golden(), &two).unwrap_err().problem, Problem::LineCount { found: 2, lines_max: 1 });
}

#[test]
fn an_edi_text_takes_its_own_signs_and_never_a_comma() {
    let written = |text: &str| {
        let mut remittance = golden();
        remittance.lines.truncate(1);
        remittance.lines[0].reference = Reference::Edi(text.to_owned());
        write(&remittance, &Profile { reference: ReferenceForm::Edi, ..Profile::default() }).map(|_| ())
    };
    assert_eq!(written("ｦ\\｢｣()-/. 1"), Ok(()));
    assert!(written("A,B").is_err() && written("a").is_err() && written(&"A".repeat(21)).is_err());
}

/// The golden file with some bytes of one record replaced; positions as in the standard.
fn patched(record: usize, first_byte: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = golden_bytes();
    let old = file.chunks_mut(122).nth(record.saturating_sub(1)).unwrap().iter_mut().skip(first_byte.saturating_sub(1));
    old.zip(bytes).for_each(|(old, new)| *old = *new);
    file
}

#[test]
fn what_a_receiving_bank_would_refuse_is_refused_with_its_place() {
    for (record, first_byte, bytes, code) in [
        (1, 2, &b"91"[..], "bank_file_wrong_kind"),
        (1, 4, b"1", "bank_file_code_system"),
        (1, 55, b"0531", "bank_file_not_a_business_day"),
        (1, 55, b"1332", "bank_file_value_date"),
        (1, 96, b"4", "bank_file_value"),
        (2, 2, b"99A8", "bank_file_digits"),
        (2, 2, b"0000", "account_bank"),
        (2, 21, b"999", "account_branch"),
        (2, 43, b"3", "bank_file_value"),
        (2, 44, b"0000000", "account_number"),
        (2, 51, b"a", "kana_not_allowed"),
        (2, 51, b"\x82", "bank_file_byte"),
        (2, 118, b"\x82\xA0", "bank_file_byte"),
        (5, 60, b"\xE0", "bank_file_byte"),
        (2, 51, b"\xDE", "kana_orphan_mark"),
        (2, 51, &[b' '; 30], "kana_empty"),
        (2, 81, b"0000000000", "bank_file_zero_amount"),
        (2, 81, b"0001234568", "bank_file_sum"),
        (2, 91, b"3", "bank_file_value"),
        (2, 113, b"X", "bank_file_value"),
        (4, 2, b"000003", "bank_file_sum"),
        (3, 1, b"8", "bank_file_digits"),
        (5, 1, b"1", "bank_file_second_group"),
        (4, 1, b"9", "bank_file_order"),
        (1, 1, b"2", "bank_file_order"),
    ] {
        let error = read(&patched(record, first_byte, bytes), options()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    let error = read(&patched(2, 47, b"X"), options()).unwrap_err();
    assert_eq!(error.to_string(), "record 2, 口座番号 (bytes 44–50): byte 47 is 'X' where a digit is due", "the rest of the number is not shown");
    let error = read(&patched(2, 53, b"\x82"), options()).unwrap_err();
    assert!(error.to_string().starts_with("record 2, 受取人名 (bytes 51–80): byte 53 (0x82)"), "{error}");
    let error = read(&patched(4, 8, b"000001242568"), options()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "record 4, 合計金額 (bytes 8–19): it says 1242568, but the records give 1242567: fetch the file again, and ask the bank if it stays"
    );
}

#[test]
fn a_file_that_is_cut_off_or_continued_is_refused() {
    let file = golden_bytes();
    assert_eq!(read(&file[..488], options()).unwrap_err().code(), "bank_file_cut_off");
    assert_eq!(read(&file[..244], options()).unwrap_err().code(), "bank_file_cut_off");
    assert_eq!(read(&[&file[..], &file[..]].concat(), options()).unwrap_err().code(), "bank_file_after_end");
    let no_lines = [&file[..122], &file[366..]].concat();
    assert_eq!(read(&no_lines, options()).unwrap_err().code(), "bank_file_order");
}

#[test]
fn files_of_other_programs_are_read_with_what_they_may_do() {
    let spaces = patched(2, 39, b"    ");
    assert_eq!(read(&spaces, options()).unwrap().remittance, golden(), "手形交換所番号 as spaces");
    let text: Vec<u8> = golden_bytes().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).collect::<Vec<_>>().join(&b'\n');
    assert_eq!(read(&text, options()).unwrap_err().code(), "bank_file_length");
    let padded = read(&text, ReadOptions { pad: true, ..options() }).unwrap();
    assert_eq!((padded.remittance, padded.warnings.len()), (golden(), 5));
    assert!(matches!(padded.warnings[4], Warning::Padded { record: 5, found: 1 }));
    let wo = patched(3, 51, &[0xA6]);
    assert!(read(&wo, options()).unwrap().remittance.lines[1].account.holder.as_str().starts_with('ｦ'));
    let bar = patched(3, 52, &[0xB0]);
    assert_eq!(read(&bar, options()).unwrap_err().code(), "kana_not_allowed");
    assert!(read(&bar, ReadOptions { accept_bar: true, ..options() }).is_ok());
}

fn references() -> impl Strategy<Value = Reference> {
    let code = 0..=9_999_999_999_u64;
    prop_oneof![
        (code.clone(), code).prop_map(|(first, second)| Reference::Digits { first, second }),
        "[A-Z][A-Zｱ-ﾝ0-9()-]{0,19}".prop_map(Reference::Text),
        "[A-Z/][A-Zｱ-ﾝ0-9ｦ/｢｣-]{0,19}".prop_map(Reference::Edi),
    ]
}

fn lines() -> impl Strategy<Value = Line> {
    let account = ("[1-8][0-9]{3}", "[0-8][0-9]{2}", prop::sample::select(&AccountKind::ALL[..]), "[1-9][0-9]{6}", "[ｱ-ﾝA-Z][ｱ-ﾝA-Z0-9().-]{0,29}");
    let account = account.prop_map(|(bank, branch, kind, number, holder)| BankAccount {
        bank: BankCode::parse(&bank).unwrap(),
        branch: BranchCode::parse(&branch).unwrap(),
        kind,
        number: AccountNumber::parse(&number).unwrap(),
        holder: kana(&holder),
    });
    let novelty = prop::sample::select(&[Novelty::First, Novelty::Changed, Novelty::Other][..]);
    (account, "[ｱ-ﾝ]{0,15}", "[ｱ-ﾝ]{0,15}", 1..=9_999_999_999_i64, novelty, references()).prop_map(
        |(account, bank_name, branch_name, amount, novelty, reference)| Line { account, bank_name, branch_name, amount: Yen::new(amount), novelty, reference },
    )
}

proptest! {
    #[test]
    fn what_is_written_reads_back(mut lines in prop::collection::vec(lines(), 1..12), bare in any::<bool>(), end_mark in any::<bool>()) {
        let form = lines[0].reference.form();
        lines.retain(|line| line.reference.form() == form);
        let remittance = Remittance { lines, ..golden() };
        let separator = if bare { Separator::None } else { Separator::CrLf };
        let profile = Profile { reference: form, framing: Framing { separator, end_mark }, ..Profile::default() };
        let written = write(&remittance, &profile).unwrap();
        prop_assert_eq!(read(&written.bytes, options()).unwrap().remittance, remittance);
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in prop::collection::vec(any::<u8>(), 0..700), record in 1..=5_usize, at in 1..=110_usize, patch in prop::collection::vec(any::<u8>(), 1..10)) {
        let _ = read(&bytes, options());
        let _ = read(&patched(record, at, &patch), ReadOptions { pad: true, accept_bar: true, ..options() });
    }
}
