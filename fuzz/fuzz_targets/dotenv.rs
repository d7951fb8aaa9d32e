//! Any text is an `.env` file; its keys and values are trimmed parts of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for (key, value) in drun::cli::dotenv_pairs(text) {
        assert!(!key.is_empty() && key.trim() == key && !key.contains(['=', '\n']));
        assert!(text.contains(&key) && text.contains(&value) && !value.contains('\n'));
    }
});
