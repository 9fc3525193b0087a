//! What is said about a file or a line that cannot be used: a stable code, and a sentence for the clerk that says what to do.
//!
//! Nothing personal is ever repeated: line and column are enough to find the cell.

use std::borrow::Cow;

use serde::Serialize;

use super::column::Column;
use super::fault::Fault;
use foundation::refusal::{Kind, Refusal};

/// Something about one cell: why its line is refused, or what a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The line in the file; 1 holds the headings.
    pub line: u64,
    /// The heading of the column; none where the whole line is meant.
    pub column: Option<&'static str>,
    /// A stable code for programs.
    pub code: &'static str,
    /// What is wrong and what to do, in Japanese.
    pub reason: String,
}

impl Notice {
    /// About the cell of `column` in `line`.
    pub(super) fn of(line: u64, column: Column, fault: &Fault) -> Self {
        Self { column: Some(column.heading()), ..Self::of_line(line, fault) }
    }

    /// About a whole line.
    pub(super) fn of_line(line: u64, fault: &Fault) -> Self {
        Self { line, column: None, code: fault.code(), reason: fault.japanese().into_owned() }
    }
}

/// Why a whole file is refused: nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    /// Neither UTF-8 nor CP932.
    #[error("the encoding is not known (near line {line}): save the file as UTF-8 or Shift_JIS (CP932)")]
    Encoding {
        /// The line of the first bytes that are no UTF-8.
        line: u64,
    },
    /// No line with data.
    #[error("there is no line with data: headings stand in line 1, data from line 2 on")]
    Empty,
    /// The first line names no known column.
    #[error("line 1 holds no headings: write these into it: {}", known())]
    NoHeadings,
    /// Headings that a roster does not have.
    #[error("unknown headings: {}: delete these columns; a roster has: {}", .headings.join("、"), known())]
    Unknown {
        /// The headings.
        headings: Vec<String>,
    },
    /// Headings that must be there.
    #[error("headings are missing: {}: add these columns", .headings.join("、"))]
    Missing {
        /// The headings.
        headings: Vec<&'static str>,
    },
    /// A heading twice.
    #[error("the heading {heading} is there twice: keep one of the columns")]
    Twice {
        /// The heading.
        heading: &'static str,
    },
    /// A column of 個人番号 or 住民票コード.
    #[error("the column {heading} holds individual numbers (個人番号) or resident record codes: they are not taken here, delete the column and use 宛名番号")]
    MyNumber {
        /// The heading.
        heading: String,
    },
}

impl Refusal for FileRefused {
    fn code(&self) -> &'static str {
        match self {
            Self::Encoding { .. } => "encoding",
            Self::Empty => "empty",
            Self::NoHeadings => "no_headings",
            Self::Unknown { .. } => "unknown_headings",
            Self::Missing { .. } => "missing_headings",
            Self::Twice { .. } => "heading_twice",
            Self::MyNumber { .. } => "my_number_column",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Encoding { line } => format!("文字コードを判別できません（{line} 行目付近）。UTF-8 または Shift_JIS（CP932）で保存し直してください。").into(),
            Self::Empty => "データの行がありません。1 行目に見出し、2 行目以降にデータを入れてください。".into(),
            Self::NoHeadings => format!("1 行目に見出しがありません。1 行目に次の見出しを入れてください: {}。", known()).into(),
            Self::Unknown { headings } => format!("知らない見出しがあります: {}。その列を削除してください。使える見出し: {}。", headings.join("、"), known()).into(),
            Self::Missing { headings } => format!("必要な見出しがありません: {}。列を追加してください。", headings.join("、")).into(),
            Self::Twice { heading } => format!("見出し「{heading}」が 2 列あります。1 列だけにしてください。").into(),
            Self::MyNumber { heading } => format!("「{heading}」の列に個人番号（マイナンバー）または住民票コードが入っています。このシステムでは取り扱えません。その列を削除し、宛名番号を使ってください。").into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Encoding { line } => format!("{line} 行目の文字が読めません。UTF-8 か Shift_JIS で、もう一度保存してください。").into(),
            Self::Empty => "データがありません。1 行目に列の名前を書いてください。2 行目からデータを書いてください。".into(),
            Self::NoHeadings => format!("1 行目に列の名前がありません。1 行目に、これを書いてください: {}。", known()).into(),
            Self::Unknown { headings } => {
                format!("知らない列があります: {}。その列を消してください。使える列は、これです: {}。", headings.join("、"), known()).into()
            }
            Self::Missing { headings } => format!("足りない列があります: {}。列を増やしてください。", headings.join("、")).into(),
            Self::Twice { heading } => format!("列「{heading}」が 2 つあります。1 つにしてください。").into(),
            Self::MyNumber { heading } => {
                format!("列「{heading}」に、マイナンバーか住民票コードがあります。ここでは使えません。その列を消してください。").into()
            }
        }
    }
}

/// All headings, for people.
fn known() -> String {
    Column::ALL.iter().map(|column| column.heading()).collect::<Vec<_>>().join("、")
}
