//! All SQL of merchants.

use sqlx::PgConnection;

use super::state::{Life, Standing, State};
use super::{Listing, Merchant, Service, Terminal};
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality, TerminalId};
use crate::time::Instant;
use crate::token::CityToken;

/// A new merchant, as it is stored.
pub struct NewMerchant<'a> {
    /// Its id.
    pub id: MerchantId,
    /// Its name.
    pub name: &'a str,
    /// The name's reading.
    pub kana: &'a str,
    /// Ward or district.
    pub area: &'a str,
    /// Who took the application in.
    pub applied: &'a Act,
}

/// Inserts a merchant that has applied.
pub async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewMerchant<'_>) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO merchants (municipality, merchant_id, name, kana, area, state, applied_at, applied_by) VALUES ($1, $2, $3, $4, $5, 'applied', $6, $7)",
        municipality.code(),
        new.id.uuid(),
        new.name,
        new.kana,
        new.area,
        new.applied.at,
        new.applied.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Inserts services that wait for approval; returns how many were new.
pub async fn insert_services_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    services: &[Service],
    applied: &Act,
) -> Result<u64, Failure> {
    let categories: Vec<_> = services.iter().map(|service| service.category.clone()).collect();
    let expenses: Vec<_> = services.iter().map(|service| service.expense.clone()).collect();
    let registrations: Vec<_> = services.iter().map(|service| service.registration.clone()).collect();
    let inserted = sqlx::query!(
        r#"
        INSERT INTO merchant_services (municipality, merchant_id, category, expense, registration, applied_at, applied_by)
        SELECT $1, $2, s.category, s.expense, s.registration, $6, $7
        FROM unnest($3::text[], $4::text[], $5::text[]) AS s (category, expense, registration)
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        merchant.uuid(),
        &categories,
        &expenses,
        &registrations as _,
        applied.at,
        applied.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected())
}

/// Inserts the next bank account, which waits for approval; answers its number. The merchant's row is locked.
pub async fn insert_account_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    account: (&[u8], &[u8; 32]),
    applied: &Act,
) -> Result<i16, Failure> {
    let (sealed, index) = account;
    let number = sqlx::query_scalar!(
        r#"
        INSERT INTO merchant_bank_accounts (municipality, merchant_id, number, sealed, blind_index, applied_at, applied_by)
        SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6
        FROM merchant_bank_accounts
        WHERE municipality = $1 AND merchant_id = $2
        RETURNING number
        "#,
        municipality.code(),
        merchant.uuid(),
        sealed,
        &index[..],
        applied.at,
        applied.by
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(number)
}

/// Approves all services that wait and that somebody else took in; returns how many.
pub async fn mark_services_approved_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, approved: &Act) -> Result<u64, Failure> {
    let marked = sqlx::query!(
        "UPDATE merchant_services SET approved_at = $3, approved_by = $4
         WHERE municipality = $1 AND merchant_id = $2 AND approved_at IS NULL AND applied_by <> $4",
        municipality.code(),
        merchant.uuid(),
        approved.at,
        approved.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(marked.rows_affected())
}

/// Who wrote down the newest account, if it waits for approval.
pub async fn find_waiting_account_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Option<(i16, String)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT number, applied_by, approved_at
        FROM merchant_bank_accounts
        WHERE municipality = $1 AND merchant_id = $2
        ORDER BY number DESC
        LIMIT 1
        "#,
        municipality.code(),
        merchant.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.filter(|row| row.approved_at.is_none()).map(|row| (row.number, row.applied_by)))
}

/// Approves one account.
pub async fn mark_account_approved_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    number: i16,
    approved: &Act,
) -> Result<(), Failure> {
    let marked = sqlx::query!(
        "UPDATE merchant_bank_accounts SET approved_at = $4, approved_by = $5
         WHERE municipality = $1 AND merchant_id = $2 AND number = $3 AND approved_at IS NULL",
        municipality.code(),
        merchant.uuid(),
        number,
        approved.at,
        approved.by
    )
    .execute(&mut **tx)
    .await?;
    one_row(marked.rows_affected(), "merchant_bank_accounts")
}

fn one_row(rows: u64, table: &'static str) -> Result<(), Failure> {
    if rows == 1 { Ok(()) } else { Err(Failure::inconsistent(table, format!("{rows} rows changed instead of one"))) }
}

/// Locks a merchant and reads its life, if there is one.
pub async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Option<Life>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT state, applied_at, applied_by, received_at, received_by, decided_at, decided_by, suspended_at, suspended_by, suspended_because
        FROM merchants
        WHERE municipality = $1 AND merchant_id = $2
        FOR UPDATE
        "#,
        municipality.code(),
        merchant.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let suspended = act(row.suspended_at, row.suspended_by).zip(row.suspended_because);
    let state = state(&row.state, act(row.decided_at, row.decided_by), suspended)?;
    Ok(Some(Life { applied: Act { at: row.applied_at, by: row.applied_by }, received: act(row.received_at, row.received_by), state }))
}

fn act(at: Option<Instant>, by: Option<String>) -> Option<Act> {
    at.zip(by).map(|(at, by)| Act { at, by })
}

fn state(name: &str, decided: Option<Act>, suspended: Option<(Act, String)>) -> Result<State, Failure> {
    Ok(match (name, decided, suspended) {
        ("applied", None, None) => State::Applied,
        ("approved", Some(decided), None) => State::Approved { decided },
        ("suspended", Some(decided), Some((suspended, because))) => State::Suspended { decided, suspended, because },
        ("refused", Some(decided), None) => State::Refused { decided },
        (name, ..) => return Err(Failure::inconsistent("merchants", format!("state {name} with other columns"))),
    })
}

/// Writes the state that a locked merchant has come to.
pub async fn mark_state_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, state: &State) -> Result<(), Failure> {
    let (decided, suspended, because) = match state {
        State::Applied => (None, None, None),
        State::Approved { decided } | State::Refused { decided } => (Some(decided), None, None),
        State::Suspended { decided, suspended, because } => (Some(decided), Some(suspended), Some(because)),
    };
    let marked = sqlx::query!(
        r#"
        UPDATE merchants
        SET state = $3, decided_at = $4, decided_by = $5, suspended_at = $6, suspended_by = $7, suspended_because = $8
        WHERE municipality = $1 AND merchant_id = $2
        "#,
        municipality.code(),
        merchant.uuid(),
        state.standing().as_str(),
        decided.map(|act| act.at),
        decided.map(|act| &act.by),
        suspended.map(|act| act.at),
        suspended.map(|act| &act.by),
        because
    )
    .execute(&mut **tx)
    .await?;
    one_row(marked.rows_affected(), "merchants")
}

/// Writes down who has received a locked merchant's application.
pub async fn mark_received_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, received: &Act) -> Result<(), Failure> {
    let marked = sqlx::query!(
        "UPDATE merchants SET received_at = $3, received_by = $4 WHERE municipality = $1 AND merchant_id = $2 AND received_at IS NULL",
        municipality.code(),
        merchant.uuid(),
        received.at,
        received.by
    )
    .execute(&mut **tx)
    .await?;
    one_row(marked.rows_affected(), "merchants")
}

/// Adds to a merchant's history.
pub async fn insert_decision_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    decision: (&str, Option<&str>),
    decided: &Act,
) -> Result<(), Failure> {
    let (decision, reason) = decision;
    sqlx::query!(
        "INSERT INTO merchant_decisions (municipality, merchant_id, decided_at, decision, decided_by, reason) VALUES ($1, $2, $3, $4, $5, $6)",
        municipality.code(),
        merchant.uuid(),
        decided.at,
        decision,
        decided.by,
        reason
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A merchant as staff see it, if there is one.
pub async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Option<Merchant>, Failure> {
    let row = sqlx::query!("SELECT name, kana, area, state FROM merchants WHERE municipality = $1 AND merchant_id = $2", municipality.code(), merchant.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let services = sqlx::query!(
        r#"
        SELECT category, expense, registration, approved_at IS NOT NULL AS "approved!"
        FROM merchant_services
        WHERE municipality = $1 AND merchant_id = $2
        ORDER BY category, expense
        "#,
        municipality.code(),
        merchant.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    let services = services
        .into_iter()
        .map(|service| (Service { category: service.category, expense: service.expense, registration: service.registration }, service.approved))
        .collect();
    Ok(Some(Merchant { id: merchant, name: row.name, kana: row.kana, area: row.area, state: standing(&row.state)?, services }))
}

fn standing(word: &str) -> Result<Standing, Failure> {
    Standing::parse(word).ok_or_else(|| Failure::inconsistent("merchants", word))
}

/// Merchants with their state, by reading: all, or those in one state.
pub async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, state: Option<Standing>) -> Result<Vec<(Listing, Standing)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT m.merchant_id, m.name, m.kana, m.area, m.state,
               coalesce(array_agg(DISTINCT s.category ORDER BY s.category) FILTER (WHERE s.approved_at IS NOT NULL), '{}') AS "categories!: Vec<String>"
        FROM merchants m
        LEFT JOIN merchant_services s USING (municipality, merchant_id)
        WHERE m.municipality = $1 AND ($2::text IS NULL OR m.state = $2)
        GROUP BY m.merchant_id, m.name, m.kana, m.area, m.state
        ORDER BY m.kana, m.merchant_id
        "#,
        municipality.code(),
        state.map(Standing::as_str)
    )
    .fetch_all(&mut **tx)
    .await?;
    let listing = |id, name, kana, area, categories| Listing { id: MerchantId::new(id), name, kana, area, categories };
    let listed = rows.into_iter().map(|row| Ok((listing(row.merchant_id, row.name, row.kana, row.area, row.categories), standing(&row.state)?)));
    listed.collect()
}

/// Inserts a terminal.
pub async fn insert_terminal_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    terminal: &Terminal,
    token_sha256: &[u8; 32],
    made: &Act,
) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO terminals (municipality, terminal_id, merchant_id, label, token_sha256, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        municipality.code(),
        terminal.id.uuid(),
        terminal.merchant.uuid(),
        terminal.label,
        &token_sha256[..],
        made.at,
        made.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Revokes a terminal of a merchant; returns whether it was in use.
pub async fn mark_terminal_revoked_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    terminal: TerminalId,
    revoked: &Act,
) -> Result<bool, Failure> {
    let marked = sqlx::query!(
        "UPDATE terminals SET revoked_at = $4, revoked_by = $5 WHERE municipality = $1 AND merchant_id = $2 AND terminal_id = $3 AND revoked_at IS NULL",
        municipality.code(),
        merchant.uuid(),
        terminal.uuid(),
        revoked.at,
        revoked.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// The terminal of each of these tokens' digests, in their order, if it is in use and its merchant approved.
pub async fn list_terminals_of_tokens(
    connection: &mut PgConnection,
    municipality: Municipality,
    tokens: &[&[u8; 32]],
) -> Result<Vec<Option<Terminal>>, Failure> {
    let digests: Vec<_> = tokens.iter().map(|token| token.to_vec()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT t.terminal_id AS "terminal_id?", t.merchant_id AS "merchant_id?", t.label AS "label?", m.merchant_id IS NOT NULL AS "approved!"
        FROM unnest($2::bytea[]) WITH ORDINALITY AS i (digest, item)
        LEFT JOIN terminals t ON t.municipality = $1 AND t.token_sha256 = i.digest AND t.revoked_at IS NULL
        LEFT JOIN merchants m ON m.municipality = $1 AND m.merchant_id = t.merchant_id AND m.state = 'approved'
        ORDER BY i.item
        "#,
        municipality.code(),
        &digests
    )
    .fetch_all(connection)
    .await?;
    let terminal = |id, merchant, label| Terminal { id: TerminalId::new(id), merchant: MerchantId::new(merchant), label };
    let found = rows.into_iter().map(|row| Some(terminal(row.terminal_id?, row.merchant_id?, row.label?)).filter(|_| row.approved));
    Ok(found.collect())
}

/// The terminals of a merchant that are in use, by label.
pub async fn list_terminals_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Vec<Terminal>, Failure> {
    let rows = sqlx::query!(
        "SELECT terminal_id, label FROM terminals WHERE municipality = $1 AND merchant_id = $2 AND revoked_at IS NULL ORDER BY label, terminal_id",
        municipality.code(),
        merchant.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| Terminal { id: TerminalId::new(row.terminal_id), merchant, label: row.label }).collect())
}

/// Writes down what an applicant shows to ask how its application stands.
pub async fn insert_application_in_tx(tx: &mut Tx<'_>, token: &CityToken, merchant: MerchantId, now: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO merchant_applications (municipality, token_sha256, merchant_id, applied_at) VALUES ($1, $2, $3, $4)",
        token.municipality().code(),
        &token.sha256()[..],
        merchant.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the application with this token has become.
pub async fn find_application_in_tx(tx: &mut Tx<'_>, token: &CityToken) -> Result<Option<MerchantId>, Failure> {
    let (city, digest) = (token.municipality().code(), token.sha256());
    let merchant = sqlx::query_scalar!("SELECT merchant_id FROM merchant_applications WHERE municipality = $1 AND token_sha256 = $2", city, &digest[..])
        .fetch_optional(&mut **tx)
        .await?;
    Ok(merchant.map(MerchantId::new))
}

/// Why a merchant was refused.
pub async fn find_refusal_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Option<String>, Failure> {
    let reason = sqlx::query_scalar!(
        r#"SELECT reason AS "reason!" FROM merchant_decisions WHERE municipality = $1 AND merchant_id = $2 AND decision = 'refused'"#,
        municipality.code(),
        merchant.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(reason)
}
