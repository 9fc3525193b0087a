//! What all merchants together see, in the order in which they see it, byte by byte. Nothing is masked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use axum::http::Method;

use crate::support::town::Answer;

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// By whom, and on which occasion.
    pub what: String,
    /// The whole of it.
    pub bytes: Vec<u8>,
}

impl Seen {
    /// An answer: status, every header in its order, body.
    #[must_use]
    pub fn answer(what: String, answer: &Answer) -> Self {
        let mut bytes = format!("{}\n", answer.status.as_u16()).into_bytes();
        for (name, value) in &answer.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(&answer.body);
        Self { what, bytes }
    }

    /// Anything else: a line of a bank file, a row of a table, a screen.
    #[must_use]
    pub fn other(what: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { what: what.into(), bytes: bytes.into() }
    }
}

/// The first thing that is not the same in two worlds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which event of the history brought it.
    pub event: usize,
    /// What was seen, and by whom.
    pub what: String,
    /// In the first world.
    pub one: String,
    /// In the other.
    pub other: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at event {}: {}\n── one world ──\n{}\n── another ──\n{}", self.event, self.what, self.one, self.other)
    }
}

/// The first difference between what was seen in two worlds at `event`.
#[must_use]
pub fn difference(event: usize, one: &[Seen], other: &[Seen]) -> Option<Difference> {
    let nothing = Seen::other("nothing", "");
    let longest = one.len().max(other.len());
    let pairs = (0..longest).map(|at| (one.get(at).unwrap_or(&nothing), other.get(at).unwrap_or(&nothing)));
    let (one, other) = pairs.into_iter().find(|(one, other)| one != other)?;
    let text = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).into_owned();
    let what = if one.what == other.what { one.what.clone() } else { format!("{} / {}", one.what, other.what) };
    Some(Difference { event, what, one: text(one), other: text(other) })
}

/// Which operations of the API were asked, and how they were answered.
#[derive(Debug, Clone, Default)]
pub struct Exercised(BTreeMap<String, (u64, u64)>);

impl Exercised {
    /// Notes an answer.
    pub fn note(&mut self, method: &Method, path: &str, answer: &Answer) {
        let (well, refused) = self.0.entry(operation(method.as_str(), path)).or_default();
        *if answer.status.is_success() { well } else { refused } += 1;
    }

    /// Adds what another run has noted.
    pub fn add(&mut self, other: &Self) {
        for (operation, (well, refused)) in &other.0 {
            let sum = self.0.entry(operation.clone()).or_default();
            *sum = (sum.0 + well, sum.1 + refused);
        }
    }

    /// The operations of the document that nobody was answered well, or nobody was refused.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (method, path) in operations() {
            let operation = format!("{method} {path}");
            match self.0.get(&operation) {
                Some((1.., 1..)) => {}
                Some((0, _)) => missing.push(format!("{operation}: never answered well")),
                Some(_) => missing.push(format!("{operation}: never refused")),
                None => missing.push(format!("{operation}: never asked")),
            }
        }
        missing
    }

    /// How many requests there were.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.0.values().map(|(well, refused)| well + refused).sum()
    }
}

/// `GET /receipts/{receipt}`, as the document writes it, of a request below `/merchant/v1`.
fn operation(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix(super::world::ROOT).unwrap_or(path);
    let fits = |template: &&String| {
        let (asked, known): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
        asked.len() == known.len() && asked.iter().zip(&known).all(|(asked, known)| asked == known || known.starts_with('{'))
    };
    // `/receipts/export.csv` is a path of its own although `/receipts/{receipt}` fits too.
    let exact = OPERATIONS.iter().map(|(_, path)| path).find(|template| template.as_str() == path);
    let template = exact.or_else(|| OPERATIONS.iter().map(|(_, path)| path).find(fits));
    format!("{method} {}", template.map_or(path, String::as_str))
}

/// Each operation of the document: its method and its path.
#[must_use]
pub fn operations() -> Vec<(Method, String)> {
    OPERATIONS.clone()
}

static OPERATIONS: LazyLock<Vec<(Method, String)>> = LazyLock::new(|| {
    let document = serde_json::to_value(merchant_api::openapi::document()).expect("a document");
    let of_path = |(path, methods): (&String, &serde_json::Value)| {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(|method| (method.to_uppercase().parse().expect("a method"), path.clone())).collect::<Vec<_>>()
    };
    document["paths"].as_object().expect("paths").iter().flat_map(of_path).collect()
});
