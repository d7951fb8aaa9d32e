//! Events as people read them.

use std::fmt::{self, Write as _};

use tracing::Event;
use tracing::field::{Field, Visit};

use crate::source::printable;

/// The text of an event, with its line ends.
pub(super) fn text(event: &Event<'_>) -> String {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let text = match fields.get("kind") {
        "warning" => warning(&fields),
        "critical" => critical(&fields),
        "killed" => killed(&fields),
        _ => plain(event, &fields),
    };
    printable(&text).into_owned()
}

/// The fields of an event, in order.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
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

fn warning(fields: &Fields) -> String {
    let resident = fields.get("resident_mb");
    let mut parts = Vec::new();
    match (fields.get("file"), fields.get("line"), fields.get("task")) {
        ("", ..) => {}
        (file, line, "") => parts.push(format!("at {file}:{line}")),
        (file, line, task) => parts.push(format!("in task '{task}' at {file}:{line}")),
    }
    let source = fields.get("source");
    if !source.is_empty() {
        parts.push(source.to_owned());
    }
    parts.push(match fields.get("limit_mb") {
        "" => "nothing stops it; set a limit with --memory-limit".to_owned(),
        limit => format!("it is stopped above {limit} MB, change that with --memory-limit"),
    });
    format!(
        "\n⚠️  WARNING: Memory usage is high ({resident} MB)\n   {}\n",
        parts.join("; ")
    )
}

fn critical(fields: &Fields) -> String {
    let mut out = format!("\n{}\n", fields.get("message"));
    for name in ["dumped", "cause", "detail", "problems", "essentials"] {
        let line = fields.get(name).trim_end();
        if !line.is_empty() {
            // Writing to a String never fails.
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// A command that the kernel ended.
fn killed(fields: &Fields) -> String {
    let (cause, detail) = (fields.get("cause"), fields.get("detail"));
    format!("\n⚠️  WARNING: {cause}\n{detail}\n")
}

fn plain(event: &Event<'_>, fields: &Fields) -> String {
    let metadata = event.metadata();
    let (level, target) = (metadata.level(), metadata.target());
    let mut out = format!("{level} {target}: {}", fields.get("message"));
    for (name, value) in fields.0.iter().filter(|(name, _)| *name != "message") {
        let _ = write!(out, " {name}={value}");
    }
    out.push('\n');
    out
}
