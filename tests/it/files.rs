//! Statements about files, where a mistake costs somebody their files, or never ends.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::xdrun::{Finished, Scratch};

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
