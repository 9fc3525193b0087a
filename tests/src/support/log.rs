//! What a test's own thread logs. One subscriber for the process, for a scoped one misses what other threads have met before it.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use tracing_subscriber::fmt::MakeWriter;

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// The log of this thread, from its beginning on. A test on one thread sees its own lines and no others.
#[derive(Debug)]
pub struct Log(());

impl Log {
    /// Begins to listen.
    #[must_use]
    pub fn begin() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::INFO).with_writer(ToThread).finish();
            tracing::subscriber::set_global_default(subscriber).expect("the only subscriber of the tests");
        });
        LINES.with_borrow_mut(|lines| *lines = Some(Vec::new()));
        Self(())
    }

    /// Everything logged meanwhile, one JSON object a line.
    #[must_use]
    pub fn end(self) -> String {
        let lines = LINES.with_borrow_mut(Option::take).expect("begun on this thread");
        String::from_utf8(lines).expect("text")
    }
}

#[derive(Clone, Copy)]
struct ToThread;

impl io::Write for ToThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines {
                lines.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for ToThread {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
