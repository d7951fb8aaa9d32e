//! The project and what stands in its body.

use super::action::tools::requires_tools;
use super::block::{Blame, declared, goes_on, open};
use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::git_policy::git_policy;
use super::growth::{few, push};
use super::parameter::{Owner, parameter};
use super::scm::scm;
use super::shell_config::shell_config;
use super::task::{annotations, is_tool_block};
use super::text;
use crate::ast::{
    Annotation, Expr, Hook, HookEvent, Include, Project, ProjectItem, ProvisioningSources,
    Selectors, Setting, Snippet,
};
use crate::source::Text;
use crate::syntax::{Kind, Token};

/// What the tree of a project may weigh (see [`Cursor::weight`]), statements left out: a hundred
/// times what the largest have.
const LARGEST: u32 = 65_536;

/// `project "name" version "1.0":` and its body, both of which may be missing.
pub(super) fn project(cursor: &mut Cursor<'_>) -> Result<Project, Failed> {
    let start = cursor.bump().span.start;
    let name = text::plain(cursor, "the name of the project in double quotes")?;
    let version = if cursor.accept_word("version") {
        Some(text::plain(cursor, "the version as a text")?)
    } else {
        None
    };
    let mut project = Project {
        span: cursor.span_from(start),
        name,
        version,
        items: Vec::new(),
    };
    let colon = cursor.accept(Kind::Colon).is_some();
    if cursor.at(Kind::Indent) {
        if !colon {
            return Err(cursor.unexpected("`:`"));
        }
        cursor.open_block()?;
        while goes_on(cursor)? {
            if cursor.weight().1 > LARGEST {
                let span = cursor.token().span;
                let help = "move a part of it into files that are included";
                return Err(cursor.fail_with_help(span, "the project is too large", help));
            }
            let item = item(cursor)?;
            only_once(cursor, &project.items, &item)?;
            push(&mut project.items, item);
        }
        project.items.shrink_to_fit();
    } else if cursor.on_same_line() {
        let what = if colon {
            "the end of the line"
        } else {
            "`version`, `:` or the end of the line"
        };
        return Err(cursor.unexpected(what));
    }
    Ok(project)
}

/// Refuses a second policy or registry: it would be ignored.
fn only_once(
    cursor: &mut Cursor<'_>,
    items: &[ProjectItem],
    item: &ProjectItem,
) -> Result<(), Failed> {
    let (span, what) = if let ProjectItem::GitPolicy(policy) = item {
        (policy.span, "git policy")
    } else if let ProjectItem::ScmRegistry(registry) = item {
        (registry.span, "scm")
    } else {
        return Ok(());
    };
    let same = |other: &ProjectItem| std::mem::discriminant(other) == std::mem::discriminant(item);
    match items.iter().any(same) {
        true => Err(cursor.fail(span, format!("a project has one `{what}`"))),
        false => Ok(()),
    }
}

fn item(cursor: &mut Cursor<'_>) -> Result<ProjectItem, Failed> {
    let annotations = annotations(cursor)?;
    if let Some(first) = annotations.first()
        && !cursor.at_word("snippet")
    {
        let message = "an annotation in a project has to stand before a snippet";
        return Err(cursor.fail(first.span, message));
    }
    Ok(match cursor.word() {
        "set" => ProjectItem::Setting(setting(cursor)?),
        "parameter" => ProjectItem::Parameter(Box::new(parameter(cursor, Owner::Project)?)),
        "shell" => ProjectItem::ShellConfig(shell_config(cursor)?),
        "snippet" => ProjectItem::Snippet(snippet(cursor, annotations)?),
        "include" => ProjectItem::Include(include(cursor)?),
        "before" | "after" | "on" => ProjectItem::Hook(hook(cursor)?),
        "requires" if is_tool_block(cursor) => ProjectItem::RequiresTools(requires_tools(cursor)?),
        "provisioning" => ProjectItem::ProvisioningSources(provisioning_sources(cursor)?),
        "git" => ProjectItem::GitPolicy(Box::new(git_policy(cursor)?)),
        "scm" => ProjectItem::ScmRegistry(Box::new(scm(cursor)?)),
        "" => return Err(cursor.unexpected("a setting of the project")),
        word => {
            let message = format!("`{word}` cannot stand in the body of a project");
            let help =
                "statements belong into a task: below `task \"name\":`, at the start of a line";
            let span = cursor.token().span;
            return Err(cursor.fail_with_help(span, message, help));
        }
    })
}

/// `set key to value`, `set key as list to value`.
fn setting(cursor: &mut Cursor<'_>) -> Result<Setting, Failed> {
    let start = cursor.bump().span.start;
    if cursor.at(Kind::Variable) {
        let help = "write the key without `$`";
        return Err(cursor.unexpected_with_help("the key of a setting", Some(help)));
    }
    let key = text::word(cursor, "the key of a setting")?;
    let as_list = cursor.accept_word("as");
    if as_list {
        cursor.expect_word("list")?;
    }
    if !cursor.at_word("to") {
        let help = format!("write `set {key} to …`");
        return Err(cursor.unexpected_with_help("`to`", Some(&help)));
    }
    cursor.bump();
    let value = setting_value(cursor)?;
    Ok(Setting {
        span: cursor.span_from(start),
        key,
        as_list,
        value,
    })
}

/// A single word stands for itself, whatever it means elsewhere.
fn setting_value(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    let token = cursor.token();
    if cursor.at(Kind::Word) && is_alone(cursor.nth(1)) {
        cursor.bump();
        return Ok(Expr::Text(text::spelled(cursor, token.span)));
    }
    expression(cursor)
}

/// Whether nothing on the line of the token before goes on with it.
fn is_alone(next: Token) -> bool {
    next.line_start || next.kind == Kind::End
}

/// `snippet "name":`.
fn snippet(cursor: &mut Cursor<'_>, annotations: Vec<Annotation>) -> Result<Snippet, Failed> {
    let start = cursor.bump().span.start;
    let name = text::plain(cursor, "the name of the snippet in double quotes")?;
    let span = cursor.span_from(start);
    let body = declared(cursor, start, "the snippet")?;
    Ok(Snippet {
        span,
        name,
        annotations,
        body,
    })
}

/// `include "path"`, `include tasks, snippets from "path"`, `include from drunhub …`.
fn include(cursor: &mut Cursor<'_>) -> Result<Include, Failed> {
    let start = cursor.bump().span.start;
    let mut selectors = Selectors {
        snippets: true,
        templates: true,
        tasks: true,
    };
    let path = if cursor.accept_word("from") {
        cursor.expect_word("drunhub")?;
        let (_, path) = text::name(cursor, "the path in the hub")?;
        Text::from(format!("drunhub:{path}"))
    } else {
        if cursor.at(Kind::Word) {
            selectors = include_selectors(cursor)?;
        }
        text::plain(cursor, "the path of the file as a text")?
    };
    let namespace = if cursor.accept_word("as") {
        Some(text::word(cursor, "a name for what is included")?)
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
    let mut selectors = Selectors {
        snippets: false,
        templates: false,
        tasks: false,
    };
    loop {
        match cursor.word() {
            "snippets" => selectors.snippets = true,
            "templates" => selectors.templates = true,
            "tasks" => selectors.tasks = true,
            _ => return Err(cursor.unexpected("`snippets`, `templates`, `tasks` or a path")),
        }
        cursor.bump();
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    cursor.expect_word("from")?;
    Ok(selectors)
}

/// `before any task:`, `after any task:`, `on drun setup:`, `on drun teardown:`.
fn hook(cursor: &mut Cursor<'_>) -> Result<Hook, Failed> {
    let start = cursor.token().span.start;
    let word = cursor.word();
    cursor.bump();
    let event = if word == "on" {
        cursor.expect_word("drun")?;
        let event = match cursor.word() {
            "setup" => HookEvent::Setup,
            "teardown" => HookEvent::Teardown,
            _ => return Err(cursor.unexpected("`setup` or `teardown`")),
        };
        cursor.bump();
        event
    } else {
        cursor.expect_word("any")?;
        cursor.expect_word("task")?;
        match word {
            "before" => HookEvent::Before,
            _ => HookEvent::After,
        }
    };
    let span = cursor.span_from(start);
    let body = declared(cursor, start, "the hook")?;
    Ok(Hook { span, event, body })
}

/// `provisioning sources:` and a text a line, with or without a dash before it.
fn provisioning_sources(cursor: &mut Cursor<'_>) -> Result<ProvisioningSources, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("sources")?;
    let span = cursor.span_from(start);
    open(cursor, start, "the list of sources", Blame::Header)?;
    let mut sources = Vec::new();
    while goes_on(cursor)? {
        cursor.accept(Kind::Minus);
        few(
            cursor,
            sources.len(),
            "sources",
            "a catalogue may hold any number of tools",
        )?;
        sources.push(text::plain(cursor, "a source as a text")?);
    }
    Ok(ProvisioningSources { span, sources })
}
