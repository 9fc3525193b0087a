//! One line to one row: every cell is read, so that a clerk learns all that is wrong with a line at once.

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};

use super::Row;
use super::cell;
use super::column::{Column, Headings};
use super::fault::Fault;
use super::guard::{self, Guard};
use super::refusal::Notice;
use crate::person::{ChildFacts, Person};
use bank::account::{AccountError, BankAccount, Written};

/// The largest 所得割 that is taken for one, in yen.
pub(super) const SHOTOKUWARI_YEN_MAX: i64 = 99_999_999_999;

/// The cells of one line, and what has been said about them.
pub(super) struct Cells<'a> {
    line: u64,
    record: &'a csv::StringRecord,
    headings: &'a Headings,
    guard: &'a Guard,
    pub(super) refusals: Vec<Notice>,
    pub(super) warnings: Vec<Notice>,
}

impl<'a> Cells<'a> {
    pub(super) const fn new(line: u64, record: &'a csv::StringRecord, headings: &'a Headings, guard: &'a Guard) -> Self {
        Self { line, record, headings, guard, refusals: Vec::new(), warnings: Vec::new() }
    }

    /// Refuses the line because of `column`.
    pub(super) fn refuse(&mut self, column: Column, fault: &Fault) {
        self.refusals.push(Notice::of(self.line, column, fault));
    }

    /// The cell without the space around it; blank where the file has no such column.
    fn text(&self, column: Column) -> &'a str {
        self.headings.place(column).and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    /// The value of a cell, or none and a refusal.
    fn take<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        let value = read(self.text(column));
        value.map_err(|fault| self.refuse(column, &fault)).ok()
    }

    /// A number of the city's.
    fn take_number(&mut self, column: Column) -> Option<String> {
        let guard = self.guard;
        self.take(column, |cell| guard.check_number(column, cell).and_then(|()| cell::number(cell)))
    }

    /// A free text; 個人番号 in it are masked, with a warning.
    fn take_text<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        let (masked, found) = match self.text(column) {
            text if text.len() < 12 => (text.to_owned(), 0),
            text => guard::mask(text),
        };
        if found > 0 {
            self.warnings.push(Notice::of(self.line, column, &Fault::MyNumberMasked));
        }
        self.take(column, |_| read(&masked))
    }

    fn take_person(&mut self, [number, name, kana]: [Column; 3]) -> Option<Person> {
        let number = self.take_number(number);
        let name = self.take_text(name, cell::text);
        let kana = self.take_text(kana, cell::kana);
        Some(Person { number: number?, name: name?, kana: kana?, address: None })
    }

    /// The bank account: all five cells, or none of them.
    #[expect(clippy::option_option, reason = "as every cell: none is a refusal, and what is taken may be blank")]
    fn take_account(&mut self) -> Option<Option<BankAccount>> {
        let [bank, branch, kind, number, holder] = Column::ACCOUNT.map(|column| self.text(column));
        let empty: Vec<_> = Column::ACCOUNT.into_iter().filter(|column| self.text(*column).is_empty()).collect();
        match empty.as_slice() {
            [_, _, _, _, _] => Some(None),
            [] if guard::mask(holder).1 > 0 => {
                self.refuse(Column::AccountHolder, &Fault::MyNumberAsHolder);
                None
            }
            [] => match BankAccount::parse(Written { bank, branch, kind, number, holder }) {
                Ok(account) => Some(Some(account)),
                Err(errors) => {
                    self.refusals.extend(errors.into_iter().map(|error| account_notice(self.line, error)));
                    None
                }
            },
            [first, ..] => {
                self.refuse(*first, &Fault::AccountIncomplete);
                None
            }
        }
    }
}

/// Reads a line; none where something is wrong, which `cells.refusals` then says.
pub(super) fn read(cells: &mut Cells<'_>, today: NaiveDate) -> Option<Row> {
    if cells.record.len() != cells.headings.width() {
        cells.refusals.push(Notice::of_line(cells.line, &Fault::Width { headings: cells.headings.width() }));
        return None;
    }
    let household = cells.take_number(Column::Household);
    let child = cells.take_person([Column::Number, Column::Name, Column::Kana]);
    let protected = cells.take(Column::Protected, cell::optional(cell::flag));
    // A city may withhold the address of those it protects; of nobody else.
    let withheld = protected == Some(Some(true)) && cells.text(Column::Address).is_empty();
    let address = if withheld { Some(None) } else { cells.take_text(Column::Address, cell::text).map(Some) };
    let facts = take_facts(cells, today);
    let guardian = cells.take_person([Column::GuardianNumber, Column::GuardianName, Column::GuardianKana]);
    let next_year = today.checked_add_months(Months::new(12)).unwrap_or(today);
    let since = cells.take(Column::Since, cell::optional(cell::date_between(first_day(2000), next_year)));
    let account = cells.take_account();
    Some(Row {
        line: cells.line,
        household: household?,
        child: Person { address: address?, ..child? },
        facts: facts?,
        guardian: guardian?,
        since: since?,
        account: account?,
        protected: protected?,
    })
}

fn take_facts(cells: &mut Cells<'_>, today: NaiveDate) -> Option<ChildFacts> {
    let birth_on = cells.take(Column::Birth, cell::date_between(first_day(1900), today));
    let next_year = today.checked_add_months(Months::new(12)).unwrap_or(today);
    let resident_since = cells.take(Column::ResidentSince, cell::optional(cell::date_between(first_day(1900), next_year)));
    let statuses = cells.take(Column::Statuses, cell::optional(cell::codes));
    let birth_order = cells.take(Column::BirthOrder, cell::optional(cell::integer(1, 30)));
    let multiple = cells.take(Column::Multiple, cell::optional(cell::flag));
    let care_at_home = cells.take(Column::CareAtHome, cell::optional(cell::flag));
    let shotokuwari_yen = cells.take(Column::Shotokuwari, cell::optional(cell::integer(0, SHOTOKUWARI_YEN_MAX)));
    let school_city = cells.take_text(Column::SchoolCity, cell::optional(cell::text));
    Some(ChildFacts {
        birth_on: birth_on?,
        resident_since: resident_since?,
        statuses: statuses?.unwrap_or_else(BTreeSet::new),
        birth_order: birth_order?.and_then(|order| u8::try_from(order).ok()),
        multiple: multiple?,
        care_at_home: care_at_home?,
        shotokuwari_yen: shotokuwari_yen?,
        school_city: school_city?,
    })
}

fn first_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// What is wrong with an account, at the cell at fault.
fn account_notice(line: u64, error: AccountError) -> Notice {
    let column = match error {
        AccountError::Bank(_) => Column::Bank,
        AccountError::Branch(_) => Column::Branch,
        AccountError::Kind(_) => Column::AccountKind,
        AccountError::Number | AccountError::LongNumber | AccountError::Payer(_) => Column::AccountNumber,
        AccountError::Holder(_) => Column::AccountHolder,
    };
    Notice::of(line, column, &Fault::Account(error))
}
