//! The chart of accounts (勘定科目) and how an account is named.

use std::fmt;

use uuid::Uuid;

use crate::digest;
use crate::ids::AccountId;
use crate::time::FiscalYear;

/// What an account's amounts count. A transfer never mixes units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Whole yen.
    Yen,
    /// Visits of a counted service.
    Visit,
    /// Tickets without a face value.
    Piece,
    /// Memorandum: what a usage limit still allows.
    Allowance,
}

impl Unit {
    /// All units, in the order of the trial balance.
    pub const ALL: [Self; 4] = [Self::Yen, Self::Visit, Self::Piece, Self::Allowance];

    /// As the database writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yen => "yen",
            Self::Visit => "visit",
            Self::Piece => "piece",
            Self::Allowance => "allowance",
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == text)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $code:literal, $text:literal, $name:literal, $guarded:literal;)+) => {
        /// A line of the trial balance.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $kind,)+ }

        impl Kind {
            /// All kinds, in the order of the trial balance.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The account code (勘定コード).
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }

            /// As the database writes it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $text,)+ }
            }

            /// What finance staff read.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// Whether a CHECK keeps accounts of this kind from going below zero; a scheme budget only where it is committed at grant.
            #[must_use]
            pub const fn guarded(self) -> bool {
                match self { $(Self::$kind => $guarded,)+ }
            }
        }
    };
}

kinds! {
    /// Money at the bank.
    Bank, "1110", "bank", "預金", false;
    /// What merchants owe after a refund behind an approved statement.
    MerchantReceivable, "1210", "merchant_receivable", "事業者未収金", false;
    /// What families must repay.
    FamilyReceivable, "1220", "family_receivable", "家庭未収金", false;
    /// What the city has appropriated.
    CityAppropriations, "1310", "city_appropriations", "予算配当", false;
    /// Appropriated to a scheme for a year and not granted yet.
    SchemeBudget, "2110", "scheme_budget", "制度予算", true;
    /// What a child may spend.
    Entitlement, "2120", "entitlement", "給付枠", true;
    /// Families' own money that the city holds.
    OwnMoney, "2130", "own_money", "家庭預り金", true;
    /// Set aside for one payment.
    Hold, "2140", "hold", "支払予約", true;
    /// Set aside for claims that are filed and not decided.
    ClaimsReserved, "2150", "claims_reserved", "償還払い審査中", true;
    /// Refunded at a merchant and not yet put back where it came from.
    RefundsPending, "2160", "refunds_pending", "返金処理中", false;
    /// Owed to merchants.
    MerchantPayable, "2210", "merchant_payable", "事業者未払金", false;
    /// Owed to families.
    FamilyPayable, "2220", "family_payable", "家庭未払金", false;
    /// Sent to the bank and not confirmed.
    PayoutsInTransit, "2230", "payouts_in_transit", "振込処理中", false;
    /// City money that has arrived.
    CityFunding, "2310", "city_funding", "市繰入金", false;
    /// Credits nobody has explained yet.
    Suspense, "2910", "suspense", "仮受金", false;
    /// Bank fees.
    Fees, "5110", "fees", "振込手数料", false;
    /// Memorandum: what a usage limit still allows.
    Allowance, "9110", "allowance", "利用限度", true;
    /// Memorandum: the other side of allowances.
    AllowanceControl, "9120", "allowance_control", "利用限度見合", false;
    /// How often a child may still come, where visits are granted.
    Visits, "9210", "visits", "利用回数", true;
    /// The other side of visits.
    VisitsControl, "9220", "visits_control", "利用回数見合", false;
}

impl Kind {
    /// What its amounts count.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::Allowance | Self::AllowanceControl => Unit::Allowance,
            Self::Visits | Self::VisitsControl => Unit::Visit,
            _ => Unit::Yen,
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An account: its kind, unit, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its line in the trial balance.
    pub kind: Kind,
    /// What its amounts count.
    pub unit: Unit,
    /// Child, family or merchant; none for the city's own.
    pub owner: Option<Uuid>,
    /// The scheme of a budget, entitlement or allowance.
    pub scheme: Option<String>,
    /// The year of a budget or entitlement.
    pub fiscal_year: Option<FiscalYear>,
}

impl Account {
    /// One of the city's own accounts: there is one of each kind.
    #[must_use]
    pub fn of_city(kind: Kind) -> Self {
        Self::named(kind, None, &[])
    }

    /// The account of `kind` that belongs to a family or a merchant.
    #[must_use]
    pub fn of_owner(kind: Kind, owner: Uuid) -> Self {
        Self::named(kind, Some(owner), &[])
    }

    /// A scheme's budget for one year.
    #[must_use]
    pub fn budget(scheme: &str, year: FiscalYear) -> Self {
        let named = Self::named(Kind::SchemeBudget, None, &[scheme, &year.to_string()]);
        Self { scheme: Some(scheme.to_owned()), fiscal_year: Some(year), ..named }
    }

    /// An account that is one thing's own: an entitlement, a hold, a claim.
    #[must_use]
    pub fn of_thing(kind: Kind, thing: Uuid, owner: Option<Uuid>) -> Self {
        Self { id: AccountId::new(thing), kind, unit: kind.unit(), owner, scheme: None, fiscal_year: None }
    }

    /// What a child may still use within one window of a scheme's usage limit (`month:2026-05`).
    #[must_use]
    pub fn allowance(child: Uuid, scheme: &str, window: &str) -> Self {
        let named = Self::named(Kind::Allowance, Some(child), &[scheme, window]);
        Self { scheme: Some(scheme.to_owned()), ..named }
    }

    /// The visits of an entitlement that counts them.
    #[must_use]
    pub fn visits(entitlement: AccountId, child: Uuid, scheme: &str) -> Self {
        let named = Self::named(Kind::Visits, Some(child), &[&entitlement.to_string()]);
        Self { scheme: Some(scheme.to_owned()), ..named }
    }

    /// The id follows from what the account is, so that nobody has to look it up (UUIDv8, RFC 9562 §5.8).
    fn named(kind: Kind, owner: Option<Uuid>, names: &[&str]) -> Self {
        let owner_id = owner.unwrap_or_default();
        let names = names.iter().flat_map(|name| [&b"/"[..], name.as_bytes()]);
        let digest = digest::sha256_of_all([kind.as_str().as_bytes(), owner_id.as_bytes()].into_iter().chain(names));
        let id = AccountId::new(uuid::Builder::from_custom_bytes(digest::first(&digest)).into_uuid());
        Self { id, kind, unit: kind.unit(), owner, scheme: None, fiscal_year: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_again_by_what_it_is() {
        let owner = Uuid::from_u128(1);
        assert_eq!(Account::of_owner(Kind::OwnMoney, owner), Account::of_owner(Kind::OwnMoney, owner));
        let ids = [
            Account::of_owner(Kind::OwnMoney, owner).id,
            Account::of_owner(Kind::FamilyPayable, owner).id,
            Account::of_city(Kind::Bank).id,
            Account::budget("a", FiscalYear::new(2025)).id,
            Account::budget("a", FiscalYear::new(2026)).id,
            Account::allowance(owner, "a", "day:2026-05-01").id,
        ];
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }
}
