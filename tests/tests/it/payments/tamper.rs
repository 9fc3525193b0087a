//! Each kind of difference that somebody with the owner's rights could plant is found by `verify`, and the books prove themselves without it.

use ledger::payment::HoldPayment;

use super::*;

/// What is planted, how it is undone, and what the proof says of it.
const PLANTED: [(&str, &str, &str); 17] = [
    ("UPDATE guarded_balances SET balance = balance + 1", "UPDATE guarded_balances SET balance = balance - 1", "the transfers give"),
    ("UPDATE account_deltas SET debit = debit + 1", "UPDATE account_deltas SET debit = debit - 1", "the transfers give"),
    ("UPDATE transfers SET amount = amount + 1", "UPDATE transfers SET amount = amount - 1", "the transfers give"),
    (
        "UPDATE transfers SET debit_account_id = credit_account_id, credit_account_id = debit_account_id",
        "UPDATE transfers SET debit_account_id = credit_account_id, credit_account_id = debit_account_id",
        "the transfers give",
    ),
    ("UPDATE accounts SET unit = 'visit' WHERE kind = 'hold'", "UPDATE accounts SET unit = 'yen' WHERE kind = 'hold'", "mixes units"),
    (
        "UPDATE entries SET entry_id = uuid_in(overlay(entry_id::text placing 'f' from 1)::cstring) WHERE kind = 'top_up'",
        "UPDATE entries SET entry_id = uuid_in(overlay(entry_id::text placing '0' from 1)::cstring) WHERE kind = 'top_up'",
        "names no account or entry",
    ),
    ("UPDATE commands SET key = key || '?'", "UPDATE commands SET key = rtrim(key, '?')", "the command that posted it is not kept"),
    ("UPDATE holds SET amount_yen = amount_yen + 1", "UPDATE holds SET amount_yen = amount_yen - 1", "what became of the hold"),
    ("UPDATE releases SET why = 'expired'", "UPDATE releases SET why = 'voided'", "what became of the hold"),
    (
        "INSERT INTO captures SELECT municipality, hold_id, hold_id, hold_id, merchant_id, NULL, NULL, amount_yen, expense, held_at, '2026-05-20'
         FROM holds WHERE amount_yen = 3003",
        "DELETE FROM captures WHERE amount_yen = 3003",
        "what became of the hold",
    ),
    (
        "INSERT INTO releases SELECT municipality, hold_id, hold_id, 'expired', held_at FROM holds WHERE amount_yen = 3003",
        "DELETE FROM releases WHERE hold_id IN (SELECT hold_id FROM holds WHERE amount_yen = 3003)",
        "what became of the hold",
    ),
    (
        "UPDATE captures SET merchant_id = hold_id WHERE amount_yen = 1001",
        "UPDATE captures c SET merchant_id = h.merchant_id FROM holds h WHERE h.hold_id = c.hold_id",
        "the receipt is not what",
    ),
    ("UPDATE captures SET business_on = business_on + 1", "UPDATE captures SET business_on = business_on - 1", "the receipt is not what"),
    ("UPDATE refunds SET from_receivable = true", "UPDATE refunds SET from_receivable = false", "the refund is not what"),
    (
        "CREATE TABLE gone AS TABLE refund_settlements; DELETE FROM refund_settlements",
        "INSERT INTO refund_settlements SELECT * FROM gone; DROP TABLE gone",
        "knows of this entry",
    ),
    ("UPDATE entitlements SET amount_yen = amount_yen + 500", "UPDATE entitlements SET amount_yen = amount_yen - 500", "differs from its grant"),
    (
        "CREATE TABLE gone AS TABLE entitlements; DELETE FROM entitlements",
        "INSERT INTO entitlements SELECT * FROM gone; DROP TABLE gone",
        "differs from its grant",
    ),
];

const GROWING: [&str; 9] = ["accounts", "entries", "transfers", "entitlements", "holds", "captures", "releases", "refunds", "refund_settlements"];

/// A payment in each of its states: captured, refunded and settled, held, taken back.
async fn busy(database: &TestDatabase) -> TestCity {
    let city = TestCity::found(database, "osaka", "2026-05-20", &[]).await;
    city.roster(&[("1", "H1", "2013-09-10", "2026-04-01")]).await;
    city.appropriate("osaka-juku", 2026, 50_000).await;
    city.grant("osaka-juku", "2026-05-01").await.expect("a grant");
    let (family, child, class) = (city.family("H1").await, city.child("1").await, city.class("one").await);
    city.top_up(family, 5_000).await;
    let asked = |yen| HoldPayment { own_money: true, ..tuition(family, &[child], class, yen) };
    city.pay("captured", &asked(1_001)).await;
    let refunded = city.pay("refunded", &asked(2_002)).await;
    city.refund_and_settle("refund", &refunded, 2_002).await;
    city.hold("held", &asked(3_003)).await.expect("a hold");
    let voided = city.hold("voided", &asked(4_004)).await.expect("a hold");
    city.ledger().void(city.municipality, family, voided.hold).await.expect("a void");
    city
}

#[tokio::test]
async fn every_kind_of_planted_difference_is_found_and_gone_when_it_is_undone() {
    let database = TestDatabase::new().await;
    let city = busy(&database).await;
    city.assert_sound().await;
    let owner = database.owner().await;
    for table in GROWING {
        sqlx::query(sqlx::AssertSqlSafe(format!("ALTER TABLE {table} DISABLE TRIGGER USER"))).execute(&owner).await.expect("no triggers");
    }
    for (plant, undo, expected) in PLANTED {
        sqlx::raw_sql(plant).execute(&owner).await.expect(plant);
        let found = city.ledger().verify(city.municipality).await.expect("a proof").differences;
        assert!(found.iter().any(|difference| difference.contains(expected)), "{plant}: {found:?}");
        sqlx::raw_sql(undo).execute(&owner).await.expect(undo);
        let left = city.ledger().verify(city.municipality).await.expect("a proof").differences;
        assert_eq!(left, Vec::<String>::new(), "after {undo}");
    }
}

#[tokio::test]
async fn money_that_comes_back_to_a_stranger_is_found_though_every_balance_fits() {
    let database = TestDatabase::new().await;
    let city = busy(&database).await;
    let owner = database.owner().await;
    let stranger = FamilyId::new(uuid::Uuid::from_u128(0xbad));
    let load = ledger::events::bank::top_up(stranger, Yen::new(1), city.ledger().clock.today());
    city.ledger().post(city.municipality, staff("bank", "a stranger"), load).await.expect("a posting");
    sqlx::raw_sql("ALTER TABLE transfers DISABLE TRIGGER USER").execute(&owner).await.expect("no trigger");
    let (entitlement, own) = ("SELECT entitlement_id FROM entitlements", Account::of_owner(Kind::OwnMoney, stranger.uuid()).id.uuid());
    let forged = [
        format!("UPDATE transfers SET credit_account_id = '{own}' WHERE entry_id = (SELECT entry_id FROM releases)"),
        format!("UPDATE guarded_balances SET balance = balance + 4004 WHERE account_id = '{own}'"),
        format!("UPDATE guarded_balances SET balance = balance - 4004 WHERE account_id = ({entitlement})"),
    ];
    for sql in forged {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&owner).await.expect("forged");
    }
    let found = city.ledger().verify(city.municipality).await.expect("a proof").differences;
    assert!(matches!(&found[..], [one] if one.contains("did not come from")), "{found:?}");
}
