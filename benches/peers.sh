#!/usr/bin/env bash
# Compares xdrun with an empty program, a shell script, one write a line, make, just (where it is
# installed) and cat, interleaved;
# prints the medians of ratios. Needs bash, make, python3, rustc and a release build:
# cargo build --release && benches/peers.sh
set -euo pipefail
cd "$(dirname "$0")/.."
XDRUN=$PWD/target/release/xdrun exec python3 - <<'PY'
import os, shutil, statistics, subprocess, tempfile, time

xdrun = os.environ["XDRUN"]
scratch = tempfile.TemporaryDirectory()
work = scratch.name

def write(name, text):
    path = os.path.join(work, name)
    with open(path, "w") as file:
        file.write(text)
    return path

def timed(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start

def show(title, ratios):
    print(f"{title:<48} {statistics.median(ratios):5.2f}", flush=True)

def compare(title, ours, theirs, rounds=15):
    show(title, [timed(ours) / timed(theirs) for _ in range(rounds)])

def rust(name, text):
    program = os.path.join(work, name)
    source = write(name + ".rs", text)
    subprocess.run(["rustc", "-O", "-o", program, source], check=True)
    return [program]

head = "version: 2.0\n\ntask \"t\":\n"
def loop(count, body):
    return head + f"  for $i in range 1 to {count}:\n    {body}\n"
def variables(count):
    return head + "".join(f'  let $v{n} = "x"\n' for n in range(count)) \
        + '  for $i in range 1 to 100000:\n    set $a to "{$i}"\n'
def tasks(count):
    return "version: 2.0\n" + "".join(f'\ntask "t{n}":\n  let $z = "1"\n' for n in range(count))
def calls(count, times):
    return tasks(count) + f'\ntask "t":\n  for $i in range 1 to {times}:\n    call task t5\n'

run = lambda path: [xdrun, "-f", path, "t"]
hello = run(write("h", head + '  info "hi"\n'))
compare("hello : an empty Rust program", hello, rust("empty", 'fn main() { println!("hi"); }'), 200)
compare("hello : true", hello, ["/bin/true"], 40)
if shutil.which("just"):
    recipe = write("justfile", 'set shell := ["/bin/bash", "-c"]\nt:\n  @true\n')
    just = ["just", "--justfile", recipe, "t"]
    compare("run \"true\" : just, same shell", run(write("j", head + '  run "true"\n')), just, 200)
runs = write("r.sh", "i=0\nwhile [ $i -lt 200 ]; do /bin/bash -c true; i=$((i+1)); done\n")
compare("200 run \"true\" : shell script", run(write("r", loop(200, 'run "true"'))), ["sh", runs])
echoes = write("e.sh", "i=0\nwhile [ $i -lt 100000 ]; do echo line $i; i=$((i+1)); done\n")
lines = run(write("l", loop(100000, 'info "line {$i}"')))
compare("100,000 info : sh, one write a line", lines, ["sh", echoes])
writes = 'use std::io::Write; fn main() { let mut out = std::fs::File::create("/dev/null").unwrap();' \
    'for i in 0..100000 { out.write_all(format!("line {i}\\n").as_bytes()).unwrap(); } }'
compare("100,000 info : Rust, one write a line", lines, rust("writes", writes))
def at_once(count, body):
    return head + f"  for $i in range 1 to {count} in parallel:\n    {body}\n"
def makefile(count, body):
    names = " ".join(f"t{n}" for n in range(count))
    return f"SHELL = /bin/bash\n.PHONY: all {names}\nall: {names}\n{names}:\n\t@{body}; :\n"
# The shell stays beside its command on both sides: `; :` keeps it from becoming the command.
for count, body in [(10, "sleep 0.1"), (200, "true")]:
    make = ["make", "-s", "-j5", "-f", write(f"m{count}", makefile(count, body))]
    ours = run(write(f"p{count}", at_once(count, f'run "{body}; :"')))
    compare(f"{count} \"{body}\" in a parallel loop : make -j5", ours, make, 25)
big = write("big", "")
with open(big, "wb") as file:
    for _ in range(300):
        file.write(b"0123456789abcde\n" * 65536)
piped = ["/bin/bash", "-c", f"/bin/cat {big} | /bin/cat"]
compare("300 MB of a child : through a pipe and cat", run(write("b", head + f'  run "/bin/cat {big}"\n')), piped)
compare("1,000 variables : 10", run(write("v1", variables(1000))), run(write("v0", variables(10))))
# Reading a file of 10,000 tasks takes its time; what a call costs in it is the difference.
def call_cost(count):
    many, few = (run(write(f"c{count}-{times}", calls(count, times))) for times in (200000, 1))
    return lambda: timed(many) - timed(few)
def a_call():
    body = lambda name, line: run(write(name, tasks(10) + f'\ntask "t":\n  for $i in range 1 to 1000000:\n    {line}\n'))
    with_calls, without = body("w1", "call task t5"), body("w0", 'let $z = "1"')
    return statistics.median(timed(with_calls) - timed(without) for _ in range(9))
print(f"a call, without its statement: {a_call():.2f} µs", flush=True)
in_large, in_small = call_cost(10000), call_cost(10)
show("call in a file of 10,000 tasks : of 10", [in_large() / in_small() for _ in range(15)])
PY
