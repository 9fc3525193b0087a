//! Founds a training city: budget, money at the bank, merchants approved by a second person, the roster, the grant.

use anyhow::Context as _;
use ledger::money::Yen;
use ledger::people::roster::{Encoding, Row, write_csv};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cast;
use super::classes::classes;
use super::office::Office;
use super::rehearsed_city::{OpenClass, RehearsedCity};

/// Children of one roster file: some ten megabytes.
const CHILDREN_AT_A_TIME: usize = 40_000;

/// What the city has at the bank to begin with, for a city of `children`.
pub fn opening(children: u64) -> anyhow::Result<Yen> {
    Ok(each(150_000, children)?.plus(Yen::new(5_000_000))?)
}

fn each(yen: i64, children: u64) -> anyhow::Result<Yen> {
    Ok(Yen::new(yen).times(i64::try_from(children).context("too many children")?)?)
}

/// The city, its budget and its money at the bank.
pub async fn city(city: &RehearsedCity, office: &Office, children: u64) -> anyhow::Result<()> {
    let budget = each(250_000, children)?.plus(Yen::new(1_000_000))?;
    let appropriated = json!({"scheme": city.setting.scheme, "fiscal_year": city.days.year, "amount_yen": budget});
    office.treasurer.post::<Value>("/appropriations", "appropriate", &appropriated).await?;
    let funded = json!({"amount_yen": opening(children)?, "on": city.days.founded_on});
    office.treasurer.post::<Value>("/funds", "fund", &funded).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Applied {
    merchant: String,
    token: String,
}

#[derive(Deserialize)]
struct Application {
    state: String,
}

#[derive(Deserialize)]
struct Invited {
    code: String,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The classes apply, and two people of the city look at it; a letter lets the manager in, who sets up a desk.
pub async fn merchants(city: &mut RehearsedCity, office: &Office, children: u64) -> anyhow::Result<()> {
    for (number, class) in (1..).zip(classes(city.setting, &city.dice, children)) {
        let (door, key) = (city.server.class(number), format!("class/{number}"));
        let Applied { merchant, token } = door.post("/applications", &key, &class.form(city.setting.slug)).await?;
        office.preparer.post::<()>(&format!("/merchants/{merchant}/receive"), &key, &json!({})).await?;
        office.approver.post::<()>(&format!("/merchants/{merchant}/approve"), &key, &json!({})).await?;
        let Application { state } = door.with_token(token).get("/applications/current").await?;
        anyhow::ensure!(state == "approved", "{} is {state}", class.name);
        let Invited { code } = office.preparer.post(&format!("/merchants/{merchant}/people"), &key, &json!({"name": "責任者"})).await?;
        let Token { token } = door.post("/sessions", &key, &json!({"city": city.setting.slug, "code": code})).await?;
        let manager = door.with_token(token);
        let Token { token } = manager.post("/terminals", &key, &json!({"label": "受付窓口"})).await?;
        city.classes.push(OpenClass { merchant, manager, desk: door.with_token(token), class });
    }
    Ok(())
}

#[derive(Deserialize)]
struct Imported {
    new: usize,
    refused: usize,
    refusals: Vec<Value>,
}

/// Looks at the roster of the month's first day, and imports it; its rows and its file. A large city hands it in piece by piece.
pub async fn people(city: &RehearsedCity, office: &Office, children: u64) -> anyhow::Result<(Vec<Row>, Vec<u8>)> {
    let rows = cast::roster(city.setting, &city.dice, children, (city.month.first_day(), city.server.today()))?;
    for (number, piece) in pieces(&rows).enumerate() {
        let file = write_csv(piece, Encoding::Utf8)?;
        for (path, key) in [("/rosters/preview", "preview"), ("/rosters", "import")] {
            let Imported { new, refused, refusals } = office.preparer.upload(path, &format!("{key}/{number}"), "text/csv", &file).await?;
            anyhow::ensure!(refused == 0 && new == piece.len(), "{new} of {} children are new, {refused} are refused: {:?}", piece.len(), refusals.first());
        }
    }
    let file = write_csv(&rows, Encoding::Utf8)?;
    Ok((rows, file))
}

/// Rows of some thousand children, with every household whole.
fn pieces(mut rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    std::iter::from_fn(move || {
        let first = rows.get(CHILDREN_AT_A_TIME..).and_then(|rest| rest.first());
        let cut = first.and_then(|next| rows.iter().position(|row| row.household == next.household)).unwrap_or(rows.len());
        let (piece, rest) = rows.split_at_checked(cut)?;
        rows = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What a grant run answers.
#[derive(Debug, Clone, Deserialize)]
pub struct Granted {
    /// Children that were judged.
    pub children: usize,
    /// Those who qualify.
    pub eligible: usize,
    /// What was granted.
    pub granted_yen: i64,
    /// Whether a training version was played.
    pub training_version: bool,
}

/// Grants the month's money.
pub async fn grant(city: &RehearsedCity, office: &Office) -> anyhow::Result<Granted> {
    office.preparer.post("/grants", "grant", &json!({"scheme": city.setting.scheme, "on": city.month.first_day()})).await
}
