//! The Till over the private line: who is let in, what happens when the line breaks, and that both doors answer over it as they do in one process. The
//! line is cut by a proxy in between, after the inner service has done its work and before its answer is through.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use merchant_api::doors::{Registrar as _, Till as _};
use merchant_api::registrar::{Account, NewApplication, NewPerson, Role, Service, SignIn};
use merchant_api::till::{Answer, Credential, NewCapture, ScannedCode, TillError};
use private_line::certificates::{self, Certificates};
use private_line::{HttpTill, TlsListener};
use process::till::LedgerTill;
use serde_json::json;
use sqlx::PgPool;
use tempfile::TempDir;
use tests::support::city::date;
use tests::support::database::TestDatabase;
use tests::support::town::{TODAY, Town};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn made() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    certificates::make("localhost", folder.path(), date(TODAY)).unwrap();
    folder
}

fn end(folder: &Path, end: &str) -> Certificates {
    Certificates::read(&folder.join(end)).unwrap()
}

/// An inner service on this machine.
async fn inner(town: &Town, folder: &Path) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = TlsListener::new(listener, &end(folder, "inner")).unwrap();
    tokio::spawn(process::serve::serve_till(listener, Arc::new(LedgerTill::new(town.test.ledger.clone())), std::future::pending()));
    address
}

fn line(port: u16, certificates: &Certificates) -> HttpTill {
    HttpTill::new(&format!("https://localhost:{port}"), certificates).unwrap()
}

/// Forwards to `inner`; once something has been captured, the first so many answers are cut off.
async fn cutting(inner: SocketAddr, books: &PgPool, cuts: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (port, left) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(cuts)));
    let (counted, books) = (left.clone(), books.clone());
    tokio::spawn(async move {
        while let Ok((outside, _)) = listener.accept().await {
            tokio::spawn(forward(outside, TcpStream::connect(inner).await.unwrap(), books.clone(), counted.clone()));
        }
    });
    (port, left)
}

async fn forward(outside: TcpStream, inside: TcpStream, books: PgPool, cuts: Arc<AtomicUsize>) {
    let ((mut from_outside, mut to_outside), (mut from_inside, mut to_inside)) = (outside.into_split(), inside.into_split());
    let asked = Arc::new(AtomicUsize::new(0));
    let asking = asked.clone();
    let there = tokio::spawn(async move {
        let mut buffer = [0; 16 * 1024];
        while let Ok(read @ 1..) = from_outside.read(&mut buffer).await {
            asking.fetch_add(1, Ordering::SeqCst);
            if to_inside.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from_inside.read(&mut buffer).await {
        // Behind the greeting comes the request; what is said once it has been carried out is the answer.
        let carried_out = asked.load(Ordering::SeqCst) >= 2 && captured(&books).await > 0;
        if carried_out && cuts.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            break;
        }
        if to_outside.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    there.abort();
}

async fn captured(books: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM captures").fetch_one(books).await.unwrap()
}

fn capture(code: &str, yen: i64) -> NewCapture {
    NewCapture { code: ScannedCode::new(code), amount_yen: Some(yen) }
}

async fn held(town: &Town, yen: i64) -> String {
    let family = town.signed_in(0).await;
    family.post("/citizen/v1/payments", "pay", &town.payment(0, 0, yen)).await.ok()["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_broken_line_leaves_the_outcome_unknown_and_the_same_key_finds_it_out() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (folder, code) = (made(), held(&town, 5_000).await);
    let inner = inner(&town, folder.path()).await;
    let face = end(folder.path(), "face");
    // The call is made twice by itself, and both answers are lost.
    let (port, left) = cutting(inner, database.pool(), 2).await;
    let (till, desk) = (line(port, &face), Credential::new(town.merchant(0).token.to_string()));
    let lost = till.capture(&desk, "key", &capture(&code, 5_000)).await.unwrap_err();
    assert!(matches!(lost, TillError::Unknown(_)), "{lost:?}");
    assert_eq!(left.load(Ordering::SeqCst), 0, "both answers were cut");
    // It was done all the same, once; asking again with the same key tells.
    let receipt = till.capture(&desk, "key", &capture(&code, 5_000)).await.unwrap();
    assert_eq!(receipt.amount_yen, 5_000);
    assert!(matches!(till.capture(&desk, "other", &capture(&code, 5_000)).await, Err(TillError::Refused)));
    assert_eq!(captured(database.pool()).await, 1);
    // One answer lost is made good by the call's own second attempt.
    let (port, _) = cutting(inner, database.pool(), 1).await;
    assert_eq!(line(port, &face).receipt(&desk, &receipt.receipt).await.unwrap(), receipt);
}

#[tokio::test]
async fn nobody_there_is_not_known_yet_and_says_so_to_the_desk() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let folder = made();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let doors = Arc::new(line(port, &end(folder.path(), "face")));
    let ledger = &town.test.ledger;
    let surroundings = process::serve::ProcessSurroundings::new(ledger.clock.clone(), ledger.entropy.clone(), false);
    let reached = process::serve::Reached::directly("localhost");
    let routes = process::serve::merchants_alone(process::serve::Merchants { doors, porter: None }, database.pool(), &reached, surroundings);
    let desk = tests::support::town::Client::of(routes).bearer(&town.merchant(0).token.to_string());
    let answer = desk.post("/merchant/v1/captures", "key", &json!({"code": "14SFS6F-RW02Y4C-RY5XCS1-0FS64T5", "amount_yen": 100})).await;
    assert_eq!((answer.problem(), answer.headers["retry-after"].to_str().unwrap()), ((503, "outcome-unknown".to_owned()), "1"));
}

#[tokio::test]
async fn whoever_shows_no_certificate_of_this_authority_is_not_let_in() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (folder, other) = (made(), made());
    let port = inner(&town, folder.path()).await.port();
    let desk = Credential::new(town.merchant(0).token.to_string());
    assert!(line(port, &end(folder.path(), "face")).caller(&desk).await.is_ok());
    // Another authority's, whichever side it would be believed on; and this one's, shown by the wrong end.
    let mixed = tempfile::tempdir().unwrap();
    for (name, from) in [("authority.pem", &folder), ("own.pem", &other), ("own.key", &other)] {
        fs::copy(from.path().join("face").join(name), mixed.path().join(name)).unwrap();
    }
    for stranger in [end(other.path(), "face"), Certificates::read(mixed.path()).unwrap(), end(folder.path(), "inner")] {
        let refused = line(port, &stranger).caller(&desk).await.unwrap_err();
        assert!(matches!(refused, TillError::Unknown(_)), "{refused:?}");
    }
    // Without TLS there is nothing at all.
    let mut plain = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    plain.write_all(b"POST /till/v1/caller HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n[]").await.unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    assert!(line(port, &end(folder.path(), "face")).caller(&desk).await.is_ok(), "and those who belong are served on");
}

#[tokio::test]
async fn certificates_are_good_for_their_host_only_and_their_keys_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = made();
    for end in ["inner", "face"] {
        let mode = fs::metadata(folder.path().join(end).join("own.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(HttpTill::new("http://localhost:1", &end(folder.path(), "face")).is_err(), "nothing goes over the line in the clear");
    assert!(HttpTill::new("https://localhost:1/elsewhere", &end(folder.path(), "face")).is_err());
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let port = inner(&town, folder.path()).await.port();
    let by_number = HttpTill::new(&format!("https://127.0.0.1:{port}"), &end(folder.path(), "face")).unwrap();
    let desk = Credential::new(town.merchant(0).token.to_string());
    assert!(matches!(by_number.caller(&desk).await, Err(TillError::Unknown(_))), "another name than the certificate's");
    // Made anew, the old ones are worth nothing.
    let before = end(folder.path(), "face");
    certificates::make("localhost", folder.path(), date(TODAY)).unwrap();
    let port = inner(&town, folder.path()).await.port();
    assert!(line(port, &before).caller(&desk).await.is_err());
    assert!(line(port, &end(folder.path(), "face")).caller(&desk).await.is_ok());
}

/// What an answer says, without what must differ from one call to the next.
fn said<T: std::fmt::Debug>(answer: &Answer<T>) -> String {
    format!("{answer:?}")
}

#[tokio::test]
async fn the_registrar_answers_over_the_line_as_it_does_in_one_process() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let folder = made();
    let here = LedgerTill::new(town.test.ledger.clone());
    let there = line(inner(&town, folder.path()).await.port(), &end(folder.path(), "face"));
    let manager = Credential::new(town.person_token(0, ledger::merchant::people::PersonRole::Manager).await);
    let (desk, nobody) = (Credential::new(town.merchant(0).token.to_string()), Credential::new("nobody"));
    let person = NewPerson { name: "窓口 花子".to_owned(), role: Role::Desk };
    let account =
        Account {
            bank: "9998".to_owned(), branch: "001".to_owned(), account_kind: "1".to_owned(), account_number: "1".to_owned(), holder: "漢字".to_owned()
        };
    let service = Service { category: "lesson".to_owned(), expense: "tuition".to_owned(), registration: None };
    let text = |text: &str| text.to_owned();
    let application = NewApplication {
        city: text("osaka"),
        name: text("新しい教室"),
        kana: text("アタラシイ"),
        area: text("北区"),
        services: vec![service],
        account: Account { holder: text("テスト"), ..account.clone() },
        origin: String::new(),
    };
    for who in [&manager, &desk, &nobody] {
        assert_eq!(said(&there.caller(who).await), said(&here.caller(who).await));
        assert_eq!(said(&there.people(who).await), said(&here.people(who).await));
        assert_eq!(said(&there.terminals(who).await), said(&here.terminals(who).await));
        assert_eq!(said(&there.accounts(who).await), said(&here.accounts(who).await));
        assert_eq!(said(&there.application(who).await), said(&here.application(who).await));
        // Commands: the first is done over the line, the second is its replay in one process.
        assert_eq!(said(&there.invite(who, "invite", &person).await), said(&here.invite(who, "invite", &person).await));
        assert_eq!(said(&there.register_terminal(who, "desk", "二階").await), said(&here.register_terminal(who, "desk", "二階").await));
        assert_eq!(said(&there.change_account(who, "account", &account).await), said(&here.change_account(who, "account", &account).await));
        assert_eq!(said(&there.issue_code(who, "code", "psn_none").await), said(&here.issue_code(who, "code", "psn_none").await));
        assert_eq!(said(&there.remove_person(who, "psn_none").await), said(&here.remove_person(who, "psn_none").await));
        assert_eq!(said(&there.revoke_terminal(who, "trm_none").await), said(&here.revoke_terminal(who, "trm_none").await));
    }
    assert_eq!(said(&there.apply("apply", &application).await), said(&here.apply("apply", &application).await));
    let invited = there.issue_code(&manager, "again", &there.people(&manager).await.unwrap().last().unwrap().person).await.unwrap();
    let attempt = SignIn { city: text("osaka"), code: ScannedCode::new(invited.code), origin: String::new() };
    let signed_in = there.sign_in(&attempt).await.unwrap();
    assert_eq!(said(&here.caller(&signed_in.credential).await), said(&Ok(signed_in.caller)));
    assert!(matches!(there.sign_in(&attempt).await, Err(TillError::SignIn)), "a code signs in once");
    there.sign_out(&signed_in.credential).await.unwrap();
    assert!(matches!(there.caller(&signed_in.credential).await, Err(TillError::Unauthorized)));
}
