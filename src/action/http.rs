//! HTTP requests: what is asked, and how that is shown.

mod backoff;
mod exchange;

pub(crate) use backoff::Backoff;
pub(crate) use exchange::{Output, perform};
pub(super) use exchange::{is_temporary, retries};

use crate::ast::action::{HttpMethod, HttpScheme};
use crate::source::Text;

/// A request with its placeholders resolved.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: HttpMethod,
    /// The address.
    pub url: Text,
    /// The headers in order.
    pub headers: Headers,
    /// What is sent.
    pub body: Option<Text>,
    /// The scheme and the credentials.
    pub auth: Option<(HttpScheme, Text)>,
    /// How long one attempt may take, as written.
    pub timeout: Option<Text>,
    /// How many further attempts there may be, as written.
    pub retry: Option<Text>,
}

/// Headers in order; a name stands there once.
#[derive(Debug, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Adds a header as it is written; a text without `:` is none.
    pub fn add_written(&mut self, text: &str) {
        if let Some((name, value)) = text.split_once(':') {
            self.add(name.trim(), value.trim());
        }
    }

    /// Adds a header, or replaces the value of the one with the same name. There are few.
    pub fn add(&mut self, name: &str, value: &str) {
        let mut all = self.0.iter_mut();
        match all.find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, other)) => value.clone_into(other),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Request {
    /// What is said before it is sent.
    pub fn announcement(&self) -> String {
        let sign = match self.method {
            HttpMethod::Get => "📥  GET",
            HttpMethod::Post => "📤 POST",
            HttpMethod::Put => "🔄  PUT",
            HttpMethod::Patch => "🔧 PATCH",
            HttpMethod::Delete => "🗑️  DELETE",
            HttpMethod::Head => "🔍  HEAD",
            HttpMethod::Options => "🌐  OPTIONS",
        };
        format!("{sign} request to: {}", self.url)
    }

    /// The command of curl that does about the same. Nothing in it is quoted: it is to be read.
    pub fn command(&self) -> String {
        let mut line = format!("curl -X {}", self.method.as_str());
        for (name, value) in self.headers.iter() {
            line += &format!(" -H \"{name}: {value}\"");
        }
        match &self.auth {
            Some((HttpScheme::Bearer, token)) => {
                line += &format!(" -H \"Authorization: Bearer {token}\"");
            }
            Some((HttpScheme::Basic, credentials)) => line += &format!(" --user {credentials}"),
            None => {}
        }
        let options = [
            ("-d", &self.body),
            ("--max-time", &self.timeout),
            ("--retry", &self.retry),
        ];
        for (option, value) in options {
            if let Some(value) = value {
                line += &format!(" {option} {value}");
            }
        }
        line + " " + &self.url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_header_replaces_the_value_of_an_earlier_one() {
        let mut headers = Headers::default();
        for text in ["B : 1", "A: x: y", "none", "b: 2", "C:"] {
            headers.add_written(text);
        }
        let all: Vec<_> = headers.iter().collect();
        assert_eq!(all, [("B", "2"), ("A", "x: y"), ("C", "")]);
    }

    #[test]
    fn options_stand_in_the_order_of_the_command() {
        let request = Request {
            method: HttpMethod::Put,
            url: "http://h/".into(),
            headers: Headers(vec![("A".to_owned(), "1".to_owned())]),
            body: Some("x y".into()),
            auth: Some((HttpScheme::Basic, "u:p".into())),
            timeout: Some("30s".into()),
            retry: Some("2".into()),
        };
        assert_eq!(
            request.command(),
            "curl -X PUT -H \"A: 1\" --user u:p -d x y --max-time 30s --retry 2 http://h/"
        );
        assert_eq!(request.announcement(), "🔄  PUT request to: http://h/");
    }
}
