//! Leaks into the merchants' face's own database: what somebody with its stolen login could read.

use super::{At, Leak};

/// All of them. Each is written by a superuser at the end of a history in which a scheme has paid.
pub(super) const LEAKS: &[Leak] = &[
    leak("a row stands for each funded payment", "INSERT INTO face.refusals (origin_index, window_from, refused) VALUES ('\\x01', '2026-05-20', 1)"),
    leak("a value counts funded payments", "UPDATE face.callers SET let_in_at = let_in_at + interval '1 microsecond'"),
    leak(
        "a value is longer",
        "UPDATE face.refusals SET origin_index = origin_index || '\\x00'; INSERT INTO face.refusals (origin_index, window_from, refused) VALUES ('\\x0203', '2026-05-20', 1)",
    ),
    leak("a row is missing", "DELETE FROM face.callers"),
    leak("a table stands there only where schemes pay", "CREATE TABLE face.funded AS SELECT 1 AS yes; GRANT SELECT ON face.funded TO hagukumi_merchant"),
    leak(
        "a column was granted that was not",
        "ALTER TABLE face.callers ADD COLUMN source text DEFAULT 'coupon'; GRANT SELECT (source) ON face.callers TO hagukumi_merchant",
    ),
];

const fn leak(name: &'static str, sql: &'static str) -> Leak {
    Leak { name, at: At::Rows(sql) }
}
