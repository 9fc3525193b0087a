//! The families of a training city: the post brings each a letter, it signs in with the letter's code and sees what its children have.

use std::collections::BTreeMap;

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ledger::people::roster::Row;
use serde::Deserialize;
use serde_json::json;

use super::AT_ONCE;
use super::http::Client;
use super::office::Office;
use super::post;
use super::rehearsed_city::RehearsedCity;

/// A child of the city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its number in the roster, from 0.
    pub number: u64,
    /// Its id.
    pub id: String,
    /// Whether it has been granted something.
    pub granted: bool,
}

/// A family that is signed in.
#[derive(Debug, Clone)]
pub struct Household {
    /// Its number, from 0.
    pub number: u64,
    /// Whoever holds its phone.
    pub phone: Client,
    /// Its children, in the order of the roster.
    pub children: Vec<Child>,
}

#[derive(Deserialize)]
struct Session {
    token: String,
}

#[derive(Deserialize)]
struct ChildList {
    children: Vec<SeenChild>,
}

#[derive(Deserialize)]
struct SeenChild {
    child: String,
    name: String,
    balances: Vec<Balance>,
}

#[derive(Deserialize)]
struct Balance {
    balance_yen: i64,
}

#[derive(Deserialize)]
struct OwnMoney {
    payer_number: String,
    balance_yen: i64,
}

/// What all families see that they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What their children may spend.
    pub entitlements_yen: i64,
    /// Their own money.
    pub own_money_yen: i64,
}

impl Household {
    async fn seen_children(&self) -> anyhow::Result<Vec<SeenChild>> {
        Ok(self.phone.get::<ChildList>("/children").await?.children)
    }

    /// What it writes on a bank transfer to load own money.
    pub async fn payer_number(&self) -> anyhow::Result<String> {
        Ok(self.phone.get::<OwnMoney>("/own-money").await?.payer_number)
    }

    async fn seen(&self) -> anyhow::Result<Seen> {
        let children = self.seen_children().await?;
        let balances = children.iter().flat_map(|child| &child.balances).map(|balance| balance.balance_yen);
        let own = self.phone.get::<OwnMoney>("/own-money").await?;
        Ok(Seen { entitlements_yen: balances.sum(), own_money_yen: own.balance_yen })
    }
}

/// Every family gets its letter and signs in, on the present day.
pub async fn sign_in(city: &mut RehearsedCity, office: &Office, rows: &[Row]) -> anyhow::Result<()> {
    let mut households: BTreeMap<&str, Vec<(u64, &Row)>> = BTreeMap::new();
    for (number, row) in (0..).zip(rows) {
        households.entry(&row.household).or_default().push((number, row));
    }
    let (known, letters) = (&*city, &post::letters(office).await?);
    let signing_in = (0..).zip(households.into_values()).map(|(number, children)| one(known, letters, number, children));
    city.households = stream::iter(signing_in.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
    Ok(())
}

async fn one(city: &RehearsedCity, letters: &BTreeMap<String, String>, number: u64, rows: Vec<(u64, &Row)>) -> anyhow::Result<Household> {
    let address = rows.first().and_then(|(_, row)| row.child.address.as_ref()).context("a household without an address")?;
    let code = letters.get(address).with_context(|| format!("no letter was brought to {address}"))?;
    let door = city.server.phone(number);
    let Session { token } = door.post("/sessions", "sign-in", &json!({"city": city.setting.slug, "activation_code": code})).await?;
    let mut household = Household { number, phone: door.with_token(token), children: Vec::new() };
    let seen = household.seen_children().await?;
    for (number, row) in rows {
        let known = seen.iter().find(|child| same_name(&child.name, &row.child.name)).context("a child of the roster is not with its family")?;
        let granted = known.balances.iter().any(|balance| balance.balance_yen > 0);
        household.children.push(Child { number, id: known.child.clone(), granted });
    }
    Ok(household)
}

/// One name, whatever stands between its parts.
fn same_name(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// Asks every family what it sees.
pub async fn look(city: &RehearsedCity) -> anyhow::Result<Seen> {
    let seen = city.households.iter().map(Household::seen).collect::<Vec<_>>();
    let sum = |sum: Seen, seen: Seen| async move {
        Ok(Seen {
            entitlements_yen: sum.entitlements_yen.saturating_add(seen.entitlements_yen),
            own_money_yen: sum.own_money_yen.saturating_add(seen.own_money_yen),
        })
    };
    stream::iter(seen).buffered(AT_ONCE).try_fold(Seen { entitlements_yen: 0, own_money_yen: 0 }, sum).await
}
