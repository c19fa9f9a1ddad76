//! What holds in both flavours.

macro_rules! both_flavors {
    ($($(#[$meta:meta])* fn $test:ident() $body:block)+) => {
        mod local {
            use super::*;
            use refcycle::{
                Gc, Watch, Weak, collect, collect_young, inspect, inspect::detect, live, on_collect,
                weak::WeakKeyMap,
            };

            nodes!();

            fn snapshot() -> inspect::Snapshot {
                inspect::Snapshot::take()
            }

            $($(#[$meta])*
            #[test]
            fn $test() {
                refcycle_tests::law(|| $body);
            })+
        }

        mod shared {
            use super::*;
            use refcycle::sync::{
                Gc, Weak, Watch, collect, collect_young, inspect, inspect::{detect, snapshot}, live,
                on_collect, weak::WeakKeyMap,
            };

            nodes!();

            $($(#[$meta])*
            #[test]
            fn $test() {
                crate::alone(|| $body);
            })+
        }
    };
}

macro_rules! nodes {
    () => {
        /// A node with a name and edges.
        #[derive(Trace)]
        struct Node {
            name: &'static str,
            children: Mutex<Vec<Gc<Node>>>,
        }

        impl Node {
            fn new(name: &'static str) -> Gc<Node> {
                Gc::new(Node { name, children: Mutex::default() })
            }

            fn link(&self, to: &Gc<Node>) {
                self.children.lock().unwrap().push(to.clone());
            }
        }

        /// A node whose finalizer and whose drop say what is shown meanwhile.
        #[derive(Trace)]
        #[trace(finalize)]
        struct Witness {
            peers: Mutex<Vec<Gc<Witness>>>,
            seen: Seen,
        }

        impl Finalize for Witness {
            fn finalize(&self) {
                self.seen.push(names());
                self.seen.push(objects::<Witness>());
            }
        }

        /// As above, with a drop in place of a finalizer.
        #[derive(Trace)]
        struct Doomed {
            peers: Mutex<Vec<Gc<Doomed>>>,
            seen: Seen,
        }

        thread_local! {
            static KEEPS: Cell<bool> = const { Cell::new(false) };
            static KEPT: RefCell<Vec<Gc<Doomed>>> = const { RefCell::new(Vec::new()) };
        }

        impl Drop for Doomed {
            fn drop(&mut self) {
                if KEEPS.get() {
                    KEPT.with_borrow_mut(|kept| kept.append(&mut self.peers.lock().unwrap()));
                }
                self.seen.push(names());
                self.seen.push(objects::<Doomed>());
            }
        }

        /// The short names of the types of all objects, in the order in which they are shown.
        fn names() -> Vec<String> {
            let mut names = Vec::new();
            inspect::for_each_object(|object| {
                names.push(object.type_name().rsplit("::").next().unwrap().to_owned());
            });
            names
        }

        /// As many "one" as there are objects of a type that can be had.
        fn objects<T: Unpin + 'static>() -> Vec<String> {
            inspect::objects_of::<T>().iter().map(|_| "one".to_owned()).collect()
        }

        fn in_generation(generation: Generation) -> usize {
            let mut count = 0;
            inspect::for_each_object(|object| {
                count += usize::from(object.generation() == generation)
            });
            count
        }

        fn settle() {
            while collect().collected > 0 {}
        }
    };
}

use refcycle::inspect::{Generation, ObjectView};
use refcycle::{Finalize, Trace};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What somebody has seen.
#[derive(Clone, Default, Trace)]
struct Seen(#[trace(skip)] Arc<Mutex<Vec<Vec<String>>>>);

impl Seen {
    fn push(&self, seen: Vec<String>) {
        self.0.lock().unwrap().push(seen);
    }

    fn take(&self) -> Vec<Vec<String>> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

const NOTHING: [Vec<String>; 2] = [Vec::new(), Vec::new()];

both_flavors! {
    fn all_objects_are_shown_in_the_order_of_their_births() {
        let node = Node::new("a");
        let leaf = Gc::new(7_u8);
        let weak = Gc::downgrade(&leaf);
        let more = leaf.clone();
        let text: Gc<str> = Gc::from("text");
        let slice: Gc<[u16]> = Gc::from([1_u16, 2, 3]);
        assert_eq!(names(), ["Node", "u8", "str", "[u16]"]);

        let mut views = Vec::new();
        inspect::for_each_object(|object| views.push(object));
        let addresses: Vec<usize> = views.iter().map(ObjectView::address).collect();
        let expected = [
            Gc::as_ptr(&node).addr(),
            Gc::as_ptr(&leaf).addr(),
            Gc::as_ptr(&text).addr(),
            Gc::as_ptr(&slice).addr(),
        ];
        assert_eq!(addresses, expected);
        assert!(views.is_sorted_by_key(ObjectView::serial));
        assert_eq!((views[1].strong_count(), views[1].weak_count()), (2, 1));
        assert_eq!((views[0].strong_count(), views[0].weak_count()), (1, 0));
        assert_eq!(views[1].size(), 16 + 1);
        assert_eq!(views[3].size(), 24 + 6);
        assert_eq!(views[0].generation(), Generation::Young);
        drop((node, leaf, more, text));
        assert_eq!(names(), ["[u16]"]);
        assert!(weak.upgrade().is_none());
        drop(slice);
        assert!(names().is_empty());
    }

    fn nothing_is_shown_that_has_no_value() {
        let memory = Gc::<u32>::new_uninit();
        let mut full = Gc::<u32>::new_uninit();
        Gc::get_mut(&mut full).unwrap().write(1);
        assert!(names().is_empty());
        // SAFETY: it was just written.
        let full = unsafe { full.assume_init() };
        assert_eq!(names(), ["u32"]);
        let node = Gc::new_cyclic(|me: &Weak<Node>| {
            assert_eq!(names(), ["u32"]);
            assert!(me.upgrade().is_none());
            Node { name: "cyclic", children: Mutex::default() }
        });
        assert_eq!(names(), ["u32", "Node"]);
        drop((memory, full, node));
    }

    fn memory_that_was_shared_when_it_was_filled_stays_hidden() {
        let mut memory = Gc::<u32>::new_uninit();
        Gc::get_mut(&mut memory).unwrap().write(1);
        let other = memory.clone();
        // SAFETY: it was just written.
        let full = unsafe { memory.assume_init() };
        assert!(names().is_empty() && inspect::objects_of::<u32>().is_empty());
        assert!(inspect::referrers(&full).is_empty() && inspect::referents(&full).is_empty());
        drop((full, other));
    }

    fn handles_of_all_objects_of_a_type() {
        let nodes = [Node::new("a"), Node::new("b")];
        let _leaf = Gc::new(1_u8);
        let found = inspect::objects_of::<Node>();
        assert_eq!(found.iter().map(|node| node.name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Gc::strong_count(&nodes[0]), 2);
        drop(found);
        assert_eq!(Gc::strong_count(&nodes[0]), 1);
        assert!(inspect::objects_of::<u16>().is_empty());
        drop(nodes);
        assert!(inspect::objects_of::<Node>().is_empty());
    }

    fn garbage_that_no_collection_has_found_can_be_had_back() {
        let node = Node::new("lost");
        node.link(&node);
        drop(node);
        let found = inspect::objects_of::<Node>();
        assert_eq!(found[0].name, "lost");
        assert_eq!(collect().collected, 0);
        drop(found);
        assert_eq!(collect().collected, 1);
        assert!(names().is_empty());
    }

    fn a_hook_of_a_collection_may_look_at_the_heap() {
        let seen = Seen::default();
        let its = seen.clone();
        let hook = on_collect(move |_| {
            its.push(names());
            assert_eq!(snapshot().nodes().len(), names().len());
        });
        let node = Node::new("garbage");
        node.link(&node);
        drop(node);
        assert_eq!(collect().collected, 1);
        assert_eq!(seen.take(), [vec!["Node".to_owned()], Vec::new()]);
        drop(hook);
    }

    fn what_has_its_last_handle_here_dies_by_it() {
        let seen = Seen::default();
        let doomed = Gc::new(Doomed { peers: Mutex::default(), seen: seen.clone() });
        let owner = Gc::new((doomed, 1_u8));
        let erased = inspect::referents(&owner).pop().unwrap().into_object();
        let copy = erased.clone();
        assert_eq!(erased.view().unwrap().strong_count(), 3);
        drop(owner);
        assert_eq!(erased.view().unwrap().strong_count(), 2);
        drop(erased);
        assert!(seen.take().is_empty());
        drop(copy);
        assert_eq!(seen.take(), NOTHING);
        assert!(names().is_empty() && live().objects == 0);
    }

    fn an_erased_handle_gets_its_type_back() {
        let owner = Gc::new((Node::new("inner"), 1_u8));
        let erased = inspect::referents(&owner).pop().unwrap().into_object();
        assert!(erased.ptr_eq(&owner.0) && !erased.ptr_eq(&owner));
        assert!(erased.is::<Node>() && !erased.is::<u8>());
        let erased = erased.downcast::<u8>().unwrap_err();
        let node = erased.downcast::<Node>().unwrap();
        assert_eq!((node.name, Gc::strong_count(&node)), ("inner", 2));
    }

    fn edges_have_the_names_that_a_reader_would_use() {
        type Map = HashMap<Gc<u8>, Vec<Option<Gc<u16>>>>;

        #[derive(Trace)]
        struct Point(Gc<u32>, [Gc<u64>; 2]);

        #[derive(Trace)]
        struct All {
            map: Mutex<Map>,
            point: Box<Point>,
            pair: Option<(u8, Gc<i8>)>,
        }

        let (a, b) = (Gc::new(1_u8), Gc::new(2_u16));
        let map = [(a, vec![None, Some(b)])].into_iter().collect();
        let point = Box::new(Point(Gc::new(3), [Gc::new(4), Gc::new(5)]));
        let all = Gc::new(All { map: Mutex::new(map), point, pair: Some((1, Gc::new(6))) });
        let paths: Vec<String> = inspect::referents(&all).iter().map(ToString::to_string).collect();
        let expected = [
            ".map[0].key", ".map[0].value[1]", ".point.0", ".point.1[0]", ".point.1[1]", ".pair.1",
        ];
        assert_eq!(paths, expected);

        let snapshot = snapshot();
        let node = snapshot.at_address(Gc::as_ptr(&all).addr()).unwrap();
        let again: Vec<String> = node.edges().map(|edge| edge.path().to_string()).collect();
        assert_eq!(again, expected);
        let bare = Gc::new(all.clone());
        assert_eq!(inspect::referents(&bare)[0].to_string(), "*");
    }

    fn referrers_are_the_owners_of_handles() {
        let [a, b, c] = ["a", "b", "c"].map(Node::new);
        a.link(&c);
        b.link(&a);
        b.link(&c);
        c.link(&c);
        let mut who: Vec<(&str, String)> = inspect::referrers(&c)
            .into_iter()
            .map(|referrer| {
                let path = referrer.to_string();
                (referrer.into_object().downcast::<Node>().unwrap().name, path)
            })
            .collect();
        who.sort();
        let expected = [("a", ".children[0]"), ("b", ".children[1]"), ("c", ".children[0]")];
        assert_eq!(who, expected.map(|(name, path)| (name, path.to_owned())));
        assert!(inspect::referrers(&b).is_empty());
        drop((a, b, c));
        settle();
    }

    fn totals_count_all_handles() {
        let before = inspect::handle_totals();
        let node = Node::new("");
        node.link(&node);
        node.link(&Node::new(""));
        let weak = Gc::downgrade(&node);
        let _watch = Gc::watch(&node, || ());
        let now = inspect::handle_totals();
        let more =
            (now.objects - before.objects, now.strong - before.strong, now.weak - before.weak);
        assert_eq!(more, (2, 3, 2));
        drop((weak, node));
        collect();
        assert_eq!(inspect::handle_totals(), before);
    }

    fn a_tie_leads_from_the_key_and_from_the_map() {
        #[derive(Trace)]
        struct Cache {
            notes: WeakKeyMap<u64, Note>,
            name: &'static str,
        }
        #[derive(Trace)]
        struct Note {
            of: Gc<Cache>,
            about: Gc<u64>,
        }
        let keys = [Gc::new(1_u64), Gc::new(2)];
        let cache = Gc::new(Cache { notes: WeakKeyMap::new(), name: "cache" });
        for key in &keys {
            cache.notes.insert(key, Note { of: cache.clone(), about: key.clone() });
        }
        let note = cache.notes.get(&keys[1]).unwrap();
        assert_eq!((note.of.name, *note.about), ("cache", 2));
        let to: Vec<String> =
            inspect::referents(&cache).iter().map(ToString::to_string).collect();
        assert_eq!(to, [".notes[0]", ".notes[1]"]);
        assert_eq!(inspect::referents(&keys[0]).len(), 1);
        let mut from: Vec<&str> =
            inspect::referrers(&note).iter().map(|referrer| referrer.object().type_name()).collect();
        from.sort_unstable();
        assert!(from[0].ends_with("Cache") && from[1] == "u64" && from.len() == 2);
        // One handle, of both: what remains is held.
        let snapshot = snapshot();
        let at = |address: usize| snapshot.at_address(address).unwrap();
        assert_eq!(at(Gc::as_ptr(&note).addr()).external_count(), 1);
        assert!(detect().is_empty());
        // Without the map, and without a key.
        drop(note);
        assert!(detect().is_empty());
        let weak = Gc::downgrade(&cache);
        drop(cache);
        assert_eq!((detect().len(), detect().groups().len()), (3, 1));
        let cache = weak.upgrade().unwrap();
        let [key, other] = keys;
        drop(key);
        assert_eq!(detect().len(), 2);
        let expected = detect();
        assert_eq!(collect().collected, expected.len());
        drop(cache);
        assert_eq!((detect().len(), collect().collected), (2, 2));
        drop(other);
    }

    fn an_opaque_part_shows_no_edges() {
        let [a, b] = ["a", "b"].map(Node::new);
        a.link(&b);
        let guard = a.children.lock().unwrap();
        assert!(inspect::referents(&a).is_empty());
        assert_eq!(snapshot().at_address(Gc::as_ptr(&b).addr()).unwrap().external_count(), 2);
        drop(guard);
        assert_eq!(inspect::referents(&a).len(), 1);
    }

    fn garbage_is_not_shown_to_its_own_finalizers() {
        let seen = Seen::default();
        let node = |peers| Gc::new(Witness { peers: Mutex::new(peers), seen: seen.clone() });
        let a = node(vec![]);
        let b = node(vec![a.clone()]);
        a.peers.lock().unwrap().push(b);
        drop(a);
        assert_eq!(names().len(), 2);
        assert_eq!(collect().collected, 2);
        assert_eq!(seen.take(), [NOTHING, NOTHING].concat());
    }

    fn a_finalizer_that_a_last_handle_runs_sees_its_object() {
        let seen = Seen::default();
        drop(Gc::new(Witness { peers: Mutex::default(), seen: seen.clone() }));
        assert_eq!(seen.take(), [vec!["Witness".to_owned()], vec!["one".to_owned()]]);
        assert!(names().is_empty());
    }

    fn the_dead_are_not_shown_to_their_drops() {
        let seen = Seen::default();
        let node = |peers| Gc::new(Doomed { peers: Mutex::new(peers), seen: seen.clone() });
        // By their counts, where the first to die still owns the other …
        drop(node(vec![node(vec![])]));
        let other = [vec!["Doomed".to_owned()], vec!["one".to_owned()]];
        assert_eq!(seen.take(), [other, NOTHING].concat());
        // … and in a cycle.
        let a = node(vec![]);
        let b = node(vec![a.clone()]);
        a.peers.lock().unwrap().push(b);
        drop(a);
        assert_eq!(collect().collected, 2);
        assert_eq!(seen.take(), [NOTHING, NOTHING].concat());
    }

    fn a_husk_is_not_shown() {
        let seen = Seen::default();
        let node = |peers| Gc::new(Doomed { peers: Mutex::new(peers), seen: seen.clone() });
        let a = node(vec![]);
        let b = node(vec![a.clone()]);
        a.peers.lock().unwrap().push(b);
        let owner = Gc::new((a.clone(), 0_u8));
        drop((a, owner));
        KEEPS.set(true);
        assert_eq!(collect().collected, 2);
        KEEPS.set(false);
        let husk = KEPT.take().pop().unwrap();
        assert!(Gc::is_dead(&husk));
        assert!(names().is_empty() && objects::<Doomed>().is_empty() && snapshot().is_empty());
        let holder = Gc::new((husk.clone(), 1_u8));
        assert!(inspect::referents(&holder).is_empty() && inspect::referents(&husk).is_empty());
        assert!(inspect::referrers(&husk).len() == 1);
        assert_eq!((snapshot().len(), snapshot().edge_count()), (1, 0));
    }

    fn deaths_that_are_put_off_are_not_shown() {
        let seen = Seen::default();
        let mut list = Gc::new(Doomed { peers: Mutex::default(), seen: seen.clone() });
        for _ in 0..200 {
            list = Gc::new(Doomed { peers: Mutex::new(vec![list]), seen: seen.clone() });
        }
        // So wide that some of the list's nodes wait while others die.
        let wide = (0..100).map(|_| Gc::new(Doomed { peers: Mutex::default(), seen: seen.clone() }));
        list.peers.lock().unwrap().extend(wide);
        drop(list);
        let seen = seen.take();
        assert_eq!(seen.len(), 2 * 301);
        // Each sees those only that still have a handle.
        let alive: Vec<usize> = seen.chunks(2).map(|seen| seen[0].len()).collect();
        assert!(alive.is_sorted_by(|before, after| before >= after), "{alive:?}");
        assert_eq!(alive.last(), Some(&0));
    }

    fn a_value_that_is_lent_mutably_is_neither_looked_into_nor_shared() {
        let leaf = Node::new("leaf");
        let mut owner = Gc::new((leaf.clone(), 0_u8));
        assert_eq!(inspect::objects_of::<(Gc<Node>, u8)>().len(), 1);
        let value = Gc::get_mut(&mut owner).unwrap();
        value.1 = 1;
        assert!(inspect::objects_of::<(Gc<Node>, u8)>().is_empty());
        assert!(inspect::referrers(&leaf).is_empty());
        assert_eq!(snapshot().at_address(Gc::as_ptr(&leaf).addr()).unwrap().external_count(), 2);
        value.1 = 2;
        // Who shows the handle shows that the loan is over.
        assert_eq!(inspect::referents(&owner).len(), 1);
        assert_eq!(inspect::referrers(&leaf).len(), 1);
        assert_eq!(inspect::objects_of::<(Gc<Node>, u8)>()[0].1, 2);
    }

    fn a_copy_that_is_lent_mutably_is_not_shared() {
        let mut owner = Gc::new((Node::new("leaf"), 0_u8));
        let other = owner.clone();
        Gc::make_mut(&mut owner).1 = 1;
        let value = Gc::make_mut(&mut owner);
        let found: Vec<u8> =
            inspect::objects_of::<(Gc<Node>, u8)>().iter().map(|pair| pair.1).collect();
        assert_eq!(found, [0]);
        value.1 = 2;
        drop(other);
        let _weak: Weak<_> = Gc::downgrade(&owner);
        drop(owner);
    }

    fn the_first_copy_is_not_shared_either() {
        let mut owner = Gc::new((Node::new("leaf"), 0_u8));
        let other = owner.clone();
        let value = Gc::make_mut(&mut owner);
        assert_eq!(inspect::objects_of::<(Gc<Node>, u8)>().len(), 1);
        value.1 = 2;
        drop(other);
        assert!(inspect::objects_of::<(Gc<Node>, u8)>().is_empty());
    }

    fn a_value_that_moved_because_of_a_raw_weak_handle_is_shown_once() {
        let mut owner = Gc::new((Node::new("leaf"), 0_u8));
        let raw = Gc::downgrade(&owner).into_raw();
        let value = Gc::make_mut(&mut owner);
        value.1 = 3;
        assert_eq!(names().len(), 2);
        let moved = Gc::new((owner, ()));
        assert_eq!(inspect::objects_of::<(Gc<Node>, u8)>().len(), 1);
        // SAFETY: it comes from `into_raw`.
        assert!(unsafe { Weak::from_raw(raw) }.upgrade().is_none());
        drop(moved);
        assert!(names().is_empty());
    }

    fn a_loan_is_over_when_the_handle_lies_in_another_object() {
        let mut inner = Gc::new((Node::new("leaf"), 0_u8));
        Gc::get_mut(&mut inner).unwrap().1 = 1;
        let mut outer = Gc::new((inner, 0_u8));
        Gc::get_mut(&mut outer).unwrap().1 = 1;
        let leaf = outer.0.0.clone();
        // Nobody knows of `outer`, and so not of `inner`.
        assert!(inspect::referrers(&leaf).is_empty());
        let root = Gc::new((0_u8, outer));
        assert_eq!(inspect::referrers(&leaf).len(), 1);
        assert_eq!(inspect::referents(&root).len(), 1);
        let paths: Vec<_> = snapshot().at_address(Gc::as_ptr(&leaf).addr()).unwrap()
            .path().unwrap().edges().map(|edge| edge.path().to_string()).collect();
        // The variable `leaf` holds it directly.
        assert!(paths.is_empty());
        let address = Gc::as_ptr(&leaf).addr();
        drop(leaf);
        let picture = snapshot();
        let path = picture.at_address(address).unwrap().path().unwrap();
        let paths: Vec<_> = path.edges().map(|edge| edge.path().to_string()).collect();
        assert_eq!(paths, [".1", ".0", ".0"]);
        // Each edge is there once.
        assert_eq!(picture.edge_count(), 3);

        // Also where the owner is the older one.
        let older = Node::new("older");
        let mut younger = Node::new("younger");
        younger.link(&older);
        let _name = Gc::get_mut(&mut younger).unwrap().name;
        older.children.lock().unwrap().push(younger);
        assert_eq!(snapshot().edge_count(), 3 + 2);
        drop((older, root));
        settle();
    }

    fn whoever_is_called_when_weak_handles_are_cut_off_does_not_get_the_object() {
        let seen = Seen::default();
        let node = Node::new("unwrapped");
        let copy = seen.clone();
        let _watch: Watch<Node> = Gc::watch(&node, move || copy.push(objects::<Node>()));
        let Ok(value) = Gc::try_unwrap(node) else { panic!("it is the only handle") };
        assert_eq!((value.name, seen.take()), ("unwrapped", vec![vec![]]));
        assert!(names().is_empty());

        let mut node = Gc::new((Node::new("leaf"), 1_u8));
        let copy = seen.clone();
        let _watch = Gc::watch(&node, move || copy.push(objects::<(Gc<Node>, u8)>()));
        Gc::make_mut(&mut node).1 = 2;
        assert_eq!(seen.take(), [Vec::<String>::new()]);
    }

    fn a_snapshot_counts_what_is_held_from_outside() {
        let [root, child, both] = ["root", "child", "both"].map(Node::new);
        root.link(&child);
        child.link(&both);
        root.link(&both);
        let addresses = [&root, &child, &both].map(|node| Gc::as_ptr(node).addr());
        drop(child);
        let picture = snapshot();
        let external = addresses.map(|a| picture.at_address(a).unwrap().external_count());
        assert_eq!(external, [1, 0, 1]);
        assert_eq!((picture.len(), picture.edge_count()), (3, 3));
        let path = picture.at_address(addresses[1]).unwrap().path().unwrap().to_string();
        assert_eq!(path, "Node (1 external handle)\n  .children[0] -> Node");
        drop((root, both));
        assert_eq!(picture.len(), 3);
        assert!(snapshot().is_empty());
    }

    fn detect_says_what_a_collection_would_free_and_frees_nothing() {
        let kept = Node::new("kept");
        let [a, b, c] = ["a", "b", "c"].map(Node::new);
        a.link(&b);
        b.link(&a);
        a.link(&c);
        a.link(&kept);
        let alone = Node::new("alone");
        alone.link(&alone);
        assert!(detect().is_empty());
        let weak = Gc::downgrade(&a);
        drop((a, b, c, alone));
        for _ in 0..2 {
            let garbage = detect();
            assert_eq!(garbage.len(), 4);
            let sizes: Vec<(usize, usize)> =
                garbage.groups().map(|g| (g.cycle_nodes().len(), g.nodes().len())).collect();
            assert_eq!(sizes, [(2, 3), (1, 1)]);
        }
        let report = inspect::collect_report();
        assert_eq!(report.collected().collected, 4);
        let types = report.freed_by_type();
        assert_eq!((types.len(), types[0].1, report.freed().len()), (1, 4, 2));
        assert!(detect().is_empty() && weak.upgrade().is_none());
        assert_eq!(names(), ["Node"]);
        drop(kept);
    }

    fn a_report_does_not_say_that_what_was_saved_is_freed() {
        #[derive(Trace)]
        #[trace(finalize)]
        struct Saved {
            me: Mutex<Option<Gc<Saved>>>,
            to: Gc<Node2>,
        }

        #[derive(Trace)]
        struct Node2 {
            saved: Mutex<Option<Gc<Saved>>>,
        }

        impl Finalize for Saved {
            fn finalize(&self) {
                *self.to.saved.lock().unwrap() = self.me.lock().unwrap().clone();
            }
        }

        let to = Gc::new(Node2 { saved: Mutex::default() });
        let saved = Gc::new(Saved { me: Mutex::default(), to: to.clone() });
        *saved.me.lock().unwrap() = Some(saved.clone());
        drop(saved);
        let report = inspect::collect_report();
        assert_eq!((report.garbage().len(), report.freed().len()), (1, 0));
        assert_eq!(report.collected().resurrected, 1);
        assert!(inspect::is_finalized(to.saved.lock().unwrap().as_ref().unwrap()));
        drop(to);
        settle();
    }

    fn a_guard_is_content_with_what_a_collection_frees() {
        let before = Node::new("before");
        let guard = inspect::LeakGuard::new();
        let node = Node::new("cycle");
        node.link(&node);
        drop((node, Node::new("counted")));
        guard.check();
        drop(before);
    }

    fn freezing_keeps_collections_away() {
        let [a, b] = ["a", "b"].map(Node::new);
        a.link(&b);
        b.link(&a);
        let leaf = Gc::new(1_u8);
        drop(a.clone());
        inspect::freeze();
        assert_eq!(inspect::generation(&a), Generation::Frozen);
        assert_ne!(inspect::generation(&leaf), Generation::Frozen);
        assert!(!inspect::is_tracked(&a));
        let new = Node::new("new");
        b.link(&new);
        drop((a, b, new));
        let outcome = collect();
        assert_eq!((outcome.collected, outcome.visited <= 1), (0, true), "{outcome:?}");
        assert!(detect().is_empty());
        inspect::unfreeze();
        assert_eq!(detect().len(), 3);
        assert_eq!(collect().collected, 3);
        drop(leaf);
    }

    fn frozen_objects_die_by_their_counts_and_can_be_lent() {
        let mut pair = Gc::new((Node::new("leaf"), 1_u8));
        inspect::freeze();
        inspect::freeze();
        assert_eq!(inspect::generation(&pair.0), Generation::Frozen);
        Gc::get_mut(&mut pair).unwrap().1 = 2;
        drop(pair);
        assert!(names().is_empty());
        inspect::unfreeze();
        inspect::unfreeze();
        assert_eq!(collect().collected, 0);
    }

    fn the_generation_is_old_after_a_collection() {
        let [a, leaf] = [Node::new("a"), Node::new("leaf")];
        a.link(&leaf);
        drop(a.clone());
        assert_eq!(inspect::generation(&a), Generation::Young);
        collect();
        assert_eq!(inspect::generation(&a), Generation::Old);
        assert!(inspect::is_tracked(&a) && !inspect::is_tracked(&Gc::new(1_u8)));
        assert!(!inspect::is_finalized(&a));
    }

    fn garbage_that_was_lent_once_is_detected() {
        let [mut a, mut b] = ["a", "b"].map(Node::new);
        for node in [&mut a, &mut b] {
            Gc::get_mut(node).unwrap().children.get_mut().unwrap().reserve(1);
        }
        a.link(&b);
        b.link(&a);
        drop((a, b));
        assert_eq!((detect().len(), inspect::objects_of::<Node>().len()), (2, 2));
        assert_eq!(collect().collected, 2);
    }

    fn what_was_frozen_and_is_lent_then_is_an_ordinary_object() {
        let mut node = Node::new("a");
        inspect::freeze();
        assert_eq!(inspect::generation(&node), Generation::Frozen);
        Gc::get_mut(&mut node).unwrap().children.get_mut().unwrap().reserve(1);
        assert_ne!(inspect::generation(&node), Generation::Frozen);
        node.link(&node);
        drop(node);
        assert_eq!(collect().collected, 1);
        inspect::unfreeze();
    }

    fn a_candidate_that_was_frozen_becomes_a_key() {
        let map = WeakKeyMap::new();
        let key = Node::new("key");
        drop(key.clone());
        inspect::freeze();
        map.insert(&key, 7);
        assert_eq!(map.get(&key).as_deref(), Some(&7));
        drop(key);
        assert!(map.is_empty());
        collect();
        inspect::unfreeze();
        settle();
    }

    fn b4_an_object_is_in_one_generation() {
        let node = Node::new("loop");
        node.link(&node);
        drop(node.clone());
        assert_eq!(in_generation(Generation::Young), 1);
        assert_eq!(in_generation(Generation::Old), 0);
        for collect in [collect_young, collect, collect_young, collect] {
            collect();
            assert_eq!(in_generation(Generation::Young), 0);
            assert_eq!(in_generation(Generation::Old), 1);
        }
        drop(node);
        settle();
    }

    fn b5_the_generations_together_are_all() {
        let listed = || {
            let each = [Generation::Young, Generation::Old, Generation::Frozen].map(in_generation);
            assert_eq!(each.iter().sum::<usize>(), names().len());
            each
        };
        let frozen = [Node::new("1"), Node::new("2"), Node::new("3")];
        assert_eq!(listed(), [3, 0, 0]);
        inspect::freeze();
        let [old, also_old] = ["4", "5"].map(Node::new);
        let young = Node::new("6");
        drop([old.clone(), also_old.clone()]);
        collect();
        assert_eq!(listed(), [1, 2, 3]);
        inspect::unfreeze();
        assert_eq!(listed(), [1, 5, 0]);
        drop((frozen, old, also_old, young));
        assert_eq!(listed(), [0; 3]);
    }

    /// Leaves are listed as well, unlike in Python's `gc.get_referents` of D1: they are objects here, and
    /// one asks what an object keeps alive. (`edges_have_the_names_…` has one.)
    fn d1_d6_a_child_is_listed_for_each_handle_and_a_referrer_once() {
        let [a, b] = ["a", "b"].map(Node::new);
        a.link(&b);
        a.link(&b);
        let there: Vec<String> = inspect::referents(&a).iter().map(ToString::to_string).collect();
        let back: Vec<String> = inspect::referrers(&b).iter().map(ToString::to_string).collect();
        assert_eq!(there, [".children[0]", ".children[1]"]);
        assert_eq!(back, [".children[0], .children[1]"]);
        assert_eq!(inspect::referrers(&b)[0].paths().len(), 2);
        assert!(inspect::referents(&b).is_empty());
        assert!(inspect::referents(&Gc::new(1_u8)).is_empty());
    }

    fn d2_d3_what_could_hold_an_edge_is_tracked() {
        let [node, leaf] = [Gc::new(Mutex::new(None::<Gc<u8>>)), Gc::new(Mutex::default())];
        assert!(inspect::is_tracked(&node) && inspect::is_tracked(&leaf));
        assert!(!inspect::is_tracked(&Gc::new(vec![1_u8])));
        assert_eq!(names().len(), 2);
    }

    fn e1_nothing_is_frozen_after_unfreeze() {
        let node = Node::new("loop");
        node.link(&node);
        inspect::freeze();
        assert_eq!(in_generation(Generation::Frozen), 1);
        assert_eq!(collect().collected, 0);
        assert_eq!(in_generation(Generation::Frozen), 1);
        inspect::unfreeze();
        assert_eq!(in_generation(Generation::Frozen), 0);
        drop(node);
        settle();
    }

    fn e2_what_garbage_holds_of_frozen_objects_stays() {
        let [x, leaf] = ["x", "leaf"].map(Node::new);
        x.link(&leaf);
        drop(leaf);
        inspect::freeze();
        let y = Node::new("y");
        y.link(&x);
        y.link(&y);
        drop(y);
        assert_eq!(collect().collected, 1);
        inspect::unfreeze();
        assert_eq!(collect().collected, 0);
        assert_eq!(Gc::strong_count(&x), 1);
        assert_eq!(names(), ["Node", "Node"]);
        drop(x);
        assert!(names().is_empty());
    }

    fn a_trace_that_panics_ends_the_look_and_no_more() {
        struct Bad(bool);

        // SAFETY: it reports nothing.
        unsafe impl Trace for Bad {
            type Facts = refcycle::facts::All;

            fn trace(&self, _: &mut refcycle::Tracer) {
                assert!(!self.0, "bad trace");
            }
        }

        let good = Node::new("good");
        let bad = Gc::new((good.clone(), Bad(true)));
        for _ in 0..2 {
            assert_eq!(refcycle_tests::caught(|| drop(snapshot())), "bad trace");
            assert_eq!(refcycle_tests::caught(|| drop(inspect::referrers(&good))), "bad trace");
        }
        assert_eq!(names().len(), 2);
        drop(bad);
        assert_eq!(snapshot().len(), 1);
    }
}
