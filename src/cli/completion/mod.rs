//! `cmd:completion`: the scripts for shells. They ask `cmd:complete` for what can be typed.

mod candidates;
mod parameter;

pub(super) use candidates::complete;
pub(super) use parameter::type_name;

use super::invocation::Shell;
use crate::report::Report;

const BASH: &str = include_str!("script.bash");
const ZSH: &str = include_str!("script.zsh");
const FISH: &str = include_str!("script.fish");
const POWERSHELL: &str = include_str!("script.ps1");

/// Prints the script for a shell.
pub(super) fn script(shell: Shell, report: &Report) {
    let script = match shell {
        Shell::Bash => BASH,
        Shell::Zsh => ZSH,
        Shell::Fish => FISH,
        Shell::PowerShell => POWERSHELL,
    };
    report.bytes(script.as_bytes());
}
