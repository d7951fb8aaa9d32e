//! Long arrays: most of their elements stay text, as the statements of long blocks do.

use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::nesting::{Inside, Work};
use super::task::IN_A_FILE;
use super::written::{after_comma, in_file, some, written};
use crate::ast::{Elements, Expr};
use crate::source::{Span, Text};

/// How many elements in a row stay in the tree. No array that a person wrote has more.
const IN_A_ROW: usize = 1024;
/// The same where the tree holds a lot already: in a file of nothing but arrays.
const FEW: usize = 32;

/// Elements in a row that may yet become an excerpt.
#[derive(Default)]
pub(super) struct Row {
    /// The index of the first, where it begins, and what the tree weighed before it.
    first: Option<(usize, u32, u32)>,
}

impl Row {
    /// The cursor stands before an element.
    pub(super) fn begin(&mut self, cursor: &Cursor<'_>, before: &[Expr]) {
        let start = cursor.token().span.start;
        let (_, kept) = cursor.weight();
        self.first.get_or_insert((before.len(), start, kept));
    }

    /// The cursor stands behind an element, the last one of `elements`.
    pub(super) fn end(&mut self, cursor: &mut Cursor<'_>, elements: &mut Vec<Expr>) {
        let Some((first, start, kept)) = self.first else {
            return;
        };
        let count = elements.len() - first;
        let (_, weight) = cursor.weight();
        if count < FEW || count < IN_A_ROW && weight < IN_A_FILE {
            return;
        }
        let read = match cursor.inside() {
            Some(_) => read_in_placeholder,
            None => read_in_file,
        };
        elements.truncate(first);
        elements.push(Expr::Excerpt(Box::new(Elements {
            list: written(cursor, start, kept, read),
            count: count as u32,
        })));
        self.first = None;
    }
}

fn read_in_file(text: &Text, list: Span, continues: bool, most: usize) -> (Vec<Expr>, Option<u32>) {
    in_file(text, list, continues, most, element)
}

fn read_in_placeholder(
    text: &Text,
    list: Span,
    continues: bool,
    most: usize,
) -> (Vec<Expr>, Option<u32>) {
    let work = Work::new(text.len());
    let mut cursor = Cursor::placeholder(text, Inside::new(0, &work));
    cursor.seek(list.start as usize);
    some(&mut cursor, list.end, continues, most, element)
}

fn element(cursor: &mut Cursor<'_>, continues: bool) -> Result<Expr, Failed> {
    after_comma(cursor, continues, expression)
}

#[cfg(test)]
mod tests {
    use super::super::{Progress, parse};
    use crate::ast::{Expr, Stmt};
    use crate::source::SourceFile;

    /// The array that a variable is set to, and its text.
    fn array(text: &str) -> (Vec<Expr>, serde_json::Value) {
        let text = format!("version: 2.0\ntask \"t\":\n  set $a to {text}\n");
        let source = SourceFile::new("a", text).unwrap();
        let file = parse(&source, &Progress::default()).unwrap();
        let mut found = None;
        file.tasks[0].definition().body.visit(&mut |statement| {
            if let Stmt::SetVariable(node) = statement
                && let Expr::Array(array) = &node.value
            {
                let json = serde_json::to_value(array).unwrap();
                found = Some((array.elements.to_vec(), json["elements"].clone()));
            }
        });
        found.expect("an array")
    }

    #[test]
    fn a_long_array_stays_text_and_reads_as_if_it_did_not() {
        let row = "1, \"a {$b}\", word,\n\t$c, -2 + 3, [4, 5], {$d | trim}";
        let (elements, json) = array(&format!("[{}{row}]", format!("{row}, ").repeat(499)));
        assert!(elements.len() < 1024 + 5);
        let (_, once) = array(&format!("[{row}]"));
        let json = json.as_array().unwrap();
        assert_eq!(json.len(), 3_500);
        for seven in json.chunks(7) {
            // Positions of inner arrays differ.
            assert_eq!(seven[0], once[0]);
            assert_eq!(seven[1..5], once.as_array().unwrap()[1..5]);
            assert_eq!(seven[5]["array"]["elements"], once[5]["array"]["elements"]);
            assert_eq!(seven[6], once[6]);
        }
    }
}
