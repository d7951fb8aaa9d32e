//! Tests of the pages that show a dump.

use std::fs;

use super::*;
use crate::memory::dump::tests::{request, write_large};
use crate::memory::dump::write_now;

#[test]
fn a_dump_is_listed_shown_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    let places = [dir.path().join("gone"), dir.path().to_owned()];
    assert!(matches!(show(None, &places), Err(ViewError::Nothing(_))));
    assert!(list(&places).starts_with("no crash dump in "));
    write_now(&request(dir.path()));
    let listed = list(&places);
    assert!(
        listed.contains("drun-crash-dump-20250930-143022.json"),
        "{listed}"
    );
    let page = show(None, &places).unwrap();
    for part in [
        "Cause    tasks call each other without end: a → b → a, 92,340 deep",
        "… a → b → a, 46,170 times …",
        "Children, 60",
        "limit 500 MB (default)",
        "shop.drun, project shop, 1 tasks, 1 included files",
    ] {
        assert!(page.contains(part), "{part} is missing in\n{page}");
    }
    assert_eq!(
        clean(&places),
        format!("removed 2 files from {}\n", dir.path().display())
    );
    assert_eq!(clean(&places), "nothing to remove\n");
}

#[test]
fn the_page_for_the_browser_is_one_small_file_and_escapes_what_it_shows() {
    let dir = tempfile::tempdir().unwrap();
    write_large(dir.path());
    let page = html(None, &[dir.path().to_owned()]).unwrap();
    assert!(page.len() <= 300 * 1024, "{}", page.len());
    for foreign in [
        "<script", "<link", "<img", " src=", " href=", "url(", "@import",
    ] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in [
        "class=\"own\"",
        "threshold limit",
        "threshold warning",
        "class=\"band",
        "class=\"peak\"",
        "stopped at",
        "prefers-color-scheme:dark",
        "&lt;script&gt;",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for tag in ["section", "table", "details", "svg", "main", "tr", "div"] {
        let open =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    if let Some(path) = std::env::var_os("DRUN_SHOW_PAGE") {
        fs::write(path, page).unwrap();
    }
}

#[test]
fn a_file_that_is_no_dump_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    write_now(&request(dir.path()));
    let dump = dir.path().join("drun-crash-dump-20250930-143022.json");
    let whole = fs::read(&dump).unwrap();
    let other = dir.path().join("other.json");
    let message = |content: &[u8]| {
        fs::write(&other, content).unwrap();
        let shown = show(Some(&other), &[]).unwrap_err().to_string();
        assert_eq!(html(Some(&other), &[]).unwrap_err().to_string(), shown);
        shown
    };
    for end in [0, 1, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
        assert!(
            message(&whole[..end]).contains("ends in the middle"),
            "{end}"
        );
    }
    for foreign in [
        "{}",
        "[1]",
        "null",
        "\"x\"",
        "12",
        "{\"memory_stats\": 1}",
        "\u{0}\u{1}",
        "<html>",
    ] {
        assert!(
            message(foreign.as_bytes()).contains("is not a crash dump"),
            "{foreign}"
        );
    }
    assert!(message(&[0xff, 0xfe, 0x00]).contains("is not a crash dump"));
    let newer = String::from_utf8(whole)
        .unwrap()
        .replace("\"schema_version\": 1", "\"schema_version\": 9");
    assert!(message(newer.as_bytes()).contains("schema version 9"));
    assert!(
        show(Some(dir.path()), &[])
            .unwrap_err()
            .to_string()
            .contains("not a plain file")
    );
    assert!(show(Some(&dir.path().join("none")), &[]).is_err());
}

#[test]
fn a_dump_with_absurd_values_does_not_break_the_pages() {
    let dir = tempfile::tempdir().unwrap();
    write_now(&request(dir.path()));
    let dump = dir.path().join("drun-crash-dump-20250930-143022.json");
    let text = fs::read_to_string(&dump).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for sample in value["history"]["samples"].as_array_mut().unwrap() {
        sample["resident"] = u64::MAX.into();
        sample["at"] = u64::MAX.into();
        sample["task"] = 77.into();
    }
    value["limits"][0]["bytes"] = u64::MAX.into();
    value["execution"]["machines"][0]["frame_bytes"] = u64::MAX.into();
    value["execution"]["machines"][0]["variable_bytes"] = u64::MAX.into();
    value["execution"]["machines"][0]["stack"]["depth"] = 0.into();
    fs::write(&dump, value.to_string()).unwrap();
    assert!(show(Some(&dump), &[]).is_ok());
    assert!(html(Some(&dump), &[]).is_ok());
}
