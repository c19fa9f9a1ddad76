//! The modules `sys`, `gc` and `weakref`: Python's view of refcycle.

use crate::builtins::function;
use crate::edges;
use crate::error::Result;
use crate::function::Builtin;
use crate::map::Map;
use crate::object::{Dict, Instance, Module};
use crate::registry;
use crate::str_methods::method;
use crate::value::Value;
use crate::vm::Vm;
use crate::weak::WEAKREF;
use refcycle::Gc;

/// What `sys.getrefcount` says of values that have no count.
const IMMORTAL: i64 = u32::MAX as i64;

static SYS: &[Builtin] = &[
    function("getrefcount", 1, 1, |_, args| {
        Ok(args.pos[0].references().map_or(Value::Int(IMMORTAL), Value::from))
    }),
    function("exit", 0, 1, |vm, args| {
        let exit = Value::Class(vm.class("SystemExit"));
        let exception = vm.call(&exit, crate::vm::Args::of(args.pos.clone()))?;
        Err(vm.raise(Some(exception), None))
    }),
    function("exc_info", 0, 0, |vm, _| {
        let parts = match vm.handled() {
            Some(Value::Instance(exception)) => vec![
                Value::Class(exception.class()),
                Value::Instance(exception.clone()),
                Vm::exception_state(&exception, |state| state.traceback.clone()),
            ],
            _ => vec![Value::None; 3],
        };
        Ok(Value::tuple(parts))
    }),
    function("getrecursionlimit", 0, 0, |vm, _| Ok(Value::from(vm.recursion_limit.get()))),
    function("setrecursionlimit", 1, 1, |vm, args| {
        match args.pos[0].as_int() {
            // More would not fit on the interpreter's stack.
            Some(limit @ 1..=10_000) => vm.recursion_limit.set(limit as usize),
            _ => return vm.value_error("minipy's recursion limit is between 1 and 10000"),
        }
        Ok(Value::None)
    }),
    function("_getframe", 0, 1, |vm, args| {
        let depth = args.get(0).and_then(Value::as_int).unwrap_or(0);
        match usize::try_from(depth).ok().and_then(|depth| vm.frames_from_top(depth)) {
            Some(frame) => Ok(Value::Frame(frame)),
            None => vm.value_error("call stack is not deep enough"),
        }
    }),
];

static GC: &[Builtin] = &[
    Builtin {
        name: "collect",
        arity: (0, 1),
        is_method: false,
        keywords: &["generation"],
        body: |vm, args| {
            let generation = args.get(0).or_else(|| args.keyword("generation"));
            let done = match generation.map_or(Some(2), Value::as_int) {
                Some(0 | 1) => refcycle::collect_young(),
                Some(2) => refcycle::collect(),
                _ => return vm.value_error("invalid generation"),
            };
            Ok(Value::from(done.collected))
        },
    },
    function("enable", 0, 0, |_, _| Ok(set_automatic(true))),
    function("disable", 0, 0, |_, _| Ok(set_automatic(false))),
    function("isenabled", 0, 0, |_, _| Ok(Value::Bool(refcycle::policy().automatic))),
    function("get_count", 0, 0, |_, _| {
        let stats = refcycle::stats();
        let allocated = usize::try_from(stats.allocated_since_collection).unwrap_or(0);
        let counts = [allocated, stats.young_candidates, stats.old_candidates];
        Ok(Value::tuple(counts.map(Value::from).to_vec()))
    }),
    function("get_objects", 0, 0, |_, _| Ok(Value::list(registry::objects()))),
    function("is_tracked", 1, 1, |_, args| {
        let kind = args.pos[0].kind();
        Ok(Value::Bool(kind.is_some_and(registry::Kind::is_listed)))
    }),
    function("is_finalized", 1, 1, |_, args| {
        Ok(Value::Bool(match &args.pos[0] {
            Value::Instance(instance) => Gc::is_finalized(instance),
            _ => false,
        }))
    }),
    function("get_referents", 0, usize::MAX, |_, args| {
        Ok(Value::list(args.pos.iter().flat_map(edges::referents).collect()))
    }),
    function("get_referrers", 1, 1, |_, args| {
        let refers = |object: &Value| edges::referents(object).iter().any(|it| it.is(&args.pos[0]));
        Ok(Value::list(registry::objects().into_iter().filter(refers).collect()))
    }),
    function("get_threshold", 0, 0, |_, _| {
        let policy = refcycle::policy();
        Ok(Value::tuple([policy.young, policy.full, 0].map(Value::from).to_vec()))
    }),
    function("set_threshold", 1, 3, |vm, args| {
        match args.pos[0].as_int().and_then(|young| usize::try_from(young).ok()) {
            Some(0) => Ok(set_automatic(false)),
            Some(young) => {
                refcycle::set_policy(refcycle::policy().with_young(young));
                Ok(Value::None)
            }
            None => vm.type_error("an integer is required"),
        }
    }),
];

pub(crate) static STREAM_METHODS: &[Builtin] = &[
    method("write", 1, 1, |vm, args| {
        let text = vm.str(&args.pos[1])?;
        let name = vm.get_attribute(&args.pos[0], &vm.names.name)?;
        if name.as_str() == Some("<stderr>") {
            vm.write_error(&text);
        } else {
            vm.write(&text);
        }
        Ok(Value::from(text.chars().count()))
    }),
    method("flush", 0, 0, |vm, _| {
        vm.flush();
        Ok(Value::None)
    }),
];

fn set_automatic(automatic: bool) -> Value {
    let mut policy = refcycle::policy();
    policy.automatic = automatic;
    refcycle::set_policy(policy);
    Value::None
}

/// Makes the modules.
pub(crate) fn install(vm: &Vm) {
    let sys = module(vm, "sys", SYS);
    for name in ["stdout", "stderr"] {
        let stream = Instance::new(vm.class("TextIOWrapper"), None);
        stream.set(&vm.names.name, Value::str(format!("<{name}>")));
        sys.set(&vm.intern(name), Value::Instance(stream));
    }
    sys.set(&vm.intern("maxsize"), Value::Int(i64::MAX));
    sys.set(&vm.intern("argv"), Value::list(Vec::new()));
    let version = [3, 11, 7].map(Value::Int).to_vec();
    sys.set(&vm.intern("version_info"), Value::tuple(version));
    module(vm, "gc", GC);
    let weakref = module(vm, "weakref", WEAKREF);
    weakref.set(&vm.intern("ref"), Value::Class(vm.class("weakref")));
    weakref.set(&vm.intern("ReferenceType"), Value::Class(vm.class("weakref")));
}

fn module(vm: &Vm, name: &str, functions: &'static [Builtin]) -> Gc<Dict> {
    let dict = Dict::new(Map::default());
    for function in functions {
        dict.set(&vm.intern(function.name), Value::Builtin(function));
    }
    dict.set(&vm.names.name, Value::Str(vm.intern(name)));
    let module = Module::new(vm.intern(name), dict.clone());
    vm.modules.borrow_mut().push(module);
    dict
}

impl Vm {
    pub(crate) fn import(&self, name: &str) -> Result<Gc<Module>> {
        let found = self.modules.borrow().iter().find(|it| &*it.name.text == name).cloned();
        let Some(module) = found else {
            let message = format!("No module named '{name}'");
            return Err(self.error("ModuleNotFoundError", message));
        };
        let rest = if name == "weakref" { self.weakref.take() } else { None };
        if let Some(code) = rest {
            self.run_program(&code, &module)?;
        }
        Ok(module)
    }
}
