//! All SQL of the porter's notebook.

use ledger::time::Instant;
use sqlx::PgPool;

/// Whether a credential was let in before.
pub(super) async fn is_caller(notebook: &PgPool, caller: &[u8; 32]) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM face.callers WHERE credential_sha256 = $1) AS "known!""#, &caller[..]).fetch_one(notebook).await
}

/// Remembers a credential that was let in.
pub(super) async fn insert_caller(notebook: &PgPool, caller: &[u8; 32], now: Instant) -> Result<(), sqlx::Error> {
    let sql = sqlx::query!("INSERT INTO face.callers (credential_sha256, let_in_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", &caller[..], now);
    sql.execute(notebook).await.map(|_| ())
}

/// Forgets a credential that opens nothing any more.
pub(super) async fn delete_caller(notebook: &PgPool, caller: &[u8; 32]) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM face.callers WHERE credential_sha256 = $1", &caller[..]).execute(notebook).await.map(|_| ())
}

/// How much of what a place showed in the window from `from` opened nothing.
pub(super) async fn count_refused(notebook: &PgPool, place: &[u8; 32], from: Instant) -> Result<i32, sqlx::Error> {
    let sql = sqlx::query_scalar!("SELECT refused FROM face.refusals WHERE origin_index = $1 AND window_from = $2", &place[..], from);
    sql.fetch_optional(notebook).await.map(Option::unwrap_or_default)
}

/// Counts one more, and forgets windows that are over.
pub(super) async fn insert_refusal(notebook: &PgPool, place: &[u8; 32], from: Instant) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM face.refusals WHERE window_from < $1", from).execute(notebook).await?;
    sqlx::query!(
        r#"
        INSERT INTO face.refusals AS r (origin_index, window_from, refused) VALUES ($1, $2, 1)
        ON CONFLICT (origin_index, window_from) DO UPDATE SET refused = r.refused + 1
        "#,
        &place[..],
        from
    )
    .execute(notebook)
    .await
    .map(|_| ())
}
