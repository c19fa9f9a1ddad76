//! Compares what the derive writes with `snapshots/*.rs`: the item, a line, and the code for it.
//!
//! With `REFCYCLE_BLESS=1` in the environment the files are written anew; read the difference before
//! it is committed.

use std::path::{Path, PathBuf};
use std::{env, fs};
use syn::DeriveInput;

const LINE: &str = "// ---- is written as ----\n";

#[test]
fn derive_writes_what_the_snapshots_say() {
    let files = snapshots();
    assert!(files.len() >= 8, "snapshots are missing: {files:?}");
    for file in files {
        let text = fs::read_to_string(&file).expect("a snapshot can be read");
        let (item, expected) = text.split_once(LINE).expect("a snapshot has a line in the middle");
        let written = written(item);
        if env::var_os("REFCYCLE_BLESS").is_some() {
            fs::write(&file, format!("{item}{LINE}\n{written}"))
                .expect("a snapshot can be written");
            continue;
        }
        let difference = expected.trim().lines().zip(written.trim().lines());
        for (number, (expected, written)) in difference.enumerate() {
            assert_eq!(expected, written, "{}, line {} of the output", file.display(), number + 1);
        }
        assert_eq!(expected.trim(), written.trim(), "{}", file.display());
    }
}

#[test]
fn odd_attributes_are_errors_and_no_panics() {
    for options in [
        "",
        "()",
        "[]",
        "= 5",
        "(,)",
        "(skip,,)",
        "(r#skip)",
        "(::skip)",
        "(skip::skip)",
        "(skip skip)",
        "(skip, bound)",
        "(bound = )",
        "(bound = \"T: Trace Trace\")",
        "(bound = b\"T: Trace\")",
        "(bound = \"'\")",
        "(bound = \"T: Trace\" + 1)",
        "(crate)",
        "(crate = )",
        "(crate = a::<b>)",
        "(crate = a::)",
        "(finalize = , bound = 1)",
        "(\u{fc})",
    ] {
        for item in [
            format!("#[trace{options}] struct S<T>(T);"),
            format!("struct S<T>(#[trace{options}] T);"),
            format!("enum S<T> {{ #[trace{options}] A(T) }}"),
            format!("#[trace{options}] union S {{ a: u8 }}"),
        ] {
            let output = written(&item);
            assert!(output.contains("compile_error"), "no error for {item}:\n{output}");
        }
    }
}

fn snapshots() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let entries = fs::read_dir(folder).expect("there is a folder of snapshots");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.sort();
    files
}

/// What the derive writes for `item`, formatted.
fn written(item: &str) -> String {
    let item: DeriveInput = syn::parse_str(item).expect("the item is one that derive accepts");
    let file = syn::parse2(crate::derive(&item)).expect("the output is items");
    prettyplease::unparse(&file)
}
