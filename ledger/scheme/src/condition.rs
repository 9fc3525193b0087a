//! Tests over facts: `all`, `any`, `not`, and one key for each fact.
//!
//! Invariant: what is not known never counts as met, under `not` either. A test says yes, no, or which fact it misses.

use std::fmt;

use super::facts::{Fact, Facts, Grade, Shape, Value};
use super::reader::{Node, Read, closest};
use super::reason::Reason;

/// A test over facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every one is met.
    All(Vec<Self>),
    /// At least one is met.
    Any(Vec<Self>),
    /// It is known not to be met.
    Not(Box<Self>),
    /// One fact is what is wanted.
    Is(Fact, Wanted),
}

/// What one fact should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One of these words; for a list, at least one of these codes in it.
    OneOf(Vec<String>),
    /// From the first to the second, both included.
    Between(i64, i64),
    /// At least this.
    AtLeast(i64),
    /// Less than this.
    Below(i64),
    /// Yes or no.
    Flag(bool),
    /// From the first to the second grade, both included.
    Grades(Grade, Grade),
}

/// What a test says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Met.
    Yes,
    /// Not met, and why.
    No(Vec<Reason>),
    /// Not decided, and for want of what.
    Unknown(Vec<Reason>),
}

impl Verdict {
    /// Whether it is met.
    #[must_use]
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }

    /// Why it is not met.
    #[must_use]
    pub fn reasons(self) -> Vec<Reason> {
        match self {
            Self::Yes => Vec::new(),
            Self::No(reasons) | Self::Unknown(reasons) => reasons,
        }
    }
}

impl Condition {
    /// The test that everyone meets.
    pub const EVERYONE: Self = Self::All(Vec::new());

    /// What the test says of `facts`.
    #[must_use]
    pub fn verdict(&self, facts: &Facts) -> Verdict {
        match self {
            Self::All(parts) => parts.iter().map(|part| part.verdict(facts)).fold(Verdict::Yes, both),
            Self::Any(parts) => parts.iter().map(|part| part.verdict(facts)).fold(Verdict::No(Vec::new()), either),
            Self::Not(part) => match part.verdict(facts) {
                Verdict::Yes => Verdict::No(part.barred()),
                Verdict::No(_) => Verdict::Yes,
                unknown @ Verdict::Unknown(_) => unknown,
            },
            Self::Is(fact, wanted) => leaf(*fact, wanted, facts),
        }
    }

    /// The reasons where this test is met and must not be.
    fn barred(&self) -> Vec<Reason> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::barred).collect(),
            Self::Not(part) => part.barred(),
            Self::Is(fact, wanted) => vec![Reason::Barred(*fact, wanted.to_string())],
        }
    }
}

fn both(left: Verdict, right: Verdict) -> Verdict {
    match (left, right) {
        (Verdict::Yes, other) | (other, Verdict::Yes) => other,
        (Verdict::Unknown(left), Verdict::Unknown(right)) => Verdict::Unknown(joined(left, right)),
        (left, right) => Verdict::No(joined(left.reasons(), right.reasons())),
    }
}

fn either(left: Verdict, right: Verdict) -> Verdict {
    match (left, right) {
        (Verdict::Yes, _) | (_, Verdict::Yes) => Verdict::Yes,
        (Verdict::No(left), Verdict::No(right)) => Verdict::No(joined(left, right)),
        (left, right) => Verdict::Unknown(joined(left.reasons(), right.reasons())),
    }
}

fn joined(mut left: Vec<Reason>, right: Vec<Reason>) -> Vec<Reason> {
    for reason in right {
        if !left.contains(&reason) {
            left.push(reason);
        }
    }
    left
}

fn leaf(fact: Fact, wanted: &Wanted, facts: &Facts) -> Verdict {
    let met = match (facts.get(fact), wanted) {
        (None, Wanted::OneOf(_)) if fact.shape() == Shape::Codes => false,
        (None, _) => return Verdict::Unknown(vec![Reason::Unknown(fact)]),
        (Some(Value::Word(word)), Wanted::OneOf(words)) => words.contains(word),
        (Some(Value::Codes(codes)), Wanted::OneOf(words)) => words.iter().any(|word| codes.contains(word)),
        (Some(Value::Number(number)), Wanted::Between(first, last)) => (first..=last).contains(&number),
        (Some(Value::Number(number)), Wanted::AtLeast(least)) => number >= least,
        (Some(Value::Number(number)), Wanted::Below(bound)) => number < bound,
        (Some(Value::Flag(flag)), Wanted::Flag(asked)) => flag == asked,
        (Some(Value::Grade(grade)), Wanted::Grades(first, last)) => (first..=last).contains(&grade),
        _ => false,
    };
    if met { Verdict::Yes } else { Verdict::No(vec![Reason::NotMet(fact, wanted.to_string())]) }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(words) => f.write_str(&words.join("/")),
            Self::Between(first, last) if first == last => write!(f, "{first}"),
            Self::Between(first, last) => write!(f, "{first}–{last}"),
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::Below(bound) => write!(f, "< {bound}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Grades(first, last) => write!(f, "{first}–{last}"),
        }
    }
}

impl Read for Condition {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let mut parts = Vec::new();
        if let Some(all) = table.optional::<Vec<Self>>("all") {
            parts.push(Self::All(all));
        }
        if let Some(any) = table.optional::<Vec<Self>>("any") {
            if any.is_empty() {
                table.problem_at("any", "needs at least one test, otherwise nobody qualifies");
            }
            parts.push(Self::Any(any));
        }
        if let Some(not) = table.optional::<Self>("not") {
            parts.push(Self::Not(Box::new(not)));
        }
        let leaves: Vec<_> = table.rest().iter().map(|(key, node)| read_leaf(key, node)).collect();
        for leaf in leaves {
            parts.push(leaf?);
        }
        if table.is_broken() {
            return None;
        }
        match <[Self; 1]>::try_from(parts) {
            Ok([only]) => Some(only),
            Err(several) => Some(Self::All(several)),
        }
    }
}

fn read_leaf(key: &str, node: &Node<'_>) -> Option<Condition> {
    let (name, bound) = match (key.strip_suffix("_below"), key.strip_suffix("_at_least")) {
        (Some(name), _) => (name, Some("below")),
        (None, Some(name)) => (name, Some("at_least")),
        (None, None) => (key, None),
    };
    let fact = Fact::named(name).filter(|fact| bound.is_none() || fact.shape() == Shape::Number);
    let Some(fact) = fact else {
        let names: Vec<_> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        let advice = "all, any, not; numbers also as _below and _at_least";
        return node.problem(format!("there is no fact `{key}`{}; known: {}; {advice}", closest(name, &names), names.join(", ")));
    };
    let wanted = match (fact.shape(), bound) {
        (_, Some("below")) => Wanted::Below(node.integer()?),
        (_, Some(_)) => Wanted::AtLeast(node.integer()?),
        // A birth order is met by later children too: the third or later.
        (Shape::Number, None) if fact == Fact::NthChild && !node.is_list() => Wanted::AtLeast(node.integer()?),
        (Shape::Number, None) => between::<i64>(node).map(|(first, last)| Wanted::Between(first, last))?,
        (Shape::Grade, None) => between::<Grade>(node).map(|(first, last)| Wanted::Grades(first, last))?,
        (Shape::Flag, None) => Wanted::Flag(bool::read(node)?),
        (Shape::Word | Shape::Codes, None) => Wanted::OneOf(words(node)?),
    };
    Some(Condition::Is(fact, wanted))
}

impl Read for Grade {
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        text.parse().map_or_else(|wrong: super::facts::NotAGrade| node.problem(wrong.to_string()), Some)
    }
}

/// `[first, last]`, or one value for both.
fn between<T: Read + Ord + Copy>(node: &Node<'_>) -> Option<(T, T)> {
    if !node.is_list() {
        return T::read(node).map(|only| (only, only));
    }
    match Vec::<T>::read(node)?.as_slice() {
        [first, last] if first <= last => Some((*first, *last)),
        _ => node.problem("write a range as [first, last], the smaller one first"),
    }
}

/// One word, or a list of at least one.
pub(super) fn words(node: &Node<'_>) -> Option<Vec<String>> {
    if !node.is_list() {
        return String::read(node).map(|word| vec![word]);
    }
    let words = Vec::<String>::read(node)?;
    if words.is_empty() { node.problem("the list must not be empty") } else { Some(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(fact: Fact, wanted: Wanted) -> Condition {
        Condition::Is(fact, wanted)
    }

    fn kobe() -> Condition {
        is(Fact::SchoolCity, Wanted::OneOf(vec!["kobe".to_owned()]))
    }

    #[test]
    fn what_is_not_known_is_met_neither_plainly_nor_under_not() {
        let unknown = Verdict::Unknown(vec![Reason::Unknown(Fact::SchoolCity)]);
        assert_eq!(kobe().verdict(&Facts::new()), unknown);
        assert_eq!(Condition::Not(Box::new(kobe())).verdict(&Facts::new()), unknown);
    }

    #[test]
    fn a_missing_list_is_empty_and_not_unknown() {
        let hogo = is(Fact::Status, Wanted::OneOf(vec!["seikatsuhogo".to_owned()]));
        assert!(matches!(hogo.verdict(&Facts::new()), Verdict::No(_)));
        assert!(Condition::Not(Box::new(hogo)).verdict(&Facts::new()).is_yes());
    }

    #[test]
    fn any_is_met_although_another_part_is_unknown() {
        let third = is(Fact::NthChild, Wanted::AtLeast(3));
        let test = Condition::Any(vec![is(Fact::Multiple, Wanted::Flag(true)), third]);
        assert!(test.verdict(&Facts::new().with(Fact::NthChild, 4)).is_yes());
        assert!(matches!(test.verdict(&Facts::new().with(Fact::NthChild, 2)), Verdict::Unknown(_)));
    }

    #[test]
    fn all_says_every_reason_at_once() {
        let test = Condition::All(vec![is(Fact::Age, Wanted::Below(3)), kobe()]);
        let facts = Facts::new().with(Fact::Age, 3).with(Fact::SchoolCity, "osaka");
        let codes: Vec<_> = test.verdict(&facts).reasons().iter().map(Reason::code).collect();
        assert_eq!(codes, ["age_not_met", "school_city_not_met"]);
    }
}
