//! The forwarder: a leak stands before the doors, and what it does not override goes through.

use std::future::Future;

use merchant_api::doors::{self, BoxAnswer, Doors};
use merchant_api::till::Answer;

use super::till::Leaky;

macro_rules! through {
    ($($(#[$about:meta])* trait $name:ident {
        $($(#[$does:meta])* fn $door:ident($($param:ident: &$of:ty),*) -> $answer:ty;)*
    })*) => {
        /// Passes every door on to those behind, unless it is overridden.
        pub(super) trait Through: Send + Sync + 'static {
            /// The doors behind.
            fn behind(&self) -> &dyn Doors;

            $($($(#[$does])* fn $door(&self, $($param: &$of),*) -> impl Future<Output = Answer<$answer>> + Send {
                async { self.behind().$door($($param),*).await }
            })*)*
        }

        $(impl doors::$name for Leaky {
            $(fn $door<'a>(&'a self, $($param: &'a $of),*) -> BoxAnswer<'a, $answer> {
                Box::pin(Through::$door(self, $($param),*))
            })*
        })*
    };
}

merchant_api::doors!(through);
