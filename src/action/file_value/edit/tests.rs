//! Updates of documents of every format.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

fn place(format: ValueFormat, selector: &str) -> Place {
    Place {
        format,
        selector: selector.into(),
        shown: "file".to_owned(),
        path: PathBuf::new(),
    }
}

/// A document of each format with two strings around the value that is meant, which is `old`.
const DOCUMENTS: [(ValueFormat, &str, &str); 12] = [
    (ValueFormat::Property, "k", "# é\na=1\n k : old\r\nb=2"),
    (
        ValueFormat::Json,
        "/o/k",
        "{\"a\": \"é\",\n \"o\" : {\"b\":[{}], \"k\":\"old\" } ,\"c\":0.50}\n",
    ),
    (
        ValueFormat::Yaml,
        "o.k",
        "# é\na: 'x'   # c\no:\n    k: old  # d\n    b:   [1,  2]\n---\nk: old\n",
    ),
    (ValueFormat::Yaml, "o.k", "a: \"x\"\no: { k: old , b: 1 }\n"),
    (
        ValueFormat::Yaml,
        "o.k",
        "o:\r\n  k: 'old' # c\r\n\r\nb: |\r\n  x\r\n",
    ),
    (ValueFormat::Yaml, "k", "b: &x  1\nk:   &y \"old\"\nc: *x"),
    (
        ValueFormat::Toml,
        "o.k",
        "# é\na = 1_0 # c\n[o] # d\n  k   = \"old\"   # e\n[b]\n",
    ),
    (
        ValueFormat::Toml,
        "k",
        "k='old'\r\nz = \"a\"\r\na.b = 1\r\n",
    ),
    (
        ValueFormat::Toml,
        "o.k",
        "o = { a = 1 , k = '''old''' } # c",
    ),
    (ValueFormat::Match, "k=(?P<value>old)", "é k=old k=new\r\n"),
    (
        ValueFormat::Drun,
        "",
        "# é\nproject \"a\"  version \"old\" : # c\n",
    ),
    (ValueFormat::Json, "/k", "\u{feff}{\"k\":\"old\"}"),
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_update_changes_nothing_but_the_value(
        value in prop_oneof![any::<String>(), "[ -~]{0,20}", "[0-9.:a-z# -]{0,8}"],
    ) {
        for (format, selector, text) in DOCUMENTS {
            let place = place(format, selector);
            let changed = match updated(&place, text, &value, MissingValue::Fail) {
                Ok(changed) => changed.unwrap_or_else(|| text.to_owned()),
                // A line of a properties file or a header of a project cannot hold everything.
                Err(reason) => {
                    let lines = matches!(format, ValueFormat::Property | ValueFormat::Drun);
                    prop_assert!(lines && reason.contains("cannot be written"), "{text}: {reason}");
                    continue;
                }
            };
            let (before, after) = text.split_once("old").unwrap();
            let quotes: &[char] = &['\'', '"'];
            prop_assert!(changed.starts_with(before.trim_end_matches(quotes)), "{changed}");
            prop_assert!(changed.ends_with(after.trim_start_matches(quotes)), "{changed}");
            if format != ValueFormat::Match {
                prop_assert_eq!(lookup(&place, &changed), Ok(value.clone()));
            }
        }
    }

    #[test]
    fn what_is_added_leaves_all_else_as_it_is(
        value in prop_oneof![any::<String>(), "[ -~]{0,20}"],
        key in "[a-zé][a-z: #='\"é-]{0,6}",
    ) {
        for (format, selector, text) in DOCUMENTS {
            let parent = selector.rfind(['.', '/']).map_or("", |end| &selector[..=end]);
            let selector = match format {
                ValueFormat::Toml => format!("{parent}{}", toml::written(ValueType::String, &key)),
                ValueFormat::Property | ValueFormat::Json | ValueFormat::Yaml => parent.to_owned() + &key,
                ValueFormat::Match | ValueFormat::Drun => continue,
            };
            let place = place(format, &selector);
            if find(&place, text.trim_start_matches(MARK)) != Ok(None) {
                continue;
            }
            let missing = MissingValue::Add(Some(ValueType::String));
            let changed = match updated(&place, text, &value, missing) {
                Ok(changed) => changed.unwrap(),
                Err(reason) => {
                    prop_assert!(format == ValueFormat::Property, "{text} {selector}: {reason}");
                    continue;
                }
            };
            prop_assert_eq!(lookup(&place, &changed), Ok(value.clone()));
            // One piece was put in, and nothing taken out.
            let same = text.bytes().zip(changed.bytes()).take_while(|(a, b)| a == b).count();
            prop_assert!(changed.as_bytes().ends_with(&text.as_bytes()[same..]), "{changed}");
        }
    }
}

#[test]
fn an_update_keeps_the_type_and_tells_what_is_wrong() {
    let number = place(ValueFormat::Json, "/n");
    let text = "{\"n\": 1.0, \"b\": true}";
    let change = |value| updated(&number, text, value, MissingValue::Fail);
    assert_eq!(change("1.0"), Ok(None));
    assert_eq!(change("2"), Ok(Some("{\"n\": 2, \"b\": true}".to_owned())));
    assert_eq!(change("many"), Err("\"many\" is no number".to_owned()));
    let missing = place(ValueFormat::Json, "/x");
    let change = |missing_value| updated(&missing, text, "a", missing_value);
    assert_eq!(change(MissingValue::Fail), Err("not found".to_owned()));
    let add = MissingValue::Add(Some(ValueType::Boolean));
    assert_eq!(change(add), Err("\"a\" is no boolean".to_owned()));
    // A number that TOML shows in another way is the same one.
    let toml = place(ValueFormat::Toml, "n");
    assert_eq!(
        updated(&toml, "n = 1e3", "1e3", MissingValue::Fail),
        Ok(None)
    );
    let changed = updated(&toml, "n = 1", "1e3", MissingValue::Fail);
    assert_eq!(changed, Ok(Some("n = 1e3".to_owned())));
    let huge = updated(&toml, "n = 1", &"9".repeat(30), MissingValue::Fail);
    assert!(huge.unwrap_err().contains("cannot be written"));
}
