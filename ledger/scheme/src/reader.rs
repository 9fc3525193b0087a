//! Reads TOML tables key by key and keeps every problem with its place, so that a clerk sees all of them at once.
//!
//! Invariant: a key that nobody asked for is a problem; nothing is ignored in silence.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

use chrono::NaiveDate;
use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use foundation::money::Yen;
use foundation::time::Month;

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key, as a dotted path.
    pub key: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.reason)
    }
}

/// Where the problems of one text are kept.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
    classes: RefCell<Vec<String>>,
}

impl<'a> Sink<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, problems: RefCell::new(Vec::new()), classes: RefCell::new(Vec::new()) }
    }

    /// Keeps a problem at the bytes `span`.
    pub(super) fn problem(&self, span: &Range<usize>, key: &str, reason: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or("").chars().count().saturating_add(1);
        self.problems.borrow_mut().push(Problem { line, column, key: key.to_owned(), reason: reason.into() });
    }

    /// The document, or its problems of form.
    pub(super) fn document(&self) -> Option<Spanned<DeTable<'a>>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.problem(&error.span().unwrap_or(0..0), "", format!("not TOML: {}", error.message()));
        }
        errors.is_empty().then_some(document)
    }

    /// What was found, in the order of the text; or `value` where nothing was.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Problem>> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(problems),
        }
    }
}

/// One value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) sink: &'a Sink<'a>,
    pub(super) key: String,
    pub(super) span: Range<usize>,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Node<'a> {
    /// Keeps a problem at this value.
    pub(super) fn problem<T>(&self, reason: impl Into<String>) -> Option<T> {
        self.sink.problem(&self.span, &self.key, reason);
        None
    }

    fn kind(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a decimal point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }

    /// Keeps the problem that something else was expected here.
    pub(super) fn expected<T>(&self, what: &str) -> Option<T> {
        self.problem(format!("expected {what}, found {}", self.kind()))
    }

    pub(super) fn integer(&self) -> Option<i64> {
        let DeValue::Integer(integer) = self.value else { return self.expected("a whole number") };
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Some(number),
            Err(_) => self.problem("the number is too large"),
        }
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => self.expected("text in quotation marks"),
        }
    }

    pub(super) fn list(&self) -> Option<Vec<Self>> {
        let DeValue::Array(items) = self.value else { return self.expected("a list in square brackets") };
        let item = |(index, item): (usize, &'a Spanned<DeValue<'a>>)| Self {
            sink: self.sink,
            key: format!("{}[{}]", self.key, index.saturating_add(1)),
            span: item.span(),
            value: item.get_ref(),
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn table(&self) -> Option<Table<'a>> {
        match self.value {
            DeValue::Table(entries) => Some(Table::new(self.sink, self.key.clone(), self.span.clone(), entries)),
            _ => self.expected("a table"),
        }
    }

    pub(super) const fn is_table(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }

    pub(super) const fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Whether it is a list.
    pub(super) const fn is_list(&self) -> bool {
        matches!(self.value, DeValue::Array(_))
    }

    /// One of the words, by its meaning.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        found.or_else(|| {
            let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.problem(format!("{text:?} is not known here{}; write one of {}", closest(text, &names), names.join(", ")))
        })
    }

    /// Whether `class` is one of the scheme's classes; a problem here if not.
    pub(super) fn is_class(&self, class: &str) -> bool {
        let classes = self.sink.classes.borrow();
        let known = classes.iter().any(|known| known == class);
        if !known {
            let names: Vec<_> = classes.iter().map(String::as_str).collect();
            let advice = if names.is_empty() { "the file has no [[class]]".to_owned() } else { format!("the classes are {}", names.join(", ")) };
            self.sink.problem(&self.span, &self.key, format!("there is no class {class:?}{}: {advice}", closest(class, &names)));
        }
        known
    }
}

/// A value that can be read from one place.
pub(super) trait Read: Sized {
    /// The value, or none after keeping a problem.
    fn read(node: &Node<'_>) -> Option<Self>;
}

impl Read for String {
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        if text.trim().is_empty() { node.problem("must not be empty") } else { Some(text.to_owned()) }
    }
}

impl Read for bool {
    fn read(node: &Node<'_>) -> Option<Self> {
        match node.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => node.expected("true or false"),
        }
    }
}

impl Read for i64 {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.integer()
    }
}

impl Read for Yen {
    fn read(node: &Node<'_>) -> Option<Self> {
        match node.integer()? {
            yen @ 0.. => Some(Self::new(yen)),
            _ => node.problem("an amount must not be negative"),
        }
    }
}

impl Read for NaiveDate {
    fn read(node: &Node<'_>) -> Option<Self> {
        let written = match node.value {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return node.expected("a date such as 2025-04-01"),
        };
        let date = (written.len() == 10).then(|| written.parse().ok()).flatten();
        date.or_else(|| node.problem(format!("{written} is not a day of the calendar: write it as 2025-04-01")))
    }
}

impl Read for Month {
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        text.parse().map_or_else(|wrong: foundation::time::NotAMonth| node.problem(wrong.to_string()), Some)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node<'_>) -> Option<Self> {
        // Every item is read before any is missed, so that all problems show.
        let items: Vec<_> = node.list()?.iter().map(T::read).collect();
        items.into_iter().collect()
    }
}

/// A table whose keys are asked for one by one.
#[derive(Debug)]
pub(super) struct Table<'a> {
    sink: &'a Sink<'a>,
    key: String,
    span: Range<usize>,
    entries: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
    broken: Cell<bool>,
}

impl<'a> Table<'a> {
    pub(super) const fn new(sink: &'a Sink<'a>, key: String, span: Range<usize>, entries: &'a DeTable<'a>) -> Self {
        Self { sink, key, span, entries, asked: RefCell::new(Vec::new()), broken: Cell::new(false) }
    }

    fn path(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }

    /// The value of `key`, where it is written.
    pub(super) fn node(&self, key: &'static str) -> Option<Node<'a>> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key).map(|value| Node { sink: self.sink, key: self.path(key), span: value.span(), value: value.get_ref() })
    }

    /// The value of `key`, where it is written and can be read. A value that cannot be read breaks the table.
    pub(super) fn optional<T: Read>(&self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        let value = T::read(&node);
        if value.is_none() {
            self.broken.set(true);
        }
        value
    }

    /// The value of `key`, which must be there.
    pub(super) fn required<T: Read>(&self, key: &'static str) -> Option<T> {
        if !self.entries.contains_key(key) {
            self.problem(format!("`{key}` is missing"));
        }
        self.optional(key)
    }

    /// Keeps a problem of the table as a whole.
    pub(super) fn problem(&self, reason: impl Into<String>) {
        self.broken.set(true);
        self.sink.problem(&self.span, &self.key, reason);
    }

    /// Keeps a problem at the value of `key`.
    pub(super) fn problem_at(&self, key: &'static str, reason: impl Into<String>) {
        match self.node(key) {
            Some(node) => self.sink.problem(&node.span, &node.key, reason),
            None => self.problem(reason),
        }
        self.broken.set(true);
    }

    /// The classes that tables may name from here on.
    pub(super) fn set_classes(&self, classes: Vec<String>) {
        self.sink.classes.replace(classes);
    }

    /// Whether `key` is written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Whether a problem of its own was kept.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken.get()
    }

    /// Every key that was not asked for, with its value, in the order of the text.
    pub(super) fn rest(&self) -> Vec<(&'a str, Node<'a>)> {
        let asked = self.asked.borrow();
        let mut rest: Vec<_> = self.entries.iter().filter(|(key, _)| !asked.contains(&key.get_ref().as_ref())).collect();
        rest.sort_by_key(|(key, _)| key.span().start);
        let node = |value: &'a Spanned<DeValue<'a>>, key: &str| Node { sink: self.sink, key: self.path(key), span: value.span(), value: value.get_ref() };
        rest.into_iter().map(|(key, value)| (key.get_ref().as_ref(), node(value, key.get_ref()))).collect()
    }

    /// Keeps a problem for each key that was not asked for; `Some` when the table has no problem of its own.
    pub(super) fn finish(&self) -> Option<()> {
        self.finish_but(&[])
    }

    /// The same, where `others` are keys as well.
    pub(super) fn finish_but(&self, others: &[&str]) -> Option<()> {
        let asked = self.asked.borrow();
        let mut whole = !self.broken.get();
        let unknown = |key: &str| !asked.contains(&key) && !others.contains(&key);
        for key in self.entries.keys().filter(|key| unknown(key.get_ref())) {
            let mut names: Vec<_> = asked.clone();
            names.sort_unstable();
            names.dedup();
            let reason = format!("unknown key{}; known here: {}", closest(key.get_ref(), &names), names.join(", "));
            self.sink.problem(&key.span(), &self.path(key.get_ref()), reason);
            whole = false;
        }
        whole.then_some(())
    }
}

/// ` (did you mean …?)` where one of `names` is within two edits of `text`, or one begins with the other.
pub(super) fn closest(text: &str, names: &[&str]) -> String {
    let nearest = names.iter().map(|name| (edits(text, name), *name)).min().filter(|(edits, _)| (1..=2).contains(edits)).map(|(_, name)| name);
    let begins = || names.iter().copied().find(|name| text.len() >= 3 && (name.starts_with(text) || text.starts_with(name)));
    nearest.or_else(begins).map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// How many letters must be added, dropped or changed to make one text of the other.
fn edits(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut corner = index;
        let mut last = index.saturating_add(1);
        let mut next = vec![last];
        for (other, above) in right.chars().zip(row.iter().skip(1)) {
            last = last.min(*above).saturating_add(1).min(corner.saturating_add((letter != other).into()));
            corner = *above;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
