//! The words and flags of `cmd:secret` as data.

use crate::cli::UsageError;
use crate::cli::flag::Id;
use crate::cli::invocation::{BuiltIn, Namespace, Secret, SecretCommand};
use crate::cli::typed::Typed;

const FORMS: &str = "add, remove, list or list-all";

/// The command, from the words behind its name.
pub(in crate::cli) fn secret(typed: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    let Some((form, rest)) = words.split_first() else {
        return wrong(format!("cmd:secret needs one of {FORMS}"));
    };
    let namespace = namespace(typed)?;
    let most = match form.as_str() {
        "add" => 2,
        "remove" | "delete" | "rm" => 1,
        _ => 0,
    };
    if let Some(word) = rest.get(most) {
        return wrong(format!(
            "cmd:secret {form} takes no '{word}'; put a value with blanks in quotes"
        ));
    }
    let values = typed.is_on(Id::ShowValues);
    let command = match form.as_str() {
        "add" => add(typed, rest)?,
        "remove" | "delete" | "rm" => SecretCommand::Remove {
            key: key(form, rest)?,
        },
        "list" | "ls" => SecretCommand::List { values },
        "list-all" if namespace == Namespace::Found => SecretCommand::ListAll { values },
        "list-all" => return wrong("cmd:secret list-all takes no namespace".to_owned()),
        other => return wrong(format!("cmd:secret: '{other}' is none of {FORMS}")),
    };
    Ok(BuiltIn::Secret(Secret { command, namespace }))
}

fn add(typed: &Typed, words: &[String]) -> Result<SecretCommand, UsageError> {
    let key = key("add", words)?;
    let masked = typed.is_on(Id::Masked);
    let given = [typed.value(Id::Value), words.get(1).cloned()];
    let mut given = given.into_iter().flatten();
    let value = given.next();
    if given.next().is_some() {
        return wrong("cmd:secret add takes one value, with or without --value".to_owned());
    }
    if masked && value.is_some() {
        return wrong("--masked asks for the value, but one was given".to_owned());
    }
    Ok(SecretCommand::Add { key, value, masked })
}

fn key(form: &str, words: &[String]) -> Result<String, UsageError> {
    match words.first() {
        Some(key) => Ok(key.clone()),
        None => wrong(format!(
            "cmd:secret {form} needs a key: xdrun cmd:secret {form} KEY"
        )),
    }
}

fn namespace(typed: &Typed) -> Result<Namespace, UsageError> {
    let given = [
        typed.value(Id::Namespace).map(Namespace::Named),
        typed.is_on(Id::Global).then_some(Namespace::Global),
        typed.is_on(Id::Project).then_some(Namespace::Folder),
    ];
    let mut given = given.into_iter().flatten();
    let first = given.next();
    if given.next().is_some() {
        return wrong("--namespace, --global and --project exclude each other".to_owned());
    }
    Ok(first.unwrap_or(Namespace::Found))
}

fn wrong<T>(message: String) -> Result<T, UsageError> {
    Err(UsageError(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Secret, String> {
        let words = std::iter::once("cmd:secret").chain(line.split_whitespace());
        let typed = Typed::read(words.map(Into::into).collect()).map_err(|error| error.0)?;
        match secret(&typed, &typed.words[1..]) {
            Ok(BuiltIn::Secret(secret)) => Ok(secret),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.0),
        }
    }

    #[test]
    fn a_value_and_a_namespace_are_given_once() {
        let wanted = Secret {
            command: SecretCommand::Add {
                key: "k".to_owned(),
                value: Some("v".to_owned()),
                masked: false,
            },
            namespace: Namespace::Named("team".to_owned()),
        };
        assert_eq!(parsed("add k v -n team").as_ref(), Ok(&wanted));
        assert_eq!(parsed("add k -v v --namespace=team"), Ok(wanted));
        for line in [
            "",
            "add",
            "add k v w",
            "add k v -v w",
            "add k v -m",
            "rm",
            "rm k v",
            "list k",
            "list-all -g",
            "list -g -p",
            "rotate k",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
