//! Measures the ledger on a database of its own: how many, how fast, and what the server spends, with the disk waited for. Afterwards the books are
//! derived anew, for a fast wrong answer is none.

#![expect(clippy::similar_names, reason = "payer and payee are the words of the field")]

use anyhow::Context as _;
use serde::Serialize;

pub mod figures;
mod http;
mod load;
mod measured_city;
mod meter;
mod month;
mod payments;
mod posting;
mod raw;
mod repo;

pub use figures::Figures;
pub use month::Bare;
pub use raw::Gathered;

use database::embedded::{Cluster, Durability};
use database::{Database, DatabaseName};
use measured_city::MeasuredCity;
use meter::Meter;

/// Connections of the program under load: as many as when it serves.
const CONNECTIONS: u32 = 16;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// One entry with one transfer, durable and idempotent.
    Post,
    /// The same rows by the barest SQL: unbatched, gathered in the program, and those of a redemption.
    Raw,
    /// A payment set aside, and its code captured.
    Redeem,
    /// The same through both APIs, on connections of a network.
    Http,
    /// Entitlements granted.
    Grant,
    /// Redemptions of a month drawn into statements, and the month closed.
    Close,
}

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Operations.
    pub count: usize,
    /// At once.
    pub concurrency: usize,
    /// Those who pay.
    pub payers: usize,
    /// Those who are paid.
    pub payees: usize,
    /// Transfers of earlier payments that are there before.
    pub present: usize,
}

/// What came out.
#[derive(Debug, Serialize)]
pub struct Report {
    work: String,
    count: usize,
    concurrency: usize,
    payers: usize,
    payees: usize,
    present: usize,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// Raw SQL that is gathered in the program.
    #[serde(flatten)]
    pub gathered: Option<Gathered>,
    /// The same rows by bare statements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bare: Option<Bare>,
}

impl Report {
    /// Whether the books were found to be what they must be.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let gathered = self.gathered.iter().flat_map(|gathered| [&gathered.coalesced, &gathered.redemptions]);
        gathered.chain([&self.figures]).all(|figures| figures.check == "ok")
    }
}

/// Measures `work` on the server in `directory`, which is started for it.
pub async fn run(cluster: Cluster, work: Work, size: Size) -> anyhow::Result<Report> {
    let home = Database::embedded(cluster, &DatabaseName::parse("home")?).await?;
    let name = DatabaseName::parse(&format!("bench_{}_{}", std::process::id(), format!("{work:?}").to_lowercase()))?;
    home.drop_private(&name).await?;
    let private = home.create_private(&name).await?;
    let outcome = on_private_database(&private, work, size).await;
    home.drop_private(&name).await?;
    drop(private);
    home.close().await?;
    outcome
}

/// The benchmarks' server: it waits for the disk, as the city's own does.
pub fn cluster(data_directory: &std::path::Path) -> anyhow::Result<Cluster> {
    Ok(Cluster::at(data_directory.join("bench"), Durability::Durable)?)
}

async fn on_private_database(private: &Database, work: Work, size: Size) -> anyhow::Result<Report> {
    private.migrate(&ledger::MIGRATOR).await?;
    let server = private.lease().and_then(|lease| lease.cluster().process_id()).context("the benchmarks' server does not run")?;
    let owner = private.connect_as_owner(2).await?;
    let city = MeasuredCity::found(private.connect(CONNECTIONS).await?, owner.clone(), measured_city::day()).await?;
    let bench = Bench { database: private.clone(), city, meter: Meter { server }, size };
    let (figures, gathered, bare) = match work {
        Work::Post => (Box::pin(bench.post()).await?, None, None),
        Work::Raw => Box::pin(bench.raw()).await.map(|(alone, gathered)| (alone, Some(gathered), None))?,
        Work::Redeem => (Box::pin(bench.redeem()).await?, None, None),
        Work::Http => (Box::pin(bench.http()).await?, None, None),
        Work::Grant => Box::pin(bench.grant()).await.map(|(figures, bare)| (figures, None, Some(bare)))?,
        Work::Close => Box::pin(bench.close()).await.map(|(figures, bare)| (figures, None, Some(bare)))?,
    };
    bench.city.ledger.pool.close().await;
    owner.close().await;
    let Size { count, concurrency, payers, payees, present } = size;
    let work = format!("{work:?}").to_lowercase();
    Ok(Report { work, count, concurrency, payers, payees, present, figures, gathered, bare })
}

/// One run.
struct Bench {
    database: Database,
    city: MeasuredCity,
    meter: Meter,
    size: Size,
}

impl Bench {
    /// Runs `operation` as the size says; `ledger` is the one whose connections it uses.
    async fn measure<F>(&self, operation: impl Fn(usize) -> F + Clone + Send + 'static) -> anyhow::Result<Measured>
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        repo::settle(&self.city.owner).await?;
        let before = self.meter.read(&self.city.owner).await?;
        let (wall, times) = load::run(self.size.count, self.size.concurrency, operation).await?;
        Ok(Measured { wall, times, before })
    }

    /// The figures, once the connections that worked are closed, and what `check` says afterwards.
    async fn figures(&self, measured: Measured, check: impl Future<Output = anyhow::Result<String>>) -> anyhow::Result<Figures> {
        let Measured { wall, times, before } = measured;
        repo::wait_for_the_program_to_go(&self.city.owner).await?;
        let used = meter::between(before, self.meter.read(&self.city.owner).await?);
        Ok(Figures::new(wall, times, used, check.await?))
    }
}

/// A run, before the meters are read again.
struct Measured {
    wall: std::time::Duration,
    times: Vec<std::time::Duration>,
    before: figures::Used,
}
