//! TOML documents: what is found, refused and added.

use super::*;

const FILE: &str = r#"# c
a = "x\u00e9" # d
n = 1_000
h = 0x1F
e = 1e3
f = 0.50
i = inf
d = 2024-01-02
l = [1, 2]
b.c = true
"q.r" = '''
two'''
in = { k = 'v', o = {} }
[t.u]
k = 1
[[s]]
k = 1
"#;

fn value(selector: &str) -> Result<Option<String>, String> {
    find(FILE, selector).map(|found| found.map(|found| found.value))
}

#[test]
fn a_dotted_key_leads_to_a_scalar() {
    for (selector, expected) in [
        ("a", "xé"),
        ("n", "1000"),
        ("h", "31"),
        ("e", "1000"),
        ("f", "0.5"),
        ("b.c", "true"),
        ("\"q.r\"", "two"),
        ("in.k", "v"),
        ("t . u.'k'", "1"),
    ] {
        assert_eq!(value(selector), Ok(Some(expected.to_owned())), "{selector}");
    }
    assert_eq!((value("x"), value("t.k")), (Ok(None), Ok(None)));
    for (selector, reason) in [
        ("", "no dotted key"),
        ("a..b", "no dotted key"),
        ("i", "finite"),
        ("d", "date"),
        ("l", "array"),
        ("s", "array"),
        ("s.k", "no table"),
        ("t", "a table"),
        ("in", "a table"),
        ("a.b", "no table"),
        ("x.y", "no table"),
    ] {
        let error = value(selector).unwrap_err();
        assert!(error.contains(reason), "{selector}: {error}");
    }
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(find(&deep, "a").is_err());
    assert!(find("a = 1\na = 2\n", "a").unwrap_err().contains("line 2"));
}

#[test]
fn strings_stand_in_single_quotes_where_they_can() {
    assert_eq!(string("a \"b\" \\"), "'a \"b\" \\'");
    assert_eq!(string("it's\n\u{1}\\\""), "\"it's\\n\\u0001\\\\\\\"\"");
}

#[test]
fn a_value_is_added_at_the_end_of_its_table() {
    for (before, selector, after) in [
        ("", "k", "k = 'v'\n"),
        ("a = 1", "k", "a = 1\nk = 'v'\n"),
        (
            "# x\n\n# of t\n[t]\n",
            "k",
            "# x\n\nk = 'v'\n\n# of t\n[t]\n",
        ),
        (
            "[t] # c\r\n\r\n[u]\r\n",
            "t.k",
            "[t] # c\r\nk = 'v'\r\n\r\n[u]\r\n",
        ),
        (
            "[t]\n  a = [\n 1\n] # c\n\n[u]",
            "t.k",
            "[t]\n  a = [\n 1\n] # c\n  k = 'v'\n\n[u]",
        ),
        ("[t]", "t.'a b'", "[t]\n'a b' = 'v'\n"),
        ("a.b = 1\n[t]\n", "a.k", "a.b = 1\na.k = 'v'\n[t]\n"),
        ("[t]\na.b = 1\n", "t.a.k", "[t]\na.b = 1\na.k = 'v'\n"),
        ("[t.u]\na = 1\n", "t.k", "[t.u]\na = 1\n\n[t]\nk = 'v'\n"),
        ("a = { b = 1 } # c\n", "a.k", "a = { b = 1, k = 'v' } # c\n"),
        ("a = {}\n", "a.k", "a = { k = 'v' }\n"),
        ("a = { b.c = 1 }\n", "a.b.k", "a = { b.c = 1, b.k = 'v' }\n"),
    ] {
        let edit = add(before, selector, ValueType::String, "v").unwrap();
        let text = edit.apply(before);
        assert_eq!(text, after, "{before}");
        assert_eq!(find(&text, selector).unwrap().unwrap().value, "v");
    }
    assert!(add("", "t.k", ValueType::String, "v").is_err());
}
