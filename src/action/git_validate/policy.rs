//! What a policy says about names and messages.

use regex::Regex;

use crate::ast::GitPolicy;
use crate::source::Text;
use crate::value::pattern::compile;

/// A branch's name is that of a default branch, or matches the pattern as a whole.
///
/// # Errors
/// Why it is none.
pub(super) fn branch(policy: &GitPolicy, branch: &str) -> Result<(), String> {
    let named = |name: &Text| name == branch;
    if policy.default_branches.iter().any(named) {
        return Ok(());
    }
    let Some(pattern) = &policy.branch_pattern else {
        return Ok(());
    };
    match naming(policy, pattern)?.is_match(branch) {
        true => Ok(()),
        false => Err(format!(
            "the branch name '{branch}' does not match '{pattern}'"
        )),
    }
}

/// The identifier in the name of a branch, if the policy takes it from there.
///
/// # Errors
/// Why the pattern of the policy is none.
pub(super) fn identifier(policy: &GitPolicy, branch: &str) -> Result<Option<String>, String> {
    let Some(pattern) = takes_identifier(policy) else {
        return Ok(None);
    };
    let regex = naming(policy, pattern)?;
    let captures = regex.captures(branch);
    let found =
        captures.and_then(|captures| Some(captures.name("identifier")?.as_str().to_owned()));
    Ok(found)
}

/// The pattern that an identifier is taken by, if messages need one.
pub(super) fn takes_identifier(policy: &GitPolicy) -> Option<&str> {
    let wanted = policy.extract_identifier && policy.commit_pattern.is_some();
    policy.branch_pattern.as_deref().filter(|_| wanted)
}

/// The pattern of branch names as a regular expression. What is no part that has a meaning is itself.
fn naming(policy: &GitPolicy, pattern: &str) -> Result<Regex, String> {
    let types = match policy.branch_types.as_slice() {
        [] => "[A-Za-z0-9_]+".to_owned(),
        types => {
            let types: Vec<String> = types.iter().map(|name| regex::escape(name)).collect();
            format!("(?:{})", types.join("|"))
        }
    };
    let mut expression = "^".to_owned();
    let mut rest = pattern;
    let mut first = true;
    while let Some(at) = rest.find('{') {
        let (before, part) = rest.split_at(at);
        expression += &regex::escape(before);
        rest = if let Some(rest) = part.strip_prefix("{type}") {
            expression += &types;
            rest
        } else if let Some(rest) = part.strip_prefix("{identifier}") {
            let name = if std::mem::take(&mut first) {
                "?P<identifier>"
            } else {
                "?:"
            };
            expression += &format!("({name}[A-Za-z0-9]+-[0-9]+|[A-Za-z0-9]+)");
            rest
        } else if let Some(rest) = part.strip_prefix("{description}") {
            expression += "(?s:.+)";
            rest
        } else {
            expression += r"\{";
            part.get(1..).unwrap_or_default()
        };
    }
    expression += &regex::escape(rest);
    compile(&(expression + "$"))
}

/// A message is long enough, not banned, and looks as the policy says.
///
/// # Errors
/// Why it is none.
pub(super) fn message(
    policy: &GitPolicy,
    message: &str,
    identifier: Option<&str>,
) -> Result<(), String> {
    let message = message.trim();
    if message.is_empty() {
        return Err("the commit message is empty".to_owned());
    }
    let (length, least) = (message.len(), policy.commit_min_length as usize);
    if length < least {
        return Err(format!(
            "the commit message '{message}' has {length} bytes and needs at least {least}"
        ));
    }
    let banned = |ban: &Text| ban == message;
    if policy.commit_bans.iter().any(banned) {
        return Err(format!("the commit message '{message}' is banned"));
    }
    match &policy.commit_pattern {
        Some(pattern) => looks_like(message, pattern, identifier),
        None => Ok(()),
    }
}

fn looks_like(message: &str, pattern: &str, identifier: Option<&str>) -> Result<(), String> {
    let conventional = [
        "conventional",
        "conventional commit",
        "conventional commits",
        "conventional-commits",
    ];
    if conventional.contains(&pattern.to_lowercase().as_str()) {
        return is_conventional(message, identifier);
    }
    // Only here the text behind the identifier counts.
    let whole = pattern == "{identifier}: {message}";
    let Some(identifier) = identifier else {
        let any = compile("^[A-Za-z0-9]+(-[0-9]+)?:")?;
        return match !whole || any.is_match(message) {
            true => Ok(()),
            false => Err(format!(
                "the commit message '{message}' does not match '{pattern}'"
            )),
        };
    };
    let Some((before, _)) = pattern.split_once("{identifier}") else {
        return Ok(());
    };
    let start = format!("{before}{identifier}{}", if whole { ":" } else { "" });
    match message.starts_with(&start) {
        true => Ok(()),
        false => Err(format!(
            "the commit message '{message}' does not begin with '{start}'"
        )),
    }
}

/// The first line is `type(scope)!: text`; scope and `!` may be missing.
fn is_conventional(message: &str, identifier: Option<&str>) -> Result<(), String> {
    let first = message.lines().next().unwrap_or_default();
    let form = compile(r"^[a-z]+(-[a-z]+)*(\([^()]+\))?!?: .+$")?;
    if !form.is_match(first) {
        return Err(format!(
            "the commit message '{message}' is no conventional commit, 'type(scope): text'"
        ));
    }
    match identifier {
        Some(identifier) if !message.contains(identifier) => Err(format!(
            "the commit message '{message}' lacks the identifier '{identifier}'"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(naming: &str, messages: &str) -> GitPolicy {
        GitPolicy {
            default_branches: vec!["main".into()],
            branch_pattern: Some(naming.into()),
            branch_types: vec!["feat".into(), "fix".into()],
            commit_pattern: Some(messages.into()),
            commit_bans: vec!["wip".into()],
            commit_min_length: 3,
            extract_identifier: true,
            ..GitPolicy::default()
        }
    }

    #[test]
    fn names_match_as_a_whole() {
        let policy = policy("{type}/{identifier}-{description}", "x");
        for name in ["main", "feat/LED-42-exports", "fix/a-ö", "fix/a-b-c"] {
            assert_eq!(branch(&policy, name), Ok(()));
        }
        for name in ["mai", "docs/a-b", "feat/LED-", "xfeat/a-b", "feat/a"] {
            let wrong = branch(&policy, name).unwrap_err();
            assert!(wrong.contains(name) && wrong.contains("{type}/"), "{wrong}");
        }
        for (name, expected) in [
            ("feat/LED-42-exports", Some("LED-42")),
            ("fix/abc-def", Some("abc")),
            ("main", None),
        ] {
            let found = identifier(&policy, name).unwrap();
            assert_eq!(found.as_deref(), expected);
        }
        let any = GitPolicy::default();
        assert_eq!(branch(&any, "what ever"), Ok(()));
        let odd = self::policy("{x}.{identifier}{identifier}", "x");
        assert_eq!(branch(&odd, "{x}.ab"), Ok(()));
        assert!(branch(&odd, "{x}-ab").is_err());
    }

    #[test]
    fn messages_are_checked_in_order() {
        let check = |pattern: &str, identifier: Option<&str>, text: &str| {
            message(&policy("{identifier}", pattern), text, identifier).is_ok()
        };
        for text in ["", "  \n", "ab", "wip"] {
            assert!(!check("x", None, text), "{text}");
        }
        assert!(check("x", Some("A-1"), "anything"));
        let whole = "{identifier}: {message}";
        assert!(check(whole, Some("A-1"), " A-1: b\n"));
        assert!(!check(whole, Some("A-1"), "A-12: b"));
        assert!(check(whole, None, "B-2: b") && !check(whole, None, "no colon"));
        let other = "[{identifier}] {message}";
        assert!(check(other, Some("A-1"), "[A-1] b") && !check(other, Some("A-1"), "A-1 b"));
        assert!(check(other, None, "anything"));
    }

    #[test]
    fn conventional_commits_have_a_type() {
        let check = |text: &str, identifier: Option<&str>| {
            message(&policy("x", "Conventional-Commits"), text, identifier).is_ok()
        };
        for text in ["feat: a", "fix(a b)!: c", "code-style: d\n\nMore: e"] {
            assert!(check(text, None), "{text}");
        }
        for text in [
            "Feat: a",
            "feat:a",
            "feat(): a",
            "-a: b",
            "feat: ",
            "a b: c",
        ] {
            assert!(!check(text, None), "{text}");
        }
        assert!(check("feat: a\n\nA-1", Some("A-1")) && !check("feat: a", Some("A-1")));
    }
}
