//! Answers of staff's actions: the same document at the API and on the command line.
//!
//! Fields have no documentation of their own where their name says it: what is written here stands in the OpenAPI document.

pub(crate) mod bank;
pub(crate) mod books;
pub(crate) mod claims;
pub(crate) mod families;
pub(crate) mod merchants;
pub(crate) mod month;
pub(crate) mod paper;
pub(crate) mod remittances;
pub(crate) mod rosters;
pub(crate) mod staff;

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Done, and there is nothing to tell.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Done;

impl From<()> for Done {
    fn from((): ()) -> Self {
        Self
    }
}

/// One page. `next`, where it is, asks for the following page as `after`.
#[derive(Serialize)]
pub(crate) struct Items<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> Items<T> {
    /// The page behind `after` of a whole list.
    pub(crate) fn cut(all: Vec<T>, after: Option<&str>, limit: i64, id: impl Fn(&T) -> String) -> Self {
        let items = match after {
            None => all,
            Some(after) => all.into_iter().skip_while(|item| id(item) != after).skip(1).collect(),
        };
        Self::first(items, limit, id)
    }

    /// The page that `items` begins with: one more than `limit` tells that there is a next one.
    pub(crate) fn first(mut items: Vec<T>, limit: i64, id: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(id);
        Self { items, next }
    }
}

impl<T: ToSchema> PartialSchema for Items<T> {
    fn schema() -> RefOr<Schema> {
        let next = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
        ObjectBuilder::new()
            .description(Some("One page. `next`, where it is, asks for the following page as `after`."))
            .property("items", ArrayBuilder::new().items(T::schema()))
            .required("items")
            .property("next", next)
            .required("next")
            .into()
    }
}

impl<T: ToSchema> ToSchema for Items<T> {
    fn name() -> Cow<'static, str> {
        format!("Items_{}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
