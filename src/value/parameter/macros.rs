//! The macros of `matching`: whole texts unless said otherwise, ASCII digits.

type Check = fn(&str) -> bool;

/// All macros, sorted by name.
static MACROS: &[(&str, Check)] = &[
    ("docker_tag", is_docker_tag),
    ("git_branch", is_git_branch),
    ("ipv4", is_ipv4),
    ("semver", |text| {
        text.strip_prefix('v').is_some_and(is_version)
    }),
    ("semver_extended", is_extended),
    ("semver_optional_v", |text| {
        is_version(text.strip_prefix('v').unwrap_or(text))
    }),
    ("slug", is_slug),
    ("url", has_url),
    ("uuid", is_uuid),
];

/// The check of a macro.
pub(super) fn find(name: &str) -> Option<Check> {
    let (_, check) = MACROS.iter().find(|(own, _)| *own == name)?;
    Some(*check)
}

/// The names of all macros.
pub(super) fn names() -> String {
    let names: Vec<&str> = MACROS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
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

    fn check(name: &str, good: &[&str], bad: &[&str]) {
        let Some(fits) = find(name) else {
            panic!("no macro {name}");
        };
        good.iter()
            .for_each(|text| assert!(fits(text), "{name} refuses {text}"));
        bad.iter()
            .for_each(|text| assert!(!fits(text), "{name} takes {text}"));
    }

    #[test]
    fn macros_take_and_refuse_what_the_language_says() {
        check(
            "semver",
            &["v1.20.300"],
            &["1.2.3", "v1.2", "v1.2.3-rc1", "V1.2.3"],
        );
        check(
            "semver_extended",
            &["v1.2.3-rc.1+build.7", "v1.2.3"],
            &["1.2.3-a", "v1.0.0-alpha-1", "v1.0.0-", "v1.0.0-a..b"],
        );
        check(
            "url",
            &["see http://ab"],
            &["ftp://x", "https://x", "https://.x"],
        );
        check("ipv4", &["010.1.1.255"], &["256.1.1.1", "1.2.3"]);
        check("slug", &["a-b1"], &["a--b", "-a", "A", "a_b", ""]);
        check("docker_tag", &["1.x_y"], &[".x", "a:b", ""]);
        check("git_branch", &["feature/x"], &["a", "feature/", "-x"]);
        assert!(MACROS.is_sorted_by_key(|(name, _)| *name));
    }
}
