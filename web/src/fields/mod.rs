//! Reads a body or a query field by field, and says of every field at once what is wrong with it.
//!
//! A request type says how it is read ([`Read`]); what comes out is typed. A field that nobody asks for is a problem too: a misspelt
//! name would otherwise be silently ignored.

mod fault;
mod rules;

use serde_json::{Map, Value};

use crate::problem::{FieldProblem, Place, Problem};

pub use fault::Fault;
pub use rules::{day, flag, list, parsed, raw, text, whole, word};

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

    /// A list of at most `most` objects, each read field by field; what is wrong with one is named by its place in the list.
    pub fn each<T: Read>(&mut self, name: &'static str, most: usize) -> Option<Vec<T>> {
        let Some(value) = self.take(name) else {
            self.note(name, &Fault::Missing);
            return None;
        };
        let Value::Array(items) = value else {
            self.note(name, &Fault::Type("配列", "いくつか", "a list"));
            return None;
        };
        if items.len() > most {
            self.note(name, &Fault::Count(most));
            return None;
        }
        let read: Vec<_> = items.into_iter().enumerate().map(|(at, item)| self.read_item(name, at, item)).collect();
        read.into_iter().collect()
    }

    fn read_item<T: Read>(&mut self, name: &'static str, at: usize, item: Value) -> Option<T> {
        let Value::Object(values) = item else {
            self.note(name, &Fault::Item(at, Box::new(Fault::Type("オブジェクト", "{ } の中", "an object"))));
            return None;
        };
        let mut fields = Self::of_body(values);
        let item = T::read(&mut fields);
        fields.note_unknown();
        let whole = fields.problems.is_empty();
        self.problems.extend(fields.problems.into_iter().map(|problem| problem.below(&format!("/{name}/{at}"))));
        item.filter(|_| whole)
    }

    fn note_unknown(&mut self) {
        let unknown: Vec<_> = self.values.keys().cloned().collect();
        for name in unknown {
            self.note(&name, &Fault::Unknown);
        }
    }

    /// Notes what is wrong with a field.
    pub fn note(&mut self, name: &str, fault: &Fault) {
        let place = if self.of_query { Place::Query(name.to_owned()) } else { Place::Body(pointer(name, fault)) };
        self.problems.push(FieldProblem { place, code: fault.code().into(), detail: fault.detail() });
    }

    /// Reads a request whole.
    ///
    /// # Errors
    /// Every field that is not right, by name.
    pub fn read<T: Read>(mut self) -> Result<T, Problem> {
        let read = T::read(&mut self);
        self.note_unknown();
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

/// The same for several fields at once.
pub fn wrong_fields(faults: impl IntoIterator<Item = (&'static str, Fault)>) -> Problem {
    let mut fields = Fields::of_body(Map::new());
    faults.into_iter().for_each(|(name, fault)| fields.note(name, &fault));
    Problem::fields(fields.problems)
}

/// The same for a field deeper in the body, by its JSON pointer: `/costs/0/merchant`.
#[must_use]
pub fn wrong_place(pointer: String, fault: &Fault) -> Problem {
    Problem::fields(vec![FieldProblem { place: Place::Body(pointer), code: fault.code().into(), detail: fault.detail() }])
}

impl Given<'_> {
    fn text(&self) -> Result<&str, Fault> {
        self.value.as_str().ok_or(Fault::Type("文字列", "文字", "a text"))
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

    #[derive(Debug, PartialEq)]
    struct Many(Vec<Asked>);

    impl Read for Many {
        fn read(fields: &mut Fields) -> Option<Self> {
            fields.each("many", 2).map(Self)
        }
    }

    #[test]
    fn what_is_wrong_with_an_object_of_a_list_is_named_by_its_place() {
        let read = |body: &Value| Fields::of_body(body.as_object().unwrap().clone()).read::<Many>().map_err(|problem| problem.body(Language::English, None));
        assert_eq!(read(&json!({"many": [{"amount": 1}, {"amount": 2, "name": "b"}]})).unwrap().0.len(), 2);
        let errors = read(&json!({"many": [{"amount": 1, "x": 0}, {"amount": 0, "parts": [1, "y"]}]})).unwrap_err()["errors"].clone();
        let places: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(places, ["#/many/0/x", "#/many/1/amount", "#/many/1/parts/1"]);
        for (wrong, code) in [(json!({}), "missing"), (json!({"many": {}}), "type"), (json!({"many": [1]}), "type"), (json!({"many": [{}, {}, {}]}), "count")] {
            assert_eq!(read(&wrong).unwrap_err()["errors"][0]["code"], code, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_whole_and_text_is_no_number_in_a_body_but_is_in_a_query() {
        for wrong in [json!("3"), json!(3.5), json!(30.0), json!(1e30), json!(-1e15), json!(0), json!(10), json!([3])] {
            assert!(read(&json!({"amount": wrong})).is_err(), "{wrong}");
        }
        assert!(read(&json!({"amount": 3.0})).is_ok());
        let query = Fields::of_query(vec![("amount".to_owned(), "3".to_owned())]);
        assert_eq!(query.read::<Asked>().unwrap().amount, 3);
        assert_eq!(Fields::of_query(Vec::new()).read::<Asked>().unwrap_err().body(Language::English, None)["errors"][0]["parameter"], "amount");
    }
}
