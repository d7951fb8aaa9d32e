//! Statements about files and folders: their texts, what a dry run says, and what is to be done.

use super::super::{Action, Execution, Machine, Stop};
use crate::action::file::{Job, Outcome, list_pairs};
use crate::ast::Template;
use crate::ast::action::{FileAction, FileOperation, Replacement};
use crate::source::Text;
use crate::value::{self, ExpandedPath, Undefined, Value, now_format};

/// What a variable holds in a dry run that would hold the content of a file.
const DRY_CONTENT: &str = "[DRY RUN] file content";
/// The layout of the time in the name of a backup.
const BACKUP_TIME: &str = "2006-01-02-15-04-05";

/// A statement whose texts are known.
struct Plan {
    /// What a dry run says, after `[DRY RUN] Would `.
    dry: String,
    /// The line before the work, where there is one.
    first: Option<String>,
    job: Job,
}

impl Machine {
    pub(in crate::machine) fn file(&mut self, node: &FileAction) -> Execution {
        let plan = self.file_plan(&node.operation)?;
        if self.dry() {
            self.line(&format!("📁 [DRY RUN] Would {}", plan.dry));
            self.dry_file(&plan.job);
            return Ok(());
        }
        if let Some(line) = plan.first {
            self.line(&line);
        }
        Err(Stop::Action(Box::new(Action::File(Box::new(plan.job)))))
    }

    /// What came of it.
    pub(in crate::machine) fn finish_file(&mut self, outcome: Outcome) -> Execution {
        outcome.lines.iter().for_each(|line| self.line(line));
        if let Some(failure) = outcome.failure {
            return Err(Stop::fail(failure));
        }
        if let Some((variable, content)) = outcome.captured {
            self.assign(&variable, Value::Text(content));
        }
        Ok(())
    }

    /// What a dry run adds to its line.
    fn dry_file(&mut self, job: &Job) {
        match job {
            Job::Replace { pairs, .. } => {
                list_pairs(pairs).iter().for_each(|line| self.line(line));
            }
            Job::Read {
                variable: Some(variable),
                ..
            } => {
                let name = variable.strip_prefix('$').unwrap_or(variable);
                self.line(&format!(
                    "[DRY RUN] Would capture file content in variable '{name}'"
                ));
                self.assign(variable, Value::Text(DRY_CONTENT.into()));
            }
            _ => {}
        }
    }

    fn file_plan(&mut self, operation: &FileOperation) -> Result<Plan, Stop> {
        match operation {
            FileOperation::Create { target, directory } => self.create(target, *directory),
            FileOperation::Delete { target, directory } => self.delete(target, *directory),
            FileOperation::Copy { source, target } => self.copy(source, target),
            FileOperation::Move { source, target } => self.rename(source, target),
            FileOperation::Read { target, variable } => self.read(target, variable.as_ref()),
            FileOperation::Write { target, content } => self.write(target, content),
            FileOperation::Append { target, content } => self.append(target, content),
            FileOperation::Backup { source, target } => self.backup(source, target.as_ref()),
            FileOperation::Replace {
                target,
                replacements,
            } => self.replace(target, replacements),
            FileOperation::CheckExists { target, directory } => {
                self.check_exists(target, *directory)
            }
            FileOperation::GetSize { target } => self.get_size(target),
        }
    }

    fn create(&mut self, target: &Template, directory: bool) -> Result<Plan, Stop> {
        let target = self.file_path(target)?;
        let (what, icon) = match directory {
            true => ("directory", "📁"),
            false => ("file", "📄"),
        };
        let shown = &target.shown;
        Ok(Plan {
            dry: format!("create {what} '{shown}'"),
            first: Some(format!("{icon} Creating {what}: {shown}")),
            job: match directory {
                true => Job::CreateFolder(target),
                false => Job::CreateFile(target),
            },
        })
    }

    fn delete(&mut self, target: &Template, directory: bool) -> Result<Plan, Stop> {
        let target = self.file_path(target)?;
        let (what, shown) = (word(directory), &target.shown);
        Ok(Plan {
            dry: format!("delete {what} '{shown}'"),
            first: Some(format!("🗑️  Deleting {what}: {shown}")),
            job: Job::Delete(target),
        })
    }

    fn copy(&mut self, source: &Template, target: &Template) -> Result<Plan, Stop> {
        let (source, target) = (self.file_path(source)?, self.file_path(target)?);
        let (from, to) = (&source.shown, &target.shown);
        Ok(Plan {
            dry: format!("copy '{from}' to '{to}'"),
            first: Some(format!("📋 Copying: {from} → {to}")),
            job: Job::Copy { source, target },
        })
    }

    fn rename(&mut self, source: &Template, target: &Template) -> Result<Plan, Stop> {
        let (source, target) = (self.file_path(source)?, self.file_path(target)?);
        let (from, to) = (&source.shown, &target.shown);
        Ok(Plan {
            dry: format!("move '{from}' to '{to}'"),
            first: Some(format!("🚚 Moving: {from} → {to}")),
            job: Job::Move { source, target },
        })
    }

    fn read(&mut self, target: &Template, variable: Option<&Text>) -> Result<Plan, Stop> {
        let target = self.file_path(target)?;
        let shown = &target.shown;
        Ok(Plan {
            dry: format!("read file '{shown}'"),
            first: Some(format!("📖 Reading file: {shown}")),
            job: Job::Read {
                target,
                variable: variable.cloned(),
            },
        })
    }

    fn write(&mut self, target: &Template, content: &Template) -> Result<Plan, Stop> {
        let content = self.file_text(content)?;
        let target = self.file_path(target)?;
        let shown = &target.shown;
        Ok(Plan {
            dry: format!("write content to file '{shown}'"),
            first: Some(format!("✏️  Writing to file: {shown}")),
            job: Job::Write { target, content },
        })
    }

    fn append(&mut self, target: &Template, content: &Template) -> Result<Plan, Stop> {
        let content = self.file_text(content)?;
        let target = self.file_path(target)?;
        let shown = &target.shown;
        Ok(Plan {
            dry: format!("append content to file '{shown}'"),
            first: Some(format!("➕ Appending to file: {shown}")),
            job: Job::Append { target, content },
        })
    }

    fn backup(&mut self, source: &Template, target: Option<&Template>) -> Result<Plan, Stop> {
        let source = self.file_path(source)?;
        let from = &source.shown;
        let (dry, target) = match target {
            Some(target) => {
                let target = self.file_path(target)?;
                (format!("backup '{from}' to '{}'", target.shown), target)
            }
            None => {
                let now = now_format::format(&now_format::local_now(), BACKUP_TIME);
                let shown = format!("{from}.backup-{now}");
                let target = ExpandedPath {
                    absolute: self.run.world.start_dir.join(&shown),
                    shown,
                };
                (format!("backup '{from}'"), target)
            }
        };
        let first = format!("💾 Backing up: {from} → {}", target.shown);
        Ok(Plan {
            dry,
            first: Some(first),
            job: Job::Copy { source, target },
        })
    }

    fn replace(&mut self, target: &Template, replacements: &[Replacement]) -> Result<Plan, Stop> {
        let target = self.file_path(target)?;
        let mut pairs = Vec::with_capacity(replacements.len());
        for pair in replacements {
            pairs.push((
                self.file_text(&pair.search)?,
                self.file_text(&pair.replacement)?,
            ));
        }
        let shown = &target.shown;
        Ok(Plan {
            dry: format!("replace values in file '{shown}'"),
            first: Some(format!("🔁  Replacing content in: {shown}")),
            job: Job::Replace { target, pairs },
        })
    }

    fn check_exists(&mut self, target: &Template, directory: bool) -> Result<Plan, Stop> {
        let target = self.path_in_workdir(target)?;
        Ok(Plan {
            dry: format!("check if {} '{}' exists", word(directory), target.shown),
            first: None,
            job: Job::Exists { target, directory },
        })
    }

    fn get_size(&mut self, target: &Template) -> Result<Plan, Stop> {
        let target = self.path_in_workdir(target)?;
        Ok(Plan {
            dry: format!("get size of file '{}'", target.shown),
            first: None,
            job: Job::Size(target),
        })
    }

    /// A text in which what is unknown stays as it is written.
    fn file_text(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text_with(template, Undefined::Never, "file statement")
    }

    /// A path, relative to where the program was started.
    fn file_path(&mut self, template: &Template) -> Result<ExpandedPath, Stop> {
        let text = self.file_text(template)?;
        let world = &self.run.world;
        Ok(value::expanded(&text, world, &world.start_dir))
    }

    /// The same, relative to where commands run: only what looks at a file follows `use workdir`.
    fn path_in_workdir(&mut self, template: &Template) -> Result<ExpandedPath, Stop> {
        let text = self.file_text(template)?;
        let workdir = self.task_call().and_then(|call| call.workdir.clone());
        let world = &self.run.world;
        let folder = workdir.as_deref().unwrap_or(&world.start_dir);
        Ok(value::expanded(&text, world, folder))
    }
}

fn word(directory: bool) -> &'static str {
    match directory {
        true => "directory",
        false => "file",
    }
}
