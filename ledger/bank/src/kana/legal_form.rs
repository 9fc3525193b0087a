//! Abbreviations of legal forms, offices and businesses in account holders' names (standards §4.4).
//!
//! A legal form stands at the head `カ)ロウドウ`, at the tail `ロウドウ(カ` or in the middle `ロウドウ(カ)カスミガセキ`; `(カ)` never stands at head or
//! tail. Businesses are abbreviated without brackets. Works on wide katakana, large, before the half-width step.

/// Readings and abbreviations of legal forms, longer readings first where one contains another.
const FORMS: [(&str, &str); 40] = [
    ("チホウドクリツギヨウセイホウジン", "チドク"),
    ("ドクリツギヨウセイホウジン", "ドク"),
    ("トクテイヒエイリカツドウホウジン", "トクヒ"),
    ("シヤカイホケンロウムシホウジン", "ロウム"),
    ("ギヨウセイシヨシホウジン", "ギヨ"),
    ("シヤカイイリヨウホウジン", "イ"),
    ("イリヨウホウジン シヤダン", "イ"),
    ("イリヨウホウジン ザイダン", "イ"),
    ("イリヨウホウジンシヤダン", "イ"),
    ("イリヨウホウジンザイダン", "イ"),
    ("イリヨウホウジン", "イ"),
    ("シヤカイフクシホウジン", "フク"),
    ("コクリツダイガクホウジン", "ダイ"),
    ("コウリツダイガクホウジン", "ダイ"),
    ("ノウジクミアイホウジン", "ノウ"),
    ("カンリクミアイホウジン", "カンリ"),
    ("コウセイホゴホウジン", "ホゴ"),
    ("イツパンザイダンホウジン", "ザイ"),
    ("コウエキザイダンホウジン", "ザイ"),
    ("ザイダンホウジン", "ザイ"),
    ("イツパンシヤダンホウジン", "シヤ"),
    ("コウエキシヤダンホウジン", "シヤ"),
    ("シヤダンホウジン", "シヤ"),
    ("シユウキヨウホウジン", "シユウ"),
    ("ガツコウホウジン", "ガク"),
    ("ベンゴシホウジン", "ベン"),
    ("シホウシヨシホウジン", "シホウ"),
    ("ゼイリシホウジン", "ゼイ"),
    ("チユウカンホウジン", "チユウ"),
    ("カブシキガイシヤ", "カ"),
    ("カブシキカイシヤ", "カ"),
    ("ユウゲンガイシヤ", "ユ"),
    ("ユウゲンカイシヤ", "ユ"),
    ("ゴウメイガイシヤ", "メ"),
    ("ゴウメイカイシヤ", "メ"),
    ("ゴウシガイシヤ", "シ"),
    ("ゴウシカイシヤ", "シ"),
    ("ゴウドウガイシヤ", "ド"),
    ("ゴウドウカイシヤ", "ド"),
    ("ソウゴガイシヤ", "ソ"),
];

/// Offices: only at the tail or in the middle.
const OFFICES: [(&str, &str); 2] = [("エイギヨウシヨ", "エイ"), ("シユツチヨウジヨ", "シユツ")];

/// Businesses: without brackets, wherever they stand.
const BUSINESSES: [(&str, &str); 16] = [
    ("シヤカイホケンシンリヨウホウシユウシハライキキン", "シヤホ"),
    ("コクミンケンコウホケンダンタイレンゴウカイ", "コクホレン"),
    ("コクホダンタイレンゴウカイ", "コクホレン"),
    ("コクミンケンコウホケンクミアイ", "コクホ"),
    ("ケンコウホケンクミアイ", "ケンポ"),
    ("ノウキヨウレンゴウカイ", "ノウキヨウレン"),
    ("ギヨキヨウレンゴウカイ", "ギヨレン"),
    ("セイカツキヨウドウクミアイ", "セイキヨウ"),
    ("キヨウドウクミアイ", "キヨウクミ"),
    ("シヤカイフクシキヨウギカイ", "シヤキヨウ"),
    ("コウセイネンキンキキン", "コウネン"),
    ("ロウドウクミアイ", "ロウクミ"),
    ("ジユウギヨウインクミアイ", "ジユウクミ"),
    ("カイジヨウカサイホケン", "カイジヨウ"),
    ("セイメイホケン", "セイメイ"),
    ("レンゴウカイ", "レン"),
];

/// Abbreviates what is written in full and puts brackets where they belong. A name that is nothing but a form stays.
pub(super) fn abbreviate(text: &str) -> String {
    let businesses = BUSINESSES.iter().filter(|(reading, _)| text != *reading);
    let text = businesses.fold(text.to_owned(), |text, (reading, short)| text.replace(reading, short));
    let text = FORMS.iter().fold(text, |text, (reading, short)| replace(&text, reading, short, true));
    let text = OFFICES.iter().fold(text, |text, (reading, short)| replace(&text, reading, short, false));
    abbreviations().fold(text, |text, short| brackets(&text, short))
}

fn abbreviations() -> impl Iterator<Item = &'static str> {
    FORMS.iter().chain(&OFFICES).map(|(_, short)| *short)
}

/// Replaces the first `reading` by its abbreviation; the spaces around it go, the brackets part it now.
fn replace(text: &str, reading: &str, short: &str, at_head: bool) -> String {
    let Some((before, after)) = text.split_once(reading) else { return text.to_owned() };
    let (before, after) = (before.trim_end_matches(' '), after.trim_start_matches(' '));
    match (before.is_empty(), after.is_empty()) {
        (true, false) if at_head => format!("{short}){after}"),
        (true, _) => text.to_owned(),
        (false, true) => format!("{before}({short}"),
        (false, false) => format!("{before}({short}){after}"),
    }
}

/// `(カ)ロウドウ` to `カ)ロウドウ`, `ロウドウ(カ)` to `ロウドウ(カ`.
fn brackets(text: &str, short: &str) -> String {
    let whole = format!("({short})");
    if text == whole {
        return text.to_owned();
    }
    if let Some(after) = text.strip_prefix(&whole) {
        return format!("{short}){}", after.trim_start_matches(' '));
    }
    match text.strip_suffix(&whole) {
        Some(before) => format!("{}({short}", before.trim_end_matches(' ')),
        None => text.to_owned(),
    }
}
