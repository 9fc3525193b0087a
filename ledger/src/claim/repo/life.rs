//! Claims and where they stand.

use chrono::NaiveDate;

use crate::Tx;
use crate::actor::Act;
use crate::claim::state::{Life, Standing, State};
use crate::claim::{Claim, OfFamily};
use crate::error::Failure;
use crate::ids::{ChildId, ClaimId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::{FiscalYear, Instant};

/// A claim as it is stored.
pub(in crate::claim) struct Stored {
    pub(in crate::claim) claim: Claim,
    pub(in crate::claim) life: Life,
}

/// A claim that is filed for the first time.
pub(in crate::claim) struct NewClaim<'a> {
    pub(in crate::claim) id: ClaimId,
    pub(in crate::claim) family: FamilyId,
    pub(in crate::claim) child: ChildId,
    pub(in crate::claim) scheme: &'a str,
    pub(in crate::claim) year: FiscalYear,
    pub(in crate::claim) once: Option<&'a str>,
    pub(in crate::claim) requested: Yen,
    pub(in crate::claim) reserved: Yen,
    pub(in crate::claim) filed: &'a Act,
}

/// A cost as it is stored.
pub(in crate::claim) struct CostRow {
    pub(in crate::claim) number: i16,
    pub(in crate::claim) expense: String,
    pub(in crate::claim) service: Option<String>,
    pub(in crate::claim) amount: Yen,
    pub(in crate::claim) days: (NaiveDate, NaiveDate),
    pub(in crate::claim) merchant: Option<MerchantId>,
    pub(in crate::claim) paid_to: Option<Vec<u8>>,
}

struct Row {
    claim_id: uuid::Uuid,
    family_id: uuid::Uuid,
    child_id: uuid::Uuid,
    scheme_id: String,
    fiscal_year: i16,
    filing: i16,
    requested_yen: i64,
    reserved_yen: i64,
    state: String,
    filed_at: Instant,
    filed_by: String,
    returned_at: Option<Instant>,
    returned_by: Option<String>,
    examined_at: Option<Instant>,
    examined_by: Option<String>,
    proposed_yen: Option<i64>,
    decided_at: Option<Instant>,
    decided_by: Option<String>,
    granted_yen: Option<i64>,
    clawed_back_yen: i64,
    withdrawn_at: Option<Instant>,
    withdrawn_by: Option<String>,
}

impl TryFrom<Row> for Stored {
    type Error = Failure;

    fn try_from(row: Row) -> Result<Self, Failure> {
        let Row {
            claim_id,
            family_id,
            child_id,
            scheme_id,
            fiscal_year,
            filing,
            requested_yen,
            reserved_yen,
            state,
            filed_at,
            filed_by,
            returned_at,
            returned_by,
            examined_at,
            examined_by,
            proposed_yen,
            decided_at,
            decided_by,
            granted_yen,
            clawed_back_yen,
            withdrawn_at,
            withdrawn_by,
        } = row;
        let id = ClaimId::new(claim_id);
        let act = |at: Option<Instant>, by: Option<String>| at.zip(by).map(|(at, by)| Act { at, by });
        let [returned, examined] = [act(returned_at, returned_by), act(examined_at, examined_by)];
        let [decided, withdrawn] = [act(decided_at, decided_by), act(withdrawn_at, withdrawn_by)];
        let (proposed, granted) = (proposed_yen.map(Yen::new), granted_yen.map(Yen::new));
        let state = match (state.as_str(), returned, examined, proposed, decided, granted, withdrawn) {
            ("filed", None, None, None, None, None, None) => State::Filed,
            ("returned", Some(returned), None, None, None, None, None) => State::Returned { returned },
            ("examined", None, Some(examined), Some(proposed), None, None, None) => State::Examined { examined, proposed },
            ("decided", None, Some(examined), Some(_), Some(decided), Some(granted), None) => State::Decided { examined, decided, granted },
            ("withdrawn", None, None, None, None, None, Some(withdrawn)) => State::Withdrawn { withdrawn },
            (state, ..) => return Err(Failure::inconsistent("claims", format!("{id} is {state} with other columns"))),
        };
        let claim = Claim {
            id,
            family: FamilyId::new(family_id),
            child: ChildId::new(child_id),
            scheme: scheme_id,
            year: FiscalYear::new(fiscal_year),
            filing,
            filed_at,
            state: state.standing(),
            requested: Yen::new(requested_yen),
            reserved: Yen::new(reserved_yen),
            proposed,
            granted,
            clawed_back: Yen::new(clawed_back_yen),
        };
        Ok(Self { claim, life: Life { filed: Act { at: filed_at, by: filed_by }, filing, reserved: Yen::new(reserved_yen), state } })
    }
}

/// Locks a claim and reads it, if there is one.
pub(in crate::claim) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<Option<Stored>, Failure> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT claim_id, family_id, child_id, scheme_id, fiscal_year, filing, requested_yen, reserved_yen, state, filed_at, filed_by, returned_at,
               returned_by, examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen, clawed_back_yen, withdrawn_at, withdrawn_by
        FROM claims
        WHERE municipality = $1 AND claim_id = $2
        ORDER BY claim_id
        FOR UPDATE
        "#,
        municipality.code(),
        claim.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Stored::try_from).transpose()
}

/// Claims in the order of their filing: in one state or any, one or many, from the one after `after`.
pub(in crate::claim) struct Filter {
    pub(in crate::claim) id: Option<ClaimId>,
    pub(in crate::claim) state: Option<Standing>,
    pub(in crate::claim) after: Option<(Instant, ClaimId)>,
    pub(in crate::claim) limit: i64,
}

/// Claims that pass a filter.
pub(in crate::claim) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, filter: &Filter) -> Result<Vec<Stored>, Failure> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT claim_id, family_id, child_id, scheme_id, fiscal_year, filing, requested_yen, reserved_yen, state, filed_at, filed_by, returned_at,
               returned_by, examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen, clawed_back_yen, withdrawn_at, withdrawn_by
        FROM claims
        WHERE municipality = $1 AND ($2::uuid IS NULL OR claim_id = $2) AND ($3::text IS NULL OR state = $3)
          AND ($4::timestamptz IS NULL OR (filed_at, claim_id) > ($4, $5))
        ORDER BY filed_at, claim_id
        LIMIT $6
        "#,
        municipality.code(),
        filter.id.map(ClaimId::uuid),
        filter.state.map(Standing::as_str),
        filter.after.map(|(at, _)| at),
        filter.after.map(|(_, id)| id.uuid()),
        filter.limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Claims of a family, newest first: an id begins with the time of its first filing.
pub(in crate::claim) async fn list_of_family_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    which: &OfFamily<'_>,
) -> Result<Vec<Stored>, Failure> {
    let states: Vec<_> = which.states.iter().map(|state| state.as_str().to_owned()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT claim_id, family_id, child_id, scheme_id, fiscal_year, filing, requested_yen, reserved_yen, state, filed_at, filed_by, returned_at,
               returned_by, examined_at, examined_by, proposed_yen, decided_at, decided_by, granted_yen, clawed_back_yen, withdrawn_at, withdrawn_by
        FROM claims
        WHERE municipality = $1 AND family_id = $2 AND ($3::uuid IS NULL OR child_id = $3) AND (cardinality($4::text[]) = 0 OR state = ANY ($4))
          AND ($5::uuid IS NULL OR claim_id < $5)
        ORDER BY claim_id DESC
        LIMIT $6
        "#,
        municipality.code(),
        family.uuid(),
        which.child.map(ChildId::uuid),
        &states,
        which.after.map(ClaimId::uuid),
        which.limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The claim of a child that takes the one place that `once` names, if there is one.
pub(in crate::claim) async fn find_once_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (scheme, child): (&str, ChildId),
    once: &str,
) -> Result<Option<ClaimId>, Failure> {
    let claim = sqlx::query_scalar!(
        "SELECT claim_id FROM claims WHERE municipality = $1 AND scheme_id = $2 AND child_id = $3 AND once_key = $4 AND state <> 'withdrawn'",
        municipality.code(),
        scheme,
        child.uuid(),
        once
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(claim.map(ClaimId::new))
}

/// Inserts a claim.
pub(in crate::claim) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewClaim<'_>) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO claims (municipality, claim_id, family_id, child_id, scheme_id, fiscal_year, once_key, filing, requested_yen, reserved_yen, state,
                            filed_at, filed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, 'filed', $10, $11)
        "#,
        municipality.code(),
        new.id.uuid(),
        new.family.uuid(),
        new.child.uuid(),
        new.scheme,
        new.year.year(),
        new.once,
        new.requested.get(),
        new.reserved.get(),
        new.filed.at,
        new.filed.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down where a claim stands now. `requested` is the sum of the costs of its latest filing.
pub(in crate::claim) async fn mark_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId, life: &Life, requested: Yen) -> Result<(), Failure> {
    let Life { filed, filing, reserved, state } = life;
    let (returned, examined, decided, withdrawn) = match state {
        State::Filed => (None, None, None, None),
        State::Returned { returned } => (Some(returned), None, None, None),
        State::Examined { examined, proposed } => (None, Some((examined, proposed)), None, None),
        State::Decided { examined, decided, granted } => (None, Some((examined, granted)), Some((decided, granted)), None),
        State::Withdrawn { withdrawn } => (None, None, None, Some(withdrawn)),
    };
    let marked = sqlx::query!(
        r#"
        UPDATE claims
        SET filing = $3, requested_yen = $4, reserved_yen = $5, state = $6, filed_at = $7, filed_by = $8, returned_at = $9, returned_by = $10,
            examined_at = $11, examined_by = $12, proposed_yen = $13, decided_at = $14, decided_by = $15, granted_yen = $16, withdrawn_at = $17,
            withdrawn_by = $18
        WHERE municipality = $1 AND claim_id = $2 AND state NOT IN ('decided', 'withdrawn')
        "#,
        municipality.code(),
        claim.uuid(),
        filing,
        requested.get(),
        reserved.get(),
        state.standing().as_str(),
        filed.at,
        filed.by,
        returned.map(|act| act.at),
        returned.map(|act| act.by.as_str()),
        examined.map(|(act, _)| act.at),
        examined.map(|(act, _)| act.by.as_str()),
        examined.map(|(_, yen)| yen.get()),
        decided.map(|(act, _)| act.at),
        decided.map(|(act, _)| act.by.as_str()),
        decided.map(|(_, yen)| yen.get()),
        withdrawn.map(|act| act.at),
        withdrawn.map(|act| act.by.as_str())
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("claims", format!("{claim} has ended before"))) }
}

/// Inserts the costs of one filing.
pub(in crate::claim) async fn insert_costs_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (claim, filing): (ClaimId, i16),
    costs: &[CostRow],
) -> Result<(), Failure> {
    let numbers: Vec<_> = costs.iter().map(|cost| cost.number).collect();
    let expenses: Vec<_> = costs.iter().map(|cost| cost.expense.clone()).collect();
    let services: Vec<_> = costs.iter().map(|cost| cost.service.clone()).collect();
    let amounts: Vec<_> = costs.iter().map(|cost| cost.amount.get()).collect();
    let from: Vec<_> = costs.iter().map(|cost| cost.days.0).collect();
    let to: Vec<_> = costs.iter().map(|cost| cost.days.1).collect();
    let merchants: Vec<_> = costs.iter().map(|cost| cost.merchant.map(MerchantId::uuid)).collect();
    let paid_to: Vec<_> = costs.iter().map(|cost| cost.paid_to.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO claim_costs (municipality, claim_id, filing, number, expense, service, amount_yen, from_on, to_on, merchant_id, paid_to)
        SELECT $1, $2, $3, c.*
        FROM unnest($4::smallint[], $5::text[], $6::text[], $7::bigint[], $8::date[], $9::date[], $10::uuid[], $11::bytea[]) AS c
        "#,
        municipality.code(),
        claim.uuid(),
        filing,
        &numbers,
        &expenses,
        &services as _,
        &amounts,
        &from,
        &to,
        &merchants as _,
        &paid_to as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The costs of one filing, in the order of the form.
pub(in crate::claim) async fn list_costs_in_tx(tx: &mut Tx<'_>, municipality: Municipality, (claim, filing): (ClaimId, i16)) -> Result<Vec<CostRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT number, expense, service, amount_yen, from_on, to_on, merchant_id, paid_to
        FROM claim_costs
        WHERE municipality = $1 AND claim_id = $2 AND filing = $3
        ORDER BY number
        "#,
        municipality.code(),
        claim.uuid(),
        filing
    )
    .fetch_all(&mut **tx)
    .await?;
    let cost = rows.into_iter().map(|row| CostRow {
        number: row.number,
        expense: row.expense,
        service: row.service,
        amount: Yen::new(row.amount_yen),
        days: (row.from_on, row.to_on),
        merchant: row.merchant_id.map(MerchantId::new),
        paid_to: row.paid_to,
    });
    Ok(cost.collect())
}
