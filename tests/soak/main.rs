//! Long runs that have to leave nothing behind.
//!
//! ```sh
//! cargo test --release --test soak -- library 100000   # executions in one process
//! cargo test --release --test soak -- command 3600     # seconds of starting and interrupting xdrun
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it may fail, starts what it tests, and talks to whoever runs it"
)]

mod census;
mod command;
mod library;
mod random;

use drun::memory::allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &String| text.parse::<u64>().ok();
    match arguments.as_slice() {
        [what, most] if what == "library" && number(most).is_some() => {
            library::soak(number(most).unwrap_or_default());
        }
        [what, seconds] if what == "command" && number(seconds).is_some() => {
            command::soak(number(seconds).unwrap_or_default());
        }
        _ => println!("soak library EXECUTIONS | soak command SECONDS"),
    }
}
