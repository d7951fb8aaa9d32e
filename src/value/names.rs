//! What a name stands for, as the evaluator asks for it.

use super::Value;
use crate::ast::Setting;
use crate::source::Text;

/// What a name stands for.
#[derive(Debug)]
pub enum Found<'a> {
    /// Nothing of that name.
    Nothing,
    /// A value.
    Value(Value),
    /// A setting, and the namespace in which it is evaluated.
    Setting(&'a Setting, Text),
}

/// The names that code sees.
pub trait Names {
    /// What `name` stands for in code of `namespace` (empty for the main file). The name is as it was
    /// written: `$x`, `x`, `$globals.key`, `$params.name`. A bare name does not find `$x`.
    fn find(&self, name: &str, namespace: &str) -> Found<'_>;
}
