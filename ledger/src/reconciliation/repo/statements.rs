//! Bank statements as imported, and their lines.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::actor::Act;
use crate::bank::meisai::{Flow, LineIdentity};
use crate::error::Failure;
use crate::ids::{BankLineId, Municipality};
use crate::money::Yen;
use crate::reconciliation::Imported;

/// Which of these lines an earlier file brought, as `digest` and `occurrence`.
pub async fn list_known_in_tx(tx: &mut Tx<'_>, municipality: Municipality, identities: &[LineIdentity]) -> Result<Vec<(Vec<u8>, i32)>, Failure> {
    let digests: Vec<_> = identities.iter().map(|identity| identity.digest.to_vec()).collect();
    let rows = sqlx::query!("SELECT identity, occurrence FROM bank_lines WHERE municipality = $1 AND identity = ANY ($2)", municipality.code(), &digests)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.identity, row.occurrence)).collect())
}

/// The import of a file, if it was imported: id, lines new, lines known, closing balance.
pub async fn find_file_in_tx(tx: &mut Tx<'_>, municipality: Municipality, sha256: &[u8; 32]) -> Result<Option<Imported>, Failure> {
    let row = sqlx::query!(
        "SELECT bank_statement_id, lines_new, lines_known, closing_yen FROM bank_statements WHERE municipality = $1 AND file_sha256 = $2",
        municipality.code(),
        &sha256[..]
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Imported { id: row.bank_statement_id, new: row.lines_new, known: row.lines_known, closing: Yen::new(row.closing_yen) }))
}

/// Number, closing balance and last day of the last import, if there is one.
pub async fn find_last_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<(i32, Yen, NaiveDate)>, Failure> {
    let row =
        sqlx::query!("SELECT number, closing_yen, last_on FROM bank_statements WHERE municipality = $1 ORDER BY number DESC LIMIT 1", municipality.code())
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row.map(|row| (row.number, Yen::new(row.closing_yen), row.last_on)))
}

/// The books' balance of an account (debits − credits) by the entries before `day`.
pub async fn get_balance_before_in_tx(tx: &mut Tx<'_>, municipality: Municipality, account: Uuid, day: NaiveDate) -> Result<Yen, Failure> {
    let balance = sqlx::query_scalar!(
        r#"
        SELECT coalesce(sum(CASE WHEN t.debit_account_id = $2 THEN t.amount ELSE -t.amount END), 0)::bigint AS "balance!"
        FROM transfers t
        JOIN entries e USING (municipality, entry_id)
        WHERE t.municipality = $1 AND (t.debit_account_id = $2 OR t.credit_account_id = $2) AND e.business_on < $3
        "#,
        municipality.code(),
        account,
        day
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Yen::new(balance))
}

/// An import as it is stored.
pub struct NewImport<'a> {
    /// Its id.
    pub id: Uuid,
    /// 1, 2, 3 …
    pub number: i32,
    /// The file's SHA-256.
    pub sha256: &'a [u8; 32],
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// Balance before the first new line, and after the last.
    pub balances: (Yen, Yen),
    /// Lines that an earlier file had brought.
    pub known: usize,
    /// The new lines.
    pub lines: &'a [NewLine],
    /// Who imported it.
    pub imported: Act,
}

/// A new line.
pub struct NewLine {
    /// Its id.
    pub id: BankLineId,
    /// By which it is known again.
    pub identity: LineIdentity,
    /// 勘定日.
    pub booked_on: NaiveDate,
    /// Credit or debit.
    pub flow: Flow,
    /// Its amount.
    pub amount: Yen,
    /// What it says, sealed.
    pub sealed: Vec<u8>,
}

const fn direction(flow: Flow) -> &'static str {
    match flow {
        Flow::Credit => "credit",
        Flow::Debit => "debit",
    }
}

/// Inserts an import with its new lines.
pub async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewImport<'_>) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO bank_statements (municipality, bank_statement_id, number, file_sha256, first_on, last_on, opening_yen, closing_yen,
                                     lines_known, lines_new, imported_at, imported_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        "#,
        municipality.code(),
        new.id,
        new.number,
        &new.sha256[..],
        new.days.0,
        new.days.1,
        new.balances.0.get(),
        new.balances.1.get(),
        i32::try_from(new.known).unwrap_or(i32::MAX),
        i32::try_from(new.lines.len()).unwrap_or(i32::MAX),
        new.imported.at,
        new.imported.by
    )
    .execute(&mut **tx)
    .await?;
    let ids: Vec<_> = new.lines.iter().map(|line| line.id.uuid()).collect();
    let identities: Vec<_> = new.lines.iter().map(|line| line.identity.digest.to_vec()).collect();
    let occurrences: Vec<_> = new.lines.iter().map(|line| i32::try_from(line.identity.occurrence).unwrap_or(i32::MAX)).collect();
    let days: Vec<_> = new.lines.iter().map(|line| line.booked_on).collect();
    let directions: Vec<_> = new.lines.iter().map(|line| direction(line.flow).to_owned()).collect();
    let amounts: Vec<_> = new.lines.iter().map(|line| line.amount.get()).collect();
    let sealed: Vec<_> = new.lines.iter().map(|line| line.sealed.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO bank_lines (municipality, bank_line_id, bank_statement_id, position, identity, occurrence, booked_on, direction, amount_yen, raw_sealed)
        SELECT $1, l.bank_line_id, $2, coalesce((SELECT max(position) FROM bank_lines WHERE municipality = $1), 0) + l.ordinal,
               l.identity, l.occurrence, l.booked_on, l.direction, l.amount, l.sealed
        FROM unnest($3::uuid[], $4::bytea[], $5::integer[], $6::date[], $7::text[], $8::bigint[], $9::bytea[])
            WITH ORDINALITY AS l (bank_line_id, identity, occurrence, booked_on, direction, amount, sealed, ordinal)
        "#,
        municipality.code(),
        new.id,
        &ids,
        &identities,
        &occurrences,
        &days,
        &directions,
        &amounts,
        &sealed
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
