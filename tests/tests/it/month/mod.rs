//! Merchants and the finance month against PostgreSQL: a training city with three merchants, payments, statements, a bank file, and the test
//! playing the bank. After each step the trial balance is zero and what is stored is what the transfers give.

mod bank;
mod close;
mod early_returns;
mod merchants;
mod payouts;
mod returns;

use chrono::{NaiveDate, TimeDelta};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::bank::account::{AccountKind, BankCode, BranchCode, LongAccountNumber, Written};
use ledger::bank::frame::Framing;
use ledger::bank::meisai::{self, BankLine, BankStatement, Flow, Head, OwnAccount};
use ledger::books::{Account, Draft, Event, Kind, Outcome, Transfer};
use ledger::city::{City, Remitter};
use ledger::events;
use ledger::ids::{AccountId, FamilyId, MerchantId, Municipality, ReceiptId};
use ledger::merchant::{Application, Service};
use ledger::money::Yen;
use ledger::payment::{Capture, HoldPayment};
use ledger::people::PayerNumber;
use ledger::remittance::Remittance;
use ledger::scheme::Commitment;
use ledger::statement::Statement;
use ledger::time::{FiscalYear, Month};
use tests::support::city::{TestLedger, date, noon};
use tests::support::database::TestDatabase;
use uuid::Uuid;

const CITY: Municipality = Municipality::new(999_008);
const FAMILY: FamilyId = FamilyId::new(Uuid::from_u128(0xfa));
/// Two merchants have this account, a third another one.
const SHARED: Written<'_> = Written { bank: "9998", branch: "001", kind: "1", number: "1234567", holder: "カ)テストオンガク" };
const OWN: Written<'_> = Written { bank: "9997", branch: "002", kind: "1", number: "7654321", holder: "キタグチ ピアノ" };

const ROSTER: &str =
    "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日,銀行コード,支店コード,預金種目,口座番号,口座名義カナ
0001,H01,育実 花子,イクミ ハナコ,2015-05-10,中央区1-1,9001,育実 太郎,イクミ タロウ,2026-04-01,9996,003,1,0000777,イクミ タロウ
";

fn city() -> City {
    let remitter = Remitter {
        consignor_code: "0000012345".to_owned(),
        name_kana: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
        bank: "9999".to_owned(),
        branch: "001".to_owned(),
        account_kind: "1".to_owned(),
        account_number: "0001234".to_owned(),
    };
    City {
        municipality: CITY,
        slug: "kunren".to_owned(),
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

fn may() -> Month {
    "2026-05".parse().expect("a month")
}

/// A city on a fresh database. Money: 10,000,000 yen of the city's, 500,000 of one family's own.
struct World {
    database: TestDatabase,
    test: TestLedger,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let test = TestLedger::at(database.pool(), "2026-05-18");
        let world = Self { database, test };
        world.ledger().found_city(&city()).await.expect("a city");
        world.ledger().fund(CITY, staff("a", "fund"), Yen::new(10_000_000), date("2026-05-18")).await.expect("funds");
        world.post("top up", events::bank::top_up(FAMILY, Yen::new(500_000), date("2026-05-18"))).await;
        world
    }

    fn ledger(&self) -> &Ledger {
        &self.test.ledger
    }

    async fn post(&self, key: &str, draft: Draft) {
        let outcome = self.ledger().post(CITY, staff("set-up", key), draft).await.expect("a posting");
        assert!(matches!(outcome, Outcome::Posted(_)), "{outcome:?}");
    }

    /// A family with an account, and the number by which it loads money.
    async fn family_of_roster(&self) -> (FamilyId, PayerNumber) {
        self.ledger().import_roster(CITY, &Actor::Job("roster"), ROSTER.as_bytes(), &mut |_| {}).await.expect("a roster");
        let family = self.ledger().find_family_by_household(CITY, "H01").await.expect("an answer").expect("a family");
        (family, self.ledger().find_family(CITY, family).await.expect("an answer").expect("a family").payer_number)
    }

    /// A merchant taken in by `a` and approved by `b`.
    async fn merchant(&self, name: &str, account: Written<'_>) -> MerchantId {
        let id = self.ledger().apply_merchant(CITY, &staff("a", name), &application(name), account).await.expect("an application");
        self.ledger().approve_merchant(CITY, &staff("b", name), id).await.expect("an approval");
        id
    }

    /// Three merchants: two share an account.
    async fn merchants(&self) -> [MerchantId; 3] {
        [self.merchant("one", SHARED).await, self.merchant("two", SHARED).await, self.merchant("three", OWN).await]
    }

    /// The family pays with its own money, through hold and capture.
    async fn pay(&self, merchant: MerchantId, yen: i64, key: &str) -> ReceiptId {
        let asked = HoldPayment {
            family: FAMILY,
            children: Vec::new(),
            merchant,
            invoice: None,
            expense: "tuition".to_owned(),
            service: None,
            price: Yen::new(yen),
            month: None,
            own_money: true,
        };
        let held = self.ledger().hold(CITY, key, &asked).await.expect("a hold");
        let capture = Capture { merchant, terminal: None, amount: Yen::new(yen) };
        self.ledger().capture(CITY, key, &self.ledger().payment_code(&held), &capture).await.expect("a capture").id
    }

    /// A payment whose split is 7,000 of a scheme of fiscal 2026 and 3,000 of own money.
    async fn pay_split(&self, merchant: MerchantId) {
        let (on, year) = (date("2026-05-20"), FiscalYear::new(2026));
        let entitlement = Account {
            scheme: Some("test".to_owned()),
            fiscal_year: Some(year),
            ..Account::of_thing(Kind::Entitlement, Uuid::from_u128(0xe1), Some(Uuid::from_u128(0xc1)))
        };
        self.post("appropriate", events::budget::appropriate(("test", year), Yen::new(50_000), Commitment::Grant, on)).await;
        let granted = Transfer::new(Account::budget("test", year).id, entitlement.id, Yen::new(10_000));
        self.post("grant", Draft::new(Event::Grant, on, vec![granted]).opening([entitlement.clone()])).await;
        let hold = AccountId::new(Uuid::from_u128(0xd1));
        let own = Account::of_owner(Kind::OwnMoney, FAMILY.uuid()).id;
        let parts = [(entitlement.id, Yen::new(7_000)), (own, Yen::new(3_000))];
        let command = staff("set-up", "split");
        let posting = self.ledger().posting(CITY, command, events::payment::hold(hold, noon("2026-05-21"), on, &parts, &[]));
        let entry = posting.entry.uuid();
        self.ledger().post_batch(CITY, &[posting]).await.expect("a hold");
        self.post("capture", events::payment::capture(hold, merchant, Yen::new(10_000), on)).await;
        let insert = "INSERT INTO holds (municipality, hold_id, entry_id, family_id, merchant_id, expense, amount_yen, code_digest, held_at, expires_at)
                      VALUES ($1, $2, $3, $4, $5, 'tuition', 10000, '\\x01', $6, $6)";
        let hold_row = sqlx::query(insert).bind(CITY.code()).bind(hold.uuid()).bind(entry).bind(FAMILY.uuid()).bind(merchant.uuid());
        hold_row.bind(noon("2026-05-20")).execute(self.database.pool()).await.expect("a hold's row");
        let insert = "INSERT INTO captures (municipality, hold_id, receipt_id, entry_id, merchant_id, amount_yen, expense, captured_at, business_on)
                      VALUES ($1, $2, $2, $3, $4, 10000, 'tuition', $5, '2026-05-20')";
        let capture_row = sqlx::query(insert).bind(CITY.code()).bind(hold.uuid()).bind(entry).bind(merchant.uuid());
        capture_row.bind(noon("2026-05-20")).execute(self.database.pool()).await.expect("a capture's row");
    }

    /// Draws May's statements on 16 June.
    async fn draw(&self) -> Vec<Statement> {
        self.test.set("2026-06-16");
        self.ledger().settle_refunds(CITY).await.expect("settled refunds");
        self.ledger().draw_statements(CITY, &staff("a", "draw"), may()).await.expect("statements");
        self.ledger().list_statements(CITY, None, Some(may())).await.expect("a list")
    }

    /// Claimed by the merchants, examined by `a`, approved by `b`.
    async fn approve_statements(&self, statements: &[Statement]) {
        for statement in statements {
            let click = Command::new(Actor::Merchant(statement.merchant), "claim", &statement.id);
            self.ledger().claim_statement(CITY, &click, statement.id).await.expect("a claim");
        }
        let ids: Vec<_> = statements.iter().map(|statement| statement.id).collect();
        self.ledger().examine_statements(CITY, &staff("a", "examine"), &ids).await.expect("an examination");
        self.ledger().approve_statements(CITY, &staff("b", "approve"), &ids).await.expect("an approval");
    }

    /// Draws and approves May's statements.
    async fn approved_may(&self) {
        let statements = self.draw().await;
        self.approve_statements(&statements).await;
    }

    /// Prepared by `a`, approved by `b`, built and sent.
    async fn send(&self, key: &str) -> Remittance {
        let prepared = self.ledger().prepare_remittance(CITY, &staff("a", key), may()).await.expect("a remittance");
        self.ledger().approve_remittance(CITY, &staff("b", &format!("{key}/approve")), prepared.id).await.expect("an approval");
        let file = self.ledger().build_remittance(CITY, &staff("a", &format!("{key}/build")), prepared.id).await.expect("a file");
        let sent = staff("a", &format!("{key}/send"));
        self.ledger().mark_remittance_sent(CITY, &sent, prepared.id, &file.sha256).await.expect("sent");
        prepared
    }

    /// Payments of 30,000, 20,000 and 8,000 yen at the three merchants, approved, and sent on 8 July.
    async fn sent_may(&self) -> ([MerchantId; 3], Remittance) {
        let merchants = self.merchants().await;
        for (merchant, yen) in merchants.into_iter().zip([30_000, 20_000, 8_000]) {
            self.pay(merchant, yen, &format!("pay {yen}")).await;
        }
        self.approved_may().await;
        self.test.set("2026-07-08");
        (merchants, self.send("july").await)
    }

    /// Credits − debits of one account by the transfers.
    async fn balance(&self, account: &Account) -> i64 {
        let sql = "SELECT coalesce(sum(credit - debit), 0)::bigint FROM postings WHERE municipality = $1 AND account_id = $2";
        sqlx::query_scalar(sql).bind(CITY.code()).bind(account.id.uuid()).fetch_one(self.database.pool()).await.expect("a balance")
    }

    async fn owed(&self, merchant: MerchantId) -> i64 {
        self.balance(&Account::of_owner(Kind::MerchantPayable, merchant.uuid())).await
    }

    async fn of_city(&self, kind: Kind) -> i64 {
        self.balance(&Account::of_city(kind)).await
    }

    /// Debits are credits, and what is stored is what the transfers give.
    async fn assert_sound(&self) {
        assert_eq!(self.ledger().trial_balance(CITY).await.expect("a trial balance").trial_balance_yen, 0);
        let mut tx = self.ledger().pool.begin().await.expect("a transaction");
        assert_eq!(ledger::books::repo::find_balance_difference_in_tx(&mut tx, CITY).await.expect("a comparison"), None);
    }

    async fn import(&self, key: &str, file: &[u8]) -> Result<ledger::reconciliation::Imported, String> {
        self.ledger().import_bank_statement(CITY, &staff("a", key), file, None).await.map_err(|error| error.to_string())
    }

    async fn match_lines(&self, name: &str) -> ledger::reconciliation::Run {
        self.ledger().match_bank_lines(CITY, &staff(name, "match"), &mut |_| {}).await.expect("a run")
    }
}

fn application(name: &str) -> Application {
    let service = Service { category: "lesson".to_owned(), expense: "tuition".to_owned(), registration: None };
    Application { name: format!("{name} 教室"), kana: format!("{name} キョウシツ"), area: "北区".to_owned(), services: vec![service] }
}

/// A bank statement of the city's account, July 2026 from `from`.
fn statement(opening: i64, from: &str, lines: Vec<BankLine>) -> Vec<u8> {
    let account = OwnAccount {
        bank: BankCode::parse("9999").expect("a bank"),
        bank_name: "ｸﾝﾚﾝｼﾃｲ".to_owned(),
        branch: BranchCode::parse("001").expect("a branch"),
        branch_name: "ｸﾝﾚﾝ001".to_owned(),
        kind: AccountKind::Ordinary,
        number: LongAccountNumber::parse("0000001234").expect("a number"),
        holder: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
    };
    let to = lines.iter().map(|line| line.booked_on).max().unwrap_or(date(from));
    let head = Head { created_on: to, from: date(from), to, account, book: None, opening: Some(Yen::new(opening)) };
    meisai::write(&[BankStatement { head, lines }], Framing::default()).expect("a file")
}

fn debit(inquiry: &str, on: &str, yen: i64, summary: &str) -> BankLine {
    BankLine { summary: summary.to_owned(), ..BankLine::new(inquiry, date(on), Flow::Debit, Yen::new(yen)) }
}

fn credit(inquiry: &str, on: &str, yen: i64, payer: &str, summary: &str) -> BankLine {
    BankLine { summary: summary.to_owned(), payer_name: payer.to_owned(), ..BankLine::new(inquiry, date(on), Flow::Credit, Yen::new(yen)) }
}

/// The SQLSTATE with which the program's own login is refused.
async fn refusal(world: &World, sql: &'static str) -> String {
    let error = sqlx::query(sql).execute(world.database.pool()).await.expect_err(sql);
    error.as_database_error().expect("a database error").code().expect("a code").into_owned()
}

const CHECK_VIOLATION: &str = "23514";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// As PostgreSQL shows bytes.
fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// All days on which something happens here.
fn days() -> (NaiveDate, NaiveDate) {
    (date("2026-05-01"), date("2026-12-31"))
}
