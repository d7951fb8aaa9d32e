//! Tests of `phrases`.

use super::super::Redactor;

fn check(text: &str, expected: &str) {
    assert_eq!(Redactor::default().redact(text), expected);
}

#[test]
fn what_introduces_a_secret_hides_it() {
    check("https://me:s3cr3t@host/x", "https://me:[redacted]@host/x");
    check(
        "https://ghp0123456789abcdef@host",
        "https://[redacted]@host",
    );
    check("API_TOKEN=abc123 make", "API_TOKEN=[redacted] make");
    check(
        "export DB_PASSWORD=\"a b\" x",
        "export DB_PASSWORD=\"[redacted]\" x",
    );
    check(
        "?q=1&access_token=abc&z=2",
        "?q=1&access_token=[redacted]&z=2",
    );
    check(
        "{\"password\": \"x y\", \"n\": 1}",
        "{\"password\": \"[redacted]\", \"n\": 1}",
    );
    check(
        "{\\\"password\\\":\\\"xyz\\\"}",
        "{\\\"password\\\":\\\"[redacted]\\\"}",
    );
    check(
        "-H 'Authorization: Basic abc=='",
        "-H 'Authorization: [redacted]'",
    );
    check(
        "-H \"X-Api-Key: 12 34\" url",
        "-H \"X-Api-Key: [redacted]\" url",
    );
    check("authorization: Bearer abc", "authorization: [redacted]");
    check("send Bearer abcdefgh.ijk now", "send Bearer [redacted] now");
    check("tool --password hunter2 x", "tool --password [redacted] x");
    check("tool --password=hunter2 x", "tool --password=[redacted] x");
    check(
        "tool --api-token 'a b' x",
        "tool --api-token '[redacted]' x",
    );
    check(
        "[\"--password\", \"a b\"]",
        "[\"--password\", \"[redacted]\"]",
    );
    check("mysql -uroot -psecret db", "mysql -uroot -p[redacted] db");
    check("tool -phunter2", "tool -p[redacted]");
    check("sshpass -p geheim ssh x", "sshpass -p [redacted] ssh x");
    check(
        "curl -u me:geheim http://x",
        "curl -u me:[redacted] http://x",
    );
    check("set $api_key to \"abc\"", "set $api_key to \"[redacted]\"");
    check(
        "given $password defaults to \"ü\"",
        "given $password defaults to \"[redacted]\"",
    );
    check(
        "set db_secret as list to \"a\"",
        "set db_secret as list to \"[redacted]\"",
    );
    check("ghp_0123456789abcdefghij x", "[redacted] x");
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "mkdir -p dir/name",
        "docker run -p 8080:80 image",
        "ssh -p 22 host",
        "cp -pr a b",
        "perl -pe s/1/2/",
        "git push --keyboard x",
        "docker login --password-stdin",
        "API_TOKEN=$API_TOKEN make",
        "password={$password}",
        "set $token to \"${TOKEN}\"",
        "http://host:8080/a@b",
        "task \"rotate-key\":",
        "Session: started",
        "PWD=/home/me",
        "monkey: banana",
        "for each $key in [\"a\", \"b\"]",
        "use_auth=true",
        "tool --private --verbose",
        "[\"tool --token [redacted]\", `x=1 token=[redacted]`]",
    ] {
        check(text, text);
    }
}

#[test]
fn no_text_makes_it_panic() {
    let signs = [
        "é", "\"", "\\", "=", ":", " ", "-p", "--key", "password", "://", "@", "to ", "'",
    ];
    let mut seed = 1u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(signs[(seed >> 33) as usize % signs.len()]);
        }
        let _ = Redactor::default().redact(&text);
    }
}
