//! Tests of tools: whether they are there, whether they run, which version they have.

use super::super::condition::{ConditionEnd, at_end, text_template};
use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::is_operator_word;
use crate::ast::{
    Comparator, Comparison, Operand, Template, Test, ToolQuestion, ToolTest, VersionBound,
};
use crate::source::Text;
use crate::syntax::Kind;

/// A test of tools; anything else is taken for something else.
pub(super) fn tool(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    let first_is_word = cursor.at(Kind::Word);
    let mut tools: Vec<Text> = Vec::new();
    loop {
        few(
            cursor,
            tools.len(),
            "tools in a test",
            "join tests by `and`",
        )?;
        let token = cursor.token();
        match cursor.kind() {
            Kind::Text => {
                cursor.bump();
                tools.push(cursor.value(token));
            }
            Kind::Word if !is_operator_word(cursor.word()) => {
                cursor.bump();
                if cursor.at_word("compose") || cursor.at_word("buildx") {
                    cursor.bump();
                }
                tools.push(cursor.share(cursor.span_from(token.span.start)));
            }
            _ => return Ok(None),
        }
        if at_end(cursor, until) || cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    if at_end(cursor, until) {
        return Ok(None);
    }
    if tools.len() == 1
        && cursor.at_word("version")
        && comparison_text(cursor.nth(1).kind).is_some()
    {
        cursor.bump();
        let bound = version_bound(cursor)?;
        return Ok(Some(tool_test(tools, ToolQuestion::Version(bound), None)));
    }
    let several = tools.len() > 1;
    if !cursor.accept_word("is") && !cursor.accept_word("are") {
        return if several {
            Err(cursor.unexpected("`is` or `are`"))
        } else {
            Ok(None)
        };
    }
    let not = cursor.accept_word("not");
    let word = cursor.word();
    if !matches!(word, "available" | "running") {
        return if several {
            Err(cursor.unexpected("`available` or `running`"))
        } else {
            Ok(None)
        };
    }
    cursor.bump();
    let text = if not {
        format!("not {word}")
    } else {
        word.to_owned()
    };
    let comparison = first_is_word
        .then(|| text_comparison(&tools, not, &text))
        .flatten();
    let question = match (word, not) {
        ("available", false) if cursor.at_word("and") && cursor.nth_is_word(1, "version") => {
            cursor.bump();
            cursor.bump();
            ToolQuestion::AvailableVersion(version_bound(cursor)?)
        }
        ("available", false) => ToolQuestion::Available,
        ("available", true) => ToolQuestion::NotAvailable,
        (_, false) => ToolQuestion::Running,
        (_, true) => ToolQuestion::NotRunning,
    };
    Ok(Some(tool_test(tools, question, comparison)))
}

/// What the test means where the bare word is the name of a parameter or variable.
fn text_comparison(tools: &[Text], not: bool, text: &str) -> Option<Box<Test>> {
    let [name] = tools else { return None };
    let word = text.strip_prefix("not ").unwrap_or(text);
    Some(Box::new(Test::Comparison(Box::new(Comparison {
        left: Operand::Name(name.clone()),
        operator: if not {
            Comparator::IsNot
        } else {
            Comparator::Is
        },
        right: Some(Operand::Literal(Text::from(word))),
    }))))
}

fn tool_test(tools: Vec<Text>, question: ToolQuestion, comparison: Option<Box<Test>>) -> Test {
    Test::Tool(Box::new(ToolTest {
        tools: tools.into(),
        question,
        comparison,
    }))
}

fn version_bound(cursor: &mut Cursor<'_>) -> Result<VersionBound, Failed> {
    let Some(operator) = comparison_text(cursor.kind()) else {
        return Err(cursor.unexpected("`>=`, `>`, `<=`, `<`, `==` or `!=`"));
    };
    cursor.bump();
    let token = cursor.token();
    let version = match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            text_template(cursor, token)
        }
        Kind::Number => {
            cursor.bump();
            Template::plain(token.span, cursor.share(token.span))
        }
        _ => return Err(cursor.unexpected("a version")),
    };
    Ok(VersionBound {
        operator: Text::from(operator),
        version,
    })
}

fn comparison_text(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::GreaterOrEqual => ">=",
        Kind::Greater => ">",
        Kind::LessOrEqual => "<=",
        Kind::Less => "<",
        Kind::Equal => "==",
        Kind::NotEqual => "!=",
        _ => return None,
    })
}
