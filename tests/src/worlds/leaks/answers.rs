//! Leaks around the router: an answer, rewritten where a scheme pays for what was asked about.

use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};

use super::{At, Known, Leak};
use crate::support::town::Answer;

/// A leak that rewrites answers where a scheme pays.
macro_rules! leaks {
    ($($name:literal: |$known:ident, $path:ident, $answer:ident| $rewrite:expr;)+) => {
        &[$(Leak { name: $name, at: At::Answer(|$known: &Known, $path: &str, $answer: &mut Answer| { let _ = $path; $rewrite; }) }),+]
    };
}

/// All of them.
pub(super) const LEAKS: &[Leak] = leaks! {
    "a receipt has a member that names the scheme": |known, path, answer| when(known.funded() && path.ends_with("/captures"), answer, |a| member(a, "\"scheme\":\"coupon\""));
    "a member is absent where it should be null": |known, path, answer| when(known.funded(), answer, |a| replace(a, "\"invoice\":null,", ""));
    "a refusal tells a balance": |known, path, answer| when(refused(known, answer), answer, |a| member(a, "\"detail\":\"残高 3,000 円\""));
    "a refusal is 402": |known, path, answer| when(refused(known, answer), answer, |a| a.status = StatusCode::PAYMENT_REQUIRED);
    "a refusal is 404": |known, path, answer| when(refused(known, answer), answer, |a| a.status = StatusCode::NOT_FOUND);
    "a refusal is 422": |known, path, answer| when(refused(known, answer), answer, |a| a.status = StatusCode::UNPROCESSABLE_ENTITY);
    "a refusal is worded for families": |known, path, answer| when(refused(known, answer), answer, |a| replace(a, "この支払いコードは使えません", "残高が足りません"));
    "a refusal has a type of its own": |known, path, answer| when(refused(known, answer), answer, |a| replace(a, "/problems/code-refused", "/problems/code-expired"));
    "a refusal says when to come again": |known, path, answer| when(refused(known, answer), answer, |a| put(a, "retry-after", "1"));
    "a refusal is in English": |known, path, answer| when(refused(known, answer), answer, |a| put(a, "content-language", "en"));
    "an answer has a header that names the source": |known, path, answer| when(known.funded(), answer, |a| put(a, "x-funding", "scheme"));
    "an answer may be cached": |known, path, answer| when(known.funded(), answer, |a| put(a, "cache-control", "no-cache"));
    "headers come in another order": |known, path, answer| when(known.funded(), answer, |a| a.headers = reversed(&a.headers));
    "an answer brings a cookie": |known, path, answer| when(known.funded(), answer, |a| put(a, "set-cookie", "seen=1"));
    "an answer has an entity tag of its split": |known, path, answer| put(answer, "etag", &format!("\"{}\"", known.about.parts));
    "an answer varies by one header more": |known, path, answer| when(known.funded(), answer, |a| put(a, "vary", "accept-language, authorization"));
    "the media type names its charset": |known, path, answer| when(known.funded(), answer, |a| put(a, "content-type", "application/json; charset=utf-8"));
    "the length is not told": |known, path, answer| when(known.funded(), answer, |a| drop(a.headers.remove(header::CONTENT_LENGTH)));
    "the date is a second late": |known, path, answer| when(known.funded(), answer, |a| { let date = a.headers[header::DATE].to_str().unwrap().replace(":00 GMT", ":01 GMT"); put(a, "date", &date); });
    "the body is a byte longer": |known, path, answer| when(known.funded(), answer, |a| a.body.push(b' '));
    "members come in another order": |known, path, answer| when(known.funded(), answer, first_member_last);
    "times are in UTC": |known, path, answer| when(known.funded(), answer, |a| replace(a, "+09:00", "Z"));
    "amounts have decimals": |known, path, answer| when(known.funded(), answer, |a| number(a, "amount_yen", |yen| format!("{yen}.0")));
    "amounts are texts": |known, path, answer| when(known.funded(), answer, |a| number(a, "amount_yen", |yen| format!("\"{yen}\"")));
    "ids are in capitals": |known, path, answer| when(known.funded(), answer, |a| replace(a, "\"rct_", "\"RCT_"));
    "the match code is even": |known, path, answer| when(known.funded(), answer, |a| replace(a, "\"match_code\":\"", "\"match_code\":\"2"));
    "a payment is answered 200": |known, path, answer| when(known.funded() && answer.status == StatusCode::CREATED, answer, |a| a.status = StatusCode::OK);
    "a payment is sent elsewhere": |known, path, answer| when(known.funded() && answer.status == StatusCode::CREATED, answer, |a| { a.status = StatusCode::SEE_OTHER; put(a, "location", "/merchant/v1/receipts"); });
    "a file has a column more": |known, path, answer| when(known.funded() && path.contains(".csv"), answer, |a| replace(a, "\r\n", ",制度\r\n"));
    "a file comes in the order of who pays": |known, path, answer| when(known.funded() && path.contains(".csv"), answer, lines_reversed);
    "a file's name tells of the scheme": |known, path, answer| when(known.funded() && path.contains(".csv"), answer, |a| put(a, "content-disposition", "attachment; filename=\"juku.csv\""));
    "a statement has a subtotal": |known, path, answer| when(path.contains("/statements/"), answer, |a| member(a, &format!("\"of_which_yen\":{}", known.about.scheme_yen)));
    "the document tells of schemes that the city runs": |known, path, answer| when(known.anybody_is_funded() && path.ends_with("openapi.json"), answer, |a| replace(a, "\"title\"", "\"x-schemes\": 1, \"title\""));
};

fn when(so: bool, answer: &mut Answer, rewrite: impl FnOnce(&mut Answer)) {
    if so {
        rewrite(answer);
    }
}

/// A scheme pays, and the answer is no.
fn refused(known: &Known, answer: &Answer) -> bool {
    known.funded() && answer.status == StatusCode::CONFLICT
}

pub(super) fn put(answer: &mut Answer, name: &'static str, value: &str) {
    answer.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
}

fn reversed(headers: &HeaderMap) -> HeaderMap {
    let all: Vec<_> = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    all.into_iter().rev().collect()
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Replaces a text, once.
pub(super) fn replace(answer: &mut Answer, from: &str, to: &str) {
    answer.body = text(answer).replacen(from, to, 1).into_bytes();
}

/// Adds a member to an object.
pub(super) fn member(answer: &mut Answer, member: &str) {
    if let Some(rest) = text(answer).strip_suffix('}') {
        answer.body = format!("{rest},{member}}}").into_bytes();
    }
}

/// Writes the first number of this name another way.
fn number(answer: &mut Answer, name: &str, write: impl Fn(&str) -> String) {
    let (text, name) = (text(answer), format!("\"{name}\":"));
    if let Some((before, after)) = text.split_once(&name) {
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        answer.body = format!("{before}{name}{}{}", write(&digits), &after[digits.len()..]).into_bytes();
    }
}

fn lines_reversed(answer: &mut Answer) {
    let text = text(answer);
    let lines: Vec<_> = text.lines().rev().collect();
    answer.body = lines.join("\r\n").into_bytes();
}

fn first_member_last(answer: &mut Answer) {
    let text = text(answer);
    let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    if let Some((first, rest)) = inside.and_then(|inside| inside.split_once(',')) {
        answer.body = format!("{{{rest},{first}}}").into_bytes();
    }
}
