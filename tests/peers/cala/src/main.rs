//! cala-ledger: one posting by a template of two entries.

use cala_ledger::account::NewAccount;
use cala_ledger::job::{JobSvcConfig, Jobs};
use cala_ledger::journal::NewJournal;
use cala_ledger::tx_template::{NewParamDefinition, NewTxTemplate, NewTxTemplateEntry, NewTxTemplateTransaction, ParamDataType, Params};
use cala_ledger::{AccountId, CalaLedger, CalaLedgerConfig, JournalId, TransactionId};
use clap::Parser as _;
use rust_decimal::Decimal;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = measure::Arguments::parse();
    let connections = u32::try_from(arguments.concurrency.min(64))? + 2;
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(connections).connect(&arguments.database_url).await?;
    let config = CalaLedgerConfig::builder().pool(pool.clone()).exec_migrations(true).build()?;
    let mut jobs = Jobs::init(JobSvcConfig::builder().pool(pool).build()?).await?;
    let cala = CalaLedger::init(config, &mut jobs).await?;

    let journal = JournalId::new();
    cala.journals().create(NewJournal::builder().id(journal).name("books").build()).await?;
    let mut accounts = Vec::new();
    for number in 0..arguments.payers + arguments.payees {
        let id = AccountId::new();
        cala.accounts().create(NewAccount::builder().id(id).name(format!("account {number}")).code(format!("A{number}")).build()).await?;
        accounts.push(id);
    }
    let param = |name: &str, kind| NewParamDefinition::builder().name(name).r#type(kind).build();
    let entry = |kind: &str, account: &str, direction: &str| {
        NewTxTemplateEntry::builder()
            .entry_type(format!("'{kind}'"))
            .account_id(format!("params.{account}"))
            .layer("SETTLED")
            .direction(direction)
            .units("params.units")
            .currency("'JPY'")
            .build()
    };
    let template = NewTxTemplate::builder()
        .id(uuid::Uuid::now_v7())
        .code("PAY")
        .params(vec![param("payer", ParamDataType::Uuid)?, param("payee", ParamDataType::Uuid)?, param("units", ParamDataType::Decimal)?])
        .transaction(NewTxTemplateTransaction::builder().effective("date()").journal_id(format!("uuid('{journal}')")).build()?)
        .entries(vec![entry("PAY_DR", "payer", "DEBIT")?, entry("PAY_CR", "payee", "CREDIT")?])
        .build();
    cala.tx_templates().create(template).await?;

    let (payers, payees) = (arguments.payers, arguments.payees);
    measure::run(&arguments, "cala-ledger", move |number| {
        let (cala, payer, payee) = (cala.clone(), accounts[number % payers], accounts[payers + number % payees]);
        async move {
            let mut params = Params::new();
            params.insert("payer", payer);
            params.insert("payee", payee);
            params.insert("units", Decimal::ONE);
            cala.post_transaction(TransactionId::new(), "PAY", params).await?;
            Ok(())
        }
    })
    .await
}
