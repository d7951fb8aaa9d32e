//! What annotations say: platforms and memory limits.

use std::sync::Arc;

use super::{Platform, ResolveError};
use crate::ast::Annotation;
use crate::source::{Diagnostic, SourceFile};

/// What the annotations stand before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Task,
    Template,
    Snippet,
}

/// The platforms that annotations allow; empty when there is no `@platform`.
///
/// # Errors
/// Unknown annotations, missing, unknown and repeated platforms, bad sizes.
pub(super) fn platforms(
    file: &Arc<SourceFile>,
    owner: Owner,
    name: &str,
    annotations: &[Annotation],
) -> Result<Vec<Platform>, ResolveError> {
    let mut found: Option<Vec<Platform>> = None;
    let mut limited = false;
    for annotation in annotations {
        let error =
            |message: String| ResolveError::at(Diagnostic::new(file, annotation.span, message));
        match annotation.name.as_str() {
            "platform" => {}
            "memory" => {
                if owner != Owner::Task {
                    return Err(error(format!("'{name}': @memory stands before tasks only")));
                }
                if std::mem::replace(&mut limited, true) {
                    return Err(error(format!("'{name}': @memory stands twice")));
                }
                memory(annotation).map_err(|reason| error(format!("'{name}': {reason}")))?;
                continue;
            }
            other => {
                let message = format!("'{name}': unknown annotation '@{other}'");
                return Err(ResolveError::at(
                    Diagnostic::new(file, annotation.span, message)
                        .with_help("@platform(\"linux\") and @memory(\"2GB\") are known"),
                ));
            }
        }
        if found.is_some() {
            return Err(error(format!("'{name}': @platform stands twice")));
        }
        if annotation.args.is_empty() {
            return Err(error(format!("'{name}': @platform names no platform")));
        }
        let mut platforms = Vec::new();
        for word in &annotation.args {
            let Some(platform) = Platform::parse(word) else {
                return Err(error(format!(
                    "'{name}': unknown platform '{word}'; use linux, mac or windows"
                )));
            };
            if platforms.contains(&platform) {
                return Err(error(format!("'{name}': platform '{word}' stands twice")));
            }
            platforms.push(platform);
        }
        found = Some(platforms);
    }
    Ok(found.unwrap_or_default())
}

fn memory(annotation: &Annotation) -> Result<u64, String> {
    match &annotation.args[..] {
        [size] => parse_size(size).ok_or_else(|| {
            format!("'{size}' is not a size; write a number and a unit, such as \"2GB\"")
        }),
        _ => Err("@memory takes one size, such as @memory(\"2GB\")".to_owned()),
    }
}

/// The bytes that `@memory` allows a task and what it starts; `None` without the annotation.
pub fn memory_limit(annotations: &[Annotation]) -> Option<u64> {
    let annotation = annotations
        .iter()
        .find(|annotation| annotation.name == "memory")?;
    memory(annotation).ok()
}

/// A number and a unit; units are powers of 1024.
fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|char: char| char.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().ok()?;
    let factor: u64 = match unit.to_ascii_uppercase().as_str() {
        "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return None,
    };
    let bytes = number * factor as f64;
    (1.0..1e18).contains(&bytes).then_some(bytes as u64)
}
