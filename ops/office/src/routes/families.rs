//! Families as staff see them without a reason: ids, balances, and a first character where people must be told apart.

use axum::Json;
use axum::extract::State;
use ledger::entitlement::Spendable;
use ledger::ids::{ChildId, FamilyId};
use ledger::people::{Family, FamilyChild};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, parsed, text};
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Items, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found};
use super::super::schemas::LookUpRequest;

const NUMBER_MAX: usize = 40;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/families", Action::ListFamilies, all).get("/families/{family}", Action::ShowFamily, show).post("/children/lookup", Action::FindChild, look_up)
}

pub(super) struct FamilyQuery {
    after: Option<FamilyId>,
    page: Page,
}

impl Read for FamilyQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", parsed::<FamilyId>("fam_…"));
        let mut page = Page::read_from(fields)?;
        page.after = None;
        Some(Self { after: after?, page })
    }
}

/// 宛名番号, in the body so that it stands in no log.
pub(super) struct LookUp(String);

impl Read for LookUp {
    fn read(fields: &mut Fields) -> Option<Self> {
        let digits = |given: web::fields::Given<'_>| {
            let number = text(NUMBER_MAX)(given)?;
            if number.bytes().all(|byte| byte.is_ascii_alphanumeric()) { Ok(number) } else { Err(Fault::Form("0001234567")) }
        };
        fields.required("number", digits).map(Self)
    }
}

/// A family. `protected`: 支援措置 — nothing about where it is goes to anybody but its own guardian.
#[derive(Serialize, ToSchema)]
#[schema(as = Family)]
pub(super) struct FamilyBody {
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    family: FamilyId,
    protected: bool,
}

impl From<Family> for FamilyBody {
    fn from(family: Family) -> Self {
        Self { family: family.id, protected: family.protected }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct FamilyDetail {
    #[serde(flatten)]
    family: FamilyBody,
    children: Vec<ChildBody>,
    own_money_yen: i64,
    /// What leaves to the family with the next bank file.
    to_be_paid_yen: i64,
    /// What the family must give back.
    owes_yen: i64,
}

/// A child: its name masked, what it may spend now.
#[derive(Serialize, ToSchema)]
#[schema(as = Child)]
pub(super) struct ChildBody {
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    child: ChildId,
    name_masked: String,
    entitlements: Vec<EntitlementBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Entitlement)]
pub(super) struct EntitlementBody {
    #[schema(value_type = String, pattern = "^acc_[0-9a-f]{32}$")]
    entitlement: ledger::ids::AccountId,
    scheme: String,
    balance_yen: i64,
    #[schema(value_type = String, format = Date)]
    spend_until: chrono::NaiveDate,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FoundChild)]
pub(super) struct FoundBody {
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    child: ChildId,
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    family: FamilyId,
    protected: bool,
}

/// 山田 太郎 becomes 山●●●●: as many dots for everybody, so that a length says nothing.
fn masked(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}●●●●")).unwrap_or_default()
}

/// Of a protected family not even the first character.
fn child(child: &FamilyChild, spendable: &[Spendable], protected: bool) -> ChildBody {
    let own = spendable.iter().filter(|part| part.child == child.id);
    let entitlement = |part: &Spendable| EntitlementBody {
        entitlement: part.account,
        scheme: part.scheme.clone(),
        balance_yen: part.balance.get(),
        spend_until: part.closes_on,
    };
    ChildBody { child: child.id, name_masked: masked(if protected { "●" } else { &child.person.name }), entitlements: own.map(entitlement).collect() }
}

/// Lists families, without names.
#[utoipa::path(get, path = "/families", operation_id = "list_families", tag = "families", params(("after" = Option<String>, Query, pattern = "^fam_[0-9a-f]{32}$", description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<FamilyBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(query): Params<FamilyQuery>) -> Result<Json<Items<FamilyBody>>, Problem> {
    // One more than asked for tells whether there is a next page.
    let limit = query.page.limit.saturating_add(1);
    let families = deps.ledger.list_families(acting.member.municipality, query.after, limit).await.map_err(failed)?;
    Ok(Json(page(families.into_iter().map(FamilyBody::from), &query.page, |family| family.family.to_string())))
}

/// Shows a family: its children masked, and what they may spend.
#[utoipa::path(get, path = "/families/{family}", operation_id = "show_family", tag = "families", responses((status = 200, body = FamilyDetail)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, PathId(family): PathId<FamilyId>) -> Result<Json<FamilyDetail>, Problem> {
    let (ledger, city) = (&deps.ledger, acting.member.municipality);
    let known = ledger.find_family(city, family).await.map_err(failed)?.ok_or_else(not_found)?;
    let children = ledger.children_of_family(city, family, ledger.clock.today()).await.map_err(failed)?;
    let ids: Vec<_> = children.iter().map(|child| child.id).collect();
    let spendable = ledger.spendable(city, &ids).await.map_err(failed)?;
    let standing = ledger.family_standing(city, family).await.map_err(failed)?;
    let (own_money_yen, to_be_paid_yen, owes_yen) = (standing.own_money.get(), standing.to_be_paid.get(), standing.owes.get());
    let children = children.iter().map(|of| child(of, &spendable, known.protected)).collect();
    Ok(Json(FamilyDetail { family: known.into(), children, own_money_yen, to_be_paid_yen, owes_yen }))
}

/// Finds a child by its number (宛名番号), which stands in no log.
#[utoipa::path(post, path = "/children/lookup", operation_id = "find_child", tag = "families", request_body = LookUpRequest, responses((status = 200, body = FoundBody)))]
pub(super) async fn look_up(
    State(deps): State<Deps>,
    acting: Acting,
    Body(LookUp(number)): Body<LookUp>,
) -> Result<super::super::answers::DoneTo<FoundBody>, Problem> {
    let (ledger, city) = (&deps.ledger, acting.member.municipality);
    let child = ledger.find_child_by_number(city, &number).await.map_err(failed)?.ok_or_else(not_found)?;
    let family = ledger.family_of_child(city, child, ledger.clock.today()).await.map_err(failed)?.ok_or_else(not_found)?;
    let protected = ledger.find_family(city, family).await.map_err(failed)?.is_none_or(|family| family.protected);
    Ok(super::super::answers::DoneTo(child.to_string(), FoundBody { child, family, protected }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_shows_one_character_and_no_length() {
        assert_eq!(masked("山田 太郎"), "山●●●●");
        assert_eq!(masked("林"), "林●●●●");
        assert_eq!(masked(""), "");
    }
}
