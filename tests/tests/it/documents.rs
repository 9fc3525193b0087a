//! What the service says about itself: OpenAPI documents that fit its routes, and the registry of problems. Both are kept in `docs/`, so that a
//! change is seen by whoever reviews it. After a change that is meant:
//! `cargo run -p tests --bin write-documents`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::Method;
use serde_json::Value;
use tests::support::database::TestDatabase;
use tests::support::documents::kept;
use tests::support::town::Town;

#[test]
fn what_is_kept_in_docs_is_what_the_program_says() {
    for (file, text) in kept() {
        let known = fs::read_to_string(&file).unwrap_or_default();
        assert!(known == text, "{} is not what the program says: see the head of this test", file.display());
    }
}

#[tokio::test]
async fn every_documented_operation_is_there_and_asks_who_is_asking() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    for base in ["/citizen/v1", "/merchant/v1", "/ops/v1"] {
        let document = town.stranger().get(&format!("{base}/openapi.json")).await.ok();
        assert_eq!((&document["openapi"], &document["servers"][0]["url"]), (&"3.1.0".into(), &base.into()));
        for (path, method, operation) in operations(&document) {
            let asked = format!("{base}{}", path.replace(['{', '}'], ""));
            let answer = town.stranger().ask(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &asked).await;
            let status = answer.status.as_u16();
            assert!(operation["responses"].get(status.to_string()).is_some(), "{method} {path} answers {answer}");
            assert_eq!(operation.get("security").is_some(), status == 401, "{method} {path} answers {answer}");
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_answer_says_what_it_is() {
    for document in [citizen_api::openapi::document(), merchant_api::openapi::document(), office::openapi()] {
        let document: Value = serde_json::from_str(&web::openapi::text(&document)).unwrap();
        let mut names = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|description| !description.is_empty()), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn every_route_of_each_face_is_in_its_document_and_nothing_else() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let declared = |face: &str| {
        let mut found = Routes::new();
        routes(&sources.join(face).join("src"), &mut found);
        found
    };
    let of_office = office::routes().iter().map(|route| (route.method.as_str().to_lowercase(), route.path.to_owned())).collect();
    let faces = [
        (declared("citizen-api"), citizen_api::openapi::document()),
        (declared("merchant-api"), merchant_api::openapi::document()),
        (of_office, office::openapi()),
    ];
    for (routed, document) in faces {
        let document: Value = serde_json::from_str(&web::openapi::text(&document)).unwrap();
        let documented: Routes = operations(&document).into_iter().map(|(path, method, _)| (method, path)).collect();
        assert!(routed.len() >= 10, "{routed:?}");
        let missing: Vec<_> = routed.difference(&documented).collect();
        let surplus: Vec<_> = documented.difference(&routed).collect();
        assert_eq!((missing, surplus), (vec![], vec![]), "routes without documentation, and the other way round");
    }
}

#[test]
fn a_route_is_found_in_the_sources_with_each_of_its_methods() {
    let mut found = Routes::new();
    in_text(
        "Router::new().route(\"/a\", get(x::<T>).post(y::<T>).layer(Limit::max(1))).route(\"/b/{c}\",\n axum::routing::delete(z))\n}\n fn get(x)",
        &mut found,
    );
    let expected = [("delete", "/b/{c}"), ("get", "/a"), ("post", "/a")];
    assert_eq!(found, expected.map(|(method, path)| (method.to_owned(), path.to_owned())).into());
}

#[test]
fn the_document_of_the_city_names_the_roles_of_the_permission_table() {
    let document: Value = serde_json::from_str(&web::openapi::text(&office::openapi())).unwrap();
    for route in office::routes() {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let Some(action) = route.action else { continue };
        let roles: Vec<_> = action.roles().iter().map(|role| Value::from(role.as_str())).collect();
        let permission = &operation["x-permission"];
        assert_eq!((&permission["action"], &permission["roles"]), (&action.code().into(), &roles.into()), "{}", route.path);
        let key = operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == "Idempotency-Key");
        assert_eq!(key, route.method == Method::POST && !action.only_reads(), "{}", route.path);
    }
}

/// Path, method and operation of a document.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let of_path = |(path, item): (&String, &Value)| {
        let of_method = |(method, operation): (&String, &Value)| (path.clone(), method.clone(), operation.clone());
        item.as_object().unwrap().iter().map(of_method).collect::<Vec<_>>()
    };
    document["paths"].as_object().unwrap().iter().flat_map(of_path).collect()
}

/// Methods and paths.
type Routes = BTreeSet<(String, String)>;

/// What every `.route(` below a folder declares.
fn routes(folder: &Path, found: &mut Routes) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            routes(&entry.path(), found);
        } else {
            in_text(&fs::read_to_string(entry.path()).unwrap(), found);
        }
    }
}

fn in_text(text: &str, found: &mut Routes) {
    for rest in text.split(".route(\"").skip(1) {
        let (path, rest) = rest.split_once('"').unwrap();
        let declared = rest.split("\n}").next().unwrap();
        for method in ["get", "post", "put", "patch", "delete"] {
            let begins = |at: usize| !declared[..at].ends_with(|sign: char| sign.is_alphanumeric() || sign == '_');
            if declared.match_indices(&format!("{method}(")).any(|(at, _)| begins(at)) {
                found.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
}

#[tokio::test]
async fn the_viewer_brings_its_own_files_and_calls_nobody_else() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let page = town.stranger().get("/api/").await;
    assert!(page.status.is_success() && page.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{page}");
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'; style-src"));
    let page = page.text();
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    assert!(!page.contains("<script>"), "no script inline: the policy would stop it");
    let files = page.split(['"', '\'']).filter(|file| [".js", ".css"].iter().any(|end| file.ends_with(end)));
    for file in files {
        let answer = town.stranger().get(&format!("/api/{}", file.trim_start_matches("./"))).await;
        assert!(answer.status.is_success(), "{file}");
    }
    let settings = town.stranger().get("/api/swagger-initializer.js").await.text();
    assert!(settings.contains("/merchant/v1/openapi.json") && settings.contains("none"), "{settings}");
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_what_it_means() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let refused = town.stranger().get("/citizen/v1/children").await.json();
    let meaning = town.stranger().get(refused["type"].as_str().unwrap()).await.ok();
    assert_eq!((&meaning["code"], &meaning["title"]["ja"]), (&refused["code"], &refused["title"]));
    assert_eq!(town.stranger().get("/problems/x").await.problem().0, 404);
}
