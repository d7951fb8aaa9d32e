//! `--debug`: what is made of a file, instead of running it. A file with errors is no failure here.

mod export;
mod outline;
mod plan;
mod tokens;

use std::sync::Arc;

use super::context::Context;
use super::invocation::Debug;
use crate::ast::{Ast, File};
use crate::load::{self, Found, LoadOptions};
use crate::parser::{self, Progress};
use crate::resolve::{Program, ResolveError};
use crate::source::{Diagnostic, SourceFile};

/// Prints what was asked for; everything when nothing was.
pub(super) async fn debug(context: &Context<'_>, asked: &Debug) -> Result<(), ResolveError> {
    let (found, source) = source(context, asked)?;
    let parsed = parse(&source).await?;
    let all = asked.full || asked.shows_nothing();
    if all {
        summary(context, &source);
    }
    if all || asked.tokens {
        tokens::print(context, &source).await;
    }
    if all || asked.errors || parsed.is_err() {
        errors(context, &parsed);
    }
    let Ok(file) = parsed else { return Ok(()) };
    if all || asked.ast {
        outline::print(context, &file).await;
    }
    if asked.json {
        json(context, &file);
    }
    if asked.domain || asked.plan || asked.exports() || (all && !asked.full) {
        planned(context, asked, file, &found, all).await?;
    }
    Ok(())
}

impl Debug {
    fn shows_nothing(&self) -> bool {
        let parts = [
            self.tokens,
            self.ast,
            self.json,
            self.errors,
            self.domain,
            self.plan,
        ];
        !parts.contains(&true) && !self.exports()
    }

    fn exports(&self) -> bool {
        self.export_graph.is_some() || self.export_mermaid.is_some() || self.export_json.is_some()
    }
}

fn source(context: &Context<'_>, asked: &Debug) -> Result<(Found, Arc<SourceFile>), ResolveError> {
    let found = match &asked.input {
        None => context.find()?,
        Some(_) => Found {
            path: context.places.start_dir.join("input"),
            shown: "input".to_owned(),
        },
    };
    let source = match &asked.input {
        None => load::read(&found.path, &found.shown)?,
        Some(text) => load::text(&found.shown, text.clone())?,
    };
    Ok((found, source))
}

/// Parses on a thread of its own: the monitor goes on beside it.
async fn parse(
    source: &Arc<SourceFile>,
) -> Result<Result<Arc<File>, Vec<Diagnostic>>, ResolveError> {
    let source = source.clone();
    let parsing = tokio::task::spawn_blocking(move || {
        parser::parse(&source, &Progress::default()).map(Arc::new)
    });
    parsing
        .await
        .map_err(|error| ResolveError::Message(format!("parsing failed: {error}")))
}

fn summary(context: &Context<'_>, source: &SourceFile) {
    let (bytes, lines) = (source.text().len(), source.text().lines().count());
    context.say(format!(
        "Source: {}, {bytes} bytes, {lines} lines",
        source.name()
    ));
}

fn errors(context: &Context<'_>, parsed: &Result<Arc<File>, Vec<Diagnostic>>) {
    match parsed {
        Ok(_) => context.say("Parse errors: none"),
        Err(errors) => {
            context.say(format!("Parse errors: {}", errors.len()));
            for error in errors {
                context.report.bytes(error.render().as_bytes());
            }
        }
    }
}

fn json(context: &Context<'_>, file: &Arc<File>) {
    let ast = Ast {
        main: file.clone(),
        includes: Vec::new(),
    };
    match serde_json::to_string_pretty(&ast) {
        Ok(text) => context.say(text),
        Err(error) => context.say(format!("The tree cannot be written as JSON: {error}")),
    }
}

/// What needs the included files as well.
async fn planned(
    context: &Context<'_>,
    asked: &Debug,
    file: Arc<File>,
    found: &Found,
    all: bool,
) -> Result<(), ResolveError> {
    let options = LoadOptions {
        start_dir: context.places.start_dir.clone(),
        home: context.places.home.clone(),
        no_cache: context.settings.no_cache,
    };
    let program = match load::program(file, found, &options, context.loading).await {
        Ok(loaded) => loaded.program,
        Err(error) => {
            context.report.bytes(error.render().as_bytes());
            return Ok(());
        }
    };
    if asked.domain {
        plan::domain(context, &program).await;
    }
    if asked.plan || all {
        plan::plans(context, &program).await;
    }
    export::export(context, asked, &program)
}

/// The plans of the tasks that have dependencies, or why there is none.
fn plans_of(program: &Program) -> impl Iterator<Item = Result<plan::Plan, ResolveError>> {
    let mut seen = rustc_hash::FxHashSet::default();
    let tasks = program.ast().main.tasks.iter();
    tasks
        .filter(|task| !task.definition_once().dependencies.is_empty())
        .map(|task| task.name.clone())
        .filter(move |name| seen.insert(name.clone()))
        .map(|name| plan::Plan::of(program, &name))
}
