//! The machine room: what no client does over HTTP. The clock, founding the city and letting its first administrator in (both only on the server),
//! and the jobs that wake by themselves.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use chrono::{NaiveDate, NaiveTime};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::entropy::KeyedEntropy;
use ledger::ids::Municipality;
use ledger::job::Ended;
use ledger::scheme::Catalog;
use ledger::staff::{self, Action, Asked, Door, Invitation, Role};
use ledger::time::{Instant, SetClock, tokyo_instant};
use ledger::vault::Vault;
use sqlx::PgPool;

use super::http::Client;
use super::setting::Setting;
use process::serve::{self, Reached};

/// The host in links. Nobody follows them.
const HOST: &str = "localhost";

/// A service of its own on a private database, with a clock that is set and secrets from the seed.
pub struct Server {
    ledger: Ledger,
    clock: Arc<SetClock>,
    routes: Router,
    municipality: Municipality,
}

impl Server {
    /// A service for `setting`'s city, at nine in the morning of `day`.
    #[must_use]
    pub fn start(pool: PgPool, setting: &Setting, seed: u64, schemes: Catalog, day: NaiveDate) -> Self {
        let clock = Arc::new(SetClock::at(tokyo_instant(day, time(9, 0))));
        let kek: [u8; 32] = std::array::from_fn(|at| seed.to_be_bytes().get(at).copied().unwrap_or(0));
        let ledger = Ledger {
            pool,
            clock: clock.clone(),
            entropy: Arc::new(KeyedEntropy::new(&kek)),
            vault: Arc::new(Vault::new(&kek, 1)),
            schemes: Arc::new(schemes),
            together: Arc::default(),
        };
        let routes = serve::router(&ledger, &Reached::directly(HOST));
        Self { ledger, clock, routes, municipality: setting.municipality() }
    }

    /// The phone of the family with this number, at the families' face.
    #[must_use]
    pub fn phone(&self, number: u64) -> Client {
        Client::stranger(self.routes.clone(), "/citizen/v1", address(19, number))
    }

    /// Whoever is at the class with this number, at the merchants' face.
    #[must_use]
    pub fn class(&self, number: u64) -> Client {
        Client::stranger(self.routes.clone(), "/merchant/v1", address(18, number))
    }

    /// Whoever sits in the city's office, at its own face.
    #[must_use]
    pub fn office(&self) -> Client {
        Client::stranger(self.routes.clone(), "/ops/v1", address(18, 0))
    }

    /// Sets the clock.
    pub fn set(&self, now: Instant) {
        self.clock.set(now);
    }

    /// Sets the clock to nine in the morning of `day`.
    pub fn morning(&self, day: NaiveDate) {
        self.clock.set(tokyo_instant(day, time(9, 0)));
    }

    /// Sets the clock to half past seven in the morning of `day`, before anybody is at a desk, unless that has passed.
    pub fn early(&self, day: NaiveDate) {
        self.clock.set(tokyo_instant(day, time(7, 30)).max(self.ledger.clock.now()));
    }

    /// The present day.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.ledger.clock.today()
    }

    /// Founds the city.
    pub async fn found(&self, setting: &Setting) -> anyhow::Result<()> {
        Ok(self.ledger.found_city(&setting.city()).await?)
    }

    /// A sign-in code for the administrator `name`, from the command line on the server. The first time they are invited.
    pub async fn code_of_administrator(&self, name: &str, display_name: &str) -> anyhow::Result<String> {
        let (ledger, key) = (&self.ledger, format!("{name}/{}", self.today()));
        if let Some(member) = ledger.find_staff(self.municipality, name).await? {
            let command = Command::new(member.actor(), key.clone(), &name);
            let asked = Asked { subject: Some(name.to_owned()), key: Some(key), ..Asked::new(Action::IssueCode, Door::CommandLine) };
            let issuing = async {
                let issued = ledger.issue_staff_code(self.municipality, &command, name).await;
                let ended = staff::Ended::of(&issued);
                (issued, ended)
            };
            return Ok(ledger.act_as(&member, asked, issuing).await???.code.grouped());
        }
        let invitation = Invitation { name: name.to_owned(), display_name: display_name.to_owned(), roles: [Role::Administrator].into() };
        let command = Command::new(Actor::Job("command line"), key, &invitation);
        Ok(ledger.invite_staff(self.municipality, &command, &invitation).await?.code.grouped())
    }

    /// The night before `day`: a quarter of an hour after midnight every job that is due runs.
    pub async fn night(&self, day: NaiveDate) -> anyhow::Result<()> {
        self.clock.set(tokyo_instant(day, time(0, 15)));
        for Ended { job, slot, failed_because, .. } in self.ledger.run_due_jobs(self.municipality, "rehearsal").await? {
            if let Some(because) = failed_because {
                anyhow::bail!("the job {} of {slot} failed: {because}", job.as_str());
            }
        }
        Ok(())
    }
}

/// Addresses that nobody has, each for one in 65,536 (198.18.0.0/15, RFC 2544).
fn address(net: u8, number: u64) -> IpAddr {
    let [.., high, low] = number.to_be_bytes();
    IpAddr::from([198, net, high, low])
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}
