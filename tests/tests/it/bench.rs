//! The benchmarks at a small size: they run, and the books that they leave are derived anew. How fast they are is no test's business.

use rehearsal::bench::{self, Size, Work};
use tests::support::database::cluster;

/// A few families and merchants; `concurrency` makes requests arrive together.
const SMALL: Size = Size { count: 60, concurrency: 12, payers: 15, payees: 3, present: 0 };

async fn sound(work: Work, size: Size) -> serde_json::Value {
    let report = bench::run(cluster(), work, size).await.expect("a benchmark that runs");
    let report_as_json = serde_json::to_value(&report).expect("a document");
    assert!(report.is_sound(), "{report_as_json}");
    for figure in ["per_second", "p50_ms", "p99_ms", "postgres_cpu_ms_per_op", "wal_bytes_per_op", "fsyncs_per_op"] {
        assert!(report_as_json[figure].is_number(), "{figure}: {report_as_json}");
    }
    assert_eq!(report_as_json["check"], "ok");
    report_as_json
}

#[tokio::test(flavor = "multi_thread")]
async fn postings_are_measured_beside_the_same_rows_by_the_barest_sql() {
    sound(Work::Post, SMALL).await;
    let raw = sound(Work::Raw, SMALL).await;
    assert_eq!((&raw["coalesced"]["check"], &raw["redemptions"]["check"]), (&"ok".into(), &"ok".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn redemptions_are_measured_beside_earlier_ones_and_through_both_apis() {
    sound(Work::Redeem, Size { present: 200, ..SMALL }).await;
    sound(Work::Http, SMALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_run_and_a_month_close_are_measured_beside_bare_statements() {
    for work in [Work::Grant, Work::Close] {
        let report = sound(work, SMALL).await;
        assert!(report["bare"]["ratio"].is_number() && report["bare"]["resident_max_mib"].is_number(), "{report}");
    }
}
