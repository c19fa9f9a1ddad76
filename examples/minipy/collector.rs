//! The module `gc`: Python's view of the collector. What it says of objects is in [`heap`](crate::heap).

use crate::builtins::{function, with_keywords};
use crate::error::Result;
use crate::function::Builtin;
use crate::map::Map;
use crate::object::{Dict, List};
use crate::value::Value;
use crate::vm::{Args, Vm};
use crate::{frozen, heap};
use refcycle::{CollectEvent, CollectHook, CollectPhase, CollectScope, Gc, on_collect};
use std::cell::{Cell, RefCell};

/// Python has three generations. The library has two: its young collections are Python's of generation 0 and
/// 1, its full ones those of generation 2.
pub(crate) const GENERATIONS: usize = 3;
const OLDEST: usize = GENERATIONS - 1;

/// What `gc` remembers.
pub(crate) struct Collector {
    /// `gc.isenabled()`. With a threshold of 0 no collection starts by itself all the same.
    is_enabled: Cell<bool>,
    /// What makes the interpreter hear of its collections.
    hook: RefCell<Option<CollectHook>>,
    /// Of which generation the next young collection is.
    next: Cell<usize>,
    /// Of which generation the young collection is that runs.
    running: Cell<usize>,
    thresholds: Cell<[usize; GENERATIONS]>,
    tallies: [Tally; GENERATIONS],
    /// `gc.callbacks`.
    callbacks: Gc<List>,
}

/// The collections of one generation.
#[derive(Default)]
struct Tally {
    collections: Cell<u64>,
    collected: Cell<u64>,
    /// Collections of the generation below since the last one of this or of an older one.
    younger: Cell<u64>,
}

impl Collector {
    pub(crate) fn new() -> Collector {
        let policy = refcycle::policy();
        let ratio = policy.full / policy.young.max(1);
        Collector {
            is_enabled: Cell::new(policy.automatic),
            hook: RefCell::default(),
            next: Cell::new(0),
            running: Cell::new(0),
            thresholds: Cell::new([policy.young, ratio, ratio]),
            tallies: Default::default(),
            callbacks: List::new(Vec::new()),
        }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.is_enabled.get()
    }

    fn set_enabled(&self, is_enabled: bool) -> Value {
        self.is_enabled.set(is_enabled);
        self.apply();
        Value::None
    }

    /// Makes the library's policy what Python was told. After as many young collections as the second
    /// threshold says there is a full one; there is no third generation for the third.
    fn apply(&self) {
        let [young, ratio, _] = self.thresholds.get();
        let mut policy = refcycle::policy();
        policy.automatic = self.is_enabled.get() && young > 0;
        if young > 0 {
            policy = policy.with_young(young).with_full(young.saturating_mul(ratio.max(1)));
        }
        refcycle::set_policy(policy);
    }

    /// From now on the thread's interpreter hears of collections, also of those that start by themselves.
    pub(crate) fn listen(&self) {
        let hook = on_collect(|event| {
            if let Some(vm) = Vm::current() {
                vm.hear(event);
            }
        });
        self.hook.replace(Some(hook));
    }

    /// As CPython's at exit, the collections that follow tell nobody.
    pub(crate) fn be_deaf(&self) {
        self.hook.take();
    }

    /// A collection has ended.
    fn note(&self, generation: usize, collected: usize) {
        let tally = &self.tallies[generation];
        tally.collections.update(|count| count + 1);
        tally.collected.update(|count| count + collected as u64);
        for tally in &self.tallies[..=generation] {
            tally.younger.set(0);
        }
        if let Some(next) = self.tallies.get(generation + 1) {
            next.younger.update(|count| count + 1);
        }
    }
}

impl Vm {
    /// `gc.collect(generation)`. In a collection the library refuses another one, and nobody hears of it.
    pub(crate) fn collect_garbage(&self, generation: usize) -> usize {
        self.collector.next.set(generation);
        let done = match generation {
            OLDEST => refcycle::collect(),
            _ => refcycle::collect_young(),
        };
        self.collector.next.set(0);
        done.collected
    }

    /// A collection begins or has ended.
    fn hear(&self, event: &CollectEvent) {
        let collector = &self.collector;
        let collected = event.outcome.collected;
        match (event.phase, event.scope) {
            (CollectPhase::Start, CollectScope::Young) => {
                collector.running.set(collector.next.get());
                self.call_callbacks("start", collector.running.get(), 0);
            }
            (CollectPhase::Start, CollectScope::Full) => self.call_callbacks("start", OLDEST, 0),
            (CollectPhase::Stop, scope) => {
                let generation = match scope {
                    CollectScope::Young => collector.running.get(),
                    CollectScope::Full => OLDEST,
                };
                if event.is_complete {
                    collector.note(generation, collected);
                }
                self.call_callbacks("stop", generation, collected);
            }
        }
    }

    /// Tells the functions in `gc.callbacks` of a collection.
    fn call_callbacks(&self, phase: &str, generation: usize, collected: usize) {
        let callbacks = &self.collector.callbacks;
        if callbacks.items.borrow().is_empty() {
            return;
        }
        let entries = [("generation", generation), ("collected", collected), ("uncollectable", 0)];
        let info = self.named(&entries.map(|(name, number)| (name, Value::from(number))));
        let mut at = 0;
        loop {
            // A callback may change the list.
            let Some(callback) = callbacks.items.borrow().iter().nth(at).cloned() else { return };
            let args = Args::of(vec![self.intern(phase).into(), info.clone()]);
            if let Err(raised) = self.call(&callback, args) {
                self.ignore(&raised, &callback);
            }
            at += 1;
        }
    }

    /// A dict with these entries.
    fn named(&self, entries: &[(&str, Value)]) -> Value {
        let dict = Dict::new(Map::default());
        for (name, value) in entries {
            dict.set(&self.intern(name), value.clone());
        }
        Value::Dict(dict)
    }
}

/// An argument that is a number.
fn number(vm: &Vm, value: &Value) -> Result<i64> {
    let Some(number) = value.as_int() else {
        let name = vm.type_name(value);
        return vm.type_error(format!("'{name}' object cannot be interpreted as an integer"));
    };
    Ok(number)
}

static GC: &[Builtin] = &[
    with_keywords("collect", 0, 1, &["generation"], |vm, args| {
        let generation = match args.get(0).or_else(|| args.keyword("generation")) {
            Some(value) => number(vm, value)?,
            None => OLDEST as i64,
        };
        match usize::try_from(generation) {
            Ok(generation @ ..GENERATIONS) => Ok(Value::from(vm.collect_garbage(generation))),
            _ => vm.value_error("invalid generation"),
        }
    }),
    function("enable", 0, 0, |vm, _| Ok(vm.collector.set_enabled(true))),
    function("disable", 0, 0, |vm, _| Ok(vm.collector.set_enabled(false))),
    function("isenabled", 0, 0, |vm, _| Ok(Value::Bool(vm.collector.is_enabled()))),
    function("get_count", 0, 0, |vm, _| {
        let made = refcycle::stats().allocated_since_collection;
        let [_, middle, old] = &vm.collector.tallies;
        let counts = [middle.younger.get(), old.younger.get()].map(|count| count as usize);
        let counts = [usize::try_from(made).unwrap_or(0), counts[0], counts[1]];
        Ok(Value::tuple(counts.map(Value::from).to_vec()))
    }),
    function("get_stats", 0, 0, |vm, _| {
        let stats = vm.collector.tallies.each_ref().map(|tally| {
            vm.named(&[
                ("collections", Value::from(tally.collections.get() as usize)),
                ("collected", Value::from(tally.collected.get() as usize)),
                ("uncollectable", Value::Int(0)),
            ])
        });
        Ok(Value::list(stats.to_vec()))
    }),
    function("get_threshold", 0, 0, |vm, _| {
        Ok(Value::tuple(vm.collector.thresholds.get().map(Value::from).to_vec()))
    }),
    function("set_threshold", 1, GENERATIONS, |vm, args| {
        let mut thresholds = vm.collector.thresholds.get();
        for (threshold, value) in thresholds.iter_mut().zip(&args.pos) {
            let Ok(number) = usize::try_from(number(vm, value)?) else {
                return vm.value_error("minipy's thresholds are not negative");
            };
            *threshold = number;
        }
        vm.collector.thresholds.set(thresholds);
        vm.collector.apply();
        Ok(Value::None)
    }),
];

/// Makes the module.
pub(crate) fn install(vm: &Vm) {
    let module = vm.define_module("gc", &[GC, heap::FUNCTIONS, frozen::FUNCTIONS]);
    module.set(&vm.intern("callbacks"), Value::List(vm.collector.callbacks.clone()));
    // Nothing is uncollectable.
    module.set(&vm.intern("garbage"), Value::list(Vec::new()));
}
