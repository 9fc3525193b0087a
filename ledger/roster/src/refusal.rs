//! What is said about a file or a line that cannot be used: a stable code, and a sentence for the clerk that says what to do.
//!
//! Nothing personal is ever repeated: line and column are enough to find the cell.

use serde::Serialize;

use super::column::Column;

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
    pub(super) fn of(line: u64, column: Column, fault: Fault) -> Self {
        Self { line, column: Some(column.heading()), code: fault.code, reason: fault.reason }
    }
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Why a whole file is refused: nothing of it is stored. `Display` is the sentence for the clerk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    /// Neither UTF-8 nor CP932.
    #[error("文字コードを判別できません（{line}行目付近）。UTF-8 または Shift_JIS（CP932）で保存し直してください")]
    Encoding {
        /// The line of the first bytes that are no UTF-8.
        line: u64,
    },
    /// No line with data.
    #[error("データの行がありません。1行目に見出し、2行目以降にデータを入れてください")]
    Empty,
    /// The first line names no known column.
    #[error("1行目に見出しがありません。1行目に次の見出しを入れてください: {}", known())]
    NoHeadings,
    /// Headings that a roster does not have.
    #[error("知らない見出しがあります: {}。その列を削除してください。使える見出し: {}", .headings.join("、"), known())]
    Unknown {
        /// The headings.
        headings: Vec<String>,
    },
    /// Headings that must be there.
    #[error("必要な見出しがありません: {}。列を追加してください", .headings.join("、"))]
    Missing {
        /// The headings.
        headings: Vec<&'static str>,
    },
    /// A heading twice.
    #[error("見出し「{heading}」が2列あります。1列だけにしてください")]
    Twice {
        /// The heading.
        heading: &'static str,
    },
    /// A column of 個人番号 or 住民票コード.
    #[error(
        "「{heading}」の列に個人番号（マイナンバー）または住民票コードが入っています。このシステムでは取り扱えません。その列を削除し、宛名番号を使ってください"
    )]
    MyNumber {
        /// The heading.
        heading: String,
    },
}

impl FileRefused {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
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
}

/// All headings, for people.
fn known() -> String {
    Column::ALL.iter().map(|column| column.heading()).collect::<Vec<_>>().join("、")
}
