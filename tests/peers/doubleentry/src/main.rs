//! doubleentry: one entry of two lines, under an idempotency key.

use clap::Parser as _;
use doubleentry::prelude::*;
use doubleentry::store::SqlStore;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = measure::Arguments::parse();
    let store = SqlStore::postgres(&arguments.database_url).await?;
    let ledger = Ledger::new(store, LedgerId::new("example.com/peer")?).await?;
    let jpy = Currency::new("JPY")?;
    ledger.declare_currency(jpy, 0, date!("2026-01-01")).await?;
    ledger.define_months(2026, 1..=12).await?;
    for payer in 0..arguments.payers {
        ledger.open(format!("Liabilities:Payers:p{payer}").as_str(), AccountKind::Liability, date!("2026-01-01")).await?;
    }
    for payee in 0..arguments.payees {
        ledger.open(format!("Liabilities:Payees:p{payee}").as_str(), AccountKind::Liability, date!("2026-01-01")).await?;
    }
    let (payers, payees) = (arguments.payers, arguments.payees);
    measure::run(&arguments, "doubleentry", move |number| {
        let ledger = ledger.clone();
        async move {
            let (payer, payee) = (format!("Liabilities:Payers:p{}", number % payers), format!("Liabilities:Payees:p{}", number % payees));
            let entry = Entry::new(format!("pay-{number}").as_str(), date!("2026-05-20"));
            let entry = entry.debit(payer.as_str(), amount!("1"), jpy).credit(payee.as_str(), amount!("1"), jpy);
            // It has one writer: who comes too late is told to come again.
            loop {
                match ledger.record(entry.clone()).await {
                    Err(error) if error.is_transient() => {}
                    outcome => return Ok(outcome.map(drop)?),
                }
            }
        }
    })
    .await
}
