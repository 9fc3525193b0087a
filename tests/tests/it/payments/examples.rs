//! Worked figures of the cities, paid: splits, tickets, usage limits, lapse, and who may spend.

use chrono::TimeDelta;
use ledger::payment::invoice::{Bill, PayInvoice, PayRejected};
use ledger::payment::split::Short;
use ledger::payment::{CaptureRejected, HoldPayment, HoldRejected, NotCapturable};
use ledger::time::tokyo_midnight;

use super::*;

const JUKU: &str = "osaka-juku";
/// In 2026: the first and the third year of middle school.
const J1: &str = "2013-09-10";
const J3: &str = "2011-09-10";

fn short(missing: i64) -> HoldRejected {
    HoldRejected::Short(Short { missing: Yen::new(missing) })
}

/// Osaka on 20 May 2026: two siblings with 10,000 yen each, and one class.
struct Siblings {
    city: TestCity,
    family: FamilyId,
    elder: ChildId,
    younger: ChildId,
    class: MerchantId,
}

impl Siblings {
    async fn in_osaka(database: &TestDatabase) -> Self {
        let city = TestCity::found(database, "osaka", "2026-05-20", &[]).await;
        city.roster(&[("1", "H1", J3, "2026-04-01"), ("2", "H1", J1, "2026-04-01")]).await;
        city.appropriate(JUKU, 2026, 100_000).await;
        city.grant(JUKU, "2026-05-01").await.expect("a grant");
        let (family, elder, younger) = (city.family("H1").await, city.child("1").await, city.child("2").await);
        let class = city.class("one").await;
        Self { city, family, elder, younger, class }
    }

    fn tuition(&self, yen: i64) -> HoldPayment {
        tuition(self.family, &[self.elder, self.younger], self.class, yen)
    }

    async fn left(&self) -> Vec<i64> {
        self.city.spendable(&[self.elder, self.younger]).await
    }
}

#[tokio::test]
async fn two_siblings_pay_one_bill_and_own_money_pays_the_rest_and_only_the_rest() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    assert_eq!(home.city.hold("without", &home.tuition(21_560)).await.unwrap_err(), short(1_560));
    home.city.top_up(home.family, 5_000).await;
    assert_eq!(home.city.hold("own money is not wanted", &home.tuition(21_560)).await.unwrap_err(), short(1_560));
    let receipt = home.city.pay("with", &HoldPayment { own_money: true, ..home.tuition(21_560) }).await;
    assert_eq!(receipt.amount, Yen::new(21_560));
    assert_eq!((home.left().await, home.city.own_money(home.family).await), (vec![0, 0], 3_440));
    assert_eq!(home.city.owed(home.class).await, 21_560);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn of_what_lapses_on_one_day_the_child_named_first_pays_first() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    for (turn, children) in [[home.elder, home.younger], [home.younger, home.elder]].iter().enumerate() {
        let held = home.city.hold(&format!("turn {turn}"), &tuition(home.family, children, home.class, 4_000)).await.expect("a hold");
        assert_eq!(home.city.spendable(children).await, [6_000, 10_000], "turn {turn}");
        home.city.ledger().void(home.city.municipality, home.family, held.hold).await.expect("a void");
    }
}

#[tokio::test]
async fn what_lapses_sooner_pays_first_and_lapses_alone() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    home.city.grant(JUKU, "2026-06-01").await.expect("June's grant");
    let receipt = home.city.pay("both months", &tuition(home.family, &[home.younger], home.class, 13_000)).await;
    assert_eq!(home.left().await, [20_000, 7_000]);
    // The last yen come back first: to June's money, then to May's.
    home.city.refund_and_settle("some", &receipt, 4_000).await;
    home.city.test.set("2026-06-16");
    let lapsed = home.city.ledger().lapse(home.city.municipality).await.expect("a lapse");
    assert_eq!((lapsed.count, lapsed.amount), (2, Yen::new(11_000)), "the elder's May, and what came back of the younger's");
    assert_eq!(home.left().await, [10_000, 10_000]);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_hold_ends_no_later_than_its_earliest_lapse_and_then_goes_to_the_budget() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let lapse = tokyo_midnight(date("2026-06-16"));
    let budget = home.city.budget(JUKU, 2026).await;
    home.city.test.clock.set(lapse - TimeDelta::minutes(3));
    let held = home.city.hold("late", &home.tuition(12_000)).await.expect("a hold");
    assert_eq!(held.expires_at, lapse);
    home.city.test.clock.set(lapse);
    assert_eq!(home.city.capture("late", &held, home.class).await.unwrap_err(), CaptureRejected::NotCapturable(NotCapturable::Expired));
    assert_eq!(home.city.ledger().lapse(home.city.municipality).await.expect("a lapse").amount, Yen::new(8_000));
    assert_eq!(home.city.ledger().expire_holds(home.city.municipality).await.expect("expired"), 1);
    assert_eq!(home.city.budget(JUKU, 2026).await - budget, 20_000);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_hold_not_yet_visible_when_the_job_last_ran_is_given_back_the_next_time() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let (ledger, city) = (home.city.ledger(), home.city.municipality);
    let held = home.city.hold("slow", &home.tuition(12_000)).await.expect("a hold");
    // As if its database transaction had been under way while the job ran, after it was over.
    let done = "INSERT INTO job_runs (municipality, job, business_on, done_through, runs, items, amount_yen, detail, failures, ended_at, ended_by)
                VALUES ($1, 'expire', $2, $3, 1, 0, 0, '', 0, $3, 'test')";
    let through = held.expires_at + TimeDelta::minutes(1);
    sqlx::query(done).bind(city.code()).bind(ledger.clock.today()).bind(through).execute(database.pool()).await.expect("a run");
    home.city.test.clock.set(through + TimeDelta::minutes(1));
    assert_eq!(ledger.expire_holds(city).await.expect("expired"), 1);
    assert_eq!(home.left().await, [10_000, 10_000]);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_hold_of_own_money_ends_at_midnight_too_so_that_the_hour_tells_nothing() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let midnight = tokyo_midnight(date("2026-06-02"));
    home.city.test.clock.set(midnight - TimeDelta::minutes(3));
    home.city.top_up(home.family, 5_000).await;
    let own = HoldPayment { children: Vec::new(), own_money: true, ..home.tuition(5_000) };
    assert_eq!(home.city.hold("own", &own).await.expect("a hold").expires_at, midnight);
    assert_eq!(home.city.hold("coupon", &home.tuition(5_000)).await.expect("a hold").expires_at, midnight);
}

#[tokio::test]
async fn a_refund_after_the_lapse_goes_to_the_budget_and_never_to_cash() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    home.city.top_up(home.family, 1_000).await;
    let receipt = home.city.pay("p", &HoldPayment { own_money: true, ..tuition(home.family, &[home.elder], home.class, 11_000) }).await;
    let budget = home.city.budget(JUKU, 2026).await;
    home.city.test.set("2026-06-20");
    home.city.refund_and_settle("all", &receipt, 11_000).await;
    assert_eq!(home.city.budget(JUKU, 2026).await - budget, 10_000);
    assert_eq!((home.city.own_money(home.family).await, home.left().await), (1_000, vec![0, 0]), "own money is the family's, and no more than it");
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_child_that_moved_is_spent_for_by_its_new_family_only_and_at_once() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let before = home.city.hold("before", &tuition(home.family, &[home.younger], home.class, 1_000)).await.expect("a hold");
    home.city.roster(&[("2", "H2", J1, "2026-05-20")]).await;
    let new = home.city.family("H2").await;
    assert_eq!(home.city.hold("old", &tuition(home.family, &[home.younger], home.class, 1_000)).await.unwrap_err(), short(1_000));
    // What the old family has set aside already it may still take back, for the child.
    home.city.ledger().void(home.city.municipality, home.family, before.hold).await.expect("a void");
    home.city.pay("new", &tuition(new, &[home.younger], home.class, 10_000)).await;
    assert_eq!(home.city.hold("foreign", &tuition(new, &[home.elder], home.class, 1_000)).await.unwrap_err(), short(1_000));
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_suspended_merchant_takes_no_hold_and_its_desks_are_shut() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let (ledger, municipality) = (home.city.ledger(), home.city.municipality);
    let (_, token) = ledger.add_terminal(municipality, &staff("a", "desk"), home.class, "受付").await.expect("a desk");
    assert!(ledger.find_terminal(municipality, &token.sha256()).await.expect("an answer").is_some());
    ledger.suspend_merchant(municipality, &staff("a", "stop"), home.class, "調査中").await.expect("a suspension");
    assert_eq!(home.city.hold("after", &home.tuition(1_000)).await.unwrap_err(), HoldRejected::Merchant);
    assert_eq!(ledger.find_terminal(municipality, &token.sha256()).await.expect("an answer"), None);
    ledger.resume_merchant(municipality, &staff("b", "go"), home.class, "済").await.expect("resumed");
    home.city.pay("after", &home.tuition(1_000)).await;
}

#[tokio::test]
async fn an_expense_that_the_scheme_does_not_cover_is_paid_with_own_money_alone() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let shop = home.city.merchant("net", &[("lesson", "tuition"), ("lesson", "isp")]).await;
    let isp = HoldPayment { expense: "isp".to_owned(), own_money: true, ..tuition(home.family, &[home.elder], shop, 3_000) };
    assert_eq!(home.city.hold("isp", &isp).await.unwrap_err(), short(3_000));
    home.city.top_up(home.family, 3_000).await;
    home.city.pay("isp", &isp).await;
    assert_eq!((home.city.own_money(home.family).await, home.left().await), (0, vec![10_000, 10_000]));
    let unknown = HoldPayment { expense: "games".to_owned(), ..isp };
    assert_eq!(home.city.hold("games", &unknown).await.unwrap_err(), HoldRejected::Merchant);
}

/// A scheme of a city's own, in force from April 2026: everybody under 19, `amount` yen a year.
fn own_scheme(id: &str, amount: i64, tables: &str) -> String {
    format!(
        "[scheme]\nid = \"{id}\"\n[[version]]\nfrom = 2026-04-01\n[version.who]\nunit = \"child\"\ntest = {{ age_below = 19 }}\n\
         [version.grant]\nkind = \"yen\"\namount = {amount}\ncycle = \"year\"\n[version.cost]\nexpenses = [\"tuition\"]\n{tables}\n\
         [[version.route]]\nkind = \"redeem\"\n"
    )
}

/// A city with one scheme of its own and two siblings, granted.
async fn with_scheme(database: &TestDatabase, tables: &str) -> Siblings {
    let city = TestCity::found(database, "kunren", "2026-05-20", &[&own_scheme("own", 20_000, tables)]).await;
    city.roster(&[("1", "H1", J3, "2026-04-01"), ("2", "H1", J1, "2026-04-01")]).await;
    city.appropriate("own", 2026, 100_000).await;
    city.grant("own", "2026-05-01").await.expect("a grant");
    let (family, elder, younger) = (city.family("H1").await, city.child("1").await, city.child("2").await);
    let class = city.class("one").await;
    Siblings { city, family, elder, younger, class }
}

#[tokio::test]
async fn a_limit_of_uses_per_day_refuses_the_third_and_gives_a_voided_one_back() {
    let database = TestDatabase::new().await;
    let home = with_scheme(&database, "[version.share]\nrate = [1, 1]\n[[version.limit]]\nper = \"day\"\nmax_count = 2").await;
    let use_ = tuition(home.family, &[home.elder], home.class, 1_000);
    home.city.pay("first", &use_).await;
    let second = home.city.hold("second", &use_).await.expect("a second use");
    assert_eq!(home.city.hold("third", &use_).await.unwrap_err(), short(1_000));
    assert!(home.city.hold("sibling", &tuition(home.family, &[home.younger], home.class, 1_000)).await.is_ok(), "each child has its own uses");
    home.city.ledger().void(home.city.municipality, home.family, second.hold).await.expect("a void");
    home.city.hold("third", &use_).await.expect("the voided use is free again");
    assert_eq!(home.city.hold("fourth", &use_).await.unwrap_err(), short(1_000));
    home.city.test.set("2026-05-21");
    home.city.pay("next day", &use_).await;
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_limit_of_yen_per_month_bounds_what_is_paid_in_it() {
    let database = TestDatabase::new().await;
    let home = with_scheme(&database, "[version.share]\nrate = [1, 1]\n[[version.limit]]\nper = \"month\"\nmax_yen = 9_000").await;
    home.city.pay("first", &tuition(home.family, &[home.elder], home.class, 7_000)).await;
    assert_eq!(home.city.hold("second", &tuition(home.family, &[home.elder], home.class, 3_000)).await.unwrap_err(), short(1_000));
    let second = home.city.hold("second", &tuition(home.family, &[home.elder], home.class, 2_000)).await.expect("what is left of the month");
    home.city.test.clock.advance(TimeDelta::minutes(11));
    home.city.ledger().expire_holds(home.city.municipality).await.expect("expired");
    home.city.hold("again", &tuition(home.family, &[home.elder], home.class, 2_000)).await.expect("an expired use is free again");
    assert_eq!(home.city.capture("late", &second, home.class).await.unwrap_err(), CaptureRejected::NotCapturable(NotCapturable::Spent));
    home.city.test.set("2026-06-01");
    home.city.pay("june", &tuition(home.family, &[home.elder], home.class, 9_000)).await;
    home.city.assert_sound().await;
}

#[tokio::test]
async fn siblings_together_take_the_citys_share_of_a_bill_once() {
    let database = TestDatabase::new().await;
    let home = with_scheme(&database, "[version.share]\nrate = [1, 2]").await;
    assert_eq!(home.city.hold("half", &home.tuition(10_000)).await.unwrap_err(), short(5_000));
    home.city.top_up(home.family, 30_000).await;
    home.city.pay("with own money", &HoldPayment { own_money: true, ..home.tuition(50_000) }).await;
    assert_eq!((home.left().await, home.city.own_money(home.family).await), (vec![0, 15_000], 5_000));
    home.city.assert_sound().await;
}

#[tokio::test]
async fn a_scheme_with_a_provider_share_is_refused_at_the_desk() {
    let database = TestDatabase::new().await;
    let home = with_scheme(&database, "[version.share]\nrate = [1, 1]\nprovider_rate = [1, 10]").await;
    assert_eq!(home.city.hold("not blind", &tuition(home.family, &[home.elder], home.class, 1_000)).await.unwrap_err(), short(1_000));
}

#[tokio::test]
async fn tickets_pay_whole_and_a_refund_gives_no_change_until_a_ticket_is_complete() {
    let database = TestDatabase::new().await;
    let (city, receipt, family, child) = tickets(&database).await;
    assert_eq!((city.spendable(&[child]).await, city.own_money(family).await), (vec![13_000], 0));
    city.refund_and_settle("some", &receipt, 1_150).await;
    assert_eq!((city.own_money(family).await, city.spendable(&[child]).await, city.budget(TASHI, 2026).await), (400, vec![13_500], 250));
    city.refund_and_settle("more", &receipt, 250).await;
    assert_eq!((city.own_money(family).await, city.spendable(&[child]).await, city.budget(TASHI, 2026).await), (400, vec![14_000], 0));
    assert_eq!(city.refund("too much", &receipt, 1_001).await.unwrap_err().to_string(), "1,000 yen are left of the receipt: refund at most that");
    city.assert_sound().await;
}

#[tokio::test]
async fn a_ticket_that_two_refunds_complete_is_analysed_to_the_yen() {
    let database = TestDatabase::new().await;
    let (city, receipt, ..) = tickets(&database).await;
    city.refund_and_settle("some", &receipt, 1_150).await;
    city.refund_and_settle("more", &receipt, 250).await;
    city.test.set("2026-06-16");
    let may = "2026-05".parse().expect("a month");
    city.ledger().draw_statements(city.municipality, &staff("a", "draw"), may).await.expect("statements that add up");
    let analyses = city.ledger().list_analyses(city.municipality, may).await.expect("an analysis");
    let lines: Vec<_> = analyses.iter().map(|line| (line.scheme.as_deref(), line.amount_yen)).collect();
    assert_eq!(lines, [(Some(TASHI), 1_000), (None, 0)]);
}

#[tokio::test]
async fn a_ticket_that_the_budget_can_no_longer_complete_holds_up_no_other_refund() {
    let database = TestDatabase::new().await;
    let (city, receipt, family, child) = tickets(&database).await;
    city.refund_and_settle("some", &receipt, 1_150).await;
    // The 250 yen of the odd ticket leave the budget.
    city.ledger().end_year(city.municipality, &staff("a", "end"), FiscalYear::new(2026), date("2026-06-01")).await.expect("swept");
    city.refund_and_settle("more", &receipt, 250).await;
    assert_eq!((city.spendable(&[child]).await, city.budget(TASHI, 2026).await), (vec![13_500], 250));
    city.refund_and_settle("rest", &receipt, 1_000).await;
    assert_eq!((city.spendable(&[child]).await, city.own_money(family).await), (vec![14_500], 400));
    city.assert_sound().await;
}

const TASHI: &str = "kumamoto-tashi";

/// Kumamoto by its training rules: 30 tickets of 500 yen, and a receipt over 2,400 yen for which four of them and 400 of own money paid.
async fn tickets(database: &TestDatabase) -> (TestCity, ledger::payment::Receipt, FamilyId, ChildId) {
    let city = TestCity::found(database, "kumamoto", "2026-06-01", &[]).await;
    city.roster(&[("1", "H1", "2025-02-03", "2026-04-01")]).await;
    city.appropriate(TASHI, 2026, 15_000).await;
    city.grant(TASHI, "2026-06-01").await.expect("a grant");
    let (family, child) = (city.family("H1").await, city.child("1").await);
    city.top_up(family, 400).await;
    let nursery = city.merchant("nursery", &[("temporary_care", "care")]).await;
    let care =
        HoldPayment { expense: "care".to_owned(), service: Some("temporary_care".to_owned()), own_money: true, ..tuition(family, &[child], nursery, 2_400) };
    let receipt = city.pay("care", &care).await;
    (city, receipt, family, child)
}

#[tokio::test]
async fn a_bill_is_paid_once_for_its_own_price_at_its_own_merchant() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let bill =
        Bill { merchant: home.class, reference: "2026-001".to_owned(), expense: "tuition".to_owned(), service: None, amount: Yen::new(8_000), due_on: None };
    let invoice = home.city.ledger().bill(home.city.municipality, "bill", &bill).await.expect("a bill");
    let (other, of_bill) =
        (home.city.class("two").await, |yen, class| HoldPayment { invoice: Some(invoice.id), ..tuition(home.family, &[home.elder], class, yen) });
    for (asked, what) in [(of_bill(7_999, home.class), "another price"), (of_bill(8_000, other), "another merchant")] {
        assert_eq!(home.city.hold(what, &asked).await.unwrap_err(), HoldRejected::Invoice, "{what}");
    }
    // Two codes for one bill, shown at the desk: the second is refused like any code that does not pay.
    let codes = [home.city.hold("c1", &of_bill(8_000, home.class)).await.expect("a code"), {
        let asked = HoldPayment { children: vec![home.younger], ..of_bill(8_000, home.class) };
        home.city.hold("c2", &asked).await.expect("another code")
    }];
    let receipt = home.city.capture("d1", &codes[0], home.class).await.expect("a receipt");
    assert_eq!(home.city.capture("d2", &codes[1], home.class).await.unwrap_err(), CaptureRejected::NotCapturable(NotCapturable::Spent));
    let known = home.city.ledger().invoice(home.city.municipality, home.class, invoice.id).await.expect("an answer").expect("a bill");
    assert_eq!(known.receipt, Some(receipt.id));
    let from_home = PayInvoice { family: home.family, children: vec![home.younger], own_money: false };
    let paid = home.city.ledger().pay_invoice(home.city.municipality, "home", invoice.id, &from_home).await;
    assert_eq!(rejection(paid).unwrap_err(), PayRejected::Paid);
    home.city.assert_sound().await;
}

#[tokio::test]
async fn behind_an_approved_statement_a_refund_is_owed_and_the_family_has_it_all_the_same() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let receipt = home.city.pay("p", &tuition(home.family, &[home.elder], home.class, 9_000)).await;
    let (municipality, may) = (home.city.municipality, "2026-05".parse().expect("a month"));
    home.city.test.set("2026-06-16");
    home.city.ledger().draw_statements(municipality, &staff("a", "draw"), may).await.expect("statements");
    let statements = home.city.ledger().list_statements(municipality, None, Some(may)).await.expect("a list");
    let ids: Vec<_> = statements.iter().map(|statement| statement.id).collect();
    let click = Command::new(Actor::Merchant(home.class), "claim", &ids);
    home.city.ledger().claim_statement(municipality, &click, ids[0]).await.expect("a claim");
    home.city.ledger().examine_statements(municipality, &staff("a", "x"), &ids).await.expect("an examination");
    home.city.ledger().approve_statements(municipality, &staff("b", "y"), &ids).await.expect("an approval");
    let budget = home.city.budget(JUKU, 2026).await;
    home.city.refund_and_settle("late", &receipt, 2_000).await;
    let receivable = home.city.balance(&Account::of_owner(Kind::MerchantReceivable, home.class.uuid())).await;
    assert_eq!((home.city.owed(home.class).await, receivable), (9_000, -2_000));
    assert_eq!(home.city.budget(JUKU, 2026).await - budget, 2_000, "May's money has lapsed");
    home.city.assert_sound().await;
}

#[tokio::test]
async fn sql_itself_refuses_a_refund_chain_above_the_receipt() {
    let database = TestDatabase::new().await;
    let home = Siblings::in_osaka(&database).await;
    let receipt = home.city.pay("p", &tuition(home.family, &[home.elder], home.class, 1_000)).await;
    home.city.refund("r", &receipt, 400).await.expect("a refund");
    // (number, captured, before, amount, after) of a refund that is written beside the façade.
    let insert = async |row: (i16, i64, i64, i64, i64)| {
        let mut tx = database.pool().begin().await.expect("a transaction");
        let sql = "INSERT INTO refunds (municipality, hold_id, number, refund_id, entry_id, merchant_id, captured_yen, before_yen, amount_yen, after_yen,
                                        from_receivable, reason, refunded_at, business_on)
                   SELECT municipality, hold_id, $1, gen_random_uuid(), gen_random_uuid(), merchant_id, $2, $3, $4, $5, false, 'x', refunded_at, business_on
                   FROM refunds";
        let inserted = sqlx::query(sql).bind(row.0).bind(row.1).bind(row.2).bind(row.3).bind(row.4).execute(&mut *tx).await;
        tx.rollback().await.expect("a rollback");
        inserted.err().and_then(|error| error.as_database_error()?.constraint().map(str::to_owned))
    };
    assert_eq!(insert((2, 1_000, 400, 600, 1_000)).await, None, "the sound one is accepted");
    assert_eq!(insert((2, 1_000, 400, 601, 1_001)).await.as_deref(), Some("refunds_not_above_receipt"));
    assert_eq!(insert((2, 1_000, 400, 600, 900)).await.as_deref(), Some("refunds_sum"));
    assert_eq!(insert((2, 1_000, 0, 1_000, 1_000)).await.as_deref(), Some("refunds_first"));
    assert_eq!(insert((2, 5_000, 400, 4_000, 4_400)).await.as_deref(), Some("refunds_amount_of_receipt"));
    assert_eq!(insert((2, 1_000, 399, 600, 999)).await.as_deref(), Some("refunds_municipality_hold_id_previous_before_yen_fkey"));
    assert_eq!(insert((3, 1_000, 400, 600, 1_000)).await.as_deref(), Some("refunds_municipality_hold_id_previous_before_yen_fkey"));
}
