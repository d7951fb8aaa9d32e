//! Any bytes from a name server are an answer or none.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drun::action::fuzz(bytes));
