//! All SQL of merchants' people.

use super::session::SignedInPerson;
use super::{Person, PersonRole};
use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality, PersonId};
use crate::time::Instant;

/// A sign-in code by its digest, and when it expires.
type IssuedCode<'a> = (&'a [u8; 32], Instant);

/// Somebody new, as stored.
pub(crate) struct NewRow<'a> {
    /// Who.
    pub(crate) person: &'a Person,
    /// Where.
    pub(crate) merchant: MerchantId,
    /// The name, sealed.
    pub(crate) name_sealed: &'a [u8],
    /// Who invited them.
    pub(crate) invited: &'a Act,
    /// The code that they may sign in with.
    pub(crate) code: IssuedCode<'a>,
}

fn role(text: &str) -> Result<PersonRole, Failure> {
    text.parse().map_err(|_| Failure::inconsistent("merchant_people", format!("role {text}")))
}

/// Inserts somebody.
pub(crate) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, row: &NewRow<'_>) -> Result<(), Failure> {
    let NewRow { person, merchant, name_sealed, invited, code: (digest, expires_at) } = row;
    sqlx::query!(
        r#"
        INSERT INTO merchant_people (municipality, person_id, merchant_id, name_sealed, role, state, invited_at, invited_by, code_digest, code_expires_at)
        VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9)
        "#,
        municipality.code(),
        person.id.uuid(),
        merchant.uuid(),
        *name_sealed,
        person.role.as_str(),
        invited.at,
        invited.by,
        &digest[..],
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The people of a merchant who are not removed, or one whether removed or not: id, sealed name, role; managers first.
pub(crate) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    one: Option<PersonId>,
) -> Result<Vec<(PersonId, Vec<u8>, PersonRole)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT person_id, name_sealed, role FROM merchant_people
        WHERE municipality = $1 AND merchant_id = $2 AND CASE WHEN $3::uuid IS NULL THEN state = 'active' ELSE person_id = $3 END
        ORDER BY role DESC, invited_at, person_id
        "#,
        municipality.code(),
        merchant.uuid(),
        one.map(PersonId::uuid)
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(|row| Ok((PersonId::new(row.person_id), row.name_sealed, role(&row.role)?))).collect()
}

/// Puts another code in force; returns whether there is such a person.
pub(crate) async fn mark_code_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (merchant, person): (MerchantId, PersonId),
    (digest, expires_at): IssuedCode<'_>,
) -> Result<bool, Failure> {
    let marked = sqlx::query!(
        "UPDATE merchant_people SET code_digest = $4, code_expires_at = $5 WHERE municipality = $1 AND merchant_id = $2 AND person_id = $3 AND state = 'active'",
        municipality.code(),
        merchant.uuid(),
        person.uuid(),
        &digest[..],
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Removes somebody; returns whether there is such a person.
pub(crate) async fn mark_removed_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (merchant, person): (MerchantId, PersonId),
    now: Instant,
) -> Result<bool, Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE merchant_people SET state = 'removed', removed_at = $4, code_digest = NULL, code_expires_at = NULL
        WHERE municipality = $1 AND merchant_id = $2 AND person_id = $3 AND state = 'active'
        "#,
        municipality.code(),
        merchant.uuid(),
        person.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Uses a code up, if it is in force and its merchant may take payments; answers whose it was.
pub(crate) async fn mark_code_used_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    digest: &[u8; 32],
    now: Instant,
) -> Result<Option<SignedInPerson>, Failure> {
    let row = sqlx::query!(
        r#"
        UPDATE merchant_people p SET code_digest = NULL, code_expires_at = NULL
        FROM merchants m
        WHERE p.municipality = $1 AND p.code_digest = $2 AND p.code_expires_at > $3
          AND m.municipality = p.municipality AND m.merchant_id = p.merchant_id AND m.state = 'approved'
        RETURNING p.person_id, p.merchant_id, p.role
        "#,
        municipality.code(),
        &digest[..],
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    let who = |person, merchant, text: &str| Ok(SignedInPerson { person: PersonId::new(person), merchant: MerchantId::new(merchant), role: role(text)? });
    row.map(|row| who(row.person_id, row.merchant_id, &row.role)).transpose()
}

/// Somebody of a merchant, while they belong to it and it takes payments.
pub(crate) async fn find_at_work_in_tx(tx: &mut Tx<'_>, municipality: Municipality, person: PersonId) -> Result<Option<SignedInPerson>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT p.merchant_id, p.role
        FROM merchant_people p
        JOIN merchants m USING (municipality, merchant_id)
        WHERE p.municipality = $1 AND p.person_id = $2 AND p.state = 'active' AND m.state = 'approved'
        "#,
        municipality.code(),
        person.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(SignedInPerson { person, merchant: MerchantId::new(row.merchant_id), role: role(&row.role)? })).transpose()
}
