//! Requests, declared once: [`form!`](crate::form!) makes the struct, its reader and what the OpenAPI document says of it from one list of fields.
//!
//! Each field names a rule, and a rule both reads and describes: no limit stands in the document that the reader does not keep.

mod rules;

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, SchemaType};
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Schema, Type};

use crate::fields::{Fault, Fields, Given, Read};

pub use rules::{Rule, Whole, any_text, at_least, day, flag, id, list, parsed, raw, text, whole, word};

/// A request that says of itself how it is read and described.
pub trait Form: Read {
    /// Its fields, in the order in which they are declared.
    fn fields() -> Vec<Field>;
}

/// What the document says of one field.
#[derive(Clone)]
pub struct Field {
    name: &'static str,
    about: String,
    schema: Schema,
    required: bool,
}

/// How a field is taken out of a request.
pub trait Take<T> {
    /// Takes it. `None` when it was not right: that is noted.
    fn take(&self, fields: &mut Fields, name: &'static str) -> Option<T>;

    /// Describes it.
    fn describe(&self, name: &'static str, about: &str) -> Vec<Field>;
}

impl<T, F: Fn(Given<'_>) -> Result<T, Fault>> Take<T> for Rule<F> {
    fn take(&self, fields: &mut Fields, name: &'static str) -> Option<T> {
        fields.required(name, &self.read)
    }

    fn describe(&self, name: &'static str, about: &str) -> Vec<Field> {
        vec![Field { name, about: about.to_owned(), schema: self.schema.clone(), required: true }]
    }
}

/// A field that may be left out, or null.
pub struct Optional<F>(Rule<F>);

/// A field that may be left out, or null.
pub fn optional<F>(rule: Rule<F>) -> Optional<F> {
    Optional(rule)
}

impl<T, F: Fn(Given<'_>) -> Result<T, Fault>> Take<Option<T>> for Optional<F> {
    fn take(&self, fields: &mut Fields, name: &'static str) -> Option<Option<T>> {
        fields.optional(name, &self.0.read)
    }

    fn describe(&self, name: &'static str, about: &str) -> Vec<Field> {
        vec![Field { name, about: about.to_owned(), schema: self.0.schema.clone(), required: false }]
    }
}

/// A field that stands for `absent` where it is left out.
pub struct Or<F, T>(Rule<F>, T);

impl<F> Rule<F> {
    /// `absent` where the field is left out.
    pub fn or<T>(self, absent: T) -> Or<F, T> {
        Or(self, absent)
    }
}

impl<T: Clone, F: Fn(Given<'_>) -> Result<T, Fault>> Take<T> for Or<F, T> {
    fn take(&self, fields: &mut Fields, name: &'static str) -> Option<T> {
        fields.optional(name, &self.0.read).map(|given| given.unwrap_or_else(|| self.1.clone()))
    }

    fn describe(&self, name: &'static str, about: &str) -> Vec<Field> {
        vec![Field { name, about: about.to_owned(), schema: self.0.schema.clone(), required: false }]
    }
}

/// The fields of another form, beside those of this one.
#[derive(Debug, Clone, Copy)]
pub struct Fold;

impl<T: Form> Take<T> for Fold {
    fn take(&self, fields: &mut Fields, _: &'static str) -> Option<T> {
        T::read(fields)
    }

    fn describe(&self, _: &'static str, _: &str) -> Vec<Field> {
        T::fields()
    }
}

/// Doc comments as one text.
#[must_use]
pub fn about(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
}

/// A body as the document has it.
#[must_use]
pub fn object<T: Form>(about: &str) -> RefOr<Schema> {
    let body = ObjectBuilder::new().schema_type(Type::Object).description(Some(about));
    let body = body.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let body = T::fields().into_iter().fold(body, |body, field| {
        let Field { name, about, schema, required } = field;
        let body = if required { body.required(name) } else { body };
        body.property(name, described(if required { schema } else { nullable(schema) }, about))
    });
    body.into()
}

/// A query as the document has it.
#[must_use]
pub fn parameters<T: Form>() -> Vec<Parameter> {
    let parameter = |Field { name, about, schema, required }| {
        let about = Some(about).filter(|about: &String| !about.is_empty());
        let required = if required { Required::True } else { Required::False };
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(about).required(required).schema(Some(schema)).build()
    };
    T::fields().into_iter().map(parameter).collect()
}

fn described(mut schema: Schema, about: String) -> Schema {
    let about = Some(about).filter(|about| !about.is_empty());
    match &mut schema {
        Schema::Object(object) => object.description = about,
        Schema::Array(array) => array.description = about,
        _ => {}
    }
    schema
}

fn nullable(mut schema: Schema) -> Schema {
    let of = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => SchemaType::from_iter([kind.clone(), Type::Null]),
        other => other.clone(),
    };
    match &mut schema {
        Schema::Object(object) => object.schema_type = of(&object.schema_type),
        Schema::Array(array) => array.schema_type = of(&array.schema_type),
        _ => {}
    }
    schema
}

/// Declares a request: `struct Name as "NameInTheDocument" { … }` for a body, `struct Name { … }` for a query. Each field is `name: Type = rule`.
#[macro_export]
macro_rules! form {
    ($(#[doc = $doc:literal])* $(#[derive($($derive:path),+)])? $(#[serde($($serde:tt)+)])? $(#[expect($($expect:tt)+)])? $vis:vis struct $name:ident as $title:literal { $($fields:tt)+ }) => {
        $crate::form!(@fields [$(#[doc = $doc])* $(#[derive($($derive),+)])? $(#[serde($($serde)+)])? $(#[expect($($expect)+)])?] $vis $name { $($fields)+ });

        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                $crate::form::object::<Self>(&$crate::form::about(&[$($doc),*]))
            }
        }

        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                $title.into()
            }
        }
    };
    ($(#[doc = $doc:literal])* $(#[derive($($derive:path),+)])? $(#[serde($($serde:tt)+)])? $(#[expect($($expect:tt)+)])? $vis:vis struct $name:ident { $($fields:tt)+ }) => {
        $crate::form!(@fields [$(#[doc = $doc])* $(#[derive($($derive),+)])? $(#[serde($($serde)+)])? $(#[expect($($expect)+)])?] $vis $name { $($fields)+ });

        impl ::utoipa::IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<::utoipa::openapi::path::ParameterIn>) -> Vec<::utoipa::openapi::path::Parameter> {
                $crate::form::parameters::<Self>()
            }
        }
    };
    (@fields [$($meta:tt)*] $vis:vis $name:ident { $($(#[doc = $doc:literal])* $field:ident: $type:ty = $rule:expr),+ $(,)? }) => {
        $($meta)*
        $vis struct $name { $($(#[doc = $doc])* $vis $field: $type),+ }

        impl $crate::Read for $name {
            fn read(fields: &mut $crate::Fields) -> Option<Self> {
                $(let $field: Option<$type> = $crate::form::Take::take(&$rule, fields, stringify!($field));)+
                Some(Self { $($field: $field?),+ })
            }
        }

        impl $crate::form::Form for $name {
            fn fields() -> Vec<$crate::form::Field> {
                let mut fields = Vec::new();
                $(fields.extend($crate::form::Take::<$type>::describe(&$rule, stringify!($field), &$crate::form::about(&[$($doc),*])));)+
                fields
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::PartialSchema as _;

    use super::*;
    use crate::language::Language;

    crate::form! {
        /// Who pays.
        #[derive(Debug, PartialEq)]
        struct Payer as "Payer" {
            /// Their name.
            name: String = text(5),
            amount: i16 = whole(1, 9),
            note: Option<String> = optional(raw(3)),
        }
    }

    crate::form! {
        /// A bill.
        #[derive(Debug, PartialEq)]
        struct Bill as "Bill" {
            on: chrono::NaiveDate = day(),
            payer: Payer = Fold,
            urgent: bool = flag().or(false),
        }
    }

    fn read(body: &Value) -> Result<Bill, Value> {
        let fields = Fields::of_body(body.as_object().unwrap().clone());
        fields.read().map_err(|problem| problem.body(Language::English, None)["errors"].clone())
    }

    #[test]
    fn one_declaration_reads_and_describes_the_same_fields() {
        let bill = read(&json!({"on": "2026-05-20", "name": "sato", "amount": 3})).unwrap();
        assert_eq!(bill.payer, Payer { name: "sato".to_owned(), amount: 3, note: None });
        assert!(!bill.urgent);
        let schema = serde_json::to_value(Bill::schema()).unwrap();
        assert_eq!(schema["required"], json!(["on", "name", "amount"]));
        assert_eq!(schema["properties"]["amount"], json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 9}));
        assert_eq!(schema["properties"]["note"], json!({"type": ["string", "null"], "maxLength": 3}));
        assert_eq!((&schema["description"], &schema["properties"]["name"]["description"]), (&json!("A bill."), &json!("Their name.")));
    }

    #[test]
    fn what_the_document_forbids_is_refused_by_the_reader() {
        let errors = read(&json!({"on": "20 May", "name": "a name", "amount": 10, "note": "long", "else": 1})).unwrap_err();
        let places: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(places, ["#/on", "#/name", "#/amount", "#/note", "#/else"]);
    }
}
