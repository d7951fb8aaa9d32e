//! The command line taken apart: flags with their values, words in order.

use std::ffi::OsString;

use lexopt::{Arg, Error, Parser};

use super::UsageError;
use super::built_in::{self, Entry};
use super::flag::{self, FLAGS, Flag, Id, Takes};

/// Flags and words as they were typed.
#[derive(Debug, Default)]
pub(super) struct Typed {
    given: Vec<(Id, Given)>,
    /// The words that belong to no flag.
    pub(super) words: Vec<String>,
    /// The built-in command that the first word names.
    pub(super) built_in: Option<&'static Entry>,
}

/// What was said of a flag.
#[derive(Debug)]
enum Given {
    On(bool),
    Value(String),
}

impl Typed {
    /// Takes the arguments apart; the program's name is not among them.
    pub(super) fn read(args: Vec<OsString>) -> Result<Self, UsageError> {
        let mut parser = Parser::from_args(args);
        let mut typed = Self::default();
        let mut last = None;
        loop {
            let flag = match parser.next() {
                Ok(None) => return Ok(typed),
                Ok(Some(Arg::Value(word))) => {
                    typed.word(text(word)?);
                    typed.take_rest(&mut parser)?;
                    continue;
                }
                Ok(Some(Arg::Long(name))) => match flag::long(name, typed.own()) {
                    Some(flag) => flag,
                    None => {
                        let name = name.to_owned();
                        return Err(unknown_long(&name, parser.optional_value()));
                    }
                },
                Ok(Some(Arg::Short(letter))) => {
                    flag::by_letter(letter, typed.own()).ok_or_else(|| {
                        usage(format!(
                            "unknown flag '-{letter}'; 'xdrun --help' shows all flags"
                        ))
                    })?
                }
                // The value of a flag that takes none, which is found one step too late.
                Err(Error::UnexpectedValue { value, .. }) => {
                    typed.switch(last, &text(value)?)?;
                    continue;
                }
                Err(error) => return Err(usage(error.to_string())),
            };
            last = Some(flag);
            let given = match flag.takes {
                Takes::Nothing => Given::On(true),
                _ => Given::Value(text(parser.value().map_err(|_| needs_value(flag))?)?),
            };
            typed.given.push((flag.id, given));
        }
    }

    fn own(&self) -> &'static [Flag] {
        self.built_in.map_or(&[], |entry| entry.flags)
    }

    fn word(&mut self, word: String) {
        if self.words.is_empty() {
            self.built_in = built_in::find(&word);
        }
        self.words.push(word);
    }

    /// A command that reads its words itself gets the rest as it is.
    fn take_rest(&mut self, parser: &mut Parser) -> Result<(), UsageError> {
        if self.built_in.is_some_and(|entry| entry.raw)
            && let Some(rest) = parser.try_raw_args()
        {
            for word in rest {
                self.words.push(text(word)?);
            }
        }
        Ok(())
    }

    /// `--flag=true` or `--flag=false`.
    fn switch(&mut self, flag: Option<&'static Flag>, value: &str) -> Result<(), UsageError> {
        let Some(flag) = flag else {
            return Err(usage(format!("a value without a flag: '{value}'")));
        };
        let on = match value {
            "true" => true,
            "false" => false,
            _ => {
                let name = flag.name;
                return Err(usage(format!(
                    "flag '--{name}' takes true or false, not '{value}'"
                )));
            }
        };
        self.given.push((flag.id, Given::On(on)));
        Ok(())
    }

    /// Whether a flag without value is set; the last mention counts.
    pub(super) fn is_on(&self, id: Id) -> bool {
        let last = self.given.iter().rev().find(|(own, _)| *own == id);
        matches!(last, Some((_, Given::On(true))))
    }

    /// The value of a flag; the last mention counts.
    pub(super) fn value(&self, id: Id) -> Option<String> {
        self.given
            .iter()
            .rev()
            .find_map(|(own, given)| match given {
                Given::Value(value) if *own == id => Some(value.clone()),
                _ => None,
            })
    }
}

fn usage(message: String) -> UsageError {
    UsageError(message)
}

fn text(word: OsString) -> Result<String, UsageError> {
    word.into_string()
        .map_err(|word| usage(format!("argument '{}' is no UTF-8 text", word.display())))
}

fn needs_value(flag: &Flag) -> UsageError {
    let what = match flag.takes {
        Takes::OneOf(words) => words.join(" or "),
        Takes::Text(name) | Takes::File(name) | Takes::Folder(name) => name.to_owned(),
        Takes::Nothing => String::new(),
    };
    usage(format!("flag '--{}' needs a value: {what}", flag.name))
}

fn unknown_long(name: &str, value: Option<OsString>) -> UsageError {
    let mut message = format!("unknown flag '--{name}'");
    let similar: Vec<String> = FLAGS
        .iter()
        .filter(|flag| !name.is_empty() && flag.name.contains(name))
        .map(|flag| format!("--{}", flag.name))
        .collect();
    if !similar.is_empty() {
        message.push_str(&format!("; similar: {}", similar.join(", ")));
    }
    let help = match value {
        Some(value) => format!(
            "parameters are written without dashes: {name}={}",
            value.display()
        ),
        None => "'xdrun --help' shows all flags".to_owned(),
    };
    usage(format!("{message}\n  Help: {help}"))
}
