//! HTTP requests.

use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::super::text;
use super::options::{accept_with, another};
use crate::ast::action::{Http, HttpAuth, HttpHeader, HttpMethod, HttpScheme};
use crate::ast::{Stmt, Template};
use crate::syntax::Kind;

/// How options begin, and what is said where something else stands.
const OPTIONS: &[&str] = &[
    "header", "headers", "body", "data", "auth", "bearer", "basic", "token", "timeout", "retry",
    "accept", "content",
];
const EXPECTED: &str =
    "`header`, `body`, `auth`, `token`, `timeout`, `retry`, `accept` or `content type`";

/// Whether a request begins here: `get json …` and `delete file …` are other statements.
pub(in crate::parser) fn begins(cursor: &mut Cursor<'_>) -> bool {
    match cursor.word() {
        "post" | "put" | "patch" | "head" | "options" | "http" | "https" => true,
        "get" | "delete" => {
            let next = cursor.nth(1);
            let text = matches!(next.kind, Kind::Text | Kind::UnclosedText);
            let word = cursor.nth_is_word(1, "request") || cursor.nth_is_word(1, "to");
            text || word && !next.line_start
        }
        _ => false,
    }
}

/// `METHOD [request] [to] URL option…`, `http request [to] URL option…`.
pub(in crate::parser) fn request(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let word = cursor.word();
    let start = cursor.bump().span.start;
    let method = match word {
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        "delete" => HttpMethod::Delete,
        "patch" => HttpMethod::Patch,
        "head" => HttpMethod::Head,
        "options" => HttpMethod::Options,
        _ => HttpMethod::Get,
    };
    if word.starts_with("http") {
        cursor.expect_word("request")?;
    } else {
        cursor.accept_word("request");
    }
    cursor.accept_word("to");
    let mut request = Http {
        span: cursor.span_from(start),
        method,
        url: text::interpolated(cursor, "the address as a text")?,
        headers: Box::default(),
        body: None,
        auth: None,
        timeout: None,
        retry: None,
    };
    let mut headers = Vec::new();
    while another(cursor, OPTIONS, EXPECTED)? {
        option(cursor, &mut request, &mut headers)?;
    }
    request.headers = headers.into();
    request.span = cursor.span_from(start);
    Ok(Stmt::Http(Box::new(request)))
}

/// One option; of two of one kind the later one counts, except that headers add up.
fn option(
    cursor: &mut Cursor<'_>,
    request: &mut Http,
    headers: &mut Vec<HttpHeader>,
) -> Result<(), Failed> {
    accept_with(cursor);
    let word = cursor.word();
    if matches!(word, "header" | "headers" | "accept" | "content") {
        let help = "let a command such as curl send them";
        few(cursor, headers.len(), "headers of a request", help)?;
        headers.push(header(cursor)?);
        return Ok(());
    }
    match word {
        "auth" | "bearer" | "basic" | "token" => request.auth = Some(auth(cursor)?),
        "body" | "data" => {
            cursor.bump();
            request.body = Some(text::interpolated(cursor, "the body as a text")?);
        }
        "timeout" => {
            cursor.bump();
            request.timeout = Some(text::interpolated(cursor, "a time such as `\"30s\"`")?);
        }
        "retry" => {
            cursor.bump();
            request.retry = Some(text::interpolated(cursor, "a number such as `\"3\"`")?);
        }
        _ => return Err(cursor.unexpected(EXPECTED)),
    }
    Ok(())
}

/// `header "Name: value"`, `accept TYPE`, `content type TYPE`.
fn header(cursor: &mut Cursor<'_>) -> Result<HttpHeader, Failed> {
    match cursor.word() {
        "accept" => {
            cursor.bump();
            media_type(cursor).map(HttpHeader::Accept)
        }
        "content" => {
            cursor.bump();
            cursor.expect_word("type")?;
            media_type(cursor).map(HttpHeader::ContentType)
        }
        _ => {
            cursor.bump();
            let text = text::interpolated(cursor, "a text such as `\"Name: value\"`")?;
            Ok(HttpHeader::Written(text))
        }
    }
}

/// `json`, `xml`, or a text.
fn media_type(cursor: &mut Cursor<'_>) -> Result<Template, Failed> {
    let span = cursor.token().span;
    let known = match cursor.word() {
        "json" => "application/json",
        "xml" => "application/xml",
        _ => return text::interpolated(cursor, "`json`, `xml` or a type as a text"),
    };
    cursor.bump();
    Ok(Template::plain(span, known))
}

/// `[auth] bearer TEXT`, `[auth] basic TEXT`, `token TEXT`.
fn auth(cursor: &mut Cursor<'_>) -> Result<HttpAuth, Failed> {
    let named = cursor.accept_word("auth");
    let (scheme, what) = match cursor.word() {
        "basic" => (
            HttpScheme::Basic,
            "user and password as `\"user:password\"`",
        ),
        "bearer" => (HttpScheme::Bearer, "the token as a text"),
        "token" if !named => (HttpScheme::Bearer, "the token as a text"),
        _ => return Err(cursor.unexpected("`bearer` or `basic`")),
    };
    cursor.bump();
    Ok(HttpAuth {
        scheme,
        credentials: text::interpolated(cursor, what)?,
    })
}
