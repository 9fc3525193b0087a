//! Staff: signing in, accounts, the audit log.

use ledger::staff::{Role, Roles};
use serde_json::json;
use web::fields::Given;
use web::form::{Rule, any_text, at_least, list, optional, parsed, raw, text, whole};
use web::{Fault, form};

use super::{PAGE, PAGE_MAX, WORD_MAX, reason};

const NAME_MAX: usize = 40;
/// Longer than any code with its hyphens.
const CODE_MAX: usize = 100;

fn roles() -> Rule<impl Fn(Given<'_>) -> Result<Roles, Fault>> {
    let roles = list(Role::ALL.len(), parsed::<Role>("approver", "").plain());
    roles.filled().map(|roles: Vec<Role>| roles.into_iter().collect())
}

form! {
    /// Somebody signs in.
    pub(crate) struct SignIn as "SignIn" {
        city: String = text(NAME_MAX),
        name: String = text(NAME_MAX),
        code: String = raw(CODE_MAX),
    }
}

form! {
    /// Who is to join.
    pub(crate) struct NewMember as "NewMember" {
        name: String = any_text(NAME_MAX).plain().pattern("^[a-z][a-z0-9._-]{1,39}$").example("sato"),
        display_name: String = text(WORD_MAX),
        /// `preparer`, `approver`, `treasurer`, `auditor`, `administrator`. Who makes accounts or watches does not move money.
        roles: Roles = roles().example(json!(["preparer"])),
    }
}

form! {
    /// Other roles, and why.
    pub(crate) struct NewRoles as "NewRoles" {
        roles: Roles = roles().example(json!(["approver"])),
        reason: () = reason(),
    }
}

form! {
    /// Which rows of the audit log.
    pub(crate) struct AuditQuery {
        /// Of one person.
        name: Option<String> = optional(any_text(NAME_MAX)),
        /// Of one action, as `family.reveal`.
        action: Option<String> = optional(any_text(NAME_MAX)),
        /// Rows before this number.
        before: Option<i64> = optional(at_least(1)),
        /// Rows on a page; 50 where nothing is said.
        limit: i64 = whole(1, PAGE_MAX).or(PAGE),
    }
}
