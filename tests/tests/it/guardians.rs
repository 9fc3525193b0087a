//! Whoever raises a child no more is let in no more: sessions, the letter's code, what was set aside, and what can be looked at end at once. Each test
//! shows beside it that the same things go on where nobody has left.

use ledger::actor::Actor;
use ledger::error::Error;
use ledger::ids::{AccountId, ChildId, FamilyId, MerchantId};
use ledger::job::Job;
use ledger::payment::{HoldPayment, HoldState, NotCapturable, Release};
use ledger::session::{SignIn, SignInRejected};
use ledger::time::{tokyo_instant, tokyo_midnight};
use ledger::token::CityToken;
use tests::support::city::date;
use tests::support::database::TestDatabase;
use tests::support::test_city::{PaymentCode, TestCity, rejection, tuition};

const HEADINGS: &str = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日,支援措置";
const TARO: &str = "91,育実 太郎,イクミ タロウ";
const YOSHIKO: &str = "92,育実 良子,イクミ ヨシコ";

/// A line: child, household, guardian, since, protected.
fn line(child: &str, household: &str, guardian: &str, since: &str, protected: &str) -> String {
    format!("{child},{household},育実 {child},イクミ,2013-09-10,北区1-1,{guardian},{since},{protected}\n")
}

/// Osaka in May 2026: one household, two children, granted 10,000 yen each; a class.
struct World {
    city: TestCity,
    family: FamilyId,
    children: [ChildId; 2],
    class: MerchantId,
    _database: TestDatabase,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let city = TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
        import(&city, &[line("1", "H1", TARO, "2026-04-01", ""), line("2", "H1", TARO, "2026-04-01", "")]).await;
        city.appropriate("osaka-juku", 2026, 100_000).await;
        city.grant("osaka-juku", "2026-05-01").await.expect("a grant");
        let (family, children) = (city.family("H1").await, [city.child("1").await, city.child("2").await]);
        let class = city.class("one").await;
        Self { city, family, children, class, _database: database }
    }

    async fn import(&self, lines: &[String]) {
        import(&self.city, lines).await;
    }

    /// Signs in with the code of the letter in force.
    async fn letter(&self) -> ledger::code::Code {
        self.city.ledger().activation_code(self.city.municipality, self.family).await.unwrap().expect("a code")
    }

    async fn sign_in(&self, code: &ledger::code::Code) -> Result<CityToken, SignInRejected> {
        let attempt = SignIn { code: Some(code.clone()), origin: "198.51.100.7".to_owned() };
        rejection(self.city.ledger().sign_in(self.city.municipality, &attempt).await).map(|signed_in| signed_in.token)
    }

    /// Whether the token opens this family, and nobody else's door.
    async fn is_in(&self, token: &CityToken) -> bool {
        assert!(self.city.ledger().find_staff_session(token).await.unwrap().is_none());
        assert!(self.city.ledger().find_person_session(token).await.unwrap().is_none());
        self.city.ledger().find_session(token).await.unwrap().is_some()
    }

    async fn hold(&self, key: &str, children: &[ChildId], yen: i64) -> PaymentCode {
        self.city.hold(key, &tuition(self.family, children, self.class, yen)).await.expect("a hold")
    }

    /// What a family sees of its payments, by amount.
    async fn seen(&self, family: FamilyId) -> Vec<i64> {
        let payments = self.city.ledger().list_payments(self.city.municipality, family, None, 50).await.unwrap();
        let mut amounts: Vec<_> = payments.iter().map(|payment| payment.amount.get()).collect();
        amounts.sort_unstable();
        amounts
    }

    async fn state(&self, hold: AccountId) -> HoldState {
        let rows: Option<String> =
            sqlx::query_scalar("SELECT why FROM releases WHERE hold_id = $1").bind(hold.uuid()).fetch_optional(&self.city.ledger().pool).await.unwrap();
        rows.map_or(HoldState::Held, |why| HoldState::Released { why: Release::parse(&why).expect("a reason"), at: self.city.ledger().clock.now() })
    }

    async fn is_given_back(&self, hold: AccountId) -> bool {
        matches!(self.state(hold).await, HoldState::Released { why: Release::Voided, .. })
    }
}

async fn import(city: &TestCity, lines: &[String]) {
    let file = format!("{HEADINGS}\n{}", lines.concat());
    let report = city.ledger().import_roster(city.municipality, &Actor::Staff("sato".to_owned()), file.as_bytes(), &mut |_| {}).await.expect("a roster");
    assert_eq!(report.refused, 0, "{:?}", report.refusals);
}

#[tokio::test]
async fn another_guardian_in_the_household_signs_all_out_and_the_old_letter_opens_nothing() {
    let world = World::new().await;
    let old = world.letter().await;
    let session = world.sign_in(&old).await.expect("a session");
    // Control: another line about the same people changes nothing.
    world.import(&[line("1", "H1", TARO, "2026-05-20", "1"), line("2", "H1", TARO, "2026-05-20", "")]).await;
    assert!(world.is_in(&session).await && world.letter().await == old);
    // One child of two is raised by somebody else: whoever raises the other one still belongs to the household.
    world.import(&[line("1", "H1", YOSHIKO, "2026-05-20", "")]).await;
    assert!(world.is_in(&session).await && world.letter().await == old);

    world.import(&[line("2", "H1", YOSHIKO, "2026-05-20", "")]).await;
    assert!(!world.is_in(&session).await);
    assert_eq!(world.sign_in(&old).await, Err(SignInRejected::Refused));
    let new = world.letter().await;
    assert!(new != old && world.sign_in(&new).await.is_ok());
}

#[tokio::test]
async fn what_the_old_guardian_had_set_aside_goes_back_and_the_code_pays_no_more() {
    let world = World::new().await;
    let (one, both) = (world.hold("one", &world.children[..1], 3_000).await, world.hold("both", &world.children, 9_000).await);
    world.import(&[line("1", "H1", YOSHIKO, "2026-05-20", ""), line("2", "H1", TARO, "2026-05-20", "")]).await;
    assert!(!world.is_given_back(one.hold).await, "the control: the old guardian is still there for the other child");
    world.import(&[line("2", "H1", YOSHIKO, "2026-05-20", "")]).await;
    for held in [&one, &both] {
        assert!(world.is_given_back(held.hold).await);
        assert_eq!(world.city.capture("late", held, world.class).await, Err(NotCapturable::Spent.into()));
    }
    assert_eq!(world.city.spendable(&world.children).await, [10_000, 10_000]);
    // What is set aside afterwards stays.
    let after = world.hold("after", &world.children, 4_000).await;
    assert_eq!(world.city.ledger().clear_former_access(world.city.municipality).await.unwrap(), 0);
    assert!(!world.is_given_back(after.hold).await);
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_child_that_moves_takes_its_money_along_out_of_the_old_households_sight() {
    let world = World::new().await;
    let [first, second] = world.children;
    world.city.top_up(world.family, 5_000).await;
    world.city.pay("first", &tuition(world.family, &[first], world.class, 1_000)).await;
    world.city.pay("second", &tuition(world.family, &[second], world.class, 2_000)).await;
    world.city.pay("own", &HoldPayment { own_money: true, ..tuition(world.family, &[], world.class, 500) }).await;
    let (leaving, staying) = (world.hold("leaving", &[first], 3_000).await, world.hold("staying", &[second], 4_000).await);
    let session = world.sign_in(&world.letter().await).await.expect("a session");
    assert_eq!(world.seen(world.family).await, [500, 1_000, 2_000, 3_000, 4_000], "the control: before");

    world.import(&[line("1", "H2", YOSHIKO, "2026-05-20", "1"), line("2", "H1", TARO, "2026-05-20", "")]).await;
    assert_eq!(world.seen(world.family).await, [500, 2_000, 4_000]);
    let gone = world.city.ledger().find_payment(world.city.municipality, world.family, leaving.hold).await.unwrap();
    let kept = world.city.ledger().find_payment(world.city.municipality, world.family, staying.hold).await.unwrap();
    assert!(gone.is_none() && kept.is_some());
    assert!(world.is_given_back(leaving.hold).await && !world.is_given_back(staying.hold).await);
    // The other child's guardian stays signed in; the money is the child's, in its new household.
    assert!(world.is_in(&session).await);
    assert_eq!(world.city.spendable(&world.children).await, [9_000, 4_000]);
    let new = world.city.family("H2").await;
    world.city.hold("new", &tuition(new, &[first], world.class, 9_000)).await.expect("the new household pays");
    let refused = world.city.hold("old", &tuition(world.family, &[first], world.class, 100)).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!((world.seen(new).await, world.seen(world.family).await), (vec![9_000], vec![500, 2_000, 4_000]));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_change_known_ahead_holds_from_midnight_in_tokyo_and_not_a_second_longer() {
    let world = World::new().await;
    let clock = &world.city.test.clock;
    let (old, held) = (world.letter().await, world.hold("held", &world.children, 5_000).await);
    let session = world.sign_in(&old).await.expect("a session");
    let june = [line("1", "H1", YOSHIKO, "2026-05-21", ""), line("2", "H1", YOSHIKO, "2026-05-21", "")];
    world.import(&june).await;
    clock.set(tokyo_instant(date("2026-05-20"), "23:59:59".parse().unwrap()));
    assert!(world.is_in(&session).await && world.sign_in(&old).await.is_ok() && !world.is_given_back(held.hold).await);

    clock.set(tokyo_midnight(date("2026-05-21")));
    // Whichever asks first, and before any job has run.
    assert_eq!(world.sign_in(&old).await, Err(SignInRejected::Refused));
    assert!(!world.is_in(&session).await);
    world.city.ledger().run_due_jobs(world.city.municipality, "server").await.unwrap();
    assert!(matches!(world.state(held.hold).await, HoldState::Released { .. }));
    assert_eq!(world.city.capture("late", &held, world.class).await, Err(NotCapturable::Spent.into()));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_session_is_looked_at_again_on_the_first_request_of_a_day() {
    let world = World::new().await;
    let session = world.sign_in(&world.letter().await).await.expect("a session");
    world.import(&[line("1", "H1", YOSHIKO, "2026-05-21", ""), line("2", "H1", YOSHIKO, "2026-05-21", "")]).await;
    world.city.test.clock.set(tokyo_midnight(date("2026-05-21")));
    assert!(!world.is_in(&session).await && !world.is_in(&session).await);
    // A session of a household where nobody has changed goes on, day after day.
    let again = world.sign_in(&world.letter().await).await.expect("a session");
    for day in ["2026-05-22", "2026-06-30", "2026-07-31"] {
        world.city.test.set(day);
        assert!(world.is_in(&again).await, "{day}");
    }
}

#[tokio::test]
async fn the_days_job_finds_who_has_left_while_nobody_asked_and_catches_up_after_a_week() {
    let world = World::new().await;
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    world.city.top_up(world.family, 5_000).await;
    ledger.run_due_jobs(city, "server").await.unwrap();
    world.import(&[line("1", "H1", YOSHIKO, "2026-05-23", ""), line("2", "H1", YOSHIKO, "2026-05-23", "")]).await;
    let old = world.letter().await;
    world.city.test.set("2026-05-27");
    let ended = ledger.run_due_jobs(city, "server").await.unwrap();
    let days = ended.iter().filter(|ended| ended.job == Job::Guardians).count();
    assert_eq!(days, 7, "a slot for each day that was missed");
    assert!(world.letter().await != old);
}

#[tokio::test]
async fn whoever_comes_back_to_a_child_is_let_in_again_with_the_letter_of_now() {
    let world = World::new().await;
    let lines = |guardian: &str, since: &str| [line("1", "H1", guardian, since, ""), line("2", "H1", guardian, since, "")];
    let first = world.letter().await;
    world.import(&lines(YOSHIKO, "2026-05-18")).await;
    let second = world.letter().await;
    world.import(&lines(TARO, "2026-05-19")).await;
    let third = world.letter().await;
    assert!(first != second && second != third && first != third);
    assert!(world.sign_in(&first).await.is_err() && world.sign_in(&second).await.is_err());
    let session = world.sign_in(&third).await.expect("a session");
    world.import(&lines(YOSHIKO, "2026-05-20")).await;
    assert!(!world.is_in(&session).await && world.sign_in(&third).await.is_err());
}

/// A void of what has gone is no accident for the family that asks.
#[tokio::test]
async fn taking_back_what_was_given_back_already_is_answered_as_done() {
    let world = World::new().await;
    let held = world.hold("held", &world.children, 5_000).await;
    world.import(&[line("1", "H1", YOSHIKO, "2026-05-20", ""), line("2", "H1", YOSHIKO, "2026-05-20", "")]).await;
    let answer = world.city.ledger().void(world.city.municipality, world.family, held.hold).await;
    assert!(matches!(answer, Ok(()) | Err(Error::Rejected(_))), "{answer:?}");
    world.city.assert_sound().await;
}
