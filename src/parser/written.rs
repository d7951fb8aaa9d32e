//! Lists that were read before and stay text; how they are read again.

use super::cursor::{Cursor, Failed};
use crate::ast::{ReadItems, Written};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// The list from `start` to the cursor, which `read` reads again. Before it the tree weighed `kept`, and
/// it weighs hardly more now.
pub(super) fn written<T>(
    cursor: &mut Cursor<'_>,
    start: u32,
    kept: u32,
    read: ReadItems<T>,
) -> Written<T> {
    cursor.forget(kept.saturating_add(1));
    Written::new(cursor.base().clone(), cursor.span_from(start), read)
}

/// Reads some items of a file again, and says where the others begin. They were read before without
/// a mistake, so there is none to report. `item` is told whether one stands before it: then it
/// begins with what separates them.
pub(super) fn in_file<T>(
    text: &Text,
    list: Span,
    continues: bool,
    most: usize,
    item: fn(&mut Cursor<'_>, bool) -> Result<T, Failed>,
) -> (Vec<T>, Option<u32>) {
    let mut cursor = Cursor::list(text, list.start as usize);
    some(&mut cursor, list.end, continues, most, item)
}

/// The same at a cursor, up to byte `end`.
pub(super) fn some<T>(
    cursor: &mut Cursor<'_>,
    end: u32,
    mut continues: bool,
    most: usize,
    item: fn(&mut Cursor<'_>, bool) -> Result<T, Failed>,
) -> (Vec<T>, Option<u32>) {
    let mut items = Vec::new();
    while cursor.token().span.start < end && !cursor.at(Kind::End) {
        if items.len() == most {
            return (items, Some(cursor.token().span.start));
        }
        match item(cursor, continues) {
            Ok(item) => items.push(item),
            Err(Failed) => break,
        }
        continues = true;
    }
    (items, None)
}

/// An item that a comma separates from the one before it.
pub(super) fn after_comma<T>(
    cursor: &mut Cursor<'_>,
    continues: bool,
    item: impl FnOnce(&mut Cursor<'_>) -> Result<T, Failed>,
) -> Result<T, Failed> {
    if continues {
        cursor.expect(Kind::Comma, "`,`")?;
    }
    item(cursor)
}

#[cfg(test)]
mod tests {
    use super::super::{Progress, parse};
    use crate::ast::{DefaultValue, File, Stmt};
    use crate::source::SourceFile;

    fn file(text: &str) -> File {
        let source = SourceFile::new("a", format!("version: 2.0\n{text}")).unwrap();
        parse(&source, &Progress::default()).unwrap()
    }

    #[test]
    fn lists_of_every_length_are_read_again_whole_and_in_order() {
        let lengths = (1..90).chain([339, 340, 341, 342, 1363, 1364, 1365, 1366, 2389]);
        for length in lengths {
            let names: Vec<String> = (0..length).map(|at| format!("n-{at}")).collect();
            let (commas, lines) = (names.join(", # c\n  "), names.join("\n      "));
            let items = names.join("\", \"");
            let text = format!(
                "task \"t\":\n  given a defaults to [\"{items}\",]\n  depends on {commas}\n  \
                 requires tools:\n    from tasks:\n      {lines}\n  fail\n"
            );
            let file = file(&text);
            let definition = file.tasks[0].definition();
            let items = definition.dependencies[0].items.iter();
            let dependencies: Vec<_> = items.map(|item| item.name.to_string()).collect();
            assert_eq!(dependencies, names);
            let Some(DefaultValue::Array(items)) = &definition.parameters[0].default else {
                panic!("no array");
            };
            let items: Vec<_> = items.iter().map(|item| item.text.to_string()).collect();
            assert_eq!(items, names);
            let Stmt::RequiresTools(tools) = &definition.body[0] else {
                panic!("no tools");
            };
            let from = tools.from_tasks.iter().flatten();
            let from: Vec<_> = from.map(|task| task.name.to_string()).collect();
            assert_eq!(from, names);
        }
    }

    #[test]
    fn separators_and_names_that_look_like_them_are_told_apart_everywhere() {
        let row = "then and and then then, in in parallel and in, ";
        let text = format!("task \"t\":\n  depends on {}end\n  fail\n", row.repeat(300));
        let file = file(&text);
        let shown: Vec<String> = file.tasks[0].definition().dependencies[0]
            .items
            .iter()
            .map(|item| format!("{}|{}|{}", item.separator, item.name, item.in_parallel))
            .collect();
        let one = [
            "and|and|false",
            "then|then|false",
            ",|in|true",
            "and|in|false",
        ];
        assert_eq!(shown.len(), 5 * 300 + 1);
        assert_eq!(shown[0], "|then|false");
        for row in shown[..1500].chunks(5) {
            assert_eq!(row[1..], one);
        }
        assert_eq!(shown[5], ",|then|false");
        assert_eq!(shown[1500], ",|end|false");
    }
}
