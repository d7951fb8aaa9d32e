//! One pass over a text, an expression or a condition: how it takes unknown names, what it met, and
//! how deep it stands.

use super::Undefined;
use super::evaluator::Trouble;
use crate::ast::EnvironmentPart;
use crate::source::Text;

/// The state of one evaluation.
#[derive(Debug)]
pub(super) struct Pass {
    /// How unknown names are taken.
    pub(super) undefined: Undefined,
    environment: Vec<Text>,
    names: Vec<Text>,
    failures: Vec<String>,
    /// The settings that are being evaluated, outermost first.
    settings: Vec<Text>,
    /// How many settings were evaluated.
    reads: u32,
    /// Where the stack was when the pass began.
    stack: usize,
}

/// How many settings may be evaluated for one text. Settings that use others twice double the work
/// with each level.
const READS: u32 = 100_000;

/// How much of the stack one evaluation may take, in bytes: half of what a thread of Tokio has.
///
/// The parser limits how deep one text nests, but settings that use each other add their trees.
/// Levels would not do as a measure: those of an unoptimised program are five times as large.
const STACK: usize = 1 << 20;

/// About where the top of the stack is.
#[inline(never)]
fn stack_now() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

impl Pass {
    pub(super) fn new(undefined: Undefined) -> Self {
        Self {
            undefined,
            environment: Vec::new(),
            names: Vec::new(),
            failures: Vec::new(),
            settings: Vec::new(),
            reads: 0,
            stack: stack_now(),
        }
    }

    /// Notes a name that means nothing, where that is an error.
    pub(super) fn unknown(&mut self, name: &Text) {
        let strict = match self.undefined {
            Undefined::All => true,
            Undefined::Dollar | Undefined::DollarOnly => name.starts_with(['$', '(']),
            Undefined::Never | Undefined::Empty => false,
        };
        if strict {
            self.name(name.clone());
        }
    }

    fn name(&mut self, name: Text) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// Notes a variable of the environment that is not set, where that is an error.
    pub(super) fn unset(&mut self, part: &EnvironmentPart) {
        let strict = matches!(self.undefined, Undefined::All | Undefined::Dollar);
        if strict && !self.environment.contains(&part.source) {
            self.environment.push(part.source.clone());
        }
    }

    /// What stands in a text for something that means nothing.
    pub(super) fn instead(&self, source: &Text) -> Text {
        match self.undefined {
            Undefined::Empty => Text::default(),
            _ => source.clone(),
        }
    }

    /// Whether a text is looked through to its end when a part of it failed.
    pub(super) fn goes_on(&self) -> bool {
        self.undefined != Undefined::Empty && self.settings.is_empty()
    }

    /// Notes a failure; the rest of the text is looked through all the same.
    pub(super) fn failed(&mut self, message: String) {
        self.failures.push(message);
    }

    /// Does `work`, which takes unknown names its own way.
    pub(super) fn taking<R>(
        &mut self,
        undefined: Undefined,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let before = std::mem::replace(&mut self.undefined, undefined);
        let result = work(self);
        self.undefined = before;
        result
    }

    /// Does `work` and gives the names apart that it met and that mean nothing, whether that is an
    /// error here or not.
    pub(super) fn collecting<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> (R, Vec<Text>) {
        let names = std::mem::take(&mut self.names);
        let environment = self.environment.len();
        let strict = matches!(self.undefined, Undefined::All | Undefined::Dollar);
        let result = self.taking(Undefined::Dollar, work);
        if !strict {
            self.environment.truncate(environment);
        }
        (result, std::mem::replace(&mut self.names, names))
    }

    /// What the notes come to; environment variables are reported first and alone.
    pub(super) fn outcome(&mut self) -> Result<(), Trouble> {
        if !self.environment.is_empty() {
            let environment = std::mem::take(&mut self.environment);
            let list = join(&environment, |source| source.to_string());
            let noun = plural("undefined environment variable", environment.len());
            return Err(Trouble::Undefined(format!("{noun}: {list}")));
        }
        if !self.names.is_empty() {
            let names = std::mem::take(&mut self.names);
            let list = join(&names, |name| format!("{{{name}}}"));
            let noun = plural("undefined variable", names.len());
            return Err(Trouble::Undefined(format!("{noun}: {list}")));
        }
        let failures = std::mem::take(&mut self.failures);
        match failures.len() {
            0 => Ok(()),
            1 => Err(Trouble::Failed(failures.concat())),
            _ => Err(Trouble::Failed(format!(
                "multiple errors: {}",
                failures.join("; ")
            ))),
        }
    }

    /// One more level is about to begin.
    pub(super) fn deeper(&self) -> Result<(), Trouble> {
        if self.stack.abs_diff(stack_now()) < STACK {
            return Ok(());
        }
        let place = match self.settings.last() {
            Some(key) => format!("project setting '{key}'"),
            None => "a placeholder".to_owned(),
        };
        Err(Trouble::Failed(format!("{place} is nested too deep")))
    }

    /// Begins the evaluation of a setting, which [`Pass::leave_setting`] ends.
    pub(super) fn enter_setting(&mut self, key: Text) -> Result<(), Trouble> {
        if self.settings.contains(&key) {
            let message = format!("project setting '{key}' needs itself");
            return Err(Trouble::Failed(message));
        }
        self.reads += 1;
        if self.reads > READS {
            let message =
                format!("project setting '{key}' is needed by more than {READS} others at once");
            return Err(Trouble::Failed(message));
        }
        self.settings.push(key);
        Ok(())
    }

    /// Ends the evaluation of the setting that was begun last.
    pub(super) fn leave_setting(&mut self) {
        self.settings.pop();
    }
}

fn plural(noun: &str, count: usize) -> String {
    if count == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

fn join(names: &[Text], shown: impl Fn(&Text) -> String) -> String {
    names.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_collected_are_kept_apart() {
        let mut pass = Pass::new(Undefined::Never);
        let ((), names) = pass.collecting(|pass| pass.unknown(&Text::from("$x")));
        assert_eq!(names, [Text::from("$x")]);
        assert_eq!(pass.outcome(), Ok(()));
    }

    #[test]
    fn a_setting_that_needs_itself_is_named() {
        let mut pass = Pass::new(Undefined::All);
        assert_eq!(pass.enter_setting("a".into()), Ok(()));
        assert_eq!(pass.enter_setting("b".into()), Ok(()));
        let message = "project setting 'a' needs itself".to_owned();
        assert_eq!(
            pass.enter_setting("a".into()),
            Err(Trouble::Failed(message))
        );
    }
}
