//! Claims under the shipped rules of Kobe and Fukuoka: worked figures, months that do not count, windows.

use uuid::Uuid;

use super::*;
use crate::ids::AccountId;
use crate::scheme::{Catalog, Fact};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn cost(expense: &str, amount: i64, from: &str, to: &str) -> Cost {
    Cost { expense: expense.to_owned(), service: None, amount: Yen::new(amount), from: day(from), to: day(to), merchant: None, paid_to: None }
}

/// What is known of a pupil in each month of a fiscal year; `status` on the days that it is given for.
fn history(year: i16, school: &str, status: &[(&str, &str)]) -> BTreeMap<NaiveDate, Facts> {
    let first = Month::of(FiscalYear::new(year).first_day());
    let days = (0..12).map(|months| first.plus_months(months).first_day()).chain(status.iter().map(|(on, _)| day(on)));
    let held = |on: NaiveDate| status.iter().rfind(move |(from, _)| day(from) <= on).map(|(_, code)| *code).filter(|code| !code.is_empty());
    let facts = |on| Facts::new().with(Fact::Resident, "kobe").with(Fact::FiscalAge, 17).with(Fact::SchoolCity, school).with_status(held(on));
    days.map(|on| (on, facts(on))).collect()
}

fn kobe(today: &str, costs: &[Cost], history: &BTreeMap<NaiveDate, Facts>) -> Result<Assessment, Rejected> {
    let catalog = Catalog::shipped().unwrap();
    let book = Rulebook { scheme: catalog.get("kobe-tsugaku").unwrap(), rules: Rules::Real };
    let terms = book.terms(day(today), costs[0].from)?;
    Ok(repaid(book, &terms, day(today), costs, history, Yen::ZERO).unwrap())
}

#[test]
fn a_year_in_kobe_is_split_over_its_versions_by_the_dates_of_its_costs() {
    let costs = [cost("commuter_pass", 100_000, "2024-04-01", "2024-08-31"), cost("commuter_pass", 140_000, "2024-09-01", "2025-03-31")];
    let within = kobe("2025-01-10", &costs, &history(2024, "kobe", &[])).unwrap();
    assert_eq!((within.payable, within.requested, within.year), (Yen::new(160_000), Yen::new(240_000), FiscalYear::new(2024)));
    assert_eq!(kobe("2025-04-05", &costs, &history(2024, "kobe", &[])).unwrap(), within, "the window goes on after the end of the year");
    assert_eq!(kobe("2025-01-10", &costs, &history(2024, "akashi", &[])).unwrap().payable, Yen::new(48_000), "outside: (240,000 − 144,000) / 2");
}

#[test]
fn the_first_year_repays_half_of_what_exceeds_the_threshold_of_counted_months() {
    let costs = [cost("commuter_pass", 120_000, "2022-09-01", "2023-03-31")];
    assert_eq!(kobe("2023-01-10", &costs, &history(2022, "kobe", &[])).unwrap().payable, Yen::new(18_000));
    let nothing = kobe("2023-01-10", &[cost("commuter_pass", 84_000, "2022-09-01", "2023-03-31")], &history(2022, "kobe", &[])).unwrap();
    assert_eq!(nothing.payable, Yen::ZERO);
}

#[test]
fn a_month_under_another_scheme_counts_neither_for_costs_nor_for_the_threshold() {
    // Public assistance in October, from the middle of the month, and again in January.
    let status = [("2022-10-15", "seikatsuhogo"), ("2022-11-01", ""), ("2023-01-01", "seikatsuhogo"), ("2023-02-01", "")];
    let costs = ["2022-09", "2022-10", "2022-11", "2022-12", "2023-01", "2023-02", "2023-03"].map(|month| {
        let month: Month = month.parse().unwrap();
        Cost { from: month.first_day(), to: month.last_day(), ..cost("commuter_pass", 20_000, "2022-09-01", "2022-09-30") }
    });
    let assessed = kobe("2023-01-10", &costs, &history(2022, "kobe", &status)).unwrap();
    assert_eq!(assessed.payable, Yen::new(20_000), "(5 × 20,000 − 5 × 12,000) / 2");
    assert!(assessed.reasons.contains(&Reason::OutsidePeriod), "{:?}", assessed.reasons);
}

#[test]
fn a_claim_outside_its_window_is_refused_with_its_days() {
    let costs = [cost("commuter_pass", 120_000, "2022-09-01", "2023-03-31")];
    let refused = kobe("2023-05-01", &costs, &history(2022, "kobe", &[])).unwrap_err();
    assert_eq!(refused, Rejected::Window { opens: day("2024-01-04"), shuts: day("2024-04-14") });
}

fn source(id: u128, left: i64, service: (&str, &str)) -> Source {
    Source {
        account: AccountId::new(Uuid::from_u128(id)),
        budget: AccountId::new(Uuid::from_u128(99)),
        year: FiscalYear::of(day(service.0)),
        service_from: day(service.0),
        service_to: day(service.1),
        closes_on: day(service.1),
        face: Yen::new(1),
        left: Yen::new(left),
        reserved: Yen::ZERO,
        lapsed: false,
    }
}

fn fukuoka(costs: &[Cost], sources: &[Source]) -> Assessment {
    let catalog = Catalog::shipped().unwrap();
    let book = Rulebook { scheme: catalog.get("fukuoka-naraigoto").unwrap(), rules: Rules::Real };
    let today = day("2025-11-10");
    let terms = book.terms(today, costs[0].from).unwrap();
    granted(book, &terms, today, costs, sources, &Facts::new()).unwrap()
}

#[test]
fn receipts_draw_on_what_is_left_of_the_grant_of_their_year() {
    let year = source(1, 60_000, ("2025-10-01", "2026-03-31"));
    let receipt = |amount, on| cost("tuition", amount, on, on);
    let assessed = fukuoka(&[receipt(30_000, "2025-10-20")], std::slice::from_ref(&year));
    assert_eq!((assessed.payable, assessed.parts[0].amount, assessed.reasons.len()), (Yen::new(30_000), Yen::new(30_000), 0));
    let more = fukuoka(&[receipt(50_000, "2025-10-20"), receipt(30_000, "2025-11-01")], std::slice::from_ref(&year));
    assert_eq!(more.lines.iter().map(|line| line.city_yen.get()).collect::<Vec<_>>(), [50_000, 10_000]);
    // Before the child qualified, and what is bought elsewhere.
    let refused = fukuoka(&[receipt(5_000, "2025-09-30"), cost("books", 3_000, "2025-10-20", "2025-10-20")], &[year]);
    assert_eq!(refused.payable, Yen::ZERO);
    let codes: Vec<_> = refused.reasons.iter().map(Reason::code).collect();
    assert_eq!(codes, ["outside_period", "expense_not_covered"]);
}

#[test]
fn a_scheme_without_the_route_takes_no_claim() {
    let catalog = Catalog::shipped().unwrap();
    let book = Rulebook { scheme: catalog.get("osaka-juku").unwrap(), rules: Rules::Real };
    assert_eq!(book.terms(day("2026-05-10"), day("2026-05-01")), Err(Rejected::NoRoute));
}

#[test]
fn a_cost_that_comes_too_late_keeps_its_number_and_those_behind_it_too() {
    let text = "[scheme]\nid = \"late\"\n[[version]]\nfrom = 2020-04-01\ngrant = { kind = \"none\" }\nshare = { rate = [1, 2] }\n\
                route = [ { kind = \"claim\", within_months = 3 } ]\n";
    let scheme = scheme::file::parse(text).unwrap();
    let book = Rulebook { scheme: &scheme, rules: Rules::Real };
    let costs = [cost("pass", 1_000, "2025-04-10", "2025-04-10"), cost("pass", 3_000, "2025-09-10", "2025-09-10")];
    let terms = book.terms(day("2025-10-01"), costs[0].from).unwrap();
    let assessed = repaid(book, &terms, day("2025-10-01"), &costs, &history(2025, "kobe", &[]), Yen::ZERO).unwrap();
    let mut lines: Vec<_> = assessed.lines.iter().map(|line| (line.cost, line.city_yen.get(), line.reason.clone())).collect();
    lines.sort_by_key(|(number, ..)| *number);
    assert_eq!(lines, [(Some(1), 0, Some(Reason::OutsidePeriod)), (Some(2), 1_500, None)]);
    assert_eq!((assessed.payable, assessed.requested), (Yen::new(1_500), Yen::new(4_000)));
}
