//! Who may ask what: every operation of an OpenAPI document, asked by everybody who might, as a table that is kept in `docs/access/` and read by people.
//! An operation that is new, or that answers somebody otherwise, changes the table, and the test that keeps it fails.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::town::Client;

/// One operation of a document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path below the face, with its placeholders.
    pub path: String,
    /// The first kind of body that it takes; none where it takes none.
    pub media: Option<String>,
}

/// Somebody who asks.
pub struct Asker {
    /// The heading of their column.
    pub name: &'static str,
    /// How they ask.
    pub client: Client,
    /// Whether what is asked for is theirs: then it is there, and not finding it says nothing about them.
    pub own: bool,
}

/// The request of one operation, filled in.
#[derive(Debug, Clone)]
pub struct FilledRequest {
    /// The path, filled in.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The operations of a document, by name. What ends a session comes last.
#[must_use]
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let media = operation["requestBody"]["content"].as_object().and_then(|content| content.keys().next().cloned());
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let id = operation["operationId"].as_str().expect("a name").to_owned();
            found.push(Operation { id, method, path: path.clone(), media });
        }
    }
    found.sort_by_key(|operation| (operation.id == "sign_out", operation.id.clone()));
    found
}

/// Asks every operation as everybody, in turn; `things` answers what is sent for an operation, anew for each cell.
pub async fn table(base: &str, document: &Value, askers: &[Asker], mut things: impl AsyncFnMut(&Operation, usize) -> FilledRequest) -> String {
    let mut rows = Vec::new();
    for operation in operations(document) {
        let mut cells = Vec::new();
        for (column, asker) in askers.iter().enumerate() {
            let FilledRequest { path, body } = things(&operation, column).await;
            let key = format!("access/{}/{column}", operation.id);
            let kind = operation.media.as_deref().unwrap_or("application/json");
            let (status, code) = asker.client.knock(operation.method.clone(), &format!("{base}{path}"), &key, (kind, body)).await;
            assert!(!status.is_server_error(), "{} {}: {status} {code}", asker.name, operation.id);
            cells.push(cell(status, &code, asker.own));
        }
        rows.push((operation.id, cells));
    }
    drawn(&askers.iter().map(|asker| asker.name).collect::<Vec<_>>(), &rows)
}

/// The table of what each operation answered, one column for each asker.
#[must_use]
pub fn drawn(askers: &[&str], rows: &[(String, Vec<String>)]) -> String {
    let head = [format!("| operation | {} |", askers.join(" | ")), format!("|---|{}", "---|".repeat(askers.len()))];
    let rows = rows.iter().map(|(operation, cells)| format!("| `{operation}` | {} |", cells.join(" | ")));
    head.into_iter().chain(rows).chain([String::new()]).collect::<Vec<_>>().join("\n")
}

/// What an answer says of who may ask: `yes`, or how they are refused.
#[must_use]
pub fn cell(status: StatusCode, code: &str, own: bool) -> String {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => status.as_u16().to_string(),
        StatusCode::NOT_FOUND if !own => status.as_u16().to_string(),
        _ if code == "code-refused" => "refused".to_owned(),
        _ => "yes".to_owned(),
    }
}

/// Compares a table with the one that is kept under this name.
///
/// # Panics
/// They differ. The new table is written to `folder`, to be looked at and kept where it is meant.
pub fn assert_kept(name: &str, said: &str, table: &str, folder: &Path) {
    let text = format!("{said}\n\n{table}");
    let kept: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("docs/access").join(format!("{name}.md"));
    let known = fs::read_to_string(&kept).unwrap_or_default();
    if known != text {
        let new = folder.join(format!("{name}.md"));
        fs::write(&new, &text).expect("a place for the new table");
        let changed: Vec<_> = text.lines().filter(|line| !known.contains(line)).collect();
        panic!("who may ask what has changed. If it is meant: cp {} {}\n{}", new.display(), kept.display(), changed.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_tells_refusals_apart_and_what_is_not_there_only_to_strangers() {
        let cells = [(200, ""), (401, ""), (403, ""), (404, ""), (409, "code-refused"), (409, "not-now"), (422, "")];
        let of = |own| cells.map(|(status, code)| cell(StatusCode::from_u16(status).unwrap(), code, own));
        assert_eq!(of(true), ["yes", "401", "403", "yes", "refused", "yes", "yes"]);
        assert_eq!(of(false), ["yes", "401", "403", "404", "refused", "yes", "yes"]);
    }
}
