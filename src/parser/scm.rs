//! `scm` of the project: sources, the ways to them, and which of their tags are versions.

mod tags;

pub(super) use tags::accept_contract;

use super::block::{Blame, goes_on, open};
use super::cursor::{Cursor, Failed};
use super::growth::few;
use super::text;
use crate::ast::{ScmAccess, ScmMethod, ScmProvider, ScmRegistry, ScmSource, Template};
use crate::syntax::Kind;

/// `scm:`, `git:`, providers, sources.
pub(super) fn scm(cursor: &mut Cursor<'_>) -> Result<ScmRegistry, Failed> {
    let start = cursor.bump().span.start;
    let mut registry = ScmRegistry {
        span: cursor.span_from(start),
        sources: Vec::new(),
    };
    open(cursor, start, "`scm`", Blame::Header)?;
    while goes_on(cursor)? {
        let start = cursor.token().span.start;
        cursor.expect_word("git")?;
        open(cursor, start, "`git`", Blame::Header)?;
        while goes_on(cursor)? {
            provider(cursor, &mut registry.sources)?;
        }
    }
    Ok(registry)
}

/// `github:`, `gitlab:` or `generic:` and its sources.
fn provider(cursor: &mut Cursor<'_>, sources: &mut Vec<ScmSource>) -> Result<(), Failed> {
    let provider = match cursor.word() {
        "github" => ScmProvider::Github,
        "gitlab" => ScmProvider::Gitlab,
        "generic" => ScmProvider::Generic,
        _ => return Err(cursor.unexpected("`github`, `gitlab` or `generic`")),
    };
    let start = cursor.bump().span.start;
    open(cursor, start, "the provider", Blame::Header)?;
    while goes_on(cursor)? {
        few(cursor, sources.len(), "sources", "name those that are used")?;
        let source = source(cursor, provider)?;
        if sources.iter().any(|other| other.alias == source.alias) {
            let message = format!("there is a source `{}` already", source.alias);
            return Err(cursor.fail(source.span, message));
        }
        sources.push(source);
    }
    Ok(())
}

/// `ALIAS:` and its fields.
fn source(cursor: &mut Cursor<'_>, provider: ScmProvider) -> Result<ScmSource, Failed> {
    let (span, alias) = text::dashed_name(cursor, "a name for the source")?;
    let mut source = ScmSource {
        span,
        provider,
        alias,
        default: None,
        fetch: false,
        access: Vec::new(),
        tags: None,
    };
    open(cursor, span.start, "the source", Blame::Header)?;
    while goes_on(cursor)? {
        field(cursor, &mut source)?;
    }
    complete(cursor, &mut source)?;
    Ok(source)
}

fn field(cursor: &mut Cursor<'_>, source: &mut ScmSource) -> Result<(), Failed> {
    match cursor.word() {
        "default" => {
            cursor.bump();
            cursor.expect(Kind::Colon, "`:`")?;
            source.default = Some(method(cursor)?);
        }
        "metadata" => {
            cursor.bump();
            cursor.expect(Kind::Colon, "`:`")?;
            source.fetch = match cursor.word() {
                "refs" => false,
                "fetch" => true,
                _ => return Err(cursor.unexpected("`refs` or `fetch`")),
            };
            cursor.bump();
        }
        "version" => source.tags = Some(tags::version_tags(cursor)?),
        word if ScmMethod::of(word).is_some() => {
            let access = access(cursor, source)?;
            source.access.push(access);
        }
        _ => {
            return Err(cursor.unexpected(
                "a way to the source such as `https`, `default`, `metadata` or `version tags`",
            ));
        }
    }
    Ok(())
}

/// The word of a method.
pub(super) fn method(cursor: &mut Cursor<'_>) -> Result<ScmMethod, Failed> {
    let Some(method) = ScmMethod::of(cursor.word()) else {
        return Err(cursor.unexpected("`https`, `ssh`, `cli`, `remote` or `filesystem`"));
    };
    cursor.bump();
    Ok(method)
}

/// `METHOD: "place"`, `METHOD:` and properties.
fn access(cursor: &mut Cursor<'_>, source: &ScmSource) -> Result<ScmAccess, Failed> {
    let span = cursor.token().span;
    let method = method(cursor)?;
    let word = method.as_str();
    let belongs = match source.provider {
        ScmProvider::Github | ScmProvider::Gitlab => {
            matches!(method, ScmMethod::Https | ScmMethod::Ssh | ScmMethod::Cli)
        }
        ScmProvider::Generic => method != ScmMethod::Cli,
    };
    if !belongs {
        let message = format!("a source of this provider has no `{word}`");
        return Err(cursor.fail(span, message));
    }
    if source.access.iter().any(|other| other.method == method) {
        let message = format!("`{word}` of `{}` is said a second time", source.alias);
        return Err(cursor.fail(span, message));
    }
    let mut properties = Properties::default();
    if matches!(cursor.nth(1).kind, Kind::Text | Kind::UnclosedText) && !cursor.nth(1).line_start {
        cursor.expect(Kind::Colon, "`:`")?;
        properties.place = Some(text::interpolated(cursor, "a text")?);
    } else {
        open(cursor, span.start, "this way to the source", Blame::Header)?;
        while goes_on(cursor)? {
            property(cursor, method, &mut properties)?;
        }
    }
    let Some(place) = properties.place else {
        let message = format!("`{word}` needs its `{}`", place_of(method));
        return Err(cursor.fail(span, message));
    };
    check_place(cursor, method, &place)?;
    Ok(ScmAccess {
        method,
        place,
        host: properties.host,
        key: properties.key,
    })
}

#[derive(Default)]
struct Properties {
    place: Option<Template>,
    host: Option<Template>,
    key: Option<Template>,
}

/// What the property is called that says where a source is.
fn place_of(method: ScmMethod) -> &'static str {
    match method {
        ScmMethod::Https | ScmMethod::Ssh | ScmMethod::Remote => "url",
        ScmMethod::Cli => "repository",
        ScmMethod::Filesystem => "path",
    }
}

/// `name: "value"`, `name: value`.
fn property(
    cursor: &mut Cursor<'_>,
    method: ScmMethod,
    properties: &mut Properties,
) -> Result<(), Failed> {
    let span = cursor.token().span;
    let name = text::word(cursor, "a property")?;
    cursor.expect(Kind::Colon, "`:`")?;
    let token = cursor.token();
    let value = match cursor.accept(Kind::Word) {
        Some(word) => text::spelled(cursor, word.span),
        None => text::interpolated(cursor, "a text")?,
    };
    let place = match (&*name, method) {
        (name, _) if name == place_of(method) => &mut properties.place,
        ("host", ScmMethod::Cli) => &mut properties.host,
        ("key", ScmMethod::Ssh) => &mut properties.key,
        ("authentication", _) if value.text == "ambient" => return Ok(()),
        ("authentication", _) => {
            let message =
                "`authentication` is `ambient`: git and its tools log in as they always do";
            return Err(cursor.fail(token.span, message));
        }
        _ => {
            let message = format!("`{}` has no property `{name}`", method.as_str());
            return Err(cursor.fail(span, message));
        }
    };
    *place = Some(value);
    Ok(())
}

/// What can be known of an address before its placeholders are resolved.
fn check_place(cursor: &mut Cursor<'_>, method: ScmMethod, place: &Template) -> Result<(), Failed> {
    let text = &*place.text;
    if text.trim().is_empty() {
        return Err(cursor.fail(place.span, "this is empty"));
    }
    if method != ScmMethod::Https || !place.is_plain() {
        return Ok(());
    }
    let Some(rest) = text.strip_prefix("https://") else {
        return Err(cursor.fail(place.span, "an `https` source begins with `https://`"));
    };
    let host = rest.split('/').next().unwrap_or_default();
    match host.contains('@') {
        true => Err(cursor.fail(place.span, "the address of a source has no user in it")),
        false => Ok(()),
    }
}

/// There is a way to the source, and it is known which.
fn complete(cursor: &mut Cursor<'_>, source: &mut ScmSource) -> Result<(), Failed> {
    let alias = &source.alias;
    let declared = |method: ScmMethod| source.access.iter().any(|way| way.method == method);
    let message = match (source.default, source.access.as_slice()) {
        (_, []) => format!("there is no way to the source `{alias}`"),
        (None, [only]) => {
            source.default = Some(only.method);
            return Ok(());
        }
        (None, _) => {
            format!("the source `{alias}` needs a `default`: there are several ways to it")
        }
        (Some(method), _) if !declared(method) => {
            format!(
                "the default of `{alias}` is `{}`, which is not there",
                method.as_str()
            )
        }
        (Some(_), _) => return Ok(()),
    };
    Err(cursor.fail(source.span, message))
}
