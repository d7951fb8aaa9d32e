//! A parameter in one line.

use crate::ast::{DefaultValue, ItemType, Matching, Parameter, ParameterKind, ParameterType};
use crate::source::Text;

/// `[parameter] required number, default: 3, one of: 1, 3, range: 1-5, pattern: …`.
pub(super) fn described(parameter: &Parameter) -> String {
    let required = parameter.word == ParameterKind::Requires && parameter.default.is_none();
    let need = if required { "required" } else { "optional" };
    let mut out = format!("[parameter] {need} {}", type_name(parameter));
    let mut add = |name: &str, value: String| out.push_str(&format!(", {name}: {value}"));
    match &parameter.default {
        Some(DefaultValue::Text(text)) => add("default", text.text.to_string()),
        Some(DefaultValue::Array(items)) => {
            let items: Vec<Text> = items.iter().map(|item| item.text).collect();
            add("default", items.join(","));
        }
        None => {}
    }
    if !parameter.allowed.is_empty() {
        add("one of", parameter.allowed.join(", "));
    }
    if let Some((low, high)) = parameter.range.as_ref() {
        add("range", format!("{low}-{high}"));
    }
    match parameter.matching.as_ref() {
        Some(Matching::Pattern(pattern)) => add("pattern", pattern.to_string()),
        Some(Matching::Email) => add("pattern", "email".to_owned()),
        Some(Matching::Macro(name)) => add("pattern", name.as_str().to_owned()),
        None => {}
    }
    out
}

/// The type as it would be written.
pub(in crate::cli) fn type_name(parameter: &Parameter) -> String {
    match &parameter.ty {
        None | Some(ParameterType::String) => "string".to_owned(),
        Some(ParameterType::Number) => "number".to_owned(),
        Some(ParameterType::Boolean) => "boolean".to_owned(),
        Some(ParameterType::List(ItemType::Any)) => "list".to_owned(),
        Some(ParameterType::List(ItemType::Number)) => "list of number".to_owned(),
        Some(ParameterType::List(ItemType::Boolean)) => "list of boolean".to_owned(),
        Some(ParameterType::List(ItemType::Unknown(word))) => format!("list of {word}"),
        Some(ParameterType::Unknown(word)) => word.to_string(),
    }
}
