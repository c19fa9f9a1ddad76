//! The programs whose instructions `ci/gate` counts: each operation in a loop whose length is an argument, so
//! that the difference of two lengths leaves the operation alone. One thread, no clock, no randomness of the
//! system's: the same instructions in every run.

use std::cell::RefCell;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Mutex;

use refcycle::Trace;

/// Writes the programs of one flavour.
macro_rules! flavor {
    ($module:ident, $gc:path, $cell:ident, $change:expr, $collect:path, $policy:path) => {
        mod $module {
            use super::*;
            use $gc as Gc;
            use $policy as set_policy;

            #[derive(Trace)]
            struct Two {
                left: $cell<Option<Gc<Two>>>,
                right: $cell<Option<Gc<Two>>>,
            }

            #[derive(Trace)]
            struct Node {
                edges: $cell<Vec<Gc<Node>>>,
            }

            fn two() -> Gc<Two> {
                Gc::new(Two { left: $cell::new(None), right: $cell::new(None) })
            }

            fn node() -> Gc<Node> {
                Gc::new(Node { edges: $cell::new(Vec::new()) })
            }

            fn set(cell: &$cell<Option<Gc<Two>>>, to: Option<Gc<Two>>) {
                let change: fn(&$cell<Option<Gc<Two>>>, Option<Gc<Two>>) -> Option<Gc<Two>> =
                    $change;
                drop(change(cell, to));
            }

            fn rings(objects: usize, length: usize) {
                for _ in 0..objects / length {
                    let first = two();
                    let mut last = first.clone();
                    for _ in 1..length {
                        let next = two();
                        set(&last.left, Some(next.clone()));
                        set(&next.right, Some(last));
                        last = next;
                    }
                    set(&last.left, Some(first));
                }
            }

            /// Objects with two edges each, to places that look random.
            fn graph(size: usize) -> Vec<Gc<Two>> {
                let objects: Vec<_> = (0..size).map(|_| two()).collect();
                for (i, object) in objects.iter().enumerate() {
                    set(&object.left, Some(objects[(i * 7919 + 1) % size].clone()));
                    set(&object.right, Some(objects[(i * 104_729 + 3) % size].clone()));
                }
                objects
            }

            fn collect() {
                black_box($collect().collected);
            }

            pub(super) fn run(program: &str, times: usize) -> bool {
                let leaf = Gc::new(7_u64);
                let live = two();
                match program {
                    "clone-drop-leaf" => {
                        for _ in 0..times {
                            black_box(black_box(&leaf).clone());
                        }
                    }
                    "clone-drop-two" => {
                        for _ in 0..times {
                            black_box(black_box(&live).clone());
                        }
                    }
                    "deref" => {
                        let mut sum = 0;
                        for _ in 0..times {
                            sum += **black_box(&leaf);
                        }
                        black_box(sum);
                    }
                    "new-death-leaf" => {
                        for i in 0..times {
                            black_box(Gc::new(i as u64));
                        }
                    }
                    "new-death-two" => {
                        for _ in 0..times {
                            black_box(two());
                        }
                    }
                    "new-death-node" => {
                        for _ in 0..times {
                            black_box(node());
                        }
                    }
                    "buffer-death" => {
                        for _ in 0..times {
                            let object = two();
                            drop(black_box(object.clone()));
                            black_box(object);
                        }
                    }
                    // A heap that grows, with no candidate in it, and falls as deep as it is large.
                    "list-death" => {
                        let mut head = None;
                        for _ in 0..times {
                            let next = two();
                            set(&next.left, head.take());
                            head = Some(next);
                        }
                        drop(black_box(head));
                    }
                    "downgrade-upgrade" => {
                        let weak = Gc::downgrade(&live);
                        for _ in 0..times {
                            black_box(black_box(&weak).upgrade());
                        }
                    }
                    "ring-2" | "ring-10" => {
                        set_policy(super::off::$module());
                        // A round that the scratch memory grows in comes first, at both lengths.
                        for _ in 0..2 {
                            rings(times, if program == "ring-2" { 2 } else { 10 });
                            collect();
                        }
                    }
                    "abandon-ring-2" => {
                        for _ in 0..times / 2 {
                            rings(2, 2);
                        }
                    }
                    "full" => {
                        set_policy(super::off::$module());
                        let objects = graph(times);
                        for object in &objects {
                            drop(black_box(object.clone()));
                        }
                        collect();
                        std::mem::forget(objects);
                    }
                    "random-garbage" => {
                        set_policy(super::off::$module());
                        drop(graph(times));
                        collect();
                    }
                    "empty" => {}
                    _ => return false,
                }
                let _ = black_box((&node().edges, &live.right));
                true
            }
        }
    };
}

/// The policies that never collect.
mod off {
    pub(super) fn local() -> refcycle::Policy {
        refcycle::Policy::OFF
    }

    pub(super) fn shared() -> refcycle::sync::Policy {
        refcycle::sync::Policy::OFF
    }
}

flavor!(
    local,
    refcycle::Gc,
    RefCell,
    |cell, to| cell.replace(to),
    refcycle::collect,
    refcycle::set_policy
);
flavor!(
    shared,
    refcycle::sync::Gc,
    Mutex,
    |cell, to| std::mem::replace(&mut *cell.lock().expect("no panic under a lock"), to),
    refcycle::sync::collect,
    refcycle::sync::set_policy
);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match &arguments[..] {
        [flavor, program, times] => match (flavor.as_str(), times.parse()) {
            ("local", Ok(times)) => local::run(program, times),
            ("sync", Ok(times)) => shared::run(program, times),
            _ => false,
        },
        _ => false,
    };
    if done {
        ExitCode::SUCCESS
    } else {
        eprintln!("usage: refcycle-gate local|sync PROGRAM TIMES");
        ExitCode::FAILURE
    }
}
