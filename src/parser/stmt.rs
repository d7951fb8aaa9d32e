//! Statements: which production a word begins.

use super::action::{call, detect, shell, tools, unsupported, wait, workdir};
use super::cursor::{Cursor, Failed};
use super::{control, status, variable};
use crate::ast::Stmt;
use crate::syntax::Kind;

/// Parses one statement.
pub(super) fn statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    if !cursor.at(Kind::Word) {
        let help = "a statement begins with a word, such as `info` or `run`";
        return Err(cursor.unexpected_entry("a statement", help));
    }
    Ok(match cursor.word() {
        "info" | "warn" | "warning" | "error" | "success" | "echo" | "fail" | "step" => {
            Stmt::Status(Box::new(status::status(cursor)?))
        }
        "let" => Stmt::SetVariable(Box::new(variable::let_variable(cursor)?)),
        "set" => Stmt::SetVariable(Box::new(variable::set_variable(cursor)?)),
        "transform" => Stmt::Transform(Box::new(variable::transform(cursor)?)),
        "capture" => return shell::capture(cursor),
        "run" | "exec" | "shell" => Stmt::Shell(Box::new(shell::shell(cursor)?)),
        "use" => return workdir::use_statement(cursor),
        "call" => Stmt::Call(Box::new(call::call(cursor)?)),
        "if" => Stmt::Conditional(Box::new(control::if_statement(cursor)?)),
        "when" => return control::when_statement(cursor),
        "for" => Stmt::Loop(Box::new(super::loops::for_statement(cursor)?)),
        "break" | "continue" => Stmt::Jump(Box::new(control::jump(cursor)?)),
        "try" => Stmt::Try(Box::new(control::try_statement(cursor)?)),
        "throw" | "rethrow" | "ignore" => Stmt::Throw(Box::new(control::throw(cursor)?)),
        "wait" if !cursor.nth_is_word(1, "for") => Stmt::Wait(Box::new(wait::wait(cursor)?)),
        "detect" => Stmt::Detect(Box::new(detect::detect(cursor)?)),
        "requires" if cursor.nth_is_word(1, "tools") => {
            Stmt::RequiresTools(Box::new(tools::requires_tools(cursor)?))
        }
        _ => return Err(unsupported::report(cursor)),
    })
}
