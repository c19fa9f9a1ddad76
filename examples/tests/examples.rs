//! Each example runs to its end: what it claims, it asserts.

use refcycle_examples::example;

#[track_caller]
fn runs(name: &str) {
    let output = example(name).output().expect("the example starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty(), "it says what it did");
}

#[test]
fn doubly_linked() {
    runs("doubly_linked");
}

#[test]
fn dom() {
    runs("dom");
}

#[test]
fn graph() {
    runs("graph");
}

#[test]
fn manual_trace() {
    runs("manual_trace");
}

#[test]
fn concurrent_graph() {
    runs("concurrent_graph");
}

#[test]
fn actors() {
    runs("actors");
}

#[test]
fn shared_cache() {
    runs("shared_cache");
}

#[test]
#[cfg(feature = "inspect")]
fn leak_hunt() {
    runs("leak_hunt");
}
