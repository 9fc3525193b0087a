//! One case to be quoted: a date, facts and costs, read from TOML.
//!
//! Invariant: a case that is read has a price, and every one of its keys was understood.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::facts::{Fact, Facts, Grade, Shape, Value};
use super::reader::{Node, Problem, Read, Sink, Table, closest};
use foundation::money::{Overflow, Yen};
use foundation::time::Month;

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The day of service.
    pub on: NaiveDate,
    /// What it costs.
    pub costs: Vec<Cost>,
    /// Who may pay, in the order listed.
    pub children: Vec<Child>,
    /// Whether the children were listed, and share one bill.
    pub shared: bool,
}

/// One who may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// What is known.
    pub facts: Facts,
    /// What is left; the grant in force, unused, where none.
    pub balance_yen: Option<Yen>,
    /// What is left of pieces without a face value.
    pub balance_count: Option<i64>,
    /// The months in which the child qualifies; every month, where none.
    pub months: Option<BTreeSet<Month>>,
}

/// One cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The kind of expense; one that counts, where none.
    pub expense: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// What it comes to.
    pub amount_yen: Yen,
    /// When.
    pub when: When,
}

/// When a cost arises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With the case: on its day, whichever months count.
    WithCase,
    /// On one day.
    On(NaiveDate),
    /// From the first to the last day.
    Span(NaiveDate, NaiveDate),
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// Every problem found, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let sink = Sink::new(text);
        let case = {
            let sink = &sink;
            sink.document().and_then(|document| Self::read_table(&Table::new(sink, String::new(), 0..0, document.get_ref())))
        };
        sink.finish(case)
    }

    /// The whole price.
    pub fn price_yen(&self) -> Result<Yen, Overflow> {
        Yen::sum(self.costs.iter().map(|cost| cost.amount_yen))
    }

    pub(super) fn read_table(table: &Table<'_>) -> Option<Self> {
        let on = table.required("on");
        let service = table.optional::<String>("service");
        let price = table.optional::<Yen>("price_yen");
        let rows = table.optional::<Vec<Cost>>("cost");
        match (table.has("price_yen"), table.has("cost")) {
            (true, true) => table.problem_at("cost", "either `price_yen` or [[cost]] rows, not both"),
            (false, false) => table.problem("`price_yen` is missing: give it, or [[cost]] rows"),
            _ => {}
        }
        let listed = table.optional::<Vec<Child>>("child");
        if listed.as_ref().is_some_and(Vec::is_empty) {
            table.problem_at("child", "list at least one child");
        }
        if table.has("child") {
            for key in ["balance_yen", "balance_count"] {
                if table.has(key) {
                    table.problem_at(key, "with [[child]] tables, each child has its own balance");
                }
            }
        }
        let all = Child::read_keys(table);
        table.finish()?;
        let costs = rows.unwrap_or_else(|| vec![Cost { expense: None, service: None, amount_yen: price.unwrap_or(Yen::ZERO), when: When::WithCase }]);
        let costs = costs.into_iter().map(|cost| Cost { service: cost.service.or_else(|| service.clone()), ..cost }).collect();
        let shared = listed.is_some();
        let children = match listed {
            None => vec![all],
            Some(listed) => listed.into_iter().map(|child| child.or(&all)).collect(),
        };
        Some(Self { on: on?, costs, children, shared })
    }
}

impl Child {
    fn read_keys(table: &Table<'_>) -> Self {
        let balance_count = table.optional::<i64>("balance_count");
        if balance_count.is_some_and(|count| count < 0) {
            table.problem_at("balance_count", "must not be negative");
        }
        Self {
            facts: table.optional("facts").unwrap_or_default(),
            balance_yen: table.optional("balance_yen"),
            balance_count,
            months: table.optional::<Vec<Month>>("months").map(|months| months.into_iter().collect()),
        }
    }

    fn or(self, all: &Self) -> Self {
        Self { facts: self.facts.or(&all.facts), months: self.months.or_else(|| all.months.clone()), ..self }
    }
}

impl Read for Child {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let child = Self::read_keys(&table);
        table.finish()?;
        Some(child)
    }
}

impl Read for Cost {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let expense = table.optional("expense");
        let service = table.optional("service");
        let amount_yen = table.required("amount_yen");
        let (on, from, to) = (table.optional("on"), table.optional("from"), table.optional("to"));
        let when = match (on, from, to) {
            (Some(on), None, None) => When::On(on),
            (None, Some(from), Some(to)) if from <= to => When::Span(from, to),
            (None, Some(_), Some(_)) => {
                table.problem_at("to", "a cost must not end before it begins");
                When::WithCase
            }
            (None, None, None) => When::WithCase,
            _ => {
                table.problem("date a cost with `on`, or with both `from` and `to`");
                When::WithCase
            }
        };
        table.finish()?;
        Some(Self { expense, service, amount_yen: amount_yen?, when })
    }
}

impl Read for Facts {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let since = table.optional("since");
        // Every fact is read before any is missed, so that all problems show.
        let known: Vec<_> = table.rest().iter().map(|(name, node)| read_fact(name, node)).collect();
        if table.is_broken() {
            return None;
        }
        let known = known.into_iter().collect::<Option<Vec<_>>>()?;
        let facts = known.into_iter().fold(Self::new(), |facts, (fact, value)| facts.with(fact, value));
        Some(since.map_or(facts.clone(), |since| facts.since(since)))
    }
}

fn read_fact(name: &str, node: &Node<'_>) -> Option<(Fact, Value)> {
    let Some(fact) = Fact::named(name) else {
        let names: Vec<_> = Fact::ALL.iter().map(|fact| fact.name()).chain(["since"]).collect();
        return node.problem(format!("there is no fact `{name}`{}; known: {}", closest(name, &names), names.join(", ")));
    };
    read_value(fact, node).map(|value| (fact, value))
}

fn read_value(fact: Fact, node: &Node<'_>) -> Option<Value> {
    Some(match fact.shape() {
        Shape::Word => Value::Word(String::read(node)?),
        Shape::Flag => Value::Flag(bool::read(node)?),
        Shape::Grade => Value::Grade(Grade::read(node)?),
        Shape::Codes if !node.is_list() => Value::Codes(BTreeSet::from([String::read(node)?])),
        Shape::Codes => Value::Codes(Vec::<String>::read(node)?.into_iter().collect()),
        Shape::Number => match node.integer()? {
            number @ 0.. => Value::Number(number),
            _ => return node.problem("must not be negative"),
        },
    })
}
