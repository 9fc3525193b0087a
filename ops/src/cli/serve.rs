//! `hagukumi serve`: all faces in one process, or some of them, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use axum::serve::Listener as _;
use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::output::{Exit, Output};
use private_line::certificates::Certificates;
use private_line::{HttpTill, TlsListener};
use process::app::{Alone, App};
use process::jobs;
use process::serve::{self, Merchants, Reached};
use process::till::LedgerTill;

/// Connections to the database of a serving process.
const CONNECTIONS: u32 = 16;

/// Which faces a process serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Faces {
    /// Families, merchants, staff.
    All,
    /// Families and staff: the merchants' face runs in another process.
    Inner,
    /// Merchants alone, over the Till of another process.
    Merchant,
}

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
    /// Which faces this process serves.
    #[arg(long, value_enum, default_value_t = Faces::All)]
    faces: Faces,
    /// The Till of another process, `https://host:port`: this one serves merchants alone, with its own small database and no way to the books.
    #[arg(long, requires = "till_certificates", conflicts_with = "till_listen")]
    till: Option<String>,
    /// Where to serve the Till to a merchants' face in another process: an address that nobody else reaches.
    #[arg(long, requires = "till_certificates")]
    till_listen: Option<SocketAddr>,
    /// The folder with this end's certificates, made by `hagukumi till-certificates`.
    #[arg(long)]
    till_certificates: Option<PathBuf>,
    /// What to log: `info`, `warn`, `info,sqlx=debug` …
    #[arg(long, default_value = "info,sqlx=warn")]
    log: String,
}

impl Arguments {
    fn certificates(&self) -> anyhow::Result<Certificates> {
        let folder = self.till_certificates.as_deref().context("--till-certificates is missing")?;
        Ok(Certificates::read(folder)?)
    }

    fn reached(&self) -> Reached {
        Reached { behind_proxy: self.behind_proxy, ..Reached::directly(self.public_host.clone()) }
    }

    /// What does not fit together.
    fn contradiction(&self) -> Option<&'static str> {
        match (self.faces, &self.till) {
            (Faces::Merchant, None) => Some("the merchants' face alone speaks to the Till of another process: add `--till https://…`"),
            (Faces::All | Faces::Inner, Some(_)) => Some("with `--till` this process serves merchants alone: add `--faces merchant`"),
            _ => None,
        }
    }
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(arguments: Arguments, output: &Output) -> anyhow::Result<Exit> {
    if let Some(contradiction) = arguments.contradiction() {
        return output.refuse(contradiction);
    }
    serve::log::begin(&arguments.log).context("--log cannot be read")?;
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| format!("cannot listen at {}", arguments.listen))?;
    match &arguments.till {
        Some(till) => alone(till, &arguments, listener, output).await?,
        None => with_ledger(&arguments, listener, output).await?,
    }
    Ok(Exit::Done)
}

/// The ledger's process: families, staff, merchants here or behind the line, and the jobs.
async fn with_ledger(arguments: &Arguments, listener: TcpListener, output: &Output) -> anyhow::Result<()> {
    let line = match arguments.till_listen {
        Some(address) => {
            let line = TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))?;
            Some(TlsListener::new(line, &arguments.certificates()?)?)
        }
        None => None,
    };
    let app = App::open(CONNECTIONS).await?;
    let doors = Arc::new(LedgerTill::new(app.ledger.clone()));
    let porter = if arguments.faces == Faces::All { app.porter().await? } else { None };
    let merchants = (arguments.faces == Faces::All).then(|| Merchants { doors: doors.clone(), porter: porter.clone() });
    let routes = serve::router_with(&app.ledger, merchants, &arguments.reached());
    output.message(format_args!("hagukumi serves at http://{}", listener.local_addr()?));
    if let Some(line) = &line {
        output.message(format_args!("and the Till at https://{}", line.local_addr()?));
    }
    let stop = stop();
    let jobs = jobs::start(app.ledger.clone(), "serve").await?;
    let till = async {
        match line {
            Some(line) => serve::serve_till(line, doors, told(stop.clone())).await,
            None => Ok(()),
        }
    };
    tokio::try_join!(serve::serve(listener, routes, told(stop.clone())), till)?;
    jobs.stop().await?;
    if let Some(porter) = porter {
        porter.close().await;
    }
    app.close().await
}

/// The merchants' process: it has no credential to the books.
async fn alone(till: &str, arguments: &Arguments, listener: TcpListener, output: &Output) -> anyhow::Result<()> {
    let doors = Arc::new(HttpTill::new(till, &arguments.certificates()?)?);
    let Alone { porter, notebook, surroundings, database } = Alone::open(arguments.behind_proxy).await?;
    let routes = serve::merchants_alone(Merchants { doors, porter: Some(porter) }, &notebook, &arguments.reached(), surroundings);
    output.message(format_args!("hagukumi serves merchants at http://{}", listener.local_addr()?));
    serve::serve(listener, routes, told(stop())).await?;
    notebook.close().await;
    Ok(database.close().await?)
}

/// Turns true when the process is told to stop.
fn stop() -> watch::Receiver<bool> {
    let (tell, stop) = watch::channel(false);
    tokio::spawn(async move {
        if let Err(error) = serve::told_to_stop().await {
            tracing::error!(%error, "cannot wait for signals");
        }
        let _ = tell.send(true);
    });
    stop
}

async fn told(mut stop: watch::Receiver<bool>) {
    // Without whoever would tell there is nothing to wait for either.
    let _ = stop.wait_for(|stop| *stop).await;
}
