//! Runs every program in `pass/`, compiles every program in `fail/`, and compares what the compiler says
//! about the latter with what a person has read and found good.
//!
//! `TRYBUILD=overwrite` accepts what the compiler says now: read it first.

#[test]
#[cfg_attr(not(pinned_compiler), ignore = "the messages are those of rustc 1.95 (build.rs)")]
#[cfg_attr(miri, ignore = "Miri runs no other programs")]
fn programs_pass_and_fail_as_they_should() {
    let tests = trybuild::TestCases::new();
    tests.pass("pass/*.rs");
    tests.compile_fail("fail/*/*.rs");
}
