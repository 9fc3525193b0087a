//! What a merchant observes of each payment, and the truth behind it: read from the books of a rehearsed city, which no merchant can.

use std::collections::BTreeMap;

use sqlx::PgPool;
use uuid::Uuid;

use super::bayes::Features;

/// The features, in their order.
pub const FEATURES: [&str; 7] = ["amount", "odd yen", "hour", "day", "weekday", "visit", "same amount"];
/// The place of the amount among them.
pub const AMOUNT: usize = 0;
/// The place of the hour.
pub const HOUR: usize = 2;

/// A payment, as the merchant sees it, and who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The family: the merchant knows its pupils.
    pub family: Uuid,
    /// What it can count.
    pub features: Features,
    /// Whether a scheme paid some of it.
    pub funded: bool,
}

type Row = (Uuid, Uuid, i64, i32, i32, i32, bool);

/// Every payment of a city that was taken, in order of time.
pub async fn observe(pool: &PgPool) -> Vec<Observation> {
    let sql = "SELECT h.family_id, c.merchant_id, c.amount_yen, extract(hour FROM t.at)::integer, extract(day FROM t.at)::integer,
                      extract(isodow FROM t.at)::integer,
                      EXISTS (SELECT FROM transfers w JOIN accounts a ON a.municipality = w.municipality AND a.account_id = w.debit_account_id
                              WHERE w.municipality = h.municipality AND w.entry_id = h.entry_id AND w.credit_account_id = h.hold_id AND a.kind = 'entitlement')
               FROM captures c JOIN holds h USING (municipality, hold_id),
                    LATERAL (SELECT c.captured_at AT TIME ZONE 'Asia/Tokyo' AS at) t
               ORDER BY c.captured_at, c.receipt_id";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(pool).await.expect("payments");
    let mut before: BTreeMap<(Uuid, Uuid), Vec<i64>> = BTreeMap::new();
    let small = |number: usize| u32::try_from(number.min(3)).expect("a few");
    let observed = |(family, merchant, yen, hour, day, weekday, funded): Row| {
        let paid = before.entry((merchant, family)).or_default();
        let same = paid.iter().filter(|before| **before == yen).count();
        let number = |of: i64| u32::try_from(of).expect("a small number");
        let features =
            vec![number(yen / 1_000), number(yen % 500), number(hour.into()), number(day.into()), number(weekday.into()), small(paid.len()), small(same)];
        paid.push(yen);
        Observation { family, features, funded }
    };
    rows.into_iter().map(observed).collect()
}

/// All families of a city, and those that have been granted something.
pub async fn families(pool: &PgPool) -> (u64, u64) {
    let sql = "SELECT (SELECT count(*) FROM families), (SELECT count(DISTINCT family_id) FROM entitlements)";
    let (all, granted): (i64, i64) = sqlx::query_as(sql).fetch_one(pool).await.expect("families");
    let number = |of: i64| u64::try_from(of).expect("a number of families");
    (number(all), number(granted))
}
