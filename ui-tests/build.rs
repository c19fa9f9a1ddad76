//! Tells the tests whether this is the compiler whose messages are in the `.stderr` files.

use std::env;
use std::process::Command;

/// The wording of messages moves with the compiler.
const PINNED: &str = "rustc 1.95.";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(pinned_compiler)");
    let compiler = env::var_os("RUSTC").expect("cargo names the compiler");
    let version = Command::new(compiler).arg("--version").output().expect("the compiler runs");
    if version.stdout.starts_with(PINNED.as_bytes()) {
        println!("cargo::rustc-cfg=pinned_compiler");
    }
}
