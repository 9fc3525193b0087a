//! What the demo tells whoever started it: addresses, how to sign in, and a first thing to try.

use std::net::SocketAddr;

use chrono::NaiveDate;
use ledger::code::Code;
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::token::CityToken;

use super::office::Clerk;
use super::shell;
use crate::rehearse::Setting;

/// One training city, for somebody who tries it.
#[derive(Debug, Clone)]
pub struct Guide {
    /// The city.
    pub setting: &'static Setting,
    /// The day.
    pub today: NaiveDate,
    /// Families with something to spend or to claim; at least one.
    pub families: Vec<Family>,
    /// Its classes.
    pub merchants: Vec<Merchant>,
    /// Somebody of its staff.
    pub clerk: Clerk,
}

/// A family.
#[derive(Debug, Clone)]
pub struct Family {
    /// Which.
    pub id: FamilyId,
    /// The code in its letter.
    pub code: Code,
    /// Children that may spend or claim something, with their names.
    pub children: Vec<(ChildId, String)>,
    /// A child for whom a claim may be filed, where families claim.
    pub may_claim: Option<ChildId>,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Which.
    pub id: MerchantId,
    /// Its name.
    pub name: String,
    /// Its service category.
    pub category: &'static str,
    /// What its desk shows to be let in.
    pub token: CityToken,
    /// With which its manager signs in once.
    pub code: Code,
}

impl Guide {
    /// The guide for programs: the city, and how its families, merchants and clerk sign in.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        serde_json::json!({
            "city": self.setting.slug,
            "activation_codes": self.families.iter().map(|family| family.code.grouped()).collect::<Vec<_>>(),
            "terminal_tokens": self.merchants.iter().map(|merchant| merchant.token.to_string()).collect::<Vec<_>>(),
            "manager_codes": self.merchants.iter().map(|merchant| merchant.code.grouped()).collect::<Vec<_>>(),
            "clerk": { "name": self.clerk.name, "code": self.clerk.code },
        })
    }

    /// The first things to try, as lines for a shell. They work as they stand, in order. None where the city has nobody.
    #[must_use]
    pub fn commands(&self, address: SocketAddr) -> Option<String> {
        shell::commands(self, address)
    }

    /// Everything about the city, for people.
    #[must_use]
    pub fn text(&self, address: SocketAddr) -> String {
        let family = self.families.first().map(|family| format!("  A family signs in with the activation code   {}\n", family.code.grouped()));
        let shown = |merchant: &Merchant| {
            let Merchant { name, token, code, .. } = merchant;
            format!("  The desk of {name} signs in with the terminal token\n    {token}\n  Its manager signs in with the one-time code   {}\n", code.grouped())
        };
        let desk = self.merchants.first().map(shown);
        let clerk = format!("  The clerk {} signs in with the one-time code   {}\n", self.clerk.name, self.clerk.code);
        let shown: String = family.into_iter().chain(desk).chain([clerk]).collect();
        let commands = self.commands(address).unwrap_or_default();
        format!("━━ {} ({})\n{shown}  To try, line by line or all at once:\n\n{commands}\n", self.setting.name, self.setting.slug)
    }
}
