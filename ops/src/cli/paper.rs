//! `hagukumi paper`: booklets and cards, at the counter and on the phone line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::error::Error;
use ledger::ids::{AccountId, BookletId, CardId, ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::paper::{BookletKind, NewBooklet, Rejected, Reserve};
use ledger::staff::Action;
use serde::Serialize;

use super::office::{Ending, Office, Who};
use super::output::{Exit, Output};
use office::print::Page;
use office::routes::booklets::{self, BookletBody};
use office::routes::cards::{self, CardBody, ReservationBody};

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

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Card(command) => card(&office, command).await,
        command @ (Command::Kinds | Command::MakeKind { .. } | Command::Issue { .. }) => issue(&office, command).await,
        command => booklet(&office, command).await,
    }
}

/// A page that was written.
#[derive(Serialize)]
pub(super) struct Written {
    file: String,
}

/// Writes a page for the printer, for nobody else to read.
pub(super) async fn write(path: &Path, page: &Page) -> anyhow::Result<Written> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = tokio::fs::OpenOptions::from(options).open(path).await.with_context(|| format!("cannot write {}", path.display()))?;
    tokio::io::AsyncWriteExt::write_all(&mut { file }, page.0.as_bytes()).await.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Written { file: path.display().to_string() })
}

/// The page is made and logged first; then it is written.
fn print_page<'a>(
    office: &'a Office<'a>,
    action: Action,
    subject: String,
    page: impl Future<Output = Result<Page, Error<Rejected>>> + 'a,
    to: PathBuf,
) -> Ending<'a> {
    let written = async move {
        let page = page.await?;
        write(&to, &page).await.map_err(|error| ledger::error::Failure::inconsistent("print", format!("{error:#}")).into())
    };
    office.run::<Written, Rejected>(action, Some(subject), written)
}

async fn issue(office: &Office<'_>, command: Command) -> anyhow::Result<Exit> {
    let (ledger, city) = (office.ledger, office.city);
    match command {
        Command::MakeKind { kind, face_yen, expense, services } => {
            let kind = BookletKind { kind, face: Yen::new(face_yen), expense, services };
            let command = office.command(Action::MakeBookletKind, &kind);
            office.run(Action::MakeBookletKind, Some(kind.kind.clone()), ledger.make_booklet_kind(city, &command, &kind)).await
        }
        Command::Issue { family, kind, tickets, children, own_money, valid_through } => {
            let asked = NewBooklet { family, children, own_money, kind, tickets, valid_through };
            let command = office.command(Action::IssueBooklet, &asked);
            let issued = async { ledger.issue_booklet(city, &command, &asked).await.map(BookletBody::from) };
            office.run(Action::IssueBooklet, Some(family.to_string()), issued).await
        }
        _ => office.run(Action::ListBookletKinds, None, booklets::list_kinds(ledger, city)).await,
    }
}

async fn booklet(office: &Office<'_>, command: Command) -> anyhow::Result<Exit> {
    let (ledger, city, reason) = (office.ledger, office.city, office.reason());
    match command {
        Command::Show { booklet } => {
            let found = async { Ok(ledger.booklet(city, booklet).await?.map(BookletBody::from)) };
            office.look_at(Action::ShowBooklet, booklet.to_string(), found).await
        }
        Command::Print { booklet, to } => {
            let page = booklets::page(ledger, city, booklet, &to.public_host);
            print_page(office, Action::PrintBooklet, booklet.to_string(), page, to.out.clone()).await
        }
        Command::Reissue { booklet } => {
            let command = office.command(Action::ReissueBooklet, &(booklet, reason));
            let done = async { ledger.reissue_booklet(city, &command, booklet).await.map(BookletBody::from) };
            office.run(Action::ReissueBooklet, Some(booklet.to_string()), done).await
        }
        Command::Cancel { booklet } => {
            let command = office.command(Action::CancelBooklet, &(booklet, reason));
            let done = async { ledger.cancel_booklet(city, &command, booklet).await.map(BookletBody::from) };
            office.run(Action::CancelBooklet, Some(booklet.to_string()), done).await
        }
        _ => Ok(Exit::Refused),
    }
}

async fn card(office: &Office<'_>, command: CardCommand) -> anyhow::Result<Exit> {
    let (ledger, city, reason) = (office.ledger, office.city, office.reason());
    match command {
        CardCommand::Issue { family } => {
            let command = office.command(Action::IssueCard, &family);
            let issued = async { ledger.issue_card(city, &command, family).await.map(CardBody::from) };
            office.run(Action::IssueCard, Some(family.to_string()), issued).await
        }
        CardCommand::Show { card } => {
            let found = async {
                match ledger.card(city, card).await? {
                    Some(card) => cards::seen(ledger, city, card).await.map(Some),
                    None => Ok(None),
                }
            };
            office.look_at(Action::ShowCard, card.to_string(), found).await
        }
        CardCommand::Print { card, to } => {
            let page = cards::page(ledger, city, card, &to.public_host);
            print_page(office, Action::PrintCard, card.to_string(), page, to.out.clone()).await
        }
        CardCommand::Reissue { card } => {
            let command = office.command(Action::ReissueCard, &(card, reason));
            let done = async { Ok(cards::seen(ledger, city, ledger.reissue_card(city, &command, card).await?).await?) };
            office.run::<CardBody, Rejected>(Action::ReissueCard, Some(card.to_string()), done).await
        }
        CardCommand::End { card } => {
            let command = office.command(Action::EndCard, &(card, reason));
            let done = async { ledger.end_card(city, &command, card).await.map(CardBody::from) };
            office.run(Action::EndCard, Some(card.to_string()), done).await
        }
        command => reserve(office, command).await,
    }
}

async fn reserve(office: &Office<'_>, command: CardCommand) -> anyhow::Result<Exit> {
    let (ledger, city, reason) = (office.ledger, office.city, office.reason());
    match command {
        CardCommand::Reserve { card, merchant, expense, price_yen, service, children, own_money } => {
            let asked = Reserve { children, merchant, expense, service, price: Yen::new(price_yen), own_money };
            let command = office.command(Action::ReserveForCard, &(card, &asked));
            let reserved = async { ledger.reserve(city, &command, card, &asked).await.map(ReservationBody::from) };
            office.run(Action::ReserveForCard, Some(card.to_string()), reserved).await
        }
        CardCommand::CancelReservation { card, reservation } => {
            let command = office.command(Action::CancelReservation, &(card, reservation, reason));
            let done = ledger.cancel_reservation(city, &command, card, reservation);
            office.run(Action::CancelReservation, Some(format!("{card}/{reservation}")), done).await
        }
        _ => Ok(Exit::Refused),
    }
}
