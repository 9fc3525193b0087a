//! Leaks on a family's phone: in counter mode, which a whole queue can see, and on a lock screen.

use super::answers::{member, put, replace};
use super::{At, Known, Leak};
use crate::support::town::Answer;

/// All of them.
pub(super) const LEAKS: &[Leak] = &[
    leak("the counter shows who pays", |known, path, answer| {
        if known.funded() && path.ends_with("/counter") {
            member(answer, "\"source\":\"scheme\"");
        }
    }),
    leak("the counter shows what is left", |known, path, answer| {
        if path.ends_with("/counter") {
            member(answer, &format!("\"own_yen\":{}", known.about.own_yen));
        }
    }),
    leak("the counter's code is another colour", |known, path, answer| {
        if known.funded() && path.ends_with("/counter") {
            replace(answer, "qr.svg", "qr.svg?theme=coupon");
        }
    }),
    leak("a notice names the scheme", |known, path, answer| {
        if known.anybody_is_funded() && path.contains("/notices") {
            replace(answer, "お支払いが完了しました。", "クーポンを利用しました。");
        }
    }),
    leak("a notice is a byte longer", |known, path, answer| {
        if known.anybody_is_funded() && path.contains("/notices") {
            replace(answer, "\"padding\":\"", "\"padding\":\" ");
        }
    }),
    leak("a notice may be cached", |known, path, answer| {
        if known.anybody_is_funded() && path.contains("/notices") {
            put(answer, "cache-control", "private");
        }
    }),
];

const fn leak(name: &'static str, rewrite: fn(&Known, &str, &mut Answer)) -> Leak {
    Leak { name, at: At::Screen(rewrite) }
}
