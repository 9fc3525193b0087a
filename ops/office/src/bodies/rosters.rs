//! Rosters, grants, and what is taken back.

use std::fmt;

use chrono::NaiveDate;
use ledger::entitlement::GrantRun;
use ledger::ids::RosterId;
use ledger::people::Report;
use ledger::people::roster::Notice;
use serde::Serialize;
use utoipa::ToSchema;

/// What a grant run did: whom it judged, what it granted now.
#[derive(Serialize, ToSchema)]
#[schema(as = GrantRun)]
pub struct GrantRunBody {
    pub children: usize,
    pub eligible: usize,
    pub changed: usize,
    pub granted_count: usize,
    pub granted_yen: i64,
    #[schema(value_type = String, format = Date)]
    pub service_from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    pub service_to: NaiveDate,
    pub training_version: bool,
}

impl From<GrantRun> for GrantRunBody {
    fn from(run: GrantRun) -> Self {
        let GrantRun { judged, granted, period, training } = run;
        Self {
            children: judged.children,
            eligible: judged.eligible,
            changed: judged.changed,
            granted_count: granted.count,
            granted_yen: granted.amount.get(),
            service_from: period.service_from,
            service_to: period.service_to,
            training_version: training,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revoked)]
pub(crate) struct RevokedBody {
    pub taken_back_yen: i64,
}

/// What a roster does, or would do.
#[derive(Serialize, ToSchema)]
#[schema(as = RosterReport)]
pub struct RosterReportBody {
    #[schema(required, value_type = Option<String>, pattern = "^ros_[0-9a-f]{32}$")]
    pub roster: Option<RosterId>,
    /// This very file was imported before: it changes nothing.
    pub repeated: bool,
    #[schema(value_type = u64)]
    pub lines: usize,
    #[schema(value_type = u64)]
    pub new: usize,
    #[schema(value_type = u64)]
    pub changed: usize,
    #[schema(value_type = u64)]
    pub unchanged: usize,
    #[schema(value_type = u64)]
    pub refused: usize,
    #[schema(value_type = u64)]
    pub families_new: usize,
    /// Why lines are refused; a line may have several.
    pub refusals: Vec<NoticeBody>,
    /// What a person should look at; these lines are used.
    pub warnings: Vec<NoticeBody>,
}

/// What is wrong with a line of a roster, in Japanese.
#[derive(Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct NoticeBody {
    pub line: u64,
    #[schema(required, value_type = Option<String>)]
    pub column: Option<&'static str>,
    #[schema(value_type = String)]
    pub code: &'static str,
    pub reason: String,
}

impl From<Report> for RosterReportBody {
    fn from(report: Report) -> Self {
        let Report { roster, repeated, lines, new, changed, unchanged, refused, families_new, refusals, warnings } = report;
        let [refusals, warnings] = [refusals, warnings].map(|notices| notices.into_iter().map(Into::into).collect());
        Self { roster, repeated, lines, new, changed, unchanged, refused, families_new, refusals, warnings }
    }
}

impl From<Notice> for NoticeBody {
    fn from(notice: Notice) -> Self {
        let Notice { line, column, code, reason } = notice;
        Self { line, column, code, reason }
    }
}

/// For people.
impl fmt::Display for RosterReportBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { roster: _, repeated, lines, new, changed, unchanged, refused, families_new, refusals, warnings } = self;
        if *repeated {
            writeln!(f, "この名簿は取込済みです。変更はありません。")?;
        }
        write!(f, "{lines}行: 新規 {new}、変更 {changed}、変更なし {unchanged}、不備 {refused}（新しい世帯 {families_new}）")?;
        for (label, notices) in [("不備", refusals), ("注意", warnings)] {
            for NoticeBody { line, column, code, reason } in notices {
                write!(f, "\n{label} {line}行目 {} [{code}] {reason}", column.unwrap_or("行全体"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_line_column_code_and_what_to_do() {
        let refusal = Notice { line: 3, column: Some("生年月日"), code: "date", reason: "日付ではありません。".to_owned() };
        let report = RosterReportBody::from(Report {
            roster: None,
            repeated: false,
            lines: 2,
            new: 1,
            changed: 0,
            unchanged: 0,
            refused: 1,
            families_new: 1,
            refusals: vec![refusal],
            warnings: Vec::new(),
        });
        let shown = report.to_string();
        assert_eq!(shown, "2行: 新規 1、変更 0、変更なし 0、不備 1（新しい世帯 1）\n不備 3行目 生年月日 [date] 日付ではありません。");
        let document = serde_json::to_value(&report).unwrap();
        assert_eq!(document["refusals"][0], serde_json::json!({ "line": 3, "column": "生年月日", "code": "date", "reason": "日付ではありません。" }));
    }
}
