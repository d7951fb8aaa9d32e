//! Long arrays: most of their elements stay text, as the statements of long blocks do.

use super::cursor::Cursor;
use super::expression::expression;
use super::nesting::{Inside, Work};
use crate::ast::{Elements, Expr};
use crate::syntax::Kind;

/// How many elements in a row stay in the tree. No array that a person wrote has more.
const IN_A_ROW: usize = 1024;

/// Elements in a row that may yet become an excerpt.
#[derive(Default)]
pub(super) struct Row {
    /// The index of the first, and where it begins.
    first: Option<(usize, u32)>,
}

impl Row {
    /// The cursor stands before an element.
    pub(super) fn begin(&mut self, cursor: &Cursor<'_>, before: &[Expr]) {
        let start = cursor.token().span.start;
        self.first.get_or_insert((before.len(), start));
    }

    /// The cursor stands behind an element, the last one of `elements`.
    pub(super) fn end(&mut self, cursor: &Cursor<'_>, elements: &mut Vec<Expr>) {
        let Some((first, start)) = self.first else {
            return;
        };
        let count = elements.len() - first;
        if count < IN_A_ROW {
            return;
        }
        let read = match cursor.inside() {
            Some(_) => read_in_placeholder,
            None => read_in_file,
        };
        elements.truncate(first);
        elements.push(Expr::Excerpt(Box::new(Elements {
            text: cursor.base().clone(),
            span: cursor.span_from(start),
            count: count as u32,
            read,
        })));
        self.first = None;
    }
}

fn read_in_file(excerpt: &Elements) -> Vec<Expr> {
    read(excerpt, Cursor::brackets(&excerpt.text))
}

fn read_in_placeholder(excerpt: &Elements) -> Vec<Expr> {
    let work = Work::new(excerpt.text.len());
    let inside = Inside::new(0, &work);
    read(excerpt, Cursor::placeholder(&excerpt.text, inside))
}

/// Reads elements again. They were read before without a mistake, so there is none to report.
fn read(excerpt: &Elements, mut cursor: Cursor<'_>) -> Vec<Expr> {
    cursor.seek(excerpt.span.start as usize);
    let mut elements = Vec::with_capacity(excerpt.count as usize);
    while cursor.token().span.start < excerpt.span.end
        && let Ok(element) = expression(&mut cursor)
    {
        elements.push(element);
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    debug_assert_eq!(
        elements.len(),
        excerpt.count as usize,
        "an excerpt reads the same twice"
    );
    elements
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
        let Stmt::SetVariable(node) = &file.tasks[0].body[0] else {
            panic!("no variable");
        };
        let Expr::Array(array) = &node.value else {
            panic!("no array");
        };
        let json = serde_json::to_value(array).unwrap();
        (array.elements.to_vec(), json["elements"].clone())
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
