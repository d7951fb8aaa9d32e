//! Parallel loops: at most five branches at a time, each a machine in a task of its own.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::task::JoinSet;

use super::exec::WORKERS;
use super::items::Items;
use super::{Done, Ended, Failure, Machine, drive};
use crate::ast::{Block, Stmt};
use crate::source::Text;
use crate::value::{Value, duration};

/// The items of a parallel loop.
#[derive(Debug)]
pub(crate) struct Fan {
    /// The block and the index of the loop statement.
    pub(crate) block: Block,
    pub(crate) statement: u32,
    pub(crate) items: Items,
    pub(crate) total: u64,
}

/// What came of an item.
struct Branch {
    index: u64,
    item: Text,
    started: Instant,
    result: Result<Ended, Failure>,
}

/// Runs the items of a parallel loop; all of them, also after a failure.
pub(super) async fn fan(parent: &Arc<Mutex<Machine>>, mut fan: Fan) -> Done {
    let Some(Stmt::Loop(node)) = fan.block.get(fan.statement as usize) else {
        return Done::Fanned { failed: 0 };
    };
    let run = lock(parent).run.clone();
    let mut running: JoinSet<Branch> = JoinSet::new();
    let mut items: HashMap<tokio::task::Id, Text> = HashMap::new();
    let (mut index, mut ended, mut failed, mut broke) = (0, 0, 0, false);
    loop {
        while !broke && (running.len() as u64) < WORKERS {
            let Some(item) = fan.items.next() else { break };
            index += 1;
            let label = Text::from(format!("item {index}: {} = {item}", node.variable));
            let mut branch = lock(parent).branch(label, &node.body);
            let value = Value::Text(item.clone());
            branch.note_secret(&node.variable, &value);
            branch.variables.set(&node.variable, value);
            let machine = branch.register();
            let handle = running.spawn(one(machine, index, item.clone()));
            items.insert(handle.id(), item);
        }
        let Some(joined) = running.join_next_with_id().await else {
            break;
        };
        ended += 1;
        let branch = match joined {
            Ok((id, branch)) => {
                items.remove(&id);
                branch
            }
            Err(error) => Branch {
                index,
                item: items.remove(&error.id()).unwrap_or_default(),
                started: Instant::now(),
                result: Err(Failure::new(format!("the branch was ended: {error}"))),
            },
        };
        broke |= matches!(branch.result, Ok(Ended::Broke));
        failed += u64::from(branch.result.is_err());
        tell(&run, &branch);
    }
    summarise(&run, ended, fan.total, failed);
    Done::Fanned { failed }
}

/// Boxed, because a branch may hold another parallel loop.
fn one(
    machine: Arc<Mutex<Machine>>,
    index: u64,
    item: Text,
) -> Pin<Box<dyn Future<Output = Branch> + Send>> {
    Box::pin(async move {
        let started = Instant::now();
        let result = drive(machine).await;
        Branch {
            index,
            item,
            started,
            result,
        }
    })
}

fn tell(run: &super::Run, branch: &Branch) {
    let Branch { index, item, .. } = branch;
    let verbose = run.options.verbose;
    match &branch.result {
        Ok(_) if verbose => {
            let took = duration::exact(branch.started.elapsed());
            run.report.line(&format!(
                "✅  Worker completed item {index} ({item}) in {took}"
            ));
        }
        Ok(_) => {}
        Err(failure) => {
            let cause = failure.message();
            if verbose {
                run.report.line(&format!(
                    "❌  Worker failed on item {index} ({item}): {cause}"
                ));
            }
            run.report
                .error_text(&format!("parallel item '{item}' failed: {cause}\n"));
        }
    }
}

fn summarise(run: &super::Run, ended: u64, total: u64, failed: u64) {
    if !run.options.verbose {
        return;
    }
    let report = &run.report;
    report.line(&format!(
        "🏁 Parallel execution completed: {ended}/{total} items processed"
    ));
    if failed > 0 {
        let good = ended - failed;
        report.line(&format!(
            "⚠️  {failed} items failed during parallel execution"
        ));
        report.line(&format!(
            "⚠️  Parallel loop completed with errors: {good}/{total} successful"
        ));
    }
}

fn lock(machine: &Mutex<Machine>) -> std::sync::MutexGuard<'_, Machine> {
    machine.lock().unwrap_or_else(PoisonError::into_inner)
}
