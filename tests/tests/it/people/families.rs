//! What the faces ask about a family: children, guardians, codes, and who no longer belongs to it.

use std::collections::{BTreeMap, BTreeSet};

use ledger::people::PayerNumber;

use super::*;

fn day() -> chrono::NaiveDate {
    "2026-05-20".parse().unwrap()
}

#[tokio::test]
async fn a_family_is_found_by_its_letter_by_its_payer_number_and_by_its_household() {
    let city = City::new().await;
    city.import(&[HANAKO, SAKURA]).await;
    let (ledger, family) = (city.ledger(), city.family("H1").await);
    let code = ledger.activation_code(city.municipality, family).await.unwrap().unwrap();
    assert_eq!(ledger.find_family_by_activation(city.municipality, &code.digest()).await.unwrap(), Some(family));
    let known = ledger.find_family(city.municipality, family).await.unwrap().unwrap();
    let typed = PayerNumber::parse(known.payer_number.as_str()).unwrap();
    let mut tx = ledger.pool.begin().await.unwrap();
    let asked = BTreeSet::from([typed.clone(), PayerNumber::of_bits(&[7; 32])]);
    assert_eq!(ledger.families_by_payer_numbers_in_tx(&mut tx, city.municipality, &asked).await.unwrap(), BTreeMap::from([(typed, family)]));
    drop(tx);
    let all = ledger.list_families(city.municipality, None, 10).await.unwrap();
    let rest = ledger.list_families(city.municipality, Some(all[0].id), 10).await.unwrap();
    assert_eq!((all.len(), rest.as_slice()), (2, &all[1..]));
}

#[tokio::test]
async fn a_new_letter_kills_the_old_code() {
    let city = City::new().await;
    city.import(&[HANAKO]).await;
    let (ledger, family) = (city.ledger(), city.family("H1").await);
    let old = ledger.activation_code(city.municipality, family).await.unwrap().unwrap();
    let new = ledger.renew_activation_code(city.municipality, family).await.unwrap().unwrap();
    assert_eq!(ledger.activation_code(city.municipality, family).await.unwrap(), Some(new.clone()));
    assert_eq!(ledger.find_family_by_activation(city.municipality, &old.digest()).await.unwrap(), None);
    assert_eq!(ledger.find_family_by_activation(city.municipality, &new.digest()).await.unwrap(), Some(family));
}

#[tokio::test]
async fn children_and_guardians_are_opened_for_their_family() {
    let city = City::new().await;
    city.import(&[HANAKO, JIRO, SAKURA]).await;
    let family = city.family("H1").await;
    let children = city.ledger().children_of_family(city.municipality, family, day()).await.unwrap();
    let names: Vec<_> = children.iter().map(|child| child.person.name.as_str()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"育実 花子") && names.contains(&"育実 次郎"));
    let guardians = city.ledger().guardians_of_family(city.municipality, family, day()).await.unwrap();
    assert_eq!(guardians.iter().map(|guardian| guardian.person.name.as_str()).collect::<Vec<_>>(), ["育実 太郎"]);
    assert!(children.iter().all(|child| child.guardian == guardians[0].id));
}

#[tokio::test]
async fn a_child_that_moves_to_another_household_leaves_the_old_one_and_its_guardian() {
    let city = City::new().await;
    city.import(&[HANAKO, JIRO]).await;
    let (child, old) = (city.child("00001").await, city.family("H1").await);
    let moved = HANAKO.replace("H1", "H3").replace("90001,育実 太郎,イクミ タロウ", "90003,育実 月子,イクミ ツキコ").replace("2026-04-01", "2026-06-01");
    city.import(&[&moved]).await;
    let (ledger, new) = (city.ledger(), city.family("H3").await);
    let june = "2026-06-01".parse().unwrap();
    assert_eq!(ledger.family_of_child(city.municipality, child, day()).await.unwrap(), Some(old));
    assert_eq!(ledger.family_of_child(city.municipality, child, june).await.unwrap(), Some(new));
    let children = ledger.children_of_family(city.municipality, old, june).await.unwrap();
    assert_eq!(children.iter().map(|child| child.person.number.as_str()).collect::<Vec<_>>(), ["00002"]);
    assert_eq!(ledger.children_of_family(city.municipality, new, june).await.unwrap()[0].id, child);
}

#[tokio::test]
async fn a_former_guardian_is_no_guardian_from_the_day_of_the_change() {
    let city = City::new().await;
    city.import(&[HANAKO]).await;
    let changed = HANAKO.replace("90001,育実 太郎,イクミ タロウ", "90005,育実 良子,イクミ ヨシコ").replace("2026-04-01", "2026-05-20");
    city.import(&[&changed]).await;
    let family = city.family("H1").await;
    let names = async |day: chrono::NaiveDate| {
        let guardians = city.ledger().guardians_of_family(city.municipality, family, day).await.unwrap();
        guardians.into_iter().map(|guardian| guardian.person.name).collect::<Vec<_>>()
    };
    assert_eq!((names(day().pred_opt().unwrap()).await, names(day()).await), (vec!["育実 太郎".to_owned()], vec!["育実 良子".to_owned()]));
}

#[tokio::test]
async fn protection_is_lifted_only_by_a_line_that_says_so() {
    let city = City::new().await;
    let protected = async |lines: &[String]| {
        city.import(&lines.iter().map(String::as_str).collect::<Vec<_>>()).await;
        city.ledger().find_family(city.municipality, city.family("H1").await).await.unwrap().unwrap().protected
    };
    assert!(!protected(&[HANAKO.to_owned()]).await);
    assert!(protected(&[format!("{HANAKO}1"), format!("{JIRO}0")]).await, "one line that asks for it is enough");
    assert!(protected(&[JIRO.to_owned(), HANAKO.replace("北浜", "本町")]).await, "silence changes nothing");
    assert!(!protected(&[format!("{HANAKO}0")]).await);
}
