//! Statements about files and folders.

use drun::ast::Template;
use drun::ast::action::FileOperation;

use super::Printer;
use super::expression::quoted;

impl Printer {
    pub(super) fn file(&mut self, operation: &FileOperation) {
        let kind = |directory: &bool| if *directory { "folder" } else { "file" };
        let text = |template: &Template| quoted(&template.text);
        let line = match operation {
            FileOperation::Create { target, directory } => {
                format!("create {} {}", kind(directory), text(target))
            }
            FileOperation::Delete { target, directory } => {
                format!("delete {} {}", kind(directory), text(target))
            }
            FileOperation::Copy { source, target } => {
                format!("copy {} to {}", text(source), text(target))
            }
            FileOperation::Move { source, target } => {
                format!("move {} to {}", text(source), text(target))
            }
            FileOperation::Read { target, variable } => {
                let into = variable.as_ref().map(|name| format!(" as {name}"));
                format!("read file {}{}", text(target), into.unwrap_or_default())
            }
            FileOperation::Write { target, content } => {
                format!("write {} to file {}", text(content), text(target))
            }
            FileOperation::Append { target, content } => {
                format!("append {} to file {}", text(content), text(target))
            }
            FileOperation::Backup { source, target } => {
                let into = target.as_ref().map(|path| format!(" as {}", text(path)));
                format!("backup {}{}", text(source), into.unwrap_or_default())
            }
            FileOperation::Replace {
                target,
                replacements,
            } => {
                return self.block(format!("replace in {}", text(target)), |printer| {
                    for pair in replacements {
                        let (search, with) = (text(&pair.search), text(&pair.replacement));
                        printer.line(format!("{search} with {with}"));
                    }
                });
            }
            FileOperation::CheckExists { target, directory } => {
                format!("check if {} {} exists", kind(directory), text(target))
            }
            FileOperation::GetSize { target } => format!("check size of file {}", text(target)),
        };
        self.line(line);
    }
}
