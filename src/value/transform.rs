//! The functions of `transform`.

use crate::source::Text;

/// Applies `function`; with too few or bad arguments the text stays as it is.
///
/// # Errors
/// An unknown function, by its name.
pub fn apply(function: &str, text: &Text, arguments: &[Text]) -> Result<Text, String> {
    let first = arguments.first();
    let second = arguments.get(1);
    let new = match (function, first, second) {
        ("uppercase", ..) => text.to_uppercase().into(),
        ("lowercase", ..) => text.to_lowercase().into(),
        ("trim", ..) => text.share(text.trim()),
        ("length", ..) => text.chars().count().to_string().into(),
        ("concat", Some(end), _) => format!("{text}{end}").into(),
        ("replace", Some(from), Some(to)) => text.replace(from.as_str(), to).into(),
        ("split", Some(at), _) if at.is_empty() => apart(text),
        ("split", Some(at), _) => text.replace(at.as_str(), "\n").into(),
        ("join", Some(by), _) => text.replace('\n', by).into(),
        ("slice", Some(from), Some(to)) => slice(text, from, to),
        ("concat" | "replace" | "split" | "join" | "slice", ..) => text.clone(),
        _ => return Err(format!("unknown transformation function: {function}")),
    };
    Ok(new)
}

/// The characters, a line for each.
fn apart(text: &str) -> Text {
    let chars: Vec<String> = text.chars().map(String::from).collect();
    chars.join("\n").into()
}

fn slice(text: &Text, from: &str, to: &str) -> Text {
    let bounds = (from.trim().parse::<usize>(), to.trim().parse::<usize>());
    let (Ok(from), Ok(to)) = bounds else {
        return text.clone();
    };
    if from > to || to > text.chars().count() {
        return text.clone();
    }
    text.chars()
        .skip(from)
        .take(to - from)
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(function: &str, text: &str, arguments: &[&str]) -> String {
        let arguments: Vec<Text> = arguments.iter().map(|text| Text::from(*text)).collect();
        match super::apply(function, &Text::from(text), &arguments) {
            Ok(text) => text.to_string(),
            Err(error) => error,
        }
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(apply("length", "añb", &[]), "3");
        assert_eq!(apply("slice", "añbc", &["1", "3"]), "ñb");
        assert_eq!(apply("slice", "abc", &["2", "9"]), "abc");
        assert_eq!(apply("split", "a,b", &[","]), "a\nb");
        assert_eq!(apply("split", "añb", &[""]), "a\nñ\nb");
        assert_eq!(apply("concat", "a", &[]), "a");
        assert_eq!(
            apply("nope", "a", &[]),
            "unknown transformation function: nope"
        );
    }
}
