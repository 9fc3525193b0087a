//! sqlx-ledger: one posting by a template of two entries. Its package does not bring its tables: give the folder of its repository's migrations.

use std::path::Path;

use anyhow::Context as _;
use clap::Parser as _;
use rust_decimal::Decimal;
use sqlx_ledger::account::NewAccount;
use sqlx_ledger::journal::NewJournal;
use sqlx_ledger::tx_template::{EntryInput, NewTxTemplate, ParamDataType, ParamDefinition, TxInput, TxParams};
use sqlx_ledger::{AccountId, JournalId, SqlxLedger, TransactionId};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = measure::Arguments::parse();
    let migrations = arguments.migrations.as_deref().context("--migrations: the folder of sqlx-ledger's migrations, from its repository")?;
    let connections = u32::try_from(arguments.concurrency.min(64))? + 2;
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(connections).connect(&arguments.database_url).await?;
    sqlx::migrate::Migrator::new(Path::new(migrations)).await?.run(&pool).await?;
    let ledger = SqlxLedger::new(&pool);

    let journal = JournalId::new();
    ledger.journals().create(NewJournal::builder().id(journal).description("books".to_owned()).name("books").build()?).await?;
    let mut accounts = Vec::new();
    for number in 0..arguments.payers + arguments.payees {
        let id = AccountId::new();
        ledger.accounts().create(NewAccount::builder().id(id).name(format!("account {number}")).code(format!("A{number}")).build()?).await?;
        accounts.push(id);
    }
    let param = |name: &str, kind| ParamDefinition::builder().name(name).r#type(kind).build();
    let entry = |kind: &str, account: &str, direction: &str| {
        EntryInput::builder()
            .entry_type(format!("'{kind}'"))
            .account_id(format!("params.{account}"))
            .layer("SETTLED")
            .direction(direction)
            .units("params.units")
            .currency("'JPY'")
            .build()
    };
    let template = NewTxTemplate::builder()
        .id(uuid::Uuid::new_v4())
        .code("PAY")
        .params(vec![param("payer", ParamDataType::UUID)?, param("payee", ParamDataType::UUID)?, param("units", ParamDataType::DECIMAL)?])
        .tx_input(TxInput::builder().effective("date()").journal_id(format!("uuid('{journal}')")).build()?)
        .entries(vec![entry("PAY_DR", "payer", "DEBIT")?, entry("PAY_CR", "payee", "CREDIT")?])
        .build()?;
    ledger.tx_templates().create(template).await?;

    let (payers, payees) = (arguments.payers, arguments.payees);
    measure::run(&arguments, "sqlx-ledger", move |number| {
        let (ledger, payer, payee) = (ledger.clone(), accounts[number % payers], accounts[payers + number % payees]);
        async move {
            let mut params = TxParams::new();
            params.insert("payer", payer);
            params.insert("payee", payee);
            params.insert("units", Decimal::ONE);
            ledger.post_transaction(TransactionId::new(), "PAY", Some(params)).await?;
            Ok(())
        }
    })
    .await
}
