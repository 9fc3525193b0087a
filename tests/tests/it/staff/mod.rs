//! Accounts of staff: who may be made, signed in, changed and ended; races on one code; what the database refuses by itself.

use chrono::TimeDelta;
use ledger::actor::{Actor, Command};
use ledger::code::Code;
use ledger::error::Error;
use ledger::ids::Municipality;
use ledger::session::SignInRejected;
use ledger::staff::session::{StaffSignIn, StaffSignedIn};
use ledger::staff::{Invitation, Rejected, Role};
use tests::support::city::{TestLedger, bare_municipality};
use tests::support::database::TestDatabase;
use tests::support::race;

struct House {
    database: TestDatabase,
    test: TestLedger,
    city: Municipality,
}

fn invitation(name: &str, roles: &[Role]) -> Invitation {
    Invitation { name: name.to_owned(), display_name: name.to_owned(), roles: roles.iter().copied().collect() }
}

fn by(name: &str, key: &str) -> Command {
    Command::new(Actor::Staff(name.to_owned()), key, &key)
}

fn server(key: &str) -> Command {
    Command::new(Actor::Job("command line"), key, &key)
}

impl House {
    /// A city with an administrator called `root`.
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let test = TestLedger::at(database.pool(), "2026-05-20");
        let city = bare_municipality(database.pool(), 271_004).await;
        let house = Self { database, test, city };
        house.invite(&server("root"), "root", &[Role::Administrator]).await.unwrap();
        house
    }

    async fn invite(&self, command: &Command, name: &str, roles: &[Role]) -> Result<Code, String> {
        let invited = self.test.ledger.invite_staff(self.city, command, &invitation(name, roles)).await;
        invited.map(|invited| invited.code).map_err(|error| code(&error))
    }

    async fn sign_in(&self, name: &str, code: &Code) -> Result<StaffSignedIn, Error<SignInRejected>> {
        let attempt = StaffSignIn { name: name.to_owned(), code: Some(code.clone()), origin: "192.0.2.1".to_owned(), request_id: None };
        self.test.ledger.sign_in_staff(self.city, &attempt).await
    }
}

fn code(error: &Error<Rejected>) -> String {
    match error {
        Error::Rejected(rejected) => rejected.code().to_owned(),
        Error::Failed(failure) => format!("failed: {failure}"),
    }
}

#[tokio::test]
async fn the_server_makes_the_first_administrator_and_nobody_else() {
    let house = House::new().await;
    assert_eq!(house.invite(&server("second"), "second", &[Role::Administrator]).await.unwrap_err(), "staff_not_first");
    assert_eq!(house.invite(&server("clerk"), "clerk", &[Role::Preparer]).await.unwrap_err(), "staff_not_first");
    house.invite(&by("root", "clerk"), "clerk", &[Role::Preparer]).await.unwrap();
    assert_eq!(house.invite(&by("root", "again"), "clerk", &[Role::Approver]).await.unwrap_err(), "staff_name_taken");
}

#[tokio::test]
async fn names_and_roles_that_cannot_be_are_refused_and_by_the_database_too() {
    let house = House::new().await;
    let cases: [(&str, &[Role], &str); 5] = [
        ("Tanaka", &[Role::Preparer], "staff_name"),
        ("t", &[Role::Preparer], "staff_name"),
        ("tanaka", &[], "staff_no_roles"),
        ("tanaka", &[Role::Auditor, Role::Approver], "staff_roles_together"),
        ("tanaka", &[Role::Administrator, Role::Treasurer], "staff_roles_together"),
    ];
    for (name, roles, refused) in cases {
        assert_eq!(house.invite(&by("root", "bad"), name, roles).await.unwrap_err(), refused);
    }
    for roles in ["{administrator,approver}", "{auditor,preparer}", "{mayor}"] {
        let sql = "UPDATE staff_members SET roles = $1::text[] WHERE name = 'root'";
        assert!(sqlx::query(sql).bind(roles).execute(house.database.pool()).await.is_err(), "{roles}");
    }
}

#[tokio::test]
async fn a_code_signs_in_once_even_when_eight_try_at_once() {
    let house = House::new().await;
    let code = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    let (ledger, city) = (house.test.ledger.clone(), house.city);
    let outcomes = race(8, move |_| {
        let ledger = ledger.clone();
        let attempt = StaffSignIn { name: "aki".to_owned(), code: Some(code.clone()), origin: "192.0.2.1".to_owned(), request_id: None };
        async move { ledger.sign_in_staff(city, &attempt).await.is_ok() }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|signed_in| **signed_in).count(), 1);
}

#[tokio::test]
async fn a_code_that_is_old_replaced_or_somebody_elses_gets_the_one_refusal() {
    let house = House::new().await;
    let first = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    house.invite(&by("root", "b"), "beni", &[Role::Preparer]).await.unwrap();
    let second = house.test.ledger.issue_staff_code(house.city, &by("root", "new"), "aki").await.unwrap().code;
    for (name, code) in [("aki", &first), ("beni", &second), ("nobody", &second)] {
        let refused = house.sign_in(name, code).await.unwrap_err();
        assert!(matches!(refused, Error::Rejected(SignInRejected::Refused)), "{name}");
    }
    house.test.clock.advance(TimeDelta::hours(72));
    assert!(house.sign_in("aki", &second).await.is_err(), "expired");
}

#[tokio::test]
async fn many_refusals_from_one_place_close_it_for_a_while_also_for_who_is_right() {
    let house = House::new().await;
    let right = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    for _ in 0..20 {
        assert!(house.sign_in("nobody", &right).await.is_err());
    }
    let closed = house.sign_in("aki", &right).await.unwrap_err();
    assert!(matches!(closed, Error::Rejected(SignInRejected::TooMany { .. })));
    house.test.clock.advance(TimeDelta::minutes(15));
    house.sign_in("aki", &right).await.unwrap();
}

#[tokio::test]
async fn a_member_s_token_opens_neither_a_family_nor_a_merchant() {
    let house = House::new().await;
    let ledger = &house.test.ledger;
    let code = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    let token = house.sign_in("aki", &code).await.unwrap().token;
    assert!(ledger.find_staff_session(&token).await.unwrap().is_some(), "control: it opens its own");
    assert!(ledger.find_session(&token).await.unwrap().is_none());
    assert!(ledger.find_person_session(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_ends_by_itself_by_signing_out_and_by_suspension() {
    let house = House::new().await;
    let ledger = &house.test.ledger;
    let code = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    let token = house.sign_in("aki", &code).await.unwrap().token;
    house.test.clock.advance(TimeDelta::hours(11));
    assert!(ledger.find_staff_session(&token).await.unwrap().is_some(), "in use");
    house.test.clock.advance(TimeDelta::hours(11));
    assert!(ledger.find_staff_session(&token).await.unwrap().is_some(), "the use before counts");
    ledger.set_staff_active(house.city, &by("root", "stop"), "aki", false).await.unwrap();
    assert!(ledger.find_staff_session(&token).await.unwrap().is_none(), "suspended");
    assert_eq!(code_of(ledger.issue_staff_code(house.city, &by("root", "new"), "aki").await.err()), "staff_state");
    ledger.set_staff_active(house.city, &by("root", "go"), "aki", true).await.unwrap();
    assert!(ledger.find_staff_session(&token).await.unwrap().is_none(), "a session does not come back");
    let code = ledger.issue_staff_code(house.city, &by("root", "newer"), "aki").await.unwrap().code;
    let token = house.sign_in("aki", &code).await.unwrap().token;
    ledger.sign_out(&token).await.unwrap();
    assert!(ledger.find_staff_session(&token).await.unwrap().is_none());
    let code = ledger.issue_staff_code(house.city, &by("root", "newest"), "aki").await.unwrap().code;
    let token = house.sign_in("aki", &code).await.unwrap().token;
    house.test.clock.advance(TimeDelta::hours(12));
    assert!(ledger.find_staff_session(&token).await.unwrap().is_none(), "not used overnight");
}

fn code_of<T>(error: Option<T>) -> &'static str
where
    T: Into<Error<Rejected>>,
{
    match error.map(Into::into) {
        Some(Error::Rejected(rejected)) => rejected.code(),
        _ => "none",
    }
}

#[tokio::test]
async fn nobody_changes_their_own_roles_or_state_and_changed_roles_count_at_once() {
    let house = House::new().await;
    let ledger = &house.test.ledger;
    let auditor = [Role::Auditor].into_iter().collect();
    assert_eq!(code_of(ledger.assign_roles(house.city, &by("root", "self"), "root", &auditor).await.err()), "staff_oneself");
    assert_eq!(code_of(ledger.set_staff_active(house.city, &by("root", "self"), "root", false).await.err()), "staff_oneself");
    let code = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    let token = house.sign_in("aki", &code).await.unwrap().token;
    ledger.assign_roles(house.city, &by("root", "roles"), "aki", &auditor).await.unwrap();
    assert_eq!(ledger.find_staff_session(&token).await.unwrap().unwrap().roles, auditor);
}

#[tokio::test]
async fn an_invitation_asked_for_again_is_the_same_and_no_code_or_token_is_kept() {
    let house = House::new().await;
    let first = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    let again = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    assert_eq!(first, again);
    let token = house.sign_in("aki", &first).await.unwrap().token.to_string();
    let secret = token.split_once('-').unwrap().1;
    for table in ["staff_members", "sessions", "staff_actions", "office_commands"] {
        let sql = format!("SELECT t::text FROM {table} t");
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(house.database.pool()).await.unwrap();
        let kept = rows.join("\n");
        assert!(!kept.contains(secret) && !kept.contains(&first.token()) && !kept.contains(&first.grouped()), "{table}");
    }
}

#[tokio::test]
async fn rows_written_at_once_are_numbered_without_a_gap() {
    use ledger::staff::audit::{Asked, Door, Ended, Which};
    let house = House::new().await;
    let root = house.test.ledger.find_staff(house.city, "root").await.unwrap().unwrap();
    let ledger = house.test.ledger.clone();
    race(8, move |_| {
        let (ledger, root) = (ledger.clone(), root.clone());
        async move {
            for _ in 0..5 {
                let asked = Asked::new(ledger::staff::Action::ListStaff, Door::Api);
                ledger.act_as(&root, asked, async { ((), Ended::Done(None)) }).await.unwrap().unwrap();
            }
        }
    })
    .await;
    let rows = house.test.ledger.list_staff_actions(house.city, &Which { limit: 100, ..Which::default() }).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), (1..=41).rev().collect::<Vec<_>>(), "and the first administrator");
}

#[tokio::test]
async fn an_action_is_logged_before_it_is_done_and_stays_logged_if_the_machine_stops() {
    use ledger::staff::audit::{Asked, Door, Ended, Row, Which};
    let house = House::new().await;
    let (ledger, city) = (&house.test.ledger, house.city);
    let root = ledger.find_staff(city, "root").await.unwrap().unwrap();
    let newest = async || -> Row { ledger.list_staff_actions(city, &Which { limit: 1, ..Which::default() }).await.unwrap().remove(0) };
    assert_eq!((newest().await.action.as_str(), newest().await.outcome.as_str()), ("staff.invite", "done"), "the server made the first administrator");

    let asked = || Asked { key: Some("staff.list:k".to_owned()), ..Asked::new(ledger::staff::Action::ListStaff, Door::Api) };
    let seen = ledger.act_as(&root, asked(), async { (newest().await, Ended::Done(Some("psn_1".to_owned()))) }).await.unwrap().unwrap();
    assert_eq!((seen.number, seen.outcome.as_str(), seen.key.as_deref()), (2, "begun", Some("staff.list:k")), "committed before the work begins");
    let ended = newest().await;
    assert_eq!((ended.number, ended.outcome.as_str(), ended.subject.as_deref()), (2, "done", Some("psn_1")));

    // The machine stops while the work goes on.
    let begun = tokio::sync::Notify::new();
    let working = async {
        begun.notify_one();
        std::future::pending::<((), Ended)>().await
    };
    tokio::select! {
        _ = ledger.act_as(&root, asked(), working) => panic!("work without an end has ended"),
        () = begun.notified() => {}
    }
    let left = newest().await;
    assert_eq!((left.number, left.outcome.as_str(), left.code), (3, "begun", None));
    ledger.act_as(&root, asked(), async { ((), Ended::Refused("no".to_owned())) }).await.unwrap().unwrap();
    assert_eq!((newest().await.number, newest().await.outcome, newest().await.code.as_deref()), (4, "refused".to_owned(), Some("no")));
}

#[tokio::test]
async fn a_sign_in_and_its_row_are_committed_together_or_not_at_all() {
    let house = House::new().await;
    let code = house.invite(&by("root", "a"), "aki", &[Role::Preparer]).await.unwrap();
    let owner = house.database.owner().await;
    sqlx::query("ALTER TABLE staff_action_ends ADD CONSTRAINT nothing_more CHECK (number < 0) NOT VALID").execute(&owner).await.unwrap();
    assert!(matches!(house.sign_in("aki", &code).await, Err(Error::Failed(_))));
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions WHERE staff_name IS NOT NULL").fetch_one(&owner).await.unwrap();
    assert_eq!(sessions, 0);
    sqlx::query("ALTER TABLE staff_action_ends DROP CONSTRAINT nothing_more").execute(&owner).await.unwrap();
    house.sign_in("aki", &code).await.unwrap();
}
