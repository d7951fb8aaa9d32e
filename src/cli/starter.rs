//! The task files that `--init` writes.

use std::path::Path;

const HEAD: &str = "\
# Tasks of this project, run by drun.
#
#   xdrun --list              shows the tasks
#   xdrun TASK                runs one; the beginning of its name is enough
#   xdrun TASK key=value      gives it parameters
#   xdrun TASK --dry-run      shows what it would do

version: 2.0

";

const DEFAULT: &str = "
task \"default\" means \"Say what can be done here\":
\tinfo \"Run 'xdrun --list' to see the tasks of this project\"
";

const OTHERS: &str = "
task \"hello\" means \"Greet the world\":
\tinfo \"Hello from drun\"

task \"build\" means \"Build the project\":
\tstep \"Building\"
\t# A command of the shell: run \"make\"
\tsuccess \"Build complete\"

task \"test\" means \"Run the tests\":
\tstep \"Testing\"
\tsuccess \"All tests passed\"

# Another environment: xdrun deploy environment=production
task \"deploy\" means \"Deploy to an environment\":
\tgiven $environment defaults to \"development\"

\tstep \"Deploying to {$environment}\"
\tsuccess \"Deployed to {$environment}\"
";

/// The name of a project that lies in this folder.
pub(super) fn project_name(folder: &Path) -> String {
    match folder.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "project".to_owned(),
    }
}

/// The text between the quotes of a string that means `text`.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The starter with a few tasks.
pub(super) fn full(project: &str) -> String {
    minimal(project) + OTHERS
}

/// The starter with one task.
pub(super) fn minimal(project: &str) -> String {
    let project = escaped(project);
    format!("{HEAD}project \"{project}\" version \"1.0\":\n{DEFAULT}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use crate::parser::{self, Progress};
    use crate::resolve;

    #[test]
    fn the_starters_are_valid_whatever_the_folder_is_called() {
        for name in ["shop", "a \"b\" \\c", "{x}"] {
            for (text, tasks) in [(full(name), 5), (minimal(name), 1)] {
                let source = load::text("spec.drun", text).unwrap();
                let file = parser::parse(&source, &Progress::default()).unwrap();
                assert_eq!(file.project.as_ref().unwrap().name, name);
                assert_eq!(file.tasks.len(), tasks);
                assert!(file.tasks.iter().all(|task| task.description.is_some()));
                resolve::check(&file).unwrap();
            }
        }
    }
}
