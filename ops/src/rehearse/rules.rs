//! Which rules a rehearsal plays by: the city's own where they can be redeemed in that month, otherwise a training version made from the nearest ones.

use anyhow::Context as _;
use chrono::NaiveDate;
use ledger::scheme::{Catalog, Rules, Scheme, Version};
use ledger::time::Month;

/// The shipped schemes, with a training version of `scheme` where it cannot be redeemed in `month`; and whether it is a training version that plays.
pub fn catalog(scheme: &str, month: Month) -> anyhow::Result<(Catalog, bool)> {
    let catalog = Catalog::shipped().map_err(|problems| anyhow::anyhow!("a shipped scheme is not sound: {problems:?}"))?;
    let known = catalog.get(scheme).with_context(|| format!("there is no scheme {scheme}"))?;
    if let Some(version) = known.rules_on(month.first_day(), Rules::Rehearsal).filter(|version| is_playable(version, month)) {
        let training = version.training;
        return Ok((catalog, training));
    }
    let made = training(known, month)?;
    Ok((catalog.with(made), true))
}

/// It can be redeemed, grants to new children, and lasts through the month.
fn is_playable(version: &Version, month: Month) -> bool {
    let open = version.life.closed_to_new.is_none_or(|closed| month.last_day() <= closed);
    version.redeemable().is_ok() && open && version.covers(month.last_day())
}

/// The scheme with the nearest playable version, marked as training and made to hold in `month`'s fiscal year.
fn training(scheme: &Scheme, month: Month) -> anyhow::Result<Scheme> {
    let distance = |version: &&Version| {
        let days = |day: NaiveDate| day.signed_duration_since(month.first_day()).num_days().abs();
        days(version.from).min(days(version.to))
    };
    let nearest = scheme.versions.iter().filter(|version| version.redeemable().is_ok()).min_by_key(distance);
    let mut version = nearest.with_context(|| format!("no version of {} can be redeemed at a merchant", scheme.id()))?.clone();
    // Two fiscal years on both sides: periods that begin before the month or end after it are whole.
    version.from = month.plus_months(-24).fiscal_year().first_day();
    version.to = month.plus_months(24).fiscal_year().last_day();
    version.training = true;
    version.life.closed_to_new = None;
    Ok(Scheme { training: vec![version], ..scheme.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plays(scheme: &str, month: &str) -> bool {
        catalog(scheme, month.parse().unwrap()).unwrap().1
    }

    #[test]
    fn the_citys_own_rules_play_where_they_can() {
        assert!(!plays("osaka-juku", "2026-05"));
        assert!(!plays("fukuoka-naraigoto", "2023-06"));
    }

    #[test]
    fn a_training_version_plays_where_the_scheme_was_not_there_or_not_blind() {
        // Before it began; and while providers bore a tenth, which would tell them who is funded.
        assert!(plays("osaka-juku", "2011-05"));
        assert!(plays("osaka-juku", "2013-05"));
        assert!(plays("fukuoka-naraigoto", "2022-05"));
    }
}
