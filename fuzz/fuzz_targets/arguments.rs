//! Any arguments are understood or refused.
#![no_main]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use drun::cli::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let arguments = bytes.split(|byte| *byte == 0);
    let arguments = arguments.map(|argument| OsString::from_vec(argument.to_vec()));
    if let Err(error) = parse(arguments) {
        assert!(!error.0.is_empty());
    }
});
