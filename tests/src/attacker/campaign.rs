//! `hagukumi-torture attacker`: a rehearsed month, what the attacker makes of it, and how much the mere fact of paying by code says.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use ledger::cover::state::{Families, Rating};
use ledger::time::Month;
use rehearsal::rehearse::{Progress, Rehearsal, Setting};
use serde_json::{Value, json};

use super::observe::{Observation, families, observe};
use super::{Attack, attack, bayes, dealt_anew, planted};
use crate::support::database::TestDatabase;

/// What is rehearsed and attacked.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The training city.
    #[arg(long, default_value = "osaka")]
    city: String,
    /// How many children live in it.
    #[arg(long, default_value_t = 2_000)]
    children: u64,
    /// Children of every age, so that more families pay with their own money, and not only those about the scheme's age.
    #[arg(long)]
    every_age: bool,
    /// The statement month.
    #[arg(long, default_value = "2026-05")]
    month: Month,
    /// The seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// An advantage up to here is accepted: one payment in a hundred.
const ACCEPTED_PPM: i128 = 10_000;

/// From the first year of life, eighteen of them.
const EVERY_AGE: (i32, u64) = (1, 18);

struct Silent;

impl Progress for Silent {
    fn phase(&self, _: &'static str) {}
    fn step(&self, _: usize, _: usize) {}
}

/// A rehearsed month as merchants saw it, and all families with those that were granted something.
pub async fn rehearse(setting: &'static Setting, (children, month, seed): (u64, Month, u64)) -> (Vec<Observation>, (u64, u64)) {
    let (database, out) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let rehearsal = Rehearsal { setting, children, month, seed, out: out.path().to_owned() };
    let pool = database.database().connect(rehearsal::rehearse::CONNECTIONS).await.expect("connections");
    rehearsal.run(pool.clone(), &Silent).await.expect("a rehearsed month");
    let rehearsed = (observe(&pool).await, families(&pool).await);
    pool.close().await;
    rehearsed
}

/// Rehearses, attacks, and tells. Fails where a control does not show what it must.
pub async fn run(arguments: &Arguments) -> ExitCode {
    let Some(setting) = Setting::named(&arguments.city) else {
        let _ = writeln!(std::io::stderr(), "there is no training city {:?}", arguments.city);
        return ExitCode::from(2);
    };
    let setting = if arguments.every_age { Box::leak(Box::new(Setting { ages: EVERY_AGE, ..*setting })) } else { setting };
    let (observed, (all, granted)) = Box::pin(rehearse(setting, (arguments.children, arguments.month, arguments.seed))).await;
    let seed = arguments.seed;
    let attacks = attack(&observed, seed);
    let controls =
        [bayes("truths dealt anew", &dealt_anew(&observed, seed), seed, Clone::clone), bayes("an hour planted", &planted(&observed, seed), seed, Clone::clone)];
    let auc = |attack: &Attack| attack.auc_ppm.unwrap_or_default() - 500_000;
    let funded = observed.iter().filter(|one| one.funded).count();
    let chance = chance_ppm(funded, observed.len() - funded);
    let sound = auc(&controls[0]).abs() <= chance && auc(&controls[1]) > chance;
    let accepted = attacks.iter().all(|attack| attack.advantage_ppm <= ACCEPTED_PPM);
    let document = json!({
        "city": arguments.city, "children": arguments.children, "every_age": arguments.every_age, "month": arguments.month.to_string(), "seed": seed,
        "payments": observed.len(), "payments_funded": funded, "families": all, "families_granted": granted,
        "advantage_at_most_one_point": accepted, "controls_sound": sound, "chance_auc_ppm": i64::try_from(chance).ok(),
        "attacks": attacks.iter().map(row).collect::<Vec<_>>(), "controls": controls.iter().map(row).collect::<Vec<_>>(),
        "adoption": adoption(&observed, (all, granted)),
    });
    let mut stdout = std::io::stdout();
    let printed = if arguments.json {
        writeln!(stdout, "{document}")
    } else {
        writeln!(stdout, "{} payments, {funded} of them funded", observed.len())
            .and_then(|()| attacks.iter().chain(&controls).try_for_each(|attack| writeln!(stdout, "{}", text(attack))))
    };
    if sound && printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How far from one half an area may lie by chance, of so many payments of either kind: three standard deviations of Mann and Whitney's U.
fn chance_ppm(funded: usize, own: usize) -> i128 {
    let [n, m] = [funded, own].map(|of| i128::try_from(of).expect("a number of payments").max(1));
    i128::try_from((9_000_000_000_000 * (n + m + 1) / (12 * n * m)).unsigned_abs().isqrt()).expect("a root")
}

fn row(attack: &Attack) -> Value {
    let Attack { name, right_ppm, prior_ppm, advantage_ppm, between_ppm, auc_ppm } = attack;
    let number = |of: i128| i64::try_from(of).expect("a share");
    json!({
        "attack": name, "right_ppm": number(*right_ppm), "prior_right_ppm": number(*prior_ppm), "advantage_ppm": number(*advantage_ppm),
        "advantage_95_ppm": [number(between_ppm.0), number(between_ppm.1)], "auc_ppm": auc_ppm.map(number),
    })
}

fn text(attack: &Attack) -> String {
    let percent = |ppm: i128| format!("{}{}.{:02} %", if ppm < 0 { "-" } else { "" }, ppm.abs() / 10_000, ppm.abs() % 10_000 / 100);
    let (low, high) = attack.between_ppm;
    let auc = attack.auc_ppm.map(|auc| format!(", AUC 0.{auc:06}")).unwrap_or_default();
    format!(
        "{}: right {} (prior {}), advantage {} [{}, {}]{auc}",
        attack.name,
        percent(attack.right_ppm),
        percent(attack.prior_ppm),
        percent(attack.advantage_ppm),
        percent(low),
        percent(high)
    )
}

/// How likely it is that a scheme pays for whoever pays by code, as it was in this month, and as it would be if more of the other families did.
fn adoption(observed: &[Observation], (all, granted): (u64, u64)) -> Value {
    let mut funded_of = std::collections::BTreeMap::new();
    for one in observed {
        *funded_of.entry(one.family).or_insert(false) |= one.funded;
    }
    let number = |of: u64| u32::try_from(of).expect("a number of families");
    let paying = |funded: bool| u64::try_from(funded_of.values().filter(|of| **of == funded).count()).expect("a number of families");
    let (with, without) = (paying(true), paying(false));
    let ratio =
        |own: u64| match Rating::of(Families { funded: number(with), own: number(own) }, Families { funded: number(granted), own: number(all - granted) }) {
            Rating::Known(ratio) => json!({"likelihood_ratio_milli": ratio.thousandths(), "colour": ratio.colour().as_str()}),
            Rating::Unknown => Value::Null,
        };
    let posterior = |own: u64| (with * 1_000).checked_div(with + own);
    let curve = [20, 40, 60, 80, 100].map(|percent| {
        let own = (all - granted) * percent / 100;
        json!({"others_paying_percent": percent, "funded_of_payers_permille": posterior(own), "cover": ratio(own)})
    });
    json!({"families_paying_funded": with, "families_paying_own": without, "funded_of_payers_permille": posterior(without), "cover": ratio(without), "curve": curve})
}
