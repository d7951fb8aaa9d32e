//! Values.

use drun::ast::{BinaryOperator, Expr};

use super::list;

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn expression(expression: &Expr) -> String {
    match expression {
        Expr::Text(text) => quoted(&text.text),
        Expr::Number(text) | Expr::Word(text) | Expr::Variable(text) => text.as_str().to_owned(),
        Expr::Boolean(value) => value.to_string(),
        Expr::Placeholder(placeholder) => placeholder.source.as_str().to_owned(),
        Expr::Array(array) => elements(&array.elements),
        Expr::Builtin(call) => call.source.as_str().to_owned(),
        Expr::Excerpt(excerpt) => list(&excerpt.list, |element| self::expression(&element)),
        Expr::Negate(inner) => format!("-{}", self::expression(inner)),
        Expr::Group(inner) => format!("({})", self::expression(inner)),
        Expr::Binary(binary) => {
            let (left, right) = (
                self::expression(&binary.left),
                self::expression(&binary.right),
            );
            format!("{left} {} {right}", operator(binary.operator))
        }
    }
}

/// An array, all of it.
pub(super) fn elements(elements: &[Expr]) -> String {
    format!("[{}]", list(elements, expression))
}

fn operator(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterOrEqual => ">=",
    }
}
