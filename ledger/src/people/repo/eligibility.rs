//! Decisions about eligibility: the highest number of a child is in force.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, Municipality};
use crate::people::eligibility::Eligible;
use crate::time::Instant;

/// The second key of the advisory lock under which decisions are numbered; 101 is the rosters'.
const LOCK: i32 = 102;

/// What is decided, when, and who asked.
pub(in crate::people) struct Stamp<'a> {
    pub(in crate::people) municipality: Municipality,
    pub(in crate::people) scheme: &'a str,
    pub(in crate::people) period_from: NaiveDate,
    pub(in crate::people) on: NaiveDate,
    pub(in crate::people) now: Instant,
    pub(in crate::people) actor: String,
}

/// A decision about one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::people) struct Decision {
    pub(in crate::people) child: ChildId,
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) since: Option<NaiveDate>,
    pub(in crate::people) reasons: Vec<String>,
    pub(in crate::people) version_from: Option<NaiveDate>,
}

/// Waits until nobody else decides for this municipality; free again when `tx` ends.
pub(in crate::people) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, $2)", municipality.code(), LOCK).fetch_one(&mut **tx).await?;
    Ok(())
}

/// The city's name in scheme files.
pub(in crate::people) async fn get_slug_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<String, Failure> {
    let slug = sqlx::query_scalar!("SELECT slug FROM municipalities WHERE municipality = $1", municipality.code()).fetch_optional(&mut **tx).await?;
    slug.ok_or_else(|| Failure::inconsistent("municipalities", format!("{municipality} is not there")))
}

/// How many children there are.
pub(in crate::people) async fn count_children_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<usize, Failure> {
    let count = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM children WHERE municipality = $1"#, municipality.code()).fetch_one(&mut **tx).await?;
    usize::try_from(count).map_err(|_| Failure::inconsistent("children", "a negative count"))
}

/// Children by id, after one of them.
pub(in crate::people) async fn list_children_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    after: Option<ChildId>,
    limit: i64,
) -> Result<Vec<ChildId>, Failure> {
    let children = sqlx::query_scalar!(
        "SELECT child_id FROM children WHERE municipality = $1 AND ($2::uuid IS NULL OR child_id > $2) ORDER BY child_id LIMIT $3",
        municipality.code(),
        after.map(ChildId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(children.into_iter().map(ChildId::new).collect())
}

/// The decisions in force about these children.
pub(in crate::people) async fn list_last_in_tx(tx: &mut Tx<'_>, stamp: &Stamp<'_>, children: &[ChildId]) -> Result<BTreeMap<ChildId, Decision>, Failure> {
    let children: Vec<Uuid> = children.iter().map(|child| child.uuid()).collect();
    let rows = sqlx::query!(
        "
        SELECT DISTINCT ON (child_id) child_id, family_id, since_on, reasons, version_from
        FROM eligibility_decisions
        WHERE municipality = $1 AND scheme_id = $2 AND period_from = $3 AND child_id = ANY($4)
        ORDER BY child_id, decision DESC
        ",
        stamp.municipality.code(),
        stamp.scheme,
        stamp.period_from,
        &children
    )
    .fetch_all(&mut **tx)
    .await?;
    let decisions = rows.into_iter().map(|row| Decision {
        child: ChildId::new(row.child_id),
        family: FamilyId::new(row.family_id),
        since: row.since_on,
        reasons: row.reasons,
        version_from: row.version_from,
    });
    Ok(decisions.map(|decision| (decision.child, decision)).collect())
}

/// Keeps decisions, each with the child's next number. The caller holds [`lock_in_tx`].
pub(in crate::people) async fn insert_in_tx(tx: &mut Tx<'_>, stamp: &Stamp<'_>, decisions: &[Decision]) -> Result<(), Failure> {
    let children: Vec<_> = decisions.iter().map(|decision| decision.child.uuid()).collect();
    let families: Vec<_> = decisions.iter().map(|decision| decision.family.uuid()).collect();
    let since: Vec<_> = decisions.iter().map(|decision| decision.since).collect();
    // An array of arrays must be square: reasons travel as one text, which no code can break.
    let reasons: Vec<_> = decisions.iter().map(|decision| decision.reasons.join(" ")).collect();
    let versions: Vec<_> = decisions.iter().map(|decision| decision.version_from).collect();
    sqlx::query!(
        "
        INSERT INTO eligibility_decisions (municipality, scheme_id, period_from, child_id, decision, family_id, eligible, since_on, reasons, version_from,
                                           decided_on, decided_at, decided_by)
        SELECT $1, $2, $3, n.child_id, coalesce(k.decision, 0) + 1, n.family_id, n.since_on IS NOT NULL, n.since_on,
               string_to_array(n.reasons, ' '), n.version_from, $4, $5, $6
        FROM unnest($7::uuid[], $8::uuid[], $9::date[], $10::text[], $11::date[]) AS n (child_id, family_id, since_on, reasons, version_from)
        LEFT JOIN LATERAL (
            SELECT max(d.decision) AS decision
            FROM eligibility_decisions d
            WHERE d.municipality = $1 AND d.scheme_id = $2 AND d.period_from = $3 AND d.child_id = n.child_id
        ) k ON true
        ",
        stamp.municipality.code(),
        stamp.scheme,
        stamp.period_from,
        stamp.on,
        stamp.now,
        stamp.actor,
        &children,
        &families,
        &since as _,
        &reasons,
        &versions as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The children that qualify by the last decision, by id, after one of them.
pub(in crate::people) async fn list_eligible_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (scheme, period_from): (&str, NaiveDate),
    after: Option<ChildId>,
    limit: i64,
) -> Result<Vec<Eligible>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT d.child_id, d.family_id, d.since_on AS "since_on!"
        FROM (
            SELECT DISTINCT ON (child_id) child_id, family_id, since_on
            FROM eligibility_decisions
            WHERE municipality = $1 AND scheme_id = $2 AND period_from = $3 AND ($4::uuid IS NULL OR child_id > $4)
            ORDER BY child_id, decision DESC
        ) d
        WHERE d.since_on IS NOT NULL
        ORDER BY d.child_id
        LIMIT $5
        "#,
        municipality.code(),
        scheme,
        period_from,
        after.map(ChildId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| Eligible { child: ChildId::new(row.child_id), family: FamilyId::new(row.family_id), since: row.since_on }).collect())
}
