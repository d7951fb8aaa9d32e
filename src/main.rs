//! The command `xdrun`.

use std::process::ExitCode;

use drun::memory::allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The stack of a thread that parses a large file: 256 levels of nesting fit, in a debug build too.
const STACK: usize = 4 << 20;

fn main() -> ExitCode {
    drun::memory::allocator::tune();
    // One thread: children run beside it, and the machine lets the monitor in every millisecond. A
    // pool of workers would cost the start of a hello more than the hello itself.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(drun::cli::main(std::env::args_os().skip(1)));
            // What still blocks, such as a read that hangs, must not hold the process.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            use std::io::Write as _;
            // Nothing is left to report to when this fails too.
            let _ = writeln!(
                std::io::stderr(),
                "Error: the runtime cannot start: {error}"
            );
            ExitCode::FAILURE
        }
    }
}
