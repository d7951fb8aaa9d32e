//! Detection, provisioning and remote includes.

use super::*;

#[test]
fn detection_ends() {
    check(&[
        case(
            "detect version",
            S::INT,
            Running(1),
            "
task \"t\":
  detect \"hang\" version
  run \"touch after\"
",
        ),
        case(
            "if available, of docker",
            S::TERM,
            Running(1),
            "
task \"t\":
  if docker compose is available:
    run \"touch after\"
  else:
    run \"touch after\"
  run \"touch after\"
",
        ),
        case(
            "if running, of docker",
            S::INT,
            Running(1),
            "
task \"t\":
  if docker is running:
    run \"touch after\"
  run \"touch after\"
",
        ),
        case(
            "a placeholder that asks git",
            S::INT,
            Running(1),
            "
task \"t\":
  info \"{current git branch}\"
  run \"touch after\"
",
        ),
        case(
            "requires tools of the project",
            S::INT,
            Running(1),
            "
project \"p\":
  requires tools:
    hang >= 1.0
task \"t\":
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn provisioning_ends() {
    check(&[
        case(
            "command of a provisioning",
            S::INT,
            Running(1),
            "
project \"p\":
  provisioning sources:
    - \"TOOLS/provisionings.yaml\"
task \"t\":
  requires tools:
    nosuchtool provision
  run \"touch after\"
",
        ),
        case(
            "source over https",
            S::TERM,
            Asked,
            "
project \"p\":
  provisioning sources:
    - \"SERVER/endless\"
  requires tools:
    nosuchtool provision
task \"t\":
  run \"touch after\"
",
        ),
        case(
            "source in a repository",
            S::INT,
            Running(1),
            "
project \"p\":
  provisioning sources:
    - \"ssh://git@localhost/x.git//provisionings.yaml\"
  requires tools:
    nosuchtool provision
task \"t\":
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn a_remote_include_that_never_ends_is_given_up() {
    let file = "
project \"p\":
  include \"SERVER/endless\"
task \"t\":
  run \"touch after\"
";
    check(&[
        case("include", S::INT, Asked, file),
        case("include", S::TERM, Asked, file),
    ]);
}
