//! A training city that takes payments: founded, with merchants approved, a roster imported, budgets appropriated. Tests grant and pay on it.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::bank::account::Written;
use ledger::books::{Account, Kind};
use ledger::city::{City, Remitter};
use ledger::code::Code;
use ledger::entitlement::{GrantRun, RunRejected};
use ledger::error::Error;
use ledger::ids::{AccountId, ChildId, FamilyId, MerchantId, Municipality};
use ledger::merchant::{Application, Service};
use ledger::money::Yen;
use ledger::payment::history::Payment;
use ledger::payment::refund::{AskRefund, Refund, RefundRejected};
use ledger::payment::{Capture, CaptureRejected, HoldPayment, HoldRejected, Receipt};
use ledger::scheme::{Catalog, file};
use ledger::time::{FiscalYear, Instant};
use sqlx::PgPool;

use super::city::{TestLedger, date};
use super::database::TestDatabase;

/// Children of one roster: number, household, birth date, and since when the line holds.
pub type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What a family shows at the desk.
#[derive(Debug, Clone)]
pub struct PaymentCode {
    /// The hold.
    pub hold: AccountId,
    /// What the desk scans.
    pub code: Code,
    /// The whole price.
    pub amount: Yen,
    /// From here on the code works no more.
    pub expires_at: Instant,
}

impl PaymentCode {
    /// The code of a payment.
    #[must_use]
    pub fn of(ledger: &Ledger, payment: &Payment) -> Self {
        Self { hold: payment.id, code: ledger.payment_code(payment), amount: payment.amount, expires_at: payment.expires_at }
    }
}

/// A city on a database.
pub struct TestCity {
    /// The ledger and its clock.
    pub test: TestLedger,
    /// The city.
    pub municipality: Municipality,
}

/// A member of staff's command: the key is what it does.
#[must_use]
pub fn staff(name: &str, key: &str) -> Command {
    Command::new(Actor::Staff(name.to_owned()), key, &key)
}

/// The shipped schemes and these.
#[must_use]
pub fn catalog(own: &[&str]) -> Catalog {
    let shipped = Catalog::shipped().expect("the shipped schemes are sound");
    own.iter().fold(shipped, |catalog, text| catalog.with(file::parse(text).expect("a sound scheme")))
}

/// Data of a training city.
#[must_use]
pub fn city(code: i32, slug: &str) -> City {
    City {
        municipality: Municipality::new(code),
        slug: slug.to_owned(),
        name: "訓練市".to_owned(),
        training: true,
        own_money_custodian: Some("会計管理者".to_owned()),
        closing_day: 15,
        pay_day: 10,
        hold: TimeDelta::minutes(10),
        remitter: Remitter {
            consignor_code: "0000012345".to_owned(),
            name_kana: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
            bank: "9999".to_owned(),
            branch: "001".to_owned(),
            account_kind: "1".to_owned(),
            account_number: "0001234".to_owned(),
        },
    }
}

impl TestCity {
    /// A city called `slug` at noon of `day`, with the shipped schemes and its `own`.
    pub async fn found(database: &TestDatabase, slug: &str, day: &str, own: &[&str]) -> Self {
        Self::found_as(database.pool(), (271_004, slug), day, own).await
    }

    /// As [`TestCity::found`], with a code, so that several fit into one database.
    pub async fn found_as(pool: &PgPool, (code, slug): (i32, &str), day: &str, own: &[&str]) -> Self {
        let mut test = TestLedger::at(pool, day);
        test.ledger.schemes = catalog(own).into();
        let city = city(code, slug);
        test.ledger.found_city(&city).await.expect("a city");
        Self { test, municipality: city.municipality }
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.test.ledger
    }

    /// A merchant that is taken in by one person and approved by another, for (category, expense) pairs.
    pub async fn merchant(&self, name: &str, services: &[(&str, &str)]) -> MerchantId {
        let service = |&(category, expense): &(&str, &str)| Service { category: category.to_owned(), expense: expense.to_owned(), registration: None };
        let application = Application {
            name: format!("{name} 教室"),
            kana: format!("{name} キョウシツ"),
            area: "北区".to_owned(),
            services: services.iter().map(service).collect(),
        };
        let account = Written { bank: "9998", branch: "001", kind: "1", number: "1234567", holder: "カ)テストオンガク" };
        let id = self.ledger().apply_merchant(self.municipality, &staff("a", name), &application, account).await.expect("an application");
        self.ledger().approve_merchant(self.municipality, &staff("b", name), id).await.expect("an approval");
        id
    }

    /// A class for tuition.
    pub async fn class(&self, name: &str) -> MerchantId {
        self.merchant(name, &[("lesson", "tuition")]).await
    }

    /// Imports a roster of these children, third of their parents, at home, with little income: every shipped scheme's test but age and city.
    pub async fn roster(&self, lines: &[Line<'_>]) {
        let mut csv =
            "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,出生順,多胎,在宅育児,所得割,保護者宛名番号,保護者氏名,保護者カナ,適用日\r\n".to_owned();
        for (number, household, birth, since) in lines {
            let line =
                format!("{number},{household},育実 {number},イクミ ハナコ,{birth},北区1-1,3,0,1,100000,9{household},育実 太郎,イクミ タロウ,{since}\r\n");
            csv.push_str(&line);
        }
        let report = self.ledger().import_roster(self.municipality, &Actor::Staff("roster".to_owned()), csv.as_bytes(), &mut |_| {}).await;
        let report = report.expect("a roster");
        assert_eq!(report.refused, 0, "{:?}", report.refusals);
    }

    /// The child with this number of the roster.
    pub async fn child(&self, number: &str) -> ChildId {
        self.ledger().find_child_by_number(self.municipality, number).await.expect("an answer").expect("a child")
    }

    /// The family of this household.
    pub async fn family(&self, household: &str) -> FamilyId {
        self.ledger().find_family_by_household(self.municipality, household).await.expect("an answer").expect("a family")
    }

    /// Appropriates a budget.
    pub async fn appropriate(&self, scheme: &str, year: i16, yen: i64) {
        let budget = (scheme, FiscalYear::new(year));
        self.ledger().appropriate(self.municipality, staff("budget", &format!("{scheme}/{year}")), budget, Yen::new(yen)).await.expect("a budget");
    }

    /// Runs the grant of the period that holds `day`.
    pub async fn grant(&self, scheme: &str, day: &str) -> Result<GrantRun, Error<RunRejected>> {
        self.ledger().run_grant(self.municipality, (scheme, date(day)), &Actor::Staff("grants".to_owned()), &mut |_| {}).await
    }

    /// A family loads own money.
    pub async fn top_up(&self, family: FamilyId, yen: i64) {
        let command = staff("bank", &format!("top up {family}"));
        self.ledger().load_own_money(self.municipality, &command, family, Yen::new(yen)).await.expect("own money");
    }

    /// Sets a payment aside.
    pub async fn hold(&self, key: &str, asked: &HoldPayment) -> Result<PaymentCode, HoldRejected> {
        rejection(self.ledger().hold(self.municipality, key, asked).await).map(|payment| PaymentCode::of(self.ledger(), &payment))
    }

    /// The desk of the payment's merchant captures it.
    pub async fn capture(&self, key: &str, held: &PaymentCode, merchant: MerchantId) -> Result<Receipt, CaptureRejected> {
        let asked = Capture { merchant, terminal: None, amount: held.amount };
        rejection(self.ledger().capture(self.municipality, key, &held.code, &asked).await)
    }

    /// Hold and capture.
    pub async fn pay(&self, key: &str, asked: &HoldPayment) -> Receipt {
        let held = self.hold(key, asked).await.expect("a hold");
        self.capture(key, &held, asked.merchant).await.expect("a receipt")
    }

    /// Refunds some of a receipt.
    pub async fn refund(&self, key: &str, receipt: &Receipt, yen: i64) -> Result<Refund, RefundRejected> {
        let asked = AskRefund { merchant: receipt.merchant, receipt: receipt.id, amount: Yen::new(yen), reason: "休講".to_owned() };
        rejection(self.ledger().refund(self.municipality, key, &asked).await)
    }

    /// Refunds some of a receipt and puts it back where it came from.
    pub async fn refund_and_settle(&self, key: &str, receipt: &Receipt, yen: i64) {
        self.refund(key, receipt, yen).await.expect("a refund");
        assert_eq!(self.ledger().settle_refunds(self.municipality).await.expect("settled refunds"), 1);
    }

    /// What the children of these entitlements have left that can be spent now, by child, in yen.
    pub async fn spendable(&self, children: &[ChildId]) -> Vec<i64> {
        let spendable = self.ledger().spendable(self.municipality, children).await.expect("an answer");
        let of = |child: &ChildId| spendable.iter().filter(|one| one.child == *child).map(|one| one.balance.get()).sum();
        children.iter().map(of).collect()
    }

    /// Credits − debits of every account that has moved, by the transfers.
    pub async fn balances(&self) -> BTreeMap<AccountId, i64> {
        let sql = "SELECT account_id, sum(credit - debit)::bigint FROM postings WHERE municipality = $1 GROUP BY account_id";
        let rows: Vec<(uuid::Uuid, i64)> = sqlx::query_as(sql).bind(self.municipality.code()).fetch_all(&self.ledger().pool).await.expect("balances");
        rows.into_iter().map(|(account, balance)| (AccountId::new(account), balance)).collect()
    }

    /// Credits − debits of one account.
    pub async fn balance(&self, account: &Account) -> i64 {
        self.balances().await.get(&account.id).copied().unwrap_or(0)
    }

    /// What a merchant is owed.
    pub async fn owed(&self, merchant: MerchantId) -> i64 {
        self.balance(&Account::of_owner(Kind::MerchantPayable, merchant.uuid())).await
    }

    /// A family's own money.
    pub async fn own_money(&self, family: FamilyId) -> i64 {
        self.balance(&Account::of_owner(Kind::OwnMoney, family.uuid())).await
    }

    /// What a scheme's budget has left.
    pub async fn budget(&self, scheme: &str, year: i16) -> i64 {
        self.balance(&Account::budget(scheme, FiscalYear::new(year))).await
    }

    /// Debits are credits in every unit, no guarded row is below zero, and every balance and state follows from the transfers.
    pub async fn assert_sound(&self) {
        let balance = self.ledger().trial_balance(self.municipality).await.expect("a trial balance");
        assert_eq!(balance.unbalanced().collect::<Vec<_>>(), []);
        let verified = self.ledger().verify(self.municipality).await.expect("a proof");
        assert_eq!(verified.differences, Vec::<String>::new());
        let lowest = "SELECT coalesce(min(balance), 0) FROM guarded_balances WHERE municipality = $1";
        let lowest: i64 = sqlx::query_scalar(lowest).bind(self.municipality.code()).fetch_one(&self.ledger().pool).await.expect("a balance");
        assert!(lowest >= 0, "a guarded row holds {lowest}");
    }

    /// Closes captures and refunds through `day`.
    pub async fn close_payments(&self, day: NaiveDate) {
        let mut tx = self.ledger().pool.begin().await.expect("a transaction");
        let now = self.ledger().clock.now();
        ledger::books::repo::close_through_in_tx(&mut tx, self.municipality, ledger::books::repo::Scope::Payments, (day, day), now, "test")
            .await
            .expect("a close");
        tx.commit().await.expect("a commit");
    }
}

/// A payment of tuition at `merchant`, from the entitlements of `children` and no own money.
#[must_use]
pub fn tuition(family: FamilyId, children: &[ChildId], merchant: MerchantId, yen: i64) -> HoldPayment {
    HoldPayment {
        family,
        children: children.to_vec(),
        merchant,
        invoice: None,
        expense: "tuition".to_owned(),
        service: None,
        price: Yen::new(yen),
        month: None,
        own_money: false,
    }
}

/// The answer, or why not; a failure ends the test.
pub fn rejection<T, R: std::error::Error + 'static>(answer: Result<T, Error<R>>) -> Result<T, R> {
    answer.map_err(|error| match error {
        Error::Rejected(rejected) => rejected,
        Error::Failed(failure) => panic!("a failure: {failure:?}"),
    })
}
