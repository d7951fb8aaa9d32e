//! JSON documents: what is found, refused and added.

use super::*;

const FILE: &str = r#" {"a": "x\u00e9\ud83d\ude00\n\"", "b": -0.50, "c":{"d/e~":true,"n":null, "o":{}, "l":[1,{"a":2}]},
 "twice": 1, "tw\u0069ce": 2, "deep": {"deep": {"deep": "v"}}}
"#;

fn value(selector: &str) -> Result<Option<String>, String> {
    find(FILE, selector).map(|found| found.map(|found| found.value))
}

#[test]
fn a_pointer_leads_to_a_scalar() {
    for (selector, expected) in [
        ("/a", "xé😀\n\""),
        ("/b", "-0.50"),
        ("/c/d~1e~0", "true"),
        ("/deep/deep/deep", "v"),
    ] {
        assert_eq!(value(selector), Ok(Some(expected.to_owned())), "{selector}");
    }
    assert_eq!((value("/x"), value("/c/o/x")), (Ok(None), Ok(None)));
    for (selector, reason) in [
        ("a", "begins with `/`"),
        ("", "begins with `/`"),
        ("/c~2", "`~0`"),
        ("/c~", "`~0`"),
        ("/c", "an object"),
        ("/c/l", "an array"),
        ("/c/l/0", "no object"),
        ("/c/n", "null"),
        ("/a/b", "no object"),
        ("/x/y", "not there"),
        ("/twice", "several times"),
    ] {
        let error = value(selector).unwrap_err();
        assert!(error.contains(reason), "{selector}: {error}");
    }
}

#[test]
fn all_of_the_document_has_to_be_right() {
    for text in [
        "",
        "{",
        "[1]",
        "1",
        "{}x",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":[1,]}",
        "{\"a\":tru}",
        "{\"a\":\"",
        "{,}",
        "{\"a\":1 \"b\":2}",
    ] {
        assert!(find(text, "/a").is_err(), "{text}");
    }
    let nested = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let error = find(&nested(255), "/a").unwrap_err();
    assert_eq!(error, "it is an array");
    let error = find(&nested(100_000), "/a").unwrap_err();
    assert_eq!(error, "nested more than 256 deep");
}

#[test]
fn a_member_is_added_behind_the_last_one() {
    for (before, selector, after) in [
        ("{}", "/k", "{\"k\":\"v\"}"),
        ("{ }", "/k", "{\"k\":\"v\" }"),
        ("{\"a\":1 }", "/k", "{\"a\":1,\"k\":\"v\" }"),
        ("{\n}", "/k", "{\n  \"k\": \"v\"\n}"),
        (
            "{\r\n\t\"a\": 1\r\n}",
            "/k",
            "{\r\n\t\"a\": 1,\r\n\t\"k\": \"v\"\r\n}",
        ),
        (
            "{\"a\": 1,\n \"b\": 2\n}",
            "/k",
            "{\"a\": 1,\n \"b\": 2,\n  \"k\": \"v\"\n}",
        ),
        (
            " {\n\t\"a\": {\n\t}\n}",
            "/a/k~1",
            " {\n\t\"a\": {\n\t  \"k/\": \"v\"\n\t}\n}",
        ),
    ] {
        let edit = add(before, selector, ValueType::String, "v").unwrap();
        assert_eq!(edit.apply(before), after);
    }
    assert!(add("{}", "/a/b", ValueType::Number, "1").is_err());
}
