//! How the command is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    // The command starts for every task of every build. Position-independent, it first has some
    // 20,000 addresses in its tables corrected, which costs a hello a fifth of its time. The heap, the
    // stack and all libraries still lie where nobody can guess.
    if target("OS") == "linux" && target("ENV") == "gnu" && target("ARCH") == "x86_64" {
        println!("cargo:rustc-link-arg-bin=xdrun=-no-pie");
    }
}
