//! The commands that the demo prints, for a shell with curl and what every machine has beside it.

use std::net::SocketAddr;

use ledger::ids::ChildId;
use ledger::time::Month;

use super::guide::{Guide, Merchant};
use crate::rehearse::setting::Claimed;

/// A key of its own for each command, and the first value of a name out of an answer.
const HELPERS: &str = r#"JSON='Content-Type: application/json'
key() { echo "Idempotency-Key: $(date +%s%N)"; }
value() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }"#;

/// A document without a page, that says what it shows.
const PAPER: &str = r"paper() { printf '%%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Shows (%s) >>\nstartxref\n45\n%%%%EOF\n' $1; }";

/// What is tried in one city.
struct Tour<'a> {
    guide: &'a Guide,
    child: ChildId,
    may_claim: Option<ChildId>,
    merchant: &'a Merchant,
}

/// All of it; none where the city has nobody.
pub(super) fn commands(guide: &Guide, address: SocketAddr) -> Option<String> {
    let (family, merchant) = (guide.families.first()?, guide.merchants.first()?);
    let (child, _) = family.children.first()?;
    let tour = Tour { guide, child: *child, may_claim: family.may_claim, merchant };
    let faces = format!("CITIZEN=http://{address}/citizen/v1 DESK=http://{address}/merchant/v1 OPS=http://{address}/ops/v1");
    let claims = tour.may_claim.into_iter().flat_map(|child| tour.claims(child));
    let tried = tour.sign_in(&family.code.grouped()).into_iter().chain(claims).chain(tour.pays()).chain(tour.desk()).chain(tour.clerk());
    Some([faces, HELPERS.to_owned()].into_iter().chain(tried).collect::<Vec<_>>().join("\n"))
}

impl Tour<'_> {
    fn sign_in(&self, code: &str) -> Vec<String> {
        let sign_in = format!(r#"{{"city":"{}","activation_code":"{code}"}}"#, self.guide.setting.slug);
        vec![
            "# The family signs in with the code of its letter, and sees what its children have.".to_owned(),
            format!(r#"FAMILY="Authorization: Bearer $(curl -sS $CITIZEN/sessions -H "$JSON" -d '{sign_in}' | value token)""#),
            r#"curl -sS $CITIZEN/children -H "$FAMILY"; echo"#.to_owned(),
        ]
    }

    /// A pass of this month, from the question what may be claimed to the papers that are shown.
    fn claims(&self, child: ChildId) -> Vec<String> {
        let month = Month::of(self.guide.today);
        let claim = format!(
            r#"{{"child":"{child}","scheme":"{}","costs":[{{"expense":"commuter_pass","amount_yen":12600,"from":"{}","to":"{}","paid_to":"市営地下鉄 谷上–三宮"}}]}}"#,
            self.guide.setting.scheme,
            month.first_day(),
            month.last_day()
        );
        vec![
            "# It claims a commuter pass: what may be claimed, what the rules would give, the claim, and the papers that it shows.".to_owned(),
            format!(r#"curl -sS $CITIZEN/children/{child}/claim-schemes -H "$FAMILY"; echo"#),
            format!("FORM='{claim}'"),
            r#"curl -sS $CITIZEN/claims/estimates -H "$FAMILY" -H "$JSON" -d "$FORM"; echo"#.to_owned(),
            r#"FILED=$(curl -sS $CITIZEN/claims -H "$FAMILY" -H "$(key)" -H "$JSON" -d "$FORM"); echo "$FILED""#.to_owned(),
            r#"CLAIM=$(echo "$FILED" | value claim)"#.to_owned(),
            PAPER.to_owned(),
            r#"show() { paper $1 | curl -sS "$CITIZEN/claims/$CLAIM/evidence?kind=$1" -H "$FAMILY" -H "$(key)" -H 'Content-Type: application/pdf' --data-binary @-; echo; }"#
                .to_owned(),
            "show student_id; show pass_face".to_owned(),
        ]
    }

    /// A payment: in Osaka more than a month's entitlement, in Kobe of own money alone.
    fn pays(&self) -> Vec<String> {
        let (child, price) = (self.child, self.price_yen());
        let expense = self.guide.setting.expenses.first().copied().unwrap_or("tuition");
        let service = if self.guide.setting.names_service { format!(r#""service":"{}","#, self.merchant.category) } else { String::new() };
        let asked =
            format!(r#"{{"children":["{child}"],"merchant":"{}","expense":"{expense}",{service}"price_yen":{price},"own_money":true}}"#, self.merchant.id);
        vec![
            format!("# It sets {price} yen aside for {}, and has a code to show.", self.merchant.name),
            format!(r#"PAYMENT=$(curl -sS $CITIZEN/payments -H "$FAMILY" -H "$(key)" -H "$JSON" -d '{asked}'); echo "$PAYMENT""#),
            r#"CODE=$(echo "$PAYMENT" | value code)"#.to_owned(),
        ]
    }

    /// The desk takes the payment and looks at its receipts; the manager sees who they are and where they are paid.
    fn desk(&self) -> Vec<String> {
        let (price, today) = (self.price_yen(), self.guide.today);
        let sign_in = format!(r#"{{"city":"{}","code":"{}"}}"#, self.guide.setting.slug, self.merchant.code.grouped());
        vec![
            "# The desk types code and amount, and sees its receipts: nothing there tells who paid.".to_owned(),
            format!("TERMINAL='Authorization: Bearer {}'", self.merchant.token),
            format!(r#"curl -sS $DESK/captures -H "$TERMINAL" -H "$(key)" -H "$JSON" -d "{{\"code\":\"$CODE\",\"amount_yen\":{price}}}"; echo"#),
            format!(r#"curl -sS "$DESK/receipts?first={today}&last={today}" -H "$TERMINAL"; echo"#),
            "# The manager signs in, once with this code, and sees where the city pays.".to_owned(),
            format!(r#"MANAGER="Authorization: Bearer $(curl -sS $DESK/sessions -H "$JSON" -d '{sign_in}' | value token)""#),
            r#"curl -sS $DESK/account -H "$MANAGER"; echo"#.to_owned(),
        ]
    }

    /// The clerk looks at the budgets; and, where the family has claimed, at what waits.
    fn clerk(&self) -> Vec<String> {
        let clerk = &self.guide.clerk;
        let sign_in = format!(r#"{{"city":"{}","name":"{}","code":"{}"}}"#, self.guide.setting.slug, clerk.name, clerk.code);
        let mut lines = vec![
            "# The clerk signs in, once with this code, and sees what is left of the budgets.".to_owned(),
            format!(r#"CLERK="Authorization: Bearer $(curl -sS $OPS/sessions -H "$JSON" -d '{sign_in}' | value token)""#),
            r#"curl -sS $OPS/budgets -H "$CLERK"; echo"#.to_owned(),
        ];
        if self.may_claim.is_some() {
            let because = r#"{"reason":"償還払いの審査"}"#;
            lines.push("# The claim waits. What the family wrote is shown for a reason only, and that is written down.".to_owned());
            lines.push(r#"curl -sS "$OPS/claims?state=filed" -H "$CLERK"; echo"#.to_owned());
            lines.push(format!(r#"curl -sS $OPS/claims/$CLAIM/reveal -H "$CLERK" -H "$(key)" -H "$JSON" -d '{because}'; echo"#));
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
