//! A run that keeps still is read more rarely, and stopped no later for it.

use std::fs;

use serde_json::Value;

use crate::xdrun::Scratch;

const PROGRAM: &str = "version: 2.0

task \"t\":
  run \"sleep 2.5\"
  capture \"yes | cat\" as $out
";

#[test]
fn what_grows_after_a_long_rest_is_warned_of_and_stopped_in_time() {
    let scratch = Scratch::new().file("t.drun", PROGRAM);
    let limits = ["--memory-limit=120MB", "--memory-warning=60MB"];
    let finished = scratch.run(["-f", "t.drun", "t"].into_iter().chain(limits));
    assert_eq!(finished.status, 1, "{}", finished.err());
    assert_eq!(finished.err().matches("⚠️  WARNING").count(), 1);
    let dumps = scratch.files("drun-crash-dump-");
    let dump: Value = serde_json::from_slice(&fs::read(&dumps[0]).unwrap()).unwrap();
    let samples = dump["history"]["samples"].as_array().unwrap();
    let at = |sample: &Value| sample["at"].as_u64().unwrap();
    let longest = samples
        .windows(2)
        .map(|two| at(&two[1]) - at(&two[0]))
        .max();
    assert!(longest >= Some(400), "{longest:?}");
    // A busy machine may be late, a rest would be seconds at the speed of a pipe.
    let peak = dump["memory_stats"]["peak"].as_u64().unwrap() >> 20;
    assert!(peak <= 120 + 16, "{peak} MB");
}
