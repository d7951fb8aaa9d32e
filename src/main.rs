//! The command `xdrun`.

use std::io::{self, Write as _};
#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::process::ExitCode;

use drun::memory::allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The stack of a thread that parses a large file: 256 levels of nesting fit, in a debug build too.
const STACK: usize = 4 << 20;

/// What the runtime opens: its poll and a copy of it, a bell, and a pair of sockets with a copy for
/// signals.
#[cfg(unix)]
const DESCRIPTORS: usize = 6;

fn main() -> ExitCode {
    drun::memory::allocator::tune();
    if let Err(error) = spare_descriptors() {
        return refuse(&error);
    }
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
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &io::Error) -> ExitCode {
    // Nothing is left to report to when this fails too.
    let _ = writeln!(io::stderr(), "Error: the runtime cannot start: {error}");
    ExitCode::FAILURE
}

/// Takes and gives back as many descriptors as the runtime takes: it panics over some of those that
/// it does not get.
#[cfg(unix)]
fn spare_descriptors() -> io::Result<()> {
    // Kept until all are there.
    let mut taken: [Option<OwnedFd>; DESCRIPTORS] = Default::default();
    for place in &mut taken {
        *place = Some(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    }
    Ok(())
}

#[cfg(not(unix))]
fn spare_descriptors() -> io::Result<()> {
    Ok(())
}
