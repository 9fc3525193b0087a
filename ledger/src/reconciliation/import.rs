//! Imports a bank statement (入出金取引明細): whole or not at all, each line once, no gap between files.

use std::fmt::Write;

use ring::digest;

use super::chain::{self, ChainError, Link};
use super::matching::Said;
use super::{Imported, Rejected, repo};
use crate::actor::Command;
use crate::bank::meisai::{self, ReadLine, ReadOptions, ReadStatement};
use crate::books::{self, Account, Kind};
use crate::city::{self, City};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{BankLineId, Municipality};
use crate::money::Yen;
use crate::vault::{DataKey, KeyOwner, Place};
use crate::{Ledger, Tx};

/// Where a line's text is sealed.
pub(super) const fn place(line: BankLineId) -> Place {
    Place::new("bank_lines", "raw_sealed", line.uuid())
}

impl Ledger {
    /// Imports a file. The same file again changes nothing and gives the same answer, under whatever key.
    ///
    /// The first file must begin with what the books say the bank holds before its first day, or with `accepted_opening`.
    ///
    /// # Errors
    /// [`Rejected`]: unreadable, wrong sums, another account, without balances, gap or overlap. Nothing is half-done.
    pub async fn import_bank_statement(
        &self,
        municipality: Municipality,
        command: &Command,
        bytes: &[u8],
        accepted_opening: Option<Yen>,
    ) -> Result<Imported, Error<Rejected>> {
        let sha256 = sha256(bytes);
        let mut tx = self.pool.begin().await?;
        books::repo::lock_runs_in_tx(&mut tx, municipality).await?;
        if let Some(imported) = repo::find_file_in_tx(&mut tx, municipality, &sha256).await? {
            return Ok(imported);
        }
        let city = city::repo::get_in_tx(&mut tx, municipality).await?;
        let statement = read(bytes, &city, ReadOptions { imported_on: self.clock.today(), pad: false }).map_err(Error::Rejected)?;
        let (opening, closing) = statement.head.opening.zip(statement.closing).ok_or(Error::Rejected(Rejected::NoBalance))?;
        let last = repo::find_last_in_tx(&mut tx, municipality).await?;
        let expected = match (&last, accepted_opening) {
            (Some((_, closing, _)), _) => *closing,
            (None, Some(accepted)) => accepted,
            (None, None) => repo::get_balance_before_in_tx(&mut tx, municipality, Account::of_city(Kind::Bank).id.uuid(), statement.head.from).await?,
        };
        let chained = links(&mut tx, municipality, &statement.lines).await?;
        let (known, opening) = chain::known_head(opening, expected, &chained).map_err(|error| match error {
            ChainError::Rejected(rejected) => Error::Rejected(rejected),
            ChainError::Overflow(overflow) => overflow.into(),
        })?;
        let scope = format!("bank statement/{municipality}/{}", hex(&sha256));
        let id = self.entropy.uuid(Draw { command: &scope, purpose: "bank statement", index: 0 }, self.clock.now());
        let key = self.vault_key_for_in_tx(&mut tx, municipality, KeyOwner::BankRecord(id), &scope).await?;
        let lines = statement.lines.get(known..).unwrap_or_default();
        let lines = lines.iter().zip(0..).map(|(line, index)| self.new_line(&key, &scope, index, line)).collect::<Result<Vec<_>, _>>()?;
        let number = last.map_or(1, |(number, ..)| number.saturating_add(1));
        let (days, balances) = ((statement.head.from, statement.head.to), (opening, closing));
        let new = repo::NewImport { id, number, sha256: &sha256, days, balances, known, lines: &lines, imported: self.act(command) };
        repo::insert_in_tx(&mut tx, municipality, &new).await?;
        let imported = repo::find_file_in_tx(&mut tx, municipality, &sha256).await?;
        tx.commit().await?;
        Ok(imported.ok_or_else(|| Failure::inconsistent("bank_statements", "the import is not there"))?)
    }

    fn new_line(&self, key: &DataKey, scope: &str, index: u64, read: &ReadLine) -> Result<repo::NewLine, Failure> {
        let id = BankLineId::new(self.entropy.uuid(Draw { command: scope, purpose: "bank line", index }, self.clock.now()));
        let line = &read.line;
        let said = Said {
            raw: hex(&read.raw),
            payer_code: line.payer_code.clone(),
            payer_name: line.payer_name.clone(),
            bank_name: line.bank_name.clone(),
            branch_name: line.branch_name.clone(),
            summary: line.summary.clone(),
        };
        let sealed = key.seal_json(place(id), &said)?;
        Ok(repo::NewLine { id, identity: read.identity, booked_on: line.booked_on, flow: line.flow, amount: line.amount, sealed })
    }
}

/// Reads the file and sees that it is of the city's own account, alone.
fn read(bytes: &[u8], city: &City, options: ReadOptions) -> Result<ReadStatement, Rejected> {
    let mut statements = meisai::read(bytes, options).map_err(Rejected::File)?.statements;
    let (Some(statement), None) = (statements.pop(), statements.pop()) else {
        return Err(Rejected::OtherAccount("several accounts".to_owned()));
    };
    let (account, own) = (&statement.head.account, &city.remitter);
    let same = account.bank.as_str() == own.bank
        && account.branch.as_str() == own.branch
        && account.kind.digit().to_string() == own.account_kind
        && account.number.as_str() == format!("{:0>10}", own.account_number);
    if same { Ok(statement) } else { Err(Rejected::OtherAccount(format!("bank {} branch {}", account.bank, account.branch))) }
}

async fn links(tx: &mut Tx<'_>, municipality: Municipality, lines: &[ReadLine]) -> Result<Vec<Link>, Failure> {
    let identities: Vec<_> = lines.iter().map(|line| line.identity).collect();
    let known: std::collections::BTreeSet<_> = repo::list_known_in_tx(tx, municipality, &identities).await?.into_iter().collect();
    let link = |line: &ReadLine| {
        let identity = (line.identity.digest.to_vec(), i32::try_from(line.identity.occurrence).unwrap_or(i32::MAX));
        Link { record: line.record, flow: line.line.flow, amount: line.line.amount, known: known.contains(&identity) }
    };
    Ok(lines.iter().map(link).collect())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, bytes);
    std::array::from_fn(|at| digest.as_ref().get(at).copied().unwrap_or(0))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
