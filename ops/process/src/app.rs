//! The composition root: from the configuration to a ledger that works.

use std::sync::Arc;

use anyhow::Context as _;
use ledger::Ledger;
use ledger::entropy::KeyedEntropy;
use ledger::scheme::Catalog;
use ledger::time::{Clock as _, SystemClock};
use ledger::vault::Vault;
use ring::hkdf;
use ring::rand::SystemRandom;
use sqlx::PgPool;

use crate::porter::Porter;
use crate::serve::ProcessSurroundings;
use database::config::Config;
use database::merchant::MerchantDatabase;
use database::{Database, DatabaseName};

/// The version of the key-encryption key; rotation comes with the second.
const KEK_VERSION: i16 = 1;
/// The porter asks its notebook about strangers only.
const PORTER_CONNECTIONS: u32 = 4;

/// The program, put together.
pub struct App {
    /// The ledger, on the machine's clock and the key file's secrets.
    pub ledger: Ledger,
    /// Its database.
    pub database: Database,
    config: Config,
    porter_key: [u8; 32],
}

/// The merchants' face alone, put together: its notebook, and nothing that leads to the books.
pub struct Alone {
    /// Who stands before the Till.
    pub porter: Porter,
    /// Connections to the notebook.
    pub notebook: PgPool,
    /// The machine's time, and names for requests.
    pub surroundings: ProcessSurroundings,
    /// The notebook's database.
    pub database: MerchantDatabase,
}

impl App {
    /// Opens the database that the environment chose, migrates it where that is ours to do, and reads the key file.
    pub async fn open(connections_max: u32) -> anyhow::Result<Self> {
        let config = Config::from_environment()?;
        let database = Database::open(&config).await?;
        database.migrate(&ledger::MIGRATOR).await?;
        Self::on(database, config, connections_max).await
    }

    /// As [`App::open`], for training data alone: a database of earlier migrations is set aside. Returns the name that it has from then on.
    pub async fn open_for_training(connections_max: u32) -> anyhow::Result<(Self, Option<DatabaseName>)> {
        let config = Config::from_environment()?;
        let database = Database::open(&config).await?;
        let aside = database.migrate_or_begin_anew(&ledger::MIGRATOR, SystemClock.now()).await?;
        Ok((Self::on(database, config, connections_max).await?, aside))
    }

    async fn on(database: Database, config: Config, connections_max: u32) -> anyhow::Result<Self> {
        let key = config.key_file.read_or_create(&SystemRandom::new())?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"hagukumi").extract(key.bytes());
        let schemes = Catalog::shipped().map_err(|problems| anyhow::anyhow!("a shipped scheme is not sound: {problems:?}"))?;
        let ledger = Ledger {
            pool: database.connect(connections_max).await?,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(KeyedEntropy::new(&subkey(&root, b"entropy")?)),
            vault: Arc::new(Vault::new(&subkey(&root, b"vault")?, KEK_VERSION)),
            schemes: Arc::new(schemes),
            together: Arc::default(),
        };
        Ok(Self { ledger, database, config, porter_key: subkey(&root, b"porter")? })
    }

    /// Who stands before the Till in this process; nobody where the merchants' face has no database.
    pub async fn porter(&self) -> anyhow::Result<Option<Porter>> {
        let Some(database) = MerchantDatabase::open_beside(&self.database, &self.config).await? else { return Ok(None) };
        let notebook = database.connect(PORTER_CONNECTIONS).await?;
        Ok(Some(Porter::new(notebook, self.ledger.clock.clone(), &self.porter_key)))
    }

    /// Closes the connections and gives the embedded server back.
    pub async fn close(self) -> anyhow::Result<()> {
        self.ledger.pool.close().await;
        self.database.close().await?;
        Ok(())
    }
}

impl Alone {
    /// Opens the database that the environment chose, which holds the notebook only, and reads the key file.
    pub async fn open(behind_proxy: bool) -> anyhow::Result<Self> {
        let config = Config::from_environment()?;
        let database = MerchantDatabase::open_alone(&config).await?;
        let key = config.key_file.read_or_create(&SystemRandom::new())?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"hagukumi").extract(key.bytes());
        let notebook = database.connect(PORTER_CONNECTIONS).await?;
        let porter = Porter::new(notebook.clone(), Arc::new(SystemClock), &subkey(&root, b"porter")?);
        let surroundings = ProcessSurroundings::new(Arc::new(SystemClock), Arc::new(KeyedEntropy::new(&subkey(&root, b"entropy")?)), behind_proxy);
        Ok(Self { porter, notebook, surroundings, database })
    }
}

/// What is drawn for one purpose tells nothing of what is drawn for another (HKDF-SHA-256, RFC 5869).
fn subkey(root: &hkdf::Prk, purpose: &[u8]) -> anyhow::Result<[u8; 32]> {
    let mut key = [0; 32];
    let filled = root.expand(&[purpose], hkdf::HKDF_SHA256).and_then(|expanded| expanded.fill(&mut key));
    filled.ok().context("a subkey cannot be derived")?;
    Ok(key)
}
