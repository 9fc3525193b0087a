//! What the table of `crate::access` does not show: nobody leaves a trace, and what belongs to another city is answered like what nobody made, byte for
//! byte. The routes asked are the router's own list.

use std::collections::BTreeSet;

use ledger::ids::Municipality;
use ledger::staff::{Action, Role};
use office::Route;
use serde_json::json;
use uuid::Uuid;

use super::{Answer, CITY, Clerk, Office};
use crate::claims::picture;

/// An id of the kind that the path asks for, of nothing.
fn filled(path: &str) -> String {
    let id = |prefix: &str| format!("{prefix}_{}", Uuid::from_u128(7).as_simple());
    path.replace("{merchant}", &id("mrc"))
        .replace("{statement}", &id("stm"))
        .replace("{remittance}", &id("rmt"))
        .replace("{line}", &id("bnk"))
        .replace("{entry}", &id("ent"))
        .replace("{entitlement}", &id("acc"))
        .replace("{family}", &id("fam"))
        .replace("{booklet}", &id("bkl"))
        .replace("{card}", &id("crd"))
        .replace("{reservation}", &id("acc"))
        .replace("{name}", "nobody")
        .replace("{claim}", &id("clm"))
        .replace("{clawback}", &id("clw"))
        .replace("{number}", "1")
        .replace("{month}", "2030-01")
}

async fn ask(clerk: &Clerk, route: &Route) -> Answer {
    let path = filled(route.path);
    let kind = if route.upload { "text/csv" } else { "application/json" };
    let body = if route.upload { Vec::new() } else { json!({"reason": "なぜなら"}).to_string().into_bytes() };
    clerk.ask(route.method.clone(), &path, &format!("matrix {}", route.path).replace(' ', "-"), kind, body).await
}

#[tokio::test]
async fn nobody_gets_through_without_a_session_and_nothing_is_written_of_them() {
    let office = Office::at("2026-05-20").await;
    let forged = format!("{CITY}-{}", "0".repeat(64));
    let before = office.log().await.len();
    for route in office::routes().into_iter().filter(|route| route.action.is_some()) {
        for clerk in [office.stranger(), office.stranger().with_token("x"), office.stranger().with_token(&forged)] {
            let answer = ask(&clerk, &route).await;
            assert_eq!(answer.problem().0, 401, "{} {}: {}", route.method, route.path, answer.text());
        }
    }
    assert_eq!(office.log().await.len(), before);
}

#[test]
fn every_action_of_the_table_but_signing_in_has_a_route_and_every_route_an_action() {
    let routes = office::routes();
    let reached: BTreeSet<_> = routes.iter().filter_map(|route| route.action).collect();
    let missing: Vec<_> = Action::ALL.iter().filter(|action| !reached.contains(action)).map(|action| action.code()).collect();
    assert_eq!(missing, ["self.sign-in"]);
    let open: Vec<_> = routes.iter().filter(|route| route.action.is_none()).map(|route| (route.method.as_str(), route.path)).collect();
    assert_eq!(open, [("POST", "/sessions")]);
    let distinct: BTreeSet<_> = routes.iter().map(|route| (route.method.as_str(), route.path)).collect();
    assert_eq!(distinct.len(), routes.len());
}

#[tokio::test]
async fn another_citys_things_are_answered_like_things_that_are_not() {
    let office = Office::at("2026-05-20").await;
    let things = super::month::Things::made(&office).await;
    let routes = office::routes().into_iter().filter(|route| route.path.contains('{') && !route.path.contains("{month}"));
    for (number, route) in routes.enumerate() {
        let Some(action) = route.action else { continue };
        let name = format!("foreign{number}{}", action.code().replace(['.', '-'], ""));
        let role = action.roles()[0];
        let foreigner = office.stranger_from_fukuoka(&name[..name.len().min(40)], &[role]).await;
        let theirs = things.fill(route.path);
        assert_ne!(theirs, route.path, "nothing of this kind was made: {}", route.path);
        let unknown = filled(route.path);
        let kind = if route.upload { "image/jpeg" } else { "application/json" };
        let body = if route.upload { picture(7) } else { things.body(route.path).to_string().into_bytes() };
        let query = if route.path.ends_with("/evidence") { "?kind=receipt" } else { "" };
        let (theirs, unknown) = (format!("{theirs}{query}"), format!("{unknown}{query}"));
        let real = foreigner.ask(route.method.clone(), &theirs, "real", kind, body.clone()).await;
        let none = foreigner.ask(route.method.clone(), &unknown, "none", kind, body).await;
        assert_eq!((real.status, real.text()), (none.status, none.text()), "{} {}", route.method, route.path);
        assert_eq!(real.status, 404, "{} {}: {}", route.method, route.path, real.text());
    }
    office.books_are_sound().await;
}

#[tokio::test]
async fn a_token_of_another_face_or_city_opens_nothing_here() {
    let office = Office::at("2026-05-20").await;
    let clerk = office.clerk("clerk", &[Role::Auditor]).await;
    assert_eq!(clerk.get("/me").await.status, 200);
    let elsewhere = clerk.token().replacen(&CITY.to_string(), &Municipality::new(401_307).to_string(), 1);
    assert_eq!(clerk.with_token(&elsewhere).get("/me").await.status, 401);
    let things = super::month::Things::made(&office).await;
    assert_eq!(clerk.with_token(&things.terminal_token).get("/me").await.status, 401);
}
