//! How a world's merchants are served: as in production, but for what may be planted around the Till.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use ledger::Ledger;
use merchant_api::doors::Doors;
use private_line::certificates::{self, Certificates};
use private_line::{HttpTill, TlsListener};
use process::porter::Porter;
use process::serve::{Merchants, ProcessSurroundings, Reached};
use process::till::LedgerTill;
use sqlx::PgPool;
use tokio::net::TcpListener;

use super::leaks::{Leaky, Planted};
use crate::support::city::date;
use crate::support::town::HOST;

/// How the ledger is fitted to the Till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitting {
    /// A call: all faces in one process.
    Call,
    /// A private line: the merchants' face in another zone.
    Line,
}

/// The routes of a world: the merchants', and the families'.
pub async fn routes(fitting: Fitting, ledger: &Ledger, notebook: PgPool, planted: Arc<Planted>) -> (Router, Router) {
    let reached = Reached::directly(HOST);
    let porter = Some(Porter::new(notebook.clone(), ledger.clock.clone(), b"porter"));
    let phones = process::serve::router_with(ledger, None, &reached);
    let inner = Arc::new(LedgerTill::new(ledger.clone()));
    let behind: Arc<dyn Doors> = match fitting {
        Fitting::Call => inner,
        Fitting::Line => Arc::new(line(inner).await),
    };
    let merchants = Merchants { doors: Arc::new(Leaky { behind, planted }), porter };
    let routes = match fitting {
        Fitting::Call => process::serve::router_with(ledger, Some(merchants), &reached),
        Fitting::Line => {
            let surroundings = ProcessSurroundings::new(ledger.clock.clone(), ledger.entropy.clone(), false);
            process::serve::merchants_alone(merchants, &notebook, &reached, surroundings)
        }
    };
    (routes, phones)
}

/// Doors behind a private line of this machine.
pub async fn line(inner: Arc<dyn Doors>) -> HttpTill {
    let folder = tempfile::tempdir().expect("a folder");
    certificates::make("localhost", folder.path(), date("2026-05-20")).expect("certificates");
    let ends = ["inner", "face"].map(|end| Certificates::read(&folder.path().join(end)).expect("certificates"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let listener = TlsListener::new(listener, &ends[0]).expect("a listener");
    tokio::spawn(process::serve::serve_till(listener, inner, std::future::pending()));
    HttpTill::new(&format!("https://localhost:{port}"), &ends[1]).expect("a line")
}
