//! Evaluation of expressions.

use super::evaluator::{Evaluator, Resolved, Trouble, Undefined};
use super::pass::Pass;
use super::{Value, arithmetic, compare};
use crate::ast::{BinaryExpr, BinaryOperator, Comparator, Expr, visit_elements};
use crate::source::Text;

impl Evaluator<'_> {
    /// The value of an expression; `as_list` makes a list of a text.
    ///
    /// # Errors
    /// Undefined `$names`, sides of a calculation that are no numbers, failing functions.
    pub fn expression(&mut self, expression: &Expr, as_list: bool) -> Result<Value, Trouble> {
        let mut pass = self.pass(Undefined::Dollar);
        let value = self.expression_in(expression, &mut pass);
        // An undefined name is what went wrong first, also when a calculation stumbled over it.
        if matches!(value, Ok(_) | Err(Trouble::Failed(_))) {
            pass.outcome()?;
        }
        let value = value?;
        Ok(if as_list { value.into_list() } else { value })
    }

    /// The items of an array literal.
    ///
    /// # Errors
    /// Those of its elements.
    pub fn elements(&mut self, elements: &[Expr]) -> Result<Vec<Text>, Trouble> {
        let mut pass = self.pass(Undefined::Dollar);
        let items = self.elements_in(elements, &mut pass)?;
        pass.outcome()?;
        Ok(items)
    }

    pub(super) fn elements_in(
        &mut self,
        elements: &[Expr],
        pass: &mut Pass,
    ) -> Result<Vec<Text>, Trouble> {
        let mut items = Vec::with_capacity(elements.len());
        visit_elements(elements, &mut |element| {
            items.push(self.expression_in(element, pass)?.text().clone());
            Ok::<_, Trouble>(())
        })?;
        Ok(items)
    }

    pub(super) fn expression_in(
        &mut self,
        expression: &Expr,
        pass: &mut Pass,
    ) -> Result<Value, Trouble> {
        let mut expression = expression;
        while let Expr::Group(inner) = expression {
            expression = inner;
        }
        pass.deeper()?;
        Ok(match expression {
            Expr::Text(template) => {
                let undefined = pass.undefined.of_values();
                Value::Text(pass.taking(undefined, |pass| self.parts(template, pass))?)
            }
            Expr::Number(text) => Value::Text(text.clone()),
            Expr::Boolean(value) => Value::Text(truth(*value)),
            Expr::Word(word) => match self.named(word, pass)? {
                Some(value) => value,
                None => Value::Text(word.clone()),
            },
            Expr::Variable(name) => match self.named(name, pass)? {
                Some(value) => value,
                None => {
                    pass.unknown(name);
                    Value::Text(pass.instead(&format!("{{{name}}}").into()))
                }
            },
            Expr::Placeholder(placeholder) => match self.placeholder(placeholder, pass)? {
                Resolved::Value(value) => value,
                Resolved::Undefined(names) => {
                    let undefined = pass.undefined.of_values();
                    pass.taking(undefined, |pass| {
                        names.iter().for_each(|name| pass.unknown(name));
                    });
                    Value::Text(pass.instead(&placeholder.source))
                }
            },
            Expr::Array(array) => Value::array(self.elements_in(&array.elements, pass)?),
            Expr::Builtin(call) => match self.named_builtin(call, pass)? {
                Some(value) => value,
                None => Value::Text(self.builtin_call(call, pass)?),
            },
            Expr::Negate(inner) => {
                let value = self.expression_in(inner, pass)?;
                Value::Text(arithmetic::negate(value.text()).map_err(Trouble::Failed)?)
            }
            Expr::Group(inner) => self.expression_in(inner, pass)?,
            Expr::Excerpt(elements) => {
                Value::array(self.elements_in(&elements.list.iter().collect::<Vec<_>>(), pass)?)
            }
            Expr::Binary(binary) => Value::Text(self.binary(binary, pass)?),
        })
    }

    fn binary(&mut self, binary: &BinaryExpr, pass: &mut Pass) -> Result<Text, Trouble> {
        let left = self.expression_in(&binary.left, pass)?;
        let right = self.expression_in(&binary.right, pass)?;
        let comparator = match binary.operator {
            BinaryOperator::Equal => Comparator::Equal,
            BinaryOperator::NotEqual => Comparator::NotEqual,
            BinaryOperator::Less => Comparator::Less,
            BinaryOperator::LessOrEqual => Comparator::LessOrEqual,
            BinaryOperator::Greater => Comparator::Greater,
            BinaryOperator::GreaterOrEqual => Comparator::GreaterOrEqual,
            operator => {
                self.afford(left.text().len() + right.text().len())?;
                return arithmetic::calculate(operator, left.text(), right.text())
                    .map_err(Trouble::Failed);
            }
        };
        compare(comparator, &left, &right)
            .map(truth)
            .map_err(Trouble::Failed)
    }
}

pub(super) fn truth(value: bool) -> Text {
    Text::from(if value { "true" } else { "false" })
}
