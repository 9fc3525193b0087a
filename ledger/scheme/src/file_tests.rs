//! Scheme files and cases that are wrong: each is refused with the line, the column and a reason that says what to write.

use super::{Case, Catalog, Problem, file};

const HEAD: &str = "[scheme]\nid = \"test\"\n";

fn problems(text: &str) -> Vec<Problem> {
    file::parse(text).expect_err("the file must be refused")
}

/// The first problem of a file: `line:column: key: reason`.
fn first(text: &str) -> String {
    problems(text)[0].to_string()
}

#[test]
fn every_shipped_file_is_good_and_carries_its_own_id() {
    let catalog = Catalog::shipped().unwrap();
    let ids: Vec<_> = catalog.iter().map(super::Scheme::id).collect();
    assert_eq!(ids, ["osaka-juku", "fukuoka-naraigoto", "kumamoto-tashi", "kobe-tsugaku"]);
    assert!(Catalog::shipped_ids().eq(ids) && catalog.iter().all(|scheme| !scheme.examples.is_empty()));
}

#[test]
fn a_wrong_key_is_named_with_its_place_and_the_nearest_right_one() {
    let text = format!("{HEAD}[[version]]\nfrom = 2025-04-01\n  [version.grant]\n  kind = \"yen\"\n  amont = 3\n  amount = 3\n  cycle = \"month\"\n");
    assert!(first(&text).starts_with("7:3: version[1].grant.amont: unknown key (did you mean `amount`?)"), "{}", first(&text));
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_text() {
    let text = format!("{HEAD}[[version]]\nfrom = 2025-04-01\n  [version.share]\n  rate = [3, 2]\n  provider_rate = [1, 0]\n  unit = 0\n  colour = 1\n");
    let lines: Vec<_> = problems(&text).iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [6, 7, 8, 9]);
}

#[test]
fn what_is_not_toml_is_refused_with_its_place() {
    assert!(first("[scheme]\nid = \"test\nname = 1\n").starts_with("2:"));
    assert!(first("[scheme]\nid = \"a\"\nid = \"b\"\n").contains("not TOML: duplicate key"));
}

#[test]
fn versions_are_in_order_and_do_not_overlap() {
    let version = |from: &str, to: &str| format!("[[version]]\nfrom = {from}\n{to}\n");
    let overlap = format!("{HEAD}{}{}", version("2025-04-01", "to = 2026-03-31"), version("2026-03-31", ""));
    assert!(first(&overlap).contains("overlaps the next, from 2026-03-31"), "{}", first(&overlap));
    let disorder = format!("{HEAD}{}{}", version("2025-04-01", ""), version("2025-04-01", ""));
    assert!(first(&disorder).contains("not in order"));
    assert!(first(&format!("{HEAD}{}", version("2025-04-01", "to = 2025-03-31"))).contains("before it begins"));
    let rehearsed = format!("{HEAD}{}{}", version("2025-04-01", ""), version("2025-01-01", "training = true"));
    assert!(file::parse(&rehearsed).is_ok(), "a training version stands apart from the real ones");
}

#[test]
fn a_version_ends_the_day_before_the_next_begins() {
    let scheme = file::parse(&format!("{HEAD}[[version]]\nfrom = 2025-04-01\n[[version]]\nfrom = 2026-04-01\n")).unwrap();
    assert_eq!(scheme.versions[0].to.to_string(), "2026-03-31");
    assert!(scheme.version_on("2025-03-31".parse().unwrap()).is_none() && scheme.versions[1].is_open_ended());
}

#[test]
fn rules_that_contradict_themselves_are_refused() {
    let refused = |tables: &str, reason: &str| {
        let found = problems(&format!("{HEAD}[[version]]\nfrom = 2025-04-01\n{tables}\n"));
        assert!(found.iter().any(|problem| problem.reason.contains(reason)), "{tables}: {found:?}");
    };
    refused("share = { rate = [-1, 2] }", "between 0 and 1");
    refused("share = { rate = 0.5 }", "a fraction");
    refused("share = { deduct = { normal = 1 } }", "there is no class \"normal\"");
    refused("share = { normal = { rate = [1, 2] } }", "there is no class \"normal\"");
    refused("share = { funders = { nation = [1, 2], city = [1, 3] } }", "add up");
    refused("share = { pool = \"year\" }", "deduct_per_month");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"month\", joined = [[7, 9]] }", "follow one another");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"month\", joined = [[7, 8], [8, 9]] }", "joined twice");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"month\", joined = [[13, 1]] }", "not a month");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"year\", joined = [[7, 8]] }", "cycle = \"month\"");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"month\", prorate = \"months_left\" }", "twelfths");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"month\", face = 500 }", "face value");
    refused("grant = { kind = \"yen\", amount = 1, cycle = \"month\", open = { months = -1, day = 32 } }", "1 to 31");
    refused("grant = { kind = \"yen\", cycle = \"month\" }", "`amount` is missing");
    refused("grant = { kind = \"yen\", amount = -1, cycle = \"month\" }", "negative");
    refused("route = [ { kind = \"redeem\" } ]", "needs a grant");
    refused("route = [ { kind = \"claim\", window = { open = \"04-10\", shut = \"01-05\" } } ]", "before it opens");
    refused("route = [ { kind = \"claim\", window = { open = \"02-29\", shut = \"04-10\" } } ]", "not a day of every year");
    refused("limit = [ { per = \"month\" } ]", "`max_yen`");
    refused("limit = [ { max_yen = 1 } ]", "`per` is missing");
    refused("who = { test = { residnt = \"x\" } }", "did you mean `resident`?");
    refused("who = { test = { grade = [\"J3\", \"E5\"] } }", "the smaller one first");
    refused("who = { test = { any = [] } }", "nobody qualifies");
    refused("cost = { expenses = [\"a\"], not = [\"a\"] }", "both payable and not");
    refused("life = { closed_to_new = \"soon\" }", "not a day of the calendar");
    refused("settle = { close = { day = 15, months = 2 }, pay = { day = 10, months = 2 } }", "before it is closed");
}

#[test]
fn a_figure_that_does_not_come_out_is_a_problem_of_the_file() {
    let text = format!(
        "{HEAD}[[version]]\nfrom = 2025-04-01\nshare = {{ rate = [1, 2] }}\n[[example]]\ntitle = \"half\"\ncase = {{ on = 2025-05-01, price_yen = 100 }}\nexpect = {{ city_yen = 60 }}\n"
    );
    assert!(first(&text).contains("city_yen should be 60, and the tables give 50"), "{}", first(&text));
    assert!(file::parse(&text.replace("60", "50")).is_ok());
}

#[test]
fn a_case_with_a_wrong_key_or_value_is_refused() {
    let refused = |case: &str, reason: &str| {
        let found = Case::parse(case).expect_err(case);
        assert!(found.iter().any(|problem| problem.to_string().contains(reason)), "{case}: {found:?}");
    };
    let good = "on = 2025-05-01\nprice_yen = 100\n";
    assert!(Case::parse(good).is_ok());
    refused("price_yen = 100", "`on` is missing");
    refused("on = 2025-05-01", "`price_yen` is missing");
    refused("on = 2025-05-01\nprice = 100", "did you mean");
    refused(&format!("{good}balance = 3"), "unknown key");
    refused(&format!("{good}facts = {{ residence = \"osaka\" }}"), "did you mean `resident`?");
    refused(&format!("{good}facts = {{ grade = \"J4\" }}"), "not a grade");
    refused(&format!("{good}facts = {{ age = \"two\" }}"), "whole number");
    refused(&format!("{good}months = [\"2025-13\"]"), "not a month");
    refused(&format!("{good}[[cost]]\namount_yen = 1\n"), "not both");
    refused("on = 2025-05-01\nprice_yen = -1", "negative");
    refused("on = 2025-05-01\nprice_yen = 1.5", "decimal point");
    refused("on = 2025-02-30\nprice_yen = 1", "not TOML");
    refused("on = 2025-05-01T00:00:00\nprice_yen = 1", "not a day");
    refused("on = 2025-05-01\n[[cost]]\namount_yen = 1\nfrom = 2025-05-02\nto = 2025-05-01\n", "end before it begins");
    refused("on = 2025-05-01\n[[cost]]\namount_yen = 1\nfrom = 2025-05-02\n", "both `from` and `to`");
    refused("on = 2025-05-01\n[[cost]]\nexpense = \"a\"\n", "`amount_yen` is missing");
    refused(&format!("{good}balance_yen = 1\n[[child]]\n"), "its own balance");
}
