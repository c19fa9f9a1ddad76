//! Runs every program in `pass/` and compiles every program in `fail/`, and compares what the compiler
//! says about the latter with what a person has read and found good.
//!
//! The wording moves with the compiler, so other compilers than [`PINNED`] skip this test.
//! `TRYBUILD=overwrite` accepts what the compiler says now.

use std::process::Command;
use std::{env, str};

/// The compiler whose messages are in the `.stderr` files.
const PINNED: &str = "rustc 1.95.";

#[test]
fn programs_pass_and_fail_as_they_should() {
    if cfg!(miri) {
        eprintln!("skipped: Miri runs no other programs");
        return;
    }
    let compiler = compiler();
    if !compiler.starts_with(PINNED) {
        eprintln!("skipped: this compiler is {compiler}, the messages are those of {PINNED}x");
        return;
    }
    let tests = trybuild::TestCases::new();
    tests.pass("pass/*.rs");
    tests.compile_fail("fail/*/*.rs");
}

/// What the compiler says it is.
fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("there is a compiler");
    str::from_utf8(&output.stdout).expect("a version is text").trim().to_owned()
}
