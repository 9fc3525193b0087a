//! People through the database: rosters that come once, again, broken off and at the same time; what is kept of them and what cannot be read;
//! who is eligible. Each test has a city of its own.

mod eligibility;
mod families;
mod import;
mod privacy;

use ledger::Ledger;
use ledger::actor::Actor;
use ledger::ids::{ChildId, FamilyId, Municipality};
use ledger::people::Report;
use sqlx::PgPool;
use tests::support::city::{TestLedger, bare_municipality};
use tests::support::database::TestDatabase;

const HEADINGS: &str = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,状態,所得割,保護者宛名番号,保護者氏名,保護者カナ,適用日,銀行コード,支店コード,預金種目,口座番号,口座名義カナ,支援措置";

/// Two children of one household, one of another.
const HANAKO: &str =
    "00001,H1,育実 花子,イクミ ハナコ,2015-05-10,中央区北浜1-1,jidofuyo,123456,90001,育実 太郎,イクミ タロウ,2026-04-01,9998,001,1,7654321,イクミ タロウ,";
const JIRO: &str =
    "00002,H1,育実 次郎,イクミ ジロウ,2018-07-01,中央区北浜1-1,jidofuyo,123456,90001,育実 太郎,イクミ タロウ,2026-04-01,9998,001,1,7654321,イクミ タロウ,";
const SAKURA: &str = "00003,H2,浪速 桜,ナニワ サクラ,2014-01-15,北区梅田2-2,,,90002,浪速 梅,ナニワ ウメ,2026-04-01,,,,,,";

/// A roster of these lines.
fn roster(lines: &[&str]) -> Vec<u8> {
    format!("{HEADINGS}\r\n{}\r\n", lines.join("\r\n")).into_bytes()
}

/// Lines of so many households with one child each.
fn many(children: usize) -> Vec<String> {
    (0..children).map(|at| SAKURA.replace("00003,H2", &format!("{at:05},M{at:05}")).replace("90002", &format!("8{at:05}"))).collect()
}

/// A city, and someone who imports rosters.
struct City {
    test: TestLedger,
    database: TestDatabase,
    municipality: Municipality,
}

impl City {
    /// On 20 May 2026.
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let municipality = bare_municipality(database.pool(), 271_004).await;
        Self { test: TestLedger::at(database.pool(), "2026-05-20"), database, municipality }
    }

    fn ledger(&self) -> &Ledger {
        &self.test.ledger
    }

    fn pool(&self) -> &PgPool {
        self.database.pool()
    }

    async fn import(&self, lines: &[&str]) -> Report {
        import(self.ledger(), self.municipality, &roster(lines)).await
    }

    async fn child(&self, number: &str) -> ChildId {
        self.ledger().find_child_by_number(self.municipality, number).await.unwrap().expect("a child")
    }

    async fn family(&self, household: &str) -> FamilyId {
        self.ledger().find_family_by_household(self.municipality, household).await.unwrap().expect("a family")
    }

    /// Every row of the tables of people and of the books, as text, in a fixed order.
    async fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in [
            "vault_keys",
            "families",
            "guardians",
            "children",
            "child_facts",
            "family_bank_accounts",
            "eligibility_decisions",
            "accounts",
            "entries",
            "commands",
            "rosters",
        ] {
            let text = format!("SELECT '{table} ' || t::text FROM {table} t ORDER BY 1");
            rows.extend(sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(text)).fetch_all(self.pool()).await.unwrap());
        }
        rows
    }
}

async fn import(ledger: &Ledger, municipality: Municipality, file: &[u8]) -> Report {
    let clerk = Actor::Staff("sato".to_owned());
    ledger.import_roster(municipality, &clerk, file, &mut |_| {}).await.expect("the file is accepted")
}

/// New, changed, unchanged, refused.
fn counts(report: &Report) -> [usize; 4] {
    [report.new, report.changed, report.unchanged, report.refused]
}
