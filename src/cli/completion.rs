//! `cmd:completion`: scripts for shells, and the candidates that they ask for.

use super::flags::FLAGS;
use super::{Failure, Settings};
use crate::ast::{DefaultValue, File, Matching, Parameter, ParameterKind, ParameterType};
use crate::load::{LoadProgress, Places, discover, parse};
use crate::report::Report;
use std::sync::Arc;

/// Built-in commands that are offered at once.
const OFFERED: &[&str] = &[
    "cmd:from",
    "cmd:link",
    "cmd:secret",
    "cmd:skill",
    "cmd:stateless",
    "cmd:unlink",
    "cmd:unlink-all",
];
/// All built-in commands.
const ALL: &[&str] = &[
    "cmd:completion",
    "cmd:crash",
    "cmd:dump-env",
    "cmd:from",
    "cmd:hook",
    "cmd:link",
    "cmd:lsp",
    "cmd:memory",
    "cmd:secret",
    "cmd:skill",
    "cmd:stateless",
    "cmd:trust",
    "cmd:unlink",
    "cmd:unlink-all",
    "cmd:untrust",
];

const BASH: &str = r#"# bash completion for xdrun
_xdrun() {
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    local line
    COMPREPLY=()
    while IFS=$'\t' read -r line _; do
        COMPREPLY+=("$line")
    done < <("${COMP_WORDS[0]}" cmd:complete -- "${words[@]}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _xdrun xdrun
"#;

const ZSH: &str = r#"#compdef xdrun
_xdrun() {
    local -a candidates
    local word description
    while IFS=$'\t' read -r word description; do
        candidates+=("${word//:/\\:}:${description}")
    done < <("${words[1]}" cmd:complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    _describe 'xdrun' candidates
}
compdef _xdrun xdrun
"#;

const FISH: &str = r#"# fish completion for xdrun
function __xdrun_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] cmd:complete -- $words[2..-1] 2>/dev/null
end
complete -c xdrun -f -a '(__xdrun_complete)'
"#;

const POWERSHELL: &str = r#"# PowerShell completion for xdrun
Register-ArgumentCompleter -Native -CommandName xdrun -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '' }
    xdrun cmd:complete -- @words 2>$null | ForEach-Object {
        $parts = $_ -split "`t", 2
        [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', ($parts[-1]))
    }
}
"#;

/// The script for a shell.
pub(super) fn script(settings: &Settings, report: &Report) -> Result<(), Failure> {
    let known = "bash, zsh, fish, powershell";
    let script = match &settings.words[..] {
        [shell] => match shell.as_str() {
            "bash" => BASH,
            "zsh" => ZSH,
            "fish" => FISH,
            "powershell" => POWERSHELL,
            other => {
                return Err(Failure::Text(format!(
                    "no completion for '{other}'; use one of: {known}"
                )));
            }
        },
        _ => {
            return Err(Failure::Text(format!(
                "cmd:completion needs one of: {known}"
            )));
        }
    };
    report.line(script.trim_end());
    Ok(())
}

/// The candidates for the last of the words: a word, a tab, its description.
pub(super) async fn complete(settings: &Settings, places: &Places, report: &Report) {
    let words = match settings.words.first().map(String::as_str) {
        Some("--") => settings.words.get(1..).unwrap_or_default(),
        _ => &settings.words,
    };
    let (typed, before) = match words.split_last() {
        Some((last, before)) => (last.as_str(), before),
        None => ("", &[][..]),
    };
    let file = match discover(settings.file.as_deref(), places) {
        Ok(found) => {
            let progress = Arc::new(LoadProgress::default());
            parse(&found.path, &found.shown, &progress).await.ok()
        }
        Err(_) => None,
    };
    let mut offer = |word: &str, description: &str| {
        if word.starts_with(typed) {
            report.line(&format!("{word}\t{description}"));
        }
    };
    let task = before.iter().find(|word| !word.starts_with('-'));
    if typed.starts_with('-') {
        for flag in FLAGS.iter().filter(|flag| !flag.help.is_empty()) {
            offer(&format!("--{}", flag.name), flag.help);
        }
        return;
    }
    match task {
        None if typed.starts_with("cmd:") => ALL.iter().for_each(|word| offer(word, "")),
        None => first_word(file.as_deref(), &mut offer),
        Some(task) if !typed.contains('=') => {
            parameters(file.as_deref(), task, before, &mut offer);
        }
        Some(_) => {}
    }
}

fn first_word(file: Option<&File>, offer: &mut impl FnMut(&str, &str)) {
    for task in file.iter().flat_map(|file| &file.tasks) {
        let description = task.head.description.as_deref().unwrap_or_default();
        let platforms: Vec<&str> = task
            .head
            .annotations
            .iter()
            .filter(|annotation| annotation.name == "platform")
            .flat_map(|annotation| annotation.args.iter().map(|word| word.trim()))
            .collect();
        let platforms = match platforms.is_empty() {
            true => String::new(),
            false => format!(" [{}]", platforms.join(", ")),
        };
        offer(&task.name, &format!("[task] {description}{platforms}"));
    }
    OFFERED.iter().for_each(|word| offer(word, ""));
    offer("help", "");
}

fn parameters(
    file: Option<&File>,
    task: &str,
    before: &[String],
    offer: &mut impl FnMut(&str, &str),
) {
    let Some(file) = file else { return };
    let Ok(Some((name, _))) = crate::resolve::Program::choose_in(file, Some(task)) else {
        return;
    };
    let Some(task) = file.tasks.iter().find(|task| task.name == name) else {
        return;
    };
    for parameter in &task.head.parameters {
        let word = format!("{}=", parameter.name);
        if !before.iter().any(|given| given.starts_with(&word)) {
            offer(&word, &describe(parameter));
        }
    }
}

fn describe(parameter: &Parameter) -> String {
    let required = parameter.word == ParameterKind::Requires && parameter.default.is_none();
    let need = if required { "required" } else { "optional" };
    let ty = match &parameter.ty {
        None | Some(ParameterType::String) => "string",
        Some(ParameterType::Number) => "number",
        Some(ParameterType::Boolean) => "boolean",
        Some(ParameterType::List(_)) => "list",
        Some(ParameterType::Unknown(word)) => word,
    };
    let mut out = format!("[parameter] {need} {ty}");
    if let Some(DefaultValue::Text(text)) = &parameter.default {
        out.push_str(&format!(", default: {}", text.text));
    }
    if !parameter.allowed.is_empty() {
        let allowed: Vec<&str> = parameter
            .allowed
            .iter()
            .map(|value| value.as_str())
            .collect();
        out.push_str(&format!(", one of: {}", allowed.join(", ")));
    }
    if let Some((low, high)) = parameter.range.as_deref() {
        out.push_str(&format!(", range: {low}-{high}"));
    }
    match parameter.matching.as_deref() {
        Some(Matching::Pattern(pattern)) => out.push_str(&format!(", pattern: {pattern}")),
        Some(Matching::Email) => out.push_str(", pattern: email"),
        Some(Matching::Macro(name)) => out.push_str(&format!(", pattern: {name}")),
        None => {}
    }
    out
}
