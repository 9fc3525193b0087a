//! From the text of a scheme file to a scheme, or to every problem in it.
//!
//! Invariant: the versions of a scheme are ordered and no two are in force on one day; rehearsal versions are ordered by themselves.

use chrono::NaiveDate;

use super::example::Example;
use super::grant::{GrantRule, Kind};
use super::period::NO_END;
use super::reader::{Node, Problem, Read, Sink, Table};
use super::route::RouteKind;
use super::version::Version;
use super::who::Class;
use super::{Commitment, Scheme, Title};

/// Reads a scheme file.
///
/// # Errors
/// Every problem found, in the order of the text.
pub fn parse(text: &str) -> Result<Scheme, Vec<Problem>> {
    let sink = Sink::new(text);
    let scheme = {
        let sink = &sink;
        sink.document().and_then(|document| read(&Table::new(sink, String::new(), 0..0, document.get_ref())))
    };
    sink.finish(scheme)
}

fn read(table: &Table<'_>) -> Option<Scheme> {
    let title = table.required::<Title>("scheme");
    let classes = table.optional::<Vec<Class>>("class").unwrap_or_default();
    table.set_classes(classes.iter().map(|class| class.id.clone()).collect());
    let mut seen: Vec<&str> = Vec::new();
    for class in &classes {
        if seen.contains(&class.id.as_str()) {
            table.problem_at("class", format!("the class {:?} is written twice", class.id));
        }
        seen.push(&class.id);
    }
    let nodes = table.node("version").map_or(Some(Vec::new()), |node| node.list());
    if nodes.as_ref().is_some_and(Vec::is_empty) {
        table.problem("there is no [[version]]: a scheme has at least one, with `from` and its tables");
    }
    let examples = table.node("example").map_or(Some(Vec::new()), |node| node.list())?;
    let examples: Vec<_> = examples.iter().map(|node| Example::read(node).map(|example| (node.clone(), example))).collect();
    let written: Vec<_> = nodes.unwrap_or_default().iter().map(|node| Written::read(node).map(|written| (node.clone(), written))).collect();
    table.finish()?;
    let written: Option<Vec<_>> = written.into_iter().collect();
    let (training, real): (Vec<_>, Vec<_>) = written?.into_iter().partition(|(_, written)| written.training);
    let mut scheme = Scheme { title: title?, versions: in_order(real, &classes)?, training: in_order(training, &classes)?, examples: Vec::new() };
    for (node, example) in examples.into_iter().collect::<Option<Vec<_>>>()? {
        if let Err(wrong) = example.work(&scheme) {
            return node.problem(wrong);
        }
        scheme.examples.push(example);
    }
    Some(scheme)
}

/// Gives each version its last day: the one written, or the day before the next begins.
fn in_order(written: Vec<(Node<'_>, Written)>, classes: &[Class]) -> Option<Vec<Version>> {
    let starts: Vec<_> = written.iter().skip(1).map(|(_, next)| Some(next.version.from)).chain([None]).collect();
    let mut whole = true;
    let mut versions = Vec::new();
    for ((node, Written { mut version, to, .. }), next) in written.into_iter().zip(starts) {
        let last = to.or_else(|| next.and_then(|next| next.pred_opt())).unwrap_or(NO_END);
        let wrong = match next {
            Some(next) if next <= version.from => Some(format!("the versions are not in order: one from {} stands before one from {next}", version.from)),
            Some(next) if next <= last => Some(format!("the version from {} to {last} overlaps the next, from {next}", version.from)),
            _ if last < version.from => Some(format!("ends on {last}, before it begins on {}", version.from)),
            _ => None,
        };
        if let Some(wrong) = wrong {
            node.sink.problem(&node.span, &node.key, wrong);
            whole = false;
        }
        version.to = last;
        version.classes = classes.to_vec();
        versions.push(version);
    }
    whole.then_some(versions)
}

/// A version before its last day is known.
struct Written {
    version: Version,
    to: Option<NaiveDate>,
    training: bool,
}

impl Read for Written {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let from = table.required::<NaiveDate>("from");
        let to = table.optional("to");
        let training = table.optional("training").unwrap_or(false);
        let version = Version {
            from: from.unwrap_or(NO_END),
            to: NO_END,
            training,
            classes: Vec::new(),
            who: table.optional("who").unwrap_or_default(),
            grant: table.optional("grant").unwrap_or_else(GrantRule::none),
            cost: table.optional("cost").unwrap_or_default(),
            share: table.optional("share").unwrap_or_default(),
            limits: table.optional("limit").unwrap_or_default(),
            routes: table.optional("route").unwrap_or_default(),
            settle: table.optional("settle").unwrap_or_default(),
            life: table.optional("life").unwrap_or_default(),
        };
        let has = |kind| version.routes.iter().any(|route| route.kind == kind);
        if !table.is_broken() && has(RouteKind::Redeem) && version.grant.kind == Kind::None {
            table.problem_at("route", "a route \"redeem\" needs a grant to draw on: kind = \"yen\" or \"count\"");
        }
        if !table.is_broken() && has(RouteKind::Show) && version.grant.kind != Kind::Pass {
            table.problem_at("route", "a route \"show\" needs a grant of kind = \"pass\"");
        }
        table.finish()?;
        from.is_some().then_some(Self { version, to, training })
    }
}

impl Read for Title {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let id = table.required::<String>("id");
        let name = table.optional("name");
        let name_english = table.optional("name_en");
        let city = table.optional("city");
        let commit =
            table.node("commit").map_or(Some(Commitment::Grant), |node| node.one_of(&[("grant", Commitment::Grant), ("redemption", Commitment::Redemption)]));
        let plain = |id: &str| id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter));
        if id.as_deref().is_some_and(|id| !plain(id)) {
            table.problem_at("id", "an id has small letters, digits and hyphens only, such as osaka-juku");
        }
        table.finish()?;
        Some(Self { id: id?, name, name_english, city, commit: commit? })
    }
}
