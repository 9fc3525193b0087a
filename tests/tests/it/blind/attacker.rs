//! The statistical attacker on a small rehearsed month: it reads what merchants saw, and its controls hold. How well it guesses is a campaign's to say
//! (`./ops/torture attacker`).

use rehearsal::rehearse::Setting;
use tests::attacker::campaign::rehearse;
use tests::attacker::observe::FEATURES;
use tests::attacker::{attack, bayes, planted};

#[tokio::test]
async fn a_rehearsed_month_is_attacked_and_what_is_planted_in_it_is_found() {
    let osaka = Setting::named("osaka").unwrap();
    let (observed, (all, granted)) = Box::pin(rehearse(osaka, (80, "2026-05".parse().unwrap(), 7))).await;
    let funded = observed.iter().filter(|one| one.funded).count();
    assert!(granted > 0 && granted < all && funded > 0 && funded < observed.len(), "{granted} of {all} families, {funded} of {} payments", observed.len());
    let attacks = attack(&observed, 1);
    assert_eq!(attacks.len(), 2 + FEATURES.len());
    assert!(attacks.iter().all(|attack| attack.right_ppm <= 1_000_000 && attack.between_ppm.0 <= attack.advantage_ppm), "{attacks:?}");
    let found = bayes("planted", &planted(&observed, 1), 1, Clone::clone);
    assert!(found.auc_ppm > Some(600_000), "{found:?}");
}
