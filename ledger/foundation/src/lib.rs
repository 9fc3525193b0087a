//! What every other crate of the ledger stands on: money, ids, time, secrets, and the numbers that Japan gives to things.
//!
//! Pure: no SQL, no network. The machine's clock and randomness are reached through [`time::Clock`] and [`entropy::Entropy`] only.

pub mod actor;
pub mod code;
pub mod digest;
pub mod entropy;
pub mod ids;
pub mod money;
pub mod numbers;
pub mod refusal;
pub mod time;
pub mod token;

/// `Debug` that shows the type and nothing of what is in it: for personal data.
#[macro_export]
macro_rules! shows_nothing {
    ($($type:ident),+) => {$(
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}

/// Declares where something stands: an enum of words, as the database, documents and programs write them, and as refusals say them in Japanese and in
/// easy Japanese.
#[macro_export]
macro_rules! standing {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = ($word:literal, $ja:literal, $easy:literal)),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant),+
        }

        impl $name {
            /// As the database, documents and programs write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// As refusals say it.
            #[must_use]
            pub const fn word(self) -> $crate::refusal::Word {
                match self {
                    $(Self::$variant => $crate::refusal::Word { en: $word, ja: $ja, easy: $easy }),+
                }
            }

            /// Reads what [`Self::as_str`] writes.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
