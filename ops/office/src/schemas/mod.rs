//! What the document says of requests, which are read field by field, and of answers that are the ledger's own types. Nothing here is made or read: the
//! test that asks the service by its document (`ops/test`) holds them to what is.

mod answers;
mod requests;

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub(super) use answers::*;
pub(super) use requests::*;

/// A text of 1 to `MOST` characters, as [`web::fields::text`] reads it: not blank, without control characters.
pub(super) struct Words<const MOST: usize>;

impl<const MOST: usize> PartialSchema for Words<MOST> {
    fn schema() -> RefOr<Schema> {
        let pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(MOST)).pattern(Some(pattern)).into()
    }
}

impl<const MOST: usize> ToSchema for Words<MOST> {}
