//! minipy against CPython: each program prints what its transcript says, and so does `python3`.
//!
//! A transcript is `NAME.out` (standard output), and where there is something to say `NAME.err` (standard
//! error) and `NAME.exit` (the exit code). `MINIPY_RECORD=1 cargo test -p refcycle-examples` writes them
//! anew with the machine's `python3`, which must be 3.11. Addresses and folders are left out of the
//! comparison.

use refcycle_examples::example;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a program did.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    out: String,
    err: String,
    exit: i32,
}

impl Run {
    fn new(output: &Output, folder: &Path) -> Run {
        let text = |bytes: &[u8]| normalize(&String::from_utf8_lossy(bytes), folder);
        Run {
            out: text(&output.stdout),
            err: text(&output.stderr),
            exit: output.status.code().unwrap_or(-1),
        }
    }

    /// The transcript of a program.
    fn read(program: &Path) -> Run {
        let read = |suffix| fs::read_to_string(program.with_extension(suffix)).unwrap_or_default();
        let exit = read("exit");
        Run { out: read("out"), err: read("err"), exit: exit.trim().parse().unwrap_or(0) }
    }

    fn write(&self, program: &Path) {
        let exit = if self.exit == 0 { String::new() } else { format!("{}\n", self.exit) };
        for (suffix, text) in [("out", &self.out), ("err", &self.err), ("exit", &exit)] {
            let path = program.with_extension(suffix);
            if text.is_empty() && suffix != "out" {
                // Nothing to say: there need not have been a file.
                let _ = fs::remove_file(path);
            } else {
                fs::write(path, text).expect("the folder of the programs can be written");
            }
        }
    }
}

/// Takes the folder and all addresses out of a program's output.
fn normalize(text: &str, folder: &Path) -> String {
    let text = text.replace('\r', "").replace(&format!("{}/", folder.display()), "");
    let mut parts = text.split("0x");
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|char: char| char.is_ascii_hexdigit());
        // Short ones are numbers that a program printed.
        let is_address = part.len() - rest.len() >= 6;
        normal.push_str("0x");
        normal.push_str(if is_address { rest } else { part });
    }
    normal
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("minipy").join("programs")
}

fn programs() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the programs are there");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut programs: Vec<_> =
        paths.filter(|path| path.extension() == Some("py".as_ref())).collect();
    programs.sort();
    assert!(programs.len() >= 15, "only {} programs", programs.len());
    programs
}

/// The programs that minipy can run as it was built: a program names in its first line a feature that it needs.
fn programs_for_minipy() -> Vec<PathBuf> {
    let mut programs = programs();
    programs.retain(|program| {
        let text = fs::read_to_string(program).expect("a program is text");
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("# needs: ").is_none_or(|feature| FEATURES.contains(&feature))
    });
    programs
}

const FEATURES: &[&str] = if cfg!(feature = "inspect") { &["inspect"] } else { &[] };

fn minipy() -> Command {
    example("minipy")
}

fn python() -> Option<Command> {
    let version = Command::new("python3").arg("--version").output().ok()?;
    let is_ours = version.stdout.starts_with(b"Python 3.11.");
    is_ours.then(|| Command::new("python3"))
}

fn run(mut interpreter: Command, arguments: &[&str], program: &Path) -> Run {
    let folder = program.parent().expect("a program is in a folder");
    let output = interpreter
        .args(arguments)
        .arg(program.file_name().expect("a program has a name"))
        .current_dir(folder)
        .output()
        .expect("the interpreter starts");
    Run::new(&output, folder)
}

#[test]
fn programs_print_what_their_transcripts_say() {
    if env::var_os("MINIPY_RECORD").is_some() {
        for program in programs() {
            let python = python().expect("python3 3.11 records the transcripts");
            run(python, &[], &program).write(&program);
        }
    }
    for program in programs_for_minipy() {
        assert_eq!(run(minipy(), &[], &program), Run::read(&program), "{}", program.display());
    }
}

#[test]
fn python_prints_what_the_transcripts_say() {
    for program in programs() {
        let Some(python) = python() else {
            eprintln!("no python3 of version 3.11 here: nothing compared");
            return;
        };
        assert_eq!(run(python, &[], &program), Run::read(&program), "{}", program.display());
    }
}

#[test]
fn no_reference_is_left_or_lost() {
    for program in programs_for_minipy() {
        let with = run(minipy(), &["--debug-refs"], &program);
        let without = run(minipy(), &[], &program);
        assert_eq!((&with.out, with.exit), (&without.out, without.exit), "{}", program.display());
        let report = with.err.strip_prefix(&without.err).unwrap_or(&with.err);
        assert_eq!(report, "[0 refs, 0 objects]\n", "{}", program.display());
    }
}

#[test]
fn interpreters_that_share_a_program_print_what_the_transcript_says_each() {
    for program in programs_for_minipy() {
        let Run { out, err, exit } = Run::read(&program);
        let each = Run { out: out.repeat(3), err: err.repeat(3), exit };
        assert_eq!(run(minipy(), &["--threads", "3"], &program), each, "{}", program.display());
    }
}

#[test]
fn no_reference_is_left_or_lost_in_any_of_several_interpreters() {
    for name in
        ["closures", "finalize", "gc_callbacks", "generators", "inheritance", "weak_callbacks"]
    {
        let program = folder().join(name).with_extension("py");
        let Run { out, err, exit } = Run::read(&program);
        let err = err + "[0 refs, 0 objects]\n";
        let each = Run { out: out.repeat(3), err: err.repeat(3), exit };
        let arguments = ["--debug-refs", "--threads", "3"];
        assert_eq!(run(minipy(), &arguments, &program), each, "{name}");
    }
}

#[test]
fn what_a_built_in_module_holds_to_the_end_keeps_no_code_alive() {
    let text = "import sys\ndef f():\n    return sys.kept\nsys.kept = f\nprint(f() is f)\n";
    let program = write_text("kept", text);
    let run = run(minipy(), &["--threads", "2"], &program);
    assert_eq!((run.exit, run.out.as_str()), (0, "True\nTrue\n"), "{}", run.err);
}

#[test]
fn a_program_that_cannot_run_is_rejected_once_for_all_interpreters() {
    let program = write_text("rejected", "print('ran')\nx = = 1\n");
    let run = run(minipy(), &["--threads", "3"], &program);
    assert_eq!((run.exit, run.out.as_str()), (1, ""), "{}", run.err);
    assert_eq!(run.err.matches("SyntaxError: ").count(), 1, "{}", run.err);
}

#[test]
fn options_that_make_no_sense_are_answered_with_the_usage() {
    let program = write_text("options", "print('ran')\n");
    for arguments in [&["--threads", "0"][..], &["--threads", "few"], &["--threads"], &["--what"]] {
        let run = run(minipy(), arguments, &program);
        assert_eq!((run.exit, run.out.as_str()), (2, ""), "{arguments:?}\n{}", run.err);
        assert!(run.err.starts_with("usage: minipy "), "{arguments:?}\n{}", run.err);
    }
}

/// Writes a program that is not in the folder.
fn write_text(name: &str, text: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.py"));
    fs::write(&program, text).expect("the folder for temporary files can be written");
    program
}

fn run_text(name: &str, text: &str) -> Run {
    run(minipy(), &[], &write_text(name, text))
}

#[test]
fn what_is_outside_the_subset_is_named_before_anything_runs() {
    let cases = [
        ("x = = 1", "SyntaxError", 1),
        ("if True:\nprint(1)\n", "SyntaxError", 2),
        ("return 1", "SyntaxError", 1),
        ("def f():\n    break", "SyntaxError", 2),
        ("def f():\n    nonlocal x\n", "SyntaxError", 1),
        ("async def f(): pass", "NotImplementedError", 1),
        ("def f():\n    return (yield 1)", "NotImplementedError", 2),
        ("class A(int, str): pass", "NotImplementedError", 1),
        ("class A(metaclass=type): pass", "NotImplementedError", 1),
        ("match 1:\n    case 1: pass", "NotImplementedError", 1),
        ("try: pass\nexcept* ValueError: pass", "NotImplementedError", 1),
        ("x = 1j", "NotImplementedError", 1),
        ("x = b'bytes'", "NotImplementedError", 1),
        ("x = 99999999999999999999", "NotImplementedError", 1),
        ("from . import x", "NotImplementedError", 1),
        ("from sys import *", "NotImplementedError", 1),
    ];
    for (text, class, line) in cases {
        let run = run_text("outside", &format!("print('ran')\n{text}\n"));
        assert_eq!((run.exit, run.out.as_str()), (1, ""), "{text}\n{}", run.err);
        let place = format!("  File \"outside.py\", line {}\n", line + 1);
        assert!(run.err.starts_with(&place), "{text}\n{}", run.err);
        let last = run.err.lines().last().unwrap_or_default();
        assert!(last.starts_with(&format!("{class}: ")), "{text}\n{}", run.err);
    }
}

#[test]
fn what_only_running_shows_is_an_exception() {
    let cases = [
        ("x = 2 ** 63", "OverflowError"),
        ("x = 9223372036854775807 + 1", "OverflowError"),
        ("class A(int): pass", "NotImplementedError"),
        ("import os", "ModuleNotFoundError"),
        ("x = 'a' * 10 ** 15", "MemoryError"),
        ("type('A', (), {})", "NotImplementedError"),
        ("open('file')", "NameError"),
    ];
    for (text, class) in cases {
        let run = run_text("running", &format!("print('ran')\n{text}\n"));
        assert_eq!((run.exit, run.out.as_str()), (1, "ran\n"), "{text}\n{}", run.err);
        assert!(run.err.starts_with("Traceback (most recent call last):\n"), "{text}\n{}", run.err);
        let last = run.err.lines().last().unwrap_or_default();
        assert!(last.starts_with(class), "{text}\n{}", run.err);
    }
}

#[test]
fn what_needs_a_feature_names_it() {
    for call in ["gc.freeze()", "gc.unfreeze()", "gc.get_objects(generation=0)"] {
        let run = run_text("feature", &format!("import gc\n{call}\nprint('ran')\n"));
        if FEATURES.contains(&"inspect") {
            assert_eq!((run.exit, run.out.as_str()), (0, "ran\n"), "{call}\n{}", run.err);
        } else {
            assert_eq!((run.exit, run.out.as_str()), (1, ""), "{call}");
            let last = run.err.lines().last().unwrap_or_default();
            assert!(last.starts_with("NotImplementedError: "), "{call}\n{}", run.err);
            assert!(last.ends_with("built with the feature `inspect`"), "{call}\n{}", run.err);
        }
    }
}

#[test]
fn nesting_and_nonsense_end_in_an_error_and_not_in_a_crash() {
    let deep = format!("x = {}1{}", "(".repeat(3000), ")".repeat(3000));
    let long = format!("x = 0{}", " + 1".repeat(50_000));
    let unary = format!("x = {}1", "-".repeat(20_000));
    for (name, text) in [("deep", &deep), ("long", &long), ("unary", &unary)] {
        let run = run_text(name, text);
        assert!(run.exit == 0 || run.exit == 1, "{name}: {} {}", run.exit, run.err);
    }
    let run = run_text("no_text", "\u{0}\u{1}\u{fffd}(((]]]");
    assert_eq!(run.exit, 1, "{}", run.err);
    let missing = minipy().arg("no such file.py").output().expect("the interpreter starts");
    assert_eq!(missing.status.code(), Some(2));
    let usage = minipy().output().expect("the interpreter starts");
    assert_eq!(usage.status.code(), Some(2));
}
