//! How one field is read: each rule is a function from what was given to what it means, or to what is wrong with it.

use std::str::FromStr;

use chrono::NaiveDate;
use serde_json::Value;

use super::{Fault, Given};

const WORD_LENGTH_MAX: usize = 40;

/// A whole number between two others, both included.
pub fn whole(least: i64, most: i64) -> impl Fn(Given<'_>) -> Result<i64, Fault> {
    move |given| {
        let number = match given.value {
            Value::String(text) if given.of_query => text.parse().ok(),
            // 515.0 is a whole number too (JSON Schema 2020-12, §6.1.1 of validation).
            Value::Number(number) => number.as_i64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok()),
            _ => None,
        };
        let number = number.ok_or(Fault::Type("整数", "数", "a whole number"))?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(Fault::Range(least, most)) }
    }
}

/// A text of 1 to `most` characters, without blanks around it and without control characters.
pub fn text(most: usize) -> impl Fn(Given<'_>) -> Result<String, Fault> {
    move |given| {
        let text = given.text()?.trim();
        if text.chars().any(char::is_control) {
            return Err(Fault::Characters);
        }
        if text.is_empty() || text.chars().count() > most { Err(Fault::Length(most)) } else { Ok(text.to_owned()) }
    }
}

/// A word of ours, as scheme files and registrations write it: `cram_school`.
pub fn word(given: Given<'_>) -> Result<String, Fault> {
    let text = given.text()?;
    let sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '-' | '_');
    let fits = text.len() <= WORD_LENGTH_MAX && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.chars().all(sign);
    if fits { Ok(text.to_owned()) } else { Err(Fault::Form("cram_school")) }
}

/// A text of any kind up to `most` characters, even none: for what is judged later and never kept.
pub fn raw(most: usize) -> impl Fn(Given<'_>) -> Result<String, Fault> {
    move |given| {
        let text = given.text()?;
        if text.chars().count() > most { Err(Fault::Length(most)) } else { Ok(text.to_owned()) }
    }
}

/// Yes or no.
pub fn flag(given: Given<'_>) -> Result<bool, Fault> {
    let flag = match given.value {
        Value::String(text) if given.of_query => text.parse().ok(),
        value => value.as_bool(),
    };
    flag.ok_or(Fault::Type("true か false ", "true か false ", "true or false"))
}

/// A text that stands for something: an id, a month. `example` shows its form.
pub fn parsed<T: FromStr>(example: &'static str) -> impl Fn(Given<'_>) -> Result<T, Fault> {
    move |given| given.text()?.parse().map_err(|_| Fault::Form(example))
}

/// A day, `2026-05-20`.
pub fn day(given: Given<'_>) -> Result<NaiveDate, Fault> {
    let text = given.text()?;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.format("%Y-%m-%d").to_string() == text);
    day.ok_or(Fault::Form("2026-05-20"))
}

/// A list of at most `most` items.
pub fn list<T>(most: usize, rule: impl Fn(Given<'_>) -> Result<T, Fault>) -> impl Fn(Given<'_>) -> Result<Vec<T>, Fault> {
    move |given| {
        let items = given.value.as_array().ok_or(Fault::Type("配列", "いくつか", "a list"))?;
        if items.len() > most {
            return Err(Fault::Count(most));
        }
        let read = |(at, value)| rule(Given { value, of_query: given.of_query }).map_err(|fault| Fault::Item(at, Box::new(fault)));
        items.iter().enumerate().map(read).collect()
    }
}
