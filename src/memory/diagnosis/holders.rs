//! What else may hold memory inside this process: variables, captured output, files that are read,
//! parallel branches, the program itself.

use super::{Candidate, Class, branches};
use crate::ast::{Ast, Block, ConditionalBranch, File, ProjectItem, Stmt};
use crate::memory::amount::{count, size};
use crate::memory::snapshot::{
    ExecutionSnapshot, MachineSnapshot, Phase, Place, ReadKind, VariableSize,
};
use crate::source::Span;

/// A file while it is parsed, and its tree, take about so many times its size.
const TREE_FACTOR: u64 = 5;

/// Every holder with what it holds.
pub(super) fn candidates(snapshot: &ExecutionSnapshot, program: Option<&Ast>) -> Vec<Candidate> {
    let mut all = Vec::new();
    for machine in &snapshot.machines {
        all.extend(
            machine
                .variables
                .first()
                .map(|largest| variable(machine, largest, program)),
        );
        all.extend(captured(machine));
        all.extend(read(machine));
    }
    all.extend(branches::candidate(snapshot, program));
    all.extend(loading(snapshot));
    all.extend(program.and_then(|program| task_file(program, snapshot)));
    all.extend(pending(snapshot));
    all
}

fn variable(machine: &MachineSnapshot, largest: &VariableSize, program: Option<&Ast>) -> Candidate {
    let statement = machine.statement.as_ref();
    let place = set_at(largest, statement, program);
    let at = place.as_ref().map(Place::file_line).unwrap_or_default();
    let task = place
        .as_ref()
        .map(|place| place.task.as_str())
        .unwrap_or_default();
    let iteration = machine.loops.first().map_or_else(String::new, |position| {
        format!(
            ", in iteration {} of \"{}\"",
            count(position.iteration),
            position.header
        )
    });
    let held = size(largest.bytes);
    Candidate {
        bytes: largest.bytes,
        class: Class::GrowingVariable,
        sentence: format!(
            "the variable {} holds {held}; task \"{task}\" sets it in {at}{iteration}",
            largest.name
        ),
        advice: vec![format!(
            "change {at} so that {} does not grow without bound, or write it to a file: {}",
            largest.name,
            place
                .as_ref()
                .map(|place| place.source_line.as_str())
                .unwrap_or_default(),
        )],
        third_line: format!("The variable {} has grown to {held} ({at}).", largest.name),
        place,
    }
}

/// Where a variable is set: by the running statement, or by one of its task.
pub(super) fn set_at(
    variable: &VariableSize,
    statement: Option<&Place>,
    program: Option<&Ast>,
) -> Option<Place> {
    let in_program = || {
        let task = statement.map_or("", |place| place.task.as_str());
        assignment(program?, &variable.name, task)
    };
    let place = variable.place.clone().or_else(in_program);
    place.or_else(|| statement.cloned())
}

fn captured(machine: &MachineSnapshot) -> Option<Candidate> {
    let largest = machine
        .captured
        .iter()
        .max_by_key(|captured| captured.bytes)?;
    let place = largest.place.clone();
    let at = place.file_line();
    let held = size(largest.bytes);
    let into = match largest.variable.as_str() {
        "" => String::new(),
        variable => format!(" into {variable}"),
    };
    Some(Candidate {
        bytes: largest.bytes,
        class: Class::CapturedOutput,
        sentence: format!(
            "{held} of output of `{}` are captured{into} by task \"{}\" in {at}",
            largest.command, place.task
        ),
        advice: vec![format!(
            "let the command in {at} write less (`| head -c 1M`), or send its output to a file \
             instead of capturing it"
        )],
        third_line: format!("The output that {at} captures has grown to {held}."),
        place: Some(place),
    })
}

fn read(machine: &MachineSnapshot) -> Option<Candidate> {
    let largest = machine.reads.iter().max_by_key(|read| read.bytes)?;
    let place = largest.place.clone();
    let at = place.file_line();
    let held = size(largest.bytes);
    let (name, task) = (&largest.name, &place.task);
    let (sentence, instead) = match largest.kind {
        ReadKind::File => (
            format!("task \"{task}\" has read {held} of the file {name} into memory in {at}"),
            "the whole of it is held; let a command pick what is needed (`grep`, `head -c 1M`) and \
             read that",
        ),
        ReadKind::HttpBody => (
            format!("task \"{task}\" has read {held} of the body of {name} into memory in {at}"),
            "download it to a file",
        ),
        ReadKind::Replacement => (
            format!("to replace texts in the file {name}, task \"{task}\" takes {held} in {at}"),
            "the whole text is held, before and after; let a command do it (`sed -i`), or replace \
             by less",
        ),
    };
    Some(Candidate {
        bytes: largest.bytes,
        class: Class::Read,
        sentence,
        advice: vec![format!("change {at}: {instead}")],
        third_line: format!("What {at} reads into memory has grown to {held}."),
        place: Some(place),
    })
}

/// A file that is still being read or parsed: nothing else runs then.
fn loading(snapshot: &ExecutionSnapshot) -> Option<Candidate> {
    let loading = snapshot
        .loading
        .as_ref()
        .filter(|_| snapshot.phase == Phase::Loading)?;
    let bytes = size(loading.bytes.max(loading.parsed));
    Some(Candidate {
        bytes: u64::MAX,
        class: Class::TaskFile,
        sentence: format!(
            "the task file {} ({bytes}) needs more memory than is allowed; {} of it were parsed",
            loading.file,
            size(loading.parsed)
        ),
        place: Some(Place {
            file: loading.file.clone(),
            ..Place::default()
        }),
        advice: vec![format!(
            "split {} into smaller files and include what is needed",
            loading.file
        )],
        third_line: format!("The task file {} is too large ({bytes}).", loading.file),
    })
}

/// The tree of a program that is loaded.
fn task_file(program: &Ast, snapshot: &ExecutionSnapshot) -> Option<Candidate> {
    if snapshot.phase == Phase::Loading && snapshot.loading.is_some() {
        return None;
    }
    let included = program.includes.iter().map(|include| &include.file);
    let files = || std::iter::once(&program.main).chain(included.clone());
    let length = |file: &File| file.source.text().len() as u64;
    let total: u64 = files().map(|file| length(file)).sum();
    let largest = files().max_by_key(|file| length(file))?;
    let name = largest.source.name().to_owned();
    let bytes = size(length(largest));
    Some(Candidate {
        bytes: total.saturating_mul(TREE_FACTOR),
        class: Class::TaskFile,
        sentence: format!(
            "the program itself fills the memory: its task files have {} of text, {name} alone {bytes}",
            size(total)
        ),
        advice: vec![format!(
            "split {name} into smaller files and include what is needed"
        )],
        third_line: format!("The task file {name} is too large ({bytes})."),
        place: Some(Place {
            file: name,
            ..Place::default()
        }),
    })
}

fn pending(snapshot: &ExecutionSnapshot) -> Option<Candidate> {
    let held = size(snapshot.pending_output);
    let place = snapshot
        .machines
        .iter()
        .find_map(|machine| machine.statement.clone());
    (snapshot.pending_output > 0).then(|| Candidate {
        bytes: snapshot.pending_output,
        class: Class::PendingOutput,
        sentence: format!("{held} of output wait for standard output, which is not being read"),
        place,
        advice: vec!["let the program that reads the output read on".to_owned()],
        third_line: format!("{held} of output wait to be read."),
    })
}

/// The last statement of `task` (or of any task) that sets `name`.
fn assignment(program: &Ast, name: &str, task: &str) -> Option<Place> {
    let files =
        std::iter::once(&program.main).chain(program.includes.iter().map(|include| &include.file));
    let bare = name.trim_start_matches('$');
    // A task of an include has its namespace before its name.
    let task = task.rsplit('.').next();
    let mut fallback = None;
    for file in files {
        let mut here = |owner: &str, body: &Block| {
            let place = Place::new(owner, &file.source, last_setting(body, bare)?);
            if task == Some(owner) {
                return Some(place);
            }
            fallback.get_or_insert(place);
            None
        };
        let found = file
            .tasks
            .iter()
            .chain(&file.templates)
            .find_map(|task| here(&task.name, &task.definition_once().body));
        let items = file.project.iter().flat_map(|project| &project.items);
        let found = found.or_else(|| {
            items.into_iter().find_map(|item| match item {
                ProjectItem::Snippet(snippet) => here(&snippet.name, &snippet.body),
                _ => None,
            })
        });
        if found.is_some() {
            return found;
        }
    }
    fallback
}

/// The last statement in `block` that sets the variable; blocks inside it included. The nesting
/// of a tree is limited, and what is still to be visited is kept in a list.
fn last_setting(block: &Block, bare: &str) -> Option<Span> {
    let sets = |variable: &str| variable.trim_start_matches('$') == bare;
    let mut found: Option<Span> = None;
    let mut rest: Vec<Block> = vec![block.clone()];
    while let Some(block) = rest.pop() {
        block.visit(&mut |statement| {
            let hit = match statement {
                Stmt::SetVariable(set) => sets(&set.name),
                Stmt::Transform(transform) => sets(&transform.name),
                Stmt::Capture(capture) => sets(&capture.variable),
                _ => false,
            };
            if hit {
                found = found.max(Some(statement.span()));
            }
            push_blocks(statement, &mut rest);
        });
    }
    found
}

fn push_blocks(statement: &Stmt, into: &mut Vec<Block>) {
    match statement {
        Stmt::Conditional(conditional) => {
            let body = |branch: &ConditionalBranch| branch.body.clone();
            into.extend(conditional.branches.iter().map(body));
            into.extend(conditional.otherwise.clone());
        }
        Stmt::WhenEnvironment(when) => {
            into.push(when.body.clone());
            into.extend(when.otherwise.clone());
        }
        Stmt::Loop(node) => into.push(node.body.clone()),
        Stmt::Try(node) => {
            into.push(node.body.clone());
            into.extend(node.catches.iter().map(|catch| catch.body.clone()));
            into.extend(node.finally.clone());
        }
        _ => {}
    }
}
