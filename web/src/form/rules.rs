//! The rules of fields: how one is read, and how the document describes it.

use std::str::FromStr;

use chrono::NaiveDate;
use serde_json::Value;
use utoipa::openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};

use crate::fields::{self, Fault, Given};

/// A text that is not blank and has no control characters.
const TEXT: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
const WORD: &str = "^[a-z][a-z0-9_-]{0,39}$";

/// How one field is read and described.
#[derive(Clone)]
pub struct Rule<F> {
    pub(super) read: F,
    pub(super) schema: Schema,
}

impl<F> Rule<F> {
    /// Reads by `read`; described by `schema`.
    pub fn new(read: F, schema: impl Into<Schema>) -> Self {
        Self { read, schema: schema.into() }
    }

    /// With an example.
    #[must_use]
    pub fn example(mut self, example: impl Into<Value>) -> Self {
        let example = Some(example.into());
        match &mut self.schema {
            Schema::Object(object) => object.example = example,
            Schema::Array(array) => array.example = example,
            _ => {}
        }
        self
    }

    /// With the pattern of those that the use case accepts.
    #[must_use]
    pub fn pattern(mut self, pattern: &str) -> Self {
        if let Schema::Object(object) = &mut self.schema {
            object.pattern = Some(pattern.to_owned());
        }
        self
    }

    /// Read by `read`, and described as before.
    pub fn read_by<G>(self, read: G) -> Rule<G> {
        Rule { read, schema: self.schema }
    }

    /// A list that the use case refuses when nothing stands in it.
    #[must_use]
    pub fn filled(mut self) -> Self {
        if let Schema::Array(array) = &mut self.schema {
            array.min_items = Some(1);
        }
        self
    }

    /// Described by its type alone.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.schema = match self.schema {
            Schema::Object(object) => ObjectBuilder::new().schema_type(object.schema_type).format(object.format).build().into(),
            Schema::Array(array) => ArrayBuilder::new().items(array.items).build().into(),
            other => other,
        };
        self
    }

    /// What is read, turned into what it stands for.
    pub fn map<T, U>(self, to: impl Fn(T) -> U) -> Rule<impl Fn(Given<'_>) -> Result<U, Fault>>
    where
        F: Fn(Given<'_>) -> Result<T, Fault>,
    {
        let read = self.read;
        Rule { read: move |given: Given<'_>| read(given).map(&to), schema: self.schema }
    }
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text of 1 to `most` characters, without blanks around it and without control characters.
#[must_use]
pub fn text(most: usize) -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    Rule::new(fields::text(most), string().max_length(Some(most)).pattern(Some(TEXT)).build())
}

/// The same, described by its length alone: for words that are looked for.
#[must_use]
pub fn any_text(most: usize) -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    Rule::new(fields::text(most), string().max_length(Some(most)).build())
}

/// A text of any kind up to `most` characters, even none.
#[must_use]
pub fn raw(most: usize) -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    Rule::new(fields::raw(most), string().max_length(Some(most)).build())
}

/// A word of ours: `cram_school`.
#[must_use]
pub fn word() -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    Rule::new(fields::word, string().pattern(Some(WORD)).build())
}

/// Yes or no.
#[must_use]
pub fn flag() -> Rule<impl Fn(Given<'_>) -> Result<bool, Fault>> {
    Rule::new(fields::flag, ObjectBuilder::new().schema_type(Type::Boolean).build())
}

/// A day, `2026-05-20`.
#[must_use]
pub fn day() -> Rule<impl Fn(Given<'_>) -> Result<NaiveDate, Fault>> {
    Rule::new(fields::day, string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).build())
}

/// An id, as `fam_…`.
#[must_use]
pub fn id<T: FromStr>(example: &'static str) -> Rule<impl Fn(Given<'_>) -> Result<T, Fault>> {
    let pattern = format!("^{}[0-9a-f]{{32}}$", example.trim_end_matches('…'));
    parsed(example, &pattern)
}

/// A text that stands for something, of the form of `example`.
#[must_use]
pub fn parsed<T: FromStr>(example: &'static str, pattern: &str) -> Rule<impl Fn(Given<'_>) -> Result<T, Fault> + use<T>> {
    Rule::new(fields::parsed(example), string().pattern(Some(pattern)).build())
}

/// Whole numbers that fields are kept as.
pub trait Whole: TryFrom<i64> {
    /// How the document calls its width.
    const FORMAT: KnownFormat;
}

impl Whole for i16 {
    const FORMAT: KnownFormat = KnownFormat::Int32;
}

impl Whole for i32 {
    const FORMAT: KnownFormat = KnownFormat::Int32;
}

impl Whole for i64 {
    const FORMAT: KnownFormat = KnownFormat::Int64;
}

fn integer<T: Whole>() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(T::FORMAT)))
}

/// A whole number between two others, both included.
#[must_use]
pub fn whole<T: Whole>(least: i64, most: i64) -> Rule<impl Fn(Given<'_>) -> Result<T, Fault>> {
    let read = move |given: Given<'_>| T::try_from(fields::whole(least, most)(given)?).map_err(|_| Fault::Range(least, most));
    Rule::new(read, integer::<T>().minimum(Some(least)).maximum(Some(most)).build())
}

/// A whole number from `least` on.
#[must_use]
pub fn at_least(least: i64) -> Rule<impl Fn(Given<'_>) -> Result<i64, Fault>> {
    Rule::new(fields::whole(least, i64::MAX), integer::<i64>().minimum(Some(least)).build())
}

/// A list of at most `most` items.
#[must_use]
pub fn list<T, F: Fn(Given<'_>) -> Result<T, Fault>>(most: usize, item: Rule<F>) -> Rule<impl Fn(Given<'_>) -> Result<Vec<T>, Fault>> {
    let schema = ArrayBuilder::new().items(RefOr::T(item.schema)).max_items(Some(most)).build();
    let item = item.read;
    Rule::new(move |given: Given<'_>| fields::list(most, &item)(given), schema)
}
