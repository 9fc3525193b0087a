//! The headings of a roster: which there are, which must be there, and where they stand in a file.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::refusal::FileRefused;
use foundation::numbers::my_number;

macro_rules! columns {
    ($($(#[$doc:meta])* $column:ident = $heading:literal, $required:literal;)+) => {
        /// A column of the roster.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Column { $($(#[$doc])* $column,)+ }

        impl Column {
            /// All columns, in the order in which they are written.
            pub const ALL: &[Self] = &[$(Self::$column,)+];

            /// Its heading.
            #[must_use]
            pub const fn heading(self) -> &'static str {
                match self { $(Self::$column => $heading,)+ }
            }

            /// Whether a file without it is refused.
            #[must_use]
            pub const fn required(self) -> bool {
                match self { $(Self::$column => $required,)+ }
            }
        }
    };
}

columns! {
    /// The child's number.
    Number = "宛名番号", true;
    /// The household's number.
    Household = "世帯番号", true;
    /// The child's name.
    Name = "児童氏名", true;
    /// Its reading.
    Kana = "児童カナ", true;
    /// Birth date.
    Birth = "生年月日", true;
    /// Address.
    Address = "住所", true;
    /// Resident since.
    ResidentSince = "転入日", false;
    /// Status codes.
    Statuses = "状態", false;
    /// Birth order.
    BirthOrder = "出生順", false;
    /// A twin or higher multiple.
    Multiple = "多胎", false;
    /// Cared for at home.
    CareAtHome = "在宅育児", false;
    /// 市町村民税所得割額.
    Shotokuwari = "所得割", false;
    /// City of the school.
    SchoolCity = "学校所在市", false;
    /// The guardian's number.
    GuardianNumber = "保護者宛名番号", true;
    /// The guardian's name.
    GuardianName = "保護者氏名", true;
    /// Its reading.
    GuardianKana = "保護者カナ", true;
    /// From when on the line holds.
    Since = "適用日", false;
    /// Bank.
    Bank = "銀行コード", false;
    /// Branch.
    Branch = "支店コード", false;
    /// Kind of account.
    AccountKind = "預金種目", false;
    /// Account number.
    AccountNumber = "口座番号", false;
    /// Account holder.
    AccountHolder = "口座名義カナ", false;
    /// Protection of a threatened parent or child.
    Protected = "支援措置", false;
}

impl Column {
    /// The columns of a bank account: all of them or none.
    pub const ACCOUNT: [Self; 5] = [Self::Bank, Self::Branch, Self::AccountKind, Self::AccountNumber, Self::AccountHolder];

    /// The columns that name people by the city's numbers.
    pub(super) const NUMBERS: [Self; 3] = [Self::Number, Self::Household, Self::GuardianNumber];
}

/// Where each column stands in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headings {
    places: BTreeMap<Column, usize>,
    /// Columns without a heading, as spreadsheets leave them behind the last one.
    blank: Vec<usize>,
    width: usize,
}

impl Headings {
    /// Reads the first line.
    ///
    /// # Errors
    /// Names what is unknown, missing or there twice. A file without a heading line is told so and nothing of it is repeated: it holds people.
    pub fn read<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Self, FileRefused> {
        let headings: Vec<String> = cells.map(|cell| cell.nfkc().collect::<String>().trim().to_owned()).collect();
        if let Some(heading) = headings.iter().find(|heading| my_number::is_heading(heading) || heading.contains("住民票コード")) {
            return Err(FileRefused::MyNumber { heading: heading.clone() });
        }
        let (mut places, mut blank, mut unknown) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (at, heading) in headings.iter().enumerate() {
            match Column::ALL.iter().find(|column| column.heading() == heading) {
                Some(column) if places.insert(*column, at).is_some() => return Err(FileRefused::Twice { heading: column.heading() }),
                Some(_) => {}
                None if heading.is_empty() => blank.push(at),
                None => unknown.push(heading.clone()),
            }
        }
        if places.is_empty() {
            return Err(FileRefused::NoHeadings);
        }
        if !unknown.is_empty() {
            return Err(FileRefused::Unknown { headings: unknown });
        }
        let account = Column::ACCOUNT.iter().filter(|column| places.contains_key(column)).count();
        let account_begun = (1..Column::ACCOUNT.len()).contains(&account);
        let missing = Column::ALL.iter().filter(|column| column.required() || (account_begun && Column::ACCOUNT.contains(column)));
        let missing: Vec<_> = missing.filter(|column| !places.contains_key(column)).map(|column| column.heading()).collect();
        if missing.is_empty() { Ok(Self { places, blank, width: headings.len() }) } else { Err(FileRefused::Missing { headings: missing }) }
    }

    /// Whether the file has this column. What a file does not ask about stays as it is known.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.places.contains_key(&column)
    }

    /// The places of the columns without a heading: nothing may stand in them.
    pub(super) fn blank(&self) -> &[usize] {
        &self.blank
    }

    /// The place of a column, 0 for the first.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }

    /// How many cells a line has.
    pub(super) const fn width(&self) -> usize {
        self.width
    }
}
