//! Statements about files, where a mistake costs somebody their files, or never ends.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use crate::xdrun::{Finished, PATIENCE, Scratch, block_on};

/// Runs task `t` with that body, after `prepare`.
fn run(body: &str, prepare: impl FnOnce(&Scratch)) -> (Scratch, Finished) {
    let text = format!("version: 2.0\n\ntask \"t\":\n{body}");
    let scratch = Scratch::new().file("t.drun", &text);
    prepare(&scratch);
    let finished = scratch.run(["-f", "t.drun", "t"]);
    (scratch, finished)
}

/// Runs it; it has to fail for that reason.
fn refused(body: &str, reason: &str, prepare: impl FnOnce(&Scratch)) -> Scratch {
    let (scratch, finished) = run(body, prepare);
    assert_eq!(finished.status, 1, "{}", finished.err());
    assert!(finished.err().contains(reason), "{}", finished.err());
    scratch
}

#[test]
fn a_folder_that_holds_the_working_folder_is_never_deleted() {
    for path in [".", "./{$empty}", "/", "..", "sub/.."] {
        let body = format!("  set $empty to \"\"\n  create dir \"sub\"\n  delete dir \"{path}\"\n");
        let scratch = refused(&body, "refused: it holds the folder", |_| {});
        assert!(scratch.work.join("t.drun").exists());
    }
    let (scratch, finished) = run("  delete dir \"\"\n", |_| {});
    assert_eq!(finished.status, 0);
    assert!(scratch.work.join("t.drun").exists());
}

#[test]
fn a_link_is_deleted_and_what_it_leads_to_is_kept() {
    let (scratch, finished) = run("  delete dir \"link\"\n", |scratch| {
        fs::create_dir(scratch.work.join("kept")).unwrap();
        fs::write(scratch.work.join("kept/file"), "x").unwrap();
        symlink("kept", scratch.work.join("link")).unwrap();
    });
    assert!(finished.out().contains("Deleted file 'link'"));
    assert!(fs::symlink_metadata(scratch.work.join("link")).is_err());
    assert!(scratch.work.join("kept/file").exists());
}

#[test]
fn a_folder_is_not_copied_into_itself() {
    let inside = "cannot be copied or moved into itself";
    for statement in ["copy \"d\" to \"d/e/f\"", "move \"d\" to \"d/e/f\""] {
        let scratch = refused(&format!("  {statement}\n"), inside, |scratch| {
            fs::create_dir(scratch.work.join("d")).unwrap();
        });
        assert!(!scratch.work.join("d/e").exists());
    }
    let (scratch, finished) = run("  copy \"d\" to \"./d/../d\"\n", |scratch| {
        fs::create_dir(scratch.work.join("d")).unwrap();
        fs::write(scratch.work.join("d/file"), "kept").unwrap();
    });
    assert_eq!(finished.status, 0, "{}", finished.err());
    let kept = fs::read(scratch.work.join("d/file")).unwrap();
    assert_eq!(kept, b"kept");
}

#[test]
fn a_pipe_is_refused_and_not_waited_on() {
    let body = "  run \"mkfifo pipe\"\n  copy \"pipe\" to \"x\"\n";
    refused(body, "is no regular file", |_| {});
}

#[test]
fn a_copied_folder_keeps_its_links_and_modes() {
    let (scratch, finished) = run("  copy \"d\" to \"e\"\n", |scratch| {
        let d = scratch.work.join("d");
        fs::create_dir_all(d.join("locked")).unwrap();
        fs::write(d.join("locked/run.sh"), "true").unwrap();
        fs::set_permissions(d.join("locked/run.sh"), fs::Permissions::from_mode(0o750)).unwrap();
        symlink("locked/run.sh", d.join("link")).unwrap();
        symlink("nowhere", d.join("broken")).unwrap();
        fs::set_permissions(d.join("locked"), fs::Permissions::from_mode(0o500)).unwrap();
    });
    assert_eq!(finished.status, 0, "{}", finished.err());
    let e = scratch.work.join("e");
    let mode = |path: &str| fs::metadata(e.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("locked/run.sh"), mode("locked")), (0o750, 0o500));
    let link = |path: &str| fs::read_link(e.join(path)).unwrap();
    assert_eq!(link("link").to_str(), Some("locked/run.sh"));
    assert_eq!(link("broken").to_str(), Some("nowhere"));
    // So that the folder can be removed by whoever is not root.
    for folder in [e.join("locked"), scratch.work.join("d/locked")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn bytes_that_are_no_text_survive_a_replacement() {
    let body = "  replace in \"f\":\n    \"old\" with \"new\"\n";
    let (scratch, finished) = run(body, |scratch| {
        fs::write(scratch.work.join("f"), b"\xff\0old\xfe").unwrap();
    });
    assert_eq!(finished.status, 0, "{}", finished.err());
    let changed = fs::read(scratch.work.join("f")).unwrap();
    assert_eq!(changed, b"\xff\0new\xfe");
}

/// A folder on another file system, where there is one.
#[cfg(target_os = "linux")]
fn elsewhere(scratch: &Scratch) -> Option<tempfile::TempDir> {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir_in("/dev/shm").ok()?;
    let device = |path: &std::path::Path| fs::metadata(path).unwrap().dev();
    (device(folder.path()) != device(&scratch.work)).then_some(folder)
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_moved_to_another_file_system_is_there_afterwards() {
    let scratch = Scratch::new();
    let Some(other) = elsewhere(&scratch) else {
        return;
    };
    fs::write(scratch.work.join("file"), "kept").unwrap();
    fs::create_dir(scratch.work.join("folder")).unwrap();
    fs::write(scratch.work.join("folder/a"), "a").unwrap();
    // Both lead back to what is moved.
    symlink(scratch.work.join("file"), other.path().join("file")).unwrap();
    symlink(scratch.work.join("folder"), other.path().join("folder")).unwrap();
    let text = format!(
        "version: 2.0\ntask \"f\":\n  move \"file\" to \"{0}/file\"\n\
         task \"d\":\n  move \"folder\" to \"{0}/folder\"\n\
         task \"e\":\n  move \"folder\" to \"{0}/new\"\n",
        other.path().display()
    );
    let scratch = scratch.file("t.drun", &text);
    let [file, over_a_link, folder] =
        ["f", "d", "e"].map(|task| scratch.run(["-f", "t.drun", task]));
    assert_eq!(file.status, 0, "{}", file.err());
    let at = other.path().join("file");
    assert!(!at.is_symlink());
    assert_eq!(fs::read_to_string(at).unwrap(), "kept");
    assert_eq!(over_a_link.status, 1);
    assert_eq!(folder.status, 0, "{}", folder.err());
    assert_eq!(fs::read_to_string(other.path().join("new/a")).unwrap(), "a");
    assert!(!scratch.work.join("folder").exists());
}

#[test]
fn a_slash_behind_a_link_does_not_lead_through_it() {
    let (scratch, finished) = run("  delete dir \"link/\"\n", |scratch| {
        fs::create_dir(scratch.work.join("kept")).unwrap();
        fs::write(scratch.work.join("kept/file"), "x").unwrap();
        symlink("kept", scratch.work.join("link")).unwrap();
    });
    assert_eq!(finished.status, 0, "{}", finished.err());
    assert!(scratch.work.join("kept/file").exists());
    assert!(!scratch.work.join("link").is_symlink());
}

#[test]
fn a_file_that_is_written_keeps_its_mode_and_its_other_names() {
    let body = "  write \"new\" to file \"script\"\n  write \"new\" to file \"one\"\n  \
                write \"new\" to file \"link\"\n";
    let (scratch, finished) = run(body, |scratch| {
        let at = |name: &str| scratch.work.join(name);
        fs::write(at("script"), "old").unwrap();
        fs::set_permissions(at("script"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(at("one"), "old").unwrap();
        fs::hard_link(at("one"), at("two")).unwrap();
        fs::write(at("real"), "old").unwrap();
        symlink("real", at("link")).unwrap();
    });
    assert_eq!(finished.status, 0, "{}", finished.err());
    let at = |name: &str| scratch.work.join(name);
    for name in ["script", "one", "two", "real"] {
        assert_eq!(fs::read_to_string(at(name)).unwrap(), "new", "{name}");
    }
    let mode = fs::metadata(at("script")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert!(at("link").is_symlink());
}

#[test]
fn a_file_is_never_left_half_written() {
    let body = "  replace in \"big\":\n    \"a\" with \"bc\"\n";
    let text = format!("version: 2.0\ntask \"t\":\n{body}");
    let scratch = Scratch::new().file("t.drun", &text);
    let big = scratch.work.join("big");
    let before = 48 << 20;
    fs::write(&big, "a".repeat(before)).unwrap();
    let hidden = || {
        let entries = fs::read_dir(&scratch.work).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names.filter(|name| name.starts_with('.')).count()
    };
    let finished = block_on(async {
        let mut command = scratch.xdrun(["-f", "t.drun", "t"]);
        let running = command.spawn().unwrap();
        let pid = Pid::from_raw(running.id().unwrap() as i32).unwrap();
        let begun = Instant::now();
        while hidden() == 0 && fs::metadata(&big).unwrap().len() == before as u64 {
            assert!(begun.elapsed() < PATIENCE, "nothing is written");
            tokio::task::yield_now().await;
        }
        // It may have ended meanwhile.
        let _ = kill_process(pid, Signal::INT);
        running.wait_with_output().await.unwrap()
    });
    let after = fs::metadata(&big).unwrap().len();
    assert!(
        [before as u64, 2 * before as u64].contains(&after),
        "{after} bytes, {:?}",
        finished.status
    );
    assert_eq!(hidden(), 0);
}
