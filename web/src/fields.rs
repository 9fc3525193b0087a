//! Reads a body or a query field by field, and says of every field at once what is wrong with it.
//!
//! A request type says how it is read ([`Read`]); what comes out is typed. A field that nobody asks for is a problem too: a misspelt
//! name would otherwise be silently ignored.

use std::str::FromStr;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::language::Text;
use crate::problem::{FieldProblem, Place, Problem};

/// A request that can be read.
pub trait Read: Sized {
    /// Takes its fields. `None` when a field was not right: the reader has noted it.
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// The fields of one request that have not been taken yet.
#[derive(Debug)]
pub struct Fields {
    values: Map<String, Value>,
    of_query: bool,
    problems: Vec<FieldProblem>,
}

/// One field's value, and whether it stood in a query, where everything is text.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    value: &'a Value,
    of_query: bool,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// Nobody asks for it.
    Unknown,
    /// It is something else: in Japanese, in English.
    Type(&'static str, &'static str),
    /// It is not between these.
    Range(i64, i64),
    /// It has no character, or more than these.
    Length(usize),
    /// It has more items than these.
    Count(usize),
    /// It holds a character that cannot be kept or shown.
    Characters,
    /// It is not of this form.
    Form(&'static str),
    /// What only the use case knows: a code, and the text.
    Said(&'static str, Text),
    /// An item of a list, and what is wrong with it.
    Item(usize, Box<Fault>),
}

impl Fault {
    const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Type(..) => "type",
            Self::Range(..) => "range",
            Self::Length(_) => "length",
            Self::Count(_) => "count",
            Self::Characters => "characters",
            Self::Form(_) => "form",
            Self::Said(code, _) => code,
            Self::Item(_, fault) => fault.code(),
        }
    }

    fn detail(&self) -> Text {
        match self {
            Self::Missing => Text::fixed("必須です。", "This is required."),
            Self::Unknown => Text::fixed("この項目はありません。", "There is no such field."),
            Self::Type(japanese, english) => Text::new(format!("{japanese}で書いてください。"), format!("Write {english}.")),
            Self::Range(least, most) => {
                Text::new(format!("{least} から {most} までの整数で書いてください。"), format!("Write a whole number from {least} to {most}."))
            }
            Self::Length(most) => Text::new(format!("1 文字以上 {most} 文字以内で書いてください。"), format!("Write 1 to {most} characters.")),
            Self::Count(most) => Text::new(format!("{most} 件以内にしてください。"), format!("Give at most {most}.")),
            Self::Characters => Text::fixed("制御文字は使えません。", "Control characters cannot be used."),
            Self::Form(example) => Text::new(format!("「{example}」の形で書いてください。"), format!("Write it as {example}.")),
            Self::Said(_, text) => text.clone(),
            Self::Item(_, fault) => fault.detail(),
        }
    }
}

impl Fields {
    /// The fields of a body.
    #[must_use]
    pub const fn of_body(values: Map<String, Value>) -> Self {
        Self { values, of_query: false, problems: Vec::new() }
    }

    /// The fields of a query. A name that comes twice counts with its last value.
    #[must_use]
    pub fn of_query(pairs: Vec<(String, String)>) -> Self {
        let values = pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        Self { values, of_query: true, problems: Vec::new() }
    }

    /// A field that must be there.
    pub fn required<T>(&mut self, name: &'static str, rule: impl Fn(Given<'_>) -> Result<T, Fault>) -> Option<T> {
        let Some(value) = self.take(name) else {
            self.note(name, &Fault::Missing);
            return None;
        };
        self.apply(name, &value, rule)
    }

    /// A field that may be left out, or null. The outer `None`: it is there and not right.
    pub fn optional<T>(&mut self, name: &'static str, rule: impl Fn(Given<'_>) -> Result<T, Fault>) -> Option<Option<T>> {
        match self.take(name) {
            None => Some(None),
            Some(value) => self.apply(name, &value, rule).map(Some),
        }
    }

    /// Notes what is wrong with a field.
    pub fn note(&mut self, name: &str, fault: &Fault) {
        let place = if self.of_query { Place::Query(name.to_owned()) } else { Place::Body(pointer(name, fault)) };
        self.problems.push(FieldProblem { place, code: fault.code(), detail: fault.detail() });
    }

    /// Reads a request whole.
    ///
    /// # Errors
    /// Every field that is not right, by name.
    pub fn read<T: Read>(mut self) -> Result<T, Problem> {
        let read = T::read(&mut self);
        let unknown: Vec<_> = self.values.keys().cloned().collect();
        for name in unknown {
            self.note(&name, &Fault::Unknown);
        }
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(Problem::fields(self.problems)),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !value.is_null())
    }

    fn apply<T>(&mut self, name: &str, value: &Value, rule: impl Fn(Given<'_>) -> Result<T, Fault>) -> Option<T> {
        rule(Given { value, of_query: self.of_query }).map_err(|fault| self.note(name, &fault)).ok()
    }
}

/// A JSON pointer (RFC 6901) to a field of the body.
fn pointer(name: &str, fault: &Fault) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    if let Fault::Item(at, _) = fault { format!("/{name}/{at}") } else { format!("/{name}") }
}

/// What is wrong with a field of a body, found by a use case and not by its form.
#[must_use]
pub fn wrong_field(name: &'static str, fault: &Fault) -> Problem {
    let mut fields = Fields::of_body(Map::new());
    fields.note(name, fault);
    Problem::fields(fields.problems)
}

/// What is wrong with a parameter of a query, found by a use case and not by its form.
#[must_use]
pub fn wrong_parameter(name: &'static str, fault: &Fault) -> Problem {
    let mut fields = Fields::of_query(Vec::new());
    fields.note(name, fault);
    Problem::fields(fields.problems)
}

/// A whole number between two others, both included.
pub fn whole(least: i64, most: i64) -> impl Fn(Given<'_>) -> Result<i64, Fault> {
    move |given| {
        let number = match given.value {
            Value::String(text) if given.of_query => text.parse().ok(),
            value => value.as_i64(),
        };
        let number = number.ok_or(Fault::Type("整数", "a whole number"))?;
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
    flag.ok_or(Fault::Type("true か false ", "true or false"))
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
        let items = given.value.as_array().ok_or(Fault::Type("配列", "a list"))?;
        if items.len() > most {
            return Err(Fault::Count(most));
        }
        let read = |(at, value)| rule(Given { value, of_query: given.of_query }).map_err(|fault| Fault::Item(at, Box::new(fault)));
        items.iter().enumerate().map(read).collect()
    }
}

impl Given<'_> {
    fn text(&self) -> Result<&str, Fault> {
        self.value.as_str().ok_or(Fault::Type("文字列", "a text"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::language::Language;

    #[derive(Debug, PartialEq)]
    struct Asked {
        amount: i64,
        name: Option<String>,
        parts: Vec<i64>,
    }

    impl Read for Asked {
        fn read(fields: &mut Fields) -> Option<Self> {
            let amount = fields.required("amount", whole(1, 9));
            let name = fields.optional("name", text(5));
            let parts = fields.optional("parts", list(2, whole(0, 9)));
            Some(Self { amount: amount?, name: name?, parts: parts?.unwrap_or_default() })
        }
    }

    fn read(body: &Value) -> Result<Asked, Value> {
        let fields = Fields::of_body(body.as_object().unwrap().clone());
        fields.read().map_err(|problem: Problem| problem.body(Language::English, None)["errors"].clone())
    }

    #[test]
    fn a_right_request_is_typed_and_null_counts_as_left_out() {
        assert_eq!(read(&json!({"amount": 3, "name": null})), Ok(Asked { amount: 3, name: None, parts: vec![] }));
        assert_eq!(read(&json!({"amount": 3, "name": " a ", "parts": [1, 2]})), Ok(Asked { amount: 3, name: Some("a".to_owned()), parts: vec![1, 2] }));
    }

    #[test]
    fn every_wrong_field_is_named_at_once_with_its_place() {
        let errors = read(&json!({"name": "a\u{0}", "parts": [1, "x"], "nmae": 1})).unwrap_err();
        let places: Vec<_> = errors.as_array().unwrap().iter().map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect();
        assert_eq!(places, [("#/amount", "missing"), ("#/name", "characters"), ("#/parts/1", "type"), ("#/nmae", "unknown")]);
    }

    #[test]
    fn numbers_are_whole_and_text_is_no_number_in_a_body_but_is_in_a_query() {
        for wrong in [json!("3"), json!(3.5), json!(3.0), json!(1e30), json!(0), json!(10), json!([3])] {
            assert!(read(&json!({"amount": wrong})).is_err(), "{wrong}");
        }
        let query = Fields::of_query(vec![("amount".to_owned(), "3".to_owned())]);
        assert_eq!(query.read::<Asked>().unwrap().amount, 3);
        assert_eq!(Fields::of_query(Vec::new()).read::<Asked>().unwrap_err().body(Language::English, None)["errors"][0]["parameter"], "amount");
    }
}
