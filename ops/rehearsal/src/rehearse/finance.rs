//! The finance half of a rehearsal: close, statements, bank file, bank, returns, reconciliation.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::NaiveDate;
use ledger::bank::calendar::{Roll, plus_business_days};
use serde::Deserialize;
use serde_json::{Value, json};

use super::bank::Credit;
use super::claims::repay::{self, Owed};
use super::office::Office;
use super::rehearsed_city::RehearsedCity;

/// Statements in one step of staff.
const AT_A_TIME: usize = 1_000;

/// Imports what the bank wrote on `on`, and lets the program match what it can.
pub async fn import_statement(city: &RehearsedCity, office: &Office, on: NaiveDate) -> anyhow::Result<Vec<u8>> {
    let file = city.bank.statement(on)?;
    office.treasurer.upload::<Value>("/bank-statements", &format!("import/{on}"), "application/octet-stream", &file).await?;
    office.treasurer.post::<Value>("/bank-lines/match", &format!("match/{on}"), &json!({})).await?;
    Ok(file)
}

#[derive(Deserialize)]
struct Drawn {
    statement: String,
    merchant: String,
    net_yen: i64,
}

#[derive(Deserialize)]
struct Seen {
    net_yen: i64,
}

#[derive(Deserialize)]
struct Checklist {
    missing: Vec<String>,
}

/// The morning after the closing day: statements are drawn, claimed by their merchants, examined, approved by another person, and the month's books
/// are closed.
pub async fn close(city: &RehearsedCity, office: &Office) -> anyhow::Result<()> {
    let month = city.month.to_string();
    office.preparer.post::<Value>("/statements", "draw", &json!({"month": month})).await?;
    let drawn: Vec<Drawn> = office.preparer.pages(&format!("/statements?month={month}")).await?;
    let managers: BTreeMap<_, _> = city.classes.iter().map(|class| (class.merchant.as_str(), &class.manager)).collect();
    for statement in &drawn {
        let manager = managers.get(statement.merchant.as_str()).context("a statement of a merchant that nobody knows")?;
        let Seen { net_yen } = manager.post(&format!("/statements/{month}/claim"), "claim", &json!({})).await?;
        anyhow::ensure!(net_yen == statement.net_yen, "the merchant and the city see different statements");
    }
    let ids: Vec<_> = drawn.iter().map(|statement| statement.statement.as_str()).collect();
    for (number, ids) in ids.chunks(AT_A_TIME).enumerate() {
        let statements = json!({"statements": ids});
        office.treasurer.post::<Value>("/statements/examine", &format!("examine/{number}"), &statements).await?;
        office.approver.post::<Value>("/statements/approve", &format!("approve/{number}"), &statements).await?;
    }
    let Checklist { missing } = office.treasurer.get(&format!("/months/{month}/checklist")).await?;
    anyhow::ensure!(missing.is_empty(), "the month cannot be closed: {missing:?}");
    office.treasurer.post::<()>(&format!("/months/{month}/close"), "close", &json!({})).await
}

/// A bank file as staff see it.
#[derive(Debug, Clone, Deserialize)]
pub struct Remittance {
    /// Its id.
    pub remittance: String,
    /// The day on which the bank pays.
    pub pay_on: NaiveDate,
    /// Its lines.
    pub lines: u64,
    /// Their sum.
    pub total_yen: i64,
}

#[derive(Deserialize)]
struct Built {
    sha256: String,
    total_yen: i64,
}

/// Prepares the bank file, has it approved by another person, builds it and hands it to the bank. Nothing to pay: no file.
pub async fn remit(city: &RehearsedCity, office: &Office) -> anyhow::Result<Option<(Remittance, Vec<u8>)>> {
    let prepared = office.preparer.try_post::<Remittance>("/remittances", "prepare", &json!({"month": city.month})).await?;
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) if refusal.reason() == "nothing_to_pay" => return Ok(None),
        Err(refusal) => return Err(refusal.into()),
    };
    let path = format!("/remittances/{}", prepared.remittance);
    office.approver.post::<()>(&format!("{path}/approve"), "approve-remittance", &json!({})).await?;
    let Built { sha256, total_yen } = office.treasurer.post(&format!("{path}/build"), "build", &json!({})).await?;
    anyhow::ensure!(total_yen == prepared.total_yen, "the file that was built pays {total_yen} yen");
    let file = office.treasurer.bytes(&format!("{path}/file")).await?;
    office.treasurer.post::<()>(&format!("{path}/sent"), "send", &json!({"sha256": sha256})).await?;
    Ok(Some((prepared, file)))
}

#[derive(Deserialize)]
struct Detail {
    detail: Vec<DetailLine>,
}

#[derive(Deserialize)]
struct DetailLine {
    line: u64,
    amount_yen: i64,
}

/// The bank debits the file on its day and sends some lines back on the next business days; the last day of it.
pub async fn pay(city: &mut RehearsedCity, office: &Office, remittance: &Remittance) -> anyhow::Result<NaiveDate> {
    city.bank.debit(remittance.pay_on, remittance.total_yen);
    let Detail { detail } = office.treasurer.get(&format!("/remittances/{}", remittance.remittance)).await?;
    let mut last = remittance.pay_on;
    for number in returned_lines(city, remittance.lines) {
        let amount_yen = detail.iter().filter(|row| row.line == number).map(|row| row.amount_yen).sum();
        let day = plus_business_days(last, 1, Roll::Next)?;
        city.bank.credit(&Credit {
            on: day,
            amount_yen,
            payer_code: &format!("{:010}", city.setting.municipality),
            payer_name: city.setting.remitter_kana,
            from: ("ｸﾝﾚﾝﾖｳ", "ﾎﾝﾃﾝ"),
            summary: "ﾌﾘｺﾐﾍﾝｷﾔｸ",
        });
        last = day;
    }
    Ok(last)
}

/// One line in eight comes back, at least one where there are two or more, at most three.
fn returned_lines(city: &RehearsedCity, lines: u64) -> Vec<u64> {
    let wanted = if lines < 2 { 0 } else { lines.checked_div(8).unwrap_or(0).clamp(1, 3) };
    let mut numbers = Vec::new();
    let mut throw = 0;
    while u64::try_from(numbers.len()).unwrap_or(u64::MAX) < wanted {
        let number = city.dice.below("return", throw, lines).saturating_add(1);
        if !numbers.contains(&number) {
            numbers.push(number);
        }
        throw = throw.saturating_add(1);
    }
    numbers
}

#[derive(Deserialize)]
struct Waiting {
    returns: Vec<Return>,
}

#[derive(Deserialize)]
struct Return {
    line: String,
    remittance: String,
    number: i64,
}

/// How books and bank compare, as staff see it.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// The bank's lines.
    pub lines: Vec<BankLine>,
    /// Lines that nobody has matched.
    pub unmatched_count: usize,
    /// Their sum.
    pub unmatched_yen: i64,
    /// Lines in suspense.
    pub suspense_count: usize,
    /// Their sum.
    pub suspense_yen: i64,
    /// The books less the statement.
    pub difference_yen: Option<i64>,
}

/// A line of the bank's statement.
#[derive(Debug, Clone, Deserialize)]
pub struct BankLine {
    /// Its amount.
    pub amount_yen: i64,
    /// What it was matched as.
    pub matched: String,
}

/// Imports the bank's statement and reconciles: the debit by itself, each return proposed by one person and confirmed by another, each
/// repayment explained.
pub async fn reconcile(city: &RehearsedCity, office: &Office, last: NaiveDate, owed: &[Owed]) -> anyhow::Result<(Vec<u8>, Report)> {
    let file = import_statement(city, office, last).await?;
    // One line may look like several returns: the first, best one is confirmed.
    let Waiting { mut returns } = office.approver.get("/returns").await?;
    returns.dedup_by(|one, other| one.line == other.line);
    for Return { line, remittance, number } in &returns {
        let paid = json!({"remittance": remittance, "number": number});
        office.approver.post::<()>(&format!("/bank-lines/{line}/confirm-return"), &format!("confirm/{line}"), &paid).await?;
    }
    repay::explain(office, owed, &days(city, last)).await?;
    let report = office.auditor.get(&format!("/bank-lines?{}", days(city, last))).await?;
    Ok((file, report))
}

/// The days of the bank's statement, as a query.
#[must_use]
pub fn days(city: &RehearsedCity, last: NaiveDate) -> String {
    format!("from={}&to={last}", city.days.first)
}

/// Money of joined months outlives the close of the first of them: it lapses on its day. A year's money stays.
pub async fn lapse_late(city: &RehearsedCity) -> anyhow::Result<()> {
    match city.days.lapses_on {
        Some(day) if day > city.server.today() => city.server.night(day).await,
        _ => Ok(()),
    }
}

/// Some families load own money on the first day; the bank books it, and its statement is imported.
pub async fn load_own_money(city: &mut RehearsedCity) -> anyhow::Result<()> {
    let on = city.days.first;
    let RehearsedCity { households, dice, bank, .. } = &mut *city;
    for household in households {
        if !dice.happens("loads", household.number, 35) {
            continue;
        }
        let steps = i64::try_from(dice.below("load", household.number, 18)).unwrap_or(0);
        bank.credit(&Credit {
            on,
            amount_yen: steps.saturating_add(4).saturating_mul(1_000),
            payer_code: &household.payer_number().await?,
            payer_name: "ｸﾝﾚﾝ ｶﾃｲ",
            from: ("ｸﾝﾚﾝ", "ﾎﾝﾃﾝ"),
            summary: "ﾌﾘｺﾐ",
        });
    }
    import_statement(city, &*city.office().await?, on).await?;
    Ok(())
}
