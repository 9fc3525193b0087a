//! The golden file of standards §2.3 both ways, every invariant broken one by one, optional fields, identities, and that what is written reads back.

use foundation::digest::sha256;
use proptest::prelude::*;

use super::*;
use crate::file_error::{FileError, Place, Problem};
use crate::frame::{Framing, Separator};
use foundation::refusal::Refusal as _;

const MEISAI: &str = "dcde3388ab9d4fff4d021cd8848f56c52b22c435033963a56661add7badfb45a";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn golden() -> BankStatement {
    let account = OwnAccount {
        bank: BankCode::parse("9999").unwrap(),
        bank_name: "ｼﾃｲｷﾝﾕｳ".to_owned(),
        branch: BranchCode::parse("101").unwrap(),
        branch_name: "ﾎﾝﾃﾝ".to_owned(),
        kind: AccountKind::Current,
        number: LongAccountNumber::parse("0000001234").unwrap(),
        holder: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
    };
    let head = Head {
        created_on: day("2026-06-01"),
        from: day("2026-05-29"),
        to: day("2026-06-01"),
        account,
        book: Some("1".to_owned()),
        opening: Some(Yen::new(10_000_000)),
    };
    let sent = BankLine {
        trade: Some("14".to_owned()),
        summary: "ｿｳｺﾞｳﾌﾘｺﾐ".to_owned(),
        ..BankLine::new("00000001", day("2026-05-29"), Flow::Debit, Yen::new(1_242_567))
    };
    let returned = BankLine {
        trade: Some("11".to_owned()),
        payer_code: Some("0000012345".to_owned()),
        payer_name: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
        bank_name: "ﾃｽﾄ".to_owned(),
        branch_name: "ｷﾀｸﾞﾁ".to_owned(),
        summary: "ﾌﾘｺﾐﾍﾝｷﾔｸ".to_owned(),
        ..BankLine::new("00000002", day("2026-06-01"), Flow::Credit, Yen::new(8_000))
    };
    BankStatement { head, lines: vec![sent, returned] }
}

fn options() -> ReadOptions {
    ReadOptions { imported_on: day("2026-06-01"), pad: false }
}

fn golden_bytes() -> Vec<u8> {
    write(&[golden()], Framing::default()).unwrap()
}

/// The golden file with some bytes of one record replaced; positions as in the standard.
fn patched(record: usize, first_byte: usize, bytes: &[u8]) -> Vec<u8> {
    patch(golden_bytes(), record, first_byte, bytes)
}

fn patch(mut file: Vec<u8>, record: usize, first_byte: usize, bytes: &[u8]) -> Vec<u8> {
    let old = file.chunks_mut(202).nth(record.saturating_sub(1)).unwrap().iter_mut().skip(first_byte.saturating_sub(1));
    old.zip(bytes).for_each(|(old, new)| *old = *new);
    file
}

fn refused(file: &[u8]) -> FileError {
    read(file, options()).unwrap_err()
}

#[test]
fn the_golden_file_is_reproduced_to_the_byte_and_reads_back() {
    let bytes = golden_bytes();
    let sha256 = hex::encode(sha256(&bytes));
    assert_eq!((bytes.len(), sha256.as_str()), (1_010, MEISAI));
    let Reading { statements, warnings } = read(&bytes, options()).unwrap();
    assert_eq!((statements.len(), warnings), (1, vec![]));
    assert_eq!(statements[0].head, golden().head);
    assert_eq!(statements[0].lines.iter().map(|read| read.line.clone()).collect::<Vec<_>>(), golden().lines);
    assert_eq!((statements[0].head.opening.is_some(), statements[0].closing), (true, Some(Yen::new(8_765_433))));
    assert_eq!(statements[0].lines[1].raw[..], bytes[404..604]);
    assert_eq!(statements[0].lines[1].record, 3);
}

#[test]
fn every_figure_of_the_trailer_is_checked_against_the_lines() {
    for (record, first_byte, bytes, field) in [
        (4, 2, &b"000002"[..], "入金件数"),
        (4, 8, b"0000000008001", "入金額合計"),
        (4, 21, b"000000", "出金件数"),
        (4, 27, b"0000001242568", "出金額合計"),
        (4, 41, b"00000008765434", "取引後残高"),
        (4, 40, b"2", "取引後残高"),
        (4, 55, b"0000003", "データ・レコード件数"),
        (5, 2, b"0000000006", "レコード総件数"),
        (5, 12, b"00002", "口座数"),
        (1, 116, b"00000010000001", "取引後残高"),
        (2, 25, b"000001242568", "出金額合計"),
        (2, 22, b"1", "入金件数"),
    ] {
        let error = refused(&patched(record, first_byte, bytes));
        assert_eq!(error.code(), "bank_file_sum", "{error}");
        assert!(matches!(error.place, Place::Field { name, .. } if name == field), "{error}");
    }
    let error = refused(&patched(4, 41, b"00000008765434"));
    assert_eq!(
        error.to_string(),
        "record 4, 取引後残高 (bytes 41–54): it says 8765434, but the records give 8765433: fetch the file again, and ask the bank if it stays"
    );
}

#[test]
fn other_files_and_wrong_fields_are_refused_with_their_place() {
    for (record, first_byte, bytes, code) in [
        (1, 2, &b"01"[..], "bank_file_wrong_kind"),
        (1, 4, b"1", "bank_file_code_system"),
        (1, 5, b"000601", "bank_file_date"),
        (1, 17, b"080528", "bank_file_outside_period"),
        (1, 63, b"6", "bank_file_value"),
        (1, 64, b"00000012 4", "bank_file_digits"),
        (1, 114, b"3", "bank_file_value"),
        (2, 10, b"080528", "bank_file_outside_period"),
        (2, 10, b"081329", "bank_file_date"),
        (2, 22, b"3", "bank_file_value"),
        (2, 25, b"00000124256 ", "bank_file_digits"),
        (2, 160, b"\x81", "bank_file_byte"),
        (2, 1, b"3", "bank_file_order"),
        (5, 1, b"8", "bank_file_order"),
    ] {
        let error = refused(&patched(record, first_byte, bytes));
        assert_eq!(error.code(), code, "{error}");
    }
    assert!(refused(&patched(1, 2, b"01")).to_string().contains("振込入金通知"));
    assert_eq!(refused(&golden_bytes()[..606]).problem, Problem::CutOff { wanted: "a line 2 or the trailer 8" });
    assert_eq!(refused(&[golden_bytes(), golden_bytes()].concat()), FileError::record(6, Problem::AfterEnd));
}

#[test]
fn optional_fields_may_be_spaces_or_zeros() {
    let zeros = patch(patched(2, 49, &[b'0'; 33]), 3, 49, &[b'0'; 23]);
    let Reading { statements, .. } = read(&zeros, options()).unwrap();
    assert_eq!(statements[0].lines.iter().map(|read| read.line.clone()).collect::<Vec<_>>(), golden().lines);
    assert!(read(&patched(2, 37, &[b' '; 12]), options()).is_ok(), "うち他店券金額 left out");
}

#[test]
fn balances_left_out_are_no_balances_and_a_warning_says_so() {
    for nothing in [[b' '; 14], [b'0'; 14]] {
        for sign in [b" ", b"0"] {
            let file = patch(patched(1, 114, sign), 1, 116, &nothing);
            let file = patch(patch(file, 4, 40, sign), 4, 41, &nothing);
            let Reading { statements, warnings } = read(&file, options()).unwrap();
            assert_eq!((statements[0].head.opening, statements[0].closing), (None, None));
            assert_eq!(warnings, [Warning::NoBalance { record: 1 }, Warning::NoBalance { record: 4 }]);
        }
    }
    let empty = patch(patched(1, 116, &[b'0'; 14]), 4, 40, b"2");
    assert_eq!(
        read(&patch(empty, 4, 41, b"00000001234567"), options()).unwrap().statements[0].closing,
        Some(Yen::new(-1_234_567)),
        "zero with a sign is a balance"
    );
}

#[test]
fn banks_that_count_other_records_get_a_warning() {
    for (stated, bytes) in [(4, b"0000000004"), (2, b"0000000002"), (0, b"0000000000")] {
        assert_eq!(read(&patched(5, 2, bytes), options()).unwrap().warnings, [Warning::RecordCount { stated, computed: 5 }]);
    }
}

#[test]
fn a_file_from_long_ago_gets_a_warning() {
    let late = ReadOptions { imported_on: day("2036-06-02"), ..options() };
    assert_eq!(read(&golden_bytes(), late).unwrap().warnings, [Warning::Old { created_on: day("2026-06-01") }]);
}

#[test]
fn a_statement_follows_the_closing_balance_before_it() {
    let statement = read(&golden_bytes(), options()).unwrap().statements.remove(0);
    assert_eq!(statement.follows(Yen::new(10_000_000)), Ok(()));
    assert_eq!(statement.follows(Yen::new(9_999_999)), Err(Gap { closing_before: Yen::new(9_999_999), opening: Yen::new(10_000_000) }));
}

#[test]
fn identical_lines_are_told_apart_and_known_again() {
    let mut statement = golden();
    statement.lines.push(statement.lines[1].clone());
    let identities = |statements: &[BankStatement]| {
        let reading = read(&write(statements, Framing { separator: Separator::None, end_mark: true }).unwrap(), options()).unwrap();
        reading.statements.iter().flat_map(|statement| statement.lines.iter().map(|read| read.identity)).collect::<Vec<_>>()
    };
    let first = identities(&[statement.clone()]);
    assert_eq!(first.iter().map(|identity| identity.occurrence).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(first[1].digest, first[2].digest);
    assert_eq!(identities(&[statement.clone()]), first, "the same file again");

    let mut other = golden();
    other.head.account.number = LongAccountNumber::parse("0000001235").unwrap();
    let both = identities(&[statement, other]);
    assert_eq!((both.len(), &both[..3]), (5, &first[..]));
    assert!(both[3..].iter().all(|identity| first.iter().all(|known| known.digest != identity.digest)), "another account with the same lines");
    assert!(first[2].to_string().ends_with("-1") && first[2].to_string().len() == 66);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let error = |change: fn(&mut BankStatement)| {
        let mut statement = golden();
        change(&mut statement);
        write(&[statement], Framing::default()).unwrap_err().code()
    };
    assert_eq!(error(|statement| statement.lines[0].booked_on = statement.head.to.succ_opt().unwrap()), "bank_file_outside_period");
    assert_eq!(error(|statement| statement.lines[0].summary = "総合振込".to_owned()), "bank_file_character");
    assert_eq!(error(|statement| statement.lines[0].amount = Yen::new(-1)), "bank_file_too_large");
    assert_eq!(error(|statement| statement.head.account.kind = AccountKind::Other), "bank_file_value");
    assert_eq!(write(&[], Framing::default()).unwrap_err().problem, Problem::Empty);
}

fn lines() -> impl Strategy<Value = BankLine> {
    let optional = |pattern: &'static str| prop::option::of(pattern);
    let texts = ("[ -~ｱ-ﾝ]{0,47}[!-~]", "[ｱ-ﾝ]{0,15}", "[ｱ-ﾝ]{0,15}", "[!-~ｱ-ﾝ]{0,20}", "[!-~ｱ-ﾝ]{0,20}");
    (
        ("[0-9]{8}", 0..4_u64, any::<bool>(), 0..=999_999_999_999_i64),
        (optional("1[0-9]"), optional("[1-3]"), optional("[0-9]{6}[1-9]"), optional("[0-9]{9}[1-9]")),
        texts,
    )
        .prop_map(
            |((inquiry, days, credit, amount), (trade, cheque_kind, cheque_number, payer_code), (payer_name, bank_name, branch_name, summary, edi))| {
                let booked_on = day("2026-05-29") + chrono::Days::new(days);
                let flow = if credit { Flow::Credit } else { Flow::Debit };
                BankLine {
                    trade,
                    cheque_kind,
                    cheque_number,
                    payer_code,
                    payer_name,
                    bank_name,
                    branch_name,
                    summary,
                    edi,
                    ..BankLine::new(&inquiry, booked_on, flow, Yen::new(amount))
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_reads_back(lines in prop::collection::vec(lines(), 0..8), opening in prop::option::of(-9_999_999_i64..=9_999_999), accounts in 1..3_usize) {
        let mut statement = golden();
        statement.head.opening = opening.map(Yen::new);
        statement.lines = lines;
        let reading = read(&write(&vec![statement.clone(); accounts], Framing::default()).unwrap(), options()).unwrap();
        prop_assert_eq!(reading.statements.len(), accounts);
        for read in reading.statements {
            prop_assert_eq!(&read.head, &statement.head);
            prop_assert_eq!(read.lines.into_iter().map(|read| read.line).collect::<Vec<_>>(), statement.lines.clone());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in prop::collection::vec(any::<u8>(), 0..900), record in 1..=5_usize, at in 1..=190_usize, new in prop::collection::vec(any::<u8>(), 1..10)) {
        let _ = read(&bytes, options());
        let _ = read(&patched(record, at, &new), ReadOptions { pad: true, ..options() });
    }
}
