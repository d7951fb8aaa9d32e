//! The macros of `matching`: whole texts unless said otherwise, ASCII digits.

use crate::ast::Macro;

/// Whether a text is as the macro says.
pub(super) fn fits(name: Macro, text: &str) -> bool {
    match name {
        Macro::DockerTag => is_docker_tag(text),
        Macro::GitBranch => is_git_branch(text),
        Macro::Ipv4 => is_ipv4(text),
        Macro::Semver => text.strip_prefix('v').is_some_and(is_version),
        Macro::SemverExtended => is_extended(text),
        Macro::SemverOptionalV => is_version(text.strip_prefix('v').unwrap_or(text)),
        Macro::Slug => is_slug(text),
        Macro::Url => has_url(text),
        Macro::Uuid => is_uuid(text),
    }
}

/// `name@domain.tld`.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let Some((host, top)) = domain.rsplit_once('.') else {
        return false;
    };
    let name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte);
    let host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    all(name, name_byte)
        && all(host, host_byte)
        && top.len() >= 2
        && all(top, |byte| byte.is_ascii_alphabetic())
}

fn all(text: &str, fits: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(fits)
}

fn digits(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_digit())
}

fn is_version(text: &str) -> bool {
    text.split('.').count() == 3 && text.split('.').all(digits)
}

/// `v1.2.3`, then optionally `-a.b` and `+c.d` of letters and digits.
fn is_extended(text: &str) -> bool {
    let Some(text) = text.strip_prefix('v') else {
        return false;
    };
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let (version, pre) = match text.split_once('-') {
        Some((version, pre)) => (version, Some(pre)),
        None => (text, None),
    };
    let runs = |text: &str| {
        text.split('.')
            .all(|run| all(run, |byte| byte.is_ascii_alphanumeric()))
    };
    is_version(version) && pre.is_none_or(runs) && build.is_none_or(runs)
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

/// Anywhere: a scheme, one character that begins a host, and one more that is no blank.
fn has_url(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.match_indices(scheme).any(|(at, scheme)| {
            let mut rest = text[at + scheme.len()..].chars();
            let first = rest
                .next()
                .is_some_and(|char| !char.is_whitespace() && !"/$.?#".contains(char));
            first && rest.next().is_some_and(|char| !char.is_whitespace())
        })
    })
}

fn is_ipv4(text: &str) -> bool {
    let number = |part: &str| {
        digits(part) && part.len() <= 3 && part.parse::<u16>().is_ok_and(|number| number <= 255)
    };
    text.split('.').count() == 4 && text.split('.').all(number)
}

fn is_slug(text: &str) -> bool {
    let lower = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    text.split('-').all(|run| all(run, lower))
}

fn is_docker_tag(text: &str) -> bool {
    let byte = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    all(text, byte) && text.as_bytes()[0].is_ascii_alphanumeric()
}

fn is_git_branch(text: &str) -> bool {
    let byte = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    let ends = [text.bytes().next(), text.bytes().last()];
    let ends = ends.iter().flatten().all(u8::is_ascii_alphanumeric);
    text.len() >= 2 && all(text, byte) && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: Macro, good: &[&str], bad: &[&str]) {
        good.iter()
            .for_each(|text| assert!(fits(name, text), "{name:?} refuses {text}"));
        bad.iter()
            .for_each(|text| assert!(!fits(name, text), "{name:?} takes {text}"));
    }

    #[test]
    fn macros_take_and_refuse_what_the_language_says() {
        check(
            Macro::Semver,
            &["v1.20.300"],
            &["1.2.3", "v1.2", "v1.2.3-rc1", "V1.2.3"],
        );
        check(
            Macro::SemverExtended,
            &["v1.2.3-rc.1+build.7", "v1.2.3"],
            &["1.2.3-a", "v1.0.0-alpha-1", "v1.0.0-", "v1.0.0-a..b"],
        );
        check(
            Macro::Url,
            &["see http://ab"],
            &["ftp://x", "https://x", "https://.x"],
        );
        check(Macro::Ipv4, &["010.1.1.255"], &["256.1.1.1", "1.2.3"]);
        check(Macro::Slug, &["a-b1"], &["a--b", "-a", "A", "a_b", ""]);
        check(Macro::DockerTag, &["1.x_y"], &[".x", "a:b", ""]);
        check(Macro::GitBranch, &["feature/x"], &["a", "feature/", "-x"]);
    }
}
