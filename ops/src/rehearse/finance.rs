//! The finance half of a rehearsal: lapse, close, statements, bank file, bank, returns, reconciliation.

use chrono::NaiveDate;
use ledger::actor::{Actor, Command};
use ledger::bank::calendar::{BeyondHorizon, Roll, plus_business_days, roll};
use ledger::ids::{BankLineId, RemittanceId};
use ledger::money::Yen;
use ledger::reconciliation::Report;
use ledger::remittance::{File, Remittance};
use ledger::statement::Statement;
use ledger::time::{Month, next_day};

use super::bank::Credit;
use super::play;
use super::setting::Setting;
use super::world::{World, by};

/// Imports what the bank wrote on `on`, and lets the program match what it can.
pub async fn import_statement(world: &World, on: NaiveDate) -> anyhow::Result<Vec<u8>> {
    let file = world.bank.statement(on)?;
    let municipality = world.municipality();
    world.ledger.import_bank_statement(municipality, &by("出納係", &format!("import/{on}"), &on), &file, None).await?;
    world.ledger.match_bank_lines(municipality, &by("出納係", &format!("match/{on}"), &on)).await?;
    Ok(file)
}

/// The morning after the closing day: everything open ends, what is left lapses, statements are drawn, claimed, examined, approved by another
/// person, and the month's books are closed.
pub async fn close(world: &World, closing: NaiveDate) -> anyhow::Result<Vec<Statement>> {
    let municipality = world.municipality();
    world.wake(next_day(closing));
    play::night(world).await?;
    world.ledger.lapse(municipality).await?;
    world.ledger.draw_statements(municipality, &by("支払係", "draw", &world.month), world.month).await?;
    let statements = world.ledger.list_statements(municipality, None, Some(world.month)).await?;
    for statement in &statements {
        let key = format!("claim/{}", statement.id);
        world.ledger.claim_statement(municipality, &Command::new(Actor::Merchant(statement.merchant), key, &statement.id), statement.id).await?;
    }
    let ids: Vec<_> = statements.iter().map(|statement| statement.id).collect();
    if !ids.is_empty() {
        world.ledger.examine_statements(municipality, &by("審査係", "examine", &ids), &ids).await?;
        world.ledger.approve_statements(municipality, &by("課長", "approve", &ids), &ids).await?;
    }
    world.ledger.close_month(municipality, &by("出納係", "close", &world.month), world.month).await?;
    Ok(statements)
}

/// The day on which the month's payouts leave.
///
/// # Errors
/// The holidays of that year are not known.
pub fn pay_day(setting: &Setting, month: Month) -> Result<NaiveDate, BeyondHorizon> {
    roll(month.plus_months(2).day(u32::from(setting.pay_day)), Roll::Next)
}

/// Prepares the bank file, has it approved by another person, builds it and hands it to the bank. Nothing to pay: no file.
pub async fn remit(world: &World) -> anyhow::Result<Option<(Remittance, File)>> {
    let municipality = world.municipality();
    let pay_on = pay_day(world.setting, world.month)?;
    // Data goes to the bank five business days before.
    world.wake(plus_business_days(pay_on, 5, Roll::Previous)?);
    let prepared = match world.ledger.prepare_remittance(municipality, &by("支払係", "prepare", &world.month), world.month).await {
        Err(ledger::error::Error::Rejected(ledger::remittance::Rejected::NothingToPay(_))) => return Ok(None),
        prepared => prepared?,
    };
    let id = prepared.id;
    world.ledger.approve_remittance(municipality, &by("会計管理者", "approve remittance", &id), id).await?;
    let file = world.ledger.build_remittance(municipality, &by("支払係", "build", &id), id).await?;
    world.ledger.mark_remittance_sent(municipality, &by("出納係", "send", &id), id, &file.sha256).await?;
    Ok(Some((prepared, file)))
}

/// The bank debits the file on its day and sends some lines back on the next business days; the last day of it.
pub async fn pay(world: &mut World, remittance: &Remittance) -> anyhow::Result<NaiveDate> {
    world.bank.debit(remittance.pay_on, remittance.total);
    let detail = world.ledger.remittance_detail(world.municipality(), remittance.id).await?;
    let mut last = remittance.pay_on;
    for number in returned_lines(world, remittance.lines) {
        let amount = Yen::sum(detail.iter().filter(|row| row.line == number).map(|row| row.amount))?;
        let day = plus_business_days(last, 1, Roll::Next)?;
        world.bank.credit(&Credit {
            on: day,
            amount,
            payer_code: &format!("{:010}", world.setting.municipality),
            payer_name: world.setting.remitter_kana,
            from: ("ｸﾝﾚﾝﾖｳ", "ﾎﾝﾃﾝ"),
            summary: "ﾌﾘｺﾐﾍﾝｷﾔｸ",
        });
        last = day;
    }
    Ok(last)
}

/// One line in eight comes back, at least one where there are two or more, at most three.
fn returned_lines(world: &World, lines: i32) -> Vec<i32> {
    let lines = u64::try_from(lines).unwrap_or(0);
    let wanted = if lines < 2 { 0 } else { lines.checked_div(8).unwrap_or(0).clamp(1, 3) };
    let mut numbers = Vec::new();
    let mut throw = 0;
    while u64::try_from(numbers.len()).unwrap_or(u64::MAX) < wanted {
        let number = i32::try_from(world.dice.below("return", throw, lines)).unwrap_or(0).saturating_add(1);
        if !numbers.contains(&number) {
            numbers.push(number);
        }
        throw = throw.saturating_add(1);
    }
    numbers
}

/// Imports the bank's statement and reconciles: the debit by itself, each return proposed by one person and confirmed by another.
pub async fn reconcile(world: &World, first: NaiveDate, last: NaiveDate) -> anyhow::Result<(Vec<u8>, Report)> {
    let municipality = world.municipality();
    world.wake(next_day(last));
    let file = import_statement(world, last).await?;
    // One line may look like several returns: the first, best one is confirmed.
    let mut waiting = world.ledger.list_waiting_returns(municipality).await?;
    waiting.dedup_by_key(|back| back.line);
    for back in &waiting {
        let (line, paid) = (BankLineId::new(back.line), (RemittanceId::new(back.remittance), back.number));
        world.ledger.confirm_return(municipality, &by("審査係", &format!("confirm/{line}"), &line), line, paid).await?;
    }
    let report = world.ledger.reconciliation_report(municipality, (first, last)).await?;
    Ok((file, report))
}

/// Money of joined months outlives the close of the first of them: it lapses on its day. A year's money stays.
pub async fn lapse_late(world: &World) -> anyhow::Result<()> {
    let lapses_on = next_day(world.period.closes_on);
    if lapses_on <= world.month.plus_months(3).first_day() && lapses_on > world.ledger.clock.today() {
        world.wake(lapses_on);
        world.ledger.lapse(world.municipality()).await?;
    }
    Ok(())
}

/// What the bank gave back.
pub fn returned(report: &Report) -> anyhow::Result<Yen> {
    Ok(Yen::sum(report.rows.iter().filter(|row| row.kind == "return").map(|row| row.amount))?)
}
