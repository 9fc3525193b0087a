//! The office.

use std::path::Path;

use ledger::staff::Role;
use tests::support::access::{Asker, FilledRequest, Operation, assert_kept, table};
use tests::support::town::{Client, HOST};

use crate::claims::picture;
use crate::office::month::Things;
use crate::office::{Clerk, Office};

const SAID: &str = "# Who may ask what: the city's API

Asked about things of one city. `yes`: the request is looked at; a number: the status of the refusal. The roles of the *other city* are all that move money,
in one person, and the auditor's: what has an id is unknown to them (404), lists show their own. Kept by `tests/tests/it/access/ops.rs`.";

#[tokio::test]
async fn each_operation_of_the_citys_api_is_open_to_those_whom_the_table_names() {
    let office = Office::at("2026-05-20").await;
    let things = Things::made(&office).await;
    let routes = process::serve::router(office.ledger(), &process::serve::Reached::directly(HOST));
    let client = |clerk: &Clerk| Client::of(routes.clone()).bearer(clerk.token());
    let own = |name, client| Asker { name, client, own: true };
    let mut askers = vec![
        own("nobody", Client::of(routes.clone())),
        own("nonsense", Client::of(routes.clone()).bearer("nonsense")),
        own("a terminal", Client::of(routes.clone()).bearer(&things.terminal_token)),
    ];
    for role in Role::ALL {
        let clerk = office.clerk(&format!("access-{role}"), &[role]).await;
        askers.push(own(role.as_str(), client(&clerk)));
    }
    let foreign = office.stranger_from_fukuoka("access", &[Role::Preparer, Role::Approver, Role::Treasurer]).await;
    askers.push(Asker { name: "other city's staff", client: client(&foreign), own: false });
    let foreign = office.stranger_from_fukuoka("watch", &[Role::Auditor]).await;
    askers.push(Asker { name: "other city's auditor", client: client(&foreign), own: false });

    let document = serde_json::from_str(&web::openapi::text(&office::openapi())).unwrap();
    let asked = async |operation: &Operation, _| {
        let mut path = things.fill(&operation.path).replace("{month}", "2030-01").replace("{number}", "1");
        match operation.id.as_str() {
            "show_bank_lines" | "download_reconciliation" => path.push_str("?from=2026-05-01&to=2026-05-31"),
            "analyse_statements" => path.push_str("?month=2026-05"),
            "add_claim_evidence" => {
                path.push_str("?kind=receipt");
                return FilledRequest { path, body: picture(7) };
            }
            _ => {}
        }
        FilledRequest { path, body: things.body(&operation.path).to_string().into_bytes() }
    };
    let table = table("/ops/v1", &document, &askers, asked).await;
    assert_kept("ops", SAID, &table, Path::new(env!("CARGO_TARGET_TMPDIR")));
    office.books_are_sound().await;
}
