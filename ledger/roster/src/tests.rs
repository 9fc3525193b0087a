//! A roster reads back as it is written, in every encoding; a bad cell of each kind gives its own reason with its line; and 個人番号 stay out.

use proptest::prelude::*;

use super::*;
use bank::account::{AccountError, Written};
use bank::kana::KanaError;
use foundation::refusal::Refusal as _;

const HEADINGS: &str =
    "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,状態,出生順,多胎,在宅育児,所得割,学校所在市,保護者宛名番号,保護者氏名,保護者カナ,適用日";
const LINE: &str =
    "0001,H01,育実 花子,イクミ ハナコ,2015-05-10,中央区1-1,seikatsuhogo jidofuyo,1,0,0,\"100,000\",osaka,9001,育実 太郎,イクミ タロウ,2026-04-01";

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

fn file(lines: &[&str]) -> Result<Parsed, FileRefused> {
    parse(format!("{HEADINGS}\r\n{}\r\n", lines.join("\r\n")).as_bytes(), today())
}

/// The one refusal of a file whose second line has `bad` in the place of `good`.
fn refusal(good: &str, bad: &str) -> (u64, Option<&'static str>, &'static str) {
    assert!(LINE.contains(good), "{good}");
    let other = LINE.replace("0001,H01", "0002,H02").replace("9001", "9002");
    let parsed = file(&[&other, &LINE.replacen(good, bad, 1)]).unwrap();
    assert_eq!((parsed.rows.len(), parsed.refused, parsed.refusals.len()), (1, 1, 1), "{bad}: {:?}", parsed.refusals);
    let notice = &parsed.refusals[0];
    assert!(bad.len() < 4 || !notice.reason.contains(bad), "the reason repeats the cell");
    (notice.line, notice.column, notice.code)
}

#[test]
fn a_line_is_read_cell_by_cell() {
    let parsed = file(&[LINE]).unwrap();
    let row = &parsed.rows[0];
    assert_eq!((row.line, row.child.number.as_str(), row.household.as_str()), (2, "0001", "H01"));
    assert_eq!((row.facts.shotokuwari_yen, row.facts.birth_order, row.facts.multiple), (Some(100_000), Some(1), Some(false)));
    assert_eq!(row.facts.statuses.iter().collect::<Vec<_>>(), ["jidofuyo", "seikatsuhogo"]);
    assert_eq!(row.since, Some("2026-04-01".parse().unwrap()));
    assert_eq!((row.account.as_ref(), row.protected, parsed.refused), (None, None, 0));
}

#[test]
fn each_kind_of_bad_cell_has_its_own_reason_and_its_line() {
    let cases = [
        ("0001", "", "宛名番号", "blank"),
        ("0001", "00*1", "宛名番号", "number"),
        ("H01", "123456789012345678901", "世帯番号", "number"),
        ("育実 花子", "", "児童氏名", "blank"),
        ("育実 花子", "\"育実\n花子\"", "児童氏名", "control_character"),
        ("イクミ ハナコ", "育実 花子", "児童カナ", "kana"),
        ("2015-05-10", "", "生年月日", "blank"),
        ("2015-05-10", "2015-02-29", "生年月日", "date"),
        ("2015-05-10", "平成27年5月10日", "生年月日", "date"),
        ("2015-05-10", "2026-06-02", "生年月日", "date_range"),
        ("中央区1-1", "", "住所", "blank"),
        ("seikatsuhogo jidofuyo", "生活保護", "状態", "status"),
        ("seikatsuhogo jidofuyo", "123456789018", "状態", "status"),
        (",1,0,0,", ",0,0,0,", "出生順", "integer"),
        (",1,0,0,", ",1,2,0,", "多胎", "flag"),
        (",1,0,0,", ",1,0,?,", "在宅育児", "flag"),
        ("\"100,000\"", "-5", "所得割", "integer"),
        ("9001", "", "保護者宛名番号", "blank"),
        ("育実 太郎", "", "保護者氏名", "blank"),
        ("イクミ タロウ", "!", "保護者カナ", "kana"),
        ("2026-04-01", "4/1", "適用日", "date"),
        ("2026-04-01", "2028-04-01", "適用日", "date_range"),
        ("0001", "123456789018", "宛名番号", "my_number"),
    ];
    for (good, bad, column, code) in cases {
        assert_eq!(refusal(good, bad), (3, Some(column), code), "{bad}");
    }
    assert_eq!(refusal(",2026-04-01", ""), (3, None, "width"));
    let long = "あ".repeat(201);
    assert_eq!(refusal("中央区1-1", &long), (3, Some("住所"), "too_long"));
}

#[test]
fn all_that_is_wrong_with_a_line_is_said_at_once() {
    let parsed = file(&[&LINE.replace("2015-05-10", "x").replace("イクミ ハナコ", "花")]).unwrap();
    assert_eq!(parsed.refusals.iter().map(|notice| notice.code).collect::<Vec<_>>(), ["kana", "date"]);
    assert_eq!(parsed.refused, 1);
}

#[test]
fn the_same_child_twice_is_refused_with_the_first_lines_number() {
    let parsed = file(&[LINE, "", LINE]).unwrap();
    assert_eq!(parsed.rows.len(), 1);
    let notice = &parsed.refusals[0];
    assert_eq!((notice.line, notice.column, notice.code), (4, Some("宛名番号"), "child_twice"));
    assert!(notice.reason.contains("2行目"));
}

#[test]
fn lines_of_one_household_may_not_contradict_each_other() {
    let sibling = LINE.replace("0001", "0002");
    assert_eq!(file(&[LINE, &sibling]).unwrap().refused, 0);
    assert_eq!(file(&[LINE, &sibling.replace("育実 太郎", "育実 次郎")]).unwrap().refusals[0].code, "guardian_differs");
    let headings = format!("{HEADINGS},銀行コード,支店コード,預金種目,口座番号,口座名義カナ,支援措置");
    let parsed = |first: &str, second: &str| parse(format!("{headings}\n{LINE},{first}\n{sibling},{second}").as_bytes(), today()).unwrap();
    let account = "9998,001,1,1234567,イクミ タロウ,";
    assert_eq!(parsed(account, account).refused, 0);
    assert_eq!(parsed(account, ",,,,,1").rows[1].protected, Some(true));
    assert_eq!(parsed(account, &account.replace("1234567", "7654321")).refusals[0].code, "account_differs");
    assert_eq!(parsed(account, "9998,001,,1234567,イクミ,").refusals[0].code, "account_incomplete");
    assert_eq!(parsed(account, &account.replace("イクミ タロウ", "123456789018")).refusals[0].code, "my_number");
    let codes: Vec<_> = parsed(account, "1,1,3,12345678,山田,").refusals.iter().map(|notice| notice.column.unwrap()).collect();
    assert_eq!(codes, ["銀行コード", "支店コード", "預金種目", "口座番号", "口座名義カナ"]);
}

#[test]
fn the_address_of_the_protected_may_be_withheld() {
    let line = LINE.replace("中央区1-1", "");
    let parsed = |flag| parse(format!("{HEADINGS},支援措置\n{line},{flag}").as_bytes(), today()).unwrap();
    assert_eq!((parsed("1").refused, parsed("0").refused, parsed("").refused), (0, 1, 1));
}

#[test]
fn a_file_that_cannot_be_understood_is_refused_as_a_whole() {
    let code = |bytes: &[u8]| parse(bytes, today()).unwrap_err().code();
    assert_eq!(code(b""), "empty");
    assert_eq!(code(HEADINGS.as_bytes()), "empty");
    assert_eq!(code(format!("{LINE}\n{LINE}").as_bytes()), "no_headings");
    assert_eq!(code(format!("{HEADINGS},備考\n{LINE},x").as_bytes()), "unknown_headings");
    assert_eq!(code(format!("{HEADINGS},\n{LINE},x").as_bytes()), "unknown_headings");
    assert_eq!(code(format!("{}\n{LINE}", HEADINGS.replace("児童カナ,", "")).as_bytes()), "missing_headings");
    assert_eq!(code(format!("{HEADINGS},銀行コード\n{LINE},").as_bytes()), "missing_headings");
    assert_eq!(code(format!("{HEADINGS},宛名番号\n{LINE},1").as_bytes()), "heading_twice");
    assert_eq!(code(b"\xEF\xBB\xBF\xFF\xFF"), "encoding");
    assert_eq!(parse(b"a\n\x82", today()).unwrap_err(), FileRefused::Encoding { line: 2 });
    assert_eq!(parse(format!("{HEADINGS},,\n{LINE},,").as_bytes(), today()).unwrap().rows.len(), 1, "spreadsheets leave blank columns behind");
    let unknown = parse(format!("{HEADINGS},備考\n{LINE},x").as_bytes(), today()).unwrap_err().japanese();
    assert!(unknown.contains("備考") && unknown.contains("使える見出し: 宛名番号、世帯番号"));
}

#[test]
fn a_column_of_my_numbers_refuses_the_file_by_heading_or_by_its_values() {
    let by_heading = parse(format!("{HEADINGS},マイナンバー\n{LINE},1").as_bytes(), today()).unwrap_err();
    assert_eq!(by_heading.code(), "my_number_column");
    let numbers = ["123456789018", "100000000005", "100000000013"].map(|number| LINE.replace("0001", number));
    let valid: Vec<&str> = numbers.iter().map(String::as_str).filter(|line| my_number_in(line)).collect();
    assert_eq!(file(&valid).unwrap_err(), FileRefused::MyNumber { heading: "宛名番号".to_owned() });
}

fn my_number_in(line: &str) -> bool {
    foundation::numbers::my_number::is_valid(line.split(',').next().unwrap())
}

#[test]
fn a_lone_my_number_in_a_text_is_masked_with_a_warning() {
    let other = LINE.replace("0001", "0002");
    let parsed = file(&[&other, &LINE.replace("中央区1-1", "中央区1-1 1234-5678-9018様方")]).unwrap();
    assert_eq!(parsed.rows[1].child.address.as_deref(), Some("中央区1-1 ************様方"));
    let warning = &parsed.warnings[0];
    assert_eq!((warning.line, warning.column, warning.code, parsed.refused), (3, Some("住所"), "my_number_masked", 0));
}

#[test]
fn numbers_of_twelve_digits_that_fit_by_chance_are_kept_with_one_warning() {
    let lines: Vec<String> = (0..10).map(|at| LINE.replace("0001", &format!("12345678901{at}"))).collect();
    let parsed = file(&lines.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert_eq!((parsed.rows.len(), parsed.warnings.len()), (10, 1));
    assert_eq!((parsed.warnings[0].code, parsed.warnings[0].line), ("my_number_suspected", 10));
}

#[test]
fn nothing_personal_is_shown_by_debug() {
    assert_eq!(format!("{:?}", file(&[LINE]).unwrap().rows), "[Row { .. }]");
}

fn people() -> impl Strategy<Value = Person> {
    ("[0-9]{1,10}", "[育実花子太郎一,\"]{1,6}", "[ア-コ]{1,4}( [ア-コ]{1,4})?").prop_map(|(number, name, kana)| Person { number, name, kana, address: None })
}

fn days() -> impl Strategy<Value = NaiveDate> {
    (0_u64..9_000).prop_map(|days| NaiveDate::from_ymd_opt(2001, 1, 1).unwrap() + chrono::Days::new(days))
}

fn facts() -> impl Strategy<Value = ChildFacts> {
    let statuses = prop::collection::btree_set("[a-z][a-z0-9_]{0,12}", 0..3);
    let flags = (any::<Option<bool>>(), any::<Option<bool>>());
    let numbers = (prop::option::of(1_u8..=30), prop::option::of(0..=line::SHOTOKUWARI_YEN_MAX));
    (days(), prop::option::of(days()), statuses, flags, numbers, prop::option::of("[a-z]{2,8}")).prop_map(
        |(birth_on, resident_since, statuses, (multiple, care_at_home), (birth_order, shotokuwari_yen), school_city)| ChildFacts {
            birth_on,
            resident_since,
            statuses,
            birth_order,
            multiple,
            care_at_home,
            shotokuwari_yen,
            school_city,
        },
    )
}

fn accounts() -> impl Strategy<Value = BankAccount> {
    ("999[0-8]", "00[1-9]", prop::sample::select(vec!["1", "2", "4", "9"]), "[1-9][0-9]{6}", "[ア-コ]{1,8}").prop_map(|(bank, branch, kind, number, holder)| {
        BankAccount::parse(Written { bank: &bank, branch: &branch, kind, number: &number, holder: &holder }).unwrap()
    })
}

/// Rows of households of their own, so that none contradicts another.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (people(), "[市区町0-9,-]{1,12}", facts(), people(), prop::option::of(days()), prop::option::of(accounts()), any::<Option<bool>>());
    let row = row.prop_map(|(child, address, facts, guardian, since, account, protected)| Row {
        line: 0,
        household: String::new(),
        child: Person { address: Some(address), ..child },
        facts,
        guardian,
        since,
        account,
        protected,
    });
    prop::collection::vec(row, 1..6).prop_map(|mut rows| {
        for (line, row) in (2..).zip(&mut rows) {
            row.line = line;
            row.household = format!("H{line:03}");
            row.child.number = format!("{line}{}", row.child.number);
        }
        rows
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_in_every_encoding(rows in rows()) {
        for encoding in [Encoding::Utf8, Encoding::Utf8WithMark, Encoding::Cp932] {
            let parsed = parse(&write_csv(&rows, encoding).unwrap(), today()).unwrap();
            prop_assert!(parsed.refusals.is_empty(), "{:?}", parsed.refusals);
            prop_assert_eq!(parsed.encoding, encoding);
            prop_assert!(parsed.rows == rows);
        }
    }

    #[test]
    fn no_bytes_whatever_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut file = format!("{HEADINGS}\n").into_bytes();
        file.extend(&bytes);
        let _ = parse(&file, today());
        let _ = parse(&bytes, today());
    }
}

#[test]
fn every_fault_reads_well_in_three_languages_with_the_same_figures() {
    let account = [AccountError::Bank(String::new()), AccountError::Branch(String::new()), AccountError::Kind(String::new())];
    let account = account.into_iter().chain([AccountError::Number, AccountError::Holder(KanaError::Empty)]).map(Fault::Account);
    let plain = [Fault::Blank, Fault::ControlCharacter, Fault::TooLong, Fault::Number, Fault::Kana, Fault::Date, Fault::Status, Fault::Flag];
    let secret = [Fault::MyNumber, Fault::MyNumberAsHolder, Fault::MyNumberMasked, Fault::MyNumberSuspected { count: 4242, line: 4242 }];
    let lines =
        [Fault::Width { headings: 4242 }, Fault::ChildTwice { first: 4242 }, Fault::GuardianDiffers { first: 4242 }, Fault::AccountDiffers { first: 4242 }];
    let ranges = [Fault::DateRange { first: today(), last: today() }, Fault::Integer { least: 4242, most: 4242 }, Fault::AccountIncomplete];
    account.chain(plain).chain(secret).chain(lines).chain(ranges).for_each(|fault| reads_well(&fault));
}

/// Whole sentences, and a figure that stands in one language stands in each.
fn reads_well(fault: &Fault) {
    let text = fault.text();
    for sentence in [&text.ja, &text.easy] {
        assert!(sentence.ends_with('。') && !sentence.is_ascii(), "{fault:?}: {sentence}");
        assert_eq!(sentence.contains("4242"), text.en.contains("4242"), "{fault:?}: {sentence}");
    }
    assert!(text.en.contains(' ') && !text.en.contains('。'), "{fault:?}: {}", text.en);
}
