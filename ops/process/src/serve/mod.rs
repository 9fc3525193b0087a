//! The faces of a process: which routes there are, and how it listens and stops. All of them in one, or the merchants' alone in another network zone,
//! speaking to the Till over a private line.

pub mod log;
mod scan;
mod surroundings;
mod viewer;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use futures_util::future::BoxFuture;
use ledger::Ledger;
use merchant_api::doors::Doors;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use utoipa_swagger_ui::Url;

use crate::porter::Porter;
use crate::till::LedgerTill;
use private_line::TlsListener;
pub use surroundings::ProcessSurroundings;

/// How long open requests may go on after the process was told to stop. A live stream would go on for ever.
const GRACE: Duration = Duration::from_secs(10);
/// How often live streams look for a change: people barely notice half a second.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How this process is reached, and how often its live streams look for a change.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The host in the links of QR codes.
    pub host: String,
    /// Whether a proxy of ours stands in front and says where requests come from.
    pub behind_proxy: bool,
    /// How often a stream of a payment or a bill looks again.
    pub look_again: Duration,
}

impl Reached {
    /// At `host`, without a proxy in front.
    pub fn directly(host: impl Into<String>) -> Self {
        Self { host: host.into(), behind_proxy: false, look_again: LOOK_AGAIN }
    }
}

/// The merchants' face of a process: the doors that it stands at, and who stands before them.
pub struct Merchants {
    /// Here or behind a line.
    pub doors: Arc<dyn Doors>,
    /// Turns strangers away that come too often.
    pub porter: Option<Porter>,
}

impl Merchants {
    fn routes(self, reached: &Reached) -> Router {
        let routes = merchant_api::router(merchant_api::Deps { doors: self.doors, host: reached.host.as_str().into(), look_again: reached.look_again });
        match self.porter {
            Some(porter) => routes.layer(from_fn_with_state(porter, Porter::stand)),
            None => routes,
        }
    }
}

/// The routes of all faces.
pub fn router(ledger: &Ledger, reached: &Reached) -> Router {
    router_with(ledger, Some(Merchants { doors: Arc::new(LedgerTill::new(ledger.clone())), porter: None }), reached)
}

/// The routes of families and staff, and of merchants where this process serves them too.
pub fn router_with(ledger: &Ledger, merchants: Option<Merchants>, reached: &Reached) -> Router {
    let citizen = citizen_api::router(citizen_api::Deps { ledger: ledger.clone(), host: reached.host.as_str().into(), look_again: reached.look_again });
    let mut documents = vec![Url::with_primary("families", "/citizen/v1/openapi.json", true), Url::new("the city", "/ops/v1/openapi.json")];
    let mut routes =
        Router::new().nest("/citizen/v1", citizen).nest("/ops/v1", office::router(office::Deps { ledger: ledger.clone(), host: reached.host.as_str().into() }));
    if let Some(merchants) = merchants {
        documents.push(Url::new("merchants", "/merchant/v1/openapi.json"));
        routes = routes.nest("/merchant/v1", merchants.routes(reached));
    }
    let surroundings = ProcessSurroundings::new(ledger.clock.clone(), ledger.entropy.clone(), reached.behind_proxy);
    finish(routes, documents, &ledger.pool, surroundings)
}

/// The merchants' face alone: no ledger in reach. `notebook` is all that it keeps.
pub fn merchants_alone(merchants: Merchants, notebook: &PgPool, reached: &Reached, surroundings: ProcessSurroundings) -> Router {
    let documents = vec![Url::with_primary("merchants", "/merchant/v1/openapi.json", true)];
    finish(Router::new().nest("/merchant/v1", merchants.routes(reached)), documents, notebook, surroundings)
}

/// What every process carries beside its faces.
fn finish(routes: Router, documents: Vec<Url<'static>>, pool: &PgPool, surroundings: ProcessSurroundings) -> Router {
    let pool = pool.clone();
    let check: web::health::Check = Arc::new(move || {
        let pool = pool.clone();
        Box::pin(async move { pool.acquire().await.is_ok() })
    });
    let routes = routes.merge(scan::router()).merge(web::health::router(check)).merge(web::problem::pages::router()).merge(viewer::router(documents));
    web::outer::outer(routes, Arc::new(surroundings))
}

/// Answers at `listener` until `stop` is there; then lets open requests end.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    until(stop, |told| Box::pin(async move { axum::serve(listener, routes).with_graceful_shutdown(told).await })).await
}

/// Serves the doors to a merchants' face in another process, until `stop` is there.
pub async fn serve_till(listener: TlsListener, doors: Arc<dyn Doors>, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let routes = private_line::router(doors);
    until(stop, |told| Box::pin(async move { axum::serve(listener, routes).with_graceful_shutdown(told).await })).await
}

async fn until(
    stop: impl Future<Output = ()> + Send + 'static,
    serving: impl FnOnce(BoxFuture<'static, ()>) -> BoxFuture<'static, io::Result<()>> + Send,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel();
    let told = async move {
        stop.await;
        let _ = stopping.send(());
    };
    let late = async move {
        if stopped.await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serving(Box::pin(told)) => served,
        () = late => Ok(()),
    }
}

/// Waits until this process is told to stop: Ctrl-C, or SIGTERM.
pub async fn told_to_stop() -> io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}
