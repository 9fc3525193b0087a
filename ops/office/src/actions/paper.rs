//! Booklets of paper tickets, and cards with what is reserved for them.

use ledger::error::Failure;
use ledger::ids::{AccountId, BookletId, CardId, FamilyId};
use ledger::paper::{BookletKind, Card, NewBooklet, Reserve};

use super::families::is_protected;
use super::{city_of, issuer};
use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::paper::{BookletBody, BookletKindBody, CardBody, KindBody, ReservationBody};
use crate::print::{self, Page};
use crate::refused::Refused;

/// Lists the kinds of booklets with their days.
pub async fn list_booklet_kinds(by: &Acting) -> Result<Vec<KindBody>, Refused> {
    let mut kinds = Vec::new();
    for kind in by.ledger().list_booklet_kinds(by.city()).await? {
        let valid_through = by.ledger().booklet_days(by.city(), &kind.kind).await?;
        let BookletKind { kind, face, expense, services } = kind;
        kinds.push(KindBody { kind, face_yen: face.get(), expense, services, valid_through });
    }
    Ok(kinds)
}

/// Makes a kind of booklet: face, expense and services, the same for every family.
pub async fn make_booklet_kind(by: &Acting, kind: BookletKind) -> Result<BookletKindBody, Refused> {
    let command = by.command(&kind)?;
    by.ledger().make_booklet_kind(by.city(), &command, &kind).await?;
    by.made(&kind.kind);
    Ok(kind.into())
}

/// Lists a family's booklets.
pub async fn list_booklets(by: &Acting, family: FamilyId) -> Result<Vec<BookletBody>, Refused> {
    by.ledger().find_family(by.city(), family).await?.ok_or(Refused::NotFound)?;
    Ok(by.ledger().booklets_of_family(by.city(), family).await?.into_iter().map(Into::into).collect())
}

/// Issues a booklet: each ticket is set aside at once.
pub async fn issue_booklet(by: &Acting, asked: &NewBooklet) -> Result<BookletBody, Refused> {
    let command = by.command(asked)?;
    let booklet = by.ledger().issue_booklet(by.city(), &command, asked).await?;
    by.made(booklet.id);
    Ok(booklet.into())
}

/// A booklet, without its codes.
pub async fn show_booklet(by: &Acting, booklet: BookletId) -> Result<BookletBody, Refused> {
    Ok(by.ledger().booklet(by.city(), booklet).await?.ok_or(Refused::NotFound)?.into())
}

/// Prints a booklet: its paper is money in hand.
pub async fn print_booklet(by: &Acting, booklet: BookletId, host: &str) -> Result<Page, Refused> {
    let printed = by.ledger().print_booklet(by.city(), booklet).await?;
    by.made(booklet);
    let city = city_of(by).await?;
    Ok(print::booklet(issuer(by, &city, host), &printed).map_err(|error| Failure::inconsistent("booklets", error.to_string()))?)
}

/// Puts a lost booklet under new codes; the old paper is dead.
pub async fn reissue_booklet(by: &Acting, booklet: BookletId) -> Result<BookletBody, Refused> {
    let command = by.command(&(booklet, by.reason()))?;
    let booklet = by.ledger().reissue_booklet(by.city(), &command, booklet).await?;
    by.made(booklet.id);
    Ok(booklet.into())
}

/// Takes a booklet back: what is unused goes back where it came from.
pub async fn cancel_booklet(by: &Acting, booklet: BookletId) -> Result<BookletBody, Refused> {
    let command = by.command(&(booklet, by.reason()))?;
    let booklet = by.ledger().cancel_booklet(by.city(), &command, booklet).await?;
    by.made(booklet.id);
    Ok(booklet.into())
}

/// A card as staff see it. Where a protected family goes is shown to nobody: the reservation's number is enough to take it back.
async fn seen(by: &Acting, mut card: Card) -> Result<CardBody, Refused> {
    if is_protected(by.ledger(), by.city(), card.family).await? {
        card.reservations.clear();
    }
    Ok(card.into())
}

/// Lists a family's cards.
pub async fn list_cards(by: &Acting, family: FamilyId) -> Result<Vec<CardBody>, Refused> {
    by.ledger().find_family(by.city(), family).await?.ok_or(Refused::NotFound)?;
    let mut cards = Vec::new();
    for card in by.ledger().cards_of_family(by.city(), family).await? {
        cards.push(seen(by, card).await?);
    }
    Ok(cards)
}

/// Issues a card.
pub async fn issue_card(by: &Acting, family: FamilyId) -> Result<CardBody, Refused> {
    let command = by.command(&family)?;
    let card = by.ledger().issue_card(by.city(), &command, family).await?;
    by.made(card.id);
    Ok(card.into())
}

/// A card and what is reserved for it, without its code.
pub async fn show_card(by: &Acting, card: CardId) -> Result<CardBody, Refused> {
    let card = by.ledger().card(by.city(), card).await?.ok_or(Refused::NotFound)?;
    seen(by, card).await
}

/// Prints a card.
pub async fn print_card(by: &Acting, card: CardId, host: &str) -> Result<Page, Refused> {
    let printed = by.ledger().print_card(by.city(), card).await?;
    by.made(card);
    let city = city_of(by).await?;
    Ok(print::card(issuer(by, &city, host), &printed).map_err(|error| Failure::inconsistent("cards", error.to_string()))?)
}

/// Puts a lost card under a new code; what is reserved moves along.
pub async fn reissue_card(by: &Acting, card: CardId) -> Result<CardBody, Refused> {
    let command = by.command(&(card, by.reason()))?;
    let card = by.ledger().reissue_card(by.city(), &command, card).await?;
    by.made(card.id);
    seen(by, card).await
}

/// Ends a card.
pub async fn end_card(by: &Acting, card: CardId) -> Result<CardBody, Refused> {
    let command = by.command(&(card, by.reason()))?;
    let card = by.ledger().end_card(by.city(), &command, card).await?;
    by.made(card.id);
    Ok(card.into())
}

/// Reserves for a card, on the phone line or at the counter.
pub async fn reserve_for_card(by: &Acting, card: CardId, asked: &Reserve) -> Result<ReservationBody, Refused> {
    let command = by.command(&(card, asked))?;
    let reserved = by.ledger().reserve(by.city(), &command, card, asked).await?;
    by.made(reserved.hold);
    Ok(reserved.into())
}

/// Takes a reservation back.
pub async fn cancel_reservation(by: &Acting, card: CardId, reservation: AccountId) -> Result<Done, Refused> {
    let command = by.command(&(card, reservation, by.reason()))?;
    by.ledger().cancel_reservation(by.city(), &command, card, reservation).await?;
    Ok(Done)
}
