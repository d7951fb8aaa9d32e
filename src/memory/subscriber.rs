//! The command's subscriber: turns the monitor's events into the text that people read.

mod filter;
mod json;
mod text;

use std::sync::atomic::{AtomicBool, Ordering};

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// The target of the monitor's events.
pub const TARGET: &str = "drun::memory";

/// Where formatted text goes.
pub type Sink = Box<dyn Fn(&str) + Send + Sync>;

/// Whether texts go past the sink: what it locks may be held by a worker that is stuck.
static DIRECT: AtomicBool = AtomicBool::new(false);

/// Installs the subscriber of the command. `filter` is `RUST_LOG`; without it only warnings and stops
/// are shown.
pub fn install(filter: Option<&str>, json: bool, sink: Sink) {
    let format: Format = if json { json::line } else { text::text };
    let shown = Shown { format, sink };
    match filter {
        // The usual case pays for no registry and no filter.
        None => set(Plain { shown }),
        Some(filter) => set(Registry::default().with(shown.with_filter(filter::parse(filter)))),
    }
}

/// From now on events are written to standard error past the sink, without waiting for a lock; for
/// the last resort.
pub fn go_direct() {
    DIRECT.store(true, Ordering::Release);
}

fn set(subscriber: impl Subscriber + Send + Sync + 'static) {
    // A program that embeds the command may have a subscriber of its own; then that one counts.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Turns an event into text.
type Format = fn(&Event<'_>) -> String;

/// A format and where the text goes.
struct Shown {
    format: Format,
    sink: Sink,
}

impl Shown {
    fn show(&self, event: &Event<'_>) {
        let text = (self.format)(event);
        if DIRECT.load(Ordering::Acquire) {
            super::last_words::write(&text);
        } else {
            (self.sink)(&text);
        }
    }
}

impl<S: Subscriber> Layer<S> for Shown {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.show(event);
    }
}

/// Shows warnings and stops of the monitor, and nothing else.
pub(super) struct Plain {
    shown: Shown,
}

impl Plain {
    #[cfg(test)]
    pub(super) fn new(sink: Sink) -> Self {
        let format = text::text;
        Self {
            shown: Shown { format, sink },
        }
    }
}

impl Subscriber for Plain {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target() == TARGET && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.shown.show(event);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a stop is shown as, and a warning before it.
    fn shown(subscriber: impl Fn(Sink) -> Box<dyn Subscriber + Send + Sync>) -> String {
        let said = Arc::new(Mutex::new(String::new()));
        let kept = said.clone();
        let sink: Sink = Box::new(move |text| kept.lock().unwrap().push_str(text));
        tracing::subscriber::with_default(subscriber(sink), || {
            tracing::info!(target: "other", "not ours");
            tracing::trace!(target: "drun::memory", resident_mb = 4_u64, "sample");
            tracing::warn!(
                target: "drun::memory",
                kind = "warning",
                resident_mb = 101_u64,
                limit_mb = Some(500_u64),
                task = "42",
                file = "a.drun",
                line = 7_u32,
                source = "run \"make\"",
                "memory usage is high"
            );
            tracing::error!(
                target: "drun::memory",
                kind = "critical",
                dumped = "Diagnostic information dumped to x.json",
                cause = "A variable grew.",
                detail = "   Cause: it\n   To do: that",
                problems = "",
                "❌ CRITICAL: Memory usage exceeded {} MB (current: {} MB)", 500, 523
            );
        });
        let said = said.lock().unwrap();
        said.clone()
    }

    fn filtered(filter: &'static str, format: Format) -> String {
        shown(|sink| {
            let layer = Shown { format, sink }.with_filter(filter::parse(filter));
            Box::new(Registry::default().with(layer))
        })
    }

    const TEXT: &str = "
⚠️  WARNING: Memory usage is high (101 MB)
   in task '42' at a.drun:7; run \"make\"; it is stopped above 500 MB, change that with --memory-limit

❌ CRITICAL: Memory usage exceeded 500 MB (current: 523 MB)
Diagnostic information dumped to x.json
A variable grew.
   Cause: it
   To do: that
";

    #[test]
    fn warning_and_stop_read_as_specified() {
        assert_eq!(shown(|sink| Box::new(Plain::new(sink))), TEXT);
        assert_eq!(filtered("drun::memory=warn", text::text), TEXT);
    }

    #[test]
    fn a_filter_widens_and_silences() {
        for filter in ["drun::memory=off", "off", "drun=off"] {
            assert_eq!(filtered(filter, text::text), "", "{filter}");
        }
        let all = filtered("drun::memory=trace", text::text);
        assert!(all.starts_with("TRACE drun::memory: sample resident_mb=4\n"));
        assert!(all.ends_with(TEXT), "{all}");
        // A filter that is about other programs does not silence us.
        assert_eq!(filtered("hyper=debug,my_crate=info", text::text), TEXT);
        let errors = filtered("error", text::text);
        assert!(errors.starts_with("\n❌"), "{errors}");
    }

    #[test]
    fn json_keeps_the_kinds_of_fields() {
        let lines = filtered("drun::memory=warn", json::line);
        let events: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(events.len(), 2);
        let fields = &events[0]["fields"];
        assert_eq!(
            (&fields["task"], &fields["line"]),
            (&"42".into(), &7.into())
        );
        assert_eq!(fields["limit_mb"], 500);
        assert_eq!(events[1]["level"], "ERROR");
        assert_eq!(events[1]["target"], TARGET);
    }
}
