//! All faces in one process: which routes there are, and how the process listens and stops.

pub mod log;
mod scan;
mod viewer;
mod world;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ledger::Ledger;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::console;
use crate::till::LedgerTill;
use world::LedgerWorld;

/// How long open requests may go on after the process was told to stop. A live stream would go on for ever.
const GRACE: Duration = Duration::from_secs(10);

/// How this process is reached.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The host in the links of QR codes.
    pub host: String,
    /// Whether a proxy of ours stands in front and says where requests come from.
    pub behind_proxy: bool,
}

/// The routes of all faces.
pub fn router(ledger: &Ledger, reached: &Reached) -> Router {
    let pool = ledger.pool.clone();
    let check: web::health::Check = Arc::new(move || {
        let pool = pool.clone();
        Box::pin(async move { pool.acquire().await.is_ok() })
    });
    let citizen = citizen_api::router(citizen_api::Deps { ledger: ledger.clone(), host: reached.host.as_str().into() });
    let merchant = merchant_api::router(LedgerTill::new(ledger.clone()));
    let routes = Router::new()
        .nest("/citizen/v1", citizen)
        .nest("/merchant/v1", merchant)
        .nest("/ops/v1", console::router(console::Deps { ledger: ledger.clone(), host: reached.host.as_str().into() }))
        .merge(scan::router())
        .merge(web::health::router(check))
        .merge(web::problem::pages::router());
    let routes = routes.merge(viewer::router());
    web::outer::outer(routes, Arc::new(LedgerWorld::new(ledger, reached.behind_proxy)))
}

/// Answers at `listener` until `stop` is there; then lets open requests end.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel();
    let told = async move {
        stop.await;
        let _ = stopping.send(());
    };
    let serving = axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(told);
    let late = async move {
        if stopped.await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serving => served,
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
