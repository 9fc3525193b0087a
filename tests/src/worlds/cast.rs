//! Who is there: three merchants with two desks each, four families with six children. The same in every world, with the same ids; what families have
//! to spend is each world's secret.

use ledger::Ledger;
use ledger::actor::Actor;
use ledger::bank::account::Written;
use ledger::entitlement::Award;
use ledger::events;
use ledger::ids::{CardId, ChildId, FamilyId, MerchantId, Municipality};
use ledger::merchant::people::{NewPerson, PersonRole};
use ledger::merchant::{Application, Service};
use ledger::money::Yen;
use ledger::paper::BookletKind;
use ledger::session::SignIn;
use ledger::time::Month;
use ledger::token::CityToken;
use sqlx::PgPool;

use super::history::Dice;
use crate::support::city::date;
use crate::support::test_city::{TestCity, rejection, staff};

/// How many merchants there are.
pub const MERCHANTS: usize = 3;
/// How many families.
pub const FAMILIES: usize = 4;
/// The day on which histories begin, at noon.
pub const FIRST_DAY: &str = "2026-05-20";
/// The first day of the statement month that is open then.
pub const FIRST_MONTH: &str = "2026-05";

/// A monthly coupon with usage limits, tickets, half of the price, a year's coupon that also repays receipts, and visits.
const SCHEMES: [&str; 5] = [
    r#"[scheme]
id = "coupon"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 6_000, cycle = "month", open = { months = -1, day = 16 }, close = { months = 1, day = 15 } }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
limit = [{ per = "day", max_count = 2 }, { per = "month", max_yen = 9_000 }]
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "ticket"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "count", amount = 8, face = 500, cycle = "year" }
cost = { expenses = ["tuition", "materials"] }
share = { rate = [1, 1] }
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "half"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 60_000, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 2] }
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "year"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 120_000, cycle = "year" }
cost = { expenses = ["tuition", "materials"] }
share = { rate = [1, 1] }
route = [{ kind = "redeem" }, { kind = "claim" }]
"#,
    r#"[scheme]
id = "visit"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "count", amount = 4, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { cost_cap = 6_300, deduct = 1_800, rate = [1, 1] }
route = [{ kind = "redeem" }]
"#,
];

/// The schemes by name; the ticket's face is 500 yen.
const NAMES: [&str; 5] = ["coupon", "ticket", "half", "year", "visit"];
/// The most that the city pays for a visit.
const VISIT_YEN: i64 = 4_500;
/// The kind of booklets that there is: 500 yen for tuition, in lessons.
pub const BOOKLETS: &str = "lesson";
/// The days on which entitlements of a world may close: tonight, soon, with the month, with the year.
const CLOSES: [&str; 6] = ["2026-05-20", "2026-05-21", "2026-06-15", "2026-06-16", "2026-07-15", "2027-03-31"];

/// Where the money of a world's families comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// All of it is their own.
    OwnMoney,
    /// Some schemes, some of their own: as dice of this seed fall.
    Mixed(u64),
}

/// The callers of a merchant by number: two desks, and a manager.
pub const MANAGER: usize = 2;

/// A merchant and who stands at the Till for it.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Which.
    pub id: MerchantId,
    /// What its two desks and its manager show to be let in.
    pub callers: [String; 3],
}

/// A family and its children.
#[derive(Debug, Clone)]
pub struct Family {
    /// Which.
    pub id: FamilyId,
    /// Its children.
    pub children: Vec<ChildId>,
    /// Its card.
    pub card: CardId,
    /// What its phone shows to be let in.
    pub phone: String,
}

/// Everybody.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Those who are paid.
    pub merchants: Vec<Merchant>,
    /// Those who pay.
    pub families: Vec<Family>,
}

/// Founds the city of a world on an empty database.
pub async fn found(pool: &PgPool) -> (TestCity, Cast) {
    let city = TestCity::found_as(pool, (271_004, "nikkan"), FIRST_DAY, &SCHEMES).await;
    let account = |number| Written { bank: "9998", branch: "001", kind: "1", number, holder: "カ)テストオンガク" };
    // The first two share an account, and with it a line in the bank file.
    let accounts = [account("1234567"), account("1234567"), account("7654321")];
    let mut merchants = Vec::new();
    for (index, account) in accounts.into_iter().enumerate() {
        merchants.push(merchant(&city, index, account).await);
    }
    let kind = BookletKind { kind: BOOKLETS.to_owned(), face: Yen::new(500), expense: "tuition".to_owned(), services: vec!["lesson".to_owned()] };
    city.ledger().make_booklet_kind(city.municipality, &staff("a", BOOKLETS), &kind).await.expect("a kind");
    let families = families(&city).await;
    for scheme in NAMES {
        city.appropriate(scheme, 2026, 50_000_000).await;
    }
    (city, Cast { merchants, families })
}

async fn merchant(city: &TestCity, index: usize, account: Written<'_>) -> Merchant {
    let service = |expense: &str| Service { category: "lesson".to_owned(), expense: expense.to_owned(), registration: None };
    let application = Application {
        name: format!("教室{index}"),
        kana: format!("キョウシツ{index}"),
        area: "北区".to_owned(),
        services: vec![service("tuition"), service("materials")],
    };
    let (ledger, municipality, key) = (city.ledger(), city.municipality, format!("class {index}"));
    let id = ledger.apply_merchant(municipality, &staff("a", &key), &application, account).await.expect("an application");
    ledger.approve_merchant(municipality, &staff("b", &key), id).await.expect("an approval");
    let mut callers = Vec::new();
    for desk in ["受付", "奥"] {
        let (_, token) = ledger.add_terminal(municipality, &staff("a", &format!("{key}/{desk}")), id, desk).await.expect("a desk");
        callers.push(CityToken::new(municipality, token).to_string());
    }
    let new = NewPerson { name: "責任者".to_owned(), role: PersonRole::Manager };
    let code = ledger.invite_person(municipality, &staff("a", &format!("{key}/manager")), id, &new).await.expect("an invitation").code;
    let attempt = SignIn { code: Some(code), origin: String::new() };
    callers.push(ledger.sign_in_person(municipality, &attempt).await.expect("a session").token.to_string());
    Merchant { id, callers: callers.try_into().expect("three callers") }
}

async fn families(city: &TestCity) -> Vec<Family> {
    let mut csv = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日,銀行コード,支店コード,預金種目,口座番号,口座名義カナ\r\n".to_owned();
    let households: [&[(&str, &str)]; FAMILIES] =
        [&[("11", "2013-09-10"), ("12", "2011-09-10")], &[("21", "2012-01-31")], &[("31", "2015-05-05"), ("32", "2014-11-03")], &[("41", "2010-12-24")]];
    for (household, children) in (1..).zip(households) {
        for (child, birth) in children {
            let guardian = format!("9{household},育実 太郎,イクミ タロウ");
            let account = format!("9996,003,1,000077{household},イクミ タロウ");
            let line = format!("{child},H{household},育実 {child},イクミ ハナコ,{birth},北区1-1,{guardian},2026-04-01,{account}\r\n");
            csv.push_str(&line);
        }
    }
    let report = city.ledger().import_roster(city.municipality, &Actor::Staff("roster".to_owned()), csv.as_bytes(), &mut |_| {}).await.expect("a roster");
    assert_eq!(report.refused, 0, "{:?}", report.refusals);
    let mut families = Vec::new();
    for (household, numbers) in (1..).zip(households) {
        let mut children = Vec::new();
        for (number, _) in numbers {
            children.push(city.child(number).await);
        }
        let (id, ledger) = (city.family(&format!("H{household}")).await, city.ledger());
        let code = ledger.activation_code(city.municipality, id).await.expect("an answer").expect("a code");
        let attempt = SignIn { code: Some(code), origin: String::new() };
        let phone = ledger.sign_in(city.municipality, &attempt).await.expect("a session").token.to_string();
        let card = ledger.issue_card(city.municipality, &staff("a", &format!("card {household}")), id).await.expect("a card").id;
        families.push(Family { id, children, card, phone });
    }
    families
}

/// Gives the families of a world what they have at the beginning.
pub async fn endow(city: &TestCity, cast: &Cast, secret: Secret) {
    let Secret::Mixed(seed) = secret else {
        for family in &cast.families {
            city.top_up(family.id, 2_000_000).await;
        }
        return;
    };
    let mut dice = Dice::new(seed, "endow");
    for family in &cast.families {
        // From nothing but own money to nothing of it.
        let own = dice.pick(&[0, 0, 3_000, 50_000, 2_000_000]);
        if own > 0 {
            city.top_up(family.id, own).await;
        }
        for child in &family.children {
            for scheme in NAMES {
                if dice.happens(45) {
                    let award = award(&mut dice, scheme, *child, family.id);
                    grant(city.ledger(), city.municipality, scheme, award).await;
                }
            }
        }
    }
}

/// Grants something that dice choose to a child that they choose.
pub async fn grant_some(ledger: &Ledger, municipality: Municipality, cast: &Cast, dice: &mut Dice) {
    let family = &cast.families[dice.place(FAMILIES)];
    let child = family.children[dice.place(family.children.len())];
    let scheme = dice.pick(&NAMES);
    let award = award(dice, scheme, child, family.id);
    grant(ledger, municipality, scheme, award).await;
}

async fn grant(ledger: &Ledger, municipality: Municipality, scheme: &str, award: Award) {
    let clerk = Actor::Staff("grants".to_owned());
    // Granted before, or the budget spent: then there is nothing more, and the family pays with its own.
    let _ = rejection(ledger.grant(municipality, scheme, &clerk, &[award]).await);
}

fn award(dice: &mut Dice, scheme: &str, child: ChildId, family: FamilyId) -> Award {
    let month = Month::of(date("2026-04-01")).plus_months(i32::try_from(dice.below(4)).expect("a few"));
    let (amount, face, visits) = match scheme {
        "coupon" => (dice.yen(1, 9_000), 1, None),
        "ticket" => (dice.yen(1, 30) * 500, 500, None),
        "visit" => {
            let visits = dice.yen(1, 4);
            (visits * VISIT_YEN, 1, Some(visits))
        }
        _ => (dice.yen(1, 120_000), 1, None),
    };
    let opens_on = date(dice.pick(&["2026-04-16", "2026-04-16", "2026-05-21"]));
    Award {
        child,
        family,
        amount: Yen::new(amount),
        face: Yen::new(face),
        visits,
        period_from: month.first_day(),
        service_from: month.first_day(),
        service_to: month.last_day(),
        opens_on,
        closes_on: date(dice.pick(&CLOSES)).max(opens_on),
    }
}

/// Loads own money.
pub async fn top_up(ledger: &Ledger, municipality: Municipality, family: FamilyId, (key, yen): (&str, i64)) {
    let draft = events::bank::top_up(family, Yen::new(yen), ledger.clock.today());
    ledger.post(municipality, staff("bank", key), draft).await.expect("a posting");
}
