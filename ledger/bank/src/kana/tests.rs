//! The vectors of standards §4.3, §4.4 and §9, the traps of NFKC, and that normalising twice changes nothing.

use proptest::prelude::*;

use super::*;

fn half(text: &str) -> String {
    PayeeKana::parse(text).map_or_else(|error| panic!("{text}: {error}"), |kana| kana.as_str().to_owned())
}

#[test]
fn the_vectors_of_the_standard_hold() {
    for (typed, wanted) in [
        ("ヨーコ", "ﾖ-ｺ"),
        ("キャッチャー", "ｷﾔﾂﾁﾔ-"),
        ("ヴァイオリン", "ｳﾞｱｲｵﾘﾝ"),
        ("ヲノ", "ｵﾉ"),
        ("がくぶち", "ｶﾞｸﾌﾞﾁ"),
        ("Ａ－１", "A-1"),
        ("ﾔﾏﾀﾞ　ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("  やまだ \t たろう ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("カ゛クフ゛チ", "ｶﾞｸﾌﾞﾁ"),
        ("ﾊﾟﾊﾟ", "ﾊﾟﾊﾟ"),
        ("ジョン・スミス", "ｼﾞﾖﾝ.ｽﾐｽ"),
        ("ﾃｽﾄ･ﾎｲｸｴﾝ", "ﾃｽﾄ.ﾎｲｸｴﾝ"),
        ("abc", "ABC"),
        ("ヵヶヮ", "ｶｹﾜ"),
    ] {
        assert_eq!(half(typed), wanted, "{typed}");
    }
    assert_eq!(PayeeKana::parse("ヴァイオリン").unwrap().bytes(), 7);
}

#[test]
fn kanji_are_refused_with_their_place_and_never_read() {
    assert_eq!(PayeeKana::parse("山田"), Err(KanaError::Kanji { character: '山', position: 1 }));
    assert_eq!(PayeeKana::parse("ヤマダ 太郎"), Err(KanaError::Kanji { character: '太', position: 5 }));
    assert_eq!(PayeeKana::parse("㈱テスト"), Err(KanaError::Kanji { character: '㈱', position: 1 }));
    assert_eq!(PayeeKana::parse("テスト㍿"), Err(KanaError::Kanji { character: '㍿', position: 4 }));
    assert_eq!(PayeeKana::parse("佐々木"), Err(KanaError::Kanji { character: '佐', position: 1 }));
}

#[test]
fn what_no_bank_takes_is_refused_with_its_place() {
    for (typed, character, position) in
        [("ヤマダ,タロウ", ',', 4), ("ヤマダ＆タロウ", '＆', 4), ("ヤマダ。", '。', 4), ("ヤマダ😀", '😀', 4), ("ヰド", 'ヰ', 1), ("ヤマダ'", '\'', 4)]
    {
        assert_eq!(PayeeKana::parse(typed), Err(KanaError::NotAllowed { character, position }), "{typed}");
    }
    assert_eq!(PayeeKana::parse("ヷ"), Err(KanaError::OrphanMark { position: 2 }));
    assert_eq!(PayeeKana::parse("ア゛"), Err(KanaError::OrphanMark { position: 2 }));
    assert_eq!(PayeeKana::parse(" 　"), Err(KanaError::Empty));
    assert_eq!(PayeeKana::parse(&"ガ".repeat(51)), Err(KanaError::TooLong { bytes: 102 }));
}

#[test]
fn legal_forms_stand_at_head_tail_and_middle() {
    for (typed, wanted) in [
        ("カブシキガイシャ　ロウドウ", "ｶ)ﾛｳﾄﾞｳ"),
        ("ロウドウカブシキガイシャ", "ﾛｳﾄﾞｳ(ｶ"),
        ("ロウドウ カブシキガイシャ カスミガセキ", "ﾛｳﾄﾞｳ(ｶ)ｶｽﾐｶﾞｾｷ"),
        ("（カ）ロウドウ", "ｶ)ﾛｳﾄﾞｳ"),
        ("ロウドウ（カ）", "ﾛｳﾄﾞｳ(ｶ"),
        ("ロウドウ（カ）カスミガセキ", "ﾛｳﾄﾞｳ(ｶ)ｶｽﾐｶﾞｾｷ"),
        ("カ)ロウドウ", "ｶ)ﾛｳﾄﾞｳ"),
        ("がっこうほうじん いくえい", "ｶﾞｸ)ｲｸｴｲ"),
        ("イリョウホウジン　シャダン　ハナ", "ｲ)ﾊﾅ"),
        ("トクテイヒエイリカツドウホウジンコドモ", "ﾄｸﾋ)ｺﾄﾞﾓ"),
        ("チホウドクリツギョウセイホウジン ビョウイン", "ﾁﾄﾞｸ)ﾋﾞﾖｳｲﾝ"),
        ("カブシキガイシャロウドウ カスミガセキエイギョウショ", "ｶ)ﾛｳﾄﾞｳ ｶｽﾐｶﾞｾｷ(ｴｲ"),
        ("テストシシャカイフクシキョウギカイ", "ﾃｽﾄｼｼﾔｷﾖｳ"),
        ("カブシキガイシャ", "ｶﾌﾞｼｷｶﾞｲｼﾔ"),
        ("（カ）", "(ｶ)"),
    ] {
        assert_eq!(half(typed), wanted, "{typed}");
    }
}

#[test]
fn every_step_that_changed_a_name_is_told_with_both_spellings() {
    let steps = |typed: &str| normalise(typed).unwrap().changes.iter().map(|change| change.step).collect::<Vec<_>>();
    assert_eq!(steps("ヤマダ"), []);
    assert_eq!(steps("やまだ　ﾀﾛｳ"), [Step::Width, Step::Katakana]);
    assert_eq!(steps("キャー・ヲ"), [Step::LargeKana, Step::Hyphen, Step::Dot, Step::Wo]);
    let normalised = normalise("ヨーコ").unwrap();
    let shown: Vec<_> = normalised.changes.iter().map(|change| (change.before.as_str(), change.after.as_str())).collect();
    assert_eq!(shown, [("ヨーコ", "ヨ-コ")]);
}

#[test]
fn a_transfer_takes_thirty_bytes_and_keeps_marks_with_their_letters() {
    let name = PayeeKana::parse(&format!("{}ガ", "ア".repeat(29))).unwrap();
    assert_eq!((name.bytes(), name.for_transfer().chars().count()), (31, 29));
    assert_eq!(PayeeKana::parse("がくぶち").unwrap().first_bytes(4), "ｶﾞｸ");
}

#[test]
fn a_name_is_not_shown_by_debug() {
    assert_eq!(format!("{:?}", PayeeKana::parse("ヤマダ").unwrap()), "PayeeKana(4 bytes)");
}

proptest! {
    #[test]
    fn normalising_is_settled_after_once(typed in "[ァ-ヺー・ぁ-ゖｱ-ﾟA-Za-zＡ-Ｚ0-9()（） 　.-]{0,40}") {
        if let Ok(once) = normalise(&typed) {
            let twice = normalise(once.kana.as_str()).unwrap();
            prop_assert_eq!(twice.kana.as_str(), once.kana.as_str());
            prop_assert!(twice.changes.iter().all(|change| matches!(change.step, Step::Width | Step::Katakana | Step::Spaces | Step::Capitals)));
        }
    }

    #[test]
    fn any_text_is_either_valid_or_refused(typed in any::<String>()) {
        if let Ok(kana) = PayeeKana::parse(&typed) {
            prop_assert!(Class::Name.check(kana.as_str(), Direction::Write).is_ok());
            prop_assert!(kana.for_transfer().chars().count() <= TRANSFER_BYTES_MAX);
        }
    }
}
