//! The doors as the ledger is fitted to them: async methods, each boxed once on its way out.

use std::future::Future;

use merchant_api::doors::{self, BoxAnswer};
use merchant_api::till::Answer;

use super::LedgerTill;

macro_rules! fit {
    ($($(#[$about:meta])* trait $name:ident {
        $($(#[$does:meta])* fn $door:ident($($param:ident: &$of:ty),*) -> $answer:ty;)*
    })*) => {
        $(
            $(#[$about])*
            pub(super) trait $name {
                $($(#[$does])* fn $door(&self, $($param: &$of),*) -> impl Future<Output = Answer<$answer>> + Send;)*
            }

            impl doors::$name for LedgerTill {
                $(fn $door<'a>(&'a self, $($param: &'a $of),*) -> BoxAnswer<'a, $answer> {
                    Box::pin($name::$door(self, $($param),*))
                })*
            }
        )*
    };
}

merchant_api::doors!(fit);
