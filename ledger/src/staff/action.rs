//! The permission table: every action of staff, in which roles it may be done, and whether it needs a reason. Pure.
//!
//! Invariant: what is not in the table is refused. An action's code, once given out, keeps its meaning: it stands in the audit log for ever.

use super::role::Role::{self, Administrator, Approver, Auditor, Preparer, Treasurer};
use super::role::Roles;

/// Anybody whose work is with money, and the auditor.
const OFFICE: &[Role] = &[Preparer, Approver, Treasurer, Auditor];
const ALL: &[Role] = &Role::ALL;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $code:literal $roles:expr, $reason:literal;)+) => {
        /// Something that staff do. Its documentation says what; the table beside it, who.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in the audit log.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// In which roles it may be done.
            #[must_use]
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => $roles,)+ }
            }

            /// Whether whoever does it must say why.
            #[must_use]
            pub const fn needs_reason(self) -> bool {
                match self { $(Self::$name => $reason,)+ }
            }
        }
    };
}

actions! {
    /// Signs in. Whoever does has shown a code: no role is asked for.
    SignIn "self.sign-in" ALL, false;
    /// Sees who one is.
    ShowSelf "self.show" ALL, false;
    /// Signs out.
    SignOut "self.sign-out" ALL, false;

    /// Lists staff.
    ListStaff "staff.list" &[Administrator, Auditor], false;
    /// Invites a member of staff.
    InviteStaff "staff.invite" &[Administrator], false;
    /// Gives a member other roles.
    AssignRoles "staff.roles" &[Administrator], true;
    /// Issues a new sign-in code.
    IssueCode "staff.code" &[Administrator], false;
    /// Ends every session of a member.
    EndSessions "staff.end-sessions" &[Administrator], true;
    /// Suspends a member.
    SuspendStaff "staff.suspend" &[Administrator], true;
    /// Lifts a member's suspension.
    ResumeStaff "staff.resume" &[Administrator], true;
    /// Reads the audit log.
    ReadAudit "audit.read" &[Auditor], false;

    /// Sees budgets: appropriated, committed, remaining.
    ShowBudgets "budget.show" OFFICE, false;
    /// Appropriates to a scheme (予算配当).
    Appropriate "budget.appropriate" &[Treasurer], false;
    /// Says that city money has arrived.
    Fund "budget.fund" &[Treasurer], false;
    /// Ends a year's budgets (出納閉鎖).
    EndYear "budget.end-year" &[Treasurer], true;

    /// Looks at what a roster would change.
    PreviewRoster "roster.preview" &[Preparer, Approver], false;
    /// Imports a roster.
    ImportRoster "roster.import" &[Preparer], false;
    /// Judges who is eligible and grants.
    RunGrant "grant.run" &[Preparer], false;
    /// Takes an entitlement back.
    RevokeEntitlement "entitlement.revoke" &[Approver], true;

    /// Lists families, without names.
    ListFamilies "family.list" OFFICE, false;
    /// Sees a family, masked.
    ShowFamily "family.show" OFFICE, false;
    /// Finds a child by its number, masked.
    FindChild "child.find" OFFICE, false;
    /// Reveals names, addresses and the account of a family.
    RevealFamily "family.reveal" OFFICE, true;

    /// Lists families' bank accounts that wait for a second person.
    ListFamilyAccounts "family.account.list" OFFICE, false;
    /// Takes in a family's bank account on paper.
    RegisterFamilyAccount "family.account.register" &[Preparer], true;
    /// Approves a family's bank account, after calling back.
    ApproveFamilyAccount "family.account.approve" &[Approver], true;
    /// Refuses it.
    RefuseFamilyAccount "family.account.refuse" &[Approver], true;

    /// Sees how many families wait for a letter.
    CountLetters "letter.list" OFFICE, false;
    /// Prints the letter of one family: its names and address, and its activation code.
    PrintLetter "letter.print" &[Preparer], true;
    /// Prints the letters that wait, of no protected family.
    PrintLetters "letter.print-batch" &[Preparer], true;
    /// Puts another activation code in force, and signs the family out.
    RenewLetter "letter.renew" &[Preparer, Approver], true;
    /// Records where a family's letters go.
    RecordDelivery "letter.delivery-address" &[Preparer], true;

    /// Lists the kinds of booklets.
    ListBookletKinds "booklet-kind.list" OFFICE, false;
    /// Makes a kind of booklet.
    MakeBookletKind "booklet-kind.make" &[Approver], false;
    /// Lists a family's booklets.
    ListBooklets "booklet.list" OFFICE, false;
    /// Sees a booklet, without its codes.
    ShowBooklet "booklet.show" OFFICE, false;
    /// Issues a booklet.
    IssueBooklet "booklet.issue" &[Preparer], false;
    /// Prints a booklet: whoever does holds money in hand.
    PrintBooklet "booklet.print" &[Preparer], true;
    /// Prints a lost booklet again; the old one is dead.
    ReissueBooklet "booklet.reissue" &[Preparer], true;
    /// Takes a booklet back.
    CancelBooklet "booklet.cancel" &[Preparer, Approver], true;

    /// Lists a family's cards.
    ListCards "card.list" OFFICE, false;
    /// Sees a card and what is reserved for it, without its code.
    ShowCard "card.show" OFFICE, false;
    /// Issues a card.
    IssueCard "card.issue" &[Preparer], false;
    /// Prints a card.
    PrintCard "card.print" &[Preparer], true;
    /// Prints a lost card again; the old one is dead.
    ReissueCard "card.reissue" &[Preparer], true;
    /// Ends a card.
    EndCard "card.end" &[Preparer, Approver], true;
    /// Reserves for a card, on the phone line or at the counter.
    ReserveForCard "card.reserve" &[Preparer], false;
    /// Takes a reservation back.
    CancelReservation "card.reservation.cancel" &[Preparer, Approver], true;

    /// Lists merchants.
    ListMerchants "merchant.list" OFFICE, false;
    /// Sees a merchant.
    ShowMerchant "merchant.show" OFFICE, false;
    /// Reveals a merchant's bank accounts.
    RevealMerchantAccount "merchant.reveal-account" OFFICE, true;
    /// Takes in an application.
    ApplyMerchant "merchant.apply" &[Preparer], false;
    /// Receives an application that came by itself.
    ReceiveApplication "merchant.receive" &[Preparer], false;
    /// Approves it.
    ApproveMerchant "merchant.approve" &[Approver], false;
    /// Refuses it.
    RefuseMerchant "merchant.refuse" &[Approver], true;
    /// Stops payments at a merchant.
    SuspendMerchant "merchant.suspend" &[Preparer, Approver, Treasurer], true;
    /// Lets payments go on.
    ResumeMerchant "merchant.resume" &[Approver], true;
    /// Takes in further services.
    ApplyServices "merchant.services.apply" &[Preparer], false;
    /// Approves them.
    ApproveServices "merchant.services.approve" &[Approver], false;
    /// Takes in a change of bank account.
    ChangeAccount "merchant.account.change" &[Preparer], true;
    /// Approves it.
    ApproveAccount "merchant.account.approve" &[Approver], true;
    /// Records that a merchant consents to netting.
    RecordConsent "merchant.consent" &[Preparer], true;
    /// Lists a merchant's people, without names.
    ListMerchantPeople "merchant.people.list" OFFICE, false;
    /// Invites a merchant's manager.
    InviteManager "merchant.people.invite" &[Preparer], false;
    /// Removes somebody of a merchant.
    RemoveMerchantPerson "merchant.people.remove" &[Preparer, Approver], true;
    /// Lists desks.
    ListTerminals "terminal.list" OFFICE, false;
    /// Adds a desk.
    AddTerminal "terminal.add" &[Preparer], false;
    /// Revokes a desk.
    RevokeTerminal "terminal.revoke" &[Preparer, Approver], true;

    /// Lists claims.
    ListClaims "claim.list" OFFICE, false;
    /// Sees a claim, without what the family wrote or showed.
    ShowClaim "claim.show" OFFICE, false;
    /// Reveals what a family wrote, and what staff wrote to it.
    RevealClaim "claim.reveal" OFFICE, true;
    /// Opens a file that a family showed.
    RevealEvidence "claim.reveal-evidence" OFFICE, true;
    /// Takes in a form on paper, or its correction.
    FileClaim "claim.file" &[Preparer], false;
    /// Scans a paper that belongs to a claim.
    AddEvidence "claim.add-evidence" &[Preparer], false;
    /// Sends a claim back for correction. What the family reads is kept with the claim.
    ReturnClaim "claim.return" &[Preparer, Approver], false;
    /// Examines a claim: proposes what to grant.
    ExamineClaim "claim.examine" &[Preparer], false;
    /// Decides on it.
    DecideClaim "claim.decide" &[Approver], false;
    /// Takes a claim back for a family that asks for it.
    WithdrawClaim "claim.withdraw" &[Preparer], true;
    /// Lists what families must give back.
    ListClawbacks "clawback.list" OFFICE, false;
    /// Proposes that a family gives something back.
    ProposeClawback "clawback.propose" &[Preparer, Treasurer], false;
    /// Approves it.
    ApproveClawback "clawback.approve" &[Approver], false;

    /// Draws a month's statements.
    DrawStatements "statement.draw" &[Preparer], false;
    /// Lists statements.
    ListStatements "statement.list" OFFICE, false;
    /// Sees the analysis by year and budget line.
    AnalyseStatements "statement.analyse" OFFICE, false;
    /// Claims for a merchant that writes.
    ClaimStatement "statement.claim" &[Preparer], true;
    /// Examines (審査).
    ExamineStatements "statement.examine" &[Preparer, Treasurer], false;
    /// Approves.
    ApproveStatements "statement.approve" &[Approver], false;

    /// Lists remittances.
    ListRemittances "remittance.list" OFFICE, false;
    /// Sees lines and stops.
    ShowRemittance "remittance.show" OFFICE, false;
    /// Prepares one.
    PrepareRemittance "remittance.prepare" &[Preparer], false;
    /// Approves it.
    ApproveRemittance "remittance.approve" &[Approver], false;
    /// Builds the bank file.
    BuildRemittance "remittance.build" &[Treasurer], false;
    /// Downloads the bank file: it holds names and accounts of payees.
    DownloadRemittance "remittance.download" &[Treasurer], false;
    /// Says that the file was handed to the bank.
    SendRemittance "remittance.send" &[Treasurer], false;
    /// Gives a remittance up.
    CancelRemittance "remittance.cancel" &[Preparer, Approver, Treasurer], true;

    /// Imports a bank statement.
    ImportBankStatement "bank.import" &[Treasurer], false;
    /// Matches bank lines.
    MatchBankLines "bank.match" &[Treasurer], false;
    /// Sees bank lines and how books and bank compare.
    ShowBankLines "bank.show" OFFICE, false;
    /// Proposes that a credit is a return.
    ProposeReturn "return.propose" &[Preparer, Treasurer], true;
    /// Confirms it.
    ConfirmReturn "return.confirm" &[Approver], false;
    /// Rejects it.
    RejectReturn "return.reject" &[Approver], true;
    /// Says what a credit was.
    ExplainCredit "bank.explain-credit" &[Treasurer], true;
    /// Says what a debit was.
    ExplainDebit "bank.explain-debit" &[Treasurer], true;

    /// Sees what must hold before a month is closed.
    ShowChecklist "month.checklist" OFFICE, false;
    /// Closes a month.
    CloseMonth "month.close" &[Treasurer], false;

    /// Reads the trial balance.
    ReadTrialBalance "books.trial-balance" OFFICE, false;
    /// Proves the books.
    VerifyBooks "books.verify" OFFICE, false;
    /// Exports the books.
    ExportBooks "books.export" &[Treasurer, Auditor], false;
    /// Reverses an entry.
    ReverseEntry "entry.reverse" &[Treasurer], true;
}

impl Action {
    /// The role in which somebody with these `roles` does it, the first that may; none when they may not.
    #[must_use]
    pub fn role(self, roles: &Roles) -> Option<Role> {
        self.roles().iter().copied().find(|role| roles.contains(role))
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn only_reads(self) -> bool {
        let verb = self.code().rsplit('.').next().unwrap_or_default();
        matches!(verb, "show" | "list" | "read" | "find" | "preview" | "analyse" | "checklist" | "trial-balance" | "verify" | "export" | "download")
            || verb.starts_with("reveal")
            || matches!(self, Self::PrintBooklet | Self::PrintCard)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_stands_for_one_action() {
        let codes: BTreeSet<_> = Action::ALL.iter().map(|action| action.code()).collect();
        assert_eq!(codes.len(), Action::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || b"-.".contains(&byte))));
    }

    #[test]
    fn nobody_may_do_anything_without_a_role() {
        assert!(Action::ALL.iter().all(|action| action.role(&Roles::new()).is_none() && !action.roles().is_empty()));
    }

    #[test]
    fn the_auditor_changes_nothing_and_the_administrator_touches_no_money() {
        for action in Action::ALL {
            let own = action.code().starts_with("self.");
            assert!(own || action.only_reads() || !action.roles().contains(&Auditor), "{}", action.code());
            assert!(own || action.code().starts_with("staff.") || !action.roles().contains(&Administrator), "{}", action.code());
        }
    }

    #[test]
    fn every_reveal_suspension_refusal_reversal_and_revocation_needs_a_reason() {
        for action in Action::ALL {
            let said = ["reveal", "suspend", "resume", "refuse", "reject", "reverse", "revoke", "cancel", "explain"];
            if said.iter().any(|word| action.code().contains(word)) {
                assert!(action.needs_reason(), "{}", action.code());
            }
        }
    }

    #[test]
    fn both_sides_of_a_two_person_step_have_roles_of_their_own() {
        use Action::{
            ApplyMerchant, ApproveMerchant, ApproveRemittance, ApproveStatements, ConfirmReturn, ExamineStatements, PrepareRemittance, ProposeReturn,
        };
        let pairs = [
            (ApplyMerchant, ApproveMerchant),
            (Action::ReceiveApplication, ApproveMerchant),
            (Action::ChangeAccount, Action::ApproveAccount),
            (Action::ApplyServices, Action::ApproveServices),
            (ExamineStatements, ApproveStatements),
            (PrepareRemittance, ApproveRemittance),
            (ProposeReturn, ConfirmReturn),
            (Action::ExamineClaim, Action::DecideClaim),
            (Action::FileClaim, Action::DecideClaim),
            (Action::ProposeClawback, Action::ApproveClawback),
            (Action::RegisterFamilyAccount, Action::ApproveFamilyAccount),
        ];
        for (makes, checks) in pairs {
            assert!(makes.roles().iter().all(|role| !checks.roles().contains(role)), "{} and {}", makes.code(), checks.code());
        }
    }
}
