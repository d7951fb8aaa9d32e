//! Another Tokio program under the memory monitor: `cargo run --example monitor`.

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::time::Duration;

use drun::memory::limits::Limits;
use drun::memory::units::{MB, show};
use drun::memory::{Monitor, Verdict};
use tokio_util::sync::CancellationToken;

/// Takes a megabyte every few milliseconds, and never gives one back.
async fn leak() {
    let mut held = Vec::new();
    loop {
        held.push(vec![1_u8; MB as usize]);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let limits = Limits {
        critical: Some(64 * MB),
        ..Limits::default()
    };
    let ctx = CancellationToken::new();
    let verdict = tokio::select! {
        biased;
        verdict = Monitor::new(limits).run(ctx.clone()) => verdict,
        () = leak() => Verdict::Cancelled,
    };
    match verdict {
        Verdict::Breach(breach) => {
            let exceeded = &breach.record.exceeded;
            let (limit, current) = (show(exceeded.limit), show(exceeded.current));
            println!("stopped at {current}, above the limit of {limit}");
        }
        Verdict::Cancelled => println!("nothing happened"),
    }
}
