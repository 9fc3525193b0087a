//! What the demo tells whoever started it: addresses, how to sign in, and a first thing to try. The commands work as they stand, in order.

use std::net::SocketAddr;

use chrono::NaiveDate;
use ledger::code::Code;
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::time::Month;
use ledger::token::CityToken;

use crate::rehearse::Setting;

/// One training city, for somebody who tries it.
#[derive(Debug, Clone)]
pub struct Guide {
    /// The city.
    pub setting: &'static Setting,
    /// The day.
    pub today: NaiveDate,
    /// Families with something to spend; at least one.
    pub families: Vec<Family>,
    /// Its classes.
    pub merchants: Vec<Merchant>,
}

/// A family.
#[derive(Debug, Clone)]
pub struct Family {
    /// Which.
    pub id: FamilyId,
    /// The code in its letter.
    pub code: Code,
    /// Children that may spend something, with their names.
    pub children: Vec<(ChildId, String)>,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Which.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// What its desk shows to be let in.
    pub token: CityToken,
}

/// The price in the first thing to try: in Osaka more than a month's entitlement, so that own money pays the rest.
const PRICE_YEN: i64 = 12_000;
const JSON: &str = "-H 'Content-Type: application/json'";
const KEY: &str = "-H \"Idempotency-Key: $(date +%s%N)\"";
const SIGNED_IN: &str = "-H \"Authorization: Bearer $TOKEN\"";

impl Guide {
    /// The first thing to try, as lines for a shell: sign in, look, pay, take the payment at the desk. None where the city has nobody.
    #[must_use]
    pub fn commands(&self, address: SocketAddr) -> Option<String> {
        let (family, merchant) = (self.families.first()?, self.merchants.first()?);
        let (child, name) = family.children.first()?;
        let (citizen, desk) = (format!("http://{address}/citizen/v1"), format!("http://{address}/merchant/v1"));
        let sign_in = format!(r#"{{"city":"{}","activation_code":"{}"}}"#, self.setting.slug, family.code.grouped());
        let month = Month::of(self.today);
        let pay = format!(
            r#"{{"children":["{child}"],"merchant":"{}","expense":"tuition","month":"{month}","price_yen":{PRICE_YEN},"own_money":true}}"#,
            merchant.id
        );
        let capture = format!(r#"{{\"code\":\"$CODE\",\"amount_yen\":{PRICE_YEN}}}"#);
        let lines = [
            "# The family signs in with the code of its letter …".to_owned(),
            format!("TOKEN=$(curl -sS {citizen}/sessions {JSON} -d '{sign_in}' | {})", value_of("token")),
            "# … sees what its children may spend …".to_owned(),
            format!("curl -sS {citizen}/children {SIGNED_IN}; echo"),
            format!("# … and sets {PRICE_YEN} yen aside for {name} at {}.", merchant.name),
            format!("PAYMENT=$(curl -sS {citizen}/payments {SIGNED_IN} {KEY} {JSON} -d '{pay}'); echo \"$PAYMENT\""),
            format!("CODE=$(echo \"$PAYMENT\" | {})", value_of("code")),
            "# The desk types the code and the amount: both screens then show the same match code.".to_owned(),
            format!("curl -sS {desk}/captures -H 'Authorization: Bearer {}' {KEY} {JSON} -d \"{capture}\"; echo", merchant.token),
            format!("curl -sS '{citizen}/payments?limit=1' {SIGNED_IN}; echo"),
        ];
        Some(lines.join("\n"))
    }

    /// Everything about the city, for people.
    #[must_use]
    pub fn text(&self, address: SocketAddr) -> String {
        let codes = self.families.iter().take(1).map(|family| format!("  activation code of one family   {}\n", family.code.grouped()));
        let tokens = self.merchants.iter().take(1).map(|merchant| format!("  terminal token of {}   {}\n", merchant.name, merchant.token));
        let shown: String = codes.chain(tokens).collect();
        let commands = self.commands(address).unwrap_or_default();
        format!("{} ({})\n{shown}  A first thing to try:\n\n{commands}\n", self.setting.name, self.setting.slug)
    }
}

/// Takes one value out of an answer, with what every machine has.
fn value_of(name: &str) -> String {
    format!(r#"sed -E 's/.*"{name}":"([^"]*)".*/\1/'"#)
}
