//! Conditions, from their tests and not from their text.

use drun::ast::{
    Comparator, EnvironmentQuestion, Operand, PathOperand, PathQuestion, Test, ToolQuestion,
    ToolTest, VersionBound,
};

use super::expression::{elements, quoted};

pub(super) fn test(test: &Test) -> String {
    match test {
        Test::Or(tests) => joined(tests, " or ", |test| matches!(test, Test::Or(_))),
        Test::And(tests) => joined(tests, " and ", |test| {
            matches!(test, Test::Or(_) | Test::And(_))
        }),
        Test::Not(inner) => format!("not ({})", self::test(inner)),
        Test::Truth(left) => operand(left),
        Test::Comparison(test) => {
            operand(&test.left) + &comparison(test.operator, test.right.as_ref())
        }
        Test::Environment(test) => {
            let question = match &test.question {
                EnvironmentQuestion::Exists => " exists".to_owned(),
                EnvironmentQuestion::NotExists => " not exists".to_owned(),
                EnvironmentQuestion::Compare(operator, right) => {
                    comparison(*operator, right.as_ref())
                }
            };
            format!("env {}{question}", quoted(&test.name.text))
        }
        Test::Path(test) => {
            let word = if test.directory { "folder" } else { "file" };
            let question = match test.question {
                PathQuestion::Exists => "exists",
                PathQuestion::NotExists => "not exists",
                PathQuestion::IsEmpty => "is empty",
                PathQuestion::IsNotEmpty => "is not empty",
            };
            format!("{word} {} {question}", path(&test.path))
        }
        Test::FileComparison(test) => {
            let (left, right) = (path(&test.left), path(&test.right));
            format!("file {left}{} matches file {right}", not(test.negated))
        }
        Test::Version(test) => {
            let word = if test.newer { "newer" } else { "older" };
            let (left, right) = (operand(&test.left), operand(&test.right));
            format!("{left} is{} {word} than version {right}", not(test.negated))
        }
        Test::Port(test) => {
            let (port, host) = (operand(&test.port), operand(&test.host));
            let timeout = test.timeout.as_ref().map_or_else(String::new, |timeout| {
                format!(" with timeout {}", operand(timeout))
            });
            format!(
                "port {port} is{} open on {host}{timeout}",
                not(test.negated)
            )
        }
        Test::DockerNetwork(test) => {
            format!(
                "docker network {}{} exists",
                operand(&test.name),
                not(test.negated)
            )
        }
        Test::Tool(test) => tool(test),
    }
}

fn joined(tests: &[Test], word: &str, in_parentheses: impl Fn(&Test) -> bool) -> String {
    let shown = tests.iter().map(|test| match in_parentheses(test) {
        true => format!("({})", self::test(test)),
        false => self::test(test),
    });
    shown.collect::<Vec<_>>().join(word)
}

fn not(negated: bool) -> &'static str {
    if negated { " not" } else { "" }
}

pub(super) fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Text(text) => quoted(&text.text),
        Operand::Literal(text) | Operand::Variable(text) | Operand::Name(text) => {
            text.as_str().to_owned()
        }
        Operand::Placeholder(placeholder) => placeholder.source.as_str().to_owned(),
        Operand::Array(array) => elements(array),
        Operand::Builtin(call) => call.source.as_str().to_owned(),
    }
}

pub(super) fn path(path: &PathOperand) -> String {
    match path {
        PathOperand::Text(text) => quoted(&text.text),
        PathOperand::Variable(name) => name.as_str().to_owned(),
    }
}

fn comparison(comparator: Comparator, right: Option<&Operand>) -> String {
    let word = match comparator {
        Comparator::Is => "is",
        Comparator::IsNot => "is not",
        Comparator::IsEmpty => "is empty",
        Comparator::IsNotEmpty => "is not empty",
        Comparator::Equal => "==",
        Comparator::NotEqual => "!=",
        Comparator::Less => "<",
        Comparator::LessOrEqual => "<=",
        Comparator::Greater => ">",
        Comparator::GreaterOrEqual => ">=",
        Comparator::Contains => "contains",
        Comparator::NotContains => "not contains",
        Comparator::StartsWith => "starts with",
        Comparator::NotStartsWith => "not starts with",
        Comparator::EndsWith => "ends with",
        Comparator::NotEndsWith => "not ends with",
        Comparator::Matches => "matches",
        Comparator::NotMatches => "not matches",
        Comparator::In => "in",
        Comparator::NotIn => "not in",
    };
    let right = right.map_or_else(String::new, |right| format!(" {}", operand(right)));
    format!(" {word}{right}")
}

/// A tool whose word may be a variable has to stay a word.
fn tool(test: &ToolTest) -> String {
    let tools = test.tools.iter().map(|tool| match test.comparison {
        Some(_) => tool.as_str().to_owned(),
        None => quoted(tool),
    });
    let tools = tools.collect::<Vec<_>>().join(", ");
    let bound =
        |bound: &VersionBound| format!("{} {}", bound.operator, quoted(&bound.version.text));
    match &test.question {
        ToolQuestion::Available => format!("{tools} is available"),
        ToolQuestion::NotAvailable => format!("{tools} is not available"),
        ToolQuestion::Running => format!("{tools} is running"),
        ToolQuestion::NotRunning => format!("{tools} is not running"),
        ToolQuestion::AvailableVersion(version) => {
            format!("{tools} is available and version {}", bound(version))
        }
        ToolQuestion::Version(version) => format!("{tools} version {}", bound(version)),
    }
}
