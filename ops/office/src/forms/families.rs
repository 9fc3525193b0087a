//! Families: letters, addresses, bank accounts.

use ledger::people::letter::{ADDRESS_MAX, LETTERS_MAX};
use web::fields::{Given, raw, text};
use web::form::{Rule, any_text, at_least, optional, whole};
use web::{Fault, form};

use super::{message, reason};

const NUMBER_MAX: usize = 40;

/// 宛名番号, in the body so that it stands in no log.
fn number() -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    any_text(NUMBER_MAX).plain().pattern("^[0-9A-Za-z]{1,40}$").example("0001234567").read_by(|given: Given<'_>| {
        let number = text(NUMBER_MAX)(given)?;
        if number.bytes().all(|byte| byte.is_ascii_alphanumeric()) { Ok(number) } else { Err(Fault::Form("0001234567")) }
    })
}

/// An address of several lines.
fn lines() -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    any_text(ADDRESS_MAX).plain().read_by(|given: Given<'_>| {
        let address = raw(ADDRESS_MAX)(given)?;
        let written = !address.trim().is_empty() && !address.chars().any(|sign| sign.is_control() && sign != '\n');
        if written { Ok(address) } else { Err(Fault::Length(ADDRESS_MAX)) }
    })
}

/// Which account of a family: 1, 2, 3 … No family has so many that one is out of reach.
fn account_number() -> Rule<impl Fn(Given<'_>) -> Result<i16, Fault>> {
    at_least(1).map(|number| i16::try_from(number).unwrap_or(i16::MAX))
}

form! {
    /// 宛名番号.
    pub(crate) struct ChildNumber as "ChildNumber" {
        number: String = number(),
    }
}

form! {
    /// How many letters at most, and why.
    pub(crate) struct PrintLetters as "PrintLetters" {
        most: i64 = whole(1, LETTERS_MAX),
        reason: () = reason(),
    }
}

form! {
    /// Where a family's letters go; to the address of the roster again where nothing is said.
    pub(crate) struct DeliveryAddress as "DeliveryAddress" {
        address: Option<String> = optional(lines()),
        reason: () = reason(),
    }
}

form! {
    /// Which account was seen; the reason says who was called back.
    pub(crate) struct ApproveFamilyAccount as "ApproveFamilyAccount" {
        number: i16 = account_number(),
        reason: () = reason(),
    }
}

form! {
    /// The same, with what the family reads.
    pub(crate) struct RefuseFamilyAccount as "RefuseFamilyAccount" {
        number: i16 = account_number(),
        message: String = message(),
        reason: () = reason(),
    }
}
