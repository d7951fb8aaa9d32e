//! Any text in the user's files is read or refused; what was read and is saved is read again.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use drun::load::Places;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static HOME: LazyLock<TempDir> = LazyLock::new(|| {
    let home = tempfile::tempdir().expect("a home folder");
    fs::create_dir(home.path().join(".drun")).expect("a folder");
    home
});

fuzz_target!(|input: (u8, &[u8])| {
    let (which, bytes) = input;
    let places = Places {
        start_dir: HOME.path().to_owned(),
        home: Some(HOME.path().to_owned()),
    };
    let write = |name: &str| {
        fs::write(HOME.path().join(".drun").join(name), bytes).expect("the file");
    };
    match which % 5 {
        0 => {
            write("links.yml");
            if let Ok(links) = places.links() {
                places.save_links(links.clone()).expect("links are saved");
                assert_eq!(places.links().expect("what was saved"), links);
            }
        }
        1 => {
            write("stateless.yml");
            if let Ok(kept) = places.stateless() {
                places.save_stateless(kept.clone()).expect("they are saved");
                assert_eq!(places.stateless().expect("what was saved"), kept);
            }
        }
        2 => {
            write("trusted.yml");
            if let Ok(mut trusted) = places.trusted() {
                places
                    .save_trusted(trusted.clone())
                    .expect("they are saved");
                trusted.sort();
                trusted.dedup();
                assert_eq!(places.trusted().expect("what was saved"), trusted);
            }
        }
        3 => {
            write("config.yml");
            let _ = (places.extra_search_paths(), places.provisioning_sources());
        }
        _ => {
            write(".drun_workspace.yml");
            let usable = places.workspace_default().is_some();
            assert!(!usable || !places.workspace_is_broken());
            if places.set_workspace_default("b.drun").is_ok() {
                assert_eq!(places.workspace_default().as_deref(), Some("b.drun"));
            }
        }
    }
});
