//! `promote changelog`: its texts are evaluated here; to read and to write is an action.

use super::super::{Action, Execution, Machine, Stop};
use crate::action::changelog::Job;
use crate::ast::Template;
use crate::ast::action::Changelog;
use crate::source::Text;
use crate::value::{Undefined, now_format};

/// The layout of the date.
const DATE: &str = "2006-01-02";

impl Machine {
    pub(in crate::machine) fn promote_changelog(&mut self, node: &Changelog) -> Execution {
        let shown = self.changelog_text(&node.target)?.to_string();
        let version = self.changelog_text(&node.version)?;
        let date = match &node.date {
            Some(date) => self.changelog_text(date)?,
            None => now_format::format(&now_format::local_now(), DATE).into(),
        };
        Err(Stop::Action(Box::new(Action::Changelog(Box::new(Job {
            path: self.run.world.start_dir.join(&shown),
            shown,
            version,
            date,
            dry_run: self.dry(),
            verbose: self.run.options.verbose,
        })))))
    }

    /// A text in which what is unknown stays as it is written.
    fn changelog_text(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text_with(template, Undefined::Never, "promote changelog")
    }
}
