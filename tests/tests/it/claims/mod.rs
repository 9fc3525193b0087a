//! Claims against PostgreSQL: two training cities, one that grants a year's coupons (Fukuoka's rules) and one that repays passes (Kobe's). Families file,
//! staff examine, a second person decides, the bank file pays. After each test the books prove themselves.

mod filing;
mod money;
mod people;

use chrono::TimeDelta;
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::bank::account::Written;
use ledger::books::{Account, Kind};
use ledger::city::{City, Remitter};
use ledger::claim::{Claim, Cost, FileClaim, Rejected};
use ledger::error::Error;
use ledger::ids::{ChildId, ClaimId, FamilyId, MerchantId, Municipality};
use ledger::merchant::{Application, Service};
use ledger::money::Yen;
use ledger::payment::{HoldPayment, HoldRejected};
use ledger::refusal::Refusal as _;
use ledger::time::FiscalYear;
use tests::support::city::{TestLedger, date};
use tests::support::database::TestDatabase;
pub(crate) use tests::support::pictures::photograph as picture;
use tests::support::pictures::{document, screenshot};

pub(crate) const FUKUOKA: Municipality = Municipality::new(401_307);
pub(crate) const KOBE: Municipality = Municipality::new(281_000);

/// Two families; the second has no bank account. `{}` is the status and the school's city.
const HEADINGS: &str = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,状態,学校所在市,保護者宛名番号,保護者氏名,保護者カナ,適用日,銀行コード,支店コード,預金種目,口座番号,口座名義カナ";

fn fukuoka_roster() -> String {
    format!(
        "{HEADINGS}\n0001,H1,育実 花子,イクミ ハナコ,2012-05-10,中央区1-1,jidofuyo,,9001,育実 太郎,イクミ タロウ,2025-04-01,9996,003,1,0000777,イクミ タロウ\n\
         0002,H2,浪速 桜,ナニワ サクラ,2013-01-15,博多区2-2,seikatsuhogo,,9002,浪速 梅,ナニワ ウメ,2025-04-01,,,,,\n"
    )
}

pub(crate) fn kobe_roster(since: &str) -> String {
    format!(
        "{HEADINGS}\n0001,H1,須磨 海,スマ ウミ,2006-05-10,須磨区1-1,,kobe,9001,須磨 太郎,スマ タロウ,{since},9996,003,1,0000777,スマ タロウ\n\
         0002,H2,明石 空,アカシ ソラ,2006-06-10,西区2-2,,akashi,9002,明石 次郎,アカシ ジロウ,{since},9995,001,1,0000888,アカシ ジロウ\n"
    )
}

/// A training city.
pub(crate) fn city(municipality: Municipality, slug: &str) -> City {
    let remitter = Remitter {
        consignor_code: "0000012345".to_owned(),
        name_kana: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
        bank: "9999".to_owned(),
        branch: "001".to_owned(),
        account_kind: "1".to_owned(),
        account_number: "0001234".to_owned(),
    };
    City {
        municipality,
        slug: slug.to_owned(),
        name: "訓練市".to_owned(),
        training: true,
        own_money_custodian: Some("会計管理者".to_owned()),
        closing_day: 15,
        pay_day: 10,
        hold: TimeDelta::minutes(10),
        remitter,
    }
}

fn staff(name: &str, key: &str) -> Command {
    Command::new(Actor::Staff(name.to_owned()), key, &key)
}

fn yen(yen: i64) -> Yen {
    Yen::new(yen)
}

fn cost(expense: &str, amount: i64, from: &str, to: &str) -> Cost {
    let paid_to = Some(format!("{expense} の支払先"));
    Cost { expense: expense.to_owned(), service: None, amount: yen(amount), from: date(from), to: date(to), merchant: None, paid_to }
}

fn tuition(amount: i64, on: &str) -> Cost {
    cost("tuition", amount, on, on)
}

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) test: TestLedger,
    pub(crate) municipality: Municipality,
    scheme: &'static str,
}

impl World {
    /// Fukuoka on 10 November 2025: both children have been granted the whole year's 120,000 yen in April.
    pub(crate) async fn fukuoka() -> Self {
        let world = Self::new((FUKUOKA, "fukuoka", "fukuoka-naraigoto"), "2025-04-01", (2025, &fukuoka_roster())).await;
        let clerk = Actor::Staff("grants".to_owned());
        let run = world.ledger().run_grant(FUKUOKA, (world.scheme, date("2025-04-01")), &clerk, &mut |_| {}).await.unwrap();
        assert_eq!((run.granted.count, run.granted.amount), (2, yen(240_000)));
        world.test.set("2025-11-10");
        world
    }

    /// Kobe on a day within the claim window of `year`.
    pub(crate) async fn kobe(today: &str, year: i16) -> Self {
        let since = FiscalYear::new(year).first_day().to_string();
        Self::new((KOBE, "kobe", "kobe-tsugaku"), today, (year, &kobe_roster(&since))).await
    }

    async fn new((municipality, slug, scheme): (Municipality, &str, &'static str), today: &str, (year, roster): (i16, &str)) -> Self {
        let database = TestDatabase::new().await;
        let test = TestLedger::at(database.pool(), today);
        let world = Self { database, test, municipality, scheme };
        let ledger = world.ledger();
        ledger.found_city(&city(municipality, slug)).await.unwrap();
        ledger.fund(municipality, staff("a", "fund"), yen(10_000_000), date(today)).await.unwrap();
        ledger.appropriate(municipality, staff("a", "budget"), (scheme, FiscalYear::new(year)), yen(1_000_000)).await.unwrap();
        let report = ledger.import_roster(municipality, &Actor::Staff("roster".to_owned()), roster.as_bytes(), &mut |_| {}).await.unwrap();
        assert_eq!((report.new, report.refused), (2, 0), "{:?}", report.refusals);
        world
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.test.ledger
    }

    /// The family of a household and its child, both by their number.
    pub(crate) async fn family(&self, number: u8) -> (FamilyId, ChildId) {
        let family = self.ledger().find_family_by_household(self.municipality, &format!("H{number}")).await.unwrap().unwrap();
        let child = self.ledger().find_child_by_number(self.municipality, &format!("000{number}")).await.unwrap().unwrap();
        (family, child)
    }

    async fn asked(&self, number: u8, costs: &[Cost]) -> FileClaim {
        let (family, child) = self.family(number).await;
        FileClaim { family, child, scheme: self.scheme.to_owned(), costs: costs.to_vec() }
    }

    async fn try_file(&self, number: u8, key: &str, costs: &[Cost]) -> Result<Claim, Error<Rejected>> {
        let asked = self.asked(number, costs).await;
        let command = Command::new(Actor::Family(asked.family), key, &asked);
        self.ledger().file_claim(self.municipality, &command, &asked).await
    }

    async fn file(&self, key: &str, costs: &[Cost]) -> Claim {
        self.try_file(1, key, costs).await.expect("a claim")
    }

    /// Adds what the scheme asks to see.
    async fn show(&self, claim: &Claim, kinds: &[&str]) {
        for (number, kind) in (1..).zip(kinds) {
            let command = Command::new(Actor::Family(claim.family), format!("{}/{kind}", claim.id), kind);
            self.ledger().add_claim_evidence(self.municipality, &command, claim.id, (kind, &picture(number))).await.expect("a file");
        }
    }

    async fn examine(&self, by: &str, claim: &Claim, proposed: i64) -> Result<(), Error<Rejected>> {
        let command = staff(by, &format!("examine/{}/{proposed}", claim.id));
        self.ledger().examine_claim(self.municipality, &command, (claim.id, claim.filing), yen(proposed), "確認しました").await
    }

    async fn decide(&self, by: &str, claim: ClaimId, granted: i64) -> Result<(), Error<Rejected>> {
        let command = staff(by, &format!("decide/{claim}/{granted}"));
        self.ledger().decide_claim(self.municipality, &command, claim, yen(granted), "決定しました").await
    }

    /// Filed, shown, examined by `a`, decided by `b`, all of it.
    async fn granted(&self, key: &str, costs: &[Cost], kinds: &[&str]) -> Claim {
        let claim = self.file(key, costs).await;
        self.show(&claim, kinds).await;
        self.examine("a", &claim, claim.reserved.get()).await.expect("an examination");
        self.decide("b", claim.id, claim.reserved.get()).await.expect("a decision");
        self.claim(claim.id).await
    }

    async fn claim(&self, claim: ClaimId) -> Claim {
        self.ledger().claim(self.municipality, claim).await.unwrap().expect("a claim").claim
    }

    /// A class that is registered for tuition.
    pub(crate) async fn class(&self) -> MerchantId {
        let service = Service { category: "lesson".to_owned(), expense: "tuition".to_owned(), registration: None };
        let application = Application { name: "教室".to_owned(), kana: "キョウシツ".to_owned(), area: "北区".to_owned(), services: vec![service] };
        let account = Written { bank: "9998", branch: "001", kind: "1", number: "1234567", holder: "カ)テストオンガク" };
        let id = self.ledger().apply_merchant(self.municipality, &staff("a", "class"), &application, account).await.unwrap();
        self.ledger().approve_merchant(self.municipality, &staff("b", "class"), id).await.unwrap();
        id
    }

    /// Pays by coupon alone, as far as setting the money aside.
    async fn hold(&self, merchant: MerchantId, price: i64, key: &str) -> Result<(), Error<HoldRejected>> {
        let (family, child) = self.family(1).await;
        let asked = HoldPayment {
            family,
            children: vec![child],
            merchant,
            invoice: None,
            expense: "tuition".to_owned(),
            service: None,
            price: yen(price),
            month: None,
            own_money: false,
        };
        self.ledger().hold(self.municipality, key, &asked).await.map(|_| ())
    }

    /// What is left of the first child's coupons.
    pub(crate) async fn coupons(&self) -> i64 {
        let (_, child) = self.family(1).await;
        let spendable = self.ledger().spendable(self.municipality, &[child]).await.unwrap();
        spendable.iter().map(|spendable| spendable.balance.get()).sum()
    }

    /// Credits − debits of one account by the transfers.
    async fn balance(&self, account: &Account) -> i64 {
        let sql = "SELECT coalesce(sum(credit - debit), 0)::bigint FROM postings WHERE municipality = $1 AND account_id = $2";
        sqlx::query_scalar(sql).bind(self.municipality.code()).bind(account.id.uuid()).fetch_one(self.database.pool()).await.unwrap()
    }

    pub(crate) async fn owed(&self, family: FamilyId) -> i64 {
        self.balance(&Account::of_owner(Kind::FamilyPayable, family.uuid())).await
    }

    /// What a family owes the city.
    pub(crate) async fn receivable(&self, family: FamilyId) -> i64 {
        -self.balance(&Account::of_owner(Kind::FamilyReceivable, family.uuid())).await
    }

    async fn reserved(&self, claim: ClaimId) -> i64 {
        self.balance(&Account::of_thing(Kind::ClaimsReserved, claim.uuid(), None)).await
    }

    pub(crate) async fn budget(&self, year: i16) -> i64 {
        self.balance(&Account::budget(self.scheme, FiscalYear::new(year))).await
    }

    /// Debits are credits, and every state is what the transfers say.
    pub(crate) async fn assert_sound(&self) {
        assert_eq!(self.ledger().trial_balance(self.municipality).await.unwrap().trial_balance_yen, 0);
        assert_eq!(self.ledger().verify(self.municipality).await.unwrap().differences, Vec::<String>::new());
    }
}

fn code<T: std::fmt::Debug>(answer: Result<T, Error<Rejected>>) -> &'static str {
    match answer {
        Err(Error::Rejected(rejected)) => rejected.code(),
        other => panic!("{other:?}"),
    }
}

/// The SQLSTATE with which the program's own login is refused.
async fn refusal(world: &World, sql: &'static str) -> String {
    let error = sqlx::query(sql).execute(world.database.pool()).await.expect_err(sql);
    error.as_database_error().expect("a database error").code().expect("a code").into_owned()
}

const CHECK_VIOLATION: &str = "23514";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
