//! Many bills at once: a month's, as a list from a program or a file from a spreadsheet.
//!
//! A program's list that is malformed is refused whole, with the place of every mistake. A person's file is read line by line: a line that cannot be a
//! bill is refused with its reason and the rest goes on. The same lines again make nothing twice.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use csv::StringRecord;
use serde::Serialize;
use utoipa::ToSchema;
use web::openapi::{Always, Commanded, Sent, SignedIn};
use web::problem::{Place, registry};
use web::{Body, Fields, IdempotencyKey, Language, Problem, Read, Text};

use super::BillBody;
use crate::Deps;
use crate::csv::read;
use crate::problems::of_line;
use crate::routes::{Caller, refused};
use crate::till::{Billed, Invoice, NewInvoice, TillError};

/// A month's bills of a large school.
const LINES_MAX: usize = 2_000;
pub(super) const BYTES_MAX: usize = 1024 * 1024;
/// What a column may be called, in Japanese or as the field is; the field.
const COLUMNS: [(&str, &str); 5] = [("請求番号", "reference"), ("金額", "amount_yen"), ("費目", "expense"), ("サービス", "service"), ("支払期限", "due_on")];
const COLUMNS_NEEDED: [&str; 3] = ["reference", "amount_yen", "expense"];

/// A list of bills.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvoices)]
pub(crate) struct BatchBody {
    #[schema(max_items = 2_000)]
    invoices: Vec<BillBody>,
}

impl Read for BatchBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.each("invoices", LINES_MAX).map(|invoices| Self { invoices })
    }
}

/// One line as it was read: a bill, or what is wrong with which column.
struct Line {
    number: u64,
    reference: Option<String>,
    read: Result<NewInvoice, Vec<Mistake>>,
}

/// What is wrong with a line.
struct Mistake {
    column: Option<String>,
    code: String,
    said: Text,
}

/// The lines of a request, whichever way they came.
pub(crate) struct Lines(Vec<Line>);

impl<S: Send + Sync> FromRequest<S> for Lines {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/csv") {
            let Body(BatchBody { invoices }) = Body::from_request(request, state).await?;
            let line = |(number, bill): (u64, BillBody)| Line { number, reference: Some(bill.reference.clone()), read: Ok(bill.into()) };
            return Ok(Self((1..).zip(invoices).map(line).collect()));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
            Problem::new(if too_large { &registry::TOO_LARGE } else { &registry::MALFORMED_FILE })
        })?;
        of_file(&bytes).map(Self)
    }
}

fn file_refused(japanese: String, english: String) -> Problem {
    Problem::new(&registry::MALFORMED_FILE).detail(Text::new(japanese, english))
}

fn of_file(bytes: &[u8]) -> Result<Vec<Line>, Problem> {
    let unreadable = || file_refused("CSV（UTF-8 または Shift_JIS）として読めません。".to_owned(), "It is no CSV in UTF-8 or Shift_JIS.".to_owned());
    let (headings, rows) = read(bytes).ok_or_else(unreadable)?;
    let columns = columns(&headings)?;
    if rows.len() > LINES_MAX {
        return Err(file_refused(format!("{LINES_MAX} 行以内に分けて送ってください。"), format!("Send at most {LINES_MAX} lines at once.")));
    }
    Ok(rows.iter().map(|(number, row)| line(*number, row, &headings, &columns)).collect())
}

/// The field of each column.
fn columns(headings: &StringRecord) -> Result<Vec<&'static str>, Problem> {
    let mut columns = Vec::new();
    for heading in headings {
        let known = COLUMNS.iter().find(|(japanese, field)| [*japanese, *field].contains(&heading.trim()));
        let Some((_, field)) = known.filter(|(_, field)| !columns.contains(field)) else {
            let (japanese, english) = (format!("見出し「{heading}」は使えません。"), format!("There is no column {heading:?}, or it comes twice."));
            return Err(file_refused(format!("{japanese}使える見出し: 請求番号、金額、費目、サービス、支払期限"), english));
        };
        columns.push(*field);
    }
    match COLUMNS.iter().find(|(_, field)| COLUMNS_NEEDED.contains(field) && !columns.contains(field)) {
        Some((japanese, field)) => Err(file_refused(format!("見出し「{japanese}」がありません。"), format!("The column {field} is missing."))),
        None => Ok(columns),
    }
}

fn line(number: u64, row: &StringRecord, headings: &StringRecord, columns: &[&'static str]) -> Line {
    let cells: Vec<_> =
        columns.iter().zip(row).map(|(field, cell)| ((*field).to_owned(), cell.trim().to_owned())).filter(|(_, cell)| !cell.is_empty()).collect();
    let reference = cells.iter().find(|(field, _)| field == "reference").map(|(_, cell)| cell.clone());
    if row.len() != headings.len() {
        let said = Text::new(
            format!("{} 列あります（見出しは {} 列）。", row.len(), headings.len()),
            format!("It has {} cells, the headings {}.", row.len(), headings.len()),
        );
        return Line { number, reference, read: Err(vec![Mistake { column: None, code: "columns".to_owned(), said }]) };
    }
    let read = Fields::of_query(cells).read::<BillBody>().map(NewInvoice::from).map_err(|problem| mistakes(&problem, headings, columns));
    Line { number, reference, read }
}

/// Each wrong field by the heading of its column.
fn mistakes(problem: &Problem, headings: &StringRecord, columns: &[&'static str]) -> Vec<Mistake> {
    let heading = |field: &str| columns.iter().position(|column| *column == field).and_then(|at| headings.get(at)).map(str::to_owned);
    let mistake = |error: &web::problem::FieldProblem| {
        let column = match &error.place {
            Place::Query(field) | Place::Body(field) => heading(field),
        };
        Mistake { column, code: error.code.clone().into_owned(), said: error.detail.clone() }
    };
    problem.errors().iter().map(mistake).collect()
}

/// What became of a batch.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Batch)]
pub(crate) struct BatchAnswer {
    /// Bills that were made.
    made: usize,
    /// Lines whose bill was there.
    known: usize,
    /// Lines that cannot be bills.
    refused: usize,
    /// One for each line, in their order.
    lines: Vec<LineBody>,
}

/// What became of one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchLine)]
pub(crate) struct LineBody {
    /// The place in the list, from 1 on; in a file the line, where the headings are the first.
    line: u64,
    /// The merchant's own number, as far as it could be read.
    #[schema(required)]
    reference: Option<String>,
    /// `made`, `known` or `refused`.
    #[schema(value_type = String)]
    outcome: &'static str,
    /// The bill.
    #[schema(required)]
    invoice: Option<String>,
    /// What is typed to pay it.
    #[schema(required)]
    code: Option<String>,
    /// What its QR symbol holds.
    #[schema(required)]
    link: Option<String>,
    /// Why it is refused.
    errors: Vec<MistakeBody>,
}

/// What is wrong with a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchError)]
pub(crate) struct MistakeBody {
    /// The heading of the column; none where it is the line as a whole.
    #[schema(required)]
    column: Option<String>,
    /// What is wrong, for programs.
    code: String,
    /// What is wrong, for people.
    detail: String,
}

impl BatchAnswer {
    fn add(&mut self, line: LineBody) {
        let count = match line.outcome {
            "made" => &mut self.made,
            "known" => &mut self.known,
            _ => &mut self.refused,
        };
        *count = count.saturating_add(1);
        self.lines.push(line);
    }
}

impl LineBody {
    fn billed(deps: &Deps, number: u64, outcome: &'static str, invoice: Invoice) -> Self {
        let link = super::link(deps, &invoice.code);
        let Invoice { invoice, reference, code, .. } = invoice;
        Self { line: number, reference: Some(reference), outcome, invoice: Some(invoice), code: Some(code), link: Some(link), errors: Vec::new() }
    }

    fn refused(line: u64, reference: Option<String>, mistakes: Vec<Mistake>, language: Language) -> Self {
        let body = |Mistake { column, code, said }| MistakeBody { column, code, detail: said.of(language).to_owned() };
        let errors = mistakes.into_iter().map(body).collect();
        Self { line, reference, outcome: "refused", invoice: None, code: None, link: None, errors }
    }
}

/// Makes many bills: a JSON list, or a CSV with the headings 請求番号, 金額, 費目 and, where wanted, サービス and 支払期限 (or the names of the fields).
/// Lines that cannot be bills are answered with their reasons and the rest is made, all at once or not at all. The same lines again make nothing twice.
#[utoipa::path(post, path = "/invoices/batch", operation_id = "create_invoices", tag = "invoices", security(("token" = [])), params(IdempotencyKey),
    request_body(content((BatchBody = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "What became of each line.", body = BatchAnswer), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn create(
    State(deps): State<Deps>,
    caller: Caller,
    key: IdempotencyKey,
    headers: HeaderMap,
    Lines(lines): Lines,
) -> Result<Json<BatchAnswer>, Problem> {
    let language = Language::of(&headers);
    let bills: Vec<_> = lines.iter().filter_map(|line| line.read.as_ref().ok()).cloned().collect();
    let mut billed = deps.doors.create_invoices(&caller.0, &key.of("invoices"), &bills).await.map_err(refused)?.into_iter();
    let mut answer = BatchAnswer::default();
    for Line { number, reference, read } in lines {
        answer.add(match read.map(|_| billed.next()) {
            Err(mistakes) => LineBody::refused(number, reference, mistakes, language),
            Ok(Some(Billed::Made(invoice))) => LineBody::billed(&deps, number, "made", invoice),
            Ok(Some(Billed::Known(invoice))) => LineBody::billed(&deps, number, "known", invoice),
            Ok(Some(Billed::Refused(invalid))) => {
                let (code, said) = of_line(invalid);
                LineBody::refused(number, reference, vec![Mistake { column: None, code: code.to_owned(), said }], language)
            }
            Ok(None) => return Err(Problem::failed(&TillError::Unknown("the door left lines of a batch unanswered".into()))),
        });
    }
    Ok(Json(answer))
}
