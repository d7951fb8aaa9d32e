//! The cursor on small texts.

use super::*;

fn with<R>(text: &str, work: impl FnOnce(&mut Cursor<'_>) -> R) -> R {
    let file = SourceFile::new("spec.drun", text.to_owned()).unwrap();
    let progress = Progress::default();
    work(&mut Cursor::new(&file, &progress))
}

#[test]
fn indentation_shows_as_the_opening_and_closing_of_blocks() {
    with("a\n  b\n\n # c\n    d\ne", |cursor| {
        assert_eq!(cursor.bump().kind, Kind::Word);
        assert_eq!(cursor.kind(), Kind::Indent);
        cursor.open_block().unwrap();
        assert!(cursor.accept_word("b"));
        assert_eq!(cursor.kind(), Kind::Indent);
        cursor.open_block().unwrap();
        assert!(cursor.accept_word("d"));
        assert_eq!(cursor.kind(), Kind::Dedent);
        cursor.close_block().unwrap();
        assert_eq!(cursor.kind(), Kind::Dedent);
        cursor.close_block().unwrap();
        assert!(cursor.accept_word("e"));
        assert_eq!(cursor.kind(), Kind::End);
    });
}

#[test]
fn between_brackets_lines_mean_nothing_and_rewinding_restores_that() {
    with("x [\n a,\nb ]\n  c", |cursor| {
        cursor.bump();
        cursor.open_bracket().unwrap();
        let place = cursor.checkpoint();
        for _ in 0..2 {
            assert!(cursor.accept_word("a"));
            assert!(cursor.accept(Kind::Comma).is_some());
            assert!(cursor.accept_word("b"));
            cursor.close_bracket().unwrap();
            assert_eq!(cursor.kind(), Kind::Indent);
            cursor.rewind(place.clone());
        }
    });
}

#[test]
fn a_text_without_escapes_is_not_copied() {
    with("\"plain\" \"a\\nb\"", |cursor| {
        let token = cursor.bump();
        let value = cursor.value(token);
        assert_eq!(value.as_ptr(), cursor.text()[1..].as_ptr());
        let token = cursor.bump();
        assert_eq!(cursor.value(token), "a\nb");
    });
}

#[test]
fn what_is_missing_at_the_end_of_a_line_is_reported_there() {
    with("a\nb", |cursor| {
        cursor.bump();
        assert_eq!(cursor.expect(Kind::Text, "a text"), Err(Failed));
        assert_eq!(cursor.errors[0].span, Span::new(1, 1));
        assert_eq!(
            cursor.errors[0].message,
            "expected a text, found the end of the line"
        );
    });
}
