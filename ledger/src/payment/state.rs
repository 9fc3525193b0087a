//! The life of one hold: money set aside for one payment. Pure: no SQL, no clock of its own.
//! Invariant: a hold leaves `Held` once.

use super::error::NotCapturable;
use crate::ids::{AccountId, EntryId, FamilyId, InvoiceId, MerchantId, ReceiptId};
use crate::money::Yen;
use crate::time::Instant;

/// A hold and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its account.
    pub id: AccountId,
    /// The entry whose transfers are the split.
    pub entry: EntryId,
    /// Who pays.
    pub family: FamilyId,
    /// The merchant at which its code works; of a ticket, the one that asks if it is registered for what the ticket is for.
    pub merchant: Option<MerchantId>,
    /// The bill it pays, where there is one.
    pub invoice: Option<InvoiceId>,
    /// What is paid for.
    pub expense: String,
    /// The whole price.
    pub amount: Yen,
    /// When it was made.
    pub held_at: Instant,
    /// From here on its code works no more.
    pub expires_at: Instant,
    /// What became of it.
    pub state: HoldState,
}

/// What became of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// The money is set aside.
    Held,
    /// The merchant has been paid.
    Captured {
        /// The receipt.
        receipt: ReceiptId,
        /// When.
        at: Instant,
    },
    /// The money went back.
    Released {
        /// Why.
        why: Release,
        /// When.
        at: Instant,
    },
}

/// Why a hold was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The family took it back.
    Voided,
    /// Nobody came.
    Expired,
}

impl Release {
    /// As the database writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voided => "voided",
            Self::Expired => "expired",
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Voided, Self::Expired].into_iter().find(|why| why.as_str() == text)
    }
}

impl Hold {
    /// Whether `merchant` may capture `amount` at `now`.
    ///
    /// # Errors
    /// The first reason that speaks against it.
    pub fn capturable(&self, merchant: MerchantId, amount: Yen, now: Instant) -> Result<(), NotCapturable> {
        match self.state {
            _ if self.merchant != Some(merchant) => Err(NotCapturable::Foreign),
            HoldState::Captured { .. } | HoldState::Released { .. } => Err(NotCapturable::Spent),
            HoldState::Held if self.amount != amount => Err(NotCapturable::Amount),
            HoldState::Held if now >= self.expires_at => Err(NotCapturable::Expired),
            HoldState::Held => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn hold(state: HoldState) -> Hold {
        Hold {
            id: AccountId::new(Uuid::from_u128(1)),
            entry: EntryId::new(Uuid::from_u128(2)),
            family: FamilyId::new(Uuid::from_u128(3)),
            merchant: Some(merchant(4)),
            invoice: None,
            expense: "tuition".to_owned(),
            amount: Yen::new(8_000),
            held_at: at(0),
            expires_at: at(600),
            state,
        }
    }

    fn merchant(id: u128) -> MerchantId {
        MerchantId::new(Uuid::from_u128(id))
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_code_works_at_its_merchant_for_its_amount_until_it_expires() {
        let asked = |who, yen, second| hold(HoldState::Held).capturable(merchant(who), Yen::new(yen), at(second));
        assert_eq!(asked(4, 8_000, 599), Ok(()));
        assert_eq!(asked(4, 8_000, 600), Err(NotCapturable::Expired));
        assert_eq!(asked(4, 7_999, 599), Err(NotCapturable::Amount));
        assert_eq!(asked(5, 8_000, 599), Err(NotCapturable::Foreign));
    }

    #[test]
    fn a_code_that_was_used_or_taken_back_works_no_more() {
        let captured = HoldState::Captured { receipt: ReceiptId::new(Uuid::from_u128(9)), at: at(1) };
        let released = HoldState::Released { why: Release::Voided, at: at(1) };
        for state in [captured, released] {
            assert_eq!(hold(state).capturable(merchant(4), Yen::new(8_000), at(2)), Err(NotCapturable::Spent));
        }
    }
}
