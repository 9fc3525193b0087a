//! Which rules a rehearsal plays by: the city's own where they can be used in that month, otherwise a training version, of the file or made from
//! the nearest ones.

use anyhow::Context as _;
use chrono::NaiveDate;
use ledger::scheme::{Catalog, Kind, Rules, Scheme, Version};
use ledger::statement::state::days as statement_days;
use ledger::time::{FiscalYear, Month};

use super::setting::{Claimed, Setting};

/// Fewer days than this are no time for families to claim in.
const FILING_DAYS_MIN: i64 = 7;

/// The shipped schemes, with the rules by which `setting`'s scheme is rehearsed in `month`; and whether they are a training version.
pub fn catalog(setting: &Setting, month: Month) -> anyhow::Result<(Catalog, bool)> {
    let catalog = Catalog::shipped().map_err(|problems| anyhow::anyhow!("a shipped scheme is not sound: {problems:?}"))?;
    let known = catalog.get(setting.scheme).with_context(|| format!("there is no scheme {}", setting.scheme))?;
    let playable = |rules: Rules| known.rules_on(month.first_day(), rules).is_some_and(|version| is_playable(setting, version, month));
    if playable(Rules::Real) {
        // The file's training versions are for other months: without them the city's own rules play.
        let real = Scheme { training: Vec::new(), ..known.clone() };
        return Ok((catalog.with(real), false));
    }
    if playable(Rules::Rehearsal) {
        return Ok((catalog, true));
    }
    let made = training(setting, known, month)?;
    Ok((catalog.with(made), true))
}

/// It can be used as families use it there, grants to new children, and lasts through the month.
fn is_playable(setting: &Setting, version: &Version, month: Month) -> bool {
    let open = version.life.closed_to_new.is_none_or(|closed| month.last_day() <= closed);
    is_usable(setting, version) && open && version.covers(month.last_day()) && is_claimable(setting, version, month)
}

/// At desks, or by claims where nothing is granted.
fn is_usable(setting: &Setting, version: &Version) -> bool {
    if setting.claimed == Claimed::Passes { version.claim_route().is_some() } else { version.redeemable().is_ok() }
}

/// Where there is nothing but claims, the month must have days on which to file one.
fn is_claimable(setting: &Setting, version: &Version, month: Month) -> bool {
    setting.claimed != Claimed::Passes || filing_days(version, statement_days(month, setting.closing_day)).is_some()
}

/// The days between `first` and `last` on which a claim may be filed; none where there is no such route, or hardly any such day.
#[must_use]
pub fn filing_days(version: &Version, (first, last): (NaiveDate, NaiveDate)) -> Option<(NaiveDate, NaiveDate)> {
    let route = version.claim_route()?;
    let window = |year: FiscalYear| route.window.and_then(|window| window.days(year));
    // A window may lie behind the end of its year.
    let this = FiscalYear::of(first);
    let years = [this, FiscalYear::new(this.year().saturating_sub(1))];
    let within = |year| window(year).map(|(opens, shuts)| (opens.max(first), shuts.min(last))).filter(|(opens, shuts)| opens <= shuts);
    let (opens, shuts) = if route.window.is_some() { years.into_iter().find_map(within)? } else { (first, last) };
    // Receipts of a year are claimed within it.
    let shuts = if version.grant.kind == Kind::None { shuts } else { shuts.min(FiscalYear::of(opens).last_day()) };
    (shuts.signed_duration_since(opens).num_days() >= FILING_DAYS_MIN).then_some((opens, shuts))
}

/// The scheme with the nearest usable version, marked as training and made to hold in `month`'s fiscal year.
fn training(setting: &Setting, scheme: &Scheme, month: Month) -> anyhow::Result<Scheme> {
    let distance = |version: &&Version| {
        let days = |day: NaiveDate| day.signed_duration_since(month.first_day()).num_days().abs();
        days(version.from).min(days(version.to))
    };
    let nearest = scheme.versions.iter().filter(|version| is_usable(setting, version)).min_by_key(distance);
    let mut version = nearest.with_context(|| format!("no version of {} can be used as families there use it", scheme.id()))?.clone();
    // Two fiscal years on both sides: periods that begin before the month or end after it are whole.
    version.from = month.plus_months(-24).fiscal_year().first_day();
    version.to = month.plus_months(24).fiscal_year().last_day();
    version.training = true;
    version.life.closed_to_new = None;
    for route in &mut version.routes {
        route.window = None;
    }
    Ok(Scheme { training: vec![version], ..scheme.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_training(city: &str, month: &str) -> bool {
        catalog(Setting::named(city).unwrap(), month.parse().unwrap()).unwrap().1
    }

    #[test]
    fn the_citys_own_rules_play_where_they_can() {
        assert!(!is_training("osaka", "2026-05"));
        assert!(!is_training("fukuoka", "2023-06"));
        assert!(!is_training("kumamoto", "2022-06"));
        for month in ["2023-02", "2024-03", "2025-01", "2025-12", "2026-02"] {
            assert!(!is_training("kobe", month), "claims are filed in {month}");
        }
    }

    #[test]
    fn a_training_version_plays_where_the_scheme_was_not_there_or_not_blind() {
        // Before it began; and while providers bore a tenth, which would tell them who is funded.
        assert!(is_training("osaka", "2011-05"));
        assert!(is_training("osaka", "2013-05"));
        assert!(is_training("fukuoka", "2022-05"));
    }

    #[test]
    fn a_training_version_plays_where_the_scheme_is_closed_or_outside_its_window() {
        assert!(is_training("kumamoto", "2026-06"));
        for month in ["2021-02", "2023-06", "2025-11", "2026-04", "2026-07"] {
            assert!(is_training("kobe", month), "no claims are filed in {month}");
        }
    }
}
