//! Signing in with a one-time code, and out.

use axum::Json;
use axum::extract::State;
use ledger::code::Code;
use ledger::error::Error;
use ledger::session::SignInRejected;
use ledger::staff::session::StaffSignIn;
use web::problem::registry;
use web::{Body, Created, Origin, Problem, RequestId, tokyo_time};

use crate::Deps;
use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::staff::{MemberBody, SessionBody};
use crate::forms::staff::SignIn;
use crate::http::{Session, failed, routes};
use crate::refused::Refused;

routes! {
    "sessions";
    /// Signs in with a one-time code. After many refusals from one place none is looked at for a while.
    open "/sessions" => sign_in;
    /// Signs out.
    delete "/sessions/current", SignOut => sign_out;
    /// Shows who one is.
    get "/me", ShowSelf => show_me;
}

async fn sign_in(
    State(deps): State<Deps>,
    origin: Origin,
    RequestId(request_id): RequestId,
    Body(form): Body<SignIn>,
) -> Result<Created<SessionBody>, Problem> {
    let SignIn { city, name, code } = form;
    let city = deps.ledger.city_by_slug(&city).await.map_err(failed)?.ok_or_else(|| Problem::new(&registry::STAFF_SIGN_IN))?;
    let attempt = StaffSignIn { name, code: Code::parse(&code).ok(), origin: origin.0, request_id: Some(request_id) };
    let signed_in = deps.ledger.sign_in_staff(city.municipality, &attempt).await.map_err(not_signed_in)?;
    Ok(Created(SessionBody { token: signed_in.token.to_string(), expires_at: tokyo_time(signed_in.expires_at), member: signed_in.member.into() }))
}

fn not_signed_in(error: Error<SignInRejected>) -> Problem {
    match error {
        Error::Rejected(SignInRejected::Refused) => Problem::new(&registry::STAFF_SIGN_IN),
        Error::Rejected(SignInRejected::TooMany { seconds }) => Problem::new(&registry::ATTEMPTS).retry_after(seconds),
        Error::Failed(failure) => failed(failure),
    }
}

async fn sign_out(State(deps): State<Deps>, Session(token): Session) -> Result<Done, Refused> {
    deps.ledger.sign_out(&token).await?;
    Ok(Done)
}

async fn show_me(by: Acting) -> Json<MemberBody> {
    Json(by.member().clone().into())
}
