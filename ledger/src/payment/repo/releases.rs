//! What holds are made of, and how they go back.

use std::collections::BTreeMap;

use crate::Tx;
use crate::books::Transfer;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, Municipality};
use crate::money::Yen;
use crate::payment::state::{Hold, Release};
use crate::time::{FiscalYear, Instant};

/// A transfer of a hold, and what must be known of its source to give it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payment) struct PartOfHold {
    /// Source → hold, or allowance or visits → control.
    pub(in crate::payment) transfer: Transfer,
    /// It is money; otherwise a memorandum of an allowance or a visit.
    pub(in crate::payment) is_money: bool,
    /// The account in visits of its source, where visits are counted.
    pub(in crate::payment) visits: Option<AccountId>,
    /// Whole tickets of this many yen; 1 where every yen counts.
    pub(in crate::payment) face: Yen,
    /// The budget to which it returns once it has lapsed, and the instant from which it has; none for own money.
    pub(in crate::payment) lapses: Option<(AccountId, Instant)>,
}

/// The transfers of a hold, in the order of the split.
pub(in crate::payment) async fn list_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, hold: &Hold) -> Result<Vec<PartOfHold>, Failure> {
    Ok(list_parts_of_holds_in_tx(tx, municipality, &[(hold.id, hold.entry)]).await?.remove(&hold.id).unwrap_or_default())
}

/// The transfers of holds, each with the entry that set it aside, in the order of the split.
pub(in crate::payment) async fn list_parts_of_holds_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    holds: &[(AccountId, EntryId)],
) -> Result<BTreeMap<AccountId, Vec<PartOfHold>>, Failure> {
    let (ids, entries): (Vec<_>, Vec<_>) = holds.iter().map(|(hold, entry)| (hold.uuid(), entry.uuid())).unzip();
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id AS "hold_id!", t.debit_account_id, t.credit_account_id, t.amount, e.scheme_id AS "scheme_id?", e.fiscal_year AS "fiscal_year?",
               e.face_yen AS "face_yen?", e.visits_account_id AS "visits_account_id?", g.closes_at AS "closes_at?"
        FROM unnest($2::uuid[], $3::uuid[]) AS h (hold_id, entry_id)
        JOIN transfers t ON t.municipality = $1 AND t.entry_id = h.entry_id
        LEFT JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
        LEFT JOIN guarded_balances g ON g.municipality = t.municipality AND g.account_id = e.entitlement_id
        ORDER BY h.hold_id, t.position
        "#,
        municipality.code(),
        &ids,
        &entries
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut parts: BTreeMap<AccountId, Vec<PartOfHold>> = BTreeMap::new();
    for row in rows {
        let transfer = Transfer::new(AccountId::new(row.debit_account_id), AccountId::new(row.credit_account_id), Yen::new(row.amount));
        parts.entry(AccountId::new(row.hold_id)).or_default().push(PartOfHold {
            transfer,
            is_money: row.credit_account_id == row.hold_id,
            visits: row.visits_account_id.map(AccountId::new),
            face: Yen::new(row.face_yen.unwrap_or(1)),
            lapses: match (row.scheme_id, row.fiscal_year, row.closes_at) {
                (Some(scheme), Some(year), Some(at)) => Some((crate::books::Account::budget(&scheme, FiscalYear::new(year)).id, at)),
                _ => None,
            },
        });
    }
    Ok(parts)
}

/// Holds that end at once, for the same reason.
pub(in crate::payment) struct Released {
    /// Each with the entry that gave its money back.
    pub(in crate::payment) holds: Vec<(AccountId, EntryId)>,
    pub(in crate::payment) why: Release,
    pub(in crate::payment) at: Instant,
}

/// Writes releases down.
pub(in crate::payment) async fn insert_releases_in_tx(tx: &mut Tx<'_>, municipality: Municipality, released: &Released) -> Result<(), Failure> {
    let (holds, entries): (Vec<_>, Vec<_>) = released.holds.iter().map(|(hold, entry)| (hold.uuid(), entry.uuid())).unzip();
    sqlx::query!(
        r#"
        INSERT INTO releases (municipality, hold_id, entry_id, why, released_at)
        SELECT $1, r.hold_id, r.entry_id, $4, $5 FROM unnest($2::uuid[], $3::uuid[]) AS r (hold_id, entry_id)
        "#,
        municipality.code(),
        &holds,
        &entries,
        released.why.as_str(),
        released.at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Holds that expired at or before `now` and have not ended, oldest first, at most `limit`, each with the entry that set it aside.
///
/// A hold is made before it expires: what expired before the job was last done has ended, but for database transactions that were under way then, which
/// do not live for a day. Looking through all that ever expired would take longer each month.
pub(in crate::payment) async fn list_expired_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    now: Instant,
    limit: i64,
) -> Result<Vec<(AccountId, EntryId)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id, h.entry_id
        FROM holds h
        WHERE h.municipality = $1 AND h.expires_at <= $2
          AND h.expires_at > coalesce(
              (SELECT max(j.done_through) FROM job_runs j WHERE j.municipality = $1 AND j.job = 'expire'), '-infinity'::timestamptz) - interval '1 day'
          AND NOT EXISTS (SELECT FROM captures c WHERE c.municipality = h.municipality AND c.hold_id = h.hold_id)
          AND NOT EXISTS (SELECT FROM releases r WHERE r.municipality = h.municipality AND r.hold_id = h.hold_id)
        ORDER BY h.expires_at, h.hold_id
        LIMIT $3
        "#,
        municipality.code(),
        now,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId::new(row.hold_id), EntryId::new(row.entry_id))).collect())
}
