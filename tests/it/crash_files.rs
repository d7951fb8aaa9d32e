//! Where crash files go, in the real command: never over or through what is there, somewhere in any
//! case, each under a name of its own, and not too many.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use time::OffsetDateTime;
use time::macros::format_description;

use crate::schema::dump;
use crate::xdrun::{Finished, Scratch, block_on, finish};

const RECURSION: &str = "version: 2.0\n\ntask \"t\":\n  call task \"t\"\n";
const ARGUMENTS: [&str; 5] = [
    "-f",
    "t.drun",
    "t",
    "--memory-limit=32MB",
    "--memory-warning=off",
];

fn crash(scratch: &Scratch) -> Finished {
    let mut command = scratch.xdrun(ARGUMENTS);
    // Names hold the local time.
    command.env("TZ", "UTC");
    block_on(finish(command, Vec::new())).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("drun-crash-"))
        .collect();
    names.sort();
    names
}

#[test]
fn planted_links_pipes_and_folders_are_neither_followed_nor_replaced_nor_waited_for() {
    let scratch = Scratch::new().file("t.drun", RECURSION);
    let victim = scratch.home.join("victim");
    fs::write(&victim, "mine").unwrap();
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let mut planted = Vec::new();
    for second in 0..120 {
        let at = OffsetDateTime::now_utc() + time::Duration::seconds(second);
        let at = at.format(&format).unwrap();
        let place = |name: String| scratch.work.join(name);
        let (dump, summary) = (
            place(format!("drun-crash-dump-{at}.json")),
            place(format!("drun-crash-summary-{at}.txt")),
        );
        symlink(&victim, &dump).unwrap();
        let mode = rustix::fs::Mode::RWXU;
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &summary, fifo, mode, 0).unwrap();
        // The next name is taken as well, by a link to nothing and by a folder.
        symlink(
            "/nowhere/at/all",
            place(format!("drun-crash-dump-{at}-2.json")),
        )
        .unwrap();
        fs::create_dir(place(format!("drun-crash-summary-{at}-3.txt"))).unwrap();
        planted.extend([dump, summary]);
    }
    let before = names(&scratch.work).len();
    let begun = Instant::now();
    let finished = crash(&scratch);
    assert!(begun.elapsed() < Duration::from_secs(60));
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    assert!(err.contains("-4.json"), "{err}");
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
    assert_eq!(names(&scratch.work).len(), before + 2);
    for path in planted {
        let kind = fs::symlink_metadata(path).unwrap().file_type();
        assert!(!kind.is_file());
    }
    let own = names(&scratch.work);
    let own = own.iter().find(|name| name.ends_with("-4.json")).unwrap();
    let path = scratch.work.join(own);
    dump(&path);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // The viewer waits for no pipe either, and lists the one pair.
    let list = scratch.run(["cmd:crash", "list"]).out();
    assert_eq!(list.matches("drun-crash-dump").count(), 1, "{list}");
    assert_eq!(scratch.run(["cmd:crash", "clean"]).status, 0);
    assert_eq!(names(&scratch.work).len(), before);
}

#[test]
fn eight_crashes_at_once_give_eight_pairs_and_a_later_one_keeps_five() {
    let scratch = Scratch::new().file("t.drun", RECURSION);
    let finished = block_on(async {
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..8 {
            all.spawn(finish(scratch.xdrun(ARGUMENTS), Vec::new()));
        }
        all.join_all().await
    });
    let mut told = Vec::new();
    for finished in finished {
        let err = finished.unwrap().err();
        let line = err
            .lines()
            .find(|line| line.starts_with("Diagnostic information"));
        told.push(line.unwrap().rsplit(' ').next().unwrap().to_owned());
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 8, "{told:?}");
    // Where two processors take longer than a second for all eight, the first may be gone by then.
    let kept = names(&scratch.work);
    assert!(kept.len() >= 10 && kept.len().is_multiple_of(2), "{kept:?}");
    for name in kept.iter().filter(|name| name.ends_with(".json")) {
        dump(&scratch.work.join(name));
        let summary = name.replace("dump", "summary").replace(".json", ".txt");
        assert!(kept.contains(&summary), "{kept:?}");
    }

    let ago = SystemTime::now() - Duration::from_secs(60);
    for name in &kept {
        let file = fs::File::options()
            .append(true)
            .open(scratch.work.join(name));
        file.unwrap().set_modified(ago).unwrap();
    }
    let err = crash(&scratch).err();
    let left = names(&scratch.work);
    assert_eq!(left.len(), 10, "{left:?}");
    let newest = left.iter().filter(|name| err.contains(name.as_str()));
    assert_eq!(newest.count(), 1, "{err}");
}

#[test]
fn a_folder_that_cannot_be_written_leads_to_the_next_place_and_to_the_essentials_at_last() {
    let scratch = Scratch::new().file("t.drun", RECURSION);
    let temporary = scratch.temporary.clone();
    let file = scratch.work.join("t.drun");
    let run = |home: &Path, temporary: &Path| {
        let mut command = scratch.xdrun(["-f", file.to_str().unwrap()]);
        // Not even root can write there.
        command.args(&ARGUMENTS[2..]).current_dir("/proc");
        command.env("HOME", home).env("TMPDIR", temporary);
        block_on(finish(command, Vec::new())).unwrap()
    };
    let finished = run(&scratch.home, &temporary);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    let place = format!("dumped to {}/drun-crash-dump-", temporary.display());
    assert!(err.contains(&place), "{err}");
    assert!(err.contains("could not be used"), "{err}");
    assert_eq!(names(&temporary).len(), 2);

    let home = scratch.home.join("other");
    let err = run(&home, Path::new("/no/such/folder")).err();
    let place = format!("dumped to {}/.drun/crash/drun-crash-dump-", home.display());
    assert!(err.contains(&place), "{err}");

    let err = run(Path::new("/proc/no/home"), Path::new("/no/such/folder")).err();
    assert!(
        err.contains("Diagnostic information could not be written"),
        "{err}"
    );
    assert!(
        err.contains("Cause: task \"t\" calls itself without end: t → t"),
        "{err}"
    );
    assert!(err.contains("What to do:"), "{err}");
}

#[test]
fn a_folder_that_was_set_is_made_and_one_that_cannot_be_is_told() {
    let scratch = Scratch::new().file("t.drun", RECURSION);
    let to = |folder: &str| {
        let flag = format!("--memory-dump-dir={folder}");
        scratch
            .run(ARGUMENTS.into_iter().chain([flag.as_str()]))
            .err()
    };
    let err = to("made/here");
    assert!(err.contains("made/here/drun-crash-dump-"), "{err}");
    assert_eq!(names(&scratch.work.join("made/here")).len(), 2);
    assert!(names(&scratch.work).is_empty());

    let err = to("/proc/no/such");
    assert!(err.contains("/proc/no/such could not be used: "), "{err}");
    assert_eq!(names(&scratch.work).len(), 2);
}

#[test]
fn the_working_directory_of_the_run_has_no_say() {
    let program = "version: 2.0\n\ntask \"t\":\n  use workdir \"sub\"\n  call task \"loop\"\n\n\
                   task \"loop\":\n  call task \"loop\"\n";
    let scratch = Scratch::new().file("t.drun", program).file("sub/x", "");
    let finished = crash(&scratch);
    assert_eq!(finished.status, 1, "{}", finished.err());
    assert_eq!(names(&scratch.work).len(), 2);
    assert!(names(&scratch.work.join("sub")).is_empty());
}
