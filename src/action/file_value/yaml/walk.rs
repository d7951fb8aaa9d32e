//! Going through the first document of a YAML file, with the places of what was asked for.

use std::hash::{Hash, Hasher as _};

use rustc_hash::FxHasher;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::found::{End, Found, Leaf, Mapping, Tagged, Walk};
use super::places::Places;
use super::plain::{Plain, meaning};

/// How deep a document may be nested: what is around a value is remembered.
const DEEPEST: usize = 256;

/// Looks for the scalar at the end of `path`; all of the document has to be one.
pub(super) fn walk(text: &str, path: &[&str]) -> Result<Walk, String> {
    let mut walker = Walker {
        places: Places { text, at: (0, 0) },
        path,
        levels: Vec::new(),
        last: None,
        found: None,
        problem: None,
        others: FxHasher::default(),
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line();
            format!("the document is no YAML (line {line}): {}", error.info())
        })?;
        if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
            break;
        }
        walker.event(&event, span)?;
    }
    match (walker.problem, walker.found) {
        (Some(problem), _) => Err(problem),
        (None, Some(found)) => Ok(Walk {
            found,
            others: walker.others.finish(),
        }),
        (None, None) => Err("not found: what it would stand in is not there".to_owned()),
    }
}

/// A collection that is open.
#[derive(Default)]
struct Level {
    /// How many keys of the path lead to this mapping; `None` where it is not on it.
    matched: Option<usize>,
    /// Whether a value comes next: the one of a key.
    value: bool,
    mapping: bool,
    /// Whether the key that was read last is the next one of the path.
    hit: bool,
    /// Whether any was.
    seen: bool,
    /// Where the first key begins.
    first: Option<usize>,
}

/// What a node is to what is around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The root, or the value of a key on the path; how many keys lead to it.
    OnPath(usize),
    /// A key of a mapping on the path.
    Key(usize),
    Other,
}

struct Walker<'t> {
    places: Places<'t>,
    path: &'t [&'t str],
    levels: Vec<Level>,
    /// The scalar, alias or closing bracket that came last; the style of a scalar.
    last: Option<(Span, Option<ScalarStyle>)>,
    found: Option<Found>,
    /// Why nothing can be found, unless the document is wrong.
    problem: Option<String>,
    others: FxHasher,
}

impl Walker<'_> {
    fn event(&mut self, event: &Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let role = self.begin(span);
                self.scalar(role, value, *style, tag.as_deref(), span);
                if !self.is_asked_for(role) {
                    (value, anchor, tag).hash(&mut self.others);
                }
                self.last = Some((span, Some(*style)));
            }
            Event::Alias(anchor) => {
                let role = self.begin(span);
                self.misfit(role, "an alias");
                (1, anchor).hash(&mut self.others);
                self.last = Some((span, None));
            }
            Event::SequenceStart(anchor, tag) => {
                let role = self.begin(span);
                self.misfit(role, "a sequence");
                (2, anchor, tag).hash(&mut self.others);
                self.open(Level::default())?;
            }
            Event::MappingStart(anchor, tag) => {
                let role = self.begin(span);
                (3, anchor, tag).hash(&mut self.others);
                let matched = match role {
                    Role::OnPath(matched) if matched < self.path.len() => Some(matched),
                    Role::OnPath(_) | Role::Key(_) => {
                        self.misfit(role, "a mapping");
                        None
                    }
                    Role::Other => None,
                };
                self.open(Level {
                    matched,
                    mapping: true,
                    ..Level::default()
                })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                4.hash(&mut self.others);
                self.close(span);
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Notes that a node begins.
    fn begin(&mut self, span: Span) -> Role {
        let Some(level) = self.levels.last_mut() else {
            return Role::OnPath(0);
        };
        let is_value = level.value;
        level.value = level.mapping && !is_value;
        let Some(matched) = level.matched else {
            return Role::Other;
        };
        if !is_value {
            level
                .first
                .get_or_insert_with(|| self.places.byte(span.start));
            return Role::Key(matched);
        }
        match std::mem::take(&mut level.hit) {
            true => Role::OnPath(matched + 1),
            false => Role::Other,
        }
    }

    fn scalar(
        &mut self,
        role: Role,
        value: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) {
        match role {
            Role::Key(matched) => self.key(matched, value, style, &Tagged::of(tag)),
            Role::OnPath(matched) if matched == self.path.len() => {
                let begun = self.last.map_or(0, |(key, _)| self.places.byte(key.end));
                let leaf = Leaf {
                    span: self.places.scalar(span, style, begun),
                    style,
                    tag: Tagged::of(tag),
                    value: value.to_owned(),
                };
                self.found = Some(Found::Leaf(leaf));
            }
            Role::OnPath(_) => self.misfit(role, "a scalar"),
            Role::Other => {}
        }
    }

    fn key(&mut self, matched: usize, value: &str, style: ScalarStyle, tag: &Tagged) {
        let plain = style == ScalarStyle::Plain;
        let is_string = match tag {
            Tagged::None => !plain || meaning(value) == Plain::String && value != "<<",
            Tagged::Core(name) => name == "str",
            Tagged::Other => false,
        };
        if !is_string {
            self.note(|| format!("not found: the key '{value}' beside it is no string"));
        } else if self.path.get(matched) == Some(&value)
            && let Some(level) = self.levels.last_mut()
        {
            level.hit = true;
            if std::mem::replace(&mut level.seen, true) {
                self.note(|| "found several times".to_owned());
            }
        }
    }

    /// Whether a scalar is what was asked for, or its key.
    fn is_asked_for(&self, role: Role) -> bool {
        match role {
            Role::OnPath(matched) => matched == self.path.len(),
            Role::Key(matched) => {
                matched + 1 == self.path.len() && self.levels.last().is_some_and(|level| level.hit)
            }
            Role::Other => false,
        }
    }

    /// What begins cannot stand there.
    fn misfit(&mut self, role: Role, what: &str) {
        let path = self.path;
        match role {
            Role::OnPath(0) => self.note(|| format!("the root of the document is {what}")),
            Role::OnPath(matched) if matched == path.len() => {
                self.note(|| format!("it is {what}"));
            }
            Role::OnPath(matched) => self.note(|| {
                let key = path.get(matched - 1).copied().unwrap_or_default();
                format!("not found: '{key}' is {what} and no mapping")
            }),
            Role::Key(_) => self.note(|| format!("not found: a key beside it is {what}")),
            Role::Other => {}
        }
    }

    fn note(&mut self, problem: impl FnOnce() -> String) {
        self.problem.get_or_insert_with(problem);
    }

    fn open(&mut self, level: Level) -> Result<(), String> {
        if self.levels.len() == DEEPEST {
            return Err(format!("nested more than {DEEPEST} deep"));
        }
        self.levels.push(level);
        Ok(())
    }

    fn close(&mut self, span: Span) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        // Braces and brackets have a width, the end of a block has none.
        let flow = span.end.index() > span.start.index();
        let is_parent = level
            .matched
            .is_some_and(|matched| matched + 1 == self.path.len());
        if is_parent && self.found.is_none() {
            let close = self.places.byte(span.start);
            let mapping = Mapping {
                flow,
                first: level.first.unwrap_or(close),
                last: level.first.and_then(|_| self.last_end()),
                close,
            };
            self.found = Some(Found::Gap(mapping));
        }
        if flow {
            self.last = Some((span, None));
        }
    }

    /// Where what came last ends, and whether its last line is taken up as well.
    fn last_end(&mut self) -> Option<End> {
        let (span, style) = self.last?;
        let block = matches!(style, Some(ScalarStyle::Literal | ScalarStyle::Folded));
        let at = match style {
            Some(style) if !block => self.places.scalar(span, style, 0).end,
            Some(_) | None => self.places.byte(span.end),
        };
        Some(End { at, block })
    }
}
