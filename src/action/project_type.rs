//! The types of the project in a folder, told by its files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How much of a file is looked at, in bytes: dependencies stand at the beginning of no file that is
/// larger than this.
const LOOKED_AT: u64 = 4 << 20;

/// The types of the project in `folder`, in a fixed order.
pub fn detect(folder: &Path) -> Vec<&'static str> {
    let has = |names: &[&str]| names.iter().any(|name| folder.join(name).is_file());
    let read = |name: &str| content(&folder.join(name));
    let mut types = Vec::new();
    if has(&["package.json"]) {
        types.push("node");
        types.extend(node_frameworks(&read("package.json")));
    }
    if has(&["go.mod", "go.sum"]) {
        types.push("go");
    }
    if has(&["requirements.txt", "setup.py", "pyproject.toml"]) {
        types.push("python");
        if has(&["manage.py"]) || requires(&read("requirements.txt"), "django") {
            types.push("django");
        }
    }
    let mut pair = |files: &[&str], name: &'static str, framework: Option<&'static str>| {
        if has(files) {
            types.push(name);
            types.extend(framework);
        }
    };
    pair(
        &["Gemfile", "Rakefile"],
        "ruby",
        has(&["config/application.rb"]).then_some("rails"),
    );
    pair(
        &["composer.json"],
        "php",
        has(&["artisan"]).then_some("laravel"),
    );
    let spring = has(&["pom.xml"]) && read("pom.xml").to_lowercase().contains("spring");
    pair(
        &["pom.xml", "build.gradle"],
        "java",
        spring.then_some("spring"),
    );
    pair(&["Cargo.toml"], "rust", None);
    pair(&["Dockerfile"], "docker", None);
    pair(
        &["docker-compose.yml", "docker-compose.yaml"],
        "docker-compose",
        None,
    );
    types
}

/// The text of a file; empty when it cannot be read. Only a regular file is opened: a pipe of that
/// name would keep us waiting.
fn content(path: &Path) -> String {
    let mut bytes = Vec::new();
    if path.is_file()
        && let Ok(file) = File::open(path)
    {
        let _ = file.take(LOOKED_AT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn node_frameworks(package: &str) -> impl Iterator<Item = &'static str> {
    let package: serde_json::Value = serde_json::from_str(package).unwrap_or_default();
    let known = [
        ("react", "react"),
        ("vue", "vue"),
        ("@angular/core", "angular"),
        ("express", "express"),
    ];
    known.into_iter().filter_map(move |(dependency, name)| {
        let listed = |section: &str| {
            package
                .get(section)
                .is_some_and(|section| section.get(dependency).is_some())
        };
        (listed("dependencies") || listed("devDependencies")).then_some(name)
    })
}

/// Whether a requirements file names a package, at the beginning of a line.
fn requires(requirements: &str, package: &str) -> bool {
    requirements.lines().any(|line| {
        let line = line.trim().to_lowercase();
        line.strip_prefix(package).is_some_and(|rest| {
            !rest.starts_with(|char: char| char.is_alphanumeric() || matches!(char, '-' | '_'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_what_they_hold_tell_the_type() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        assert!(detect(folder.path()).is_empty());
        write(
            "package.json",
            r#"{"dependencies": {"@angular/core": "17"}}"#,
        );
        write("requirements.txt", "django-filter==1\nDjango>=4\n");
        write("Dockerfile", "");
        assert_eq!(
            detect(folder.path()),
            ["node", "angular", "python", "django", "docker"]
        );
        write("package.json", "no json");
        write("requirements.txt", "django-filter==1\n");
        assert_eq!(detect(folder.path()), ["node", "python", "docker"]);
    }
}
