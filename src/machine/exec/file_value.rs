//! Statements about one value inside of a file: their texts are evaluated here; to read and to write is an action.

use super::super::{Action, Execution, Machine, Stop};
use crate::action::file_value::{Job, Operation, Place};
use crate::ast::Template;
use crate::ast::action::{FileValue, ValueOperation};
use crate::source::Text;
use crate::value::Undefined;

impl Machine {
    /// A dry run looks and checks as well, so what fails for a wrong file fails in it.
    pub(in crate::machine) fn file_value(&mut self, node: &FileValue) -> Execution {
        let selector = self.literal(&node.selector)?;
        let shown = match &node.target {
            Some(target) => self.literal(target)?.to_string(),
            None => self.run.program.ast().main.source.name().to_owned(),
        };
        let operation = match &node.operation {
            ValueOperation::Get { variable } => Operation::Get {
                variable: variable.clone(),
            },
            ValueOperation::Check {
                comparison,
                expected,
            } => Operation::Check {
                comparison: *comparison,
                expected: self.literal(expected)?,
            },
            ValueOperation::Update { value, missing } => Operation::Update {
                value: self.literal(value)?,
                missing: *missing,
            },
        };
        let place = Place {
            format: node.format,
            selector,
            path: self.run.world.start_dir.join(&shown),
            shown,
        };
        Err(Stop::Action(Box::new(Action::FileValue(Box::new(Job {
            place,
            operation,
            dry_run: self.dry(),
            verbose: self.run.options.verbose,
        })))))
    }

    /// A text in which what is unknown stays as it is written.
    fn literal(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text_with(template, Undefined::Never, "statement about a value")
    }
}
