//! What stands in a task beside its name: kept as a tree, or as text that is read again.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, TryLockError, Weak};

use rustc_hash::FxHashMap;

use super::{Annotation, Block, DependencyGroup, Parameter, Stmt};
use crate::source::{SourceFile, Span, Text};

/// The mode, the annotations, the parameters, the dependencies and the statements of a task.
///
/// Most tasks have statements only: what else there may be is kept apart, so that a file of many
/// small tasks stays small. It reads as if its fields stood here.
#[derive(Debug, Default)]
pub struct Definition {
    details: Option<Box<TaskDetails>>,
    /// The statements.
    pub body: Block,
}

/// What stands before and in a task beside its description and its statements.
#[derive(Debug, Default)]
pub struct TaskDetails {
    /// The text after `mode`.
    pub mode: Option<Text>,
    /// Annotations before it.
    pub annotations: Box<[Annotation]>,
    /// Parameters in the order of the text.
    pub parameters: Box<[Parameter]>,
    /// Dependencies in the order of the text.
    pub dependencies: Box<[DependencyGroup]>,
}

impl Definition {
    /// A definition of these parts.
    pub fn new(details: TaskDetails, body: Block) -> Self {
        let empty = details.mode.is_none()
            && details.annotations.is_empty()
            && details.parameters.is_empty()
            && details.dependencies.is_empty();
        Self {
            details: (!empty).then(|| Box::new(details)),
            body,
        }
    }

    fn is_marked(&self) -> bool {
        self.mode.is_some() || !self.annotations.is_empty()
    }
}

impl Deref for Definition {
    type Target = TaskDetails;

    fn deref(&self) -> &TaskDetails {
        static NONE: LazyLock<TaskDetails> = LazyLock::new(TaskDetails::default);
        self.details.as_deref().unwrap_or(&NONE)
    }
}

/// Where the definition of a task is.
#[derive(Debug)]
pub(super) enum Stored {
    Here(Box<Definition>),
    Text {
        is_marked: bool,
        requires_tools: bool,
        /// Where it begins: at its first annotation, else at its header; and where it ends.
        span: Span,
        texts: Arc<Definitions>,
    },
}

impl Stored {
    /// The definition at `span`, as text.
    pub(super) fn text(definition: &Definition, texts: &Arc<Definitions>, span: Span) -> Self {
        Self::Text {
            is_marked: definition.is_marked(),
            requires_tools: definition.body.requires_tools(),
            span,
            texts: texts.clone(),
        }
    }

    pub(super) fn is_marked(&self) -> bool {
        match self {
            Self::Here(definition) => definition.is_marked(),
            Self::Text { is_marked, .. } => *is_marked,
        }
    }

    pub(super) fn requires_tools(&self) -> bool {
        match self {
            Self::Here(definition) => definition.body.requires_tools(),
            Self::Text { requires_tools, .. } => *requires_tools,
        }
    }

    pub(super) fn read(&self) -> DefinitionRef<'_> {
        match self {
            Self::Here(definition) => DefinitionRef::Here(definition),
            Self::Text { span, texts, .. } => DefinitionRef::Read(texts.read(*span)),
        }
    }

    /// The same, without keeping anything for others: for walks over all tasks.
    pub(super) fn read_once(&self, extent: Extent) -> DefinitionRef<'_> {
        match self {
            Self::Here(definition) => DefinitionRef::Here(definition),
            Self::Text { span, texts, .. } => {
                let definition = (texts.parse)(&texts.source, span.start, extent);
                DefinitionRef::Read(Arc::new(definition))
            }
        }
    }
}

/// A definition: that of the tree, or one that was read again.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum DefinitionRef<'t> {
    Here(&'t Definition),
    Read(Arc<Definition>),
}

impl DefinitionRef<'_> {
    /// That of no task: empty.
    pub fn empty() -> Self {
        static EMPTY: LazyLock<Definition> = LazyLock::new(Definition::default);
        Self::Here(&EMPTY)
    }
}

impl Deref for DefinitionRef<'_> {
    type Target = Definition;

    fn deref(&self) -> &Definition {
        match self {
            Self::Here(definition) => definition,
            Self::Read(definition) => definition,
        }
    }
}

/// How much of a definition is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its mode and its annotations, which it begins with.
    Marks,
}

/// Reads the definition that begins at a byte of a file.
pub type ReadDefinition = fn(&Arc<SourceFile>, u32, Extent) -> Definition;

/// The definitions of a file that stay text.
pub struct Definitions {
    source: Arc<SourceFile>,
    parse: ReadDefinition,
    /// What was read.
    known: Mutex<Known>,
}

/// How much text of definitions is held as trees at a time, in bytes; the one that was read last is
/// held in any case.
const HELD: u32 = 64 * 1024;
/// What one of them counts for in addition.
const EACH: u32 = 64;

#[derive(Default)]
struct Known {
    /// Read lately, by where they begin: a task that is called once is called again.
    lately: FxHashMap<u32, Arc<Definition>>,
    /// The text of these, in bytes.
    text: u32,
    /// Bodies that somebody runs: a recursion holds one at each of its levels, all the same.
    bodies: FxHashMap<u32, Weak<Box<[Stmt]>>>,
    /// When bodies that nobody runs any more are looked for next.
    clean_at: usize,
}

impl Definitions {
    /// Those of `source`, which `parse` reads.
    pub fn new(source: Arc<SourceFile>, parse: ReadDefinition) -> Self {
        Self {
            source,
            parse,
            known: Mutex::default(),
        }
    }

    fn read(&self, span: Span) -> Arc<Definition> {
        let start = span.start;
        let parse = || (self.parse)(&self.source, start, Extent::Whole);
        let Some(known) = self.known() else {
            return Arc::new(parse());
        };
        if let Some(definition) = known.lately.get(&start) {
            return definition.clone();
        }
        drop(known);
        let mut definition = parse();
        let Some(mut known) = self.known() else {
            return Arc::new(definition);
        };
        let known = &mut *known;
        match known.bodies.get(&start).and_then(Weak::upgrade) {
            Some(body) => definition.body = Block(body),
            None => {
                known.clean();
                let body = Arc::downgrade(&definition.body.0);
                known.bodies.insert(start, body);
            }
        }
        let definition = Arc::new(definition);
        known.hold(span, &definition);
        definition
    }

    /// What is known; `None` while somebody else looks, who may be stuck for ever.
    fn known(&self) -> Option<MutexGuard<'_, Known>> {
        match self.known.try_lock() {
            Ok(known) => Some(known),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Known {
    fn hold(&mut self, span: Span, definition: &Arc<Definition>) {
        let text = span.end.saturating_sub(span.start).saturating_add(EACH);
        if self.text.saturating_add(text) > HELD {
            self.lately.clear();
            self.text = 0;
        }
        self.text = self.text.saturating_add(text);
        self.lately.insert(span.start, definition.clone());
    }

    fn clean(&mut self) {
        if self.bodies.len() >= self.clean_at {
            self.bodies.retain(|_, body| body.strong_count() > 0);
            self.clean_at = self.bodies.len() * 2 + 64;
        }
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Definitions").field(&self.source).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How often something was read on this thread.
        static READ: Cell<usize> = const { Cell::new(0) };
    }

    fn read(_: &Arc<SourceFile>, _: u32, _: Extent) -> Definition {
        READ.set(READ.get() + 1);
        Definition::default()
    }

    fn definitions() -> Definitions {
        let source = SourceFile::new("a.drun", String::new()).unwrap();
        Definitions::new(source, read)
    }

    /// A definition of `length` bytes from `start` on, and how often it was read for that.
    fn at(definitions: &Definitions, start: u32, length: u32) -> (Arc<Definition>, usize) {
        let before = READ.get();
        let definition = definitions.read(Span::new(start, start + length));
        (definition, READ.get() - before)
    }

    #[test]
    fn what_was_read_lately_is_held_up_to_a_length() {
        let definitions = definitions();
        let half = HELD / 2 - EACH;
        let (first, reads) = at(&definitions, 0, half);
        assert_eq!(reads, 1);
        assert_eq!(at(&definitions, half, half).1, 1);
        let (again, reads) = at(&definitions, 0, half);
        assert_eq!(reads, 0);
        assert!(Arc::ptr_eq(&first, &again));
        // There is no room for a third.
        assert_eq!(at(&definitions, 2 * half, 1).1, 1);
        assert_eq!(at(&definitions, 0, half).1, 1);
        assert_eq!(at(&definitions, 2 * half, 1).1, 0);
        // One that is too long by itself is held while nothing else is read.
        let long = 10 * HELD;
        assert_eq!(at(&definitions, long, long).1, 1);
        assert_eq!(at(&definitions, long, long).1, 0);
        assert_eq!(definitions.known().unwrap().lately.len(), 1);
    }

    #[test]
    fn a_body_that_somebody_runs_is_there_once() {
        let definitions = definitions();
        let (running, _) = at(&definitions, 0, 10);
        for start in 1..100 {
            at(&definitions, start * HELD, HELD);
        }
        let (again, reads) = at(&definitions, 0, 10);
        assert_eq!(reads, 1);
        assert!(Arc::ptr_eq(&running.body.0, &again.body.0));
    }

    #[test]
    fn bodies_that_nobody_runs_are_forgotten() {
        let definitions = definitions();
        for start in 0..10_000 {
            at(&definitions, start * HELD, HELD);
        }
        let known = definitions.known().unwrap();
        assert!(known.bodies.len() < 200, "{}", known.bodies.len());
    }

    #[test]
    fn nobody_waits_for_who_looks_meanwhile() {
        let definitions = definitions();
        let looking = definitions.known();
        assert_eq!(at(&definitions, 0, 10).1, 1);
        drop(looking);
        assert_eq!(at(&definitions, 0, 10).1, 1);
        assert_eq!(at(&definitions, 0, 10).1, 0);
    }
}
