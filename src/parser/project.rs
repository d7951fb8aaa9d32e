//! The project declaration.

use super::action::tools::requires_tools;
use super::block::{body, colon, not_deeper, open};
use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::{parameter, task};
use crate::ast::{
    Expr, Hook, HookEvent, Include, Project, ProjectItem, ProvisioningSources, Selectors, Setting,
    ShellConfig, ShellPlatform, Snippet,
};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// `project "name" version "1.0":`.
pub(super) fn project(cursor: &mut Cursor<'_>) -> Result<Project, Failed> {
    let start = cursor.bump().span.start;
    let name = cursor.expect(Kind::Text, "the name of the project in quotes")?;
    let name = cursor.value(name);
    let mut version = None;
    if cursor.accept_word("version") {
        let token = cursor.expect(Kind::Text, "the version in quotes")?;
        version = Some(cursor.value(token));
    }
    let span = cursor.span_from(start);
    let mut project = Project {
        span,
        name,
        version,
        items: Vec::new(),
    };
    if cursor.accept(Kind::Colon).is_none() {
        if cursor.at(Kind::Indent) {
            return colon(cursor, span, "the project").map(|()| project);
        }
        return Ok(project);
    }
    if !cursor.at(Kind::Indent) {
        if cursor.on_same_line() {
            return Err(cursor.unexpected("the next line"));
        }
        return Ok(project);
    }
    cursor.open_block()?;
    while !cursor.at(Kind::Dedent) {
        not_deeper(cursor)?;
        project.items.push(item(cursor)?);
    }
    cursor.close_block()?;
    Ok(project)
}

fn item(cursor: &mut Cursor<'_>) -> Result<ProjectItem, Failed> {
    let annotations = task::annotations(cursor)?;
    if cursor.at_word("snippet") {
        return snippet(cursor, annotations).map(ProjectItem::Snippet);
    }
    if let Some(annotation) = annotations.last() {
        let message = format!("annotation '@{}' stands before no snippet", annotation.name);
        return Err(cursor.fail(annotation.span, message));
    }
    let token = cursor.token();
    Ok(match cursor.word() {
        "set" => ProjectItem::Setting(setting(cursor)?),
        "parameter" => ProjectItem::Parameter(Box::new(parameter::project_parameter(cursor)?)),
        "shell" => ProjectItem::ShellConfig(shell_config(cursor)?),
        "include" => ProjectItem::Include(include(cursor)?),
        "before" | "after" | "on" => ProjectItem::Hook(hook(cursor)?),
        "requires" => ProjectItem::RequiresTools(requires_tools(cursor)?),
        "provisioning" => ProjectItem::ProvisioningSources(sources(cursor)?),
        "git" | "scm" => {
            let what = if cursor.at_word("git") {
                "git policy"
            } else {
                "scm"
            };
            return Err(cursor.fail(token.span, format!("not supported yet: {what}")));
        }
        _ => {
            let help = "a project holds set, parameter, snippet, include, shell config, hooks, \
                        requires tools and provisioning sources";
            return Err(cursor.unexpected_entry("a project setting", help));
        }
    })
}

fn setting(cursor: &mut Cursor<'_>) -> Result<Setting, Failed> {
    let start = cursor.bump().span.start;
    let key = cursor.token();
    if !cursor.at(Kind::Word) {
        let help = "the key of a setting is a word without `$`";
        return Err(cursor.unexpected_with_help("the key of a setting", Some(help)));
    }
    cursor.bump();
    let as_list = cursor.accept_word("as");
    if as_list {
        cursor.expect_word("list")?;
    }
    if cursor.at(Kind::Assign) {
        return Err(cursor.unexpected_with_help("`to`", Some("write `to` instead of `=`")));
    }
    cursor.expect_word("to")?;
    let value = match cursor.kind() {
        // In a setting `true` is a word like any other; a built-in function is text, too.
        Kind::Word => {
            let token = cursor.bump();
            Expr::Text(crate::ast::Template::plain(
                token.span,
                cursor.share(token.span),
            ))
        }
        _ => expression(cursor)?,
    };
    Ok(Setting {
        span: cursor.span_from(start),
        key: cursor.share(key.span),
        as_list,
        value,
    })
}

fn snippet(
    cursor: &mut Cursor<'_>,
    annotations: Vec<crate::ast::Annotation>,
) -> Result<Snippet, Failed> {
    let start = cursor.bump().span.start;
    let name = cursor.expect(Kind::Text, "the name of the snippet in quotes")?;
    let name = cursor.value(name);
    let span = cursor.span_from(start);
    Ok(Snippet {
        span,
        name,
        annotations,
        body: body(cursor, span, "the snippet")?,
    })
}

fn hook(cursor: &mut Cursor<'_>) -> Result<Hook, Failed> {
    let start = cursor.token().span.start;
    let event = match cursor.word() {
        word @ ("before" | "after") => {
            cursor.bump();
            cursor.expect_word("any")?;
            cursor.expect_word("task")?;
            if word == "before" {
                HookEvent::Before
            } else {
                HookEvent::After
            }
        }
        _ => {
            cursor.bump();
            cursor.expect_word("drun")?;
            match cursor.word() {
                "setup" => HookEvent::Setup,
                "teardown" => HookEvent::Teardown,
                _ => return Err(cursor.unexpected("`setup` or `teardown`")),
            }
        }
    };
    if matches!(event, HookEvent::Setup | HookEvent::Teardown) {
        cursor.bump();
    }
    let span = cursor.span_from(start);
    Ok(Hook {
        span,
        event,
        body: body(cursor, span, "the hook")?,
    })
}

fn include(cursor: &mut Cursor<'_>) -> Result<Include, Failed> {
    let start = cursor.bump().span.start;
    let mut selectors = Selectors {
        snippets: true,
        templates: true,
        tasks: true,
    };
    let path = if cursor.at_word("from") && cursor.nth_is_word(1, "drunhub") {
        cursor.bump();
        cursor.bump();
        let token = cursor.token();
        let path = match cursor.kind() {
            Kind::Text => cursor.value(token),
            Kind::Word => cursor.share(token.span),
            _ => return Err(cursor.unexpected("a path of drunhub")),
        };
        cursor.bump();
        Text::from(format!("drunhub:{path}"))
    } else {
        if !cursor.at(Kind::Text) {
            selectors = include_selectors(cursor)?;
        }
        let token = cursor.expect(Kind::Text, "the path in quotes")?;
        cursor.value(token)
    };
    let namespace = if cursor.accept_word("as") {
        let token = cursor.expect(Kind::Word, "the name of a namespace")?;
        Some(cursor.share(token.span))
    } else {
        None
    };
    Ok(Include {
        span: cursor.span_from(start),
        path,
        selectors,
        namespace,
    })
}

fn include_selectors(cursor: &mut Cursor<'_>) -> Result<Selectors, Failed> {
    let mut found = Selectors {
        snippets: false,
        templates: false,
        tasks: false,
    };
    loop {
        match cursor.word() {
            "snippets" => found.snippets = true,
            "templates" => found.templates = true,
            "tasks" => found.tasks = true,
            _ => return Err(cursor.unexpected("a path, or `snippets`, `templates`, `tasks`")),
        }
        cursor.bump();
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    cursor.expect_word("from")?;
    Ok(found)
}

fn sources(cursor: &mut Cursor<'_>) -> Result<ProvisioningSources, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("sources")?;
    let span = cursor.span_from(start);
    colon(cursor, span, "the sources")?;
    open(cursor, span, "the list of sources")?;
    let mut sources = Vec::new();
    while !cursor.at(Kind::Dedent) {
        not_deeper(cursor)?;
        cursor.accept(Kind::Minus);
        let token = cursor.expect(Kind::Text, "a source in quotes")?;
        sources.push(cursor.value(token));
    }
    cursor.close_block()?;
    Ok(ProvisioningSources { span, sources })
}

fn shell_config(cursor: &mut Cursor<'_>) -> Result<ShellConfig, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("config")?;
    let span = cursor.span_from(start);
    let mut platforms = Vec::new();
    entries(cursor, span, "the shell configuration", |cursor| {
        let token = cursor.expect(Kind::Word, "the name of a platform")?;
        platforms.push(platform(cursor, token.span)?);
        Ok(())
    })?;
    Ok(ShellConfig { span, platforms })
}

fn platform(cursor: &mut Cursor<'_>, span: Span) -> Result<ShellPlatform, Failed> {
    let mut platform = ShellPlatform {
        span,
        name: cursor.share(span),
        executable: None,
        args: Vec::new(),
        environment: Vec::new(),
    };
    entries(cursor, span, "the platform", |cursor| {
        let key = cursor.token();
        match cursor.word() {
            "executable" => {
                cursor.bump();
                cursor.expect(Kind::Colon, "`:`")?;
                let token = cursor.expect(Kind::Text, "the shell in quotes")?;
                platform.executable = Some(cursor.value(token));
            }
            "args" => {
                cursor.bump();
                entries(cursor, key.span, "the list of arguments", |cursor| {
                    cursor.expect(Kind::Minus, "`-` and an argument in quotes")?;
                    let token = cursor.expect(Kind::Text, "an argument in quotes")?;
                    platform.args.push(cursor.value(token));
                    Ok(())
                })?;
            }
            "environment" => {
                cursor.bump();
                entries(cursor, key.span, "the environment", |cursor| {
                    let name = cursor.expect(Kind::Word, "the name of a variable")?;
                    cursor.expect(Kind::Colon, "`:`")?;
                    let token = cursor.expect(Kind::Text, "the value in quotes")?;
                    let pair = (cursor.share(name.span), cursor.value(token));
                    platform.environment.push(pair);
                    Ok(())
                })?;
            }
            _ => {
                let help = "use `executable`, `args` or `environment`";
                return Err(cursor.unexpected_entry("a key of the shell configuration", help));
            }
        }
        Ok(())
    })?;
    Ok(platform)
}

/// A colon and a block of entries, at least one.
pub(super) fn entries<'s>(
    cursor: &mut Cursor<'s>,
    header: Span,
    what: &str,
    mut entry: impl FnMut(&mut Cursor<'s>) -> Result<(), Failed>,
) -> Result<(), Failed> {
    colon(cursor, header, what)?;
    open(cursor, header, what)?;
    while !cursor.at(Kind::Dedent) {
        not_deeper(cursor)?;
        entry(cursor)?;
    }
    cursor.close_block()
}
