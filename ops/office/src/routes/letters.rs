//! Letters with the activation code: printed only by whoever says why, and written down family by family.

use axum::Json;
use axum::extract::State;
use ledger::Ledger;
use ledger::error::{Error, Failure};
use ledger::ids::{FamilyId, Municipality};
use ledger::people::letter::{ADDRESS_MAX, LETTERS_MAX, Printed as Letters, Rejected, Waiting};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, raw, text, whole};
use web::{Body, Fields, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, Printed, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{BecauseRequest, DeliveryAddressRequest, PrintLettersRequest};
use super::booklets::city_of;
use crate::print::{self, Issuer, Page};

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/letters", Action::CountLetters, count)
        .post("/letters", Action::PrintLetters, print_next)
        .post("/families/{family}/letter", Action::PrintLetter, print_one)
        .post("/families/{family}/letter/renew", Action::RenewLetter, renew)
        .post("/families/{family}/delivery-address", Action::RecordDelivery, record_delivery)
}

pub(super) struct BatchFields {
    most: i64,
    reason: String,
}

impl Read for BatchFields {
    fn read(fields: &mut Fields) -> Option<Self> {
        let most = fields.required("most", whole(1, LETTERS_MAX));
        let reason = fields.required("reason", text(REASON_MAX));
        Some(Self { most: most?, reason: reason? })
    }
}

pub(super) struct DeliveryFields {
    address: Option<String>,
    reason: String,
}

impl Read for DeliveryFields {
    fn read(fields: &mut Fields) -> Option<Self> {
        let lines = |given: Given<'_>| {
            let address = raw(ADDRESS_MAX)(given)?;
            let written = !address.trim().is_empty() && !address.chars().any(|sign| sign.is_control() && sign != '\n');
            if written { Ok(address) } else { Err(Fault::Length(ADDRESS_MAX)) }
        };
        let address = fields.optional("address", lines);
        let reason = fields.required("reason", text(REASON_MAX));
        Some(Self { address: address?, reason: reason? })
    }
}

/// How many families wait for a letter. Those of protected families are printed one by one.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingLetters)]
pub struct WaitingBody {
    together: i64,
    alone: i64,
}

impl From<Waiting> for WaitingBody {
    fn from(waiting: Waiting) -> Self {
        Self { together: waiting.together, alone: waiting.alone }
    }
}

/// The page of letters that were printed.
pub async fn page(ledger: &Ledger, city: Municipality, printed: &Letters, host: &str) -> Result<Page, Failure> {
    let city = city_of(ledger, city).await?;
    let issuer = Issuer { city: &city, host, on: ledger.clock.today() };
    print::letters(issuer, &printed.letters).map_err(|error| Failure::inconsistent("letters", error.to_string()))
}

async fn answer(deps: &Deps, city: Municipality, printed: Result<Letters, Error<Rejected>>) -> Result<Printed, Problem> {
    let printed = printed.map_err(refused)?;
    let page = page(&deps.ledger, city, &printed, &deps.host).await.map_err(failed)?;
    Ok(Printed(printed.id.to_string(), page))
}

/// Counts the families that wait for a letter.
#[utoipa::path(get, path = "/letters", operation_id = "count_letters", tag = "families", responses((status = 200, body = WaitingBody)))]
pub(super) async fn count(State(deps): State<Deps>, acting: Acting) -> Result<Json<WaitingBody>, Problem> {
    let waiting = deps.ledger.count_letters_waiting(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(waiting.into()))
}

/// Prints the letters that wait, of no protected family.
#[utoipa::path(post, path = "/letters", operation_id = "print_letters", tag = "families", request_body = PrintLettersRequest, responses((status = 200, body = String, content_type = "text/html; charset=utf-8")))]
pub(super) async fn print_next(State(deps): State<Deps>, acting: Acting, Body(body): Body<BatchFields>) -> Result<Printed, Problem> {
    let (city, command) = (acting.member.municipality, acting.command(&(body.most, &body.reason))?);
    answer(&deps, city, deps.ledger.print_letters(city, &command, body.most).await).await
}

/// Prints the letter of one family: its names and address, and its activation code.
#[utoipa::path(post, path = "/families/{family}/letter", operation_id = "print_letter", tag = "families", request_body = BecauseRequest, responses((status = 200, body = String, content_type = "text/html; charset=utf-8")))]
pub(super) async fn print_one(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(family): PathId<FamilyId>,
    Body(because): Body<Because>,
) -> Result<Printed, Problem> {
    let (city, command) = (acting.member.municipality, acting.command(&(family, &because.reason))?);
    let printed = answer(&deps, city, deps.ledger.print_letter(city, &command, family).await).await?;
    // The log names whose names were opened.
    Ok(Printed(format!("{family}/{}", printed.0), printed.1))
}

/// Puts another activation code in force, and signs the family out.
#[utoipa::path(post, path = "/families/{family}/letter/renew", operation_id = "renew_letter", tag = "families", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn renew(State(deps): State<Deps>, acting: Acting, PathId(family): PathId<FamilyId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(family, &because.reason))?;
    deps.ledger.renew_letter(acting.member.municipality, &command, family).await.map_err(refused)?;
    Ok(Done)
}

/// Records where a family's letters go.
#[utoipa::path(post, path = "/families/{family}/delivery-address", operation_id = "record_delivery_address", tag = "families", request_body = DeliveryAddressRequest, responses((status = 204)))]
pub(super) async fn record_delivery(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(family): PathId<FamilyId>,
    Body(body): Body<DeliveryFields>,
) -> Result<Done, Problem> {
    let command = acting.command(&(family, &body.address, &body.reason))?;
    deps.ledger.record_delivery_address(acting.member.municipality, &command, family, body.address.as_deref()).await.map_err(refused)?;
    Ok(Done)
}
