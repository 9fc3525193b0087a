//! What a handler's signature says of its route: its extractors describe the request, its answer the response. So the document says what is compiled.

use axum::Json;
use axum::extract::State;
use axum::handler::Handler;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::{Content, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};
use web::{Body, Created, Origin, Params, PathId, PathIds, Picture, RequestId};

use super::{Session, Upload};
use crate::Deps;
use crate::acting::Acting;
use crate::bodies::Done;

/// What the document says of a route, as far as its types know.
#[derive(Default)]
pub(crate) struct Description {
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RequestBody>,
    pub(super) answers: Vec<(&'static str, Response)>,
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
}

impl Description {
    /// A reference to the schema of `T`, which goes among the components.
    pub(crate) fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name();
        self.schemas.push((name.to_string(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(name).into()
    }

    /// An answer with one kind of content.
    pub(crate) fn answer(&mut self, status: &'static str, kind: &str, schema: RefOr<Schema>) {
        self.answers.push((status, ResponseBuilder::new().content(kind, Content::new(Some(schema))).build()));
    }

    /// An answer that is a file of this kind.
    pub(crate) fn file(&mut self, kind: &str) {
        self.answer("200", kind, bytes());
    }

    /// An answer that is a problem.
    pub(crate) fn problem(&mut self, status: &'static str, description: &str) {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        self.answers.push((status, ResponseBuilder::new().description(description).content("application/problem+json", content).build()));
    }

    fn takes(&mut self, kinds: &[&str], schema: &RefOr<Schema>) {
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        let body = kinds.iter().fold(body, |body, kind| body.content(*kind, Content::new(Some(schema.clone()))));
        self.body = Some(body.build());
    }
}

fn bytes() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

/// Something that a handler takes.
pub(crate) trait Asks {
    /// Says what it needs of the request.
    fn ask(_: &mut Description) {}
}

impl Asks for State<Deps> {}
impl Asks for Acting {}
impl Asks for Session {}
impl Asks for Origin {}
impl Asks for RequestId {}
// The parameters of a path are read out of the path.
impl<T> Asks for PathId<T> {}
impl<T, U> Asks for PathIds<T, U> {}

impl<T: ToSchema> Asks for Body<T> {
    fn ask(description: &mut Description) {
        let schema = description.refer::<T>();
        description.takes(&["application/json"], &schema);
    }
}

impl<T: IntoParams> Asks for Params<T> {
    fn ask(description: &mut Description) {
        description.parameters.extend(T::into_params(|| None));
    }
}

impl Asks for Upload {
    fn ask(description: &mut Description) {
        description.takes(&["text/csv", "text/plain", "application/octet-stream"], &bytes());
    }
}

impl Asks for Picture {
    fn ask(description: &mut Description) {
        description.takes(&["image/jpeg", "image/png", "application/pdf"], &bytes());
    }
}

/// Something that a handler answers.
pub(crate) trait Answers {
    /// Says what it looks like.
    fn answer(description: &mut Description);
}

impl<T: Answers, E> Answers for Result<T, E> {
    fn answer(description: &mut Description) {
        T::answer(description);
    }
}

impl<T: ToSchema> Answers for Json<T> {
    fn answer(description: &mut Description) {
        let schema = description.refer::<T>();
        description.answer("200", "application/json", schema);
    }
}

impl<T: ToSchema> Answers for Created<T> {
    fn answer(description: &mut Description) {
        let schema = description.refer::<T>();
        description.answer("201", "application/json", schema);
    }
}

impl Answers for Done {
    fn answer(description: &mut Description) {
        description.answers.push(("204", Response::default()));
    }
}

/// A handler that describes itself.
pub(crate) trait Described<T>: Handler<T, Deps> {
    /// What its signature says.
    fn describe() -> Description;
}

macro_rules! described {
    ($($ask:ident),*) => {
        impl<F, Fut, A, M, $($ask),*> Described<(M, $($ask,)*)> for F
        where
            F: Handler<(M, $($ask,)*), Deps> + FnOnce($($ask),*) -> Fut,
            Fut: Future<Output = A>,
            A: Answers,
            $($ask: Asks,)*
        {
            fn describe() -> Description {
                let mut description = Description::default();
                $($ask::ask(&mut description);)*
                A::answer(&mut description);
                description
            }
        }
    };
}

described!(T1);
described!(T1, T2);
described!(T1, T2, T3);
described!(T1, T2, T3, T4);
