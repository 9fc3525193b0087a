//! The shape of the workspace, held: which crate may know which, where SQL lives, which files stay pure.
//!
//! Each rule is a function from facts to findings. One test applies it to this checkout, another shows that it finds a planted fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Pure crates: neither a database nor a runtime in reach.
const FOUNDATION: &[&str] = &["foundation"];
const RULES: &[&str] = &["foundation", "bank", "scheme", "roster", "evidence"];

/// One of our crates.
struct Member {
    name: &'static str,
    folder: &'static str,
    /// Those that it may depend on, directly or through another.
    allowed: &'static [&'static [&'static str]],
}

const fn member(name: &'static str, folder: &'static str, allowed: &'static [&'static [&'static str]]) -> Member {
    Member { name, folder, allowed }
}

const MEMBERS: [Member; 16] = [
    member("foundation", "ledger/foundation", &[]),
    member("bank", "ledger/bank", &[FOUNDATION]),
    member("scheme", "ledger/scheme", &[FOUNDATION]),
    member("roster", "ledger/roster", &[FOUNDATION, &["bank"]]),
    member("evidence", "ledger/evidence", &[FOUNDATION]),
    member("ledger", "ledger", &[RULES]),
    member("web", "web", &[]),
    member("merchant-api", "merchant-api", &[&["web"]]),
    member("citizen-api", "citizen-api", &[RULES, &["ledger", "web"]]),
    member("database", "ops/database", &[FOUNDATION]),
    member("private-line", "ops/private-line", &[&["merchant-api", "web"]]),
    member("office", "ops/office", &[RULES, &["ledger", "web", "citizen-api"]]),
    member("process", "ops/process", &[RULES, &["ledger", "web", "citizen-api", "merchant-api", "office", "database", "private-line"]]),
    member("rehearsal", "ops/rehearsal", &[RULES, &["ledger", "web", "citizen-api", "merchant-api", "office", "database", "private-line", "process"]]),
    member("ops", "ops", &[RULES, &["ledger", "web", "citizen-api", "merchant-api", "office", "database", "private-line", "process", "rehearsal"]]),
    member("tests", "tests", &[RULES, &["ledger", "web", "citizen-api", "merchant-api", "office", "database", "private-line", "process", "rehearsal", "ops"]]),
];

impl Member {
    fn may_know(&self, other: &str) -> bool {
        self.allowed.iter().any(|some| some.contains(&other))
    }
}

/// A crate and what it names as a dependency, of whatever kind.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_arrow_between_crates_runs_the_wrong_way() {
    let graph = dependencies();
    assert_eq!(graph.keys().map(String::as_str).collect::<BTreeSet<_>>(), MEMBERS.iter().map(|member| member.name).collect(), "a rule for each crate");
    assert_eq!(wrong_arrows(&graph), Vec::<String>::new());
}

#[test]
fn a_way_from_the_merchants_face_to_the_ledger_is_found_however_long() {
    let direct = graph(&[("merchant-api", &["axum", "ledger"])]);
    assert_eq!(wrong_arrows(&direct), ["merchant-api → ledger"]);
    let through_web = graph(&[("merchant-api", &["web"]), ("web", &["ledger"]), ("ledger", &["sqlx"])]);
    assert_eq!(wrong_arrows(&through_web), ["merchant-api → ledger", "web → ledger"]);
    let faces = graph(&[("citizen-api", &["merchant-api"]), ("ops", &["citizen-api"])]);
    assert_eq!(wrong_arrows(&faces), ["citizen-api → merchant-api"]);
    let service = graph(&[("process", &["rehearsal"]), ("private-line", &["ledger"])]);
    assert_eq!(wrong_arrows(&service), ["private-line → ledger", "process → rehearsal"]);
}

#[test]
fn no_pure_crate_has_a_database_or_a_runtime_in_reach() {
    assert_eq!(impure_crates(&dependencies()), Vec::<String>::new());
}

#[test]
fn a_pure_crate_that_reaches_the_database_is_found() {
    let planted = graph(&[("roster", &["bank"]), ("bank", &["sqlx"]), ("scheme", &["tokio"]), ("ledger", &["sqlx", "tokio"])]);
    assert_eq!(impure_crates(&planted), ["bank → sqlx", "roster → sqlx", "scheme → tokio"]);
}

#[test]
fn no_source_is_taken_in_from_another_crate_by_its_path() {
    assert_eq!(findings(foreign_paths), Vec::<String>::new());
}

#[test]
fn a_source_taken_in_from_another_crate_is_found() {
    for path in ["#[path = \"../../citizen-api/src/auth.rs\"]", "include!(\"../../ledger/src/lib.rs\");"] {
        assert_eq!(foreign_paths("web/src/lib.rs", &format!("\n{path}")), [format!("web/src/lib.rs:2: takes in {path}")]);
    }
    for other in ["include_str!(\"../../data/banks.tsv\")", "#[path = \"tests.rs\"]", "// #[path = \"../x.rs\"]"] {
        assert_eq!(foreign_paths("ledger/bank/src/lib.rs", other), Vec::<String>::new(), "{other}");
    }
}

#[test]
fn sql_is_only_where_it_belongs() {
    assert_eq!(findings(misplaced_sql), Vec::<String>::new());
}

#[test]
fn misplaced_sql_is_found_in_each_of_its_forms() {
    for sql in [
        "let rows = sqlx::query!(\"SELECT 1\");",
        "use sqlx::query;",
        "use sqlx::{PgPool, query};",
        "sqlx::query_as::<_, Row>(text)",
        "query_scalar!(\"SELECT 1\")",
        "let builder: QueryBuilder<Postgres> = x;",
        "raw_sql(text)",
        "connection.execute(\"DELETE FROM entries\")",
        "pool.fetch_one(r#\"SELECT 1\"#)",
    ] {
        assert_eq!(misplaced_sql("citizen-api/src/routes/pay.rs", sql).len(), 1, "{sql}");
        for home in
            ["ledger/src/books/repo.rs", "ledger/src/db.rs", "ops/database/src/merchant.rs", "ledger/src/report/month.rs", "ledger/src/people/repo/vault.rs"]
        {
            assert_eq!(misplaced_sql(home, sql), Vec::<String>::new(), "{home}");
        }
    }
    for other in ["// sqlx::query! lives in repo.rs", "uri.query()", "State(pool): State<sqlx::PgPool>", "Query(page): Query<Page>", "job.execute(now)"] {
        assert_eq!(misplaced_sql("citizen-api/src/routes/pay.rs", other), Vec::<String>::new(), "{other}");
    }
}

#[test]
fn the_rules_of_money_know_neither_database_nor_runtime() {
    assert_eq!(findings(impure), Vec::<String>::new());
}

#[test]
fn a_pure_file_that_knows_the_database_is_found() {
    for pure in ["ledger/src/payment/state.rs", "ledger/src/events/capture.rs"] {
        assert_eq!(impure(pure, "use sqlx::PgPool;"), [format!("{pure}:1: knows sqlx")]);
        assert_eq!(impure(pure, "\nasync fn x() { tokio::task::yield_now().await }"), [format!("{pure}:2: knows tokio")]);
        assert_eq!(impure(pure, "//! Neither sqlx nor tokio.\n"), Vec::<String>::new());
    }
    assert_eq!(impure("ledger/src/payment/repo.rs", "use sqlx::PgPool;"), Vec::<String>::new());
}

#[test]
fn nothing_on_the_merchants_side_knows_how_much_paying_by_code_says() {
    assert_eq!(findings(knows_cover), Vec::<String>::new());
}

#[test]
fn a_merchants_file_that_knows_cover_is_found() {
    for path in ["merchant-api/src/routes/receipts.rs", "ops/process/src/till/receipts.rs", "ops/private-line/src/client.rs"] {
        assert_eq!(knows_cover(path, "\nlet red = ledger.cover_warning(city, family, merchant).await?;"), [format!("{path}:2: knows cover")]);
        assert_eq!(knows_cover(path, "// How the cover is, the city knows.\nlet discover = recovered;"), Vec::<String>::new());
    }
    assert_eq!(knows_cover("ops/src/cli/cover.rs", "use ledger::cover::Cover;"), Vec::<String>::new());
}

/// What a merchant reaches may not ask how much the mere fact of paying by code says.
fn knows_cover(path: &str, text: &str) -> Vec<String> {
    let merchants = ["merchant-api/", "ops/private-line/", "ops/process/", "web/"].iter().any(|side| path.starts_with(side));
    let cover = |word: &str| word.split('_').any(|part| part.eq_ignore_ascii_case("cover") || part.eq_ignore_ascii_case("covers"));
    let known = |(number, line)| words(line).filter(|(word, _)| cover(word)).map(move |_| format!("{path}:{number}: knows cover"));
    if merchants { code_lines(text).flat_map(known).collect() } else { Vec::new() }
}

#[test]
fn what_staff_do_knows_neither_http_nor_arguments() {
    assert_eq!(findings(knows_a_door), Vec::<String>::new());
}

#[test]
fn an_action_that_knows_its_door_is_found() {
    let action = "ops/office/src/actions/bank.rs";
    assert_eq!(knows_a_door(action, "\nuse web::Problem;"), [format!("{action}:2: knows Problem")]);
    assert_eq!(knows_a_door(action, "/// No Problem.\nuse crate::refused::Refused;"), Vec::<String>::new());
    assert_eq!(knows_a_door("ops/office/src/routes/bank.rs", "use axum::Json;"), Vec::<String>::new());
}

/// An action of staff is the same at each door: it knows none.
fn knows_a_door(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("ops/office/src/actions/") {
        return Vec::new();
    }
    let door = |word: &str| ["axum", "http", "Json", "Problem", "StatusCode", "anyhow", "clap"].contains(&word);
    let known = |(number, line)| words(line).filter(|(word, _)| door(word)).map(move |(word, _)| format!("{path}:{number}: knows {word}"));
    code_lines(text).flat_map(known).collect()
}

/// Arrows that no rule allows, over any number of crates between.
fn wrong_arrows(graph: &Graph) -> Vec<String> {
    let mut wrong = Vec::new();
    for from in &MEMBERS {
        for to in reached(graph, from.name) {
            if MEMBERS.iter().any(|member| member.name == to) && !from.may_know(&to) {
                wrong.push(format!("{} → {to}", from.name));
            }
        }
    }
    wrong.sort();
    wrong
}

/// Pure crates from which a database or a runtime is reached.
fn impure_crates(graph: &Graph) -> Vec<String> {
    let of = |from: &&str| {
        let reached = reached(graph, from);
        ["sqlx", "tokio"].iter().filter(|to| reached.contains(**to)).map(|to| format!("{from} → {to}")).collect::<Vec<_>>()
    };
    let mut found: Vec<_> = RULES.iter().flat_map(of).collect();
    found.sort();
    found
}

fn reached(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![from.to_owned()];
    while let Some(next) = ahead.pop() {
        for to in graph.get(&next).into_iter().flatten() {
            if reached.insert(to.clone()) {
                ahead.push(to.clone());
            }
        }
    }
    reached
}

/// Sources that a file takes in from elsewhere. Cargo holds what a crate may name; nothing but this holds what it may copy.
fn foreign_paths(path: &str, text: &str) -> Vec<String> {
    let takes_in = |line: &str| (line.contains("#[path") || line.contains("include!")) && line.contains("../");
    code_lines(text).filter(|(_, line)| takes_in(line)).map(|(number, line)| format!("{path}:{number}: takes in {}", line.trim())).collect()
}

/// SQL outside the files that are for it.
fn misplaced_sql(path: &str, text: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if ["repo.rs", "db.rs", "database.rs"].contains(&name)
        || path.contains("/repo/")
        || path.contains("/report/")
        || path.contains("/database/")
        || path.starts_with("tests/")
    {
        return Vec::new();
    }
    code_lines(text).filter(|(_, line)| is_sql(line)).map(|(number, line)| format!("{path}:{number}: SQL in {}", line.trim())).collect()
}

fn is_sql(line: &str) -> bool {
    const ALWAYS: [&str; 4] = ["query_as", "query_scalar", "raw_sql", "QueryBuilder"];
    const WITH_TEXT: [&str; 5] = ["execute", "fetch_one", "fetch_all", "fetch_optional", "execute_many"];
    let imports = line.trim_start().starts_with("use sqlx");
    words(line).any(|(word, rest)| {
        ALWAYS.contains(&word)
            || word.starts_with("query_file")
            || (word == "query" && (imports || rest.starts_with('!')))
            || (WITH_TEXT.contains(&word) && ["(\"", "(r#\"", "(r\""].iter().any(|text| rest.starts_with(text)))
    }) || line.contains("sqlx::query")
}

/// What a file of pure rules may not know.
fn impure(path: &str, text: &str) -> Vec<String> {
    let pure = path.starts_with("ledger/src/") && (path.ends_with("/state.rs") || path.contains("/events/"));
    if !pure {
        return Vec::new();
    }
    let known =
        |(number, line)| words(line).filter(|(word, _)| ["sqlx", "tokio"].contains(word)).map(move |(word, _)| format!("{path}:{number}: knows {word}"));
    code_lines(text).flat_map(known).collect()
}

/// The lines with their numbers, without comments that fill a line or follow code.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).map(|(number, line)| (number, line.split_once("//").map_or(line, |(code, _)| code)))
}

/// Each identifier with what follows it.
fn words(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = line;
    std::iter::from_fn(move || {
        let from = rest.find(part)?;
        let to = rest[from..].find(|c| !part(c)).map_or(rest.len(), |length| from + length);
        let word = &rest[from..to];
        rest = &rest[to..];
        Some((word, rest))
    })
}

fn graph(crates: &[(&str, &[&str])]) -> Graph {
    crates.iter().map(|(from, to)| ((*from).to_owned(), to.iter().map(|to| (*to).to_owned()).collect())).collect()
}

fn dependencies() -> Graph {
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().expect("cargo metadata");
    metadata.packages.iter().map(|package| (package.name.to_string(), package.dependencies.iter().map(|to| to.name.clone()).collect())).collect()
}

/// Applies a rule to every source file of our crates.
fn findings(rule: fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let mut files = Vec::new();
    for member in &MEMBERS {
        collect(&root().join(member.folder).join("src"), &mut files);
    }
    assert!(files.len() > MEMBERS.len(), "the sources are found");
    let of_file = |file: &PathBuf| {
        let path = file.strip_prefix(root()).expect("below the root").to_str().expect("a plain name").to_owned();
        rule(&path, &fs::read_to_string(file).expect("a source file"))
    };
    files.iter().flat_map(of_file).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

#[test]
fn no_test_has_a_name_of_more_than_80_characters() {
    assert_eq!(findings_with_tests(long_names), Vec::<String>::new());
}

#[test]
fn a_test_with_a_longer_name_is_found() {
    let (fits, long) = ("a".repeat(TEST_NAME_MAX), "a".repeat(TEST_NAME_MAX + 1));
    for attribute in ["#[test]", "#[tokio::test]", "#[tokio::test(start_paused = true)]", "#[test]\n#[should_panic]"] {
        let of = |name: &str| format!("{attribute}\nasync fn {name}() {{}}");
        assert_eq!(long_names("web/src/outer.rs", &of(&long)), [format!("web/src/outer.rs: a name of 81 characters: {long}")], "{attribute}");
        assert_eq!(long_names("web/src/outer.rs", &of(&fits)), Vec::<String>::new(), "{attribute}");
    }
    assert_eq!(long_names("web/src/outer.rs", &format!("fn {long}() {{}}")), Vec::<String>::new(), "no test");
}

/// A claim that is longer is read by nobody.
const TEST_NAME_MAX: usize = 80;

/// Tests whose names are too long. The attribute comes first, other attributes may stand between.
fn long_names(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for (_, line) in code_lines(text) {
        is_test |= line.trim_start().starts_with("#[") && (line.contains("[test]") || line.contains("::test]") || line.contains("::test("));
        let name = words(line).skip_while(|(word, _)| *word != "fn").nth(1);
        if let Some((name, _)) = name.filter(|_| std::mem::take(&mut is_test))
            && name.len() > TEST_NAME_MAX
        {
            found.push(format!("{path}: a name of {} characters: {name}", name.len()));
        }
    }
    found
}

#[test]
fn no_test_sleeps() {
    assert_eq!(findings_with_tests(sleeps), Vec::<String>::new());
}

#[test]
fn a_test_that_sleeps_is_found() {
    // Put together, so that this file itself is not found.
    let [sleep, until, import] = [("tokio::time::", "sleep", "(a_moment).await;"), ("", "sleep_until", "(then).await;"), ("use std::thread::", "sleep", ";")]
        .map(|(before, word, after)| [before, word, after].concat());
    for line in [&sleep, &until, &import] {
        assert_eq!(sleeps("tests/tests/it/jobs.rs", &format!("\n{line}")), ["tests/tests/it/jobs.rs:2: sleeps"], "{line}");
        assert_eq!(sleeps("web/src/fields/tests.rs", line), ["web/src/fields/tests.rs:1: sleeps"], "{line}");
        assert_eq!(sleeps("web/src/outer.rs", &format!("{line}\n#[cfg(test)]\nmod tests {{\n    {line}")), ["web/src/outer.rs:4: sleeps"], "{line}");
    }
    for other in ["// Nobody may sleep().", "let sleep = 1;", "asleep(2)"] {
        assert_eq!(sleeps("tests/tests/it/jobs.rs", other), Vec::<String>::new(), "{other}");
    }
}

/// Where a test sleeps: it waits for what it wants, never for a time.
fn sleeps(path: &str, text: &str) -> Vec<String> {
    let all = path.starts_with("tests/") || path.ends_with("tests.rs") || path.contains("/tests/");
    let sleeps = |line: &str| {
        let import = line.trim_start().starts_with("use ");
        words(line).any(|(word, rest)| ["sleep", "sleep_until"].contains(&word) && (import || rest.starts_with('(')))
    };
    code_lines(text)
        .skip_while(|(_, line)| !all && !line.trim_start().starts_with("#[cfg(test)]"))
        .filter(|(_, line)| sleeps(line))
        .map(|(number, _)| format!("{path}:{number}: sleeps"))
        .collect()
}

/// Applies a rule to every source file of our crates, and to the integration tests.
fn findings_with_tests(rule: fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let mut files = Vec::new();
    collect(&root().join("tests/tests"), &mut files);
    assert!(!files.is_empty(), "the tests are found");
    let of_file = |file: &PathBuf| {
        let path = file.strip_prefix(root()).expect("below the root").to_str().expect("a plain name").to_owned();
        rule(&path, &fs::read_to_string(file).expect("a source file"))
    };
    files.iter().flat_map(of_file).chain(findings(rule)).collect()
}
