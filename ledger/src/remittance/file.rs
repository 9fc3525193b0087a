//! The bank file of a remittance: the same rows always give the same bytes, and what was written is read back before it counts.

use super::repo::FileLine;
use super::state::Life;
use super::{Rejected, Remittance, repo};
use crate::actor::Command;
use crate::bank::account::{BankAccount, PayerCode};
use crate::bank::directory;
use crate::bank::file_error::FileError;
use crate::bank::kana::PayeeKana;
use crate::bank::sougou::{self, Novelty, Profile, ReadOptions, Reference};
use crate::city::{self, City};
use crate::error::{Error, Failure};
use crate::ids::{Municipality, RemittanceId};
use crate::money::Yen;
use crate::time::tokyo_date;
use crate::{Ledger, Tx};

/// A file and the figures that people compare before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// Lines, as read back.
    pub lines: usize,
    /// Their sum, as read back.
    pub total: Yen,
    /// The remittance's sequence number, part of the file's name.
    pub sequence: i32,
}

fn payer(city: &City) -> Result<sougou::Payer, Rejected> {
    let account = city.remitter.account(city.scope()).map_err(Rejected::City)?;
    let wrong = |error| Rejected::City(city::Rejected::Remitter(error));
    Ok(sougou::Payer {
        code: PayerCode::parse(&city.remitter.consignor_code).map_err(wrong)?,
        name: PayeeKana::parse(&city.remitter.name_kana).map_err(|error| wrong(error.into()))?,
        bank: account.bank,
        bank_name: account.bank_kana,
        branch: account.branch,
        branch_name: account.branch_kana,
        kind: account.kind,
        number: account.number,
    })
}

fn line(line: &FileLine, account: BankAccount, remittance: &Remittance, city: &City) -> Result<sougou::Line, Failure> {
    let place = directory::of_account(&account, city.scope()).map_err(|error| Failure::inconsistent("remittance_lines", error.to_string()))?;
    let unsigned = |number: i32| u64::try_from(number).unwrap_or(0);
    Ok(sougou::Line {
        account,
        bank_name: place.bank.kana.into_owned(),
        branch_name: place.branch.kana.into_owned(),
        amount: line.amount,
        novelty: if line.known { Novelty::Other } else { Novelty::First },
        reference: Reference::Digits { first: unsigned(line.number), second: unsigned(remittance.month.number()) },
    })
}

/// Reads a file back and compares it with what was to be written and with the totals that were approved.
fn read_back(written: &sougou::Written, meant: &sougou::Remittance, remittance: &Remittance, options: ReadOptions) -> Result<(usize, Yen), Error<Rejected>> {
    let read = sougou::read(&written.bytes, options).map_err(file_error)?.remittance;
    let total = Yen::sum(read.lines.iter().map(|line| line.amount))?;
    let amounts = |lines: &[sougou::Line]| lines.iter().map(|line| (line.account.bank, line.account.number, line.amount)).collect::<Vec<_>>();
    let as_meant = amounts(&read.lines) == amounts(&meant.lines) && read.value_on == meant.value_on && read.payer.code == meant.payer.code;
    let as_approved = usize::try_from(remittance.lines) == Ok(read.lines.len()) && total == remittance.total;
    if as_meant && as_approved {
        Ok((read.lines.len(), total))
    } else {
        Err(Failure::inconsistent("remittances", format!("the file of {} read back differs from what was approved", remittance.id)).into())
    }
}

fn file_error(error: FileError) -> Error<Rejected> {
    Error::Rejected(Rejected::File(error))
}

impl Ledger {
    /// Builds the 総合振込 file of an approved remittance, reads it back, and keeps its SHA-256. Built before, the same file is answered again.
    ///
    /// # Errors
    /// [`Rejected`]: not approved; a merchant was suspended meanwhile; the city's own account or name cannot be written.
    pub async fn build_remittance(&self, municipality: Municipality, command: &Command, remittance: RemittanceId) -> Result<File, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some((shown, life)) = self.begin_remittance_in_tx(&mut tx, municipality, command, remittance).await? else {
            return self.remittance_file_in_tx(&mut tx, municipality, remittance).await;
        };
        self.refuse_stopped_in_tx(&mut tx, municipality, remittance).await?;
        let file = self.write_file_in_tx(&mut tx, municipality, &shown, self.clock.today()).await?;
        let act = self.act(command);
        let state = life.build(act.clone(), file.sha256).map_err(Error::Rejected)?;
        repo::mark_state_in_tx(&mut tx, municipality, remittance, &state, &act).await?;
        tx.commit().await?;
        Ok(file)
    }

    /// The file of a remittance that has been built, byte for byte.
    ///
    /// # Errors
    /// [`Rejected::State`] before it is built; [`Rejected::OtherFile`] if it no longer gives the same bytes.
    pub async fn remittance_file(&self, municipality: Municipality, remittance: RemittanceId) -> Result<File, Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        self.remittance_file_in_tx(&mut tx, municipality, remittance).await
    }

    async fn remittance_file_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<File, Error<Rejected>> {
        let found = repo::lock_in_tx(tx, municipality, remittance).await?;
        let (shown, Life { state, .. }) = found.ok_or(Error::Rejected(Rejected::Unknown(remittance)))?;
        let built = state.file().ok_or(Error::Rejected(Rejected::State { state: state.standing().word(), asked: "read as a file" }))?;
        let file = self.write_file_in_tx(tx, municipality, &shown, tokyo_date(built.1.at)).await?;
        if file.sha256 == *built.0 { Ok(file) } else { Err(Error::Rejected(Rejected::OtherFile)) }
    }

    async fn write_file_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        remittance: &Remittance,
        built_on: chrono::NaiveDate,
    ) -> Result<File, Error<Rejected>> {
        let city = city::repo::get_in_tx(tx, municipality).await?;
        let stored = repo::list_file_lines_in_tx(tx, municipality, remittance.id, None).await?;
        let accounts: Vec<_> = stored.iter().map(|stored| ((stored.kind, stored.owner), &stored.account)).collect();
        let accounts = self.open_accounts_in_tx(tx, municipality, &accounts).await?;
        let lines = stored.iter().zip(accounts).map(|(stored, account)| line(stored, account, remittance, &city)).collect::<Result<_, _>>()?;
        let meant = sougou::Remittance { payer: payer(&city).map_err(Error::Rejected)?, value_on: remittance.pay_on, lines };
        let written = sougou::write(&meant, &Profile::default()).map_err(file_error)?;
        let (lines, total) = read_back(&written, &meant, remittance, ReadOptions::strict(built_on))?;
        Ok(File { sha256: written.sha256, bytes: written.bytes, lines, total, sequence: remittance.sequence })
    }
}
