//! Families: masked, counted, and opened.

use chrono::NaiveDate;
use ledger::bank::account::BankAccount;
use ledger::entitlement::Spendable;
use ledger::ids::{AccountId, ChildId, FamilyId, GuardianId};
use ledger::people::account::InList;
use ledger::people::letter::Waiting;
use ledger::people::{Family, FamilyChild, FamilyGuardian};
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

/// A family. `protected`: 支援措置 — nothing about where it is goes to anybody but its own guardian.
#[derive(Serialize, ToSchema)]
#[schema(as = Family)]
pub struct FamilyBody {
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub protected: bool,
}

impl From<Family> for FamilyBody {
    fn from(family: Family) -> Self {
        let Family { id, protected, payer_number: _ } = family;
        Self { family: id, protected }
    }
}

#[derive(Serialize, ToSchema)]
pub struct FamilyDetail {
    #[serde(flatten)]
    pub family: FamilyBody,
    pub children: Vec<ChildBody>,
    pub own_money_yen: i64,
    /// What leaves to the family with the next bank file.
    pub to_be_paid_yen: i64,
    /// What the family must give back.
    pub owes_yen: i64,
}

/// A child: its name masked, what it may spend now.
#[derive(Serialize, ToSchema)]
#[schema(as = Child)]
pub struct ChildBody {
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    pub child: ChildId,
    pub name_masked: String,
    pub entitlements: Vec<EntitlementBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Entitlement)]
pub struct EntitlementBody {
    #[schema(value_type = String, pattern = "^acc_[0-9a-f]{32}$")]
    pub entitlement: AccountId,
    pub scheme: String,
    pub balance_yen: i64,
    #[schema(value_type = String, format = Date)]
    pub spend_until: NaiveDate,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FoundChild)]
pub struct FoundBody {
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    pub child: ChildId,
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub protected: bool,
}

/// An account that waits. What it is, is revealed with the family.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingFamilyAccount)]
pub struct WaitingAccountBody {
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub number: i16,
    pub registered_at: String,
    pub registered_by: String,
    pub usable_at: String,
}

impl From<InList> for WaitingAccountBody {
    fn from(waiting: InList) -> Self {
        let InList { family, number, registered_at, registered_by, usable_at } = waiting;
        Self { family, number, registered_at: tokyo_time(registered_at), registered_by, usable_at: tokyo_time(usable_at) }
    }
}

/// How many families wait for a letter. Those of protected families are printed one by one.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingLetters)]
pub struct WaitingLettersBody {
    pub together: i64,
    pub alone: i64,
}

impl From<Waiting> for WaitingLettersBody {
    fn from(waiting: Waiting) -> Self {
        let Waiting { together, alone } = waiting;
        Self { together, alone }
    }
}

/// A family, opened.
#[derive(Serialize, ToSchema)]
pub struct RevealedFamily {
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub protected: bool,
    pub payer_number: String,
    pub guardians: Vec<RevealedGuardian>,
    pub children: Vec<RevealedChild>,
    #[schema(required)]
    pub bank_account: Option<RevealedAccount>,
    /// What the family registered and waits for a second person.
    pub waiting_account: Option<RevealedAccount>,
}

#[derive(Serialize, ToSchema)]
pub struct RevealedGuardian {
    #[schema(value_type = String, pattern = "^gdn_[0-9a-f]{32}$")]
    pub guardian: GuardianId,
    pub number: String,
    pub name: String,
    pub kana: String,
}

#[derive(Serialize, ToSchema)]
pub struct RevealedChild {
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    pub child: ChildId,
    #[schema(value_type = String, pattern = "^gdn_[0-9a-f]{32}$")]
    pub guardian: GuardianId,
    pub number: String,
    pub name: String,
    pub kana: String,
    #[schema(required)]
    pub address: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub birth_on: NaiveDate,
}

#[derive(Serialize, ToSchema)]
pub struct RevealedAccount {
    pub bank: String,
    pub branch: String,
    pub account_kind: String,
    pub account_number: String,
    pub holder: String,
}

/// 山田 太郎 becomes 山●●●●: as many dots for everybody, so that a length says nothing.
fn masked(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}●●●●")).unwrap_or_default()
}

impl ChildBody {
    /// Of a protected family not even the first character.
    pub fn masked(child: &FamilyChild, spendable: &[Spendable], protected: bool) -> Self {
        let own = spendable.iter().filter(|part| part.child == child.id);
        let name = if protected { "●" } else { &child.person.name };
        Self { child: child.id, name_masked: masked(name), entitlements: own.map(Into::into).collect() }
    }
}

impl From<&Spendable> for EntitlementBody {
    fn from(part: &Spendable) -> Self {
        Self { entitlement: part.account, scheme: part.scheme.clone(), balance_yen: part.balance.get(), spend_until: part.closes_on }
    }
}

impl From<FamilyGuardian> for RevealedGuardian {
    fn from(guardian: FamilyGuardian) -> Self {
        let FamilyGuardian { id, person } = guardian;
        Self { guardian: id, number: person.number, name: person.name, kana: person.kana }
    }
}

impl RevealedChild {
    /// Of a protected family the address stays closed here too: who may know it asks the core system.
    pub fn opened(child: FamilyChild, protected: bool) -> Self {
        let FamilyChild { id, guardian, person, facts } = child;
        let address = person.address.filter(|_| !protected);
        Self { child: id, guardian, number: person.number, name: person.name, kana: person.kana, address, birth_on: facts.birth_on }
    }
}

impl From<&BankAccount> for RevealedAccount {
    fn from(account: &BankAccount) -> Self {
        Self {
            bank: account.bank.to_string(),
            branch: account.branch.to_string(),
            account_kind: account.kind.digit().to_string(),
            account_number: account.number.to_string(),
            holder: account.holder.as_str().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_shows_one_character_and_no_length() {
        assert_eq!(masked("山田 太郎"), "山●●●●");
        assert_eq!(masked("林"), "林●●●●");
        assert_eq!(masked(""), "");
    }
}
