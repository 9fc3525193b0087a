//! The OpenAPI document of the city's face. What a route's own annotation does not say follows from what it is: its action names the roles and whether a
//! reason is needed, a command has an idempotency key, and each kind of request has its kinds of refusal.

use std::collections::BTreeMap;

use axum::http::Method;
use ledger::staff::{Action, Role};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Response, Type};
use utoipa::{IntoParams as _, IntoResponses as _, OpenApi};
use web::IdempotencyKey;
use web::openapi::{Always, ByRole, Commanded, Counted, FieldProblemSchema, OfOne, ProblemSchema, Queried, Sent, SignedIn, Token};

use super::super::desk::Route;
use super::{
    audit, bank, booklets, books, budgets, cards, claims, claims_evidence, claims_steps, clawbacks, families, family_accounts, letters, merchants, months,
    people, registrations, remittances, returns, reveals, rosters, sessions, staff, statements, tables, terminals,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hagukumi for the city",
        description = "The back office: rosters, grants, merchants, claims, the month, the bank, the books, and who did what. Each request of somebody signed in is written down before it is done. `refusal` of a problem is the ledger's own code.",
        version = "1",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/ops/v1")),
    paths(
        audit::all,
        bank::import, bank::match_lines, bank::report, bank::explain_credit, bank::explain_debit,
        books::trial_balance, books::verify, books::export, books::reverse,
        budgets::show, budgets::appropriate, budgets::fund, budgets::end_year,
        booklets::kinds, booklets::make_kind, booklets::of_family, booklets::issue, booklets::show, booklets::print, booklets::reissue, booklets::cancel,
        cards::of_family, cards::issue, cards::show, cards::print, cards::reissue, cards::end, cards::reserve, cards::cancel,
        claims::all, claims::file, claims::show, claims::assess, claims::reveal, claims::file_again,
        claims_evidence::scan, claims_evidence::open,
        claims_steps::send_back, claims_steps::examine, claims_steps::decide, claims_steps::withdraw,
        clawbacks::all, clawbacks::propose, clawbacks::approve,
        families::all, families::show, families::look_up,
        family_accounts::all, family_accounts::register, family_accounts::approve, family_accounts::refuse,
        letters::count, letters::print_next, letters::print_one, letters::renew, letters::record_delivery,
        merchants::all, merchants::apply, merchants::show, merchants::receive, merchants::approve, merchants::refuse, merchants::suspend, merchants::resume,
        months::checklist, months::close,
        people::all, people::invite, people::remove,
        registrations::apply_services, registrations::approve_services, registrations::change_account, registrations::approve_account, registrations::consent,
        remittances::all, remittances::prepare, remittances::show, remittances::approve, remittances::build, remittances::download, remittances::sent, remittances::cancel,
        returns::waiting, returns::propose, returns::confirm, returns::reject, returns::waiting_early, returns::propose_early, returns::confirm_early, returns::reject_early,
        reveals::family, reveals::merchant_account,
        rosters::preview, rosters::import, rosters::grant, rosters::revoke,
        sessions::create, sessions::end, sessions::me,
        staff::all, staff::invite, staff::assign, staff::issue, staff::end_sessions, staff::suspend, staff::resume,
        statements::all, statements::draw, statements::analyse, statements::claim, statements::examine, statements::approve,
        tables::trial_balance, tables::reconciliation, tables::remittance,
        terminals::all, terminals::make, terminals::revoke,
    ),
    components(schemas(ProblemSchema, FieldProblemSchema)),
    modifiers(&Token),
)]
struct Document;

/// The document of `routes`.
pub(in super::super) fn document(routes: &[Route]) -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for route in routes {
        if let Some(operation) = document.paths.paths.get_mut(route.path).and_then(|item| operation(item, &route.method)) {
            complete(operation, route);
        }
    }
    document
}

fn operation<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    match *method {
        Method::GET => item.get.as_mut(),
        Method::POST => item.post.as_mut(),
        Method::DELETE => item.delete.as_mut(),
        _ => None,
    }
}

fn complete(operation: &mut Operation, route: &Route) {
    let mut parameters: Vec<_> = placeholders(route.path).map(|name| RefOr::T(of_path(name))).collect();
    parameters.extend(operation.parameters.take().unwrap_or_default());
    match route.action {
        None => add(operation, &[SignedIn::responses, Sent::responses, Counted::responses, Always::responses]),
        Some(action) => guard(operation, action),
    }
    if is_command(route) {
        parameters.extend(IdempotencyKey::into_params(|| None).into_iter().map(RefOr::T));
        add(operation, &[Commanded::responses]);
    }
    if parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)) {
        add(operation, &[Queried::responses]);
    }
    if parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "after")) {
        add(operation, &[OfOne::responses]);
    }
    if route.method == Method::POST && route.action.is_some() {
        add(operation, &[Sent::responses, OfOne::responses]);
    }
    if route.path.contains('{') {
        add(operation, &[OfOne::responses]);
    }
    operation.parameters = Some(parameters).filter(|parameters| !parameters.is_empty());
    describe(&mut operation.responses.responses);
}

/// Whether it changes something, so that it is done once under its key.
fn is_command(route: &Route) -> bool {
    route.method == Method::POST && route.action.is_some_and(|action| !action.only_reads())
}

fn guard(operation: &mut Operation, action: Action) {
    let roles: Vec<_> = action.roles().iter().copied().map(Role::as_str).collect();
    let reason = if action.needs_reason() { " Needs a `reason`." } else { "" };
    operation.description = Some(format!("For: {}.{reason}", roles.join(", ")));
    operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("token", [])]);
    // One extension: several are written in any order.
    operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", json!({"action": action.code(), "roles": roles})).build());
    add(operation, &[SignedIn::responses, ByRole::responses, Always::responses]);
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn of_path(name: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(text)).build()
}

/// A group of answers.
type Group = fn() -> BTreeMap<String, RefOr<Response>>;

/// Adds the answers that are not there yet.
fn add(operation: &mut Operation, groups: &[Group]) {
    for (status, response) in groups.iter().flat_map(|group| group()) {
        operation.responses.responses.entry(status).or_insert(response);
    }
}

/// What an answer that is no problem means, where the route does not say.
fn describe(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            match status.as_str() {
                "201" => "Done; or done before, under this key.",
                "204" => "Done; there is nothing to tell.",
                _ => "As asked.",
            }
            .clone_into(&mut response.description);
        }
    }
}
