//! The page for the browser: one file, no script, nothing from elsewhere.

use std::fmt::Write as _;

use super::chart::chart;
use super::document::Document;
use super::escape::escape;
use super::tables;
use crate::memory::amount::{count, size};
use crate::memory::record::Scope;
use crate::memory::snapshot::Place;

/// The look, for a light and a dark screen and for paper.
const STYLE: &str = include_str!("style.css");
/// The longest text from the program in one place, in characters.
const TEXT: usize = 400;

/// The page.
pub(super) fn html(document: &Document, name: &str) -> String {
    let diagnosis = &document.diagnosis;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Crash: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        text(&diagnosis.sentence)
    );
    // Writing to a String never fails, here and below.
    let _ = write!(
        page,
        "<header><p class=\"kicker\">drun stopped this run at {}</p>\n<h1>{}</h1>\n{}</header>\n",
        text(&document.time()),
        text(&diagnosis.sentence),
        diagnosis.place.as_ref().map(source).unwrap_or_default(),
    );
    page.push_str(&advice(document));
    page.push_str(&figures(document));
    let _ = write!(
        page,
        "<section aria-labelledby=\"course\"><h2 id=\"course\">Memory over time</h2>\n\
         <figure>{}\n<figcaption>{}</figcaption></figure></section>\n",
        chart(document),
        legend(document)
    );
    page.push_str(&tables::execution(document));
    page.push_str(&tables::children(document));
    page.push_str(&tables::limits(document));
    page.push_str(&tables::samples(document));
    let _ = write!(
        page,
        "<footer>{}</footer>\n</main>\n</body>\n</html>\n",
        footer(document, name)
    );
    page
}

/// A text of the program: cut and escaped.
pub(super) fn text(value: &str) -> String {
    match value.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", escape(value.get(..end).unwrap_or_default())),
        None => escape(value),
    }
}

fn source(place: &Place) -> String {
    let task = match place.task.as_str() {
        "" => String::new(),
        task => format!(" in task <b>{}</b>", text(task)),
    };
    let line = match place.source_line.as_str() {
        "" => String::new(),
        line => format!("<pre><code>{}</code></pre>", text(line)),
    };
    format!(
        "<p class=\"where\"><span class=\"place\">{}</span>{task}</p>{line}\n",
        text(&place.file_line())
    )
}

fn advice(document: &Document) -> String {
    let items: String = document
        .diagnosis
        .advice
        .iter()
        .map(|advice| format!("<li>{}</li>\n", code(&text(advice))))
        .collect();
    format!(
        "<section aria-labelledby=\"todo\"><h2 id=\"todo\">What to do</h2>\n<ol>{items}</ol>\n\
         <p>Memory grew {}.</p></section>\n",
        text(&document.diagnosis.growth)
    )
}

/// Text between backquotes as code.
fn code(escaped: &str) -> String {
    let mut out = String::new();
    for (index, part) in escaped.split('`').enumerate() {
        match index % 2 {
            0 => out.push_str(part),
            _ => {
                let _ = write!(out, "<code>{part}</code>");
            }
        }
    }
    out
}

fn figures(document: &Document) -> String {
    let stats = &document.memory_stats;
    let figures = &stats.figures;
    let mut items = vec![
        ("Limit", size(document.exceeded.limit)),
        ("Measured", size(document.exceeded.current)),
        ("drun at most", size(figures.peak.max(figures.resident))),
        ("Heap", size(figures.heap.unwrap_or(figures.resident))),
    ];
    if figures.children_count > 0 {
        items.push(("Children", size(figures.children)));
    }
    if let Some(execution) = &document.execution {
        let calls = execution
            .machines
            .iter()
            .map(|machine| machine.calls)
            .max()
            .unwrap_or(0);
        items.push(("Calls deep", count(calls)));
    }
    let items: String = items
        .iter()
        .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escape(value)))
        .collect();
    format!("<dl class=\"figures\">{items}</dl>\n")
}

fn legend(document: &Document) -> String {
    let children = document
        .history
        .samples
        .iter()
        .any(|sample| sample.children > 0);
    let dashed = if children {
        " The dashed line is the memory of the children."
    } else {
        ""
    };
    let (line, warning) = match document.exceeded.scope {
        Scope::Own => ("drun itself", ", the yellow one the warning"),
        Scope::Tree => ("drun and all that it started", ""),
    };
    format!(
        "The line is the memory of {line}.{dashed} Bands show which task was running; the red \
         horizontal line is the limit{warning}."
    )
}

fn footer(document: &Document, name: &str) -> String {
    let runtime = &document.runtime_info;
    let program = document.program.clone().unwrap_or_default();
    let path = text(&program.path);
    let project = program.project.map_or_else(String::new, |project| {
        format!(", project {}", text(&project.name))
    });
    let version = program.version.name;
    let version = if version.is_empty() {
        String::new()
    } else {
        format!(", version {}", text(&version))
    };
    format!(
        "{path}{project}{version}, {} tasks. drun {} on {}/{}, {} CPUs. Made from {}.",
        program.tasks.len(),
        text(&runtime.version),
        text(&runtime.os),
        text(&runtime.arch),
        runtime.num_cpu,
        text(name)
    )
}
