//! `hagukumi serve`: all faces in one process, until it is told to stop.

use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;

use super::output::{Exit, Output};
use crate::app::App;
use crate::{jobs, serve};

/// Connections to the database of a serving process.
const CONNECTIONS: u32 = 16;

/// What `serve` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where to listen. TLS belongs to a proxy in front.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The host in the links of QR codes, as families reach this service.
    #[arg(long, default_value = "localhost")]
    public_host: String,
    /// A proxy stands in front: the last address in X-Forwarded-For is where a request comes from. Without one anybody could write it.
    #[arg(long)]
    behind_proxy: bool,
    /// What to log: `info`, `warn`, `info,sqlx=debug` …
    #[arg(long, default_value = "info,sqlx=warn")]
    log: String,
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(arguments: Arguments, output: &Output) -> anyhow::Result<Exit> {
    serve::log::begin(&arguments.log).context("--log cannot be read")?;
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| format!("cannot listen at {}", arguments.listen))?;
    let app = App::open(CONNECTIONS).await?;
    output.message(format_args!("hagukumi serves at http://{}", listener.local_addr()?));
    let stop = async {
        if let Err(error) = serve::told_to_stop().await {
            tracing::error!(%error, "cannot wait for signals");
        }
    };
    let reached = serve::Reached { host: arguments.public_host, behind_proxy: arguments.behind_proxy };
    let jobs = jobs::start(app.ledger.clone(), "serve").await?;
    serve::serve(listener, serve::router(&app.ledger, &reached), stop).await?;
    jobs.stop().await?;
    app.close().await?;
    Ok(Exit::Done)
}
