//! The names of a condition, looked at before anything of it is evaluated.
//!
//! Nothing is evaluated here, not even a setting: functions may act, or take time, and what they
//! answered would be asked for in another order afterwards.

use std::convert::Infallible;

use super::evaluator::Evaluator;
use super::pass::Pass;
use crate::ast::{
    BuiltinArgument, BuiltinCall, EnvironmentQuestion, Expr, Meaning, Operand, Part, PathOperand,
    Pipeline, PipelineSource, Placeholder, Template, Test, ToolQuestion, visit_elements,
};
use crate::parser;
use crate::source::{Span, Text};

impl Evaluator<'_> {
    /// Notes every unknown name of a test. The parser limits how deep tests nest.
    pub(super) fn check(&self, test: &Test, pass: &mut Pass) {
        match test {
            Test::Or(tests) | Test::And(tests) => {
                tests.iter().for_each(|test| self.check(test, pass));
            }
            Test::Not(test) => self.check(test, pass),
            Test::Truth(operand) => {
                if let Operand::Name(name) = operand {
                    self.check_name(name, pass);
                }
                self.check_operand(operand, pass);
            }
            Test::Comparison(node) => {
                self.check_operand(&node.left, pass);
                self.check_operands(&node.right, pass);
            }
            Test::Environment(node) => {
                self.check_template(&node.name, pass);
                if let EnvironmentQuestion::Compare(_, operand) = &node.question {
                    self.check_operands(operand, pass);
                }
            }
            Test::Path(node) => self.check_path(&node.path, pass),
            Test::FileComparison(node) => {
                self.check_path(&node.left, pass);
                self.check_path(&node.right, pass);
            }
            Test::Version(node) => {
                self.check_operand(&node.left, pass);
                self.check_operand(&node.right, pass);
            }
            Test::Port(node) => {
                self.check_operand(&node.port, pass);
                self.check_operand(&node.host, pass);
                self.check_operands(&node.timeout, pass);
            }
            Test::DockerNetwork(node) => self.check_operand(&node.name, pass),
            Test::Tool(node) => match &node.question {
                ToolQuestion::AvailableVersion(bound) | ToolQuestion::Version(bound) => {
                    self.check_template(&bound.version, pass);
                }
                ToolQuestion::Available
                | ToolQuestion::NotAvailable
                | ToolQuestion::Running
                | ToolQuestion::NotRunning => {}
            },
        }
    }

    fn check_operands(&self, operand: &Option<Operand>, pass: &mut Pass) {
        operand
            .iter()
            .for_each(|operand| self.check_operand(operand, pass));
    }

    fn check_operand(&self, operand: &Operand, pass: &mut Pass) {
        match operand {
            Operand::Text(template) => self.check_template(template, pass),
            Operand::Variable(name) => self.check_name(name, pass),
            Operand::Placeholder(placeholder) => self.check_placeholder(placeholder, pass),
            Operand::Array(elements) => self.check_expressions(elements, pass),
            Operand::Builtin(call) => self.check_call(call, pass),
            Operand::Literal(_) | Operand::Name(_) => {}
        }
    }

    /// A path's `$NAME` may be one of the environment, and stays where it is none.
    fn check_path(&self, path: &PathOperand, pass: &mut Pass) {
        match path {
            PathOperand::Text(template) => self.check_template(template, pass),
            PathOperand::Variable(_) => {}
        }
    }

    fn check_name(&self, name: &Text, pass: &mut Pass) {
        if !self.is_known(name) {
            pass.unknown(name);
        }
    }

    fn check_template(&self, template: &Template, pass: &mut Pass) {
        for part in template.parts.iter() {
            match part {
                Part::Text(_) => {}
                Part::Environment(part) => {
                    if part.default.is_none() && self.world.environment(&part.name).is_none() {
                        pass.unset(part);
                    }
                }
                Part::Placeholder(placeholder) => self.check_placeholder(placeholder, pass),
                Part::Excerpt(text) => {
                    self.check_template(&parser::template(text, Span::default()), pass)
                }
            }
        }
    }

    fn check_placeholder(&self, placeholder: &Placeholder, pass: &mut Pass) {
        match &placeholder.meaning {
            Meaning::Unknown => pass.unknown(&placeholder.content),
            Meaning::Pipeline(pipeline) => self.check_pipeline(pipeline, placeholder, pass),
            // Its condition takes unknown names for empty, and decides which branch is a text.
            Meaning::Choice(_) => {}
        }
    }

    fn check_pipeline(&self, pipeline: &Pipeline, placeholder: &Placeholder, pass: &mut Pass) {
        match &pipeline.source {
            PipelineSource::Name(name) => self.check_name(name, pass),
            PipelineSource::Builtin(call) => self.check_call(call, pass),
            PipelineSource::Arithmetic(expression) => {
                match super::evaluator::first_word(expression) {
                    Some(word) if !self.is_known(word) => pass.unknown(&placeholder.content),
                    _ => self.check_expression(expression, pass),
                }
            }
        }
        for operation in &pipeline.operations {
            for argument in &operation.arguments {
                self.check_template(argument, pass);
            }
        }
    }

    fn check_call(&self, call: &BuiltinCall, pass: &mut Pass) {
        for argument in &call.arguments {
            match argument {
                BuiltinArgument::Text(template) => self.check_template(template, pass),
                BuiltinArgument::Name(name) if name.starts_with('$') => {
                    self.check_name(name, pass);
                }
                BuiltinArgument::Name(_) => {}
            }
        }
    }

    fn check_expressions(&self, expressions: &[Expr], pass: &mut Pass) {
        let Ok(()) = visit_elements(expressions, &mut |expression| {
            self.check_expression(expression, pass);
            Ok::<_, Infallible>(())
        });
    }

    fn check_expression(&self, expression: &Expr, pass: &mut Pass) {
        match expression {
            Expr::Text(template) => self.check_template(template, pass),
            Expr::Variable(name) => self.check_name(name, pass),
            Expr::Placeholder(placeholder) => self.check_placeholder(placeholder, pass),
            Expr::Array(array) => self.check_expressions(&array.elements, pass),
            Expr::Builtin(call) => self.check_call(call, pass),
            Expr::Negate(inner) | Expr::Group(inner) => self.check_expression(inner, pass),
            Expr::Binary(binary) => {
                self.check_expression(&binary.left, pass);
                self.check_expression(&binary.right, pass);
            }
            Expr::Excerpt(elements) => {
                self.check_expressions(&elements.list.iter().collect::<Vec<_>>(), pass)
            }
            Expr::Number(_) | Expr::Boolean(_) | Expr::Word(_) => {}
        }
    }
}
