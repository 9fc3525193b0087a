//! A whole month on a private database, with a simulated clock and seeded chance: finance staff train with it, and it proves the program.
//!
//! Everything that a person does goes over HTTP, in the name of that person: families by the citizens' API, desks by the merchants', staff by the
//! city's own, each in their role. What no person does — the clock, the bank, the jobs — stays outside ([`server`], [`bank`]).
//! Same seed, same bytes, in every file but `timings.json`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant as Stopwatch;

use anyhow::Context as _;
use chrono::NaiveDate;
use ledger::scheme::Rules;
use ledger::time::{Month, next_day};
use sqlx::PgPool;

pub mod bank;
pub mod calendar;
pub mod cast;
pub mod claims;
pub mod classes;
pub mod dice;
pub mod families;
pub mod files;
pub mod finance;
pub mod found;
pub mod http;
pub mod journal;
pub mod names;
pub mod office;
mod pages;
pub mod pay;
pub mod play;
mod post;
pub mod rehearsed_city;
pub mod rules;
pub mod schedule;
pub mod server;
pub mod setting;
pub mod summary;

pub use setting::{SETTINGS, Setting};
pub use summary::Summary;

use calendar::Calendar;
use claims::review::Noted;
use rehearsed_city::{RehearsedCity, Start};
use summary::TrialBalance;

/// Requests that are on their way at once, where several happen at one instant.
const AT_ONCE: usize = 4;
/// Connections to the database: a request takes one, rarely two.
pub const CONNECTIONS: u32 = 8;

/// What is rehearsed.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The city.
    pub setting: &'static Setting,
    /// How many children live in it.
    pub children: u64,
    /// The statement month.
    pub month: Month,
    /// The seed of all chance.
    pub seed: u64,
    /// The folder for the files; it is made if it is not there.
    pub out: PathBuf,
}

/// How far a rehearsal is.
pub trait Progress: Sync {
    /// A phase begins.
    fn phase(&self, name: &'static str);
    /// `done` of `total` steps of the phase.
    fn step(&self, done: usize, total: usize);
}

/// Seconds by phase, in order.
pub type Timings = Vec<(&'static str, String)>;

/// Measures phases.
struct Phases<'a> {
    progress: &'a dyn Progress,
    running: Option<(&'static str, Stopwatch)>,
    timings: Timings,
}

impl Phases<'_> {
    fn begin(&mut self, name: &'static str) {
        self.end();
        self.progress.phase(name);
        self.running = Some((name, Stopwatch::now()));
    }

    fn end(&mut self) {
        if let Some((name, since)) = self.running.take() {
            let elapsed = since.elapsed();
            self.timings.push((name, format!("{}.{:03}", elapsed.as_secs(), elapsed.subsec_millis())));
        }
    }
}

impl Rehearsal {
    /// The days and the rules. Asked first: a month beyond the known holidays is refused before anything is done.
    fn start(&self) -> anyhow::Result<(Start, bool)> {
        calendar::pay_day(self.setting, self.month)?;
        let (schemes, training) = rules::catalog(self.setting, self.month)?;
        let version = schemes.get(self.setting.scheme).and_then(|scheme| scheme.rules_on(self.month.first_day(), Rules::Rehearsal));
        let days = Calendar::new(self.setting, self.month, version.context("no rules in this month")?)?;
        Ok((Start { setting: self.setting, month: self.month, seed: self.seed, days, schemes }, training))
    }

    /// Rehearses on the empty, migrated database behind `pool` and writes the files.
    pub async fn run(&self, pool: PgPool, progress: &dyn Progress) -> anyhow::Result<Summary> {
        // A whole city's month is too large a future to stand on a caller's stack.
        Box::pin(self.play(pool, progress)).await
    }

    async fn play(&self, pool: PgPool, progress: &dyn Progress) -> anyhow::Result<Summary> {
        let (start, training) = self.start()?;
        std::fs::create_dir_all(&self.out).with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        let mut phases = Phases { progress, running: None, timings: Vec::new() };
        let mut city = RehearsedCity::new(pool, start, found::opening(self.children)?)?;
        let begun = self.begin(&mut city, &mut phases).await?;
        phases.begin("redeem");
        finance::load_own_money(&mut city).await?;
        let noted = play::month(&city, &|done, total| progress.step(done, total)).await?;
        phases.begin("close");
        let at_close = close(&city).await?;
        phases.begin("remit");
        let paid = pay(&mut city, &noted).await?;
        phases.begin("prove");
        let summary = self.prove(&city, training, &begun, (&at_close, &paid)).await?;
        phases.end();
        files::write_timings(&self.out, &phases.timings)?;
        Ok(summary)
    }

    /// The city is founded, the roster imported, the classes taken in, the money granted, and every family signed in, on the first morning.
    async fn begin(&self, city: &mut RehearsedCity, phases: &mut Phases<'_>) -> anyhow::Result<Begun> {
        phases.begin("found");
        city.server.found(self.setting).await?;
        found::city(city, &*city.office().await?, self.children).await?;
        phases.begin("roster");
        let (rows, roster) = found::people(city, &*city.office().await?, self.children).await?;
        phases.begin("grant");
        let mut granted = None;
        let (classes_on, granted_on) = (city.days.classes_on, city.days.granted_on);
        for day in [classes_on, granted_on].into_iter().collect::<BTreeSet<_>>() {
            city.server.morning(day);
            let office = city.office().await?;
            if day == classes_on {
                found::merchants(city, &office, self.children).await?;
            }
            if day == granted_on {
                granted = Some(found::grant(city, &office).await?);
            }
        }
        phases.begin("sign-in");
        city.server.morning(city.days.first);
        families::sign_in(city, &*city.office().await?, &rows).await?;
        Ok(Begun { roster, granted: granted.context("nothing was granted")? })
    }

    /// An auditor downloads the books and what there is about the month, and everything is added up.
    async fn prove(&self, city: &RehearsedCity, training: bool, begun: &Begun, (at_close, paid): (&TrialBalance, &Paid)) -> anyhow::Result<Summary> {
        city.server.morning(next_day(city.server.today()));
        let office = city.office().await?;
        let journal = String::from_utf8(office.auditor.bytes("/exports/hledger").await?).context("the journal is no text")?;
        let Paid { sent, statement, last, report } = paid;
        let remitted = sent.as_ref().map(|(remittance, _)| remittance);
        let proved = summary::Proved { granted: &begun.granted, at_close, remitted, report, journal: &journal, training };
        let summary = summary::sum_up(self, &office, &proved).await?;
        let remitted = sent.as_ref().map(|(remittance, file)| (remittance.remittance.as_str(), file.as_slice()));
        let files = files::Files { roster: &begun.roster, remitted, statement, last: *last, journal: &journal, summary: &summary };
        files::write(&self.out, city, &office, &files).await?;
        Ok(summary)
    }
}

/// What the beginning leaves behind.
struct Begun {
    roster: Vec<u8>,
    granted: found::Granted,
}

/// The bank's part of the month.
struct Paid {
    sent: Option<(finance::Remittance, Vec<u8>)>,
    statement: Vec<u8>,
    last: NaiveDate,
    report: finance::Report,
}

/// The month is closed; what families see then is what the books hold.
async fn close(city: &RehearsedCity) -> anyhow::Result<TrialBalance> {
    city.server.morning(next_day(city.days.closing));
    let office = city.office().await?;
    finance::close(city, &office).await?;
    let at_close = TrialBalance::read(&office).await?;
    let (seen, booked) = (families::look(city).await?, at_close.seen());
    anyhow::ensure!(seen == booked, "families see {seen:?}, the books hold {booked:?}");
    Ok(at_close)
}

/// The bank file goes out, the bank pays, some comes back, some is repaid; everything is matched. Then late money lapses.
async fn pay(city: &mut RehearsedCity, noted: &[Noted]) -> anyhow::Result<Paid> {
    city.server.morning(city.days.sent_on);
    let office = city.office().await?;
    let owed = claims::repay::ask_back(&office, noted).await?;
    let sent = finance::remit(city, &office).await?;
    let last = match &sent {
        Some((remittance, _)) => finance::pay(city, &office, remittance).await?,
        None => city.days.sent_on,
    };
    claims::repay::pay_back(city, &owed, last);
    city.server.morning(next_day(last));
    let office = city.office().await?;
    let (statement, report) = finance::reconcile(city, &office, last, &owed).await?;
    finance::lapse_late(city).await?;
    Ok(Paid { sent, statement, last, report })
}
