//! Evaluation of expressions.

use super::evaluator::{Evaluator, Notes, Resolved, Trouble, Undefined};
use super::{Value, arithmetic, compare};
use crate::ast::{BinaryExpr, BinaryOperator, Comparator, Expr};
use crate::source::Text;

impl Evaluator<'_> {
    /// The value of an expression; `as_list` makes a list of a text.
    ///
    /// # Errors
    /// Undefined `$names`, sides of a calculation that are no numbers, failing functions.
    pub fn expression(&mut self, expression: &Expr, as_list: bool) -> Result<Value, Trouble> {
        let mut notes = Notes::default();
        let value = self.expression_in(expression, &mut notes, &mut Vec::new());
        // An undefined name is what went wrong first, also when a calculation stumbled over it.
        if !matches!(value, Err(Trouble::Need(_))) {
            notes.outcome()?;
        }
        let value = value?;
        Ok(if as_list { value.into_list() } else { value })
    }

    /// The items of an array literal.
    ///
    /// # Errors
    /// Those of its elements.
    pub fn elements(&mut self, elements: &[Expr]) -> Result<Vec<Text>, Trouble> {
        let mut notes = Notes::default();
        let items = self.elements_in(elements, &mut notes, &mut Vec::new())?;
        notes.outcome()?;
        Ok(items)
    }

    pub(super) fn elements_in(
        &mut self,
        elements: &[Expr],
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Vec<Text>, Trouble> {
        elements
            .iter()
            .map(|element| Ok(self.expression_in(element, notes, active)?.text().clone()))
            .collect()
    }

    pub(super) fn expression_in(
        &mut self,
        expression: &Expr,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Value, Trouble> {
        Ok(match expression {
            Expr::Text(template) => {
                Value::Text(self.parts(template, Undefined::Dollar, notes, active)?)
            }
            Expr::Number(text) => Value::Text(text.clone()),
            Expr::Boolean(value) => Value::Text(truth(*value)),
            Expr::Word(word) => match self.named(word, notes, active)? {
                Some(value) => value,
                None => Value::Text(word.clone()),
            },
            Expr::Variable(name) => match self.named(name, notes, active)? {
                Some(value) => value,
                None => self.undefined(name, notes),
            },
            Expr::Placeholder(placeholder) => {
                match self.placeholder(placeholder, notes, active)? {
                    Resolved::Value(value) => value,
                    Resolved::Undefined(name) if name.starts_with(['$', '(']) => {
                        self.undefined_as(name, &placeholder.source, notes)
                    }
                    Resolved::Undefined(_) => Value::Text(placeholder.source.clone()),
                }
            }
            Expr::Array(array) => Value::array(self.elements_in(&array.elements, notes, active)?),
            Expr::Builtin(call) => match self.named_builtin(call, notes, active)? {
                Some(value) => value,
                None => Value::Text(self.builtin_call(call, notes, active)?),
            },
            Expr::Negate(inner) => {
                let value = self.expression_in(inner, notes, active)?;
                Value::Text(arithmetic::negate(value.text()).map_err(Trouble::Failed)?)
            }
            Expr::Group(inner) => self.expression_in(inner, notes, active)?,
            Expr::Binary(binary) => Value::Text(self.binary(binary, notes, active)?),
        })
    }

    fn undefined(&self, name: &Text, notes: &mut Notes) -> Value {
        self.undefined_as(name.clone(), &format!("{{{name}}}").into(), notes)
    }

    fn undefined_as(&self, name: Text, source: &Text, notes: &mut Notes) -> Value {
        if !self.allow_undefined {
            notes.name(name);
        }
        Value::Text(source.clone())
    }

    fn binary(
        &mut self,
        binary: &BinaryExpr,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Text, Trouble> {
        let left = self.expression_in(&binary.left, notes, active)?;
        let right = self.expression_in(&binary.right, notes, active)?;
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
