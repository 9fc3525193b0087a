//! `hagukumi merchant`: applications, decisions, services, bank accounts, desks.
//!
//! What a merchant applies with comes from a file: a bank account does not belong into a shell's history.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::bank::account::Written;
use ledger::ids::{MerchantId, PersonId, TerminalId};
use ledger::merchant::people::{NewPerson, PersonRole};
use ledger::merchant::{Application, Service};
use ledger::staff::Action;
use ledger::token::CityToken;
use serde::{Deserialize, Serialize};

use super::office::{Office, Who, read};
use super::output::{Exit, Output};
use office::routes::merchants::{ListedBody, MerchantBody};
use office::routes::people::ManagerBody;

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

/// An application or a change as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Applied {
    name: String,
    kana: String,
    area: String,
    services: Vec<AppliedService>,
    account: AppliedAccount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppliedService {
    category: String,
    expense: String,
    registration: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changed {
    pub(super) account: AppliedAccount,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppliedAccount {
    bank: String,
    branch: String,
    account_kind: String,
    account_number: String,
    holder: String,
}

impl AppliedAccount {
    pub(super) fn written(&self) -> Written<'_> {
        let Self { bank, branch, account_kind, account_number, holder } = self;
        Written { bank, branch, kind: account_kind, number: account_number, holder }
    }
}

#[derive(Serialize)]
struct NewTerminal {
    terminal: TerminalId,
    token: String,
}

pub(super) async fn file<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<T> {
    let text = String::from_utf8(read(path).await?).with_context(|| format!("{} is not UTF-8", path.display()))?;
    // What is wrong is told by its place: the file holds a bank account.
    toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.message()))
}

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    let city = office.city;
    match arguments.command {
        Command::About(about) => decide(&office, about).await,
        Command::Apply { file } => apply(&office, &file).await,
        Command::List => {
            let merchants = async { Ok(ledger.list_merchants(city).await?.into_iter().map(ListedBody::from).collect::<Vec<_>>()) };
            office.look(Action::ListMerchants, None, merchants).await
        }
        Command::ChangeAccount { merchant, file: path } => {
            let Changed { account } = file(&path).await?;
            let command = office.command(Action::ChangeAccount, &(merchant, &account));
            office.run(Action::ChangeAccount, Some(merchant.to_string()), ledger.change_merchant_account(city, &command, merchant, account.written())).await
        }
        Command::ApplyServices { merchant, services } => {
            let service = |text: &String| {
                let (category, expense) = text.split_once('/').unwrap_or((text, ""));
                Service { category: category.to_owned(), expense: expense.to_owned(), registration: None }
            };
            let services: Vec<_> = services.iter().map(service).collect();
            let command = office.command(Action::ApplyServices, &(merchant, &services));
            office.run(Action::ApplyServices, Some(merchant.to_string()), ledger.apply_services(city, &command, merchant, &services)).await
        }
        Command::Consent { merchant, withdrawn } => {
            let command = office.command(Action::RecordConsent, &(merchant, withdrawn, office.reason()));
            let recorded = ledger.record_netting_consent(city, &command, merchant, !withdrawn, office.reason());
            office.run(Action::RecordConsent, Some(merchant.to_string()), recorded).await
        }
        Command::AddTerminal { merchant, label } => {
            let command = office.command(Action::AddTerminal, &(merchant, &label));
            let made = async {
                let (terminal, token) = ledger.add_terminal(city, &command, merchant, &label).await?;
                Ok::<_, ledger::error::Error<ledger::merchant::Rejected>>(NewTerminal { terminal, token: CityToken::new(city, token).to_string() })
            };
            office.run(Action::AddTerminal, Some(merchant.to_string()), made).await
        }
        command @ (Command::InviteManager { .. } | Command::RemovePerson { .. }) => people(&office, command).await,
        Command::RevokeTerminal { merchant, terminal } => {
            let command = office.command(Action::RevokeTerminal, &(merchant, terminal));
            office.run(Action::RevokeTerminal, Some(format!("{merchant}/{terminal}")), ledger.revoke_terminal(city, &command, merchant, terminal)).await
        }
    }
}

async fn people(office: &Office<'_>, command: Command) -> anyhow::Result<Exit> {
    let (ledger, city) = (office.ledger, office.city);
    match command {
        Command::InviteManager { merchant, name } => {
            let new = NewPerson { name, role: PersonRole::Manager };
            let command = office.command(Action::InviteManager, &(merchant, &new));
            let invited = async { ledger.invite_person(city, &command, merchant, &new).await.map(ManagerBody::from) };
            office.run(Action::InviteManager, Some(merchant.to_string()), invited).await
        }
        Command::RemovePerson { merchant, person } => {
            let command = office.command(Action::RemoveMerchantPerson, &(merchant, person));
            let removed = ledger.remove_person(city, &command, merchant, person);
            office.run(Action::RemoveMerchantPerson, Some(format!("{merchant}/{person}")), removed).await
        }
        _ => Ok(Exit::Refused),
    }
}

async fn apply(office: &Office<'_>, path: &Path) -> anyhow::Result<Exit> {
    let Applied { name, kana, area, services, account } = file(path).await?;
    let service = |service: AppliedService| Service { category: service.category, expense: service.expense, registration: service.registration };
    let application = Application { name, kana, area, services: services.into_iter().map(service).collect() };
    let command = office.command(Action::ApplyMerchant, &(&application, &account));
    office.run(Action::ApplyMerchant, None, office.ledger.apply_merchant(office.city, &command, &application, account.written())).await
}

async fn decide(office: &Office<'_>, about: About) -> anyhow::Result<Exit> {
    let (ledger, city, reason) = (office.ledger, office.city, office.reason());
    let asked = |action, merchant: MerchantId| (office.command(action, &(merchant, reason)), Some(merchant.to_string()));
    match about {
        About::Receive { merchant } => {
            let (command, subject) = asked(Action::ReceiveApplication, merchant);
            office.run(Action::ReceiveApplication, subject, ledger.receive_application(city, &command, merchant)).await
        }
        About::Show { merchant } => {
            let found = async { Ok(ledger.get_merchant(city, merchant).await?.map(MerchantBody::from)) };
            office.look_at(Action::ShowMerchant, merchant.to_string(), found).await
        }
        About::RevealAccount { merchant } => {
            office.look(Action::RevealMerchantAccount, Some(merchant.to_string()), ledger.reveal_merchant_accounts(city, merchant)).await
        }
        About::Approve { merchant } => {
            let (command, subject) = asked(Action::ApproveMerchant, merchant);
            office.run(Action::ApproveMerchant, subject, ledger.approve_merchant(city, &command, merchant)).await
        }
        About::Refuse { merchant } => {
            let (command, subject) = asked(Action::RefuseMerchant, merchant);
            office.run(Action::RefuseMerchant, subject, ledger.refuse_merchant(city, &command, merchant, reason)).await
        }
        About::Suspend { merchant } => {
            let (command, subject) = asked(Action::SuspendMerchant, merchant);
            office.run(Action::SuspendMerchant, subject, ledger.suspend_merchant(city, &command, merchant, reason)).await
        }
        About::Resume { merchant } => {
            let (command, subject) = asked(Action::ResumeMerchant, merchant);
            office.run(Action::ResumeMerchant, subject, ledger.resume_merchant(city, &command, merchant, reason)).await
        }
        About::ApproveServices { merchant } => {
            let (command, subject) = asked(Action::ApproveServices, merchant);
            office.run(Action::ApproveServices, subject, ledger.approve_services(city, &command, merchant)).await
        }
        About::ApproveAccount { merchant } => {
            let (command, subject) = asked(Action::ApproveAccount, merchant);
            office.run(Action::ApproveAccount, subject, ledger.approve_merchant_account(city, &command, merchant)).await
        }
    }
}
