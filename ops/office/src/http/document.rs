//! The OpenAPI document of the office. What a handler's signature does not say follows from what its route is: its action names the roles and whether a
//! reason is needed, a command has an idempotency key, and each kind of request has its kinds of refusal.

use std::collections::BTreeMap;

use axum::http::Method;
use ledger::staff::{Action, Role};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Response, Type};
use utoipa::{IntoParams as _, IntoResponses as _, OpenApi};
use web::IdempotencyKey;
use web::openapi::{Always, ByRole, Commanded, Counted, FieldProblemSchema, OfOne, ProblemSchema, Queried, Sent, SignedIn, Token};

use super::describe::Description;
use super::routes::{Documented, Route, Routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hagukumi for the city",
        description = "The back office: rosters, grants, merchants, claims, the month, the bank, the books, and who did what. Each request of somebody signed in is written down before it is done. `refusal` of a problem is the ledger's own code.",
        version = "1",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/ops/v1")),
    components(schemas(ProblemSchema, FieldProblemSchema)),
    modifiers(&Token),
)]
struct Document;

/// The document of `routes`.
pub(crate) fn document(routes: Routes) -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for Documented { route, entry, description } in routes.declared() {
        let Description { parameters, body, answers, schemas } = description;
        let operation = OperationBuilder::new().tag(entry.tag).summary(Some(entry.summary)).operation_id(Some(entry.id)).request_body(body);
        let operation = parameters.into_iter().fold(operation, OperationBuilder::parameter);
        let operation = answers.into_iter().fold(operation, |operation, (status, answer)| operation.response(status, answer));
        let mut operation = operation.build();
        complete(&mut operation, &route);
        document.paths.add_path_operation(route.path, method(&route.method), operation);
        document.components.get_or_insert_default().schemas.extend(schemas);
    }
    document
}

fn method(method: &Method) -> Vec<HttpMethod> {
    let known = [(Method::GET, HttpMethod::Get), (Method::POST, HttpMethod::Post), (Method::DELETE, HttpMethod::Delete)];
    known.into_iter().filter(|(of, _)| of == method).map(|(_, documented)| documented).collect()
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
