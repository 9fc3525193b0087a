//! Plays the bank: it books loads, the one debit of a bank file and some returns, and writes statements (入出金取引明細) as a bank would.

use chrono::NaiveDate;
use ledger::bank::account::LongAccountNumber;
use ledger::bank::frame::Framing;
use ledger::bank::meisai::{self, BankLine, BankStatement, Flow, Head, OwnAccount};
use ledger::city::RemitterAccount;
use ledger::money::Yen;

/// The training city's account at the bank.
pub struct Bank {
    account: OwnAccount,
    opening: Yen,
    lines: Vec<BankLine>,
}

/// A credit that a transfer brought.
pub struct Credit<'a> {
    /// When it was booked.
    pub on: NaiveDate,
    /// How much.
    pub amount_yen: i64,
    /// 振込依頼人コード, ten digits; empty where there is none.
    pub payer_code: &'a str,
    /// 振込依頼人名, half-width kana.
    pub payer_name: &'a str,
    /// Bank and branch that it came from, half-width kana.
    pub from: (&'a str, &'a str),
    /// 摘要, half-width kana.
    pub summary: &'a str,
}

impl Bank {
    /// An account that holds `opening`.
    #[must_use]
    pub fn new(account: &RemitterAccount, holder: &str, opening: Yen) -> Self {
        let account = OwnAccount {
            bank: account.bank,
            bank_name: account.bank_kana.clone(),
            branch: account.branch,
            branch_name: account.branch_kana.clone(),
            kind: account.kind,
            number: LongAccountNumber::from(account.number),
            holder: holder.to_owned(),
        };
        Self { account, opening, lines: Vec::new() }
    }

    /// Books a transfer that arrives.
    pub fn credit(&mut self, credit: &Credit<'_>) {
        let inquiry = self.next_inquiry();
        let line = BankLine {
            valued_on: Some(credit.on),
            trade: Some("11".to_owned()),
            payer_code: Some(credit.payer_code.to_owned()).filter(|code| !code.is_empty()),
            payer_name: credit.payer_name.to_owned(),
            bank_name: credit.from.0.to_owned(),
            branch_name: credit.from.1.to_owned(),
            summary: credit.summary.to_owned(),
            ..BankLine::new(&inquiry, credit.on, Flow::Credit, Yen::new(credit.amount_yen))
        };
        self.lines.push(line);
    }

    /// Books the one debit of a bank file.
    pub fn debit(&mut self, on: NaiveDate, total_yen: i64) {
        let inquiry = self.next_inquiry();
        let line = BankLine {
            valued_on: Some(on),
            trade: Some("14".to_owned()),
            summary: "ｿｳｺﾞｳﾌﾘｺﾐ".to_owned(),
            ..BankLine::new(&inquiry, on, Flow::Debit, Yen::new(total_yen))
        };
        self.lines.push(line);
    }

    /// The statement of all that was booked until now, as the bank writes it on `created_on`.
    pub fn statement(&self, created_on: NaiveDate) -> anyhow::Result<Vec<u8>> {
        let head = Head {
            created_on,
            from: self.lines.first().map_or(created_on, |line| line.booked_on),
            to: created_on,
            account: self.account.clone(),
            book: None,
            opening: Some(self.opening),
        };
        Ok(meisai::write(&[BankStatement { head, lines: self.lines.clone() }], Framing::default())?)
    }

    fn next_inquiry(&self) -> String {
        format!("{:08}", self.lines.len().saturating_add(1))
    }
}
