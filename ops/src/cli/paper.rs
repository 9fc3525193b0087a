//! `hagukumi paper`: booklets and cards, at the counter and on the phone line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::error::Failure;
use ledger::ids::{AccountId, BookletId, CardId, ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::paper::{BookletKind, NewBooklet, Reserve};
use ledger::staff::Action;
use office::actions::paper;
use office::print::Page;
use office::{Acting, Refused};
use serde::Serialize;

use super::office::{Office, Who};
use super::output::{Exit, Output};

/// Who, and what.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    who: Who,
    #[command(subcommand)]
    command: Command,
}

/// Where a page goes, and where its links lead.
#[derive(Debug, Args)]
pub(super) struct PrintTo {
    /// The file to write, for the printer.
    #[arg(long)]
    pub(super) out: PathBuf,
    /// The host in the links of QR codes, as families and desks reach this service.
    #[arg(long, default_value = "localhost")]
    pub(super) public_host: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the kinds of booklets, and through which days they are valid.
    Kinds,
    /// Make a kind of booklet: all booklets of a kind are alike.
    MakeKind {
        /// What staff call it, as in `care`.
        kind: String,
        /// What each ticket pays, in yen.
        face_yen: i64,
        /// What it is for, as merchants are registered: `care_fee`.
        expense: String,
        /// The services it is for; none is any.
        services: Vec<String>,
    },
    /// Issue a booklet: the face of every ticket is set aside.
    Issue {
        /// For whom.
        family: FamilyId,
        /// Which kind.
        kind: String,
        /// How many tickets, 1 to 30.
        tickets: u16,
        /// Whose entitlements may pay.
        #[arg(long = "child")]
        children: Vec<ChildId>,
        /// Own money pays what they do not.
        #[arg(long)]
        own_money: bool,
        /// The last day on which it works, one of the city's days.
        #[arg(long)]
        valid_through: Option<NaiveDate>,
    },
    /// Show a booklet, without its codes.
    Show {
        /// The booklet.
        booklet: BookletId,
    },
    /// Write the page of a booklet: whoever has it holds money in hand.
    Print {
        /// The booklet.
        booklet: BookletId,
        #[command(flatten)]
        to: PrintTo,
    },
    /// Make new codes for a lost booklet; the old paper opens nothing. Then print it.
    Reissue {
        /// The booklet.
        booklet: BookletId,
    },
    /// Take a booklet back.
    Cancel {
        /// The booklet.
        booklet: BookletId,
    },
    /// Cards.
    #[command(subcommand)]
    Card(CardCommand),
}

#[derive(Debug, Subcommand)]
enum CardCommand {
    /// Issue a card.
    Issue {
        /// For whom.
        family: FamilyId,
    },
    /// Show a card and what is reserved for it.
    Show {
        /// The card.
        card: CardId,
    },
    /// Write the page of a card.
    Print {
        /// The card.
        card: CardId,
        #[command(flatten)]
        to: PrintTo,
    },
    /// Make a new code for a lost card; what is reserved moves along. Then print it.
    Reissue {
        /// The card.
        card: CardId,
    },
    /// End a card.
    End {
        /// The card.
        card: CardId,
    },
    /// Reserve for a family that calls or stands at the counter.
    Reserve {
        /// The card.
        card: CardId,
        /// Where.
        merchant: MerchantId,
        /// What for, as in `tuition`.
        expense: String,
        /// The whole price, in yen.
        price_yen: i64,
        /// The service, where services have registrations of their own.
        #[arg(long)]
        service: Option<String>,
        /// Whose entitlements may pay.
        #[arg(long = "child")]
        children: Vec<ChildId>,
        /// Own money pays the rest.
        #[arg(long)]
        own_money: bool,
    },
    /// Take a reservation back.
    CancelReservation {
        /// The card.
        card: CardId,
        /// The reservation.
        reservation: AccountId,
    },
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Kinds => office.run(Action::ListBookletKinds, None, paper::list_booklet_kinds).await,
        Command::MakeKind { kind, face_yen, expense, services } => {
            let made = BookletKind { kind: kind.clone(), face: Yen::new(face_yen), expense, services };
            office.run(Action::MakeBookletKind, Some(&kind), async |by| paper::make_booklet_kind(by, made).await.map(drop)).await
        }
        Command::Issue { family, kind, tickets, children, own_money, valid_through } => {
            let asked = NewBooklet { family, children, own_money, kind, tickets, valid_through };
            office.run(Action::IssueBooklet, Some(&family), async |by| paper::issue_booklet(by, &asked).await).await
        }
        Command::Show { booklet } => office.run(Action::ShowBooklet, Some(&booklet), async |by| paper::show_booklet(by, booklet).await).await,
        Command::Print { booklet, to } => {
            let printed = async |by: &Acting| to.write(paper::print_booklet(by, booklet, &to.public_host).await?).await;
            office.run(Action::PrintBooklet, Some(&booklet), printed).await
        }
        Command::Reissue { booklet } => office.run(Action::ReissueBooklet, Some(&booklet), async |by| paper::reissue_booklet(by, booklet).await).await,
        Command::Cancel { booklet } => office.run(Action::CancelBooklet, Some(&booklet), async |by| paper::cancel_booklet(by, booklet).await).await,
        Command::Card(command) => card(&office, command).await,
    }
}

async fn card(office: &Office<'_>, command: CardCommand) -> anyhow::Result<Exit> {
    match command {
        CardCommand::Issue { family } => office.run(Action::IssueCard, Some(&family), async |by| paper::issue_card(by, family).await).await,
        CardCommand::Show { card } => office.run(Action::ShowCard, Some(&card), async |by| paper::show_card(by, card).await).await,
        CardCommand::Print { card, to } => {
            let printed = async |by: &Acting| to.write(paper::print_card(by, card, &to.public_host).await?).await;
            office.run(Action::PrintCard, Some(&card), printed).await
        }
        CardCommand::Reissue { card } => office.run(Action::ReissueCard, Some(&card), async |by| paper::reissue_card(by, card).await).await,
        CardCommand::End { card } => office.run(Action::EndCard, Some(&card), async |by| paper::end_card(by, card).await).await,
        CardCommand::Reserve { card, merchant, expense, price_yen, service, children, own_money } => {
            let asked = Reserve { children, merchant, expense, service, price: Yen::new(price_yen), own_money };
            office.run(Action::ReserveForCard, Some(&card), async |by| paper::reserve_for_card(by, card, &asked).await).await
        }
        CardCommand::CancelReservation { card, reservation } => {
            let subject = format!("{card}/{reservation}");
            office.run(Action::CancelReservation, Some(&subject), async |by| paper::cancel_reservation(by, card, reservation).await).await
        }
    }
}

/// A page that was written.
#[derive(Serialize)]
pub(super) struct Written {
    file: String,
}

impl PrintTo {
    /// Writes a page for the printer, for nobody else to read. What cannot be written stands as failed in the audit log.
    pub(super) async fn write(&self, page: Page) -> Result<Written, Refused> {
        let written = self.write_file(&page).await;
        written.map_err(|error| Failure::inconsistent("print", format!("cannot write {}: {error}", self.out.display())))?;
        Ok(Written { file: self.out.display().to_string() })
    }

    async fn write_file(&self, page: &Page) -> std::io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = tokio::fs::OpenOptions::from(options).open(&self.out).await?;
        tokio::io::AsyncWriteExt::write_all(&mut file, page.0.as_bytes()).await
    }
}
