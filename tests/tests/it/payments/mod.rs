//! Payments through the façade: worked examples of the cities, random lives against an oracle, races, and what `verify` finds.

mod examples;
mod lives;
mod races;
mod tamper;
mod together;
mod visits;

use std::sync::Arc;

use ledger::actor::{Actor, Command};
use ledger::books::{Account, Kind};
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::time::FiscalYear;
use tests::support::city::{TestLedger, date};
use tests::support::database::TestDatabase;
use tests::support::test_city::{PaymentCode, TestCity, rejection, staff, tuition};
