//! Secrets in every place that a dump, a summary or a message could show them: none is shown.

use std::fs;

use crate::schema::dump;
use crate::xdrun::{Scratch, block_on, finish};

/// The planted values. Each is odd enough to be found nowhere else.
const PLANTED: [&str; 24] = [
    "Lit0-kq8zq1",
    "Par1-vw7xn2",
    "Def2-ht5rd3",
    "Set3-pz9lm4",
    "Env4-cx2bv5",
    "Cap5-gj6fk6",
    "Url6-nb3wq7",
    "Cmd7-ty8us8",
    "Hdr8-ol4mp9",
    "Opt9-re5ad1",
    "She10-ws3ed2",
    "Old11-rf4tg3",
    "Itm12-yh5uj4",
    "Edge13-ik6ol5-abcdefghijkl",
    "Arg14-aq1sw6",
    "Tra15-de2fr7",
    "Fan16-gt3hy8",
    "B64x17-ju4ki9",
    "Pct18/&lo=5;p",
    "Src19-mn6bv1",
    "Prj20-cz7xl2",
    "Lst21-kj8hg3",
    "Bck22-fd9sa4",
    "Key23-po1iu5",
];

fn program() -> String {
    let [
        lit,
        _,
        def,
        set,
        _,
        _,
        url,
        cmd,
        hdr,
        opt,
        she,
        old,
        itm,
        edge,
        arg,
        tra,
        fan,
        _,
        _,
        src,
        prj,
        lst,
        bck,
        key,
    ] = PLANTED;
    let filler = "x".repeat(114);
    format!(
        r#"version: 2.0

project "p":
  set deploy_secret to "{set}"
  parameter $admin_password as string defaults to "{prj}"
  shell config:
    linux:
      executable: "/bin/bash"
      environment:
        API_KEY: "{she}"

task "uses":
  requires $password as string
  let $used = "in {{$password}} here"
  call task "flood"

task "main":
  requires $api_token as string
  given $pin_secret defaults to "{def}"
  let $db_password = "{lit}"
  let $elsewhere1 = "with {{$db_password}} inside"
  let $elsewhere2 = "{{$api_token}}"
  let $elsewhere3 = "a {{$pin_secret}} b"
  let $elsewhere4 = "{{$globals.deploy_secret}}"
  let $elsewhere5 = "{{$admin_password}}"
  capture from shell "echo $OUTER_TOKEN" as $elsewhere6
  capture from shell "echo $API_KEY" as $elsewhere7
  capture from shell "cat token.txt" as $session_token
  let $elsewhere8 = "{{$session_token}}"
  let $address = "https://bob:{url}@example.org/x"
  let $elsewhere9 = "bare {url} again"
  let $passphrase = "{old}"
  let $elsewhere10 = "kept {{$passphrase}}"
  set $passphrase to "harmless-one"
  let $elsewhere11 = "none"
  for each $token in ["{itm}"]:
    run "bash -c 'sleep 60; : {{$token}}' > /dev/null 2>&1 &"
  let $edge_secret = "{edge}"
  let $elsewhere12 = "{filler}{{$edge_secret}}"
  let $client_secret = "  {tra}  "
  transform $client_secret with trim
  let $elsewhere13 = "<{{$client_secret}}>"
  let $elsewhere14 = "Authorization: Basic {hdr}"
  let $elsewhere15 = "and {hdr} alone"
  let $elsewhere16 = "tool --password {opt}"
  let $elsewhere17 = "{opt}"
  let $private_key = "{key}"
  let $elsewhere18 = "{{$private_key}}"
  set $tokens as list to ["one-{lst}", "two"]
  let $elsewhere19 = "one-{lst}"
  capture from shell "cat blob.txt" as $elsewhere20
  run "bash -c 'sleep 60; : --password={bck} {cmd} token={cmd}' > /dev/null 2>&1 &"
  let $elsewhere21 = "{bck}"
  for each $secret_item in ["{fan}", "second-item"] in parallel:
    run "bash -c 'sleep 60; : {{$secret_item}}' > /dev/null 2>&1 &"
  call task "uses" with password="{arg}"

task "flood":
  let $signing_secret = "{src}"
  let $canary = "shown as it is"
  capture "yes {src}" as $flood
"#
    )
}

/// The text of a file with one of the planted values in other clothes.
fn blob() -> String {
    // The base64 form of `user:B64x17-ju4ki9`, and the URL-encoded form of another one.
    format!("dXNlcjpCNjR4MTctanU0a2k5 {}", "Pct18%2F%26lo%3D5%3Bp")
}

#[test]
fn no_planted_secret_is_in_dump_summary_message_or_view() {
    let scratch = Scratch::new()
        .file("s.drun", &program())
        .file("token.txt", PLANTED[5])
        .file("blob.txt", &blob());
    let token = format!("api_token={}", PLANTED[1]);
    let mut command = scratch.xdrun([
        "-f",
        "s.drun",
        "main",
        &token,
        "--memory-limit=64MB",
        "--memory-warning=32MB",
    ]);
    command
        .env("OUTER_TOKEN", PLANTED[4])
        .env("BLOB_SECRET", PLANTED[17])
        .env("URL_SECRET", PLANTED[18]);
    let finished = block_on(finish(command, Vec::new())).unwrap();
    let err = finished.err();
    assert_eq!(finished.status, 1, "{}{err}", finished.out());
    assert!(err.contains("WARNING") && err.contains("CRITICAL"), "{err}");

    let json = &scratch.files("drun-crash-dump-")[0];
    let summary = &scratch.files("drun-crash-summary-")[0];
    dump(json);
    let read = |path| fs::read_to_string(path).unwrap();
    let shown = scratch.run(["cmd:crash", "show"]).out();
    let html = scratch.run(["cmd:crash", "html"]).out();
    let all = [
        ("message", err),
        ("dump", read(json)),
        ("summary", read(summary)),
        ("page", shown),
        ("html", html),
    ];
    let mut leaks = Vec::new();
    for (place, text) in &all {
        for secret in PLANTED {
            // A part of one is one.
            let part = &secret[..secret.len().min(9)];
            if let Some(at) = text.find(part) {
                let around = text.get(at.saturating_sub(90)..).unwrap_or_default();
                let around: String = around.chars().take(140).collect();
                leaks.push(format!("{secret} in the {place}: {around}"));
            }
        }
        for form in blob().split(' ') {
            if text.contains(form) {
                leaks.push(format!("{form} in the {place}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    // What is no secret is there, so something was looked at.
    let text = &all[1].1;
    assert!(text.contains("shown as it is"), "{text}");
    assert!(text.contains("sleep 60; : [redacted]"), "{text}");
    assert!(text.matches("[redacted]").count() > 20);
}

/// What a request may hold, each as odd as the planted values.
const REQUESTED: [&str; 6] = [
    "Hua24-lm2nv3",
    "Hbe25-qa7ws8",
    "Hba26-ed5rf6",
    "Hto27-tg9yh1",
    "Hhd28-uj3ik4",
    "Hva29-ol6pz7",
];

#[test]
fn no_secret_of_a_request_is_in_a_dump() {
    let [url, bearer, basic, token, header, variable] = REQUESTED;
    let scratch = Scratch::new().file(
        "s.drun",
        &format!(
            r#"version: 2.0

task "main":
  let $kept = "of old: {bearer} {basic} {token} {header}"
  let $handle = "{variable}"
  let $elsewhere = "<{variable}>"
  if $kept is "":
    post "https://bob:{url}@example.org/x" with header "X-Plain: {header}" token "{token}"
    get "https://example.org/y"
      with auth basic "bob:{basic}"
    get "https://example.org/z" with header "Accept: text/odd" auth bearer "{bearer}"
  try:
    get "http://127.0.0.1:1/" with auth bearer "{{$handle}}"
  catch:
    info "nobody is there"
  capture "yes" as $flood
"#
        ),
    );
    let finished = scratch.run([
        "-f",
        "s.drun",
        "main",
        "--memory-limit=64MB",
        "--memory-warning=32MB",
    ]);
    assert_eq!(finished.status, 1, "{}", finished.err());
    let json = &scratch.files("drun-crash-dump-")[0];
    dump(json);
    let text = fs::read_to_string(json).unwrap();
    let summary = fs::read_to_string(&scratch.files("drun-crash-summary-")[0]).unwrap();
    for secret in REQUESTED {
        let shown = [&text, &summary, &finished.err()]
            .iter()
            .any(|text| text.contains(secret));
        assert!(!shown, "{secret} in {text}");
    }
    assert!(text.contains("\"user\": \"bob\""), "{text}");
    assert!(text.contains("https://example.org/y"), "{text}");
}
