//! The command's subscriber: turns the monitor's events into the text that people read.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::{EnvFilter, Registry};

/// The target of the monitor's events.
pub const TARGET: &str = "drun::memory";

/// Where formatted text goes.
pub type Sink = Box<dyn Fn(&str) + Send + Sync>;

/// Installs the subscriber of the command. `filter` is `RUST_LOG`; without it only warnings and stops
/// are shown.
pub fn install(filter: Option<&str>, json: bool, sink: Sink) {
    let Some(filter) = filter else {
        if json {
            set(Registry::default().with(JsonLayer { sink }.with_filter(only_memory())));
        } else {
            // The usual case pays for no registry and no filter.
            set(Plain { sink });
        }
        return;
    };
    let filter = EnvFilter::builder().parse_lossy(filter);
    if json {
        set(Registry::default().with(JsonLayer { sink }.with_filter(filter)));
    } else {
        set(Registry::default().with(TextLayer { sink }.with_filter(filter)));
    }
}

fn only_memory() -> EnvFilter {
    EnvFilter::builder().parse_lossy("off,drun::memory=warn")
}

fn set(subscriber: impl Subscriber + Send + Sync + 'static) {
    // A program that embeds the command may have a subscriber of its own; then that one counts.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The fields of an event.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn of(event: &Event<'_>) -> Self {
        let mut fields = Self::default();
        event.record(&mut fields);
        fields
    }

    fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(own, _)| *own == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

/// The text of an event.
fn text(event: &Event<'_>) -> String {
    let fields = Fields::of(event);
    match fields.get("kind") {
        "warning" => warning(&fields),
        "critical" => critical(&fields),
        _ => plain(event, &fields),
    }
}

fn warning(fields: &Fields) -> String {
    let mut out = format!(
        "\n⚠️  WARNING: Memory usage is high ({} MB)\n",
        fields.get("resident_mb")
    );
    let limit = match fields.get("limit_mb") {
        "0" | "" => String::new(),
        limit => format!("it is stopped above {limit} MB; change that with --memory-limit"),
    };
    let (task, file, line) = (fields.get("task"), fields.get("file"), fields.get("line"));
    // Writing to a String never fails.
    let _ = match (file, task) {
        ("", _) => writeln!(out, "   {limit}"),
        (_, "") => writeln!(out, "   at {file}:{line}; {limit}"),
        _ => writeln!(out, "   in task '{task}' at {file}:{line}; {limit}"),
    };
    out
}

fn critical(fields: &Fields) -> String {
    let mut out = format!("\n{}\n", fields.get("message"));
    for name in ["dumped", "cause", "detail", "problems", "essentials"] {
        let line = fields.get(name).trim_end();
        if !line.is_empty() {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

fn plain(event: &Event<'_>, fields: &Fields) -> String {
    let metadata = event.metadata();
    let mut out = format!(
        "{} {}: {}",
        metadata.level(),
        metadata.target(),
        fields.get("message")
    );
    for (name, value) in fields.0.iter().filter(|(name, _)| *name != "message") {
        let _ = write!(out, " {name}={value}");
    }
    out.push('\n');
    out
}

/// Shows warnings and stops of the monitor, and nothing else.
struct Plain {
    sink: Sink,
}

impl Subscriber for Plain {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(tracing::level_filters::LevelFilter::WARN)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        (self.sink)(&text(event));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct TextLayer {
    sink: Sink,
}

impl<S: Subscriber> Layer<S> for TextLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        (self.sink)(&text(event));
    }
}

struct JsonLayer {
    sink: Sink,
}

impl<S: Subscriber> Layer<S> for JsonLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut fields = serde_json::Map::new();
        for (name, value) in Fields::of(event).0 {
            let value = match value.parse::<u64>() {
                Ok(number) => number.into(),
                Err(_) => value.into(),
            };
            fields.insert(name.to_owned(), value);
        }
        let now = time::OffsetDateTime::now_utc()
            .format(&time::format_description::well_known::Rfc3339)
            .unwrap_or_default();
        let line = serde_json::json!({
            "timestamp": now,
            "level": metadata.level().to_string(),
            "target": metadata.target(),
            "fields": fields,
        });
        (self.sink)(&format!("{line}\n"));
    }
}
