//! Statements about one value inside of a file, and about changelogs.

use drun::ast::action::{Changelog, FileValue, MissingValue, ValueComparison, ValueOperation};

use super::Printer;
use super::expression::quoted;

impl Printer {
    pub(super) fn file_value(&mut self, node: &FileValue) {
        let word = match &node.operation {
            ValueOperation::Get { .. } => ("get", "from"),
            ValueOperation::Check { .. } => ("check", "in"),
            ValueOperation::Update { .. } => ("update", "in"),
        };
        let mut line = match &node.target {
            Some(target) => format!(
                "{} {} {} {} {}",
                word.0,
                node.format.name(),
                quoted(&node.selector.text),
                word.1,
                quoted(&target.text)
            ),
            None => format!("{} project version", word.0),
        };
        match &node.operation {
            ValueOperation::Get { variable } => line += &format!(" as {variable}"),
            ValueOperation::Check {
                comparison,
                expected,
            } => {
                let comparison = match comparison {
                    ValueComparison::Equals => "equals",
                    ValueComparison::Differs => "differs from",
                };
                line += &format!(" {comparison} {}", quoted(&expected.text));
            }
            ValueOperation::Update { value, missing } => {
                line += &format!(" to {}", quoted(&value.text));
                line += &match (missing, &node.target) {
                    (_, None) => String::new(),
                    (MissingValue::Fail, _) => " or fail".to_owned(),
                    (MissingValue::Add(None), _) => " or add".to_owned(),
                    (MissingValue::Add(Some(kind)), _) => format!(" or add as {}", kind.name()),
                };
            }
        }
        self.line(line);
    }

    pub(super) fn changelog(&mut self, node: &Changelog) {
        let (target, version) = (quoted(&node.target.text), quoted(&node.version.text));
        let date = node.date.as_ref();
        let date = date.map(|date| format!(" on {}", quoted(&date.text)));
        let date = date.unwrap_or_default();
        self.line(format!(
            "promote changelog {target} to version {version}{date}"
        ));
    }
}
