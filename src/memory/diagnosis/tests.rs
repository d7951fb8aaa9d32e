//! Each cause is found from the snapshot that it leaves, and from no other.

use super::*;
use crate::memory::fold::FoldedStack;
use crate::memory::record::{Exceeded, Figures, History, LimitInForce, Sample};
use crate::memory::snapshot::*;

const MB: u64 = 1 << 20;

fn place(task: &str, line: u32, source_line: &str) -> Place {
    Place {
        task: task.to_owned(),
        file: "build.drun".to_owned(),
        line,
        column: 3,
        source_line: source_line.to_owned(),
    }
}

fn record(scope: Scope, own: u64, children: u64) -> Record {
    let samples = (0..=20).map(|i| Sample {
        at: i * 100,
        resident: 12 * MB + (own * MB - 12 * MB) * i / 20,
        children: children * MB * i / 20,
        ..Sample::default()
    });
    Record {
        exceeded: Exceeded {
            scope,
            limit: 500 * MB,
            current: (own + if scope == Scope::Tree { children } else { 0 }) * MB,
            ..Exceeded::default()
        },
        figures: Figures {
            resident: own * MB,
            children: children * MB,
            ..Figures::default()
        },
        history: History {
            tasks: vec!["build".to_owned()],
            samples: samples.collect(),
        },
        limits: Vec::new(),
    }
}

fn machine() -> MachineSnapshot {
    MachineSnapshot {
        label: "main".to_owned(),
        statement: Some(place("build", 4, "set $log to \"{$log}x\"")),
        ..MachineSnapshot::default()
    }
}

fn snapshot(machine: MachineSnapshot) -> ExecutionSnapshot {
    ExecutionSnapshot {
        phase: Phase::Running,
        machines_total: 1,
        machines_bytes: 400 * MB,
        machines: vec![machine],
        ..ExecutionSnapshot::default()
    }
}

fn recursion(names: &[&str], depth: usize) -> MachineSnapshot {
    let frame = |i: usize| FrameSnapshot {
        kind: FrameKind::Task,
        name: names[i % names.len()].to_owned(),
        place: place(
            names[i % names.len()],
            4 + i as u32 % names.len() as u32,
            "call task …",
        ),
    };
    MachineSnapshot {
        depth: depth as u64,
        calls: depth as u64,
        frame_bytes: 480 * MB,
        stack: FoldedStack::build(depth, |i| (i % names.len()) as u64, frame),
        ..machine()
    }
}

fn own(machine: MachineSnapshot) -> Diagnosis {
    diagnose(&record(Scope::Own, 523, 0), Some(&snapshot(machine)), None)
}

#[test]
fn a_recursion_prints_its_cycle_with_the_lines_of_the_calls() {
    let mutual = own(recursion(&["a", "b"], 92_340));
    assert_eq!(mutual.class, Class::Recursion);
    assert_eq!(
        mutual.sentence,
        "tasks call each other without end: a → b → a, 92,340 deep \
         (a calls b in build.drun:4, b calls a in build.drun:5)"
    );
    assert_eq!(mutual.third_line, RUNAWAY);
    assert_eq!(mutual.place.unwrap().line, 4);
    assert_eq!(
        mutual.growth,
        "from 12 MB to 523 MB in the last 2.0 s (255 MB/s)"
    );
    assert!(mutual.advice[0].contains("build.drun:4"));
    assert!(mutual.advice[1].contains("`--memory-limit 2GB`"));
    let direct = own(recursion(&["a"], 180_000));
    assert!(
        direct
            .sentence
            .starts_with("task \"a\" calls itself without end: a → a, 180,000 deep")
    );
}

#[test]
fn a_deep_stack_is_no_recursion_when_a_variable_fills_the_memory() {
    let variable = VariableSize {
        name: "$log".to_owned(),
        bytes: 412 * MB,
        place: Some(place("build", 7, "set $log to \"{$log}{$log}\"")),
        ..VariableSize::default()
    };
    let deep = MachineSnapshot {
        frame_bytes: 30 * MB,
        variables: vec![variable],
        variable_bytes: 415 * MB,
        loops: vec![LoopPosition {
            header: "for each $i in range 1 to 100000".to_owned(),
            iteration: 81_223,
            ..LoopPosition::default()
        }],
        ..recursion(&["a", "b"], 60_000)
    };
    let found = own(deep);
    assert_eq!(found.class, Class::GrowingVariable);
    assert_eq!(
        found.sentence,
        "the variable $log holds 412 MB; task \"build\" sets it in build.drun:7, \
         in iteration 81,223 of \"for each $i in range 1 to 100000\""
    );
    assert_ne!(found.third_line, RUNAWAY);
}

#[test]
fn a_recursion_with_large_parameters_is_still_one() {
    let deep = MachineSnapshot {
        frame_bytes: 30 * MB,
        variables: vec![VariableSize {
            name: "$x".to_owned(),
            bytes: 10_000,
            ..VariableSize::default()
        }],
        variable_bytes: 450 * MB,
        ..recursion(&["a"], 45_000)
    };
    assert_eq!(own(deep).class, Class::Recursion);
}

#[test]
fn a_recursion_without_a_strict_cycle_is_found() {
    let frame = |i: usize| FrameSnapshot {
        name: if i.count_ones().is_multiple_of(2) {
            "a"
        } else {
            "b"
        }
        .to_owned(),
        ..FrameSnapshot::default()
    };
    let deep = MachineSnapshot {
        stack: FoldedStack::build(90_000, |i| u64::from(i.count_ones() % 2), frame),
        ..recursion(&["a"], 90_000)
    };
    let found = own(deep);
    assert_eq!(found.class, Class::Recursion);
    assert!(
        found.sentence.contains("a → b → a, 90,000 deep"),
        "{}",
        found.sentence
    );
}

#[test]
fn captured_output_and_reads_are_named_with_their_lines() {
    let captured = CapturedOutput {
        variable: "$out".to_owned(),
        command: "yes".to_owned(),
        bytes: 490 * MB,
        place: place("build", 9, "capture \"yes\" as $out"),
    };
    let found = own(MachineSnapshot {
        captured: vec![captured],
        ..machine()
    });
    assert_eq!(found.class, Class::CapturedOutput);
    assert_eq!(
        found.third_line,
        "The output that build.drun:9 captures has grown to 490 MB."
    );
    let read = HeldRead {
        name: "/var/log/big".to_owned(),
        bytes: 490 * MB,
        place: place("build", 3, "read file"),
        ..HeldRead::default()
    };
    let found = own(MachineSnapshot {
        reads: vec![read],
        ..machine()
    });
    assert_eq!(found.class, Class::Read);
    assert!(
        found.sentence.contains("490 MB of the file /var/log/big"),
        "{}",
        found.sentence
    );
}

#[test]
fn children_are_the_cause_only_when_the_tree_is_limited() {
    let child = |pid: u32, bytes: u64| ChildSnapshot {
        pid,
        command: "make all".to_owned(),
        bytes: bytes * MB,
        first_bytes: Some(20 * MB),
        running_ms: 8_000,
        place: Some(place("build", 5, "run \"make all\"")),
        ..ChildSnapshot::default()
    };
    let with = |children: Vec<ChildSnapshot>| ExecutionSnapshot {
        children_total: children.len() as u64,
        children,
        ..snapshot(machine())
    };
    let one = with(vec![child(7, 1900)]);
    let found = diagnose(&record(Scope::Tree, 20, 2000), Some(&one), None);
    assert_eq!(found.class, Class::LeakingChild);
    assert!(
        found
            .sentence
            .contains("`make all` (process 7) holds 1,900 MB"),
        "{}",
        found.sentence
    );
    assert!(found.sentence.contains("build.drun:5"));
    assert!(found.advice.last().unwrap().contains("--memory-tree-limit"));
    let mut sudden = record(Scope::Tree, 20, 2000);
    sudden.history.samples.truncate(2);
    assert_eq!(diagnose(&sudden, Some(&one), None).class, Class::Child);
    let many = with((0..40).map(|pid| child(pid, 50)).collect());
    let found = diagnose(&record(Scope::Tree, 20, 2000), Some(&many), None);
    assert_eq!(found.class, Class::ManyChildren);
    let own = diagnose(&record(Scope::Own, 523, 2000), Some(&one), None);
    assert_eq!(own.class, Class::Unknown);
}

#[test]
fn many_branches_a_huge_file_and_a_small_container_are_told_apart() {
    let branch = |bytes: u64| MachineSnapshot {
        variables: vec![VariableSize {
            name: "$x".to_owned(),
            bytes: bytes * MB,
            place: Some(place("double", 9, "set $x to \"{$x}{$x}\"")),
            ..VariableSize::default()
        }],
        variable_bytes: bytes * MB,
        ..machine()
    };
    let fan = |branches: &[u64]| ExecutionSnapshot {
        machines_total: 1 + branches.len() as u64,
        machines_bytes: branches.iter().sum::<u64>() * MB,
        machines: std::iter::once(machine())
            .chain(branches.iter().map(|bytes| branch(*bytes)))
            .collect(),
        ..snapshot(machine())
    };
    let found = diagnose(
        &record(Scope::Own, 523, 0),
        Some(&fan(&[256, 128, 64, 32])),
        None,
    );
    assert_eq!(found.class, Class::ParallelBranches);
    assert!(
        found
            .sentence
            .starts_with("4 parallel branches hold 480 MB together, of ")
            && found.sentence.contains("$x of each, up to 256 MB")
            && found
                .sentence
                .contains("task \"double\" sets it in build.drun:9"),
        "{}",
        found.sentence
    );
    // One branch that holds nearly all is the cause alone.
    let found = diagnose(
        &record(Scope::Own, 523, 0),
        Some(&fan(&[400, 20, 20])),
        None,
    );
    assert_eq!(found.class, Class::GrowingVariable);
    let loading = ExecutionSnapshot {
        phase: Phase::Loading,
        loading: Some(Loading {
            file: "big.drun".into(),
            bytes: 120 * MB,
            parsed: 80 * MB,
        }),
        ..ExecutionSnapshot::default()
    };
    let found = diagnose(&record(Scope::Own, 523, 0), Some(&loading), None);
    assert_eq!(found.class, Class::TaskFile);
    assert_eq!(found.place.unwrap().file_line(), "big.drun");
    let mut small = record(Scope::Own, 60, 0);
    small.limits.push(LimitInForce {
        name: "limit".to_owned(),
        value: "56 MB".to_owned(),
        bytes: Some(56 * MB),
        origin: "default".to_owned(),
        asked: Some(500 * MB),
        clamped_by: Some("memory.max of 64 MB".to_owned()),
    });
    let found = diagnose(&small, Some(&snapshot(machine())), None);
    assert_eq!(found.class, Class::Container);
    assert!(found.sentence.contains("memory.max of 64 MB"));
    let found = diagnose(&small, Some(&snapshot(recursion(&["a"], 5_000))), None);
    assert_eq!(found.class, Class::Recursion);
}

#[test]
fn nothing_is_invented_without_a_holder_or_without_a_state() {
    let found = own(machine());
    assert_eq!(found.class, Class::Unknown);
    assert_eq!(found.third_line, "It was executing build.drun:4.");
    let mut record = record(Scope::Own, 523, 0);
    record.history.samples.last_mut().unwrap().task = Some(0);
    let found = diagnose(&record, None, None);
    assert!(
        found.sentence.contains("while task \"build\" ran"),
        "{}",
        found.sentence
    );
    let empty = diagnose(&Record::default(), None, None);
    assert_eq!(empty.class, Class::Unknown);
}

#[test]
fn a_child_that_the_kernel_ended_is_the_cause_unless_memory_is_held_here() {
    let killed = ChildSnapshot {
        pid: 9,
        command: "tsc".to_owned(),
        killed_for_memory: true,
        ..ChildSnapshot::default()
    };
    assert_eq!(diagnose_killed(&killed, None).class, Class::KilledChild);
    let with = |machine| ExecutionSnapshot {
        children: vec![killed.clone()],
        children_total: 1,
        ..snapshot(machine)
    };
    let found = diagnose(&record(Scope::Own, 523, 0), Some(&with(machine())), None);
    assert_eq!(found.class, Class::KilledChild);
    let found = diagnose(
        &record(Scope::Own, 523, 0),
        Some(&with(recursion(&["a"], 9_000))),
        None,
    );
    assert_eq!(found.class, Class::Recursion);
}

#[test]
fn a_limit_of_a_task_is_about_its_own_children() {
    let child = |pid: u32, bytes: u64, task: &str| ChildSnapshot {
        pid,
        bytes: bytes * MB,
        command: format!("job-{pid}"),
        limited_by: vec![task.to_owned()],
        ..ChildSnapshot::default()
    };
    let mut record = record(Scope::Tree, 20, 430);
    record.exceeded = Exceeded {
        limit: 100 * MB,
        current: 130 * MB,
        children: 128 * MB,
        task: Some("pack".to_owned()),
        place: Some(place("pack", 2, "@memory(\"100MB\")")),
        ..record.exceeded
    };
    let with = |children: Vec<ChildSnapshot>| ExecutionSnapshot {
        children_total: children.len() as u64,
        children,
        ..snapshot(machine())
    };
    let two = with(vec![child(1, 300, "other"), child(2, 128, "pack")]);
    let found = diagnose(&record, Some(&two), None);
    assert_eq!(found.class, Class::Child);
    assert!(found.sentence.contains("job-2"), "{}", found.sentence);
    let advice = found.advice.last().unwrap();
    assert!(
        advice.contains("raise its limit in build.drun:2: `@memory(\"400MB\")`"),
        "{advice}"
    );

    // What the process itself holds of it is judged as for its own limit.
    record.exceeded.children = 0;
    let held = MachineSnapshot {
        variables: vec![VariableSize {
            name: "$x".to_owned(),
            bytes: 120 * MB,
            ..VariableSize::default()
        }],
        ..machine()
    };
    let found = diagnose(&record, Some(&snapshot(held)), None);
    assert_eq!(found.class, Class::GrowingVariable);
}
