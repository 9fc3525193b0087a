//! Signing in with a one-time code, and out.

use axum::Json;
use axum::extract::State;
use ledger::code::Code;
use ledger::error::Error;
use ledger::session::SignInRejected;
use ledger::staff::session::StaffSignIn;
use ledger::staff::{Action, Member, Role};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{raw, text};
use web::problem::registry;
use web::{Body, Created, Fields, Origin, Problem, Read, RequestId, tokyo_time};

use super::super::Deps;
use super::super::answers::Done;
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::failed;
use super::super::schemas::SignInRequest;

const CITY_MAX: usize = 40;
const NAME_MAX: usize = 40;
/// Longer than any code with its hyphens.
const CODE_MAX: usize = 100;

pub(super) fn add(desk: Desk) -> Desk {
    desk.open("/sessions", create).delete("/sessions/current", Action::SignOut, end).get("/me", Action::ShowSelf, me)
}

/// What somebody types.
pub(super) struct SignInBody {
    city: String,
    name: String,
    code: String,
}

impl Read for SignInBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let city = fields.required("city", text(CITY_MAX));
        let name = fields.required("name", text(NAME_MAX));
        let code = fields.required("code", raw(CODE_MAX));
        Some(Self { city: city?, name: name?, code: code? })
    }
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionBody {
    token: String,
    expires_at: String,
    member: MemberBody,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberBody {
    name: String,
    display_name: String,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    #[schema(value_type = String)]
    state: &'static str,
}

impl From<Member> for MemberBody {
    fn from(member: Member) -> Self {
        let Member { name, display_name, roles, active, .. } = member;
        Self { name, display_name, roles: roles.into_iter().collect(), state: if active { "active" } else { "suspended" } }
    }
}

fn sign_in(error: Error<SignInRejected>) -> Problem {
    match error {
        Error::Rejected(SignInRejected::Refused) => Problem::new(&registry::STAFF_SIGN_IN),
        Error::Rejected(SignInRejected::TooMany { seconds }) => Problem::new(&registry::ATTEMPTS).retry_after(seconds),
        Error::Failed(failure) => failed(failure),
    }
}

/// Signs in with a one-time code. After many refusals from one place none is looked at for a while.
#[utoipa::path(post, path = "/sessions", operation_id = "sign_in", tag = "sessions", request_body = SignInRequest, responses((status = 201, body = SessionBody)))]
pub(super) async fn create(
    State(deps): State<Deps>,
    origin: Origin,
    RequestId(request_id): RequestId,
    Body(body): Body<SignInBody>,
) -> Result<Created<SessionBody>, Problem> {
    let refused = || Problem::new(&registry::STAFF_SIGN_IN);
    let city = deps.ledger.city_by_slug(&body.city).await.map_err(failed)?.ok_or_else(refused)?;
    let attempt = StaffSignIn { name: body.name, code: Code::parse(&body.code).ok(), origin: origin.0, request_id: Some(request_id) };
    let signed_in = deps.ledger.sign_in_staff(city.municipality, &attempt).await.map_err(sign_in)?;
    Ok(Created(SessionBody { token: signed_in.token.to_string(), expires_at: tokyo_time(signed_in.expires_at), member: signed_in.member.into() }))
}

/// Signs out.
#[utoipa::path(delete, path = "/sessions/current", operation_id = "sign_out", tag = "sessions", responses((status = 204)))]
pub(super) async fn end(State(deps): State<Deps>, acting: Acting) -> Result<Done, Problem> {
    deps.ledger.sign_out(&acting.token).await.map_err(failed)?;
    Ok(Done)
}

/// Shows who one is.
#[utoipa::path(get, path = "/me", operation_id = "show_me", tag = "sessions", responses((status = 200, body = MemberBody)))]
pub(super) async fn me(acting: Acting) -> Json<MemberBody> {
    Json(acting.member.into())
}
