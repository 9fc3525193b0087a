//! A roster is safe to repeat: the same file, the same lines in another file, half a file, the same file twice at once. What a line says is
//! added and nothing is edited.

use std::collections::BTreeSet;

use ledger::error::Error;
use ledger::people::roster::FileRefused;
use tests::support::race;

use super::*;

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let city = City::new().await;
    let first = city.import(&[HANAKO, JIRO, SAKURA]).await;
    assert_eq!((counts(&first), first.families_new, first.repeated), ([3, 0, 0, 0], 2, false));
    let before = city.rows().await;
    city.test.set("2026-06-01");
    let second = city.import(&[HANAKO, JIRO, SAKURA]).await;
    assert_eq!((counts(&second), second.families_new, second.repeated), ([0, 0, 3, 0], 0, true));
    assert_eq!(second.roster, first.roster);
    assert_eq!(city.rows().await, before);
}

#[tokio::test]
async fn the_same_lines_in_another_file_change_nothing_but_the_list_of_files() {
    let city = City::new().await;
    city.import(&[HANAKO, JIRO, SAKURA]).await;
    let people = |rows: Vec<String>| rows.into_iter().filter(|row| !row.starts_with("rosters")).collect::<Vec<_>>();
    let before = people(city.rows().await);
    let again = city.import(&[SAKURA, HANAKO, JIRO]).await;
    assert_eq!((counts(&again), again.repeated), ([0, 0, 3, 0], false));
    assert_eq!(people(city.rows().await), before);
}

#[tokio::test]
async fn a_preview_tells_what_the_import_then_does_and_writes_nothing() {
    let city = City::new().await;
    city.import(&[HANAKO, SAKURA]).await;
    let changed = HANAKO.replace("北浜1-1", "本町3-3");
    let file = roster(&[&changed, JIRO, SAKURA, "00009,H9,,,,,,,,,,,,,,,,"]);
    let before = city.rows().await;
    let preview = city.ledger().preview_roster(city.municipality, &file).await.unwrap();
    assert_eq!((counts(&preview), preview.families_new, preview.roster), ([1, 1, 1, 1], 0, None));
    assert_eq!(city.rows().await, before);
    let report = import(city.ledger(), city.municipality, &file).await;
    assert_eq!((counts(&report), &report.refusals), (counts(&preview), &preview.refusals));
    assert!(report.refusals.iter().all(|refusal| refusal.line == 5));
}

#[tokio::test]
async fn a_later_roster_adds_rows_and_edits_none() {
    let city = City::new().await;
    city.import(&[HANAKO]).await;
    let before = city.rows().await;
    let moved = HANAKO.replace("北浜1-1", "本町3-3").replace("7654321", "1111111").replace("2026-04-01", "2026-06-01");
    assert_eq!(counts(&city.import(&[&moved]).await), [0, 1, 0, 0]);
    let after: BTreeSet<_> = city.rows().await.into_iter().collect();
    assert!(before.iter().all(|row| after.contains(row)), "a row was edited");

    let family = city.family("H1").await;
    for (day, address, number) in [("2026-05-31", "中央区北浜1-1", "7654321"), ("2026-06-01", "中央区本町3-3", "1111111")] {
        let day = day.parse().unwrap();
        let children = city.ledger().children_of_family(city.municipality, family, day).await.unwrap();
        assert_eq!(children[0].person.address.as_deref(), Some(address));
        let account = city.ledger().bank_account_of_family(city.municipality, family, day).await.unwrap().unwrap();
        assert_eq!(account.number.as_str(), number);
    }
}

#[tokio::test]
async fn an_import_that_broke_off_goes_on_when_the_file_comes_again() {
    let city = City::new().await;
    let lines = many(1_100);
    let file = roster(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let (ledger, municipality, bytes) = (city.ledger().clone(), city.municipality, file.clone());
    let broken = tokio::spawn(async move {
        let clerk = Actor::Staff("sato".to_owned());
        ledger.import_roster(municipality, &clerk, &bytes, &mut |progress| assert!(progress.done < 1_000, "the power fails")).await
    });
    assert!(broken.await.unwrap_err().is_panic());
    city.test.set("2026-05-21");
    let report = import(city.ledger(), city.municipality, &file).await;
    assert_eq!((counts(&report), report.repeated), ([100, 0, 1_000, 0], false));
    let children: i64 = sqlx::query_scalar("SELECT count(*) FROM child_facts WHERE roster_number = 1").fetch_one(city.pool()).await.unwrap();
    assert_eq!(children, 1_100);
}

#[tokio::test]
async fn the_same_file_from_two_clerks_at_once_is_applied_once() {
    let city = City::new().await;
    let file = roster(&[HANAKO, JIRO, SAKURA]);
    let reports = race(4, |_| {
        let (ledger, municipality, file) = (city.ledger().clone(), city.municipality, file.clone());
        async move { import(&ledger, municipality, &file).await }
    })
    .await;
    assert_eq!(reports.iter().map(|report| report.new).sum::<usize>(), 3);
    let rosters: i64 = sqlx::query_scalar("SELECT count(*) FROM rosters").fetch_one(city.pool()).await.unwrap();
    assert_eq!(rosters, 1);
}

#[tokio::test]
async fn a_file_with_my_numbers_is_refused_and_nothing_of_it_is_kept() {
    let city = City::new().await;
    let before = city.rows().await;
    let file = String::from_utf8(roster(&[HANAKO])).unwrap().replace("所得割", "個人番号");
    let clerk = Actor::Staff("sato".to_owned());
    let refused = city.ledger().import_roster(city.municipality, &clerk, file.as_bytes(), &mut |_| {}).await;
    assert!(matches!(refused, Err(Error::Rejected(FileRefused::MyNumber { .. }))), "{refused:?}");
    assert_eq!(city.rows().await, before);
}

#[tokio::test]
async fn undated_lines_hold_from_the_day_of_the_import() {
    let city = City::new().await;
    city.import(&[&SAKURA.replace("2026-04-01", "")]).await;
    let family = city.family("H2").await;
    let children = async |day: &str| city.ledger().children_of_family(city.municipality, family, day.parse().unwrap()).await.unwrap().len();
    assert_eq!((children("2026-05-19").await, children("2026-05-20").await), (0, 1));
}

#[tokio::test]
async fn a_new_family_has_its_accounts_in_the_books() {
    let city = City::new().await;
    city.import(&[HANAKO, JIRO, SAKURA]).await;
    for household in ["H1", "H2"] {
        let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM accounts WHERE owner_id = $1 ORDER BY kind")
            .bind(city.family(household).await.uuid())
            .fetch_all(city.pool())
            .await
            .unwrap();
        assert_eq!(kinds, ["family_payable", "family_receivable", "own_money"]);
    }
}
