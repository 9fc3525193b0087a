//! The doors: everything that merchants can ask of the city, in one list.
//!
//! [`doors!`](crate::doors!) is that list. The two traits here come from it, and so does all code that treats every door alike: calls over a line, the
//! routes that answer them, fittings, forwarders. A door added to the list has to be fitted to the ledger, or nothing compiles.
//!
//! Invariant: whatever funds a payment, every answer is the same. No door takes or answers anything that depends on who pays.

use futures_util::future::BoxFuture;

use crate::till::Answer;

/// An answer that is on its way.
pub type BoxAnswer<'a, T> = BoxFuture<'a, Answer<T>>;

/// Passes the list of doors to the macro `$with`: two traits of doors, each door with its parameters, all borrowed, and its answer.
///
/// Over a line a door goes by its own name, and a parameter `&T` as `<T as ToOwned>::Owned`.
#[macro_export]
macro_rules! doors {
    ($with:ident) => {
        $with! {
            /// The Till: the narrow door between merchants and the books.
            ///
            /// Each command carries an idempotency key: the same key with the same request gets the same answer again. A credential opens the Till for a
            /// desk (a terminal, or somebody who works at one) or for a manager; doors for managers alone say so.
            trait Till {
                /// Pays the desk what a code has set aside, if it is for this merchant, and for this amount where one is named.
                fn capture(credential: &$crate::till::Credential, key: &str, capture: &$crate::till::NewCapture) -> $crate::till::Receipt;

                /// Refunds some or all of a receipt. A desk refunds receipts of the day, a manager those of any day.
                fn refund(credential: &$crate::till::Credential, key: &str, refund: &$crate::till::NewRefund) -> $crate::till::Refund;

                /// Bills an amount.
                fn create_invoice(credential: &$crate::till::Credential, key: &str, invoice: &$crate::till::NewInvoice) -> $crate::till::Invoice;

                /// Bills many at once; answers a line for each, in their order. A line that is wrong does not stop the others.
                fn create_invoices(credential: &$crate::till::Credential, key: &str, invoices: &[$crate::till::NewInvoice]) -> Vec<$crate::till::Billed>;

                /// Takes an own bill back that nobody has paid.
                fn cancel_invoice(credential: &$crate::till::Credential, key: &str, invoice: &str) -> $crate::till::Invoice;

                /// Shows an own bill.
                fn invoice(credential: &$crate::till::Credential, invoice: &str) -> $crate::till::Invoice;

                /// Lists own bills, newest first.
                fn invoices(credential: &$crate::till::Credential, which: &$crate::till::WhichInvoices) -> Vec<$crate::till::Invoice>;

                /// Lists the receipts of some days, in the merchant's own order: by time, then by number.
                fn receipts(credential: &$crate::till::Credential, which: &$crate::till::WhichReceipts) -> Vec<$crate::till::Receipt>;

                /// Shows an own receipt.
                fn receipt(credential: &$crate::till::Credential, receipt: &str) -> $crate::till::Receipt;

                /// Lists what has been paid since an instant. An answer looks back a little further, so that a payment that was being made meanwhile is
                /// not missed: a caller that polls drops the receipts it has had before.
                fn paid(credential: &$crate::till::Credential, since: &$crate::till::Since) -> $crate::till::Paid;

                /// Lists the statements so far, newest first. For managers.
                fn statements(credential: &$crate::till::Credential) -> Vec<$crate::till::Statement>;

                /// Shows the statement of a month (`2026-05`), once it is drawn. For managers.
                fn statement(credential: &$crate::till::Credential, month: &str) -> $crate::till::Statement;

                /// Lists the receipts and refunds of a statement, by time, page by page. For managers.
                fn statement_lines(credential: &$crate::till::Credential, which: &$crate::till::WhichLines) -> Vec<$crate::till::StatementLine>;

                /// Claims payment of a statement, with one click. For managers.
                fn claim_payment(credential: &$crate::till::Credential, key: &str, month: &str) -> $crate::till::Statement;

                /// Lists the payments by the bank so far, newest first. For managers.
                fn payouts(credential: &$crate::till::Credential) -> Vec<$crate::till::Payout>;
            }

            /// The Registrar: who may stand at the Till. New merchants apply, people sign in, managers look after people, terminals and the account.
            ///
            /// Doors that need no credential say so; the others are for managers unless they say more.
            trait Registrar {
                /// Signs somebody in by a code, which is used up. Needs no credential.
                fn sign_in(attempt: &$crate::registrar::SignIn) -> $crate::registrar::SignedIn;

                /// Ends the session of a person. For everybody.
                fn sign_out(credential: &$crate::till::Credential) -> ();

                /// Tells who a credential is. For everybody.
                fn caller(credential: &$crate::till::Credential) -> $crate::registrar::Caller;

                /// Takes in the application of a new merchant. Needs no credential.
                fn apply(key: &str, application: &$crate::registrar::NewApplication) -> $crate::registrar::Applied;

                /// Tells how an application stands. For its own credential.
                fn application(credential: &$crate::till::Credential) -> $crate::registrar::Application;

                /// Lists the people of the merchant.
                fn people(credential: &$crate::till::Credential) -> Vec<$crate::registrar::Person>;

                /// Invites somebody.
                fn invite(credential: &$crate::till::Credential, key: &str, person: &$crate::registrar::NewPerson) -> $crate::registrar::Invited;

                /// Issues a new code to somebody; an older one that was not used is dead at once.
                fn issue_code(credential: &$crate::till::Credential, key: &str, person: &str) -> $crate::registrar::Invited;

                /// Removes somebody: their sessions and their code end at once. Idempotent.
                fn remove_person(credential: &$crate::till::Credential, person: &str) -> ();

                /// Lists the desks of the merchant.
                fn terminals(credential: &$crate::till::Credential) -> Vec<$crate::registrar::Terminal>;

                /// Registers a desk.
                fn register_terminal(credential: &$crate::till::Credential, key: &str, label: &str) -> $crate::registrar::NewTerminal;

                /// Revokes a desk that was lost or replaced. Idempotent.
                fn revoke_terminal(credential: &$crate::till::Credential, terminal: &str) -> ();

                /// Shows where the merchant is paid.
                fn accounts(credential: &$crate::till::Credential) -> $crate::registrar::Accounts;

                /// Asks to be paid elsewhere. The old account stays in force until somebody in the city approves the new one.
                fn change_account(credential: &$crate::till::Credential, key: &str, account: &$crate::registrar::Account) -> ();
            }
        }
    };
}

macro_rules! traits {
    ($($(#[$about:meta])* trait $name:ident {
        $($(#[$does:meta])* fn $door:ident($($param:ident: &$of:ty),*) -> $answer:ty;)*
    })*) => {
        $($(#[$about])* pub trait $name: Send + Sync + 'static {
            $($(#[$does])* fn $door<'a>(&'a self, $($param: &'a $of),*) -> BoxAnswer<'a, $answer>;)*
        })*
    };
}

doors!(traits);

/// All doors.
pub trait Doors: Till + Registrar {}

impl<D: Till + Registrar> Doors for D {}
