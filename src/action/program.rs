//! Command lines of programs that run without a shell: what they get, and how that is shown.

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    program: &'static str,
    words: Vec<Word>,
}

/// An argument.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// The program's own word.
    Own(String),
    /// What a file says, which must not become an option.
    Value(String),
    /// What a file says behind an option that takes anything; shown in quotes.
    Quoted(String),
}

impl Word {
    fn text(&self) -> &str {
        match self {
            Self::Own(text) | Self::Value(text) | Self::Quoted(text) => text,
        }
    }
}

impl CommandLine {
    /// A program with words of its own.
    pub fn new(program: &'static str, own: &[&str]) -> Self {
        let words = own.iter().map(|word| Word::Own((*word).to_owned()));
        Self {
            program,
            words: words.collect(),
        }
    }

    /// With more words of the program's own, or such that may be options.
    #[must_use]
    pub fn own(mut self, words: &[&str]) -> Self {
        let words = words.iter().map(|word| Word::Own((*word).to_owned()));
        self.words.extend(words);
        self
    }

    /// With a value.
    #[must_use]
    pub fn value(mut self, value: impl AsRef<str>) -> Self {
        self.words.push(Word::Value(value.as_ref().to_owned()));
        self
    }

    /// With a value, if there is one.
    #[must_use]
    pub fn optional(self, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.value(value),
            None => self,
        }
    }

    /// With an option and the text that it takes, if there is one.
    #[must_use]
    pub fn quoted(mut self, option: &str, text: Option<impl AsRef<str>>) -> Self {
        if let Some(text) = text {
            self.words.push(Word::Own(option.to_owned()));
            self.words.push(Word::Quoted(text.as_ref().to_owned()));
        }
        self
    }

    /// The program.
    pub fn program(&self) -> &'static str {
        self.program
    }

    /// What is named where it failed: the program and its first word.
    pub fn name(&self) -> String {
        match self.words.first() {
            Some(first) => format!("{} {}", self.program, first.text()),
            None => self.program.to_owned(),
        }
    }

    /// As it is shown. Quotes do not escape anything: it is to be read.
    pub fn shown(&self) -> String {
        let mut shown = self.program.to_owned();
        for word in &self.words {
            shown.push(' ');
            match word {
                Word::Own(text) | Word::Value(text) => shown.push_str(text),
                Word::Quoted(text) => shown.push_str(&format!("\"{text}\"")),
            }
        }
        shown
    }

    /// The arguments, one word each.
    ///
    /// # Errors
    /// A value that the program would take for an option.
    pub fn arguments(&self) -> Result<Vec<String>, String> {
        let option = |word: &&Word| matches!(word, Word::Value(text) if text.starts_with('-'));
        if let Some(word) = self.words.iter().find(option) {
            let (text, name) = (word.text(), self.name());
            return Err(format!("`{name}`: '{text}' would be taken for an option"));
        }
        Ok(self
            .words
            .iter()
            .map(|word| word.text().to_owned())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_one_argument_and_none_becomes_an_option() {
        let line = CommandLine::new("git", &["tag", "-a"])
            .value("a b; $c")
            .quoted("-m", Some("-say \"x\""));
        assert_eq!(line.shown(), "git tag -a a b; $c -m \"-say \"x\"\"");
        assert_eq!(line.name(), "git tag");
        let arguments = ["tag", "-a", "a b; $c", "-m", "-say \"x\""];
        assert_eq!(line.arguments().unwrap(), arguments);
        let line = CommandLine::new("git", &["clone"]).optional(Some("--upload-pack=x"));
        let expected = "`git clone`: '--upload-pack=x' would be taken for an option";
        assert_eq!(line.arguments().unwrap_err(), expected);
    }
}
