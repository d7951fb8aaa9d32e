//! The quick version of the fault suite: the same faults, once and with small limits, without bars in
//! time.

use std::time::Duration;

use crate::scene::ending::{self, Bystander, KINDS, Why};
use crate::scene::files::{self, Fault};
use crate::scene::growth::{self, Away};

#[test]
fn everything_that_runs_away_is_stopped_with_a_dump() {
    for away in Away::ALL {
        growth::excess(away, 64);
    }
}

#[test]
fn nobody_outlives_a_stop() {
    let mut bystander = Bystander::new();
    for (name, script) in KINDS.iter().filter(|(name, _)| !name.starts_with("200")) {
        ending::all(script, Why::Breach);
        assert!(bystander.lives(), "{name}");
    }
}

#[test]
fn a_stop_says_why_whatever_is_wrong_around_it() {
    let can_mount = files::can_mount();
    for fault in Fault::ALL {
        if can_mount || !fault.needs_mounts() {
            files::stopped(fault, 0);
        }
    }
}

#[test]
fn a_reader_that_does_not_read_holds_up_no_signal() {
    files::unread();
}

#[test]
fn a_writer_that_is_killed_leaves_nothing_broken() {
    files::killed(Duration::ZERO);
    files::killed(Duration::from_millis(2));
}
