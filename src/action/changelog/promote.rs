//! The text of a changelog after a promotion, line by line.

use super::section::{Section, trimmed};

/// The text after it; `None` where nothing is to be promoted.
pub(super) fn promoted(text: &str, version: &str, date: &str) -> Result<Option<String>, String> {
    // A line keeps its `\r`; those that are made get one where the file has them.
    let end = if text.contains("\r\n") { "\r" } else { "" };
    let (content, last) = match text.strip_suffix('\n') {
        Some(content) => (content, "\n"),
        None => (text, ""),
    };
    let lines: Vec<&str> = content.split('\n').collect();
    let at = lines
        .iter()
        .position(|line| line.trim_end() == "## [Unreleased]")
        .ok_or("there is no line `## [Unreleased]`")?;
    let (before, body, rest) = parts(&lines, at);
    let section = Section::parse(body);
    let made: [String; 3];
    let mut out = before.to_vec();
    out.push(lines.get(at).copied().unwrap_or_default());
    out.push(end);
    for heading in section.headings() {
        out.extend([heading, end]);
    }
    match rest.iter().position(|line| is_section(line, version)) {
        Some(_) if !section.has_text() => return Ok(None),
        Some(at) => merge(&mut out, rest, at, section, end),
        None => {
            let (link, links) = links(rest, version).unwrap_or((rest.len(), Default::default()));
            let [first, second] = links;
            made = [
                format!("## [{version}] - {date}{end}"),
                first + end,
                second + end,
            ];
            let [heading, links @ ..] = &made;
            out.extend([heading.as_str(), end]);
            if !body.is_empty() {
                out.extend_from_slice(body);
                out.push(end);
            }
            out.extend_from_slice(rest.get(..link).unwrap_or_default());
            if let Some(after) = rest.get(link + 1..) {
                out.extend(links.iter().map(String::as_str));
                out.extend_from_slice(after);
            }
            drop_last_blank(&mut out, rest);
        }
    }
    Ok(Some(out.join("\n") + last))
}

/// The lines before a heading, its body and what stands behind that.
fn parts<'l, 't>(
    lines: &'l [&'t str],
    heading: usize,
) -> (&'l [&'t str], &'l [&'t str], &'l [&'t str]) {
    let before = lines.get(..heading).unwrap_or_default();
    let below = lines.get(heading + 1..).unwrap_or_default();
    let length = below.iter().position(|line| ends_section(line));
    let (body, rest) = below.split_at(length.unwrap_or(below.len()));
    (before, trimmed(body), rest)
}

/// Adds what is unreleased to the section of a version that is there.
fn merge<'t>(
    out: &mut Vec<&'t str>,
    rest: &[&'t str],
    at: usize,
    incoming: Section<'t>,
    blank: &'t str,
) {
    let (before, body, after) = parts(rest, at);
    let mut section = Section::parse(body);
    section.merge(incoming);
    out.extend_from_slice(before);
    out.extend(rest.get(at));
    out.push(blank);
    out.extend(section.lines(blank));
    out.push(blank);
    out.extend_from_slice(after);
    drop_last_blank(out, after);
}

/// A blank line stands between two sections, and not behind the last one.
fn drop_last_blank(out: &mut Vec<&str>, behind: &[&str]) {
    if behind.is_empty() {
        out.pop();
    }
}

/// Whether a section ends before a line: another one, or the definition of a link.
fn ends_section(line: &str) -> bool {
    let is_link = || {
        let (name, _) = line.strip_prefix('[')?.split_once("]: ")?;
        (!name.is_empty() && !name.contains(']')).then_some(())
    };
    line.starts_with("## ") || is_link().is_some()
}

/// Whether a line is the heading of a version, which may have a `v`.
fn is_section(line: &str, version: &str) -> bool {
    let name = line
        .strip_prefix("## [")
        .and_then(|rest| rest.split_once(']'));
    name.is_some_and(|(name, _)| name.strip_prefix('v').unwrap_or(name) == version)
}

/// The line that compares what is unreleased with the version before, and the two that replace it.
fn links(rest: &[&str], version: &str) -> Option<(usize, [String; 2])> {
    rest.iter().enumerate().find_map(|(at, line)| {
        let address = line.trim_end().strip_prefix("[Unreleased]: ")?;
        let (base, tags) = address.strip_suffix("...HEAD")?.rsplit_once("/compare/")?;
        let prefix = if tags.starts_with('v') { "v" } else { "" };
        let lines = [
            format!("[Unreleased]: {base}/compare/{prefix}{version}...HEAD"),
            format!("[{version}]: {base}/compare/{tags}...{prefix}{version}"),
        ];
        Some((at, lines))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str) {
        let text = promoted(before, "1.1.0", "2024-05-06").unwrap();
        assert_eq!(text.as_deref(), Some(after), "{before}");
    }

    #[test]
    fn what_is_unreleased_becomes_a_section() {
        check(
            "## [Unreleased]  \n- a",
            "## [Unreleased]  \n\n## [1.1.0] - 2024-05-06\n\n- a",
        );
        check(
            "## [Unreleased]\n",
            "## [Unreleased]\n\n## [1.1.0] - 2024-05-06\n",
        );
        check(
            "# c\r\n## [Unreleased]\r\n\r\nx\r\n### A\r\n- a\r\n\r\n\r\n## [1.0.0]\r\n\r\n\r\n",
            "# c\r\n## [Unreleased]\r\n\r\n### A\r\n\r\n## [1.1.0] - 2024-05-06\r\n\r\nx\r\n### A\r\n- a\r\n\r\n## [1.0.0]\r\n\r\n\r\n",
        );
        check(
            "## [Unreleased]\n### A\n\n[Unreleased]: u/compare/1.0.0...HEAD\n[1.0.0]: u\n",
            "## [Unreleased]\n\n### A\n\n## [1.1.0] - 2024-05-06\n\n### A\n\n[Unreleased]: u/compare/1.1.0...HEAD\n[1.1.0]: u/compare/1.0.0...1.1.0\n[1.0.0]: u\n",
        );
        assert!(promoted("## Unreleased\n", "1.1.0", "").is_err());
    }

    #[test]
    fn a_section_that_is_there_is_added_to() {
        check(
            "## [Unreleased]\np\n### B\nb\n### A\na2\n### C\n## [v1.1.0] - x\nq\n\n### A\n\na\n### D\n",
            "## [Unreleased]\n\n### B\n\n### A\n\n### C\n\n## [v1.1.0] - x\n\nq\np\n\n### A\n\na\na2\n\n### B\n\nb\n",
        );
        let nothing = "## [Unreleased]\n### A\n\n## [1.1.0]\n";
        assert_eq!(promoted(nothing, "1.1.0", ""), Ok(None));
    }

    #[test]
    fn a_promotion_loses_no_line() {
        let text = "# c\n\n## [Unreleased]\n\n- a\n\n### A\n- b\n\n## [1.0.0]\n- c\n\n[x]: y\n";
        let after = promoted(text, "1.1.0", "2024-05-06").unwrap().unwrap();
        for line in text.lines() {
            assert!(after.lines().any(|other| other == line), "{line}");
        }
        assert_eq!(promoted(&after, "1.1.0", "2024-05-07"), Ok(None));
    }
}
