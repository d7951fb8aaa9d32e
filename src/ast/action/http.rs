//! HTTP requests: `get "…"`, `post "…" with body "…"`, ….

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::super::Template;
use crate::source::Span;

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Delete,
    Patch,
    Head,
    Options,
}

impl HttpMethod {
    /// As it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }
}

/// `METHOD URL option…`. Of two options of one kind the later one stands here.
#[derive(Debug, serde::Serialize)]
#[serde(tag = "kind", rename = "http")]
pub struct Http {
    /// The statement, options on lines of their own included.
    #[serde(rename = "position")]
    pub span: Span,
    /// The method.
    pub method: HttpMethod,
    /// The address.
    pub url: Template,
    /// The headers in order; which of them replace others is known when their names are.
    pub headers: Box<[HttpHeader]>,
    /// `body` or `data`.
    pub body: Option<Template>,
    /// `auth`.
    pub auth: Option<HttpAuth>,
    /// `timeout`.
    pub timeout: Option<Template>,
    /// `retry`.
    pub retry: Option<Template>,
}

/// A header. Serialised by name and value, so that a dump hides the value alone.
#[derive(Debug)]
pub enum HttpHeader {
    /// `header "Name: value"`.
    Written(Template),
    /// `accept TYPE`.
    Accept(Template),
    /// `content type TYPE`.
    ContentType(Template),
}

impl Serialize for HttpHeader {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, key, value) = match self {
            Self::Written(text) => {
                let (name, value) = text.text.split_once(':').unwrap_or(("", &text.text));
                (name.trim(), "header_value", value.trim())
            }
            Self::Accept(value) => ("Accept", "value", value.text.as_str()),
            Self::ContentType(value) => ("Content-Type", "value", value.text.as_str()),
        };
        let mut node = serializer.serialize_struct("HttpHeader", 2)?;
        node.serialize_field("name", name)?;
        node.serialize_field(key, value)?;
        node.end()
    }
}

/// What stands before the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum HttpScheme {
    Bearer,
    Basic,
}

/// `auth bearer TOKEN`, `auth basic USER:PASSWORD`. Serialised so that the user is told apart from the
/// password, which a dump hides.
#[derive(Debug)]
pub struct HttpAuth {
    /// The scheme.
    pub scheme: HttpScheme,
    /// A token, or user and password.
    pub credentials: Template,
}

impl Serialize for HttpAuth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut node = serializer.serialize_struct("HttpAuth", 3)?;
        let credentials = &*self.credentials.text;
        match (self.scheme, credentials.split_once(':')) {
            (HttpScheme::Bearer, _) => {
                node.serialize_field("scheme", "bearer")?;
                node.serialize_field("credentials", credentials)?;
            }
            (HttpScheme::Basic, None) => {
                node.serialize_field("scheme", "basic")?;
                node.serialize_field("credentials", credentials)?;
            }
            (HttpScheme::Basic, Some((user, password))) => {
                node.serialize_field("scheme", "basic")?;
                node.serialize_field("user", user)?;
                node.serialize_field("credentials", password)?;
            }
        }
        node.end()
    }
}
