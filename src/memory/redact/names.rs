//! Which names say that their value is a secret.

/// How sure a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secrecy {
    /// Names something public.
    None,
    /// Often a secret: `key`, `auth`, `session`. Its value is hidden where it stands, and elsewhere
    /// when it looks like a secret.
    Likely,
    /// A secret: `password`, `token`. Its value is hidden wherever it occurs.
    Sure,
}

/// Words that decide when they are a whole word of a name.
const SURE_WORDS: &[&str] = &[
    "bearer",
    "credential",
    "credentials",
    "creds",
    "cred",
    "jwt",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pin",
    "pw",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
];
/// Words that often name a secret.
const LIKELY_WORDS: &[&str] = &[
    "auth",
    "authorization",
    "cookie",
    "cookies",
    "key",
    "keys",
    "oauth",
    "private",
    "session",
    "sessionid",
    "signature",
    "sid",
];
/// Parts that decide anywhere inside a word, for names without separators: `DBPASSWORD`.
const SURE_PARTS: &[&str] = &[
    "accesskey",
    "apikey",
    "authkey",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "token",
];
/// Words that hold such a part and mean something else.
const INNOCENT_WORDS: &[&str] = &[
    "detokenize",
    "secretary",
    "tokenization",
    "tokenize",
    "tokenized",
    "tokenizer",
];
/// Words that end in `pass`, `pwd` or `key` and mean something else. Every other word with such an
/// end counts: `dbpass`, `sshkey`.
const INNOCENT_ENDS: &[&str] = &[
    "bypass",
    "compass",
    "donkey",
    "encompass",
    "hockey",
    "hotkey",
    "jockey",
    "keykey",
    "lackey",
    "monkey",
    "oldpwd",
    "overpass",
    "passkey",
    "surpass",
    "trespass",
    "turkey",
    "turnkey",
    "underpass",
    "whiskey",
];
/// Names of every desktop's environment whose values are no secrets but common words.
const INNOCENT_NAMES: &[&str] = &[
    "DESKTOP_SESSION",
    "GDMSESSION",
    "OLDPWD",
    "PWD",
    "SESSION_MANAGER",
    "SSH_AUTH_SOCK",
];

/// Decides by the words of `name`, as written: `api_token`, `apiToken`, `API-TOKEN`, `$token`.
pub fn secrecy(name: &str) -> Secrecy {
    if INNOCENT_NAMES.contains(&name) || name.starts_with("XDG_SESSION") {
        return Secrecy::None;
    }
    let mut found = Secrecy::None;
    let mut word = String::new();
    let mut lower_before = false;
    for char in name.chars().chain(std::iter::once('_')) {
        let ends = !char.is_alphabetic() || (char.is_uppercase() && lower_before);
        if ends && !word.is_empty() {
            found = found.max(of_word(&word));
            word.clear();
        }
        lower_before = char.is_lowercase();
        if char.is_alphabetic() && word.len() < 64 {
            word.extend(char.to_lowercase());
        }
    }
    found
}

/// Whether a name says that its value is a secret.
pub fn is_secret_name(name: &str) -> bool {
    secrecy(name) != Secrecy::None
}

/// Whether a value can't be a secret whatever its name says.
pub(super) fn is_innocent_value(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null" | "empty" | "0" | "1"
        )
}

fn of_word(word: &str) -> Secrecy {
    let has = |list: &[&str]| list.contains(&word);
    if has(SURE_WORDS) {
        Secrecy::Sure
    } else if has(LIKELY_WORDS) {
        Secrecy::Likely
    } else if SURE_PARTS.iter().any(|part| word.contains(part)) && !has(INNOCENT_WORDS) {
        Secrecy::Sure
    } else if word.ends_with("pass") || word.ends_with("pwd") {
        if has(INNOCENT_ENDS) {
            Secrecy::None
        } else {
            Secrecy::Sure
        }
    } else if word.ends_with("key") && !has(INNOCENT_ENDS) {
        Secrecy::Likely
    } else {
        Secrecy::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_names_that_look_like_them() {
        for name in [
            "password",
            "$db_password",
            "DB_PASS",
            "dbpass",
            "PWD_FILE",
            "apiToken",
            "GITHUB_TOKEN",
            "client-secret",
            "AWS_SECRET_ACCESS_KEY",
            "MYSQL_PWD",
            "DBPASSWORD",
            "$globals.api_key",
            "X-Auth-Token",
            "Set-Cookie",
            "private",
            "SessionId",
            "APIKEY",
            "credentials",
            "sshkey",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "monkey",
            "keyboard",
            "$compass",
            "bypass",
            "PWD",
            "OLDPWD",
            "tokenizer",
            "author",
            "passenger",
            "sessions",
            "XDG_SESSION_TYPE",
            "keynote",
            "turkey_count",
            "",
            "secretary",
            "privateer",
            "authors",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert_eq!(secrecy("key"), Secrecy::Likely);
        assert_eq!(secrecy("token"), Secrecy::Sure);
    }
}
