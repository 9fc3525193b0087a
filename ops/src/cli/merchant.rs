//! `hagukumi merchant`: applications, decisions, services, bank accounts, desks.
//!
//! What a merchant applies with comes from a file: a bank account does not belong into a shell's history.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::{MerchantId, PersonId, TerminalId};
use ledger::merchant::{Application, Service};
use ledger::staff::Action;
use office::actions::merchants;
use office::{Account, Acting};
use serde::Deserialize;

use super::office::{Office, Who, read};
use super::output::{Exit, Output};

/// Who, and what.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    who: Who,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List merchants with their state.
    List,
    /// Take in an application from a TOML file: name, kana, area, `[[services]]`, `[account]`.
    Apply {
        /// The file.
        file: PathBuf,
    },
    /// Take in a change of bank account from a TOML file: `[account]`.
    ChangeAccount {
        /// The merchant.
        merchant: MerchantId,
        /// The file.
        file: PathBuf,
    },
    /// Take in further services.
    ApplyServices {
        /// The merchant.
        merchant: MerchantId,
        /// Each as `category/expense`.
        #[arg(required = true)]
        services: Vec<String>,
    },
    /// Record whether a merchant consents to netting; the reason names its letter.
    Consent {
        /// The merchant.
        merchant: MerchantId,
        /// It no longer consents.
        #[arg(long)]
        withdrawn: bool,
    },
    /// Add a desk; its token is shown once.
    AddTerminal {
        /// The merchant.
        merchant: MerchantId,
        /// The merchant's own name for it.
        label: String,
    },
    /// Revoke a desk.
    RevokeTerminal {
        /// The merchant.
        merchant: MerchantId,
        /// The desk.
        terminal: TerminalId,
    },
    /// Invite a manager of a merchant; the sign-in code is shown once, for a letter.
    InviteManager {
        /// The merchant.
        merchant: MerchantId,
        /// What colleagues call them.
        name: String,
    },
    /// Remove somebody of a merchant: their sessions end at once.
    RemovePerson {
        /// The merchant.
        merchant: MerchantId,
        /// Whom.
        person: PersonId,
    },
    #[command(flatten)]
    About(About),
}

/// Commands that need no more than the merchant.
#[derive(Debug, Subcommand)]
enum About {
    /// Show a merchant.
    Show { merchant: MerchantId },
    /// Receive an application that came by itself, as the first person.
    Receive { merchant: MerchantId },
    /// Approve an application, as a second person.
    Approve { merchant: MerchantId },
    /// Refuse an application, as a second person.
    Refuse { merchant: MerchantId },
    /// Stop payments at a merchant and to it, at once.
    Suspend { merchant: MerchantId },
    /// Lift a suspension, as another person.
    Resume { merchant: MerchantId },
    /// Approve the services that wait, as a second person.
    ApproveServices { merchant: MerchantId },
    /// Approve the newest bank account, as a second person who has called back.
    ApproveAccount { merchant: MerchantId },
    /// Reveal the bank accounts.
    RevealAccount { merchant: MerchantId },
}

/// An application as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Applied {
    name: String,
    kana: String,
    area: String,
    services: Vec<AppliedService>,
    account: Account,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppliedService {
    category: String,
    expense: String,
    registration: Option<String>,
}

/// A change of bank account as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changed {
    pub(super) account: Account,
}

pub(super) async fn file<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<T> {
    let text = String::from_utf8(read(path).await?).with_context(|| format!("{} is not UTF-8", path.display()))?;
    // What is wrong is told by its place: the file holds a bank account.
    toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.message()))
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::About(about) => decide(&office, about).await,
        Command::List => office.run(Action::ListMerchants, None, merchants::list_merchants).await,
        Command::Apply { file } => apply(&office, &file).await,
        Command::ChangeAccount { merchant, file: path } => {
            let Changed { account } = file(&path).await?;
            office.run(Action::ChangeAccount, Some(&merchant), async |by| merchants::change_account(by, merchant, &account).await).await
        }
        Command::ApplyServices { merchant, services } => {
            let service = |text: &String| {
                let (category, expense) = text.split_once('/').unwrap_or((text, ""));
                Service { category: category.to_owned(), expense: expense.to_owned(), registration: None }
            };
            let services: Vec<_> = services.iter().map(service).collect();
            office.run(Action::ApplyServices, Some(&merchant), async |by| merchants::apply_services(by, merchant, &services).await).await
        }
        Command::Consent { merchant, withdrawn } => {
            office.run(Action::RecordConsent, Some(&merchant), async |by| merchants::record_consent(by, merchant, !withdrawn).await).await
        }
        Command::AddTerminal { merchant, label } => {
            office.run(Action::AddTerminal, Some(&merchant), async |by| merchants::add_terminal(by, merchant, &label).await).await
        }
        Command::RevokeTerminal { merchant, terminal } => {
            let subject = format!("{merchant}/{terminal}");
            office.run(Action::RevokeTerminal, Some(&subject), async |by| merchants::revoke_terminal(by, merchant, terminal).await).await
        }
        Command::InviteManager { merchant, name } => {
            office.run(Action::InviteManager, Some(&merchant), async |by| merchants::invite_manager(by, merchant, name).await).await
        }
        Command::RemovePerson { merchant, person } => {
            let subject = format!("{merchant}/{person}");
            office.run(Action::RemoveMerchantPerson, Some(&subject), async |by| merchants::remove_merchant_person(by, merchant, person).await).await
        }
    }
}

async fn apply(office: &Office<'_>, path: &Path) -> anyhow::Result<Exit> {
    let Applied { name, kana, area, services, account } = file(path).await?;
    let service = |service: AppliedService| Service { category: service.category, expense: service.expense, registration: service.registration };
    let application = Application { name, kana, area, services: services.into_iter().map(service).collect() };
    let applied = async |by: &Acting| merchants::apply_merchant(by, &application, &account).await.map(|applied| applied.merchant);
    office.run(Action::ApplyMerchant, None, applied).await
}

async fn decide(office: &Office<'_>, about: About) -> anyhow::Result<Exit> {
    match about {
        About::Show { merchant } => office.run(Action::ShowMerchant, Some(&merchant), async |by| merchants::show_merchant(by, merchant).await).await,
        About::Receive { merchant } => {
            office.run(Action::ReceiveApplication, Some(&merchant), async |by| merchants::receive_application(by, merchant).await).await
        }
        About::Approve { merchant } => office.run(Action::ApproveMerchant, Some(&merchant), async |by| merchants::approve_merchant(by, merchant).await).await,
        About::Refuse { merchant } => office.run(Action::RefuseMerchant, Some(&merchant), async |by| merchants::refuse_merchant(by, merchant).await).await,
        About::Suspend { merchant } => office.run(Action::SuspendMerchant, Some(&merchant), async |by| merchants::suspend_merchant(by, merchant).await).await,
        About::Resume { merchant } => office.run(Action::ResumeMerchant, Some(&merchant), async |by| merchants::resume_merchant(by, merchant).await).await,
        About::ApproveServices { merchant } => {
            office.run(Action::ApproveServices, Some(&merchant), async |by| merchants::approve_services(by, merchant).await).await
        }
        About::ApproveAccount { merchant } => {
            office.run(Action::ApproveAccount, Some(&merchant), async |by| merchants::approve_account(by, merchant).await).await
        }
        About::RevealAccount { merchant } => {
            let revealed = async |by: &Acting| merchants::reveal_merchant_account(by, merchant).await.map(|revealed| revealed.accounts);
            office.run(Action::RevealMerchantAccount, Some(&merchant), revealed).await
        }
    }
}
