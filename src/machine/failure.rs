//! What a failing statement leaves behind: a cause, and the layers that it passed on its way out.

use std::collections::VecDeque;

use crate::source::Text;

/// A layer that an error passes on its way out of nested calls and loops.
#[derive(Debug, Clone)]
pub(crate) enum Layer {
    /// `task 'NAME' failed: …`
    Task(Text),
    /// `error executing snippet 'NAME': …`
    Snippet(Text),
    /// `error processing item 'ITEM': …`
    Item(Text),
}

impl Layer {
    fn write(&self, out: &mut String) {
        let (before, name, after) = match self {
            Self::Task(name) => ("task '", name, "' failed: "),
            Self::Snippet(name) => ("error executing snippet '", name, "': "),
            Self::Item(item) => ("error processing item '", item, "': "),
        };
        out.push_str(before);
        out.push_str(name);
        out.push_str(after);
    }
}

/// How many layers at either end of the chain are written out.
///
/// A recursion of 500,000 levels that fails at its bottom would otherwise build a message of
/// megabytes, and copy it once a level.
const SHOWN: usize = 100;

/// A failure on its way out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failure {
    cause: Text,
    /// The innermost layers, from the inside out.
    inner: Vec<Layer>,
    /// The outermost layers, from the inside out, when there are too many to keep all.
    outer: VecDeque<Layer>,
    left_out: u64,
    /// An attached command was ended by Ctrl-C: the run ends as by the signal, and nothing catches it.
    pub(crate) interrupted: bool,
}

impl Failure {
    /// A failure with nothing around it.
    pub(crate) fn new(cause: impl Into<Text>) -> Self {
        Self {
            cause: cause.into(),
            ..Self::default()
        }
    }

    /// Ctrl-C ended an attached command.
    pub(crate) fn interrupted() -> Self {
        Self {
            interrupted: true,
            ..Self::new("stopped by SIGINT")
        }
    }

    /// The same failure, seen from outside of `layer`.
    pub(crate) fn within(mut self, layer: Layer) -> Self {
        if self.inner.len() < SHOWN {
            self.inner.push(layer);
        } else {
            self.outer.push_back(layer);
            if self.outer.len() > SHOWN {
                self.outer.pop_front();
                self.left_out += 1;
            }
        }
        self
    }

    /// The whole message: the layers from the outside in, then the cause.
    pub(crate) fn message(&self) -> Text {
        if self.inner.is_empty() {
            return self.cause.clone();
        }
        let mut out = String::new();
        self.outer
            .iter()
            .rev()
            .for_each(|layer| layer.write(&mut out));
        if self.left_out > 0 {
            out.push_str(&format!("… {} more … ", self.left_out));
        }
        self.inner
            .iter()
            .rev()
            .for_each(|layer| layer.write(&mut out));
        out.push_str(&self.cause);
        out.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_stand_from_the_outside_in() {
        let failure = Failure::new("boom")
            .within(Layer::Item("a".into()))
            .within(Layer::Task("inner".into()));
        assert_eq!(
            failure.message(),
            "task 'inner' failed: error processing item 'a': boom"
        );
    }

    #[test]
    fn a_very_deep_chain_is_cut_in_its_middle() {
        let mut failure = Failure::new("boom");
        for level in 0..100_000 {
            failure = failure.within(Layer::Task(level.to_string().into()));
        }
        let message = failure.message();
        assert!(message.starts_with("task '99999' failed: "), "{message}");
        assert!(
            message.contains("… 99800 more … task '99' failed: "),
            "{message}"
        );
        assert!(message.ends_with("task '0' failed: boom"));
        assert!(message.len() < 10_000);
    }
}
