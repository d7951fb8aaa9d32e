//! The help text, from the table of flags.

use super::flags::{FLAGS, Takes};

const HEAD: &str = "\
drun runs the tasks of a project, and never lets a run take the machine down.

Usage:
  xdrun [flags] [TASK [key=value …]]
  xdrun cmd:NAME …

Without a task: the task `default`, else `help`, else the list of tasks. The beginning of a task's
name is enough where it is the only one. Tasks do not read .env files.

Flags:
";

const TAIL: &str = "
Built-in commands:
  cmd:completion SHELL     completion script for bash, zsh, fish or powershell
  cmd:crash                list, show, html, clean: what the memory monitor wrote
  cmd:dump-env             the environment with .env files laid over it
  cmd:link DIR…            use a task file for other folders
  cmd:memory               the memory limits in force, and where they come from
  cmd:stateless            keep the task file of a folder elsewhere
  cmd:trust, cmd:untrust   folders whose secrets may be used
  cmd:unlink, cmd:unlink-all

Memory: above 100 MB drun warns, above 500 MB it stops the run, ends what it started, and says which
line ran away. The environment variables DRUN_MEMORY_LIMIT, … set the same as the flags.
";

/// The whole help.
pub(super) fn text() -> String {
    let mut out = HEAD.to_owned();
    for flag in FLAGS.iter().filter(|flag| !flag.help.is_empty()) {
        let short = flag
            .short
            .map_or("    ".to_owned(), |short| format!("-{short}, "));
        let name = match flag.takes {
            Takes::Switch => format!("--{}", flag.name),
            Takes::Value(what) => format!("--{} {what}", flag.name),
        };
        out.push_str(&format!("  {short}{name:<30} {}\n", flag.help));
    }
    out.push_str(TAIL);
    out
}
