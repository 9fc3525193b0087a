//! All SQL of cities.

use chrono::TimeDelta;

use super::{City, Remitter};
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::time::FiscalYear;

struct Row {
    municipality: i32,
    slug: String,
    name: String,
    training: bool,
    own_money_custodian: Option<String>,
    closing_day: i16,
    pay_day: i16,
    hold_minutes: i16,
    remitter: sqlx::types::Json<Remitter>,
}

impl TryFrom<Row> for City {
    type Error = Failure;

    fn try_from(row: Row) -> Result<Self, Failure> {
        let Row { municipality, slug, name, training, own_money_custodian, closing_day, pay_day, hold_minutes, remitter } = row;
        let day = |day: i16| u8::try_from(day).map_err(|_| Failure::inconsistent("municipalities", format!("day {day}")));
        Ok(Self {
            municipality: Municipality::new(municipality),
            slug,
            name,
            training,
            own_money_custodian,
            closing_day: day(closing_day)?,
            pay_day: day(pay_day)?,
            hold: TimeDelta::minutes(hold_minutes.into()),
            remitter: remitter.0,
        })
    }
}

/// Inserts a city unless its code or slug is taken.
pub async fn insert_in_tx(tx: &mut Tx<'_>, city: &City) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO municipalities (municipality, slug, name, training, own_money, own_money_custodian, closing_day, pay_day, hold_minutes, remitter)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING
        "#,
        city.municipality.code(),
        city.slug,
        city.name,
        city.training,
        city.own_money_custodian.is_some(),
        city.own_money_custodian,
        i16::from(city.closing_day),
        i16::from(city.pay_day),
        i16::try_from(city.hold.num_minutes()).unwrap_or(i16::MAX),
        sqlx::types::Json(&city.remitter) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The city with this code, if there is one.
pub async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<City>, Failure> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT municipality, slug, name, training, own_money_custodian, closing_day, pay_day, hold_minutes,
               remitter AS "remitter: sqlx::types::Json<Remitter>"
        FROM municipalities
        WHERE municipality = $1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(City::try_from).transpose()
}

/// The city with this code.
pub async fn get_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<City, Failure> {
    find_in_tx(tx, municipality).await?.ok_or_else(|| Failure::inconsistent("municipalities", format!("there is no municipality {municipality}")))
}

/// The city that people type as `slug`, if there is one.
pub async fn find_by_slug_in_tx(tx: &mut Tx<'_>, slug: &str) -> Result<Option<City>, Failure> {
    let code = sqlx::query_scalar!("SELECT municipality FROM municipalities WHERE slug = $1", slug).fetch_optional(&mut **tx).await?;
    match code {
        Some(code) => find_in_tx(tx, Municipality::new(code)).await,
        None => Ok(None),
    }
}

/// All cities, by code.
pub async fn list_in_tx(tx: &mut Tx<'_>) -> Result<Vec<City>, Failure> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT municipality, slug, name, training, own_money_custodian, closing_day, pay_day, hold_minutes,
               remitter AS "remitter: sqlx::types::Json<Remitter>"
        FROM municipalities
        ORDER BY municipality
        "#
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(City::try_from).collect()
}

/// What each scheme's budget of `year` still holds, by scheme; budgets that hold nothing are left out. One that is committed at redemption may be
/// below zero.
pub async fn list_budgets_left_in_tx(tx: &mut Tx<'_>, municipality: Municipality, year: FiscalYear) -> Result<Vec<(String, Yen)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT b.scheme_id AS "scheme_id!", b.balance AS "balance!"
        FROM (
            SELECT a.scheme_id, coalesce(g.balance, s.credit - s.debit) AS balance
            FROM accounts a
            LEFT JOIN guarded_balances g USING (municipality, account_id)
            LEFT JOIN stored_turnovers s USING (municipality, account_id)
            WHERE a.municipality = $1 AND a.kind = 'scheme_budget' AND a.fiscal_year = $2
        ) b
        WHERE b.balance <> 0
        ORDER BY b.scheme_id
        "#,
        municipality.code(),
        year.year()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.scheme_id, Yen::new(row.balance))).collect())
}
