//! 支援措置: a protected family stands in no list and no letter with its address. Beside each stands the control: the same things of the same family
//! before it was protected.

use ledger::ids::FamilyId;
use ledger::staff::Role::{Approver, Preparer};
use serde_json::{Value, json};
use tests::support::qr::{rasterise, read_by_zbar};

use super::month::text;
use super::{CITY, Clerk, Office};

const HEADINGS: &str = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日,支援措置";
const SHELTER: &str = "中央郵便局留 支援係 気付";

fn line(number: u8, protected: &str) -> String {
    format!(
        "000{number},H{number},育実 花子{number},イクミ ハナコ,2013-09-10,北区梅田{number}-2-3,900{number},育実 太郎{number},イクミ タロウ,2026-04-01,{protected}\n"
    )
}

/// Three families; the second may be protected.
struct World<'a> {
    office: &'a Office,
    preparer: Clerk,
    families: [FamilyId; 3],
}

impl<'a> World<'a> {
    async fn new(office: &'a Office, protected: &str) -> Self {
        let preparer = office.clerk("sato", &[Preparer]).await;
        let roster = format!("{HEADINGS}\n{}{}{}", line(1, ""), line(2, protected), line(3, ""));
        preparer.upload("/rosters", "roster", roster.as_bytes()).await.made();
        let mut families = Vec::new();
        for household in ["H1", "H2", "H3"] {
            families.push(office.ledger().find_family_by_household(CITY, household).await.unwrap().expect("a family"));
        }
        Self { office, preparer, families: families.try_into().expect("three") }
    }

    async fn letter(&self, family: FamilyId, key: &str) -> String {
        let answer = self.preparer.post(&format!("/families/{family}/letter"), key, &json!({"reason": "利用案内の送付"})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    async fn batch(&self, key: &str, most: i64) -> super::Answer {
        self.preparer.post("/letters", key, &json!({"most": most, "reason": "年度の案内"})).await
    }

    async fn listed(&self) -> Vec<Value> {
        self.preparer.get("/families").await.made()["items"].as_array().expect("families").clone()
    }
}

fn names(page: &str) -> Vec<bool> {
    (1..=3).map(|number| page.contains(&format!("育実 太郎{number} 様"))).collect()
}

#[tokio::test]
async fn a_protected_family_is_in_no_list_of_families_and_shows_no_first_character() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "").await;
    let path = format!("/families/{}", world.families[1]);
    let shown = async || text(&world.preparer.get(&path).await.made()["children"][0]["name_masked"]);
    let found = async || world.preparer.post("/children/lookup", "", &json!({"number": "0002"})).await.made()["protected"].clone();
    assert_eq!((world.listed().await.len(), shown().await.chars().next(), found().await), (3, Some('育'), json!(false)), "the control");
    world.preparer.upload("/rosters", "protect", format!("{HEADINGS}\n{}", line(2, "1")).as_bytes()).await.made();
    let listed = world.listed().await;
    assert!(listed.len() == 2 && listed.iter().all(|family| family["family"] != json!(world.families[1])));
    assert_eq!((shown().await.chars().next(), found().await), (Some('●'), json!(true)));
}

#[tokio::test]
async fn letters_printed_together_leave_a_protected_family_out_and_say_that_one_waits() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "1").await;
    assert_eq!(world.preparer.get("/letters").await.made(), json!({"together": 2, "alone": 1}));
    let page = world.batch("batch", 200).await.text();
    assert_eq!(names(&page), [true, false, true]);
    assert!(page.contains("北区梅田1-2-3") && !page.contains("北区梅田2-2-3") && page.matches("<section class=\"page letter\">").count() == 2);
    assert_eq!(world.preparer.get("/letters").await.made(), json!({"together": 0, "alone": 1}));
    assert_eq!(world.batch("again", 200).await.problem().2, "letter_nobody");
    assert_eq!(world.batch("batch", 200).await.text(), page, "the same command: the same letters");
}

#[tokio::test]
async fn the_control_without_protection_is_among_the_letters_with_its_address() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "").await;
    assert_eq!(world.preparer.get("/letters").await.made(), json!({"together": 3, "alone": 0}));
    let page = world.batch("batch", 200).await.text();
    assert_eq!(names(&page), [true, true, true]);
    assert!(page.contains("北区梅田2-2-3"));
}

#[tokio::test]
async fn a_protected_familys_letter_is_printed_alone_by_hand_or_to_its_recorded_place() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "1").await;
    let [plain, protected, _] = world.families;
    assert!(world.letter(plain, "control").await.contains("北区梅田1-2-3"), "the control: an address");
    let by_hand = world.letter(protected, "one").await;
    assert!(!by_hand.contains("北区") && by_hand.contains("窓口でお渡しします") && names(&by_hand) == [false, true, false], "{by_hand}");
    let deliver = format!("/families/{protected}/delivery-address");
    assert_eq!(world.preparer.post(&deliver, "d0", &json!({"address": SHELTER})).await.status, 422, "a reason");
    assert_eq!(world.preparer.post(&deliver, "d1", &json!({"address": " \n", "reason": "申出"})).await.status, 422);
    world.preparer.post(&deliver, "d2", &json!({"address": SHELTER, "reason": "申出"})).await.made();
    let delivered = world.letter(protected, "two").await;
    assert!(delivered.contains(SHELTER) && !delivered.contains("北区") && !delivered.contains("窓口でお渡しします"));
    world.preparer.post(&deliver, "d3", &json!({"reason": "取下げ"})).await.made();
    assert!(world.letter(protected, "three").await.contains("窓口でお渡しします"));
    // Sealed like every address.
    let rows: Vec<String> = sqlx::query_scalar("SELECT t::text FROM delivery_addresses t").fetch_all(office.database.pool()).await.unwrap();
    let hex = SHELTER.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert!(rows.len() == 2 && rows.iter().all(|row| !row.contains(SHELTER) && !row.contains(&hex)));
}

#[tokio::test]
async fn a_letter_holds_the_code_in_force_as_text_and_symbol_and_a_lost_one_is_renewed() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "").await;
    let family = world.families[0];
    let page = world.letter(family, "one").await;
    let code = office.ledger().activation_code(CITY, family).await.unwrap().expect("a code");
    let grouped = format!("<b>{}</b>", code.grouped().replace('-', "</b><b>"));
    assert!(page.contains(&grouped));
    let symbol = format!("<svg{}</svg>", page.split("<svg").nth(1).and_then(|rest| rest.split("</svg>").next()).expect("a symbol"));
    if let Some(read) = read_by_zbar(&rasterise(&symbol)) {
        assert_eq!(read, code.url("voucher.city.example"));
    }
    for personal in ["花子1", "ハナコ", "2013", "osaka-juku", "塾代"] {
        assert!(!page.contains(personal), "{personal}");
    }
    let renew = format!("/families/{family}/letter/renew");
    for key in ["renew", "renew"] {
        world.preparer.post(&renew, key, &json!({"reason": "紛失の届け"})).await.made();
    }
    let new = office.ledger().activation_code(CITY, family).await.unwrap().expect("a code");
    assert_ne!(new, code);
    assert!(!world.letter(family, "two").await.contains(&grouped));
    assert_eq!(world.preparer.get("/letters").await.made()["together"], json!(2), "it has had its letter");
    let sign_in = ledger::session::SignIn { code: Some(code), origin: "198.51.100.1".to_owned() };
    assert!(office.ledger().sign_in(CITY, &sign_in).await.is_err());
}

#[tokio::test]
async fn every_letter_is_written_down_for_whom_by_whom_and_why_and_nobody_else_prints() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "1").await;
    let before = office.log().await.len();
    assert_eq!(world.preparer.post("/letters", "x", &json!({"most": 10})).await.status, 422);
    world.batch("batch", 1).await.made();
    world.letter(world.families[1], "one").await;
    let approver = office.clerk("suzuki", &[Approver]).await;
    assert_eq!(approver.post(&format!("/families/{}/letter", world.families[1]), "y", &json!({"reason": "見たい"})).await.status, 403);
    let log = office.log().await;
    let rows: Vec<_> = log[before..].iter().filter(|row| row.action.starts_with("letter.")).collect();
    let told: Vec<_> = rows.iter().map(|row| (row.action.as_str(), row.outcome.as_str(), row.reason.as_deref())).collect();
    let expected = [
        ("letter.print-batch", "refused", None),
        ("letter.print-batch", "done", Some("年度の案内")),
        ("letter.print", "done", Some("利用案内の送付")),
        ("letter.print", "refused", Some("見たい")),
    ];
    assert_eq!(told, expected);
    assert!(rows[2].subject.as_deref().is_some_and(|subject| subject.starts_with(&world.families[1].to_string())));
    let printed: Vec<(String, String)> = sqlx::query_as("SELECT way, printed_by FROM letters ORDER BY way").fetch_all(office.database.pool()).await.unwrap();
    assert_eq!(printed, [("by_hand".to_owned(), "staff:sato".to_owned()), ("registered".to_owned(), "staff:sato".to_owned())]);
    assert!(!format!("{log:?}").contains("太郎") && !format!("{log:?}").contains("北区"));
    assert!(world.office.ledger().count_letters_waiting(CITY).await.unwrap().together == 1);
}

#[tokio::test]
async fn where_a_protected_family_goes_is_seen_on_no_card() {
    let office = Office::at("2026-05-20").await;
    let world = World::new(&office, "").await;
    let staff = super::month::Staffed {
        preparer: world.preparer.clone(),
        approver: office.clerk("suzuki", &[Approver]).await,
        treasurer: world.preparer.clone(),
        office: &office,
    };
    let (merchant, _) = staff.merchant("one", "1234567").await;
    let family = world.families[1];
    let top_up = ledger::events::bank::top_up(family, ledger::money::Yen::new(9_000), "2026-05-20".parse().expect("a day"));
    office.ledger().post(CITY, ledger::actor::Command::new(ledger::actor::Actor::Job("test"), "top-up", &()), top_up).await.expect("own money");
    let (_, card, _) = staff.paper(&family.to_string(), &merchant).await;
    let seen = async || {
        let one = world.preparer.get(&format!("/cards/{card}")).await.text();
        let all = world.preparer.get(&format!("/families/{family}/cards")).await.text();
        [one.contains(&merchant), all.contains(&merchant)]
    };
    assert_eq!(seen().await, [true, true], "the control");
    world.preparer.upload("/rosters", "protect", format!("{HEADINGS}\n{}", line(2, "1")).as_bytes()).await.made();
    assert_eq!(seen().await, [false, false]);
}
