//! How each tool is asked for its version, and where it stands in what it prints.

/// A way to ask a tool.
pub(super) struct Attempt {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) known: Known,
}

/// Where a version stands in an output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Texts that stand right before it; the first that is found counts.
    before: &'static [&'static str],
    /// How many numbers it has at least and at most; 0 for no upper bound.
    parts: (usize, usize),
}

const THREE: (usize, usize) = (3, 3);
const TWO_OR_THREE: (usize, usize) = (2, 3);

const fn known(before: &'static [&'static str], parts: (usize, usize)) -> Known {
    Known { before, parts }
}

/// The ways to ask `tool`, in order.
pub(super) fn attempts(tool: &str) -> Vec<Attempt> {
    let flag = |program: &str, before| attempt(program, &["--version"], known(before, THREE));
    let word = |program: &str, before, parts| attempt(program, &["version"], known(before, parts));
    match tool {
        "docker" => vec![flag("docker", &["Docker version "])],
        "docker compose" | "docker-compose" => {
            let known = known(&["version v", "version "], THREE);
            vec![
                attempt("docker", &["compose", "version"], known),
                attempt("docker-compose", &["version"], known),
            ]
        }
        "docker buildx" | "docker-buildx" => {
            let known = known(&["buildx v"], THREE);
            vec![
                attempt("docker", &["buildx", "version"], known),
                attempt("docker-buildx", &["version"], known),
            ]
        }
        "git" => vec![flag("git", &["git version "])],
        "ruby" => vec![flag("ruby", &["ruby "])],
        "php" => vec![flag("php", &["PHP "])],
        "cargo" | "rust" => vec![flag("cargo", &["cargo "])],
        "node" | "nodejs" => vec![flag("node", &["v"])],
        "npm" | "yarn" => vec![flag(tool, &[""])],
        "python" | "python3" => {
            vec![flag("python", &["Python "]), flag("python3", &["Python "])]
        }
        "go" | "golang" => vec![word("go", &["go version go"], TWO_OR_THREE)],
        "golangci-lint" => vec![word("golangci-lint", &["version "], TWO_OR_THREE)],
        "java" => vec![attempt(
            "java",
            &["-version"],
            known(&["version \""], THREE),
        )],
        "kubectl" => vec![word(
            "kubectl",
            &["GitVersion:\"v", "Client Version: v"],
            THREE,
        )],
        "helm" => vec![word("helm", &["Version:\"v"], THREE)],
        "terraform" => vec![word("terraform", &["Terraform v"], THREE)],
        other => {
            let mut words = other.split_whitespace();
            let program = words.next().unwrap_or(other).to_owned();
            let rest: Vec<&str> = words.collect();
            let any = known(&[""], (2, 0));
            ["version", "--version"]
                .map(|last| {
                    let mut arguments = rest.clone();
                    arguments.push(last);
                    attempt(&program, &arguments, any)
                })
                .into()
        }
    }
}

fn attempt(program: &str, arguments: &[&str], known: Known) -> Attempt {
    Attempt {
        program: program.to_owned(),
        arguments: arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect(),
        known,
    }
}

impl Known {
    /// The version in an output.
    pub(super) fn find(self, output: &str) -> Option<String> {
        self.before
            .iter()
            .find_map(|before| self.find_after(output, before))
    }

    fn find_after(self, output: &str, before: &str) -> Option<String> {
        let mut from = 0;
        while let Some(rest) = output.get(from..) {
            let found = if before.is_empty() {
                rest.find(|char: char| char.is_ascii_digit())?
            } else {
                rest.find(before)?
            };
            let start = from + found + before.len();
            let numbers = output.get(start..)?;
            if let Some(version) = self.numbers_at(numbers) {
                return Some(version.to_owned());
            }
            // On behind what was looked at: digits that begin no version are passed as a whole.
            let digits = numbers.bytes().take_while(u8::is_ascii_digit).count();
            from = start + digits.max(usize::from(before.is_empty()));
        }
        None
    }

    /// The numbers joined by dots at the beginning of `text`, when there are enough of them.
    fn numbers_at(self, text: &str) -> Option<&str> {
        let (least, most) = self.parts;
        let mut end = 0;
        let mut count = 0;
        loop {
            let from = if count == 0 { 0 } else { end + 1 };
            let separated = count == 0 || text.as_bytes().get(end) == Some(&b'.');
            let digits = text
                .get(from..)
                .unwrap_or_default()
                .bytes()
                .take_while(u8::is_ascii_digit)
                .count();
            if !separated || digits == 0 || (most > 0 && count == most) {
                break;
            }
            end = from + digits;
            count += 1;
        }
        (count >= least).then(|| text.get(..end)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(tool: &str, output: &str) -> Option<String> {
        attempts(tool).first()?.known.find(output)
    }

    #[test]
    fn versions_are_found_where_each_tool_prints_them() {
        let found = |tool, output| find(tool, output).unwrap_or_default();
        assert_eq!(
            found("docker", "Docker version 24.0.7, build afdd53b"),
            "24.0.7"
        );
        assert_eq!(
            found("docker compose", "Docker Compose version v2.23.0"),
            "2.23.0"
        );
        assert_eq!(found("go", "go version go1.22 linux/amd64"), "1.22");
        assert_eq!(found("node", "v20.1.0"), "20.1.0");
        assert_eq!(found("java", "openjdk version \"17.0.9\" 2023"), "17.0.9");
        assert_eq!(found("kubectl", "Client Version: v1.29.1"), "1.29.1");
        assert_eq!(found("mytool", "mytool 7 build v1.2.3.4 x"), "1.2.3.4");
        assert_eq!(find("git", "no version"), None);
        assert_eq!(find("mytool", &"7 ".repeat(100_000)), None);
    }
}
