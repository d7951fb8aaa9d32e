//! The single tests of a condition.

use super::condition::{ConditionEnd, at_end, left_operand, path, right_operand, text_template};
use super::cursor::{Cursor, Failed};
use crate::ast::{
    Comparator, Comparison, DockerNetworkTest, EnvironmentQuestion, EnvironmentTest,
    FileComparison, Operand, PathOperand, PathQuestion, PathTest, PortTest, Template, Test,
    ToolQuestion, ToolTest, VersionBound, VersionTest,
};
use crate::source::Text;
use crate::syntax::Kind;

/// What a test was about: the next one may leave it out.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Operand(Operand),
    Environment(Template),
}

/// Words that end the left side of a comparison.
const OPERATOR_WORDS: &[&str] = &[
    "and", "are", "contains", "ends", "in", "is", "matches", "not", "or", "starts",
];

pub(super) fn is_operator_word(word: &str) -> bool {
    OPERATOR_WORDS.contains(&word)
}

/// Parses one test.
pub(super) fn test(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Test, Failed> {
    if let Some(before) = subject
        && begins_with_operator(cursor, before)
    {
        return match before.clone() {
            Subject::Environment(name) => environment_question(cursor, until, name),
            Subject::Operand(left) => compared(cursor, until, left),
        };
    }
    let special = match cursor.word() {
        "env" => environment(cursor, until, subject)?,
        "file" => file(cursor, until)?,
        "folder" | "directory" | "dir" => path_test(cursor, until, true)?,
        "port" => attempt(cursor, |cursor| port(cursor, until))?,
        "docker" => attempt(cursor, |cursor| docker_network(cursor, until))?,
        _ => None,
    };
    if let Some(test) = special {
        return Ok(test);
    }
    if let Some(test) = attempt(cursor, |cursor| tool(cursor, until))? {
        return Ok(test);
    }
    let left = left_operand(cursor, until)?;
    *subject = Some(Subject::Operand(left.clone()));
    compared(cursor, until, left)
}

/// Tries a production that may turn out to be something else; then nothing is taken.
fn attempt(
    cursor: &mut Cursor<'_>,
    production: impl FnOnce(&mut Cursor<'_>) -> Result<Option<Test>, Failed>,
) -> Result<Option<Test>, Failed> {
    let before = cursor.checkpoint();
    let found = production(cursor)?;
    if found.is_none() {
        cursor.rewind(before);
    }
    Ok(found)
}

fn begins_with_operator(cursor: &mut Cursor<'_>, subject: &Subject) -> bool {
    let environment = matches!(subject, Subject::Environment(_));
    match cursor.kind() {
        Kind::Word => match cursor.word() {
            "is" | "contains" | "matches" | "in" | "not" => true,
            "starts" | "ends" => cursor.nth_is_word(1, "with"),
            "exists" | "does" => environment,
            _ => false,
        },
        kind => symbol(kind).is_some(),
    }
}

fn symbol(kind: Kind) -> Option<Comparator> {
    Some(match kind {
        Kind::Equal | Kind::Assign => Comparator::Equal,
        Kind::NotEqual => Comparator::NotEqual,
        Kind::Less => Comparator::Less,
        Kind::LessOrEqual => Comparator::LessOrEqual,
        Kind::Greater => Comparator::Greater,
        Kind::GreaterOrEqual => Comparator::GreaterOrEqual,
        _ => return None,
    })
}

/// What follows a left side: an operator and its right side, or nothing.
fn compared(cursor: &mut Cursor<'_>, until: ConditionEnd, left: Operand) -> Result<Test, Failed> {
    if at_end(cursor, until) {
        return Ok(Test::Truth(left));
    }
    if let Some(test) = version(cursor, until, &left)? {
        return Ok(test);
    }
    let Some(operator) = operator(cursor, until)? else {
        if matches!(cursor.word(), "and" | "or") || cursor.at(Kind::ParenClose) {
            return Ok(Test::Truth(left));
        }
        return Err(cursor.unexpected("an operator such as `is`, `==` or `contains`"));
    };
    let right = match operator {
        Comparator::IsEmpty | Comparator::IsNotEmpty => None,
        _ => Some(right_operand(cursor, until)?),
    };
    Ok(Test::Comparison(Box::new(Comparison {
        left,
        operator,
        right,
    })))
}

/// Takes an operator; nothing is taken when there is none.
pub(super) fn operator(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
) -> Result<Option<Comparator>, Failed> {
    if let Some(operator) = symbol(cursor.kind()) {
        cursor.bump();
        return Ok(Some(operator));
    }
    if at_end(cursor, until) {
        return Ok(None);
    }
    if cursor.accept_word("is") {
        let not = cursor.accept_word("not");
        if cursor.at_word("empty") && last_word(cursor, until) {
            cursor.bump();
            return Ok(Some(if not {
                Comparator::IsNotEmpty
            } else {
                Comparator::IsEmpty
            }));
        }
        if cursor.at_word("in") && starts_list(cursor) {
            cursor.bump();
            return Ok(Some(if not {
                Comparator::NotIn
            } else {
                Comparator::In
            }));
        }
        return Ok(Some(if not {
            Comparator::IsNot
        } else {
            Comparator::Is
        }));
    }
    let not = cursor.at_word("not");
    let word = if not {
        let next = cursor.nth(1);
        cursor.slice(next.span)
    } else {
        cursor.word()
    };
    let operator = match (word, not) {
        ("contains", false) => Comparator::Contains,
        ("contains", true) => Comparator::NotContains,
        ("starts", false) => Comparator::StartsWith,
        ("starts", true) => Comparator::NotStartsWith,
        ("ends", false) => Comparator::EndsWith,
        ("ends", true) => Comparator::NotEndsWith,
        ("matches", false) => Comparator::Matches,
        ("matches", true) => Comparator::NotMatches,
        ("in", false) => Comparator::In,
        ("in", true) => Comparator::NotIn,
        _ => return Ok(None),
    };
    if not {
        cursor.bump();
    }
    cursor.bump();
    if matches!(word, "starts" | "ends") {
        cursor.expect_word("with")?;
    }
    Ok(Some(operator))
}

/// Whether the word at the cursor is the last of its test.
fn last_word(cursor: &mut Cursor<'_>, until: ConditionEnd) -> bool {
    let next = cursor.nth(1);
    match next.kind {
        Kind::End | Kind::ParenClose => true,
        Kind::Colon => until == ConditionEnd::Colon,
        _ if next.line_start && until != ConditionEnd::Text => true,
        Kind::Word => matches!(cursor.slice(next.span), "and" | "or"),
        _ => false,
    }
}

fn starts_list(cursor: &mut Cursor<'_>) -> bool {
    matches!(
        cursor.nth(1).kind,
        Kind::BracketOpen | Kind::Variable | Kind::Text | Kind::BraceOpen | Kind::Word
    )
}

/// `is [not] older|newer than version V`.
fn version(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    left: &Operand,
) -> Result<Option<Test>, Failed> {
    if !cursor.at_word("is") {
        return Ok(None);
    }
    let at = 1 + usize::from(cursor.nth_is_word(1, "not"));
    let newer = cursor.nth_is_word(at, "newer");
    let is_version =
        (newer || cursor.nth_is_word(at, "older")) && cursor.nth_is_word(at + 1, "than");
    if !is_version {
        return Ok(None);
    }
    (0..at + 2).for_each(|_| {
        cursor.bump();
    });
    cursor.expect_word("version")?;
    Ok(Some(Test::Version(Box::new(VersionTest {
        left: left.clone(),
        right: right_operand(cursor, until)?,
        newer,
        negated: at == 2,
    }))))
}

/// `env NAME …`; `env` alone and `env(…)` are something else.
fn environment(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Option<Test>, Failed> {
    let name = cursor.nth(1);
    let word = cursor.slice(name.span);
    let bracket = cursor.nth(2).kind == Kind::ParenOpen;
    let is_name = match name.kind {
        Kind::Text => !name.line_start,
        Kind::Word => {
            let is_test = !(word == "exists" && bracket);
            let operator = is_operator_word(word) && !matches!(word, "in");
            !name.line_start && is_test && !operator
        }
        _ => false,
    };
    if !is_name {
        return Ok(None);
    }
    cursor.bump();
    let token = cursor.bump();
    let name = match token.kind {
        Kind::Text => text_template(cursor, token),
        _ => Template::plain(token.span, cursor.share(token.span)),
    };
    *subject = Some(Subject::Environment(name.clone()));
    environment_question(cursor, until, name).map(Some)
}

fn environment_question(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    name: Template,
) -> Result<Test, Failed> {
    let question = match existence(cursor)? {
        Some(true) => EnvironmentQuestion::Exists,
        Some(false) => EnvironmentQuestion::NotExists,
        None => match operator(cursor, until)? {
            None => EnvironmentQuestion::Exists,
            Some(operator @ (Comparator::IsEmpty | Comparator::IsNotEmpty)) => {
                EnvironmentQuestion::Compare(operator, None)
            }
            Some(operator) => {
                EnvironmentQuestion::Compare(operator, Some(right_operand(cursor, until)?))
            }
        },
    };
    Ok(Test::Environment(Box::new(EnvironmentTest {
        name,
        question,
    })))
}

/// `exists`, `not exists`, `does not exist`; nothing is taken when there is none of them.
fn existence(cursor: &mut Cursor<'_>) -> Result<Option<bool>, Failed> {
    if cursor.accept_word("exists") {
        return Ok(Some(true));
    }
    if cursor.at_word("not") && cursor.nth_is_word(1, "exists") {
        cursor.bump();
        cursor.bump();
        return Ok(Some(false));
    }
    if cursor.at_word("does") && cursor.nth_is_word(1, "not") {
        cursor.bump();
        cursor.bump();
        cursor.expect_word("exist")?;
        return Ok(Some(false));
    }
    Ok(None)
}

const AFTER_PATH: &[&str] = &["exists", "does", "not", "is", "matches"];

/// `file P …`, a comparison of files, or something else that begins with `file`.
fn file(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    if !is_path(cursor) {
        return Ok(None);
    }
    cursor.bump();
    let left = path(cursor, until, AFTER_PATH)?;
    let negated = cursor.at_word("not") && cursor.nth_is_word(1, "matches");
    if negated {
        cursor.bump();
    }
    if !cursor.accept_word("matches") {
        return path_question(cursor, left, false).map(Some);
    }
    cursor.expect_word("file")?;
    let right = path(cursor, until, &[])?;
    Ok(Some(Test::FileComparison(Box::new(FileComparison {
        left,
        right,
        negated,
    }))))
}

/// Whether a path follows the word at the cursor: no operator, and no call of a built-in function.
fn is_path(cursor: &mut Cursor<'_>) -> bool {
    let next = cursor.nth(1);
    if next.line_start {
        return false;
    }
    match next.kind {
        Kind::Text | Kind::Variable | Kind::BraceOpen | Kind::Slash | Kind::Unknown => true,
        Kind::Word => {
            let word = cursor.slice(next.span);
            !AFTER_PATH.contains(&word) && !is_operator_word(word)
        }
        _ => false,
    }
}

fn path_test(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    directory: bool,
) -> Result<Option<Test>, Failed> {
    if !is_path(cursor) {
        return Ok(None);
    }
    cursor.bump();
    let path = path(cursor, until, AFTER_PATH)?;
    path_question(cursor, path, directory).map(Some)
}

/// What is asked of a path that was taken.
fn path_question(
    cursor: &mut Cursor<'_>,
    path: PathOperand,
    directory: bool,
) -> Result<Test, Failed> {
    let question = match existence(cursor)? {
        Some(true) => PathQuestion::Exists,
        Some(false) => PathQuestion::NotExists,
        None => {
            cursor.expect_word("is")?;
            let not = cursor.accept_word("not");
            cursor.expect_word("empty")?;
            if not {
                PathQuestion::IsNotEmpty
            } else {
                PathQuestion::IsEmpty
            }
        }
    };
    Ok(Test::Path(Box::new(PathTest {
        directory,
        path,
        question,
    })))
}

/// `port P is [not] open on HOST [with timeout T]`.
fn port(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    cursor.bump();
    if at_end(cursor, until) || is_operator_word(cursor.word()) || symbol(cursor.kind()).is_some() {
        return Ok(None);
    }
    let Ok(port) = left_operand(cursor, until) else {
        return Ok(None);
    };
    if !cursor.accept_word("is") {
        return Ok(None);
    }
    let negated = cursor.accept_word("not");
    if !cursor.accept_word("open") {
        return Ok(None);
    }
    cursor.expect_word("on")?;
    let host = words_until(cursor, until, "with")?;
    let timeout = if cursor.accept_word("with") {
        cursor.expect_word("timeout")?;
        Some(right_operand(cursor, until)?)
    } else {
        None
    };
    Ok(Some(Test::Port(Box::new(PortTest {
        port,
        host,
        timeout,
        negated,
    }))))
}

/// A value, or unquoted words up to `stop`.
fn words_until(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    stop: &str,
) -> Result<Operand, Failed> {
    if !cursor.at(Kind::Word) && !cursor.at(Kind::Number) {
        return left_operand(cursor, until);
    }
    let start = cursor.token().span.start;
    while !at_end(cursor, until)
        && !cursor.at_word(stop)
        && !matches!(cursor.word(), "and" | "or")
        && !cursor.at(Kind::ParenClose)
    {
        cursor.bump();
    }
    Ok(Operand::Literal(cursor.share(cursor.span_from(start))))
}

/// `docker network NAME [not] exists`.
fn docker_network(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    if !cursor.nth_is_word(1, "network") {
        return Ok(None);
    }
    cursor.bump();
    cursor.bump();
    let next = cursor.token();
    let name = match cursor.kind() {
        Kind::Word => {
            cursor.bump();
            Operand::Name(cursor.share(next.span))
        }
        _ => left_operand(cursor, until)?,
    };
    match existence(cursor)? {
        Some(exists) => Ok(Some(Test::DockerNetwork(Box::new(DockerNetworkTest {
            name,
            negated: !exists,
        })))),
        None => Err(cursor.unexpected("`exists`")),
    }
}

/// A test of tools; anything else is taken for something else.
fn tool(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    let first_is_word = cursor.at(Kind::Word);
    let mut tools: Vec<Text> = Vec::new();
    loop {
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
