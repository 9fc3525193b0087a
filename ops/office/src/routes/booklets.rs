//! Booklets of paper tickets: kinds, issue, print, reissue, taking back.

use axum::Json;
use axum::extract::State;
use ledger::ids::{BookletId, FamilyId};
use ledger::paper::{BookletKind, NewBooklet};
use web::{Body, Created, PathId};

use crate::Deps;
use crate::acting::Acting;
use crate::actions::paper as actions;
use crate::bodies::paper::{BookletBody, BookletKindBody, BookletList, KindList};
use crate::forms::Because;
use crate::forms::paper::{IssueBooklet, NewBookletKind};
use crate::http::routes;
use crate::print::Page;
use crate::refused::Refused;

routes! {
    "paper";
    /// Lists the kinds of booklets.
    get "/booklet-kinds", ListBookletKinds => list_booklet_kinds;
    /// Makes a kind of booklet: face, expense and services, the same for every family.
    post "/booklet-kinds", MakeBookletKind => make_booklet_kind;
    /// Lists a family's booklets.
    get "/families/{family}/booklets", ListBooklets => list_booklets;
    /// Issues a booklet: each ticket is set aside at once.
    post "/families/{family}/booklets", IssueBooklet => issue_booklet;
    /// Shows a booklet, without its codes.
    get "/booklets/{booklet}", ShowBooklet => show_booklet;
    /// Prints a booklet: whoever does holds money in hand.
    post "/booklets/{booklet}/print", PrintBooklet => print_booklet;
    /// Prints a lost booklet again; the old one is dead.
    post "/booklets/{booklet}/reissue", ReissueBooklet => reissue_booklet;
    /// Takes a booklet back: what is unused goes back where it came from.
    post "/booklets/{booklet}/cancel", CancelBooklet => cancel_booklet;
}

async fn list_booklet_kinds(by: Acting) -> Result<Json<KindList>, Refused> {
    let kinds = actions::list_booklet_kinds(&by).await?;
    Ok(Json(KindList { kinds }))
}

async fn make_booklet_kind(by: Acting, Body(form): Body<NewBookletKind>) -> Result<Created<BookletKindBody>, Refused> {
    let NewBookletKind { kind, face_yen: face, expense, services } = form;
    actions::make_booklet_kind(&by, BookletKind { kind, face, expense, services }).await.map(Created)
}

async fn list_booklets(by: Acting, PathId(family): PathId<FamilyId>) -> Result<Json<BookletList>, Refused> {
    let booklets = actions::list_booklets(&by, family).await?;
    Ok(Json(BookletList { booklets }))
}

async fn issue_booklet(by: Acting, PathId(family): PathId<FamilyId>, Body(form): Body<IssueBooklet>) -> Result<Created<BookletBody>, Refused> {
    let IssueBooklet { kind, tickets, children, own_money, valid_through } = form;
    actions::issue_booklet(&by, &NewBooklet { family, children, own_money, kind, tickets, valid_through }).await.map(Created)
}

async fn show_booklet(by: Acting, PathId(booklet): PathId<BookletId>) -> Result<Json<BookletBody>, Refused> {
    actions::show_booklet(&by, booklet).await.map(Json)
}

async fn print_booklet(State(deps): State<Deps>, by: Acting, PathId(booklet): PathId<BookletId>, _: Body<Because>) -> Result<Page, Refused> {
    actions::print_booklet(&by, booklet, &deps.host).await
}

async fn reissue_booklet(by: Acting, PathId(booklet): PathId<BookletId>, _: Body<Because>) -> Result<Json<BookletBody>, Refused> {
    actions::reissue_booklet(&by, booklet).await.map(Json)
}

async fn cancel_booklet(by: Acting, PathId(booklet): PathId<BookletId>, _: Body<Because>) -> Result<Json<BookletBody>, Refused> {
    actions::cancel_booklet(&by, booklet).await.map(Json)
}
