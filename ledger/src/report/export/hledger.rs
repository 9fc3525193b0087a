//! The books as an hledger journal: an outsider recomputes the month with a program that is not ours.
//!
//! One transaction per entry, one posting pair per transfer, then the balance of every line as an assertion. It holds opaque ids only.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;

use super::repo::{self, TransferRow};
use crate::Ledger;
use crate::books::Kind;
use crate::error::Failure;
use crate::ids::Municipality;

/// The commodity of a unit: yen are written `¥1000`, others `1000 visit`.
fn amount(unit: &str, amount: i64) -> String {
    if unit == "yen" { format!("¥{amount}") } else { format!("{amount} {unit}") }
}

/// An account as hledger names it: `2110:scheme_budget:osaka-juku:2026`. Accounts of persons carry their opaque id.
fn account(kind: &str, scheme: Option<&str>, year: Option<i16>, id: uuid::Uuid) -> String {
    let kind_code = Kind::parse(kind).map_or("9999", Kind::code);
    let mut name = format!("{kind_code}:{kind}");
    for part in [scheme.map(str::to_owned), year.map(|year| year.to_string())].into_iter().flatten() {
        name.push(':');
        name.push_str(&part);
    }
    let shared = matches!(
        Kind::parse(kind),
        Some(
            Kind::Bank
                | Kind::CityAppropriations
                | Kind::SchemeBudget
                | Kind::RefundsPending
                | Kind::PayoutsInTransit
                | Kind::CityFunding
                | Kind::Suspense
                | Kind::Fees
                | Kind::AllowanceControl
        )
    );
    if !shared {
        name.push(':');
        name.push_str(&id.as_simple().to_string());
    }
    name
}

/// Writes the journal while rows come in; keeps balances per account, nothing else.
struct Journal<W> {
    out: W,
    entry: Option<uuid::Uuid>,
    balances: BTreeMap<(String, String), i64>,
    last_on: Option<NaiveDate>,
}

impl<W: Write> Journal<W> {
    fn begin(mut out: W) -> io::Result<Self> {
        // The dot tells hledger that yen have no decimals; without it `¥1,000` and `¥1.000` would be guessed at.
        writeln!(out, "commodity ¥1000.")?;
        for unit in ["visit", "piece", "allowance"] {
            writeln!(out, "commodity 1000. {unit}")?;
        }
        Ok(Self { out, entry: None, balances: BTreeMap::new(), last_on: None })
    }

    fn transfer(&mut self, row: &TransferRow) -> io::Result<()> {
        if self.entry != Some(row.entry_id) {
            self.entry = Some(row.entry_id);
            self.last_on = self.last_on.max(Some(row.business_on));
            let undoes = row.reverses.map(|entry| format!(", reverses:ent_{}", entry.as_simple())).unwrap_or_default();
            writeln!(self.out, "\n{} ({}) {}  ; entry:ent_{}{undoes}", row.business_on, row.entry_id.as_simple(), row.event, row.entry_id.as_simple())?;
        }
        let debit = account(&row.debit_kind, row.debit_scheme.as_deref(), row.debit_year, row.debit);
        let credit = account(&row.credit_kind, row.credit_scheme.as_deref(), row.credit_year, row.credit);
        for (name, signed) in [(debit, row.amount), (credit, row.amount.saturating_neg())] {
            writeln!(self.out, "    {name}  {}", amount(&row.unit, signed))?;
            let balance = self.balances.entry((name, row.unit.clone())).or_default();
            *balance = balance.saturating_add(signed);
        }
        Ok(())
    }

    /// The balances as assertions: hledger adds the postings up and must come to the same.
    fn end(mut self) -> io::Result<W> {
        if let Some(last_on) = self.last_on {
            writeln!(self.out, "\n{last_on} balances")?;
            for ((name, unit), balance) in &self.balances {
                writeln!(self.out, "    {name}  {} = {}", amount(unit, 0), amount(unit, *balance))?;
            }
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

impl Ledger {
    /// Writes the entries of `days` to `out` as an hledger journal, in the order of posting: the same books give the same bytes.
    ///
    /// Balances are those of these entries alone; give all days for the balances of the books.
    ///
    /// # Errors
    /// The outer [`Failure`] is the database's; the inner error is `out`'s.
    pub async fn export_hledger<W: Write>(&self, municipality: Municipality, days: (NaiveDate, NaiveDate), out: W) -> Result<io::Result<W>, Failure> {
        let mut journal = match Journal::begin(out) {
            Ok(journal) => journal,
            Err(error) => return Ok(Err(error)),
        };
        match repo::each_transfer(&self.pool, municipality, days, |row| journal.transfer(&row)).await? {
            Ok(()) => Ok(journal.end()),
            Err(error) => Ok(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_lines_have_no_id_and_persons_accounts_an_opaque_one() {
        let id = uuid::Uuid::from_u128(7);
        assert_eq!(account("scheme_budget", Some("osaka-juku"), Some(2026), id), "2110:scheme_budget:osaka-juku:2026");
        assert_eq!(account("bank", None, None, id), "1110:bank");
        assert_eq!(account("own_money", None, None, id), "2130:own_money:00000000000000000000000000000007");
    }
}
