//! `hagukumi claim`: claims from the form on paper to the decision, and money asked back.
//!
//! What a family wrote or showed is opened with a reason only. What is written to a family is its own argument: the reason would stand in the log.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::claim::Standing;
use ledger::ids::{ClaimId, ClawbackId};
use ledger::money::Yen;
use ledger::staff::Action;
use office::Acting;
use office::actions::claims;
use serde_json::{Map, Value};
use web::{Fields, Language, Read};

use super::office::{Office, Who, read};
use super::output::{Exit, Output};

/// Claims and clawbacks that one list shows.
const LIST_MAX: i64 = 500;

/// Who, and what.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    who: Who,
    #[command(subcommand)]
    command: Command,
}

fn standing(word: &str) -> Result<Standing, &'static str> {
    Standing::parse(word).ok_or("filed, returned, examined, decided or withdrawn")
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List claims, oldest filing first.
    List {
        /// Only those that are filed, returned, examined, decided or withdrawn.
        #[arg(long, value_parser = standing)]
        state: Option<Standing>,
    },
    /// Take in a form on paper from a TOML file: child, scheme, `[[costs]]` with expense, `amount_yen`, on (or from and to), `paid_to`.
    File {
        /// The file.
        file: PathBuf,
    },
    /// Take in its correction: all `[[costs]]`, also those that stay.
    FileAgain {
        /// The claim.
        claim: ClaimId,
        /// The file.
        file: PathBuf,
    },
    /// Add a scan: JPEG, PNG or PDF.
    AddEvidence {
        /// The claim.
        claim: ClaimId,
        /// What it shows, as the scheme names it: `receipt`.
        kind: String,
        /// The file.
        file: PathBuf,
    },
    /// Open a file of a claim.
    RevealEvidence {
        /// The claim.
        claim: ClaimId,
        /// Which: 1, 2, 3 …
        number: i16,
        /// Where to write it.
        #[arg(long)]
        out: PathBuf,
    },
    /// List what families must give back and no second person has approved.
    Clawbacks {
        /// Also what is approved.
        #[arg(long)]
        all: bool,
    },
    #[command(flatten)]
    About(About),
    #[command(flatten)]
    Step(Step),
}

/// Commands that need no more than the claim.
#[derive(Debug, Subcommand)]
enum About {
    /// Show a claim, without what the family wrote.
    Show { claim: ClaimId },
    /// Show what the rules give for it now, line by line.
    Assess { claim: ClaimId },
    /// Reveal what the family wrote, and what was written to it.
    Reveal { claim: ClaimId },
    /// Take a claim back for a family that asks for it.
    Withdraw { claim: ClaimId },
}

/// Steps with words that are kept with the claim.
#[derive(Debug, Subcommand)]
enum Step {
    /// Send a claim back for correction.
    Return {
        /// The claim.
        claim: ClaimId,
        /// What the family reads.
        #[arg(long)]
        message: String,
    },
    /// Examine a claim: propose what to grant for the filing that was seen.
    Examine {
        /// The claim.
        claim: ClaimId,
        /// Which filing was seen.
        #[arg(long)]
        filing: i16,
        /// What to grant, in yen.
        #[arg(long)]
        propose: i64,
        /// For the second person.
        #[arg(long)]
        message: String,
    },
    /// Decide on what was proposed, as a second person.
    Decide {
        /// The claim.
        claim: ClaimId,
        /// What is granted, in yen: as proposed.
        #[arg(long)]
        grant: i64,
        /// What the family reads.
        #[arg(long)]
        message: String,
    },
    /// Propose that the family gives some of a decided claim back.
    ProposeClawback {
        /// The claim.
        claim: ClaimId,
        /// How much, in yen.
        #[arg(long)]
        amount: i64,
        /// What the family reads.
        #[arg(long)]
        message: String,
    },
    /// Approve a clawback, as a second person.
    ApproveClawback {
        /// The clawback.
        clawback: ClawbackId,
        /// What the family reads.
        #[arg(long)]
        message: String,
    },
}

/// Reads a form from a TOML file, by the same rules as the API.
async fn form<T: Read>(path: &Path) -> anyhow::Result<T> {
    let text = String::from_utf8(read(path).await?).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), error.message()))?;
    let fields: Map<_, _> = table.into_iter().map(|(name, value)| (name, json(value))).collect();
    Fields::of_body(fields).read().map_err(|problem| {
        let body = problem.body(Language::English, None);
        let errors = body.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |error: &Value, name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let lines: Vec<_> = errors.iter().map(|error| format!("{}: {}", text(error, "pointer"), text(error, "detail"))).collect();
        anyhow::anyhow!("{}: {}", path.display(), lines.join("; "))
    })
}

/// TOML as JSON: a day is a text there.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(day) => Value::String(day.to_string()),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, json(value))).collect::<Map<_, _>>().into(),
        toml::Value::Float(number) => Value::String(number.to_string()),
    }
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::About(about) => look(&office, about).await,
        Command::Step(step) => take(&office, step).await,
        Command::List { state } => office.run(Action::ListClaims, None, async |by| claims::list_claims(by, state, None, LIST_MAX).await).await,
        Command::Clawbacks { all } => office.run(Action::ListClawbacks, None, async |by| claims::list_clawbacks(by, !all, None, LIST_MAX).await).await,
        Command::File { file } => {
            let form = form(&file).await?;
            office.run(Action::FileClaim, None, async |by| claims::file_claim(by, form).await).await
        }
        Command::FileAgain { claim, file } => {
            let form = form(&file).await?;
            office.run(Action::FileClaim, Some(&claim), async |by| claims::file_claim_again(by, claim, form).await).await
        }
        Command::AddEvidence { claim, kind, file } => {
            let bytes = read(&file).await?;
            let added = async |by: &Acting| claims::add_claim_evidence(by, claim, &kind, &bytes).await.map(|added| added.number);
            office.run(Action::AddEvidence, Some(&claim), added).await
        }
        Command::RevealEvidence { claim, number, out } => open(&office, (claim, number), &out).await,
    }
}

/// Writes a file of a claim to `out`, once it is written down that it was opened.
async fn open(office: &Office<'_>, (claim, number): (ClaimId, i16), out: &Path) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    let opened = async |by: &Acting| {
        let file = claims::reveal_claim_evidence(by, claim, number).await?;
        bytes = file.bytes;
        Ok(file.media)
    };
    let exit = office.run(Action::RevealEvidence, Some(&format_args!("{claim}/{number}")), opened).await?;
    if exit == Exit::Done {
        tokio::fs::write(out, bytes).await.with_context(|| format!("cannot write {}", out.display()))?;
    }
    Ok(exit)
}

async fn look(office: &Office<'_>, about: About) -> anyhow::Result<Exit> {
    match about {
        About::Show { claim } => office.run(Action::ShowClaim, Some(&claim), async |by| claims::show_claim(by, claim).await).await,
        About::Assess { claim } => office.run(Action::ShowClaim, Some(&claim), async |by| claims::assess_claim(by, claim).await).await,
        About::Reveal { claim } => office.run(Action::RevealClaim, Some(&claim), async |by| claims::reveal_claim(by, claim).await).await,
        About::Withdraw { claim } => office.run(Action::WithdrawClaim, Some(&claim), async |by| claims::withdraw_claim(by, claim).await).await,
    }
}

async fn take(office: &Office<'_>, step: Step) -> anyhow::Result<Exit> {
    match step {
        Step::Return { claim, message } => office.run(Action::ReturnClaim, Some(&claim), async |by| claims::return_claim(by, claim, &message).await).await,
        Step::Examine { claim, filing, propose, message } => {
            let examined = async |by: &Acting| claims::examine_claim(by, claim, filing, Yen::new(propose), &message).await;
            office.run(Action::ExamineClaim, Some(&claim), examined).await
        }
        Step::Decide { claim, grant, message } => {
            office.run(Action::DecideClaim, Some(&claim), async |by| claims::decide_claim(by, claim, Yen::new(grant), &message).await).await
        }
        Step::ProposeClawback { claim, amount, message } => {
            let proposed = async |by: &Acting| claims::propose_clawback(by, claim, Yen::new(amount), &message).await.map(|proposed| proposed.clawback);
            office.run(Action::ProposeClawback, Some(&claim), proposed).await
        }
        Step::ApproveClawback { clawback, message } => {
            office.run(Action::ApproveClawback, Some(&clawback), async |by| claims::approve_clawback(by, clawback, &message).await).await
        }
    }
}
