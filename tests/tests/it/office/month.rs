//! A small city's month over the office's API: a preparer, an approver and a treasurer bring a roster to grants, merchants to approval, payments to
//! statements, statements to the bank file, the bank's statement to reconciliation, and the month to its close. The books prove themselves.

use axum::http::Method;
use chrono::NaiveDate;
use ledger::bank::account::{AccountKind, BankCode, BranchCode, LongAccountNumber};
use ledger::bank::frame::Framing;
use ledger::bank::meisai::{self, BankLine, BankStatement, Flow, Head, OwnAccount};
use ledger::events;
use ledger::ids::{FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::payment::{Capture, HoldPayment};
use ledger::people::roster::{Encoding, write_csv};
use ledger::staff::Role::{Approver, Preparer, Treasurer};
use rehearsal::rehearse::cast;
use rehearsal::rehearse::dice::Dice;
use rehearsal::rehearse::{SETTINGS, Setting};
use serde_json::{Value, json};
use tests::support::city::date;

use super::{CITY, Clerk, Office};
use crate::claims::picture;

pub(crate) const FUNDED: i64 = 10_000_000;

/// Three people and what they have made so far.
pub(crate) struct Staffed<'a> {
    pub(crate) office: &'a Office,
    pub(crate) preparer: Clerk,
    pub(crate) approver: Clerk,
    pub(crate) treasurer: Clerk,
}

/// What there is after a month, by kind, for tests that ask about things of another city.
pub(crate) struct Things {
    pub(crate) merchant: String,
    pub(crate) terminal: String,
    pub(crate) terminal_token: String,
    pub(crate) person: String,
    pub(crate) statement: String,
    pub(crate) remittance: String,
    pub(crate) line: String,
    pub(crate) entry: String,
    pub(crate) entitlement: String,
    pub(crate) family: String,
    pub(crate) booklet: String,
    pub(crate) card: String,
    pub(crate) reservation: String,
    pub(crate) claim: String,
    pub(crate) clawback: String,
}

fn osaka() -> &'static Setting {
    &SETTINGS[0]
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A pass that was bought.
pub(crate) fn pass(yen: i64) -> Value {
    json!({"expense": "commuter_pass", "amount_yen": yen, "from": "2026-04-01", "to": "2026-06-30", "paid_to": "市営地下鉄"})
}

/// What an application says.
pub(crate) fn application(name: &str, account_number: &str) -> Value {
    json!({
        "name": format!("{name} 教室"), "kana": format!("{name} キョウシツ"), "area": "北区", "services": ["cram_school tuition"],
        "bank": "9998", "branch": "001", "account_kind": "1", "account_number": account_number, "holder": "カ)テストオンガク",
    })
}

/// The bank's statement of the city's account.
pub(crate) fn statement(opening: i64, from: &str, lines: Vec<BankLine>) -> Vec<u8> {
    let account = OwnAccount {
        bank: BankCode::parse("9999").expect("a bank"),
        bank_name: "ｸﾝﾚﾝｼﾃｲ".to_owned(),
        branch: BranchCode::parse("001").expect("a branch"),
        branch_name: "ｸﾝﾚﾝ001".to_owned(),
        kind: AccountKind::Ordinary,
        number: LongAccountNumber::parse("0000001234").expect("a number"),
        holder: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
    };
    let to: NaiveDate = lines.iter().map(|line| line.booked_on).max().unwrap_or(date(from));
    let head = Head { created_on: to, from: date(from), to, account, book: None, opening: Some(Yen::new(opening)) };
    meisai::write(&[BankStatement { head, lines }], Framing::default()).expect("a file")
}

pub(crate) fn debit(inquiry: &str, on: &str, yen: i64, summary: &str) -> BankLine {
    BankLine { summary: summary.to_owned(), ..BankLine::new(inquiry, date(on), Flow::Debit, Yen::new(yen)) }
}

pub(crate) fn credit(inquiry: &str, on: &str, yen: i64, payer: &str, summary: &str) -> BankLine {
    BankLine { summary: summary.to_owned(), payer_name: payer.to_owned(), ..BankLine::new(inquiry, date(on), Flow::Credit, Yen::new(yen)) }
}

impl<'a> Staffed<'a> {
    pub(crate) async fn new(office: &'a Office) -> Self {
        let preparer = office.clerk("sato", &[Preparer]).await;
        let approver = office.clerk("suzuki", &[Approver]).await;
        let treasurer = office.clerk("takahashi", &[Treasurer]).await;
        Self { office, preparer, approver, treasurer }
    }

    /// The same people on another day: sessions do not last that long.
    pub(crate) async fn on(&mut self, day: &str) {
        self.office.test.set(day);
        self.preparer = self.office.again("sato").await;
        self.approver = self.office.again("suzuki").await;
        self.treasurer = self.office.again("takahashi").await;
    }

    /// Budget, roster, grants.
    pub(crate) async fn granted(&self) {
        let fund = json!({"amount_yen": FUNDED, "on": "2026-05-20"});
        self.treasurer.post("/funds", "fund", &fund).await.made();
        let appropriation = json!({"scheme": "osaka-juku", "fiscal_year": 2026, "amount_yen": 5_000_000});
        self.treasurer.post("/appropriations", "budget", &appropriation).await.made();
        let rows = cast::roster(osaka(), &Dice::new(7), 20, (date("2026-04-01"), date("2026-04-01"))).expect("a roster");
        let file = write_csv(&rows, Encoding::Utf8).expect("a file");
        let seen = self.preparer.upload("/rosters/preview", "", &file).await.made();
        let imported = self.preparer.upload("/rosters", "roster", &file).await.made();
        assert_eq!((&seen["new"], &imported["new"], &imported["refused"]), (&json!(20), &json!(20), &json!(0)));
        let run = self.preparer.post("/grants", "grant", &json!({"scheme": "osaka-juku", "on": "2026-05-20"})).await.made();
        assert!(run["granted_count"].as_i64() > Some(0), "{run}");
        let budget = &self.treasurer.get("/budgets?fiscal_year=2026").await.made()["budgets"][0];
        assert_eq!((&budget["appropriated_yen"], &budget["committed_yen"]), (&json!(5_000_000), &run["granted_yen"]));
        assert_eq!(budget["remaining_yen"].as_i64().zip(run["granted_yen"].as_i64()).map(|(left, gone)| left + gone), Some(5_000_000));
    }

    /// A merchant taken in by the preparer and approved by the approver, with a desk; its id and the desk's.
    pub(crate) async fn merchant(&self, name: &str, account_number: &str) -> (String, Value) {
        let merchant = text(&self.preparer.post("/merchants", name, &application(name, account_number)).await.made()["merchant"]);
        self.approver.post(&format!("/merchants/{merchant}/approve"), name, &json!({})).await.made();
        let desk = self.preparer.post(&format!("/merchants/{merchant}/terminals"), name, &json!({"label": "受付"})).await.made();
        (merchant, desk)
    }

    /// Families pay: with a coupon, and with own money.
    pub(crate) async fn paid(&self, merchants: &[&str]) {
        let ledger = self.office.ledger();
        let (child, family) = self.payer().await;
        let top_up = events::bank::top_up(family, Yen::new(200_000), date("2026-05-20"));
        let command = ledger::actor::Command::new(ledger::actor::Actor::Job("test"), "top-up", &());
        ledger.post(CITY, command, top_up).await.expect("own money");
        for (at, merchant) in (0_i64..).zip(merchants) {
            let merchant: MerchantId = merchant.parse().expect("an id");
            let price = Yen::new(30_000 + 1_000 * at);
            let asked = HoldPayment {
                family,
                children: vec![child],
                merchant,
                invoice: None,
                expense: "tuition".to_owned(),
                service: None,
                price,
                month: None,
                own_money: true,
            };
            let held = ledger.hold(CITY, &format!("pay {at}"), &asked).await.expect("a hold");
            ledger
                .capture(CITY, &format!("take {at}"), &ledger.payment_code(&held), &Capture { merchant, terminal: None, amount: price })
                .await
                .expect("a capture");
        }
    }

    /// A booklet of own money, a card, and what is reserved for it at a merchant.
    pub(crate) async fn paper(&self, family: &str, merchant: &str) -> (String, String, String) {
        self.approver.post("/booklet-kinds", "kind", &json!({"kind": "lesson", "face_yen": 1000, "expense": "tuition"})).await.made();
        let issue = json!({"kind": "lesson", "tickets": 2, "own_money": true});
        let booklet = text(&self.preparer.post(&format!("/families/{family}/booklets"), "booklet", &issue).await.made()["booklet"]);
        let card = text(&self.preparer.post(&format!("/families/{family}/cards"), "card", &json!({})).await.made()["card"]);
        let reserve = json!({"merchant": merchant, "expense": "tuition", "price_yen": 3000, "own_money": true});
        let reserved = self.preparer.post(&format!("/cards/{card}/reservations"), "reserve", &reserve).await.made();
        (booklet, card, text(&reserved["reservation"]))
    }

    /// A child with something to spend, found as staff find it.
    pub(crate) async fn payer(&self) -> (ledger::ids::ChildId, FamilyId) {
        let families = self.preparer.get("/families?limit=100").await.made();
        for family in families["items"].as_array().expect("families") {
            let id = text(&family["family"]);
            let shown = self.preparer.get(&format!("/families/{id}")).await.made();
            let children = shown["children"].as_array().expect("children");
            if let Some(child) = children.iter().find(|child| !child["entitlements"].as_array().expect("a list").is_empty()) {
                return (text(&child["child"]).parse().expect("an id"), id.parse().expect("an id"));
            }
        }
        panic!("nobody was granted anything");
    }

    /// May's statements: drawn, claimed for merchants that write, examined by the treasurer, approved by the approver. Their ids.
    pub(crate) async fn approved(&self) -> Vec<String> {
        let drawn = self.preparer.post("/statements", "draw", &json!({"month": "2026-05"})).await.made();
        let listed = self.approver.get("/statements?month=2026-05").await.made();
        let ids: Vec<_> = listed["items"].as_array().expect("statements").iter().map(|statement| text(&statement["statement"])).collect();
        assert_eq!(drawn["drawn"], json!(ids.len()));
        for id in &ids {
            self.preparer.post(&format!("/statements/{id}/claim"), id, &json!({"reason": "書面による請求"})).await.made();
        }
        self.treasurer.post("/statements/examine", "examine", &json!({"statements": ids})).await.made();
        self.approver.post("/statements/approve", "approve", &json!({"statements": ids})).await.made();
        ids
    }

    /// A claim on paper, shown, granted by two people, and some of it asked back: its id and the clawback's.
    pub(crate) async fn claimed(&self, child: &Value) -> (String, String) {
        let appropriation = json!({"scheme": "osaka-passes", "fiscal_year": 2026, "amount_yen": 100_000});
        self.treasurer.post("/appropriations", "passes", &appropriation).await.made();
        let form = json!({"child": child, "scheme": "osaka-passes", "costs": [pass(10_000)]});
        let claim = text(&self.preparer.post("/claims", "pass", &form).await.made()["claim"]);
        let about = |what: &str| format!("/claims/{claim}/{what}");
        let scan = self.preparer.ask(Method::POST, &about("evidence?kind=pass_face"), "scan", "image/jpeg", picture(1)).await;
        assert_eq!(scan.made()["number"], 1);
        self.preparer.post(&about("examine"), "examine", &json!({"filing": 1, "proposed_yen": 10_000, "message": "確認"})).await.made();
        self.approver.post(&about("decide"), "decide", &json!({"granted_yen": 10_000, "message": "決定"})).await.made();
        let clawback = self.preparer.post(&about("clawbacks"), "back", &json!({"amount_yen": 4_000, "message": "重複"})).await.made();
        (claim, text(&clawback["clawback"]))
    }

    /// The bank file: prepared, approved, built, downloaded, compared, sent. Its id and total.
    pub(crate) async fn sent(&self) -> (String, i64) {
        let prepared = self.preparer.post("/remittances", "prepare", &json!({"month": "2026-05"})).await.made();
        let id = text(&prepared["remittance"]);
        self.approver.post(&format!("/remittances/{id}/approve"), "approve", &json!({})).await.made();
        let built = self.treasurer.post(&format!("/remittances/{id}/build"), "build", &json!({})).await.made();
        let file = self.treasurer.get(&format!("/remittances/{id}/file")).await;
        assert_eq!((file.status, file.headers["x-content-sha256"].to_str().ok()), (200, built["sha256"].as_str()));
        assert_eq!(built["total_yen"], prepared["total_yen"]);
        self.treasurer.post(&format!("/remittances/{id}/sent"), "sent", &json!({"sha256": built["sha256"]})).await.made();
        (id, prepared["total_yen"].as_i64().expect("yen"))
    }
}

impl Things {
    /// A month in Osaka, until a return waits.
    pub(crate) async fn made(office: &Office) -> Self {
        let mut staff = Staffed::new(office).await;
        staff.granted().await;
        let (one, desk) = staff.merchant("one", "1234567").await;
        let (two, _) = staff.merchant("two", "7654321").await;
        let manager = staff.preparer.post(&format!("/merchants/{one}/people"), "manager", &json!({"name": "責任者"})).await.made();
        let (_, family) = staff.payer().await;
        let shown = staff.preparer.get(&format!("/families/{family}")).await.made();
        staff.paid(&[&one, &two]).await;
        let paper = staff.paper(&family.to_string(), &one).await;
        staff.on("2026-06-16").await;
        let statements = staff.approved().await;
        staff.on("2026-07-08").await;
        let (remittance, total) = staff.sent().await;
        staff.on("2026-07-14").await;
        let lines = vec![debit("00000001", "2026-07-10", total, "ｿｳｺﾞｳﾌﾘｺﾐ"), credit("00000002", "2026-07-13", 31_000, "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ", "ﾌﾘｺﾐﾍﾝｷﾔｸ")];
        let file = statement(FUNDED + 200_000, "2026-07-10", lines);
        staff.treasurer.upload("/bank-statements", "import", &file).await.made();
        staff.treasurer.post("/bank-lines/match", "match", &json!({})).await.made();
        let report = staff.treasurer.get("/bank-lines?from=2026-07-01&to=2026-07-31").await.made();
        let (claim, clawback) = staff.claimed(&shown["children"][0]["child"]).await;
        let children = shown["children"].as_array().expect("children").iter();
        let entitlements: Vec<_> = children.flat_map(|child| child["entitlements"].as_array().cloned().unwrap_or_default()).collect();
        Self {
            terminal: text(&desk["terminal"]),
            terminal_token: text(&desk["token"]),
            person: text(&manager["person"]),
            merchant: one,
            statement: statements[0].clone(),
            remittance,
            line: text(&report["lines"][1]["line"]),
            entry: text(&report["lines"][0]["entry"]),
            entitlement: text(&entitlements[0]["entitlement"]),
            family: family.to_string(),
            booklet: paper.0,
            card: paper.1,
            reservation: paper.2,
            claim,
            clawback,
        }
    }

    /// A path about these things.
    pub(crate) fn fill(&self, path: &str) -> String {
        path.replace("{merchant}", &self.merchant)
            .replace("{statement}", &self.statement)
            .replace("{remittance}", &self.remittance)
            .replace("{line}", &self.line)
            .replace("{entry}", &self.entry)
            .replace("{entitlement}", &self.entitlement)
            .replace("{family}", &self.family)
            .replace("{booklet}", &self.booklet)
            .replace("{card}", &self.card)
            .replace("{reservation}", &self.reservation)
            .replace("{claim}", &self.claim)
            .replace("{clawback}", &self.clawback)
            .replace("{number}", "1")
            .replace("{name}", "sato")
    }

    /// A body that fits the path.
    pub(crate) fn body(&self, path: &str) -> Value {
        let paid = json!({"remittance": self.remittance, "number": 1});
        let account = json!({"bank": "9998", "branch": "001", "account_kind": "1", "account_number": "1111111", "holder": "テスト", "reason": "変更届"});
        match path.rsplit('/').next().unwrap_or_default() {
            "services" => json!({"services": ["cram_school tuition"]}),
            "account" => account,
            "netting-consent" => json!({"consents": true, "reason": "同意書 12"}),
            "terminals" => json!({"label": "受付"}),
            "booklets" => json!({"kind": "lesson", "tickets": 1, "own_money": true}),
            "reservations" => json!({"merchant": self.merchant, "expense": "tuition", "price_yen": 500, "own_money": true}),
            "roles" => json!({"roles": ["auditor"], "reason": "異動"}),
            "sent" => json!({"sha256": "0".repeat(64)}),
            "filings" => json!({"costs": [pass(1_000)]}),
            "return" => json!({"message": "差し戻し"}),
            "examine" => json!({"filing": 1, "proposed_yen": 1, "message": "確認"}),
            "decide" => json!({"granted_yen": 1, "message": "決定"}),
            "clawbacks" => json!({"amount_yen": 1, "message": "返還"}),
            "approve" if path.contains("clawbacks") => json!({"message": "返還"}),
            "approve" if path.contains("families") => json!({"number": 1, "reason": "電話で確認"}),
            "refuse" if path.contains("families") => json!({"number": 1, "message": "名義が違います", "reason": "電話で確認"}),
            "explain-credit" => json!({"what": "fund", "reason": "確認済み"}),
            "confirm-return" if path.contains("remittances") => json!({"number": 1}),
            "propose-return" | "reject-return" if path.contains("remittances") => json!({"number": 1, "reason": "組戻"}),
            "propose-return" => json!({"remittance": self.remittance, "number": 1, "reason": "組戻"}),
            "confirm-return" => paid,
            "people" => json!({"name": "責任者"}),
            "remove" => json!({"person": self.person, "reason": "退職"}),
            "revoke" if path.contains("terminals") => json!({"terminal": self.terminal, "reason": "紛失"}),
            _ => json!({"reason": "確認のため"}),
        }
    }
}

#[tokio::test]
async fn three_people_bring_a_month_from_roster_to_close_and_the_books_prove_themselves() {
    let office = Office::at("2026-05-20").await;
    let things = Things::made(&office).await;
    let mut staff =
        Staffed { preparer: office.again("sato").await, approver: office.again("suzuki").await, treasurer: office.again("takahashi").await, office: &office };
    let waiting = &staff.approver.get("/returns").await.made()["returns"];
    assert_eq!((waiting[0]["line"].as_str(), waiting.as_array().map(Vec::len)), (Some(things.line.as_str()), Some(1)));
    let paid = json!({"remittance": waiting[0]["remittance"], "number": waiting[0]["number"]});
    staff.approver.post(&format!("/bank-lines/{}/confirm-return", things.line), "confirm", &paid).await.made();
    let report = staff.treasurer.get("/bank-lines?from=2026-07-01&to=2026-07-31").await.made();
    assert_eq!((&report["unmatched_count"], &report["difference_yen"]), (&json!(0), &json!(0)));
    staff.on("2026-08-03").await;
    let checklist = staff.preparer.get("/months/2026-07/checklist").await.made();
    assert_eq!(checklist["missing"], json!([]));
    staff.treasurer.post("/months/2026-07/close", "close", &json!({})).await.made();
    let late = staff.treasurer.post("/funds", "late", &json!({"amount_yen": 1, "on": "2026-07-31"})).await.problem();
    assert_eq!((late.0, late.2.as_str()), (409, "budget_books"));
    let verified = staff.treasurer.get("/verify").await.made();
    assert_eq!(verified["differences"], json!([]));
    assert_eq!(staff.treasurer.get("/trial-balance").await.made()["trial_balance_yen"], json!(0));
    assert!(staff.treasurer.get("/exports/hledger").await.text().starts_with("commodity ¥1000."));
    office.books_are_sound().await;
}
