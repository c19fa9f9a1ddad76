//! Each example runs to its end: what it claims, it asserts.

use refcycle_examples::example;

/// Gives what it says.
#[track_caller]
fn runs(name: &str) -> String {
    let output = example(name).output().expect("the example starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty(), "it says what it did");
    String::from_utf8(output.stdout).expect("it says it in UTF-8")
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
    let output = runs("leak_hunt");
    // What its page shows of that is what it says, in the same order.
    let page = include_str!("../../docs/leak_hunt.md");
    let shown =
        page.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap_or(rest));
    let mut rest = output.as_str();
    let mut blocks = 0;
    for block in shown {
        let at = rest.find(block);
        let at = at.unwrap_or_else(|| panic!("the page shows\n{block}and it says\n{output}"));
        rest = &rest[at + block.len()..];
        blocks += 1;
    }
    assert_eq!(blocks, 4, "the page shows each step but the last");
}
