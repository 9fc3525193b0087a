//! All SQL of remittances.

mod dues;
mod early;
mod insert;
mod lines;
mod payouts;

pub use dues::{
    MerchantDue, StoredAccount, insert_nettings_in_tx, list_balances_in_tx, list_consenting_in_tx, list_family_dues_in_tx, list_merchant_dues_in_tx,
    list_returns_in_tx,
};
pub use early::{EarlyReturn, end_early_return_in_tx, find_early_return_in_tx, get_debit_in_tx, insert_early_return_in_tx, list_waiting_early_returns_in_tx};
pub use insert::{NewRemittance, insert_in_tx};
pub use lines::{FileLine, find_paid_amount_in_tx, list_detail_in_tx, list_file_lines_in_tx, list_parts_in_tx, list_stops_in_tx, mark_returned_in_tx};
pub use payouts::list_payouts_in_tx;

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{EntryId, MerchantId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::remittance::Remittance;
use crate::remittance::state::{Life, Standing, State};
use crate::statement::repo::month_of;
use crate::time::Instant;

/// The remittance that is on its way to the bank, if there is one.
pub async fn find_open_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<RemittanceId>, Failure> {
    let id = sqlx::query_scalar!(
        "SELECT remittance_id FROM remittances WHERE municipality = $1 AND state IN ('prepared', 'approved', 'built')",
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(id.map(RemittanceId::new))
}

/// Locks a remittance; returns what it is and where it stands, if there is one.
pub async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Option<(Remittance, Life)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT sequence, month, pay_on, state, lines, total_yen, prepared_at, prepared_by, approved_at, approved_by,
               built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id
        FROM remittances
        WHERE municipality = $1 AND remittance_id = $2
        FOR UPDATE
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let act = |at: Option<Instant>, by: Option<String>| at.zip(by).map(|(at, by)| Act { at, by });
    let digest = row.file_sha256.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let acts = (act(row.approved_at, row.approved_by), act(row.built_at, row.built_by).zip(digest), act(row.sent_at, row.sent_by).zip(row.sent_entry_id));
    let state = match (row.state.as_str(), acts) {
        ("prepared", (None, None, None)) => State::Prepared,
        ("approved", (Some(approved), None, None)) => State::Approved { approved },
        ("built", (Some(approved), Some((built, file_sha256)), None)) => State::Built { approved, built, file_sha256 },
        ("sent", (Some(approved), Some((built, file_sha256)), Some((sent, entry)))) => {
            State::Sent { approved, built, file_sha256, sent, entry: EntryId::new(entry) }
        }
        ("confirmed", (Some(_), Some((built, file_sha256)), Some(_))) => State::Confirmed { file_sha256, built },
        ("returned", (Some(_), Some((built, file_sha256)), Some(_))) => State::Returned { file_sha256, built },
        ("cancelled", (_, _, None)) => State::Cancelled,
        (name, _) => return Err(Failure::inconsistent("remittances", format!("{remittance} is {name} with other columns"))),
    };
    let shown = Remittance {
        id: remittance,
        sequence: row.sequence,
        month: month_of(row.month)?,
        pay_on: row.pay_on,
        state: state.standing(),
        lines: row.lines,
        total: Yen::new(row.total_yen),
    };
    Ok(Some((shown, Life { prepared: Act { at: row.prepared_at, by: row.prepared_by }, state })))
}

/// Writes the state that a locked remittance has come to.
pub async fn mark_state_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId, state: &State, act: &Act) -> Result<(), Failure> {
    let (digest, entry) = match state {
        State::Built { file_sha256, .. } => (Some(file_sha256.to_vec()), None),
        State::Sent { file_sha256, entry, .. } => (Some(file_sha256.to_vec()), Some(entry.uuid())),
        State::Prepared | State::Approved { .. } | State::Confirmed { .. } | State::Returned { .. } | State::Cancelled => (None, None),
    };
    let marked = sqlx::query!(
        r#"
        UPDATE remittances
        SET state = $3,
            approved_at = CASE WHEN $3 = 'approved' THEN $4 ELSE approved_at END, approved_by = CASE WHEN $3 = 'approved' THEN $5 ELSE approved_by END,
            built_at = CASE WHEN $3 = 'built' THEN $4 ELSE built_at END, built_by = CASE WHEN $3 = 'built' THEN $5 ELSE built_by END,
            file_sha256 = coalesce($6, file_sha256),
            sent_at = CASE WHEN $3 = 'sent' THEN $4 ELSE sent_at END, sent_by = CASE WHEN $3 = 'sent' THEN $5 ELSE sent_by END,
            sent_entry_id = coalesce($7, sent_entry_id),
            ended_at = CASE WHEN $3 IN ('confirmed', 'returned', 'cancelled') THEN $4 END,
            ended_by = CASE WHEN $3 IN ('confirmed', 'returned', 'cancelled') THEN $5 END
        WHERE municipality = $1 AND remittance_id = $2
        "#,
        municipality.code(),
        remittance.uuid(),
        state.standing().as_str(),
        act.at,
        act.by,
        digest,
        entry
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("remittances", format!("{remittance} did not change"))) }
}

/// Marks parts and statements as no longer paid: of one line that came back, or of all lines of a cancelled remittance.
pub async fn mark_not_live_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId, number: Option<i32>) -> Result<(), Failure> {
    sqlx::query!(
        "UPDATE remittance_parts SET live = false WHERE municipality = $1 AND remittance_id = $2 AND ($3::integer IS NULL OR number = $3)",
        municipality.code(),
        remittance.uuid(),
        number
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE remittance_statements SET live = false WHERE municipality = $1 AND remittance_id = $2 AND ($3::integer IS NULL OR number = $3)",
        municipality.code(),
        remittance.uuid(),
        number
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The first merchant, by id, that is paid by this remittance and is suspended.
pub async fn find_suspended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Option<MerchantId>, Failure> {
    let merchant = sqlx::query_scalar!(
        r#"
        SELECT m.merchant_id
        FROM remittance_parts p
        JOIN merchants m ON m.municipality = p.municipality AND m.merchant_id = p.payee_id
        WHERE p.municipality = $1 AND p.remittance_id = $2 AND p.payee_kind = 'merchant' AND m.state <> 'approved'
        ORDER BY m.merchant_id
        LIMIT 1
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(merchant.map(MerchantId::new))
}

/// Remittances, newest first.
pub async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<Remittance>, Failure> {
    let rows = sqlx::query!(
        "SELECT remittance_id, sequence, month, pay_on, state, lines, total_yen FROM remittances WHERE municipality = $1 ORDER BY sequence DESC",
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Remittance {
                id: RemittanceId::new(row.remittance_id),
                sequence: row.sequence,
                month: month_of(row.month)?,
                pay_on: row.pay_on,
                state: Standing::parse(&row.state).ok_or_else(|| Failure::inconsistent("remittances", row.state))?,
                lines: row.lines,
                total: Yen::new(row.total_yen),
            })
        })
        .collect()
}
