//! What a copy of the database shows: nothing of what was sealed, nothing that can be compared between cities, nothing that can be moved.

use ledger::error::Failure;
use sqlx::PgPool;

use super::*;

/// All that the lines say, cell by cell, but for what says nothing alone.
fn secrets() -> Vec<String> {
    let cells = [HANAKO, JIRO, SAKURA].iter().flat_map(|line| line.split(','));
    let telling = cells.filter(|cell| cell.chars().count() >= 5 && *cell != "2026-04-01" && *cell != "jidofuyo");
    telling.map(str::to_owned).chain(["jidofuyo", "ハナコ", "花子", "北浜"].map(str::to_owned)).collect()
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[tokio::test]
async fn nothing_personal_stands_in_the_database_in_the_clear() {
    let city = City::new().await;
    city.import(&[HANAKO, JIRO, SAKURA]).await;
    let question = eligibility::question_of_city();
    let on = "2026-05-20".parse().unwrap();
    let question = ledger::people::Question { scheme: &question, rules: ledger::scheme::Rules::Real, period_from: on, on };
    city.ledger().decide_eligibility(city.municipality, question, &Actor::Job("test"), &mut |_| {}).await.unwrap();
    let rows = city.rows().await;
    assert!(rows.len() > 20, "there is something to search");
    for secret in secrets() {
        let found = rows.iter().find(|row| row.contains(&secret) || row.contains(&hex(&secret)));
        // Ids and hashes are hexadecimal: a short number may stand in one by chance, next to other digits.
        assert!(found.is_none() || secret.bytes().all(|byte| byte.is_ascii_digit()), "{secret} stands in {found:?}");
    }
    let code = city.ledger().activation_code(city.municipality, city.family("H1").await).await.unwrap().unwrap();
    assert!(rows.iter().all(|row| !row.contains(&code.token())), "the activation code is stored");
}

#[tokio::test]
async fn the_same_people_in_two_cities_share_no_index_and_no_sealed_byte_string() {
    let city = City::new().await;
    let other = bare_municipality(city.pool(), 281_000).await;
    city.import(&[HANAKO]).await;
    import(city.ledger(), other, &roster(&[HANAKO])).await;
    for column in [
        "household_index FROM families",
        "household FROM families",
        "payer_number FROM families",
        "activation_hash FROM families",
        "number_index FROM children",
        "number_index FROM guardians",
        "person FROM child_facts",
        "facts FROM child_facts",
        "account FROM family_bank_accounts",
        "digest FROM rosters",
    ] {
        let text = format!("SELECT count(*) FROM (SELECT DISTINCT {column}) x");
        let distinct: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(city.pool()).await.unwrap();
        assert_eq!(distinct, 2, "{column}");
    }
}

/// Changes a row as the owner of the tables could, triggers off.
async fn tamper(owner: &PgPool, statement: &'static str) {
    let mut tx = owner.begin().await.unwrap();
    sqlx::query("ALTER TABLE child_facts DISABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
    let done = sqlx::query(statement).execute(&mut *tx).await.unwrap();
    assert!(done.rows_affected() > 0);
    sqlx::query("ALTER TABLE child_facts ENABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn sealed_columns_moved_within_the_database_do_not_open() {
    for statement in [
        // Brothers change names; a person becomes facts; an old statement passes for one of another day.
        "UPDATE child_facts f SET person = o.person FROM child_facts o WHERE o.child_id <> f.child_id AND o.family_id = f.family_id",
        "UPDATE child_facts SET person = facts",
        "UPDATE child_facts SET since_on = since_on - 1",
        "UPDATE child_facts SET person = overlay(person placing '\\x00' from 20 for 1)",
    ] {
        let city = City::new().await;
        city.import(&[HANAKO, JIRO]).await;
        let family = city.family("H1").await;
        let on = "2026-05-20".parse().unwrap();
        assert_eq!(city.ledger().children_of_family(city.municipality, family, on).await.unwrap().len(), 2);
        tamper(&city.database.owner().await, statement).await;
        let opened = city.ledger().children_of_family(city.municipality, family, on).await;
        assert!(matches!(opened, Err(Failure::Vault(_))), "{statement}: {opened:?}");
    }
}

#[tokio::test]
async fn a_family_whose_key_is_destroyed_cannot_be_read_any_more() {
    let city = City::new().await;
    city.import(&[HANAKO, SAKURA]).await;
    let family = city.family("H1").await;
    sqlx::query("DELETE FROM vault_keys WHERE owner_id = $1").bind(family.uuid()).execute(&city.database.owner().await).await.unwrap();
    let on = "2026-05-20".parse().unwrap();
    let opened = city.ledger().children_of_family(city.municipality, family, on).await;
    assert!(matches!(opened, Err(Failure::Vault(_))), "{opened:?}");
    let other = city.family("H2").await;
    assert_eq!(city.ledger().children_of_family(city.municipality, other, on).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_program_cannot_edit_what_rosters_have_said_nor_destroy_keys() {
    let city = City::new().await;
    city.import(&[HANAKO]).await;
    for statement in [
        "UPDATE child_facts SET since_on = since_on",
        "DELETE FROM child_facts",
        "UPDATE guardians SET since_on = since_on",
        "DELETE FROM children",
        "DELETE FROM family_bank_accounts",
        "UPDATE eligibility_decisions SET eligible = true",
        "DELETE FROM vault_keys",
        "UPDATE families SET payer_number = '1'",
        "UPDATE rosters SET digest = digest",
    ] {
        let refused = sqlx::query(statement).execute(city.pool()).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{statement}");
    }
}
