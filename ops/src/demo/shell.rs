//! The commands that the demo prints, for a shell with curl and what every machine has beside it.

use std::net::SocketAddr;

use ledger::ids::ChildId;
use ledger::time::Month;

use super::guide::{Guide, Merchant};
use crate::rehearse::setting::Claimed;

const JSON: &str = "-H 'Content-Type: application/json'";
const KEY: &str = "-H \"Idempotency-Key: $(date +%s%N)\"";
const FAMILY: &str = "-H \"Authorization: Bearer $FAMILY\"";
const CLERK: &str = "-H \"Authorization: Bearer $CLERK\"";

/// A document of no page, that says what it shows.
const PAPER: &str = r"paper() { printf '%%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Shows (%s) >>\nstartxref\n47\n%%%%EOF\n' $1; }";

/// What is tried in one city.
struct Tour<'a> {
    guide: &'a Guide,
    child: ChildId,
    may_claim: Option<ChildId>,
    merchant: &'a Merchant,
    citizen: String,
    desk: String,
    ops: String,
}

/// All of it; none where the city has nobody.
pub(super) fn commands(guide: &Guide, address: SocketAddr) -> Option<String> {
    let (family, merchant) = (guide.families.first()?, guide.merchants.first()?);
    let (child, _) = family.children.first()?;
    let [citizen, desk, ops] = ["citizen", "merchant", "ops"].map(|face| format!("http://{address}/{face}/v1"));
    let tour = Tour { guide, child: *child, may_claim: family.may_claim, merchant, citizen, desk, ops };
    let claims = tour.may_claim.into_iter().flat_map(|child| tour.claims(child));
    let lines = tour.sign_in(&family.code.grouped()).into_iter().chain(claims).chain(tour.pays()).chain(tour.desk()).chain(tour.clerk());
    Some(lines.collect::<Vec<_>>().join("\n"))
}

impl Tour<'_> {
    fn sign_in(&self, code: &str) -> Vec<String> {
        let sign_in = format!(r#"{{"city":"{}","activation_code":"{code}"}}"#, self.guide.setting.slug);
        vec![
            "# The family signs in with the code of its letter, and sees what its children have.".to_owned(),
            format!("FAMILY=$(curl -sS {}/sessions {JSON} -d '{sign_in}' | {})", self.citizen, value_of("token")),
            format!("curl -sS {}/children {FAMILY}; echo", self.citizen),
        ]
    }

    /// A pass of this month, from the question what may be claimed to the picture of the pass.
    fn claims(&self, child: ChildId) -> Vec<String> {
        let citizen = &self.citizen;
        let month = Month::of(self.guide.today);
        let claim = format!(
            r#"{{"child":"{child}","scheme":"{}","costs":[{{"expense":"commuter_pass","amount_yen":12600,"from":"{}","to":"{}","paid_to":"市営地下鉄 谷上–三宮 1か月"}}]}}"#,
            self.guide.setting.scheme,
            month.first_day(),
            month.last_day()
        );
        vec![
            "# It claims a commuter pass: what may be claimed, what the rules would give, the claim, and the papers that it shows.".to_owned(),
            format!("curl -sS {citizen}/children/{child}/claim-schemes {FAMILY}; echo"),
            format!("curl -sS {citizen}/claims/estimates {FAMILY} {JSON} -d '{claim}'; echo"),
            format!("CLAIM=$(curl -sS {citizen}/claims {FAMILY} {KEY} {JSON} -d '{claim}'); echo \"$CLAIM\""),
            format!("CLAIM=$(echo \"$CLAIM\" | {})", value_of("claim")),
            PAPER.to_owned(),
            format!(
                "for KIND in student_id pass_face; do paper $KIND | curl -sS {citizen}/claims/$CLAIM/evidence?kind=$KIND {FAMILY} {KEY} -H 'Content-Type: application/pdf' --data-binary @-; echo; done"
            ),
        ]
    }

    /// A payment: in Osaka more than a month's entitlement, in Kobe of own money alone.
    fn pays(&self) -> Vec<String> {
        let (citizen, child) = (&self.citizen, self.child);
        let price = self.price_yen();
        let expense = self.guide.setting.expenses.first().copied().unwrap_or("tuition");
        let service = if self.guide.setting.names_service { format!(r#""service":"{}","#, self.merchant.category) } else { String::new() };
        let pay = format!(
            r#"{{"children":["{child}"],"merchant":"{}","expense":"{expense}",{service}"price_yen":{price},"own_money":true}}"#,
            self.merchant.id
        );
        vec![
            format!("# It sets {price} yen aside for {}, and has a code to show.", self.merchant.name),
            format!("PAYMENT=$(curl -sS {citizen}/payments {FAMILY} {KEY} {JSON} -d '{pay}'); echo \"$PAYMENT\""),
            format!("CODE=$(echo \"$PAYMENT\" | {})", value_of("code")),
        ]
    }

    /// The desk takes the payment and looks at its receipts.
    fn desk(&self) -> Vec<String> {
        let capture = format!(r#"{{\"code\":\"$CODE\",\"amount_yen\":{}}}"#, self.price_yen());
        let (desk, today) = (&self.desk, self.guide.today);
        let token = format!("-H 'Authorization: Bearer {}'", self.merchant.token);
        vec![
            "# The desk types code and amount, and sees its receipts: nothing there tells who paid.".to_owned(),
            format!("curl -sS {desk}/captures {token} {KEY} {JSON} -d \"{capture}\"; echo"),
            format!("curl -sS '{desk}/receipts?first={today}&last={today}' {token}; echo"),
        ]
    }

    /// The clerk looks at the budgets; and, where families claim, at what waits.
    fn clerk(&self) -> Vec<String> {
        let (ops, clerk) = (&self.ops, &self.guide.clerk);
        let sign_in = format!(r#"{{"city":"{}","name":"{}","code":"{}"}}"#, self.guide.setting.slug, clerk.name, clerk.code);
        let mut lines = vec![
            "# The clerk signs in, once with this code, and sees what is left of the budgets.".to_owned(),
            format!("CLERK=$(curl -sS {ops}/sessions {JSON} -d '{sign_in}' | {})", value_of("token")),
            format!("curl -sS {ops}/budgets {CLERK}; echo"),
        ];
        if self.may_claim.is_some() {
            let because = r#"{"reason":"償還払いの審査"}"#;
            lines.push("# The claim waits. What the family wrote is shown for a reason only, and that is written down.".to_owned());
            lines.push(format!("curl -sS '{ops}/claims?state=filed' {CLERK}; echo"));
            lines.push(format!("curl -sS {ops}/claims/$CLAIM/reveal {CLERK} {KEY} {JSON} -d '{because}'; echo"));
        }
        lines
    }

    const fn price_yen(&self) -> i64 {
        match self.guide.setting.claimed {
            Claimed::Passes => 3_000,
            _ if self.guide.setting.names_service => 2_400,
            _ => 12_000,
        }
    }
}

/// Takes the first value of this name out of an answer.
fn value_of(name: &str) -> String {
    format!(r#"grep -o '"{name}":"[^"]*"' | head -n 1 | cut -d '"' -f 4"#)
}
