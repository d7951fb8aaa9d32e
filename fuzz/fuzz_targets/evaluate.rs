//! Any text is evaluated as a template, a value and a condition, against a few names.
#![no_main]

use std::path::Path;

use drun::parser::{ConditionEnd, Cursor, Progress, condition, expression, template};
use drun::source::{SourceFile, Span, Text};
use drun::value::{Evaluator, Found, Names, Replay, Trouble, Undefined, Value, World};
use libfuzzer_sys::fuzz_target;

/// `$x` and its like are texts, `$l` is a list, everything else is nothing.
struct Few;

impl Names for Few {
    fn find(&self, name: &str, _: &str) -> Found<'_> {
        Found::Value(match name {
            "$x" | "x" => Value::Text(Text::from("v1.2-é a.b/c")),
            "$n" => Value::Text(Text::from("-9223372036854775808")),
            "$l" => Value::array(vec!["b.rs".into(), "".into(), "é".into()]),
            _ => return Found::Nothing,
        })
    }
}

fuzz_target!(|text: &str| {
    let taken = template(&Text::from(text), Span::default());
    for undefined in [Undefined::All, Undefined::DollarOnly, Undefined::Empty] {
        evaluated(|evaluator| evaluator.template(&taken, undefined).map(|_| ()));
    }
    let Some(source) = SourceFile::new("a.drun", text.to_owned()) else {
        return;
    };
    let progress = Progress::default();
    if let Ok(node) = condition(&mut Cursor::new(&source, &progress), ConditionEnd::Text) {
        evaluated(|evaluator| evaluator.condition(&node).map(|_| ()));
    }
    if let Ok(node) = expression(&mut Cursor::new(&source, &progress)) {
        evaluated(|evaluator| evaluator.expression(&node, true).map(|_| ()));
    }
});

/// Evaluates until no answer is missing, as the machine does.
fn evaluated(work: impl Fn(&mut Evaluator<'_>) -> Result<(), Trouble>) {
    let world = World {
        posix_shell: true,
        dry_run: true,
        ..World::default()
    };
    let mut replay = Replay::default();
    for _ in 0..20 {
        replay.begin();
        let outcome = work(&mut Evaluator {
            names: &Few,
            world: &world,
            namespace: "",
            workdir: Path::new("/nonexistent"),
            replay: &mut replay,
            allow_undefined: false,
            too_large: |_| false,
            agreed: 0,
        });
        match outcome {
            Err(Trouble::Need(_)) => replay.push(Ok("true".to_owned())),
            _ => break,
        }
    }
}
