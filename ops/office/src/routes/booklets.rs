//! Booklets of paper tickets: kinds, issue, print, reissue, taking back.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::Ledger;
use ledger::city::City;
use ledger::error::{Error, Failure};
use ledger::ids::{BookletId, ChildId, FamilyId, Municipality};
use ledger::money::Yen;
use ledger::paper::{Booklet, BookletKind, NewBooklet, Rejected, booklet};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{day, flag, list, parsed, whole, word};
use web::{Body, Fields, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Because, DoneTo, MadeAs, Printed};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{BecauseRequest, BookletKindRequest, BookletKindSchema, IssueBookletRequest};
use crate::print::{self, Issuer, Page};

const SERVICES_MAX: usize = 20;
const CHILDREN_MAX: usize = 20;
const FACE_YEN_MAX: i64 = 10_000;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/booklet-kinds", Action::ListBookletKinds, kinds)
        .post("/booklet-kinds", Action::MakeBookletKind, make_kind)
        .get("/families/{family}/booklets", Action::ListBooklets, of_family)
        .post("/families/{family}/booklets", Action::IssueBooklet, issue)
        .get("/booklets/{booklet}", Action::ShowBooklet, show)
        .post("/booklets/{booklet}/print", Action::PrintBooklet, print)
        .post("/booklets/{booklet}/reissue", Action::ReissueBooklet, reissue)
        .post("/booklets/{booklet}/cancel", Action::CancelBooklet, cancel)
}

pub(super) struct KindFields(BookletKind);

impl Read for KindFields {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind = fields.required("kind", word);
        let face = fields.required("face_yen", whole(1, FACE_YEN_MAX));
        let expense = fields.required("expense", word);
        let services = fields.optional("services", list(SERVICES_MAX, word));
        Some(Self(BookletKind { kind: kind?, face: Yen::new(face?), expense: expense?, services: services?.unwrap_or_default() }))
    }
}

pub(super) struct IssueFields {
    kind: String,
    tickets: u16,
    children: Vec<ChildId>,
    own_money: bool,
    valid_through: Option<NaiveDate>,
}

impl Read for IssueFields {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind = fields.required("kind", word);
        let tickets = fields.required("tickets", whole(1, booklet::TICKETS_MAX.into()));
        let children = fields.optional("children", list(CHILDREN_MAX, parsed::<ChildId>("chd_…")));
        let own_money = fields.optional("own_money", flag);
        let valid_through = fields.optional("valid_through", day);
        Some(Self {
            kind: kind?,
            tickets: u16::try_from(tickets?).ok()?,
            children: children?.unwrap_or_default(),
            own_money: own_money?.unwrap_or(false),
            valid_through: valid_through?,
        })
    }
}

/// A kind of booklet, and through which days one that is issued today may be valid: the same for every family.
#[derive(Serialize, ToSchema)]
#[schema(as = BookletKindInForce)]
pub struct KindBody {
    kind: String,
    face_yen: i64,
    expense: String,
    services: Vec<String>,
    #[schema(value_type = Vec<String>)]
    valid_through: Vec<NaiveDate>,
}

/// A booklet, without its codes.
#[derive(Serialize, ToSchema)]
#[schema(as = Booklet)]
pub struct BookletBody {
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    booklet: BookletId,
    number: String,
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    family: FamilyId,
    kind: String,
    face_yen: i64,
    #[schema(value_type = String, format = Date)]
    valid_through: NaiveDate,
    edition: i16,
    issued_at: String,
    #[schema(required)]
    ended_at: Option<String>,
    unused: i64,
    used: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct BookletList {
    booklets: Vec<BookletBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BookletKindList)]
pub(super) struct KindList {
    kinds: Vec<KindBody>,
}

impl From<Booklet> for BookletBody {
    fn from(booklet: Booklet) -> Self {
        let Booklet { id, number, family, kind, valid_through, edition, issued_at, ended_at, unused, used } = booklet;
        Self {
            booklet: id,
            number,
            family,
            kind: kind.kind,
            face_yen: kind.face.get(),
            valid_through,
            edition,
            issued_at: tokyo_time(issued_at),
            ended_at: ended_at.map(tokyo_time),
            unused,
            used,
        }
    }
}

/// The kinds of a city with their days.
pub async fn list_kinds(ledger: &Ledger, city: Municipality) -> Result<Vec<KindBody>, Error<Rejected>> {
    let mut kinds = Vec::new();
    for kind in ledger.list_booklet_kinds(city).await? {
        let valid_through = ledger.booklet_days(city, &kind.kind).await?;
        let BookletKind { kind, face, expense, services } = kind;
        kinds.push(KindBody { kind, face_yen: face.get(), expense, services, valid_through });
    }
    Ok(kinds)
}

/// The city for whose families is printed.
pub async fn city_of(ledger: &Ledger, municipality: Municipality) -> Result<City, Failure> {
    let cities = ledger.list_cities().await?;
    cities.into_iter().find(|city| city.municipality == municipality).ok_or_else(|| Failure::inconsistent("municipalities", "a city is gone"))
}

/// The page of a booklet.
pub async fn page(ledger: &Ledger, city: Municipality, booklet: BookletId, host: &str) -> Result<Page, Error<Rejected>> {
    let printed = ledger.print_booklet(city, booklet).await?;
    let city = city_of(ledger, city).await?;
    let issuer = Issuer { city: &city, host, on: ledger.clock.today() };
    print::booklet(issuer, &printed).map_err(|error| Failure::inconsistent("booklets", error.to_string()).into())
}

/// Lists the kinds of booklets.
#[utoipa::path(get, path = "/booklet-kinds", operation_id = "list_booklet_kinds", tag = "paper", responses((status = 200, body = KindList)))]
pub(super) async fn kinds(State(deps): State<Deps>, acting: Acting) -> Result<Json<KindList>, Problem> {
    let kinds = list_kinds(&deps.ledger, acting.member.municipality).await.map_err(refused)?;
    Ok(Json(KindList { kinds }))
}

/// Makes a kind of booklet: face, expense and services, the same for every family.
#[utoipa::path(post, path = "/booklet-kinds", operation_id = "make_booklet_kind", tag = "paper", request_body = BookletKindRequest, responses((status = 201, body = BookletKindSchema)))]
pub(super) async fn make_kind(State(deps): State<Deps>, acting: Acting, Body(KindFields(kind)): Body<KindFields>) -> Result<MadeAs<BookletKind>, Problem> {
    let command = acting.command(&kind)?;
    deps.ledger.make_booklet_kind(acting.member.municipality, &command, &kind).await.map_err(refused)?;
    Ok(MadeAs(kind.kind.clone(), kind))
}

/// Lists a family's booklets.
#[utoipa::path(get, path = "/families/{family}/booklets", operation_id = "list_booklets", tag = "paper", responses((status = 200, body = BookletList)))]
pub(super) async fn of_family(State(deps): State<Deps>, acting: Acting, PathId(family): PathId<FamilyId>) -> Result<Json<BookletList>, Problem> {
    let city = acting.member.municipality;
    deps.ledger.find_family(city, family).await.map_err(failed)?.ok_or_else(not_found)?;
    let booklets = deps.ledger.booklets_of_family(city, family).await.map_err(failed)?;
    Ok(Json(BookletList { booklets: booklets.into_iter().map(Into::into).collect() }))
}

/// Issues a booklet: each ticket is set aside at once.
#[utoipa::path(post, path = "/families/{family}/booklets", operation_id = "issue_booklet", tag = "paper", request_body = IssueBookletRequest, responses((status = 201, body = BookletBody)))]
pub(super) async fn issue(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(family): PathId<FamilyId>,
    Body(body): Body<IssueFields>,
) -> Result<MadeAs<BookletBody>, Problem> {
    let IssueFields { kind, tickets, children, own_money, valid_through } = body;
    let asked = NewBooklet { family, children, own_money, kind, tickets, valid_through };
    let command = acting.command(&asked)?;
    let booklet = deps.ledger.issue_booklet(acting.member.municipality, &command, &asked).await.map_err(refused)?;
    Ok(MadeAs(booklet.id.to_string(), booklet.into()))
}

/// Shows a booklet, without its codes.
#[utoipa::path(get, path = "/booklets/{booklet}", operation_id = "show_booklet", tag = "paper", responses((status = 200, body = BookletBody)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, PathId(booklet): PathId<BookletId>) -> Result<Json<BookletBody>, Problem> {
    let found = deps.ledger.booklet(acting.member.municipality, booklet).await.map_err(failed)?;
    found.map(|booklet| Json(booklet.into())).ok_or_else(not_found)
}

/// Prints a booklet: whoever does holds money in hand.
#[utoipa::path(post, path = "/booklets/{booklet}/print", operation_id = "print_booklet", tag = "paper", request_body = BecauseRequest, responses((status = 200, body = String, content_type = "text/html; charset=utf-8")))]
pub(super) async fn print(State(deps): State<Deps>, acting: Acting, PathId(booklet): PathId<BookletId>, Body(_): Body<Because>) -> Result<Printed, Problem> {
    let page = page(&deps.ledger, acting.member.municipality, booklet, &deps.host).await.map_err(refused)?;
    Ok(Printed(booklet.to_string(), page))
}

/// Prints a lost booklet again; the old one is dead.
#[utoipa::path(post, path = "/booklets/{booklet}/reissue", operation_id = "reissue_booklet", tag = "paper", request_body = BecauseRequest, responses((status = 200, body = BookletBody)))]
pub(super) async fn reissue(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(booklet): PathId<BookletId>,
    Body(because): Body<Because>,
) -> Result<DoneTo<BookletBody>, Problem> {
    let command = acting.command(&(booklet, &because.reason))?;
    let booklet = deps.ledger.reissue_booklet(acting.member.municipality, &command, booklet).await.map_err(refused)?;
    Ok(DoneTo(booklet.id.to_string(), booklet.into()))
}

/// Takes a booklet back: what is unused goes back where it came from.
#[utoipa::path(post, path = "/booklets/{booklet}/cancel", operation_id = "cancel_booklet", tag = "paper", request_body = BecauseRequest, responses((status = 200, body = BookletBody)))]
pub(super) async fn cancel(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(booklet): PathId<BookletId>,
    Body(because): Body<Because>,
) -> Result<DoneTo<BookletBody>, Problem> {
    let command = acting.command(&(booklet, &because.reason))?;
    let booklet = deps.ledger.cancel_booklet(acting.member.municipality, &command, booklet).await.map_err(refused)?;
    Ok(DoneTo(booklet.id.to_string(), booklet.into()))
}
