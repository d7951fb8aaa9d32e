//! What is promised, how often it is tried, and the bars.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use drun::memory::units::MB;
use rustix::process::Signal;

use crate::actors::{me, stuck_program};
use crate::scene::ending::{self, Bystander, KINDS, Why};
use crate::scene::files::{self, Fault};
use crate::scene::growth::{self, Away, Stop};
use crate::scene::stuck::{self, Doing, Figures, Plan};
use crate::scene::{Folder, Running};
use crate::tally::Promise;

/// The default limit in MB.
const LIMIT: u64 = 500;

fn promise(
    name: impl Into<String>,
    runs: usize,
    bar: f64,
    unit: &'static str,
    run: impl Fn(usize) -> f64 + 'static,
) -> Promise {
    Promise {
        name: name.into(),
        runs,
        run: Box::new(run),
        bar,
        unit,
        skip: None,
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MB as f64
}

/// All promises, in the order of the document.
pub(crate) fn all() -> Vec<Promise> {
    let mut all = Vec::new();
    all.extend(stuck_promises());
    all.extend(growth_promises());
    all.extend(dump_promises());
    all.extend(ending_promises());
    all.extend(tree_promises());
    all.extend(file_promises());
    all
}

/// Several figures of the same runs: the first to be looked at makes them.
struct Together<T> {
    make: Box<dyn Fn() -> T>,
    made: RefCell<Vec<T>>,
}

impl<T> Together<T> {
    fn new(make: impl Fn() -> T + 'static) -> std::rc::Rc<Self> {
        std::rc::Rc::new(Self {
            make: Box::new(make),
            made: RefCell::default(),
        })
    }

    fn of(&self, run: usize, figure: impl Fn(&T) -> f64) -> f64 {
        while self.made.borrow().len() <= run {
            let one = (self.make)();
            self.made.borrow_mut().push(one);
        }
        figure(&self.made.borrow()[run])
    }
}

fn stuck_promises() -> Vec<Promise> {
    let mut all = Vec::new();
    for workers in [1, 2] {
        for doing in [Doing::Grows, Doing::Jumps] {
            let plan = Plan {
                workers,
                doing,
                limit: LIMIT,
                well: Duration::from_millis(20),
                children: false,
            };
            let runs = Together::<Figures>::new(move || stuck::breach(plan, stuck_program));
            let name = |what: &str| format!("A {workers} stuck worker(s), {doing:?}: {what}");
            let (one, two, three) = (runs.clone(), runs.clone(), runs);
            all.push(promise(name("decided"), 50, 50.0, "ms", move |run| {
                one.of(run, |figures| figures.decision)
            }));
            all.push(promise(name("gone"), 50, 1000.0, "ms", move |run| {
                two.of(run, |figures| figures.end)
            }));
            if doing == Doing::Grows {
                all.push(promise(
                    name("above the limit"),
                    50,
                    16.0,
                    "MB",
                    move |run| three.of(run, |figures| megabytes(figures.excess)),
                ));
            }
        }
        for (signal, status) in [(Signal::TERM, 143), (Signal::INT, 130)] {
            let well = Duration::from_millis(300);
            let plan = Plan {
                workers,
                doing: Doing::Idles,
                limit: LIMIT,
                well,
                children: workers == 1,
            };
            let bar = if plan.children { 2000.0 } else { 1000.0 };
            all.push(promise(
                format!("A {workers} stuck worker(s): {signal:?} is heard"),
                10,
                bar,
                "ms",
                move |_| stuck::signal(signal, status, plan, stuck_program),
            ));
        }
    }
    all
}

fn growth_promises() -> Vec<Promise> {
    let mut all: Vec<Promise> = Away::ALL
        .into_iter()
        .map(|away| {
            promise(
                format!("B {away:?}: above the limit"),
                20,
                16.0,
                "MB",
                move |_| megabytes(growth::excess(away, LIMIT)),
            )
        })
        .collect();
    all.push(promise(
        "B 20 MB a second: above the limit",
        5,
        2.0,
        "MB",
        |_| megabytes(growth::steady(64)),
    ));
    // How much a capture of so much takes with all around it, measured once.
    let beside = Cell::new(0);
    all.push(promise(
        "B no false stop in 2 s at 98 % of the limit: share of it",
        50,
        99.0,
        "%",
        move |_| {
            let limit = 100 * MB;
            if beside.get() == 0 {
                let (done, resident) = growth::resting(90 * MB, 1, 200);
                assert_eq!(done.status, Some(0), "{}", done.err);
                beside.set(resident - 90 * MB);
            }
            let (done, resident) = growth::resting(limit / 100 * 98 - beside.get(), 2, 100);
            assert_eq!(done.status, Some(0), "{}", done.err);
            let share = resident as f64 / limit as f64 * 100.0;
            assert!(share > 97.0, "only {share} %");
            share
        },
    ));
    all
}

fn dump_promises() -> Vec<Promise> {
    let small = Together::<Stop>::new(|| growth::many_tasks(1000, LIMIT));
    let again = small.clone();
    let more = |name: &str, runs: usize, stop: fn() -> Stop| {
        promise(
            format!("C {name}: taken for the dump"),
            runs,
            4.0,
            "MB",
            move |_| megabytes(stop().growth()),
        )
    };
    vec![
        promise(
            "C 1,000 tasks: from decision to exit",
            20,
            250.0,
            "ms",
            move |run| small.of(run, Stop::end),
        ),
        promise(
            "C 1,000 tasks: further growth",
            20,
            16.0,
            "MB",
            move |run| again.of(run, |stop| megabytes(stop.growth())),
        ),
        more("a variable of 450 MB", 10, || {
            growth::large_variable(450, LIMIT)
        }),
        more("50,000 tasks", 5, || growth::many_tasks(50_000, LIMIT)),
        more("2,000,000 frames", 3, || {
            let stop = growth::deep(1500);
            let calls = stop.dump["execution"]["machines"][0]["calls"]
                .as_u64()
                .unwrap();
            assert!(calls > 2_000_000, "only {calls}");
            stop
        }),
    ]
}

fn ending_promises() -> Vec<Promise> {
    let mut all = Vec::new();
    for why in Why::ALL {
        for (name, script) in KINDS {
            let bystander = RefCell::new(None);
            all.push(promise(
                format!("D {why:?}, {name}: the last is gone"),
                10,
                2000.0,
                "ms",
                move |_| {
                    let mut bystander = bystander.borrow_mut();
                    let bystander = bystander.get_or_insert_with(Bystander::new);
                    let gone = ending::all(script, why);
                    assert!(bystander.lives(), "a foreign process was ended");
                    gone
                },
            ));
        }
    }
    all
}

fn tree_promises() -> Vec<Promise> {
    let sample = |figure: usize| {
        move |_| {
            let folder = Folder::new("");
            let mut command = folder.program(me());
            command.args(["--sample", "500"]);
            let done = Running::start(command).wait();
            let figures: Vec<f64> = done
                .out
                .split_whitespace()
                .map(|word| word.parse().unwrap())
                .collect();
            figures[figure] / 1000.0
        }
    };
    vec![
        promise(
            "E 200 MB shared by 8 processes: off the sum of their PSS",
            10,
            5.0,
            "%",
            |_| {
                let (seen, sum) = ending::shared(&format!("{} --share 200 8", me()));
                (seen as f64 / sum as f64 - 1.0).abs() * 100.0
            },
        ),
        promise(
            "E 200 MB shared by 8 processes under a tree limit of 400 MB: stops",
            10,
            0.0,
            "",
            |_| {
                f64::from(u8::from(!ending::fits(
                    &format!("{} --share 200 8", me()),
                    400,
                )))
            },
        ),
        promise(
            "E 24 processes that map one area of 300 MB at a time, under 2 GB: stops",
            10,
            0.0,
            "",
            |_| {
                f64::from(u8::from(!ending::fits(
                    &format!("{} --map 300 24", me()),
                    2048,
                )))
            },
        ),
        promise(
            "E 10 forks write to 60 MB that they had shared, under 200 MB: stopped",
            10,
            1000.0,
            "ms",
            |_| ending::tree_limit(&format!("{} --unshare 60 10", me()), 200),
        ),
        promise(
            "E a sample of 500 children, the first",
            10,
            10.0,
            "ms",
            sample(0),
        ),
        promise(
            "E a sample of 500 children, later ones",
            10,
            10.0,
            "ms",
            sample(1),
        ),
        promise(
            "E a child above the tree's limit is stopped",
            10,
            1000.0,
            "ms",
            |_| ending::tree_limit(&format!("{} --take 700 280", me()), 300),
        ),
    ]
}

fn file_promises() -> Vec<Promise> {
    let skip = (!files::can_mount()).then_some("no file system can be mounted here");
    let mut all: Vec<Promise> = Fault::ALL
        .into_iter()
        .map(|fault| Promise {
            skip: skip.filter(|_| fault.needs_mounts()),
            // The whole run, of which the way to the limit is the smaller part.
            ..promise(
                format!("F {fault:?}: a whole run to its stop"),
                10,
                1000.0,
                "ms",
                move |run| files::stopped(fault, run).took.as_secs_f64() * 1000.0,
            )
        })
        .collect();
    all.push(promise(
        "F SIGTERM with both streams full and unread",
        10,
        1000.0,
        "ms",
        |_| files::unread(),
    ));
    let left = Cell::new(0);
    all.push(promise(
        "F SIGKILL while the dump is written: left half-way, gone with the next run",
        100,
        100.0,
        "",
        move |run| {
            // Spread over the 20 ms that writing takes, without a pattern.
            let after = Duration::from_micros((run as u64 * 7919) % 20_000);
            left.set(left.get() + u32::from(files::killed(after)));
            f64::from(left.get())
        },
    ));
    all
}
