//! The contenders: one macro writes the object types and the operations for every library whose handle
//! gives a plain reference, and each library adds what is its own.

use crate::contender::{Contender, Slot};

macro_rules! contender {
    (
        $(#[$attribute:meta])*
        $module:ident, $name:ident, $pointer:path, $cell:path, [$($derive:path),*];
        { $($own:tt)* }
        $($more:item)*
    ) => {
        $(#[$attribute])*
        pub(crate) mod $module {
            use super::{Contender, Slot};
            use $cell as Cell;
            use $pointer as Pointer;

            #[derive($($derive),*)]
            pub(crate) struct Node {
                edges: Cell<Vec<Pointer<Node>>>,
            }

            #[derive($($derive),*)]
            pub(crate) struct Two {
                left: Cell<Option<Pointer<Two>>>,
                right: Cell<Option<Pointer<Two>>>,
                value: u64,
            }

            #[derive($($derive),*)]
            pub(crate) struct Tree {
                left: Option<Pointer<Tree>>,
                right: Option<Pointer<Tree>>,
            }

            #[derive($($derive),*)]
            pub(crate) struct List {
                value: u64,
                next: Option<Pointer<List>>,
            }

            $($more)*

            pub(crate) struct $name;

            impl Contender for $name {
                type Leaf = Pointer<u64>;
                type Node = Pointer<Node>;
                type Two = Pointer<Two>;
                type Tree = Pointer<Tree>;
                type List = Pointer<List>;

                $($own)*

                #[inline]
                fn leaf(value: u64) -> Self::Leaf {
                    Pointer::new(value)
                }
                #[inline]
                fn read(leaf: &Self::Leaf) -> u64 {
                    **leaf
                }
                #[inline]
                fn node() -> Self::Node {
                    Pointer::new(Node { edges: Cell::make(Vec::new()) })
                }
                #[inline]
                fn push(from: &Self::Node, to: Self::Node) {
                    from.edges.change(|edges| edges.push(to));
                }
                #[inline]
                fn two(value: u64) -> Self::Two {
                    Pointer::new(Two { left: Cell::make(None), right: Cell::make(None), value })
                }
                #[inline]
                fn value(two: &Self::Two) -> u64 {
                    two.value
                }
                #[inline]
                fn left(two: &Self::Two) -> Option<Self::Two> {
                    two.left.see(Clone::clone)
                }
                #[inline]
                fn set_left(two: &Self::Two, to: Option<Self::Two>) {
                    drop(two.left.change(|edge| std::mem::replace(edge, to)));
                }
                #[inline]
                fn take_left(two: &Self::Two) -> Option<Self::Two> {
                    two.left.change(Option::take)
                }
                #[inline]
                fn right(two: &Self::Two) -> Option<Self::Two> {
                    two.right.see(Clone::clone)
                }
                #[inline]
                fn set_right(two: &Self::Two, to: Option<Self::Two>) {
                    drop(two.right.change(|edge| std::mem::replace(edge, to)));
                }
                #[inline]
                fn tree(children: Option<(Self::Tree, Self::Tree)>) -> Self::Tree {
                    let (left, right) = children.unzip();
                    Pointer::new(Tree { left, right })
                }
                fn has_children(tree: &Self::Tree) -> bool {
                    tree.left.is_some() && tree.right.is_some()
                }
                #[inline]
                fn cons(value: u64, next: Option<Self::List>) -> Self::List {
                    Pointer::new(List { value, next })
                }
                #[inline]
                fn head(list: &Self::List) -> u64 {
                    list.value
                }
                #[inline]
                fn tail(list: &Self::List) -> Option<Self::List> {
                    list.next.clone()
                }
                #[inline]
                fn sum(list: &Self::List) -> Option<u64> {
                    let mut node: &List = list;
                    let mut sum = node.value;
                    while let Some(next) = &node.next {
                        node = next;
                        sum += node.value;
                    }
                    Some(sum)
                }
            }
        }
    };
}

/// How a list of `Rc`s is dropped by somebody who has met the stack overflow.
macro_rules! unlink_by_hand {
    () => {
        fn unlink(mut list: Self::List) {
            while let Ok(mut node) = Pointer::try_unwrap(list) {
                match node.next.take() {
                    Some(next) => list = next,
                    None => return,
                }
            }
        }
    };
}

/// `Trace` written out, for libraries without a derive, and for gcmodule and its fork: their derive asks a type
/// that leads to itself whether it is tracked until the stack overflows.
macro_rules! traces_by_hand {
    () => {
        impl Trace for Node {
            fn trace(&self, tracer: &mut Tracer) {
                self.edges.trace(tracer);
            }
        }

        impl Trace for Two {
            fn trace(&self, tracer: &mut Tracer) {
                self.left.trace(tracer);
                self.right.trace(tracer);
            }
        }

        impl Trace for Tree {
            fn trace(&self, tracer: &mut Tracer) {
                self.left.trace(tracer);
                self.right.trace(tracer);
            }
        }

        impl Trace for List {
            fn trace(&self, tracer: &mut Tracer) {
                self.next.trace(tracer);
            }
        }
    };
}

contender! { std_rc, StdRc, std::rc::Rc, std::cell::RefCell, [];
    {
        const BY_HAND: bool = true;
        unlink_by_hand!();
    }
}

contender! { std_arc, StdArc, std::sync::Arc, std::sync::Mutex, [];
    {
        const BY_HAND: bool = true;
        unlink_by_hand!();
    }
}

contender! { triomphe_arc, Triomphe, triomphe::Arc, std::sync::Mutex, [];
    {
        const BY_HAND: bool = true;
        unlink_by_hand!();
    }
}

contender! { refcycle_local, Refcycle, refcycle::Gc, std::cell::RefCell, [refcycle::Trace];
    {
        fn collect() {
            std::hint::black_box(refcycle::collect().collected);
        }
        fn automatic(on: bool) {
            refcycle::set_policy(if on { refcycle::Policy::default() } else { refcycle::Policy::OFF });
        }
        fn visited() -> Option<u64> {
            Some(refcycle::stats().visited)
        }
    }
}

contender! { refcycle_sync, RefcycleSync, refcycle::sync::Gc, std::sync::Mutex, [refcycle::Trace];
    {
        fn collect() {
            std::hint::black_box(refcycle::sync::collect().collected);
        }
        fn automatic(on: bool) {
            use refcycle::sync::{Policy, set_policy};
            set_policy(if on { Policy::default() } else { Policy::OFF });
        }
        fn background() -> Option<Box<dyn std::any::Any>> {
            Some(Box::new(refcycle::sync::spawn_collector(refcycle::sync::Policy::default())))
        }
        fn visited() -> Option<u64> {
            Some(refcycle::sync::stats().visited)
        }
    }
}

/// What dumpster's derive writes for the four types; inside a macro the derive itself does not compile.
macro_rules! dumpster_traces {
    ($($object:ident { $($edge:ident),* })*) => {
        $(
            // SAFETY: all fields that own handles are visited, in order.
            unsafe impl<V: dumpster::Visitor> dumpster::TraceWith<V> for $object {
                #[inline]
                fn accept(&self, visitor: &mut V) -> Result<(), ()> {
                    $(self.$edge.accept(visitor)?;)*
                    Ok(())
                }
            }
        )*
    };
}

contender! { dumpster_unsync, Dumpster, dumpster::unsync::Gc, std::cell::RefCell, [];
    {
        fn collect() {
            dumpster::unsync::collect();
        }
        fn automatic(on: bool) {
            use dumpster::unsync::{default_collect_condition, set_collect_condition};
            set_collect_condition(if on { default_collect_condition } else { |_| false });
        }
    }
    dumpster_traces! { Node { edges } Two { left, right } Tree { left, right } List { next } }
}

contender! { dumpster_sync, DumpsterSync, dumpster::sync::Gc, std::sync::Mutex, [];
    {
        fn collect() {
            dumpster::sync::collect();
        }
        fn automatic(on: bool) {
            use dumpster::sync::{default_collect_condition, set_collect_condition};
            set_collect_condition(if on { default_collect_condition } else { |_| false });
        }
    }
    dumpster_traces! { Node { edges } Two { left, right } Tree { left, right } List { next } }
}

contender! { rust_cc_local, RustCc, rust_cc::Cc, std::cell::RefCell, [rust_cc::Trace, rust_cc::Finalize];
    {
        fn collect() {
            rust_cc::collect_cycles();
        }
        fn automatic(on: bool) {
            rust_cc::config::config(|config| config.set_auto_collect(on)).expect("not in a collection");
        }
    }
}

contender! { gcmodule_local, Gcmodule, gcmodule::Cc, std::cell::RefCell, [];
    {
        const MANUAL: bool = true;
        fn collect() {
            std::hint::black_box(gcmodule::collect_thread_cycles());
        }
    }
    use gcmodule::{Trace, Tracer};
    traces_by_hand!();
}

contender! { jrsonnet, Jrsonnet, jrsonnet_gcmodule::Cc, std::cell::RefCell, [];
    {
        const MANUAL: bool = true;
        fn collect() {
            std::hint::black_box(jrsonnet_gcmodule::collect_thread_cycles());
        }
    }
    use jrsonnet_gcmodule::{Trace, Tracer};
    traces_by_hand!();
}

contender! { bacon_rajan, BaconRajan, bacon_rajan_cc::Cc, std::cell::RefCell, [];
    {
        const MANUAL: bool = true;
        fn collect() {
            bacon_rajan_cc::collect_cycles();
        }
    }
    use bacon_rajan_cc::{Trace, Tracer};

traces_by_hand!();
}

contender! {
    #[expect(non_local_definitions, reason = "the derive of this library is from before the lint")]
    rust_gc, RustGc, gc::Gc, gc::GcCell, [gc::Trace, gc::Finalize];
    {
        fn collect() {
            gc::force_collect();
        }
    }
}

contender! { boa, Boa, boa_gc::Gc, boa_gc::GcRefCell, [boa_gc::Trace, boa_gc::Finalize];
    {
        fn collect() {
            boa_gc::force_collect();
        }
    }
}

pub(crate) mod gcmodule_threaded {
    //! gcmodule's threaded flavour: objects are made in a space, and a handle must be borrowed.

    use std::sync::{LazyLock, Mutex};

    use gcmodule::{ThreadedCc, ThreadedObjectSpace, Trace, Tracer};

    use super::{Contender, Slot};

    pub(crate) struct Node {
        edges: Mutex<Vec<ThreadedCc<Node>>>,
    }

    pub(crate) struct Two {
        left: Mutex<Option<ThreadedCc<Two>>>,
        right: Mutex<Option<ThreadedCc<Two>>>,
        value: u64,
    }

    pub(crate) struct Tree {
        left: Option<ThreadedCc<Tree>>,
        right: Option<ThreadedCc<Tree>>,
    }

    pub(crate) struct List {
        value: u64,
        next: Option<ThreadedCc<List>>,
    }

    traces_by_hand!();

    /// All objects of a process are in one space: edges into another would leak.
    static SPACE: LazyLock<ThreadedObjectSpace> = LazyLock::new(ThreadedObjectSpace::default);

    pub(crate) struct GcmoduleThreaded;

    impl Contender for GcmoduleThreaded {
        type Leaf = ThreadedCc<u64>;
        type Node = ThreadedCc<Node>;
        type Two = ThreadedCc<Two>;
        type Tree = ThreadedCc<Tree>;
        type List = ThreadedCc<List>;

        const MANUAL: bool = true;

        #[inline]
        fn leaf(value: u64) -> Self::Leaf {
            SPACE.create(value)
        }
        #[inline]
        fn read(leaf: &Self::Leaf) -> u64 {
            *leaf.borrow()
        }
        #[inline]
        fn node() -> Self::Node {
            SPACE.create(Node { edges: Mutex::make(Vec::new()) })
        }
        #[inline]
        fn push(from: &Self::Node, to: Self::Node) {
            from.borrow().edges.change(|edges| edges.push(to));
        }
        #[inline]
        fn two(value: u64) -> Self::Two {
            SPACE.create(Two { left: Mutex::make(None), right: Mutex::make(None), value })
        }
        #[inline]
        fn value(two: &Self::Two) -> u64 {
            two.borrow().value
        }
        #[inline]
        fn left(two: &Self::Two) -> Option<Self::Two> {
            two.borrow().left.see(Clone::clone)
        }
        #[inline]
        fn set_left(two: &Self::Two, to: Option<Self::Two>) {
            let old = two.borrow().left.change(|edge| std::mem::replace(edge, to));
            drop(old);
        }
        #[inline]
        fn take_left(two: &Self::Two) -> Option<Self::Two> {
            two.borrow().left.change(Option::take)
        }
        #[inline]
        fn right(two: &Self::Two) -> Option<Self::Two> {
            two.borrow().right.see(Clone::clone)
        }
        #[inline]
        fn set_right(two: &Self::Two, to: Option<Self::Two>) {
            let old = two.borrow().right.change(|edge| std::mem::replace(edge, to));
            drop(old);
        }
        #[inline]
        fn tree(children: Option<(Self::Tree, Self::Tree)>) -> Self::Tree {
            let (left, right) = children.unzip();
            SPACE.create(Tree { left, right })
        }
        fn has_children(tree: &Self::Tree) -> bool {
            let tree = tree.borrow();
            tree.left.is_some() && tree.right.is_some()
        }
        #[inline]
        fn cons(value: u64, next: Option<Self::List>) -> Self::List {
            SPACE.create(List { value, next })
        }
        #[inline]
        fn head(list: &Self::List) -> u64 {
            list.borrow().value
        }
        #[inline]
        fn tail(list: &Self::List) -> Option<Self::List> {
            list.borrow().next.clone()
        }
        fn sum(_list: &Self::List) -> Option<u64> {
            None
        }
        fn collect() {
            std::hint::black_box(SPACE.collect_cycles());
        }
    }
}
