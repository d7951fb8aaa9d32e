//! The body of a section: lines before its first heading, and subsections.

use rustc_hash::FxHashMap;

/// A heading and the lines below it.
type Part<'t> = (&'t str, Vec<&'t str>);

/// The body of a section. No list of lines begins or ends with a blank one.
#[derive(Debug, Default)]
pub(super) struct Section<'t> {
    preamble: Vec<&'t str>,
    parts: Vec<Part<'t>>,
}

impl<'t> Section<'t> {
    pub(super) fn parse(lines: &[&'t str]) -> Self {
        let mut section = Self::default();
        let mut begun = 0;
        for (at, line) in lines.iter().enumerate() {
            if is_heading(line) {
                section.fill(lines.get(begun..at));
                section.parts.push((line, Vec::new()));
                begun = at + 1;
            }
        }
        section.fill(lines.get(begun..));
        section
    }

    /// Gives lines to what was begun last.
    fn fill(&mut self, lines: Option<&[&'t str]>) {
        let lines = trimmed(lines.unwrap_or_default()).to_vec();
        match self.parts.last_mut() {
            Some((_, part)) => *part = lines,
            None => self.preamble = lines,
        }
    }

    /// The headings, in order.
    pub(super) fn headings(&self) -> impl Iterator<Item = &'t str> {
        self.parts.iter().map(|(heading, _)| *heading)
    }

    /// Whether there is more than headings.
    pub(super) fn has_text(&self) -> bool {
        !self.preamble.is_empty() || self.parts.iter().any(|(_, lines)| !lines.is_empty())
    }

    /// Adds what stands in another one to the subsections of the same name.
    pub(super) fn merge(&mut self, incoming: Self) {
        self.preamble.extend(incoming.preamble);
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, (heading, _)) in self.parts.iter().enumerate() {
            places.entry(heading.trim_end()).or_insert(at);
        }
        for (heading, lines) in incoming.parts {
            let place = *places.entry(heading.trim_end()).or_insert(self.parts.len());
            match self.parts.get_mut(place) {
                Some((_, part)) => part.extend(lines),
                None => self.parts.push((heading, lines)),
            }
        }
    }

    /// The lines, with `blank` between two blocks; subsections without text are left out.
    pub(super) fn lines(self, blank: &'t str) -> Vec<&'t str> {
        let mut out = self.preamble;
        for (heading, lines) in self.parts {
            if lines.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push(blank);
            }
            out.extend([heading, blank]);
            out.extend(lines);
        }
        out
    }
}

/// Whether a line is the heading of a subsection.
fn is_heading(line: &str) -> bool {
    line.starts_with("### ")
}

/// Without blank lines at the ends.
pub(super) fn trimmed<'l, 't>(lines: &'l [&'t str]) -> &'l [&'t str] {
    let is_blank = |line: &&str| line.trim().is_empty();
    let start = lines.iter().take_while(|line| is_blank(line)).count();
    let rest = lines.get(start..).unwrap_or_default();
    let end = rest.iter().rev().take_while(|line| is_blank(line)).count();
    rest.get(..rest.len() - end).unwrap_or_default()
}
