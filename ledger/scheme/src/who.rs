//! Table 1, who: whom a scheme is for, and the classes that choose between the values of other tables.
//!
//! Invariant: a decision that is not eligible has at least one reason.

use super::condition::{Condition, Verdict};
use super::facts::Facts;
use super::reader::{Node, Read};
use super::reason::Reason;

/// Whom the scheme is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// What one grant or claim is for.
    pub unit: Unit,
    /// Who qualifies.
    pub test: Condition,
}

/// What one grant or claim is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A child.
    Child,
    /// A household.
    Household,
    /// A member of staff.
    Staff,
    /// A facility.
    Facility,
    /// A group of citizens.
    Group,
}

/// Whether someone qualifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether they do.
    pub eligible: bool,
    /// Why not; empty when they do.
    pub reasons: Vec<Reason>,
}

impl Decision {
    /// The decision that follows from what a test says.
    #[must_use]
    pub fn of(verdict: Verdict) -> Self {
        Self { eligible: verdict.is_yes(), reasons: verdict.reasons() }
    }

    /// Not eligible, for one reason.
    #[must_use]
    pub fn refused(reason: Reason) -> Self {
        Self { eligible: false, reasons: vec![reason] }
    }
}

impl Default for Who {
    fn default() -> Self {
        Self { unit: Unit::Child, test: Condition::EVERYONE }
    }
}

impl Who {
    /// Whether `facts` qualify.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Decision {
        Decision::of(self.test.verdict(facts))
    }
}

impl Read for Who {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let unit = table.node("unit").and_then(|unit| {
            let words = [("child", Unit::Child), ("household", Unit::Household), ("staff", Unit::Staff), ("facility", Unit::Facility), ("group", Unit::Group)];
            unit.one_of(&words)
        });
        let test = table.optional("test");
        table.finish()?;
        Some(Self { unit: unit.unwrap_or(Unit::Child), test: test.unwrap_or(Condition::EVERYONE) })
    }
}

/// A named test: other tables may give one value for each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub id: String,
    /// Who belongs to it; without a test, everyone.
    pub test: Condition,
}

impl Read for Class {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let id = table.required("id");
        let test = table.optional("test");
        table.finish()?;
        Some(Self { id: id?, test: test.unwrap_or(Condition::EVERYONE) })
    }
}

/// One value for everyone, or one for each class, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByClass<T> {
    /// The same for everyone.
    All(T),
    /// One for each class.
    Each(Vec<(String, T)>),
}

impl<T> ByClass<T> {
    /// The value for the first of `classes` that has one. The classes come in the scheme's order.
    #[must_use]
    pub fn pick(&self, classes: &[String]) -> Option<&T> {
        match self {
            Self::All(value) => Some(value),
            Self::Each(values) => classes.iter().find_map(|class| values.iter().find(|(id, _)| id == class).map(|(_, value)| value)),
        }
    }

    /// Every value.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        let (one, each) = match self {
            Self::All(value) => (Some(value), None),
            Self::Each(values) => (None, Some(values)),
        };
        one.into_iter().chain(each.into_iter().flatten().map(|(_, value)| value))
    }
}

impl<T: Read> Read for ByClass<T> {
    fn read(node: &Node<'_>) -> Option<Self> {
        if !node.is_table() {
            return T::read(node).map(Self::All);
        }
        let each: Vec<_> = node
            .table()?
            .rest()
            .iter()
            .map(|(class, value)| {
                let known = value.is_class(class);
                T::read(value).filter(|_| known).map(|value| ((*class).to_owned(), value))
            })
            .collect();
        if each.is_empty() {
            return node.problem("needs a value for at least one class");
        }
        each.into_iter().collect::<Option<Vec<_>>>().map(Self::Each)
    }
}
