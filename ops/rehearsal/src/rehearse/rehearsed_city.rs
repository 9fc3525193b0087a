//! The city in rehearsal: its service, its staff, its classes, its families, its bank, and the days of the month.

use std::sync::Arc;

use chrono::NaiveDate;
use ledger::city::RemitterAccount;
use ledger::money::Yen;
use ledger::scheme::Catalog;
use ledger::time::Month;
use sqlx::PgPool;
use tokio::sync::Mutex;

use super::bank::Bank;
use super::calendar::Calendar;
use super::classes::Class;
use super::dice::Dice;
use super::families::Household;
use super::http::Client;
use super::office::Office;
use super::server::Server;
use super::setting::Setting;

/// A class that has been approved, and who works there.
pub struct OpenClass {
    /// The merchant's id.
    pub merchant: String,
    /// Its manager.
    pub manager: Client,
    /// Whoever stands at its desk.
    pub desk: Client,
    /// What is known of it.
    pub class: Class,
}

/// The city in rehearsal.
pub struct RehearsedCity {
    /// The service.
    pub server: Server,
    /// What the city is like.
    pub setting: &'static Setting,
    /// Chance.
    pub dice: Dice,
    /// The month.
    pub month: Month,
    /// Its days.
    pub days: Calendar,
    /// Its classes, in order.
    pub classes: Vec<OpenClass>,
    /// Its households, in the order of the roster.
    pub households: Vec<Household>,
    /// The bank.
    pub bank: Bank,
    /// The office, on the last day on which somebody worked there.
    open: Mutex<Option<(NaiveDate, Arc<Office>)>>,
}

/// What the city is rehearsed with.
pub struct Start {
    /// The city.
    pub setting: &'static Setting,
    /// The statement month.
    pub month: Month,
    /// The seed of all chance.
    pub seed: u64,
    /// Its days.
    pub days: Calendar,
    /// The rules.
    pub schemes: Catalog,
}

impl RehearsedCity {
    /// The city on the day on which it is founded, over `pool`. Its account at the bank holds `opening`.
    pub fn new(pool: PgPool, start: Start, opening: Yen) -> anyhow::Result<Self> {
        let Start { setting, month, seed, days, schemes } = start;
        let city = setting.city();
        let account: RemitterAccount = city.remitter.account(city.scope())?;
        Ok(Self {
            server: Server::start(pool, setting, seed, schemes, days.founded_on),
            setting,
            dice: Dice::new(seed),
            month,
            days,
            classes: Vec::new(),
            households: Vec::new(),
            bank: Bank::new(&account, &city.remitter.name_kana, opening),
            open: Mutex::new(None),
        })
    }

    /// The office on the present day, everybody signed in.
    pub async fn office(&self) -> anyhow::Result<Arc<Office>> {
        let (today, mut open) = (self.server.today(), self.open.lock().await);
        match &*open {
            Some((day, office)) if *day == today => Ok(office.clone()),
            _ => {
                let office = Arc::new(Office::open(&self.server, self.setting).await?);
                *open = Some((today, office.clone()));
                Ok(office)
            }
        }
    }
}
