//! What the demo tells whoever started it: addresses, how to sign in, and a first thing to try. The commands work as they stand, in order.

use std::fmt::Write as _;
use std::net::SocketAddr;

use ledger::code::Code;
use ledger::ids::{ChildId, MerchantId};
use ledger::token::CityToken;

use crate::rehearse::Setting;

/// One training city, for somebody who tries it.
#[derive(Debug, Clone)]
pub struct Guide {
    pub(super) setting: &'static Setting,
    pub(super) family: Family,
    pub(super) merchant: Merchant,
}

#[derive(Debug, Clone)]
pub(super) struct Family {
    pub(super) code: Code,
    pub(super) child: ChildId,
    pub(super) child_name: String,
}

#[derive(Debug, Clone)]
pub(super) struct Merchant {
    pub(super) id: MerchantId,
    pub(super) name: String,
    pub(super) token: CityToken,
}

/// The price in the first thing to try: more than some entitlements, so that own money pays the rest.
const PRICE_YEN: i64 = 12_000;

impl Guide {
    /// The city, as people type it.
    #[must_use]
    pub const fn city(&self) -> &'static str {
        self.setting.slug
    }

    /// The first thing to try, as lines for a shell: sign in, look, pay, take the payment at the desk.
    #[must_use]
    pub fn commands(&self, address: SocketAddr) -> String {
        let Self { setting, family, merchant } = self;
        let (citizen, desk) = (format!("http://{address}/citizen/v1"), format!("http://{address}/merchant/v1"));
        let json = "-H 'Content-Type: application/json'";
        let mut lines = String::new();
        let mut line = |text: String| {
            let _ = writeln!(lines, "{text}");
        };
        line("# The family signs in with the code of its letter …".to_owned());
        line(format!(
            "TOKEN=$(curl -sS {citizen}/sessions {json} -d '{{\"city\":\"{}\",\"activation_code\":\"{}\"}}' | sed -E 's/.*\"token\":\"([^\"]*)\".*/\\1/')",
            setting.slug,
            family.code.grouped()
        ));
        line("# … sees what its children may spend …".to_owned());
        line(format!("curl -sS {citizen}/children -H \"Authorization: Bearer $TOKEN\"; echo"));
        line(format!("# … and sets {PRICE_YEN} yen aside for {} at {}.", family.child_name, merchant.name));
        line(format!(
            "PAYMENT=$(curl -sS {citizen}/payments -H \"Authorization: Bearer $TOKEN\" -H \"Idempotency-Key: $(date +%s%N)\" {json} \
             -d '{{\"children\":[\"{}\"],\"merchant\":\"{}\",\"expense\":\"tuition\",\"price_yen\":{PRICE_YEN},\"own_money\":true}}'); echo \"$PAYMENT\"",
            family.child, merchant.id
        ));
        line("CODE=$(echo \"$PAYMENT\" | sed -E 's/.*\"code\":\"([^\"]*)\".*/\\1/')".to_owned());
        line("# The desk types the code and the amount: both screens show the same match code.".to_owned());
        line(format!(
            "curl -sS {desk}/captures -H 'Authorization: Bearer {}' -H \"Idempotency-Key: $(date +%s%N)\" {json} -d \"{{\\\"code\\\":\\\"$CODE\\\",\\\"amount_yen\\\":{PRICE_YEN}}}\"; echo",
            merchant.token
        ));
        line(format!("curl -sS '{citizen}/payments?limit=1' -H \"Authorization: Bearer $TOKEN\"; echo"));
        lines
    }

    /// Everything about the city, for people.
    #[must_use]
    pub fn text(&self, address: SocketAddr) -> String {
        let Self { setting, family, merchant } = self;
        format!(
            "{} ({})\n  activation code of one family  {}\n  terminal token of {}  {}\n  A first thing to try:\n\n{}",
            setting.name,
            setting.slug,
            family.code.grouped(),
            merchant.name,
            merchant.token,
            self.commands(address)
        )
    }
}
