//! Lists that no person writes, and projects of nothing else.

use super::*;

#[test]
fn lists_that_no_person_writes_are_errors_with_their_place() {
    let cases = [
        ("task \"t\":\n", " given a\n", 1024, "parameters of a task"),
        (
            "task \"t\":\n if $a:\n  fail\n",
            " else if $a:\n  fail\n",
            1023,
            "branches of an `if`",
        ),
        (
            "task \"t\":\n try:\n  fail\n",
            " catch a:\n  fail\n",
            1024,
            "`catch` blocks",
        ),
        (
            "task \"t\":\n call task a with",
            " a=1",
            1024,
            "arguments of a call",
        ),
        (
            "task \"t\":\n requires tools:\n",
            "  a\n",
            1024,
            "tools in a block",
        ),
        (
            "task \"t\":\n requires tools:\n  a",
            " > 1",
            1024,
            "bounds of a version",
        ),
        (
            "task \"t\":\n detect available a",
            " or a",
            1023,
            "tools to choose from",
        ),
        ("", "@a(\"\")\n", 64, "annotations"),
        (
            "task \"t\":\n given a from [\"\"",
            ",\"\"",
            16_383,
            "allowed values",
        ),
    ];
    for (head, unit, most, items) in cases {
        let tail = match items {
            "allowed values" => "]\n fail\n",
            "annotations" => "task \"t\":\n fail\n",
            "parameters of a task" => " fail\n",
            _ => "\n",
        };
        let text = |count: usize| format!("version: 2.0\n{head}{}{tail}", unit.repeat(count));
        let parsed = |count: usize| {
            let source = SourceFile::new("a", text(count)).unwrap();
            parse(&source, &Progress::default())
        };
        assert!(parsed(most).is_ok(), "{items}");
        let errors = parsed(most + 1).unwrap_err();
        let [error] = &errors[..] else {
            panic!("{items}: {} errors", errors.len());
        };
        assert!(error.message.starts_with("more than "), "{}", error.message);
        assert!(error.message.ends_with(items), "{}", error.message);
        assert!(error.help.is_some());
        let last = text(most + 1).rfind(unit.trim()).unwrap();
        let at = error.span.start as usize;
        assert!(at >= last && at < last + unit.len(), "{items}: {at} {last}");
    }
}

#[test]
fn a_project_that_no_person_writes_is_an_error_with_its_place() {
    let project = |unit: &str, count: usize| {
        let text = format!("version: 2.0\nproject \"p\":\n{}", unit.repeat(count));
        parse(&SourceFile::new("a", text).unwrap(), &Progress::default())
    };
    assert!(project(" set a to 1\n", 15_000).is_ok());
    // What stays text does not count.
    assert!(
        project(
            &format!(" snippet \"a\":\n{}", "  fail\n".repeat(300)),
            1_000
        )
        .is_ok()
    );
    for unit in [
        " set a to 1\n",
        " set a to \"{a}{b}\"\n",
        " parameter $a from [\"a\"]\n",
    ] {
        let errors = project(unit, 20_000).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, "the project is too large");
        assert!(errors[0].span.start > 50_000, "{unit}");
    }
}
