//! A bar in the terminal for long work.

use indicatif::{ProgressBar, ProgressStyle};
use ledger::people::Progress;

/// A bar that is gone when the work is done. Nothing is drawn where nobody looks: indicatif asks whether stderr is a terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// An empty one.
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(0).with_style(style))
    }

    /// What the work tells.
    pub(super) fn hear(&self, progress: Progress) {
        self.0.set_length(u64::try_from(progress.total).unwrap_or(u64::MAX));
        self.0.set_position(u64::try_from(progress.done).unwrap_or(u64::MAX));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
