//! The life of one interpreter: it begins with a thread's empty heap, runs a program, and leaves nothing.

use crate::code::{Code, Program};
use crate::error::Raised;
use crate::map::Map;
use crate::object::{Dict, Module};
use crate::output::Output;
use crate::value::Value;
use crate::vm::Vm;
use crate::{edges, registry, report};
use refcycle::{Gc, sync};

/// Runs a program in this thread; the exit code, and where the interpreter wrote.
pub(crate) fn interpret(
    program: &Program,
    arguments: &[String],
    debug_refs: bool,
    output: Output,
) -> (u8, Output) {
    if debug_refs {
        registry::list_all();
    }
    let vm = Vm::new(program, output);
    let exit = run(&vm, &program.code, arguments);
    Vm::retire();
    vm.clear();
    vm.flush();
    let mut output = vm.output.take();
    drop(vm);
    // What is left in cycles would keep code of the program alive.
    refcycle::collect();
    if debug_refs {
        report_references(&mut output);
    }
    (exit, output)
}

/// Runs the program from beginning to end; the exit code.
fn run(vm: &Vm, code: &sync::Gc<Code>, arguments: &[String]) -> u8 {
    let source = &code.source;
    let globals = Dict::new(Map::default());
    globals.set(&vm.names.name, Value::Str(vm.names.main.clone()));
    globals.set(&vm.names.doc, vm.constant(code.doc));
    globals.set(&vm.intern("__file__"), Value::str(source.path.as_str()));
    let module = Module::new(vm.names.main.clone(), globals);
    vm.modules.borrow_mut().push(module.clone());
    if let Ok(sys) = vm.import("sys") {
        let argv = std::iter::once(&source.path).chain(arguments);
        sys.dict
            .set(&vm.intern("argv"), Value::list(argv.map(|it| Value::str(it.as_str())).collect()));
    }
    let result = vm.run_program(code, &module);
    let exit = result.as_ref().err().map_or(0, |raised| report_exit(vm, raised));
    if registry::lists_all() {
        for wrong in edges::audit() {
            vm.write_error(&format!("{wrong}\n"));
        }
    }
    tear_down(vm, module, result.err());
    exit
}

/// Clears up in CPython's order: what is to be done at exit, a collection, the last exception, the main
/// module, a collection.
fn tear_down(vm: &Vm, module: Gc<Module>, last: Option<Raised>) {
    vm.run_finalizers();
    if vm.collector.is_enabled() {
        vm.collect_garbage(2);
    }
    vm.collector.be_deaf();
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
fn report_references(output: &mut Output) {
    let (references, objects) = edges::totals();
    output.write_error(&format!("[{references} refs, {objects} objects]\n"));
    for (kind, count) in registry::counts() {
        output.write_error(&format!("{count:8} {kind}\n"));
    }
}
