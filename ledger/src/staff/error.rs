//! Why something about staff is refused: what, where, what to do.

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Not a name.
    #[error("name {0:?}: write 2 to 40 small letters, digits, dots, hyphens and underscores, beginning with a letter")]
    Name(String),
    /// The display name is empty or too long.
    #[error("display name: write between 1 and 100 characters")]
    DisplayName,
    /// The name belongs to somebody, also when they have left.
    #[error("the name {0} belongs to somebody already: choose another")]
    Taken(String),
    /// There is nobody of this name.
    #[error("there is nobody called {0} among the staff")]
    Unknown(String),
    /// No role at all.
    #[error("give at least one role")]
    NoRoles,
    /// Roles that one person may not have together.
    #[error("who makes accounts or watches does not move money: administrator and auditor do not go with preparer, approver or treasurer")]
    RolesTogether,
    /// Nobody changes their own account.
    #[error("nobody changes their own roles or state: ask another administrator")]
    Oneself,
    /// The member is suspended, or is not.
    #[error("{0} is {1} already")]
    State(String, &'static str),
    /// Only an administrator does this, and the command line for the first one.
    #[error("there is an administrator already: act as one")]
    NotFirst,
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Name(_) => "staff_name",
            Self::DisplayName => "staff_display_name",
            Self::Taken(_) => "staff_name_taken",
            Self::Unknown(_) => "unknown_staff",
            Self::NoRoles => "staff_no_roles",
            Self::RolesTogether => "staff_roles_together",
            Self::Oneself => "staff_oneself",
            Self::State(..) => "staff_state",
            Self::NotFirst => "staff_not_first",
        }
    }
}
