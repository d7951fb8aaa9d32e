//! Arithmetic on texts that are numbers.

use std::cmp::Ordering;

use crate::ast::BinaryOperator;
use crate::source::Text;

/// A number: whole where it can be, else with a fraction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Whole(i64),
    Fraction(f64),
}

/// The number that a text is: an optional sign, digits, optionally a point and digits.
pub(super) fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    match text.parse() {
        Ok(whole) => Some(Number::Whole(whole)),
        Err(_) => text.parse().ok().map(Number::Fraction),
    }
}

impl Number {
    /// Whole numbers exactly: as fractions, large ones that differ would be equal.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            // Digits and a point: never NaN. And -0 equals 0.
            (a, b) => a
                .as_f64()
                .partial_cmp(&b.as_f64())
                .unwrap_or(Ordering::Equal),
        }
    }

    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Fraction(fraction) => fraction,
        }
    }

    fn shown(self) -> Text {
        match self {
            Self::Whole(whole) => whole.to_string().into(),
            Self::Fraction(fraction) => {
                let text = format!("{fraction:.10}");
                let text = text.trim_end_matches('0').trim_end_matches('.');
                (if text == "-0" { "0" } else { text }).into()
            }
        }
    }
}

/// `left operator right` for the four operations and the remainder.
///
/// # Errors
/// A side that is no number, by its text; a division by zero.
pub(super) fn calculate(
    operator: BinaryOperator,
    left: &Text,
    right: &Text,
) -> Result<Text, String> {
    let (a, b) = match (number(left), number(right)) {
        (Some(a), Some(b)) => (a, b),
        _ if operator == BinaryOperator::Add => return Ok(format!("{left}{right}").into()),
        (None, _) => return Err(format!("'{left}' is not a number")),
        (_, None) => return Err(format!("'{right}' is not a number")),
    };
    let divides = matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder);
    if divides && b.as_f64() == 0.0 {
        return Err("division by zero".to_owned());
    }
    if let (Number::Whole(a), Number::Whole(b)) = (a, b)
        && let Some(result) = whole(operator, a, b)
    {
        return Ok(Number::Whole(result).shown());
    }
    let (a, b) = (a.as_f64(), b.as_f64());
    Ok(Number::Fraction(match operator {
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide => a / b,
        BinaryOperator::Remainder => a % b,
        _ => a + b,
    })
    .shown())
}

/// The result where it is whole and fits.
fn whole(operator: BinaryOperator, a: i64, b: i64) -> Option<i64> {
    match operator {
        BinaryOperator::Subtract => a.checked_sub(b),
        BinaryOperator::Multiply => a.checked_mul(b),
        BinaryOperator::Divide => (a.checked_rem(b)? == 0).then(|| a.checked_div(b))?,
        BinaryOperator::Remainder => a.checked_rem(b),
        _ => a.checked_add(b),
    }
}

/// `-text`.
///
/// # Errors
/// A text that is no number.
pub(super) fn negate(text: &Text) -> Result<Text, String> {
    calculate(BinaryOperator::Subtract, &Text::from("0"), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calculate(left: &str, operator: BinaryOperator, right: &str) -> String {
        match super::calculate(operator, &left.into(), &right.into()) {
            Ok(text) => text.to_string(),
            Err(error) => error,
        }
    }

    #[test]
    fn whole_results_have_no_point() {
        use BinaryOperator::{Add, Divide, Multiply, Remainder, Subtract};
        assert_eq!(calculate("7", Divide, "2"), "3.5");
        assert_eq!(calculate("8", Divide, "2"), "4");
        assert_eq!(calculate("0.1", Add, "0.2"), "0.3");
        assert_eq!(calculate("1", Divide, "3"), "0.3333333333");
        assert_eq!(calculate("a", Add, "1"), "a1");
        assert_eq!(calculate("7", Remainder, "3"), "1");
        assert_eq!(calculate("x", Subtract, "3"), "'x' is not a number");
        assert_eq!(calculate("1", Divide, "0.0"), "division by zero");
        assert_eq!(
            calculate("9223372036854775807", Multiply, "2"),
            "18446744073709551616"
        );
    }
}
