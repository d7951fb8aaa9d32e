//! YAML documents: what is found, refused, replaced and added.

use super::*;

const FILE: &str = "# é\na: plain text # c\nb: 'it''s' # x\nc: \"\\u00e9\\\"\" # y\nd: {e: 1.50, \"f\": yes, g: }\nh: &x !!str 010\ni: *x\nj: |\n  one\n  two\nk: [1]\nl:\n  m: true\n  o: 2024-01-02\n  p: 0x1F\n  q: True\n  r: !own 1\n  r2: !!float '1.5'\n\u{fc}:\n  s: multi\n    line\n---\na: other\n";

fn value(selector: &str) -> Result<Option<String>, String> {
    find(FILE, selector).map(|found| found.map(|found| found.value))
}

#[test]
fn keys_lead_to_a_scalar_of_the_first_document() {
    for (selector, expected) in [
        ("a", "plain text"),
        ("b", "it's"),
        ("c", "é\""),
        ("d.e", "1.50"),
        ("d.f", "yes"),
        ("h", "010"),
        ("j", "one\ntwo\n"),
        ("l.m", "true"),
        ("l.r2", "1.5"),
        ("ü.s", "multi line"),
    ] {
        assert_eq!(value(selector), Ok(Some(expected.to_owned())), "{selector}");
    }
    assert_eq!(
        (value("x"), value("d.x"), value("l.x")),
        (Ok(None), Ok(None), Ok(None))
    );
    for (selector, reason) in [
        ("", "empty"),
        ("d..e", "empty"),
        ("d", "a mapping"),
        ("d.g", "null"),
        ("i", "an alias"),
        ("i.x", "an alias"),
        ("k", "a sequence"),
        ("a.x", "no mapping"),
        ("x.y", "not there"),
        ("l.o", "a date"),
        ("l.p", "no plain decimal number"),
        ("l.q", "neither `true` nor `false`"),
        ("l.r", "a tag of its own"),
    ] {
        let error = value(selector).unwrap_err();
        assert!(error.contains(reason), "{selector}: {error}");
    }
}

#[test]
fn documents_without_a_mapping_and_keys_that_are_no_strings_are_refused() {
    for (text, reason) in [
        ("", "not there"),
        ("# only\n", "not there"),
        ("--- x\n", "root of the document is a scalar"),
        ("- a: 1\n", "root of the document is a sequence"),
        ("a: 1\na: 2\n", "several times"),
        ("1: x\na: 1\n", "no string"),
        ("<<: {b: 1}\na: 1\n", "no string"),
        ("? [x]\n: 1\na: 1\n", "a key beside it"),
        ("a: [\n", "no YAML"),
        ("a: 'x\n", "no YAML"),
    ] {
        let error = find(text, "a").unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
    let deep = "- ".repeat(100_000);
    assert!(find(&deep, "a").is_err());
    let deep: String = (0..1000)
        .map(|depth| format!("{}k:\n", " ".repeat(depth)))
        .collect();
    assert!(find(&deep, "a").unwrap_err().contains("256"));
}

#[test]
fn a_scalar_keeps_its_style_where_that_can_hold_the_value() {
    for (before, selector, value, after) in [
        ("a: x # c\n", "a", "z", "a: z # c\n"),
        ("a: x\n", "a", "2.0", "a: \"2.0\"\n"),
        ("a: x\n", "a", "b: c", "a: \"b: c\"\n"),
        ("a: 'x' # c\n", "a", "it's", "a: 'it''s' # c\n"),
        ("a: 'x'\n", "a", "1\n", "a: \"1\\n\"\n"),
        ("a: \"x\"  \nb: 1\n", "a", "y", "a: \"y\"  \nb: 1\n"),
        (
            "é: {a: 1, b: x}\n",
            "é.b",
            "y, z",
            "é: {a: 1, b: \"y, z\"}\n",
        ),
        ("a: &n !!str 5 # c\n", "a", "x y", "a: &n !!str x y # c\n"),
        ("a: 5\n", "a", "1e3", "a: 1e3\n"),
        ("a: |- # c\n  x\n  y\n\nb: 1\n", "a", "z", "a: z\n\nb: 1\n"),
        ("a: two\n  lines\nb: 1\n", "a", "one", "a: one\nb: 1\n"),
    ] {
        let text = replace(before, selector, value).unwrap().apply(before);
        assert_eq!(text, after);
        assert_eq!(find(&text, selector).unwrap().unwrap().value, value);
        assert_eq!(
            others(before, selector),
            others(after, selector),
            "{before}"
        );
    }
}

#[test]
fn a_key_is_added_at_the_end_of_its_mapping() {
    for (before, selector, after) in [
        ("a: 1\n", "k", "a: 1\nk: v\n"),
        ("a: 1", "k", "a: 1\nk: v\n"),
        (
            "a: 1 # c\r\n\r\n# d\r\n",
            "k",
            "a: 1 # c\r\nk: v\r\n\r\n# d\r\n",
        ),
        (
            "a:\n    b: 'x' # c\n# d\nc: 1\n",
            "a.k",
            "a:\n    b: 'x' # c\n    k: v\n# d\nc: 1\n",
        ),
        (
            "a:\n  - b\n---\nc: 1\n",
            "k",
            "a:\n  - b\nk: v\n---\nc: 1\n",
        ),
        (
            "a:\n  b: |\n    x\nc: 1\n",
            "a.k",
            "a:\n  b: |\n    x\n  k: v\nc: 1\n",
        ),
        ("a: {}\n", "a.k", "a: {k: v}\n"),
        (
            "a: &x { b: \"c\" } # d\n",
            "a.k",
            "a: &x { b: \"c\", k: v } # d\n",
        ),
        ("a: {b: }\n", "a.k", "a: {b:, k: v }\n"),
        ("a:\n  b:\nc: 1\n", "a.k", "a:\n  b:\n  k: v\nc: 1\n"),
        ("{a: 1}\n", "k", "{a: 1, k: v}\n"),
    ] {
        let text = add(before, selector, ValueType::String, "v")
            .unwrap()
            .apply(before);
        assert_eq!(text, after);
        assert_eq!(find(&text, selector).unwrap().unwrap().value, "v");
        assert_eq!(
            others(before, selector),
            others(after, selector),
            "{before}"
        );
    }
}
