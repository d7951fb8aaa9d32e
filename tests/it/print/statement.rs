//! Statements.

use drun::ast::action::{
    Capture, DetectWhat, Script, Secret, SecretOperation, Shell, ShellWord, TimeUnit, WaitAmount,
};
use drun::ast::{
    Bound, Conditional, Environment, JumpWord, Loop, LoopSource, MatchSubject, SetVariable,
    SetWord, Status, Stmt, ThrowWord, TransformArgument, Try,
};

use super::Printer;
use super::condition::{operand, path, test};
use super::expression::{elements, expression, quoted};

impl Printer {
    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Excerpt(excerpt) => self.statements(&excerpt.read()),
            Stmt::Status(node) => self.line(status(node)),
            Stmt::SetVariable(node) => self.line(set_variable(node)),
            Stmt::Transform(node) => {
                let mut line = format!("transform {} with {}", node.name, node.function);
                for argument in &node.arguments {
                    line += &match argument {
                        TransformArgument::Text(text) => format!(" {}", quoted(&text.text)),
                        TransformArgument::Name(name) => format!(" {name}"),
                    };
                }
                self.line(line);
            }
            Stmt::Shell(node) => self.shell(node),
            Stmt::Capture(node) => self.capture(node),
            Stmt::UseWorkdir(node) => self.line(format!("use workdir {}", quoted(&node.path.text))),
            Stmt::UseSnippet(node) => self.line(format!("use snippet {}", quoted(&node.name))),
            Stmt::Call(node) => {
                let with = if node.arguments.is_empty() {
                    ""
                } else {
                    " with"
                };
                let mut line = format!("call task {}{with}", quoted(&node.task));
                for (name, value) in &node.arguments {
                    line += &format!(" {name}={}", quoted(&value.text));
                }
                self.line(line);
            }
            Stmt::Conditional(node) => self.conditional(node),
            Stmt::WhenEnvironment(node) => {
                let environment = match node.environment {
                    Environment::Ci => "ci",
                    Environment::Local => "local",
                    Environment::Production => "production",
                    Environment::Staging => "staging",
                    Environment::Development => "development",
                };
                self.body(&format!("when in {environment} environment"), &node.body);
                if let Some(body) = &node.otherwise {
                    self.body("otherwise", body);
                }
            }
            Stmt::Loop(node) => self.body(&loop_header(node), &node.body),
            Stmt::Jump(node) => {
                let mut line = match node.word {
                    JumpWord::Break => "break".to_owned(),
                    JumpWord::Continue => "continue".to_owned(),
                };
                if let Some(when) = &node.condition {
                    line += &format!(" when {}", test(&when.condition.test));
                }
                self.line(line);
            }
            Stmt::Try(node) => self.try_statement(node),
            Stmt::Throw(node) => self.line(match &node.word {
                ThrowWord::Throw(error) => format!("throw {}", quoted(&error.text)),
                ThrowWord::Rethrow => "rethrow".to_owned(),
                ThrowWord::Ignore => "ignore".to_owned(),
            }),
            Stmt::Wait(node) => {
                let amount = match &node.amount {
                    WaitAmount::Number(number) => number,
                    WaitAmount::Placeholder(placeholder) => &placeholder.source,
                };
                let unit = match node.unit {
                    TimeUnit::Second => "seconds",
                    TimeUnit::Minute => "minutes",
                    TimeUnit::Hour => "hours",
                };
                self.line(format!("wait {amount} {unit}"));
            }
            Stmt::Detect(node) => self.line(detect(&node.what)),
            Stmt::File(node) => self.file(&node.operation),
            Stmt::FileValue(node) => self.file_value(node),
            Stmt::Changelog(node) => self.changelog(node),
            Stmt::Secret(node) => self.line(secret(node)),
            Stmt::Http(node) => self.http(node),
            Stmt::Network(node) => self.network(node),
            Stmt::Git(node) => self.git(node),
            Stmt::GitQuery(node) => self.git_query(node),
            Stmt::GitEnsure(node) => self.git_ensure(node),
            Stmt::Docker(node) => self.docker(node),
            Stmt::DockerCompose(node) => self.docker_compose(node),
            Stmt::GitValidate(node) => self.git_validate(node),
            Stmt::RequiresTools(node) => self.requires_tools(node),
        }
    }

    fn body(&mut self, header: &str, body: &[Stmt]) {
        self.block(header, |printer| printer.statements(body));
    }

    fn shell(&mut self, node: &Shell) {
        let mut header = match node.word {
            ShellWord::Run => "run".to_owned(),
            ShellWord::Exec => "exec".to_owned(),
            ShellWord::Shell => "shell".to_owned(),
        };
        if let Some(service) = &node.service {
            header += &format!(" in service {}", operand(service));
        }
        match &node.script {
            Script::Command(command) => {
                let attached = if node.attached { " attached" } else { "" };
                self.line(format!("{header} {}{attached}", quoted(&command.text)));
            }
            Script::Block(block) => self.script(&header, &block.text.text),
        }
    }

    fn capture(&mut self, node: &Capture) {
        let shell = if node.from_shell { " from shell" } else { "" };
        match &node.script {
            Script::Command(command) => {
                let command = quoted(&command.text);
                self.line(format!("capture{shell} {command} as {}", node.variable));
            }
            Script::Block(block) => {
                let header = format!("capture{shell} as {}", node.variable);
                self.script(&header, &block.text.text);
            }
        }
    }

    /// A block of commands; also its empty lines get their indentation, which is no part of them.
    fn script(&mut self, header: &str, text: &str) {
        self.block(header, |printer| {
            text.split('\n').for_each(|line| printer.line(line))
        });
    }

    fn conditional(&mut self, node: &Conditional) {
        let mut word = if node.when { "when" } else { "if" };
        for branch in &node.branches {
            self.body(
                &format!("{word} {}", test(&branch.condition.test)),
                &branch.body,
            );
            word = "else if";
        }
        if let Some(body) = &node.otherwise {
            self.body(if node.when { "otherwise" } else { "else" }, body);
        }
    }

    fn try_statement(&mut self, node: &Try) {
        self.body("try", &node.body);
        for catch in &node.catches {
            let mut header = "catch".to_owned();
            if let Some(error) = &catch.error_type {
                header += &format!(" {error}");
            }
            if let Some(variable) = &catch.variable {
                header += &format!(" as {variable}");
            }
            self.body(&header, &catch.body);
        }
        if let Some(body) = &node.finally {
            self.body("finally", body);
        }
    }
}

fn status(node: &Status) -> String {
    let mut line = node.word.as_str().to_owned();
    if let Some(message) = &node.message {
        let with = if line == "fail" { " with" } else { "" };
        line += &format!("{with} {}", quoted(&message.text));
    }
    for (is_asked, place) in [(node.break_before, "before"), (node.break_after, "after")] {
        if is_asked {
            line += &format!(" add line break {place}");
        }
    }
    line
}

fn set_variable(node: &SetVariable) -> String {
    let (name, value) = (&node.name, expression(&node.value));
    let as_list = if node.as_list { " as list" } else { "" };
    match node.word {
        SetWord::Let if !name.starts_with('$') => format!("let {name} be {value}"),
        SetWord::Let if node.as_list => format!("let {name} as list to {value}"),
        SetWord::Let => format!("let {name} = {value}"),
        SetWord::Set => format!("set {name}{as_list} to {value}"),
        SetWord::Capture => format!("capture {name} from {value}"),
    }
}

fn loop_header(node: &Loop) -> String {
    // Reserved names can be variables of a loop only without their `$`; of others `in` needs it.
    let bare = node.variable.trim_start_matches('$');
    let name = match bare {
        "globals" | "params" => bare.to_owned(),
        _ => format!("${bare}"),
    };
    let source = match &node.source {
        LoopSource::Variable(list) => format!("each {name} in {list}"),
        LoopSource::Array(array) => format!("each {name} in {}", elements(array)),
        LoopSource::Range(range) => {
            let (start, end) = (bound(&range.start), bound(&range.end));
            let step = range
                .step
                .as_ref()
                .map(|step| format!(" step {}", bound(step)));
            format!(
                "{name} in range {start} to {end}{}",
                step.unwrap_or_default()
            )
        }
        LoopSource::Lines(file) => format!("each line {name} in file {}", path(file)),
        LoopSource::Matches(matches) => {
            let subject = match &matches.subject {
                Some(MatchSubject::Text(text)) => format!(" in {}", quoted(&text.text)),
                Some(MatchSubject::Variable(name)) => format!(" in {name}"),
                Some(MatchSubject::File(file)) => format!(" in file {}", path(file)),
                None => String::new(),
            };
            format!(
                "each match {name} in pattern {}{subject}",
                quoted(&matches.pattern.text)
            )
        }
    };
    let mut header = format!("for {source}");
    if let Some(filter) = &node.filter {
        let value = quoted(&filter.value.text);
        header += &format!(" where {} {} {value}", filter.name, filter.operator_text);
    }
    header + if node.parallel { " in parallel" } else { "" }
}

fn bound(bound: &Bound) -> &str {
    match bound {
        Bound::Number(text) | Bound::Name(text) => text,
        Bound::Placeholder(placeholder) => &placeholder.source,
    }
}

fn secret(node: &Secret) -> String {
    let namespace = |word: &str| match &node.namespace {
        Some(namespace) => format!(" {word} namespace {}", quoted(namespace)),
        None => String::new(),
    };
    let from = namespace("from");
    match &node.operation {
        SecretOperation::Set { key, value } => {
            let (key, value) = (quoted(key), expression(value));
            format!("secret set {key} to {value}{}", namespace("in"))
        }
        SecretOperation::Get { key, default } => {
            let default = default
                .as_ref()
                .map(|default| format!(" or {}", expression(default)));
            let default = default.unwrap_or_default();
            format!("secret get {}{from}{default}", quoted(key))
        }
        SecretOperation::Delete { key } => format!("secret delete {}{from}", quoted(key)),
        SecretOperation::Exists { key } => format!("secret exists {}{from}", quoted(key)),
        SecretOperation::List { pattern } => {
            let pattern = pattern
                .as_ref()
                .map(|pattern| format!(" matching {}", quoted(pattern)));
            format!("secret list{}{from}", pattern.unwrap_or_default())
        }
    }
}

fn detect(what: &DetectWhat) -> String {
    match what {
        DetectWhat::Tool(tool) => format!("detect {}", quoted(tool)),
        DetectWhat::ToolVersion(tool) => format!("detect {} version", quoted(tool)),
        DetectWhat::ProjectType => "detect project type".to_owned(),
        DetectWhat::Available { tools, variable } => {
            let tools: Vec<String> = tools.iter().map(|tool| quoted(tool)).collect();
            let tools = tools.join(" or ");
            let variable = variable.as_ref().map(|name| format!(" as {name}"));
            format!("detect available {tools}{}", variable.unwrap_or_default())
        }
    }
}
