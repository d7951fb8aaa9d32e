//! The course of memory as a drawing (SVG) in a page.

use std::fmt::Write as _;

use super::document::Document;
use super::escape::escape;
use crate::memory::amount::{duration, size};
use crate::memory::record::Sample;

/// The drawing's size and the place of the plot in it, in its own units.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 940.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 290.0;
/// The most points of a curve, and the most bands.
const POINTS: usize = 600;
const BANDS: usize = 120;

/// Own memory, that of the children, bands for the running task, both thresholds, the highest
/// value, and where the run was stopped.
pub(super) fn chart(document: &Document) -> String {
    let record = document.record();
    let samples = &record.course();
    let (Some(first), Some(last), true) = (samples.first(), samples.last(), samples.len() > 1)
    else {
        return "<p>Nothing was measured before the stop.</p>".to_owned();
    };
    let thresholds = record.thresholds();
    let scale = Scale::new(samples, &thresholds);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"curve-title\">\n\
         <title id=\"curve-title\">Memory over {}: from {} to {}. All samples are in the table \
         below.</title>\n",
        duration(last.at.saturating_sub(first.at)),
        size(first.resident),
        size(last.resident),
    );
    // Writing to a String never fails, here and below.
    let _ = write!(svg, "{}{}", bands(document, &scale), grid(&scale));
    if samples.iter().any(|sample| sample.children > 0) {
        let line = curve(samples, &scale, |sample| sample.children);
        let _ = writeln!(svg, "<polyline class=\"children\" points=\"{line}\"/>");
    }
    let line = curve(samples, &scale, |sample| sample.resident);
    let _ = writeln!(
        svg,
        "<polygon class=\"area\" points=\"{:.1},{BOTTOM} {line} {:.1},{BOTTOM}\"/>\n\
         <polyline class=\"own\" points=\"{line}\"/>",
        scale.x(first.at),
        scale.x(last.at),
    );
    let _ = write!(
        svg,
        "{}{}</svg>",
        threshold_lines(&thresholds, &scale),
        marks(samples, last, &scale)
    );
    svg
}

/// Where a time and a size are in the plot.
struct Scale {
    start: u64,
    end: u64,
    top: u64,
}

impl Scale {
    fn new(samples: &[Sample], thresholds: &[(&str, u64)]) -> Self {
        let values = samples.iter().map(|s| s.resident.max(s.children));
        let limits = thresholds.iter().map(|(_, bytes)| *bytes);
        let highest = values.chain(limits).max().unwrap_or(1);
        let start = samples.first().map_or(0, |sample| sample.at);
        let end = samples.last().map_or(0, |sample| sample.at);
        let end = end.max(start.saturating_add(1));
        let top = highest.saturating_add(highest / 12).max(1);
        Self { start, end, top }
    }

    fn x(&self, at: u64) -> f64 {
        let part = at.saturating_sub(self.start) as f64 / (self.end - self.start) as f64;
        LEFT + part.min(1.0) * (RIGHT - LEFT)
    }

    fn y(&self, bytes: u64) -> f64 {
        BOTTOM - (bytes as f64 / self.top as f64).min(1.0) * (BOTTOM - TOP)
    }
}

/// The points of a curve. Of many samples the highest of each stretch is taken.
fn curve(samples: &[Sample], scale: &Scale, value: impl Fn(&Sample) -> u64) -> String {
    let mut out = String::new();
    for stretch in samples.chunks(samples.len().div_ceil(POINTS).max(1)) {
        if let Some(highest) = stretch.iter().max_by_key(|sample| value(sample)) {
            let (x, y) = (scale.x(highest.at), scale.y(value(highest)));
            let _ = write!(
                out,
                "{}{x:.1},{y:.1}",
                if out.is_empty() { "" } else { " " }
            );
        }
    }
    // The end of the curve is where the run was stopped, whatever the stretch.
    if let Some(last) = samples.last() {
        let _ = write!(out, " {:.1},{:.1}", scale.x(last.at), scale.y(value(last)));
    }
    out
}

/// A band for each stretch of time in which one task was running.
fn bands(document: &Document, scale: &Scale) -> String {
    let mut stretches: Vec<(Option<u32>, u64, u64)> = Vec::new();
    for sample in &document.history.samples {
        match stretches.last_mut() {
            Some((task, _, end)) if *task == sample.task => *end = sample.at,
            Some((_, _, end)) => {
                *end = sample.at;
                stretches.push((sample.task, sample.at, sample.at));
            }
            None => stretches.push((sample.task, sample.at, sample.at)),
        }
    }
    if stretches.len() > BANDS {
        return String::new();
    }
    let mut out = String::new();
    for (task, start, end) in stretches {
        let Some(name) = task.and_then(|task| document.history.tasks.get(task as usize)) else {
            continue;
        };
        let (x, width) = (scale.x(start), (scale.x(end) - scale.x(start)).max(1.0));
        let shade = task.unwrap_or(0) % 4;
        let name = escape(name);
        let _ = writeln!(
            out,
            "<rect class=\"band band{shade}\" x=\"{x:.1}\" y=\"{TOP}\" width=\"{width:.1}\" \
             height=\"{:.1}\"><title>task {name}</title></rect>",
            BOTTOM - TOP
        );
        // A name that does not fit its band is in the band's title alone.
        if width > name.chars().count() as f64 * 7.5 + 12.0 {
            let _ = writeln!(
                out,
                "<text class=\"task\" x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
                x + 6.0,
                TOP - 8.0
            );
        }
    }
    out
}

fn grid(scale: &Scale) -> String {
    let mut out = String::new();
    let step = step(scale.top);
    for line in (0..=scale.top / step).map(|number| number * step) {
        let y = scale.y(line);
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 4.0,
            if line == 0 {
                "0".to_owned()
            } else {
                size(line)
            }
        );
    }
    for part in 0..=4u64 {
        let at = scale.start + (scale.end - scale.start) / 4 * part;
        let anchor = ["start", "middle", "middle", "middle", "end"][part as usize];
        let _ = writeln!(
            out,
            "<text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            LEFT + (RIGHT - LEFT) / 4.0 * part as f64,
            BOTTOM + 20.0,
            duration(at)
        );
    }
    out
}

/// A step that gives four to eight lines: 1, 2 or 5 times a power of ten of MB.
fn step(top: u64) -> u64 {
    const MB: u64 = 1024 * 1024;
    let mut decade = MB;
    loop {
        for step in [decade, decade.saturating_mul(2), decade.saturating_mul(5)] {
            if top / step < 7 {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

fn threshold_lines(thresholds: &[(&str, u64)], scale: &Scale) -> String {
    let mut out = String::new();
    for (name, bytes) in thresholds {
        let y = scale.y(*bytes);
        let _ = writeln!(
            out,
            "<line class=\"threshold {name}\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" \
             y2=\"{y:.1}\"/><text class=\"label {name}\" x=\"{:.1}\" y=\"{:.1}\">{name} {}</text>",
            LEFT + 6.0,
            y - 5.0,
            escape(&size(*bytes))
        );
    }
    out
}

fn marks(samples: &[Sample], last: &Sample, scale: &Scale) -> String {
    let highest = samples.iter().max_by_key(|sample| sample.resident);
    let mut out = String::new();
    let x = scale.x(last.at);
    let _ = writeln!(
        out,
        "<line class=\"stop\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{BOTTOM}\"/>\
         <text class=\"label stop\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">stopped at {}</text>",
        x - 6.0,
        BOTTOM - 8.0,
        duration(last.at)
    );
    if let Some(highest) = highest {
        let (x, y) = (scale.x(highest.at), scale.y(highest.resident));
        // Left of the point in the right half of the plot, and below it so that it stays off the
        // line of a threshold.
        let right = x > (LEFT + RIGHT) / 2.0;
        let (dx, anchor) = if right {
            (-10.0, "end")
        } else {
            (10.0, "start")
        };
        let _ = writeln!(
            out,
            "<circle class=\"peak\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/><text class=\"label peak\" \
             x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">peak {}</text>",
            x + dx,
            (y + 28.0).min(BOTTOM - 24.0),
            size(highest.resident)
        );
    }
    out
}
