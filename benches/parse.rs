//! Speed of reading: tokens and the tree of a file of many tasks, and taking templates apart.
#![allow(clippy::expect_used, reason = "a bench may fail")]

use divan::{Bencher, counter::BytesCount};
use drun::parser::{self, Progress};
use drun::source::{SourceFile, Span, Text};
use drun::syntax::{Kind, Lexer, Mode};

fn main() {
    divan::main();
}

/// A file of `count` small tasks.
fn tasks(count: usize) -> String {
    let mut text = "version: 2.0\n".to_owned();
    for index in 0..count {
        text.push_str(&format!(
            "\ntask \"task-{index:05}\" means \"Builds part {index}\":\n  info \"part {index}\"\n  run \"make part-{index}\"\n"
        ));
    }
    text
}

#[divan::bench(args = [100, 10_000, 50_000])]
fn tokens_of_a_file(bencher: Bencher, count: usize) {
    let text = tasks(count);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut lexer = Lexer::new(divan::black_box(&text), Mode::File);
        let mut tokens = 0_usize;
        while lexer.next_token().kind != Kind::End {
            tokens += 1;
        }
        tokens
    });
}

#[divan::bench(args = [100, 10_000, 50_000])]
fn tasks_of_a_file(bencher: Bencher, count: usize) {
    let text = tasks(count);
    let source = SourceFile::new("bench.drun", text).expect("shorter than 4 GiB");
    bencher
        .counter(BytesCount::of_str(source.text()))
        .bench(|| parser::parse(&source, &Progress::default()));
}

#[divan::bench]
fn template_with_placeholders(bencher: Bencher) {
    let text = Text::from("deploy {$name without prefix 'v' | uppercase} to {$stage ? 'a' : 'b'}");
    bencher.bench(|| parser::template(divan::black_box(&text), Span::default()));
}
