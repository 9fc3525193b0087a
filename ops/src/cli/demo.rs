//! `hagukumi demo`: the training cities, served on this machine.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::output::{Exit, Output};
use process::app::App;
use process::{jobs, serve};
use rehearsal::demo;

/// Connections to the database of the demo.
const CONNECTIONS: u32 = 8;
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What `demo` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Start on a free port, ask for health, stop.
    #[arg(long)]
    check: bool,
    /// Where to listen; 127.0.0.1:8080 where nothing is said.
    #[arg(long, conflicts_with = "check")]
    listen: Option<SocketAddr>,
    /// What to log: `warn`, `info` for a line a request …
    #[arg(long, default_value = "warn")]
    log: String,
}

/// Loads the training cities, serves, and tells what to try.
pub async fn run(arguments: Arguments, output: &Output) -> anyhow::Result<Exit> {
    serve::log::begin(&arguments.log).context("--log cannot be read")?;
    let address = if arguments.check { ANY_PORT } else { arguments.listen.unwrap_or(ADDRESS) };
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}: give another with --listen"))?;
    let address = listener.local_addr()?;
    let (app, aside) = App::open_for_training(CONNECTIONS).await?;
    if let Some(aside) = aside {
        output.message(format_args!("The training data of an earlier program is kept as the database {aside} on the same server; this demo begins anew."));
    }
    let guides = demo::load(&app.ledger).await.context("loading the training cities")?;
    let routes = serve::router(&app.ledger, &serve::Reached::directly(address.to_string()));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::serve(listener, routes, async {
        let _ = stopped.await;
    }));
    let healthy = demo::health::ask(address).await;
    if healthy.is_ok() && !arguments.check {
        let cities: Vec<_> = guides.iter().map(demo::Guide::document).collect();
        output.answer(&serde_json::json!({ "address": address, "cities": cities }), welcome(&guides, address))?;
        let jobs = jobs::start(app.ledger.clone(), "demo").await?;
        serve::told_to_stop().await?;
        jobs.stop().await?;
    }
    let _ = stop.send(());
    serving.await.context("serving was cut short")??;
    app.close().await?;
    healthy.context("the service is not healthy")?;
    Ok(Exit::Done)
}

fn welcome(guides: &[demo::Guide], address: SocketAddr) -> String {
    let cities: Vec<_> = guides.iter().map(|guide| guide.text(address)).collect();
    format!(
        "Hagukumi serves training cities at http://{address} until Ctrl-C. Nobody in them exists.\n\n{}\n\
         ━━ The APIs in a viewer\n  Families    http://{address}/api/?urls.primaryName=families\n  Merchants   http://{address}/api/?urls.primaryName=merchants\n  \
         The city    http://{address}/api/?urls.primaryName=the%20city\n  Health      http://{address}/health",
        cities.join("\n")
    )
}
