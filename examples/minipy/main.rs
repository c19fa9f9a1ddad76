//! A small Python whose objects are refcycle's objects: its reference counts are the library's counts,
//! `__del__` is the library's finalizer, and what refers to itself in a ring is freed by the library's
//! collector.
//!
//! ```text
//! cargo run --release --example minipy -- examples/minipy/programs/self_cycle.py
//! ```
//!
//! - [`value`], [`object`], [`function`], [`frame`], [`iter`], [`map`], [`sequence`]: what is on the heap.
//! - [`registry`], [`edges`]: which objects there are and what they refer to.
//! - [`code`], [`scope`], [`lower`], [`lower_expr`]: from text to a tree with resolved names.
//! - [`vm`], [`exec`], [`compound`], [`define`], [`generator`], [`eval`], [`call`], [`attribute`], [`operator`], [`compare`],
//!   [`index`]: running it.
//! - [`types`] and the like: the built-in part of the language.

#![forbid(unsafe_code)]
#![expect(clippy::similar_names, reason = "`start`, `stop` and `step` are Python's own words")]

mod attribute;
mod builtins;
mod call;
mod code;
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
mod function;
mod generator;
mod index;
mod iter;
mod lower;
mod lower_expr;
mod map;
mod modules;
mod number;
mod object;
mod operator;
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

use code::Source;
use error::Raised;
use lower::Lowering;
use object::{Dict, Module};
use refcycle::Gc;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;
use value::Value;
use vm::Vm;

/// Enough for the recursion limit in a debug build.
const STACK: usize = 1 << 30;

const USAGE: &str = "usage: minipy [--debug-refs] FILE [ARGUMENT]...";

struct Options {
    path: String,
    arguments: Vec<String>,
    debug_refs: bool,
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let debug_refs = words.iter().position(|word| word == "--debug-refs");
    if let Some(at) = debug_refs {
        words.remove(at);
    }
    if words.is_empty() || words[0].starts_with('-') {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let path = words.remove(0);
    let options = Options { path, arguments: words, debug_refs: debug_refs.is_some() };
    let interpreter = thread::Builder::new().stack_size(STACK).spawn(move || run(&options));
    match interpreter.map(thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            eprintln!("minipy: cannot start the interpreter's thread: {error}");
            ExitCode::from(2)
        }
    }
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
    if options.debug_refs {
        registry::list_all();
    }
    let vm = Vm::new();
    let code = run_source(&vm, Source::new(absolute(path), text), &options.arguments);
    Vm::retire();
    vm.clear();
    vm.flush();
    drop(vm);
    if options.debug_refs { report_references(code) } else { code }
}

/// The path as tracebacks name it.
fn absolute(path: &str) -> String {
    match std::path::absolute(path) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => path.to_owned(),
    }
}

fn run_source(vm: &Vm, source: Source, arguments: &[String]) -> u8 {
    let source = Rc::new(source);
    let code = match Lowering::program(vm, source.clone()) {
        Ok(code) => code,
        Err(it) => {
            vm.write_error(&report::rejection(&source, it.span, it.class, &it.message));
            return 1;
        }
    };
    let globals = Dict::new(map::Map::default());
    globals.set(&vm.names.name, Value::Str(vm.names.main.clone()));
    globals.set(&vm.names.doc, code.doc.clone());
    globals.set(&vm.intern("__file__"), Value::str(source.path.as_str()));
    let module = Module::new(vm.names.main.clone(), globals);
    vm.modules.borrow_mut().push(module.clone());
    if let Ok(sys) = vm.import("sys") {
        let argv = std::iter::once(&source.path).chain(arguments);
        sys.dict
            .set(&vm.intern("argv"), Value::list(argv.map(|it| Value::str(it.as_str())).collect()));
    }
    let result = vm.run_program(&code, &module);
    let exit = result.as_ref().err().map_or(0, |raised| report_exit(vm, raised));
    if registry::lists_all() {
        for wrong in edges::audit() {
            vm.write_error(&format!("{wrong}\n"));
        }
    }
    tear_down(vm, module, result.err());
    exit
}

/// Clears up in CPython's order: a collection, the last exception, the main module, a collection.
fn tear_down(vm: &Vm, module: Gc<Module>, last: Option<Raised>) {
    if refcycle::policy().automatic {
        refcycle::collect();
    }
    drop(last);
    vm.is_finalizing.set(true);
    let others: Vec<Gc<Module>> = {
        let mut modules = vm.modules.borrow_mut();
        modules.extract_if(.., |it| Gc::ptr_eq(it, &module)).collect()
    };
    drop(others);
    drop(module);
    destroy_all(vm);
    refcycle::collect();
}

/// Runs the destructors of what is left, oldest first. A collection would run them too, but the library
/// promises no order, and CPython's order shows.
fn destroy_all(vm: &Vm) {
    if !vm.has_destructors.get() {
        return;
    }
    let instances: Vec<_> = registry::objects()
        .iter()
        .filter_map(|object| match object {
            Value::Instance(instance) => Some(Gc::downgrade(instance)),
            _ => None,
        })
        .collect();
    for instance in instances {
        if let Some(instance) = instance.upgrade()
            && !Gc::is_finalized(&instance)
        {
            instance.is_destroyed.set(true);
            vm.call_destructor(&instance);
        }
    }
}

/// Prints an exception that nobody caught; the exit code.
fn report_exit(vm: &Vm, raised: &Raised) -> u8 {
    let exception = &raised.exception;
    if exception.class().is_subclass_of(&vm.class("SystemExit")) {
        return match vm.exception_attribute(exception, "code") {
            None | Some(Value::None) => 0,
            Some(Value::Int(code)) => code as u8,
            Some(other) => {
                let text = vm.str(&other).unwrap_or_default();
                vm.write_error(&format!("{text}\n"));
                1
            }
        };
    }
    vm.write_error(&report::exception(vm, exception));
    1
}

/// The end of `--debug-refs`: what is left when everything has been let go.
fn report_references(code: u8) -> u8 {
    refcycle::collect();
    let (references, objects) = edges::totals();
    eprintln!("[{references} refs, {objects} objects]");
    for (kind, count) in registry::counts() {
        eprintln!("{count:8} {kind}");
    }
    code
}
