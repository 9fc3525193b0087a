//! The folders of the ledger: none needs another that needs it, and each table has one writer.
//!
//! A folder needs another where a path says so (`crate::books::…`), or where it calls a method of the façade that the other folder alone declares
//! (`self.post_in_tx(…)`). Modules of tests do not count. Each rule is a function from sources to findings, and has a control.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Path below `ledger/src`, and text without tests.
type Sources = Vec<(String, String)>;
/// Who needs whom.
type Needs = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_folder_of_the_ledger_needs_one_that_needs_it() {
    let needs = needs(&sources());
    assert!(needs.len() > 20 && needs["payment"].contains("books") && needs["close"].contains("payment"), "{needs:?}");
    assert_eq!(cycle(&needs), None);
}

#[test]
fn a_cycle_by_path_or_by_method_is_found() {
    let by_path = planted(&[("a/mod.rs", "use crate::b::Thing;"), ("b/mod.rs", "use crate::{Tx, c};"), ("c.rs", "fn x() { crate::a::go() }")]);
    assert_eq!(cycle(&needs(&by_path)), Some("a → b → c → a".to_owned()));
    let method = "impl Ledger {\n    pub(crate) async fn settle_all(&self) {}\n}";
    let by_method = planted(&[("a/mod.rs", method), ("a/more.rs", "use crate::b::Thing;"), ("b/mod.rs", "ledger.settle_all().await;")]);
    assert_eq!(cycle(&needs(&by_method)), Some("a → b → a".to_owned()));
    let none = planted(&[("a/mod.rs", "use crate::b::Thing; use crate::a::own;"), ("b/mod.rs", "// use crate::a::Thing;")]);
    assert_eq!(cycle(&needs(&none)), None);
}

#[test]
fn each_table_of_the_ledger_has_one_writer() {
    let writers = writers(&sources());
    assert!(writers.len() > 40 && writers["holds"] == ["payment".to_owned()].into(), "{writers:?}");
    let several: Vec<_> = writers.iter().filter(|(_, folders)| folders.len() > 1).collect();
    assert!(several.is_empty(), "{several:?}");
}

#[test]
fn a_table_that_two_folders_write_is_found() {
    let planted = planted(&[
        ("a/repo.rs", "\"INSERT INTO things AS known (id) VALUES ($1)\""),
        ("b/repo.rs", "\"\n  UPDATE things t SET x = 1\""),
        ("b/repo/more.rs", "\"DELETE FROM others WHERE x\" \"SELECT 1 FOR UPDATE OF m\" \"ON CONFLICT (x) DO UPDATE SET y = 1\""),
    ]);
    let both = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    assert_eq!(writers(&planted), BTreeMap::from([("things".to_owned(), both), ("others".to_owned(), BTreeSet::from(["b".to_owned()]))]));
}

/// Which folders write each table.
fn writers(sources: &Sources) -> BTreeMap<String, BTreeSet<String>> {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources {
        for verb in ["INSERT INTO ", "UPDATE ", "DELETE FROM "] {
            for (at, _) in text.match_indices(verb) {
                let before = text[..at].trim_end();
                let table = name(&text[at + verb.len()..]);
                // `FOR UPDATE` locks, `DO UPDATE` belongs to the INSERT before it.
                if table.is_empty() || before.ends_with("FOR") || before.ends_with("DO") || before.ends_with("KEY") {
                    continue;
                }
                writers.entry(table.to_owned()).or_default().insert(folder(path).to_owned());
            }
        }
    }
    writers
}

fn needs(sources: &Sources) -> Needs {
    let folders: BTreeSet<&str> = sources.iter().map(|(path, _)| folder(path)).collect();
    let mut declared: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (path, text) in sources {
        for (at, _) in text.match_indices("\nimpl Ledger {").chain(text.starts_with("impl Ledger {").then_some((0, ""))) {
            let block = text[at..].split("\n}").next().unwrap_or_default();
            for (at, _) in block.match_indices("fn ") {
                declared.entry(name(&block[at + 3..])).or_default().insert(folder(path));
            }
        }
    }
    let mut needs = Needs::new();
    for (path, text) in sources {
        let own = folder(path);
        let needed = needs.entry(own.to_owned()).or_default();
        let mut add = |other: &str| {
            if other != own && folders.contains(other) {
                needed.insert(other.to_owned());
            }
        };
        for (at, found) in text.match_indices("crate::") {
            let rest = &text[at + found.len()..];
            match rest.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap_or_default().split(',').for_each(|item| add(name(item.trim_start()))),
                None => add(name(rest)),
            }
        }
        for receiver in ["self", "ledger"] {
            for (at, found) in text.match_indices(receiver) {
                let Some(call) = text[at + found.len()..].trim_start().strip_prefix('.') else { continue };
                let method = name(call);
                let only = declared.get(method).filter(|folders| folders.len() == 1 && call[method.len()..].starts_with('('));
                only.into_iter().flatten().for_each(|folder| add(folder));
            }
        }
    }
    needs
}

/// The first cycle, if there is one.
fn cycle(needs: &Needs) -> Option<String> {
    needs.keys().find_map(|from| way_back(needs, from, from, &mut BTreeSet::new())).map(|way| way.join(" → "))
}

fn way_back(needs: &Needs, at: &str, to: &str, seen: &mut BTreeSet<String>) -> Option<Vec<String>> {
    for next in needs.get(at).into_iter().flatten() {
        if next == to {
            return Some(vec![at.to_owned(), to.to_owned()]);
        }
        if seen.insert(next.clone())
            && let Some(mut way) = way_back(needs, next, to, seen)
        {
            way.insert(0, at.to_owned());
            return Some(way);
        }
    }
    None
}

/// The folder of a path, or the file where it lies in none.
fn folder(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The identifier that a text begins with.
fn name(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

fn planted(files: &[(&str, &str)]) -> Sources {
    files.iter().map(|(path, text)| ((*path).to_owned(), code(text))).collect()
}

/// Without comments and tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn sources() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("ledger/src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found
}

fn collect(root: &Path, at: &Path, found: &mut Sources) {
    for entry in fs::read_dir(at).expect("a source folder").flatten() {
        let path = entry.path();
        let below = path.strip_prefix(root).expect("below the root").to_str().expect("a plain name").to_owned();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && below != "lib.rs" && !below.ends_with("tests.rs") {
            found.push((below, code(&fs::read_to_string(&path).expect("a source file"))));
        }
    }
}
