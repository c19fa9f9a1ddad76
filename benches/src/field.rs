//! Who takes part, and how each of them is run.

use crate::contenders as of;
use crate::measure::Outcome;
use crate::workloads::{run, run_shared};
use crate::{arena, reference};

/// How a contender is run.
#[derive(Clone, Copy)]
pub(crate) enum Runs {
    /// In a process of this program.
    Here(fn(&str, usize) -> Option<Outcome>),
    /// By a script, where an interpreter or compiler is installed.
    Python,
    Nim,
}

/// The tables that a contender appears in.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Those of one thread.
    Local,
    /// Those of threads.
    Shared,
    /// A limit, written by hand: shown where a row is measured against it.
    Limit,
}

/// One contender.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// The package whose version the report shows.
    pub(crate) package: &'static str,
    pub(crate) kind: Kind,
    pub(crate) runs: Runs,
}

const fn local(
    name: &'static str,
    package: &'static str,
    runs: fn(&str, usize) -> Option<Outcome>,
) -> Contender {
    Contender { name, package, kind: Kind::Local, runs: Runs::Here(runs) }
}

const fn shared(
    name: &'static str,
    package: &'static str,
    runs: fn(&str, usize) -> Option<Outcome>,
) -> Contender {
    Contender { name, package, kind: Kind::Shared, runs: Runs::Here(runs) }
}

const fn limit(name: &'static str, runs: fn(&str, usize) -> Option<Outcome>) -> Contender {
    Contender { name, package: "", kind: Kind::Limit, runs: Runs::Here(runs) }
}

/// All contenders, in the order of the tables' columns.
pub(crate) const FIELD: &[Contender] = &[
    local("refcycle", "refcycle", run::<of::refcycle_local::Refcycle>),
    local("Rc", "", run::<of::std_rc::StdRc>),
    local("dumpster", "dumpster", run::<of::dumpster_unsync::Dumpster>),
    local("rust-cc", "rust-cc", run::<of::rust_cc_local::RustCc>),
    local("gcmodule", "gcmodule", run::<of::gcmodule_local::Gcmodule>),
    local("jrsonnet-gcmodule", "jrsonnet-gcmodule", run::<of::jrsonnet::Jrsonnet>),
    local("bacon_rajan_cc", "bacon_rajan_cc", run::<of::bacon_rajan::BaconRajan>),
    local("gc", "gc", run::<of::rust_gc::RustGc>),
    local("boa_gc", "boa_gc", run::<of::boa::Boa>),
    local("gc-arena", "gc-arena", arena::run),
    Contender { name: "CPython", package: "", kind: Kind::Local, runs: Runs::Python },
    Contender { name: "Nim ORC", package: "", kind: Kind::Local, runs: Runs::Nim },
    limit("trial", reference::run_trial),
    limit("DFS", reference::run_dfs),
    limit("DFS-pf", reference::run_dfs_prefetching),
    shared("refcycle::sync", "refcycle", run_shared::<of::refcycle_sync::RefcycleSync>),
    shared("Arc", "", run_shared::<of::std_arc::StdArc>),
    shared("triomphe", "triomphe", run_shared::<of::triomphe_arc::Triomphe>),
    shared("dumpster::sync", "dumpster", run_shared::<of::dumpster_sync::DumpsterSync>),
    shared(
        "gcmodule (threaded)",
        "gcmodule",
        run_shared::<of::gcmodule_threaded::GcmoduleThreaded>,
    ),
];

/// The contender of this name.
pub(crate) fn find(name: &str) -> Option<&'static Contender> {
    FIELD.iter().find(|contender| contender.name == name)
}
