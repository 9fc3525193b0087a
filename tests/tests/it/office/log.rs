//! The audit log: one row for each request of somebody signed in, done or refused; numbered without a gap; and nobody can change it.

use ledger::staff::Role;
use serde_json::json;

use super::{CITY, Office};

#[tokio::test]
async fn every_request_leaves_one_row_whether_it_was_done_refused_or_not_understood() {
    let office = Office::at("2026-05-20").await;
    let clerk = office.clerk("tanaka", &[Role::Treasurer]).await;
    let fund = json!({"amount_yen": 1000, "on": "2026-05-20"});
    let asked = [
        (clerk.post("/funds", "k1", &fund).await, "budget.fund", "done", None),
        (clerk.post("/funds", "k1", &fund).await, "budget.fund", "done", None),
        (clerk.post("/funds", "k1", &json!({"amount_yen": 2000, "on": "2026-05-20"})).await, "budget.fund", "refused", Some("budget_books")),
        (clerk.post("/funds", "", &fund).await, "budget.fund", "refused", Some("idempotency-key")),
        (clerk.post("/funds", "k2", &json!({"amount_yen": 0})).await, "budget.fund", "refused", Some("invalid-fields")),
        (clerk.post("/merchants", "k3", &json!({})).await, "merchant.apply", "refused", Some("forbidden")),
        (
            clerk.post("/entries/ent_00000000000000000000000000000001/reverse", "k4", &json!({"reason": "誤り"})).await,
            "entry.reverse",
            "refused",
            Some("unknown_entry"),
        ),
        (clerk.post("/entries/ent_00000000000000000000000000000001/reverse", "k5", &json!({})).await, "entry.reverse", "refused", Some("reason_missing")),
        (clerk.get("/trial-balance").await, "books.trial-balance", "done", None),
    ];
    let log = office.log().await;
    let rows: Vec<_> = log.iter().filter(|row| row.name == "tanaka" && row.action != "self.sign-in").collect();
    assert_eq!(rows.len(), asked.len());
    for (row, (answer, action, outcome, code)) in rows.iter().zip(&asked) {
        assert_eq!((row.action.as_str(), row.outcome.as_str()), (*action, *outcome), "{}", answer.text());
        if code.is_some() {
            assert_eq!(row.code.as_deref(), *code, "{}", answer.text());
        }
        assert!(row.request_id.as_deref().is_some_and(|id| id.starts_with("req_")));
        assert_eq!(row.role.as_deref(), (*code != Some("forbidden")).then_some("treasurer"));
    }
    assert_eq!(rows[6].reason.as_deref(), Some("誤り"));
    let numbers: Vec<_> = log.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..).take(log.len()).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_made_stands_in_the_row() {
    let office = Office::at("2026-05-20").await;
    let clerk = office.clerk("tanaka", &[Role::Treasurer]).await;
    let made = clerk.post("/funds", "k1", &json!({"amount_yen": 1000, "on": "2026-05-20"})).await.made();
    let log = office.log().await;
    let row = log.last().expect("a row");
    assert_eq!(row.subject.as_deref(), made["entry"].as_str());
    assert_eq!(row.key.as_deref(), Some("budget.fund:k1"));
}

#[tokio::test]
async fn only_the_auditor_reads_the_log_and_that_is_in_it_too() {
    let office = Office::at("2026-05-20").await;
    let auditor = office.clerk("kansa", &[Role::Auditor]).await;
    let seen = auditor.get("/audit?limit=2").await.made();
    let row = |at: usize| (seen["actions"][at]["action"].as_str(), seen["actions"][at]["name"].as_str(), seen["actions"][at]["outcome"].as_str());
    assert_eq!(row(0), (Some("audit.read"), Some("kansa"), Some("begun")), "this very look has begun and not ended");
    assert_eq!(row(1), (Some("self.sign-in"), Some("kansa"), Some("done")));
    let next = seen["next"].as_i64().unwrap_or(1);
    assert!(next >= 1);
    let again = auditor.get("/audit?action=audit.read").await.made();
    assert_eq!(again["actions"].as_array().map(Vec::len), Some(2));
    for role in [Role::Preparer, Role::Approver, Role::Treasurer, Role::Administrator] {
        let clerk = office.clerk(role.as_str(), &[role]).await;
        assert_eq!(clerk.get("/audit").await.problem().0, 403);
    }
}

#[tokio::test]
async fn neither_the_program_nor_the_owner_of_the_tables_changes_a_row() {
    let office = Office::at("2026-05-20").await;
    office.clerk("tanaka", &[Role::Treasurer]).await.get("/me").await.made();
    let before = office.log().await;
    let (program, owner) = (office.database.pool().clone(), office.database.owner().await);
    for pool in [program, owner] {
        for statement in [
            "UPDATE staff_actions SET name = 'root'",
            "DELETE FROM staff_actions",
            "TRUNCATE staff_actions",
            "UPDATE staff_action_ends SET outcome = 'done' WHERE number = 0",
        ] {
            let refused = sqlx::query(statement).execute(&pool).await;
            assert!(refused.is_err(), "{statement}");
        }
    }
    assert_eq!(office.log().await, before);
}

#[tokio::test]
async fn a_name_or_a_my_number_in_a_path_or_reason_is_not_kept() {
    let office = Office::at("2026-05-20").await;
    let clerk = office.clerk("kansa", &[Role::Auditor]).await;
    let family = "fam_00000000000000000000000000000001";
    clerk.post(&format!("/families/{family}/reveal"), "", &json!({"reason": "確認 123456789018"})).await;
    clerk.get("/families/%E5%B1%B1%E7%94%B0").await;
    let log = office.log().await;
    let [reveal, show] = [&log[log.len() - 2], &log[log.len() - 1]];
    assert_eq!(reveal.subject.as_deref(), Some(family));
    assert!(!reveal.reason.as_deref().unwrap_or_default().contains("123456789018"), "{:?}", reveal.reason);
    assert_eq!(show.subject, None);
    assert_eq!((show.action.as_str(), show.outcome.as_str()), ("family.show", "refused"));
    assert!(log.iter().all(|row| row.name != "山田") && CITY.code() == 271_004);
}
