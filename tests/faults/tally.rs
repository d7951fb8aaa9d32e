//! Runs the promises, counts, and prints the table.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

/// A promise: what is run, how often, and what the worst figure may be.
pub(crate) struct Promise {
    /// What has to be in what is asked for on the command line.
    pub(crate) name: String,
    pub(crate) runs: usize,
    /// A figure of run `n`; a run that breaks its promise panics.
    pub(crate) run: Box<dyn Fn(usize) -> f64>,
    pub(crate) bar: f64,
    pub(crate) unit: &'static str,
    /// Why it can't be tried here.
    pub(crate) skip: Option<&'static str>,
}

/// Runs those whose names contain what is wanted.
pub(crate) fn run(promises: &[Promise], wanted: &[&str]) -> ExitCode {
    let mut broken = 0;
    let begun = Instant::now();
    println!("| Promise | Runs | Worst | At most |\n|---|---|---|---|");
    for promise in promises {
        let asked = wanted.is_empty() || wanted.iter().any(|part| promise.name.contains(part));
        if asked && !promise.keep() {
            broken += 1;
        }
    }
    println!("\n{broken} broken; {} s", begun.elapsed().as_secs());
    ExitCode::from(u8::from(broken > 0))
}

impl Promise {
    fn keep(&self) -> bool {
        let Self {
            name,
            runs,
            bar,
            unit,
            ..
        } = self;
        if let Some(reason) = self.skip {
            println!("| {name} | 0, {reason} | | |");
            return true;
        }
        let (mut kept, mut worst) = (0, f64::MIN);
        for index in 0..*runs {
            let figure = catch_unwind(AssertUnwindSafe(|| (self.run)(index)));
            let Ok(figure) = figure else { continue };
            worst = worst.max(figure);
            kept += usize::from(figure <= *bar);
        }
        let mark = if kept == *runs { "" } else { " **broken**" };
        let worst = if worst == f64::MIN {
            "-".to_owned()
        } else {
            format!("{worst:.1} {unit}")
        };
        println!("| {name} | {kept} of {runs}{mark} | {worst} | {bar} {unit} |");
        kept == *runs
    }
}
