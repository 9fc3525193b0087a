//! Grants counted in visits (Sagamihara's housework visits), and budgets that are committed when children redeem.

use chrono::TimeDelta;
use ledger::city::BudgetRejected;
use ledger::entitlement::RunRejected;
use ledger::error::Error;
use ledger::ids::AccountId;
use ledger::payment::HoldPayment;
use ledger::time::tokyo_midnight;

use super::*;

/// 30 visits a year would be many to test with: two, at most 6,300 yen each, of which the family pays 1,800.
const VISITS: &str = r#"
[scheme]
id = "housework"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 18 } }
grant = { kind = "count", amount = 2, cycle = "year" }
cost = { expenses = ["home_help"] }
share = { cost_cap = 6_300, deduct = 1_800, rate = [1, 1] }
route = [ { kind = "redeem" } ]
settle = { payee = "provider" }
"#;

struct Home {
    city: TestCity,
    family: FamilyId,
    child: ChildId,
    helper: MerchantId,
}

impl Home {
    async fn new(database: &TestDatabase, scheme: &str) -> Self {
        let city = TestCity::found(database, "sagamihara", "2026-05-20", &[scheme]).await;
        city.roster(&[("1", "H1", "2024-09-10", "2026-04-01")]).await;
        let (family, child) = (city.family("H1").await, city.child("1").await);
        let helper = city.merchant("helper", &[("home_help", "home_help")]).await;
        city.top_up(family, 20_000).await;
        Self { city, family, child, helper }
    }

    fn visit(&self, yen: i64) -> HoldPayment {
        HoldPayment { expense: "home_help".to_owned(), own_money: true, ..tuition(self.family, &[self.child], self.helper, yen) }
    }

    async fn visits_left(&self) -> Option<i64> {
        let spendable = self.city.ledger().spendable(self.city.municipality, &[self.child]).await.unwrap();
        spendable.first().and_then(|one| one.visits).map(|(_, left)| left)
    }

    /// Visits of all children together, by the transfers.
    async fn visits(&self) -> i64 {
        let sql = "SELECT coalesce(sum(credit - debit), 0)::bigint FROM postings JOIN accounts USING (municipality, account_id) WHERE kind = 'visits'";
        sqlx::query_scalar(sql).fetch_one(&self.city.ledger().pool).await.unwrap()
    }

    async fn entitlement(&self) -> AccountId {
        self.city.ledger().spendable(self.city.municipality, &[self.child]).await.unwrap()[0].account
    }
}

#[tokio::test]
async fn a_grant_of_visits_commits_the_most_each_can_cost_and_each_payment_takes_one() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, VISITS).await;
    home.city.appropriate("housework", 2026, 10_000).await;
    home.city.grant("housework", "2026-05-01").await.expect("a grant");
    assert_eq!((home.city.budget("housework", 2026).await, home.visits_left().await), (1_000, Some(2)), "2 × 4,500 yen are committed");

    home.city.pay("first", &home.visit(6_300)).await;
    assert_eq!((home.city.own_money(home.family).await, home.visits_left().await), (18_200, Some(1)), "the family pays 1,800");
    home.city.pay("a short one", &home.visit(3_000)).await;
    assert_eq!((home.city.own_money(home.family).await, home.visits_left().await), (16_400, None), "the city pays 1,200 of 3,000");
    assert_eq!(home.city.spendable(&[home.child]).await, [0], "3,300 yen are left, and no visit to spend them on");
    home.city.pay("without the city", &home.visit(6_300)).await;
    assert_eq!(home.city.own_money(home.family).await, 10_100);
    home.city.assert_sound().await;

    home.city.test.set("2027-04-01");
    home.city.ledger().lapse(home.city.municipality).await.expect("a lapse");
    assert_eq!((home.city.budget("housework", 2026).await, home.visits().await), (10_000 - 4_500 - 1_200, 0));
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_visit_comes_back_with_a_void_and_with_the_last_yen_of_a_refund_and_not_before() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, VISITS).await;
    home.city.appropriate("housework", 2026, 9_000).await;
    home.city.grant("housework", "2026-05-01").await.expect("a grant");
    let held = home.city.hold("held", &home.visit(6_300)).await.expect("a hold");
    assert_eq!(home.visits_left().await, Some(1));
    home.city.ledger().void(home.city.municipality, home.family, held.hold).await.expect("a void");
    assert_eq!(home.visits_left().await, Some(2));

    let receipt = home.city.pay("paid", &home.visit(6_300)).await;
    home.city.refund_and_settle("own money and some", &receipt, 3_000).await;
    assert_eq!((home.visits_left().await, home.city.spendable(&[home.child]).await), (Some(1), vec![5_700]));
    home.city.refund_and_settle("the rest", &receipt, 3_300).await;
    assert_eq!((home.visits_left().await, home.city.spendable(&[home.child]).await), (Some(2), vec![9_000]));
    home.city.assert_sound().await;
}

#[tokio::test]
async fn what_comes_back_to_a_lapsed_entitlement_lapses_again_on_the_same_day() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, VISITS).await;
    home.city.appropriate("housework", 2026, 10_000).await;
    home.city.grant("housework", "2026-05-01").await.expect("a grant");
    let over = tokyo_midnight(date("2027-04-01"));
    home.city.test.clock.set(over - TimeDelta::minutes(3));
    home.city.hold("late", &home.visit(6_300)).await.expect("a hold");
    home.city.test.clock.set(over);
    let (ledger, municipality) = (home.city.ledger(), home.city.municipality);
    assert_eq!(ledger.lapse(municipality).await.expect("a lapse").count, 1, "the visit that nobody took");
    assert_eq!(ledger.expire_holds(municipality).await.expect("expired"), 1);
    assert_eq!(home.visits().await, 1, "the visit that was set aside comes back, and its yen go to the budget");
    assert_eq!(ledger.lapse(municipality).await.expect("a second lapse").count, 1);
    assert_eq!(home.visits().await, 0);
    assert_eq!(ledger.lapse(municipality).await.expect("a third lapse").count, 0, "nothing is left");
    assert_eq!(home.city.budget("housework", 2026).await, 10_000);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn the_last_visit_is_taken_once_from_eight_connections() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, VISITS).await;
    home.city.appropriate("housework", 2026, 9_000).await;
    home.city.grant("housework", "2026-05-01").await.expect("a grant");
    home.city.pay("first", &home.visit(6_300)).await;
    let alone = HoldPayment { own_money: false, ..home.visit(1) };
    let races = (0..8).map(|number| {
        let (ledger, municipality, asked) =
            (home.city.ledger().clone(), home.city.municipality, HoldPayment { price: Yen::new(6_300), own_money: true, ..alone.clone() });
        tokio::spawn(async move { rejection(ledger.hold(municipality, &format!("race {number}"), &asked).await) })
    });
    let mut held = 0;
    for race in races.collect::<Vec<_>>() {
        held += i64::from(race.await.unwrap().is_ok());
    }
    // The one with the visit costs the family 1,800, every other one 6,300: 18,200 yen pay for one and two others.
    assert_eq!((held, home.city.own_money(home.family).await, home.visits_left().await), (3, 18_200 - 1_800 - 2 * 6_300, None));
    home.city.assert_sound().await;
}

#[tokio::test]
async fn visits_that_are_taken_back_leave_nothing_and_a_planted_visit_is_found() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, VISITS).await;
    home.city.appropriate("housework", 2026, 9_000).await;
    home.city.grant("housework", "2026-05-01").await.expect("a grant");
    let planted = "UPDATE entitlements SET visits = visits + 1";
    let owner = database.owner().await;
    sqlx::query("ALTER TABLE entitlements DISABLE TRIGGER entitlements_only_grow").execute(&owner).await.unwrap();
    sqlx::query(planted).execute(&owner).await.unwrap();
    let verified = home.city.ledger().verify(home.city.municipality).await.unwrap();
    assert!(verified.differences.iter().any(|line| line.contains("differs from its grant")), "{:?}", verified.differences);
    sqlx::query("UPDATE entitlements SET visits = visits - 1").execute(&owner).await.unwrap();

    let entitlement = home.entitlement().await;
    let taken = home.city.ledger().revoke(home.city.municipality, staff("b", "moved"), entitlement, "転出").await.expect("taken back");
    assert_eq!((taken, home.visits().await, home.city.budget("housework", 2026).await), (Yen::new(9_000), 0, 9_000));
    assert_eq!(home.city.ledger().revoke(home.city.municipality, staff("b", "moved"), entitlement, "転出").await.unwrap(), taken, "a replay");
    home.city.assert_sound().await;
}

#[tokio::test]
async fn visits_whose_price_has_no_cap_are_not_granted() {
    let database = TestDatabase::new().await;
    let open = VISITS.replace("cost_cap = 6_300, deduct = 1_800, ", "");
    let home = Home::new(&database, &open).await;
    home.city.appropriate("housework", 2026, 9_000).await;
    assert!(matches!(home.city.grant("housework", "2026-05-01").await, Err(Error::Rejected(RunRejected::NotMoney))));
}

const EXPECTED: &str = r#"
[scheme]
id = "expected"
commit = "redemption"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 18 } }
grant = { kind = "yen", amount = 10_000, cycle = "month" }
cost = { expenses = ["home_help"] }
share = { rate = [1, 1] }
route = [ { kind = "redeem" } ]
settle = { payee = "provider" }
"#;

#[tokio::test]
async fn a_budget_committed_at_redemption_grants_to_everybody_and_counts_what_is_used() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, EXPECTED).await;
    assert!(matches!(home.city.grant("expected", "2026-05-01").await, Err(Error::Rejected(RunRejected::Budget))), "nothing was ever appropriated");
    home.city.appropriate("expected", 2026, 6_000).await;
    home.city.grant("expected", "2026-05-01").await.expect("more than was appropriated");
    let seen = async || {
        let budgets = home.city.ledger().list_budgets(home.city.municipality, FiscalYear::new(2026)).await.unwrap();
        [budgets[0].committed, budgets[0].unspent, budgets[0].remaining].map(Yen::get)
    };
    assert_eq!(seen().await, [0, 10_000, 6_000]);
    home.city.pay("some", &HoldPayment { own_money: false, ..home.visit(4_000) }).await;
    assert_eq!(seen().await, [4_000, 6_000, 2_000]);
    home.city.pay("more", &HoldPayment { own_money: false, ..home.visit(5_000) }).await;
    assert_eq!(seen().await, [9_000, 1_000, -3_000], "the city must appropriate more; no family is refused");

    home.city.test.set("2027-04-10");
    home.city.ledger().lapse(home.city.municipality).await.expect("a lapse");
    let end = async |key| {
        rejection(home.city.ledger().end_year(home.city.municipality, &staff("t", key), FiscalYear::new(2026), home.city.ledger().clock.today()).await)
    };
    assert_eq!(end("too early").await, Err(BudgetRejected::Overspent { scheme: "expected".to_owned(), missing: Yen::new(3_000) }));
    let more = (("expected", FiscalYear::new(2026)), Yen::new(3_500));
    home.city.ledger().appropriate(home.city.municipality, staff("t", "more"), more.0, more.1).await.expect("補正予算");
    assert_eq!(end("now").await.map(|entries| entries.len()), Ok(1));
    assert_eq!(home.city.budget("expected", 2026).await, 0);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_budget_that_is_committed_at_grant_grants_nothing_beyond_it() {
    let database = TestDatabase::new().await;
    let home = Home::new(&database, &EXPECTED.replace("commit = \"redemption\"", "commit = \"grant\"")).await;
    home.city.appropriate("expected", 2026, 6_000).await;
    assert!(matches!(home.city.grant("expected", "2026-05-01").await, Err(Error::Rejected(RunRejected::Budget))));
    assert_eq!(home.city.balance(&Account::of_city(Kind::CityAppropriations)).await, -6_000);
}
