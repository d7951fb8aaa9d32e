//! Tests of `limits`.

use super::*;

fn asked(key: &'static str, value: &str) -> Asked {
    Asked {
        values: vec![(key, value.to_owned(), "flag --memory-x".to_owned())],
        off: false,
    }
}

/// A container of so many MB, of which so many are used.
fn container(bytes: u64, used: u64) -> ContainerLimit {
    ContainerLimit {
        bytes: bytes * MB,
        used: used * MB,
        file: "memory.max".into(),
    }
}

#[test]
fn the_first_origin_wins_and_off_is_a_value() {
    let both = asked("limit", "2GB")
        .with_environment(|name| (name == "DRUN_MEMORY_LIMIT").then(|| "1GB".to_owned()));
    assert_eq!(
        Limits::resolve(&both, None).unwrap().critical,
        Some(2 << 30)
    );
    assert_eq!(
        Limits::resolve(&asked("limit", "off"), None)
            .unwrap()
            .critical,
        None
    );
    let limits = Limits::default();
    assert_eq!(
        (limits.warning, limits.critical),
        (Some(WARNING), Some(CRITICAL))
    );
}

#[test]
fn a_bad_value_is_named_with_key_and_origin() {
    let error = Limits::resolve(&asked("limit", "lots"), None).unwrap_err();
    for part in ["memory_limit", "'lots'", "--memory-x", "16 MB"] {
        assert!(error.contains(part), "{error}");
    }
    for (key, value) in [
        ("interval", "1h"),
        ("interval", "0"),
        ("interval", "11s"),
        ("limit", "15MB"),
        ("limit", "-1GB"),
        ("limit", ""),
        ("tree_limit", "1 lot"),
        ("warning", "nan"),
    ] {
        let error = Limits::resolve(&asked(key, value), None).unwrap_err();
        assert!(error.contains(key) && error.contains(value), "{error}");
    }
}

#[test]
fn a_small_container_clamps() {
    let limits = Limits::resolve(&Asked::default(), Some(&container(256, 0))).unwrap();
    assert!((205 * MB..218 * MB).contains(&limits.critical.unwrap()));
    assert_eq!(limits.warning, Some(WARNING));
    let limit = limits
        .in_force
        .iter()
        .find(|limit| limit.name == "limit")
        .unwrap();
    assert_eq!(limit.asked, Some(CRITICAL));
    assert!(limit.clamped_by.as_ref().unwrap().contains("memory.max"));
    let limits = Limits::resolve(&asked("limit", "off"), Some(&container(256, 0))).unwrap();
    assert_eq!(limits.critical, None);
}

#[test]
fn a_limit_of_the_tree_is_clamped_as_well_and_one_that_is_off_stays_off() {
    let tree = |value: &str| {
        let limits = Limits::resolve(&asked("tree_limit", value), Some(&container(256, 0)));
        limits.unwrap().tree
    };
    assert!((205 * MB..218 * MB).contains(&tree("2GB").unwrap()));
    assert_eq!(tree("100MB"), Some(100 * MB));
    assert_eq!(tree("off"), None);
}

#[test]
fn what_others_use_in_a_container_is_not_there_to_be_used() {
    let critical = |bytes, used| {
        let limits = Limits::resolve(&Asked::default(), Some(&container(bytes, used)));
        limits.unwrap().critical.unwrap()
    };
    assert!(critical(1024, 700) < 280 * MB);
    assert_eq!(critical(1024, 1023), LEAST_ROOM);
    assert!(critical(20, 0) < 18 * MB);
    assert_eq!(critical(4096, 100), CRITICAL);
}

#[test]
fn a_warning_comes_before_the_stop() {
    let limits = Limits::resolve(&asked("limit", "64MB"), None).unwrap();
    assert!(limits.warning.unwrap() < 52 * MB);
    let warning = &limits.in_force[1];
    assert_eq!(
        (warning.name.as_str(), warning.asked),
        ("warning", Some(WARNING))
    );
    assert_eq!(warning.clamped_by.as_deref(), Some("the limit"));
}

#[test]
fn every_setting_is_in_force_with_its_origin() {
    let limits = Limits::resolve(&asked("interval", "1s"), None).unwrap();
    let names: Vec<_> = limits
        .in_force
        .iter()
        .map(|limit| limit.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["limit", "warning", "tree_limit", "interval", "dump_dir"]
    );
    assert_eq!(limits.in_force[3].value, "1000 ms");
    assert_eq!(limits.in_force[3].origin, "flag --memory-x");
}

#[test]
fn without_the_monitor_nothing_is_limited() {
    let off = Asked {
        off: true,
        ..asked("limit", "1GB")
    };
    let limits = Limits::resolve(&off, None).unwrap();
    assert_eq!(
        (limits.critical, limits.warning, limits.off),
        (None, None, true)
    );
    assert_eq!(limits.in_force[0].origin, "flag --no-memory-monitor");
}
