//! A small Python whose objects are refcycle's objects: its reference counts are the library's counts,
//! `__del__` is the library's finalizer, and what refers to itself in a ring is freed by the library's
//! collector.
//!
//! ```text
//! cargo run --release --example minipy -- examples/minipy/programs/self_cycle.py
//! cargo run --release --example minipy -- --threads 4 examples/minipy/programs/tree.py
//! ```
//!
//! Several interpreters, each in a thread with a heap of its own, can run one program: its code is made
//! of objects of the thread-safe flavour, which the functions and frames of every interpreter, objects of
//! the flavour for one thread, own.
//!
//! - [`value`], [`object`], [`function`], [`frame`], [`iter`], [`map`], [`sequence`]: what is on the heap.
//! - [`registry`], [`edges`]: which objects there are and what they refer to.
//! - [`code`], [`scope`], [`lower`], [`lower_expr`]: from text to a tree with resolved names.
//! - [`vm`], [`exec`], [`compound`], [`define`], [`generator`], [`eval`], [`call`], [`attribute`], [`operator`], [`compare`],
//!   [`index`]: running it.
//! - [`interpreter`], [`output`]: an interpreter from beginning to end, and where it writes.
//! - [`weak`], [`collector`], [`heap`], [`frozen`]: the modules that show what the library does.
//! - [`types`] and the like: the built-in part of the language.

#![forbid(unsafe_code)]
#![expect(clippy::similar_names, reason = "`start`, `stop` and `step` are Python's own words")]

mod attribute;
mod builtins;
mod call;
mod code;
mod collector;
mod compare;
mod compound;
mod container_methods;
mod define;
mod edges;
mod error;
mod eval;
mod exception;
mod exec;
mod format;
mod frame;
#[cfg(feature = "inspect")]
mod frozen;
#[cfg(not(feature = "inspect"))]
#[path = "unfrozen.rs"]
mod frozen;
mod function;
mod generator;
mod heap;
mod index;
mod interpreter;
mod iter;
mod lower;
mod lower_expr;
mod map;
mod modules;
mod number;
mod object;
mod operator;
mod output;
mod registry;
mod report;
mod scope;
mod sequence;
mod str_methods;
mod text;
mod types;
mod value;
mod vm;
mod weak;

use code::{Program, Source};
use interpreter::interpret;
use lower::Lowering;
use output::Output;
use refcycle::sync;
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::{io, thread};

/// Enough for the recursion limit in a debug build.
const STACK: usize = 1 << 30;

const USAGE: &str = "usage: minipy [--debug-refs] [--threads N] FILE [ARGUMENT]...";

#[derive(Default)]
struct Options {
    path: String,
    arguments: Vec<String>,
    debug_refs: bool,
    /// How many interpreters run the program at once, each in a thread of its own; without a number, one
    /// that writes as it goes.
    threads: Option<usize>,
}

impl Options {
    /// None where the words make no sense.
    fn parse(mut words: impl Iterator<Item = String>) -> Option<Options> {
        let mut options = Options::default();
        loop {
            let word = words.next()?;
            match &*word {
                "--debug-refs" => options.debug_refs = true,
                "--threads" => {
                    let count = words.next()?.parse().ok()?;
                    options.threads = Some(count).filter(|&count| count > 0);
                    options.threads?;
                }
                option if option.starts_with('-') => return None,
                _ => {
                    options.path = word;
                    options.arguments = words.collect();
                    return Some(options);
                }
            }
        }
    }
}

fn main() -> ExitCode {
    let Some(options) = Options::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let runner = builder().spawn(move || run(&options));
    match runner.map(thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => ExitCode::from(no_thread(&error)),
    }
}

/// Makes threads that can lower and run deeply nested programs.
fn builder() -> thread::Builder {
    thread::Builder::new().stack_size(STACK)
}

/// The exit code where a thread cannot be started.
fn no_thread(error: &io::Error) -> u8 {
    eprintln!("minipy: cannot start the interpreter's thread: {error}");
    2
}

/// Runs a file; the exit code.
fn run(options: &Options) -> u8 {
    let path = &options.path;
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("minipy: can't open file '{path}': {error}");
            return 2;
        }
    };
    let source = sync::Gc::new(Source::new(absolute(path), text));
    let program = match Lowering::program(source.clone()) {
        Ok(program) => program,
        Err(it) => {
            eprint!("{}", report::rejection(&source, it.span, it.class, &it.message));
            return 1;
        }
    };
    let exit = match options.threads {
        None => interpret(&program, &options.arguments, options.debug_refs, Output::direct()).0,
        Some(count) => run_at_once(&program, options, count),
    };
    drop(program);
    sync::collect();
    let left = sync::live().objects;
    assert_eq!(left, 0, "an interpreter has left code of the program behind");
    exit
}

/// Runs the program in several interpreters at once, then prints what each wrote, in their order; the
/// first exit code that is not zero.
fn run_at_once(program: &Program, options: &Options, count: usize) -> u8 {
    let interpreter =
        || interpret(program, &options.arguments, options.debug_refs, Output::default());
    let ended = thread::scope(|scope| {
        let start = |_| builder().spawn_scoped(scope, interpreter);
        let started: io::Result<Vec<_>> = (0..count).map(start).collect();
        Ok(started?.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>())
    });
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => return no_thread(&error),
    };
    let mut first = 0;
    for interpreter in ended {
        let (exit, output) = interpreter.unwrap_or_else(|panic| resume_unwind(panic));
        output.print();
        if first == 0 {
            first = exit;
        }
    }
    first
}

/// The path as tracebacks name it.
fn absolute(path: &str) -> String {
    match std::path::absolute(path) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => path.to_owned(),
    }
}
