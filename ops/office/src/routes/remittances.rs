//! Remittances: prepared by one person, approved by another; the file built, downloaded, sent.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use ledger::Ledger;
use ledger::error::Failure;
use ledger::ids::{Municipality, RemittanceId};
use ledger::remittance::{DetailRow, File, Remittance};
use ledger::staff::Action;
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, text};
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, Items, MadeAs, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{BecauseRequest, MonthRequest, SentRequest};
use super::statements::MonthBody;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/remittances", Action::ListRemittances, all)
        .post("/remittances", Action::PrepareRemittance, prepare)
        .get("/remittances/{remittance}", Action::ShowRemittance, show)
        .post("/remittances/{remittance}/approve", Action::ApproveRemittance, approve)
        .post("/remittances/{remittance}/build", Action::BuildRemittance, build)
        .get("/remittances/{remittance}/file", Action::DownloadRemittance, download)
        .post("/remittances/{remittance}/sent", Action::SendRemittance, sent)
        .post("/remittances/{remittance}/cancel", Action::CancelRemittance, cancel)
}

/// One bank file.
#[derive(Serialize, ToSchema)]
#[schema(as = Remittance)]
pub struct RemittanceBody {
    #[schema(value_type = String, pattern = "^rmt_[0-9a-f]{32}$")]
    remittance: RemittanceId,
    sequence: i32,
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Month,
    #[schema(value_type = String, format = Date)]
    pay_on: NaiveDate,
    state: String,
    lines: i32,
    total_yen: i64,
}

impl From<Remittance> for RemittanceBody {
    fn from(remittance: Remittance) -> Self {
        let Remittance { id, sequence, month, pay_on, state, lines, total } = remittance;
        Self { remittance: id, sequence, month, pay_on, state, lines, total_yen: total.get() }
    }
}

/// A remittance with its lines, and with the payees that were stopped.
#[derive(Serialize, ToSchema)]
pub struct RemittanceDetail {
    #[serde(flatten)]
    remittance: RemittanceBody,
    detail: Vec<LineBody>,
    stops: Vec<StopBody>,
}

/// What one line pays to one payee. A family is named by its id.
#[derive(Serialize, ToSchema)]
#[schema(as = RemittanceLine)]
pub(super) struct LineBody {
    line: i32,
    #[schema(value_type = String)]
    payee_kind: &'static str,
    payee: String,
    #[schema(required)]
    name: Option<String>,
    receipts: i64,
    amount_yen: i64,
    returned: bool,
}

impl From<DetailRow> for LineBody {
    fn from(row: DetailRow) -> Self {
        let DetailRow { line, kind, payee, name, receipts, amount, returned } = row;
        Self { line, payee_kind: kind.as_str(), payee: payee.to_string(), name, receipts, amount_yen: amount.get(), returned }
    }
}

/// Somebody who is due and not paid, and what to do.
#[derive(Serialize, ToSchema)]
#[schema(as = Stop)]
pub(super) struct StopBody {
    payee_kind: String,
    payee: String,
    amount_yen: i64,
    code: String,
    what_to_do: String,
}

/// A file that was built: what people compare before it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = RemittanceFile)]
pub struct FileBody {
    sha256: String,
    lines: usize,
    total_yen: i64,
    sequence: i32,
}

impl From<&File> for FileBody {
    fn from(file: &File) -> Self {
        Self { sha256: hex(&file.sha256), lines: file.lines, total_yen: file.total.get(), sequence: file.sequence }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// 64 hexadecimal digits as bytes.
pub fn sha256(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.bytes().map(|sign| char::from(sign).to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| (high << 4) | low).collect();
    rest.is_empty().then_some(bytes)?.try_into().ok()
}

/// The SHA-256 of the file that was handed to the bank, as whoever sent it computed it.
pub(super) struct SentBody([u8; 32]);

impl Read for SentBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let digest = |given: Given<'_>| sha256(&text(64)(given)?).ok_or(Fault::Form("64 hexadecimal digits"));
        fields.required("sha256", digest).map(Self)
    }
}

/// Lists remittances.
#[utoipa::path(get, path = "/remittances", operation_id = "list_remittances", tag = "remittances", params(("after" = Option<String>, Query, max_length = 80, description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<RemittanceBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(asked): Params<Page>) -> Result<Json<Items<RemittanceBody>>, Problem> {
    let remittances = deps.ledger.list_remittances(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(page(remittances.into_iter().map(RemittanceBody::from), &asked, |remittance| remittance.remittance.to_string())))
}

/// Prepares the remittance of a statement month: one line an account, and a stop list.
#[utoipa::path(post, path = "/remittances", operation_id = "prepare_remittance", tag = "remittances", request_body = MonthRequest, responses((status = 201, body = RemittanceBody)))]
pub(super) async fn prepare(State(deps): State<Deps>, acting: Acting, Body(MonthBody(month)): Body<MonthBody>) -> Result<MadeAs<RemittanceBody>, Problem> {
    let command = acting.command(&month)?;
    let prepared = deps.ledger.prepare_remittance(acting.member.municipality, &command, month).await.map_err(refused)?;
    Ok(MadeAs(prepared.id.to_string(), prepared.into()))
}

/// A remittance with its lines and stops; none if there is no such remittance.
pub async fn detail(ledger: &Ledger, city: Municipality, id: RemittanceId) -> Result<Option<RemittanceDetail>, Failure> {
    let Some(found) = ledger.list_remittances(city).await?.into_iter().find(|remittance| remittance.id == id) else { return Ok(None) };
    let detail = ledger.remittance_detail(city, id).await?.into_iter().map(Into::into).collect();
    let stops = ledger.remittance_stops(city, id).await?.into_iter().map(|(payee_kind, payee, amount, code, what_to_do)| {
        let (payee, amount_yen) = (payee.to_string(), amount.get());
        StopBody { payee_kind, payee, amount_yen, code, what_to_do }
    });
    Ok(Some(RemittanceDetail { remittance: found.into(), detail, stops: stops.collect() }))
}

/// Shows a remittance with its lines and stops.
#[utoipa::path(get, path = "/remittances/{remittance}", operation_id = "show_remittance", tag = "remittances", responses((status = 200, body = RemittanceDetail)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, PathId(id): PathId<RemittanceId>) -> Result<Json<RemittanceDetail>, Problem> {
    detail(&deps.ledger, acting.member.municipality, id).await.map_err(failed)?.map(Json).ok_or_else(not_found)
}

/// Approves a remittance as prepared, as a second person.
#[utoipa::path(post, path = "/remittances/{remittance}/approve", operation_id = "approve_remittance", tag = "remittances", responses((status = 204)))]
pub(super) async fn approve(State(deps): State<Deps>, acting: Acting, PathId(id): PathId<RemittanceId>) -> Result<Done, Problem> {
    let command = acting.command(&id)?;
    deps.ledger.approve_remittance(acting.member.municipality, &command, id).await.map_err(refused)?;
    Ok(Done)
}

/// Builds the bank file (総合振込), reads it back and compares.
#[utoipa::path(post, path = "/remittances/{remittance}/build", operation_id = "build_remittance", tag = "remittances", responses((status = 200, body = FileBody)))]
pub(super) async fn build(State(deps): State<Deps>, acting: Acting, PathId(id): PathId<RemittanceId>) -> Result<Json<FileBody>, Problem> {
    let command = acting.command(&id)?;
    let file = deps.ledger.build_remittance(acting.member.municipality, &command, id).await.map_err(refused)?;
    Ok(Json(FileBody::from(&file)))
}

/// Downloads the bank file: it holds names and accounts of payees.
#[utoipa::path(get, path = "/remittances/{remittance}/file", operation_id = "download_remittance", tag = "remittances", responses((status = 200, body = String, content_type = "application/octet-stream"), (status = 409, description = "Its file is not built yet.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json")))]
pub(super) async fn download(State(deps): State<Deps>, acting: Acting, PathId(id): PathId<RemittanceId>) -> Result<Response, Problem> {
    let file = deps.ledger.remittance_file(acting.member.municipality, id).await.map_err(refused)?;
    let name = format!("attachment; filename=\"remittance-{}-{:04}.txt\"", acting.member.municipality, file.sequence);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (HeaderName::from_static("x-content-sha256"), hex(&file.sha256)),
    ];
    let mut answer = file.bytes.into_response();
    for (header, value) in headers {
        answer.headers_mut().extend(HeaderValue::from_str(&value).ok().map(|value| (header, value)));
    }
    Ok(answer)
}

/// Says that the file with this digest was handed to the bank. It is not paid yet.
#[utoipa::path(post, path = "/remittances/{remittance}/sent", operation_id = "send_remittance", tag = "remittances", request_body = SentRequest, responses((status = 204)))]
pub(super) async fn sent(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(id): PathId<RemittanceId>,
    Body(SentBody(sha256)): Body<SentBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(id, sha256))?;
    deps.ledger.mark_remittance_sent(acting.member.municipality, &command, id, &sha256).await.map_err(refused)?;
    Ok(Done)
}

/// Gives a remittance up that was not sent.
#[utoipa::path(post, path = "/remittances/{remittance}/cancel", operation_id = "cancel_remittance", tag = "remittances", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn cancel(State(deps): State<Deps>, acting: Acting, PathId(id): PathId<RemittanceId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(id, &because.reason))?;
    deps.ledger.cancel_remittance(acting.member.municipality, &command, id).await.map_err(refused)?;
    Ok(Done)
}
