//! Random programs of weak-key maps, against what can be reached, computed by hand.

use super::flavor::{full, law};
use super::{Anything, Gc, Policy, Weak, WeakKeyMap, set_policy, unsize_any};
use crate::support::{Probe, alive, lock};
use refcycle::Trace;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// Objects of all kinds that there are as keys.
#[derive(Clone, Trace)]
enum Thing {
    Node(Gc<Node>),
    Frozen(Gc<Frozen>),
    Text(Gc<String>),
    Number(Gc<u64>),
    Holder(Gc<Holder>),
}

/// An object with a map.
#[derive(Trace)]
struct Holder(
    WeakKeyMap<Anything, Value>,
    #[expect(dead_code, reason = "counts drops")]
    #[trace(skip)]
    Probe,
);

#[derive(Trace)]
struct Node(
    Mutex<Vec<Thing>>,
    #[expect(dead_code, reason = "counts drops")]
    #[trace(skip)]
    Probe,
);

/// Immutable.
#[derive(Trace)]
struct Frozen(
    Vec<Thing>,
    #[expect(dead_code, reason = "counts drops")]
    #[trace(skip)]
    Probe,
);

#[derive(Trace)]
struct Value(
    u64,
    Vec<Thing>,
    #[expect(dead_code, reason = "counts drops")]
    #[trace(skip)]
    Probe,
);

impl Thing {
    fn any(&self) -> Gc<Anything> {
        match self {
            Thing::Node(node) => unsize_any(node.clone()),
            Thing::Frozen(frozen) => unsize_any(frozen.clone()),
            Thing::Text(text) => unsize_any(text.clone()),
            Thing::Number(number) => unsize_any(number.clone()),
            Thing::Holder(holder) => unsize_any(holder.clone()),
        }
    }
}

/// What is known of an object.
struct Known {
    held: Option<Thing>,
    weak: Weak<Anything>,
    edges: Vec<usize>,
}

/// What is known of a value.
struct KnownValue {
    id: u64,
    weak: Weak<Value>,
    edges: Vec<usize>,
}

#[derive(Default)]
struct World {
    things: Vec<Known>,
    /// By the holder of the map and the key.
    entries: BTreeMap<(usize, usize), KnownValue>,
    state: u64,
}

impl World {
    fn random(&mut self, below: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % below
    }

    fn held(&self) -> Vec<usize> {
        (0..self.things.len()).filter(|&i| self.things[i].held.is_some()).collect()
    }

    fn pick(&mut self) -> Option<usize> {
        let held = self.held();
        (!held.is_empty()).then(|| held[self.random(held.len())])
    }

    /// Up to three objects that are held.
    fn pick_some(&mut self) -> Vec<usize> {
        (0..self.random(4)).filter_map(|_| self.pick()).collect()
    }

    fn handles(&self, of: &[usize]) -> Vec<Thing> {
        of.iter().filter_map(|&i| self.things[i].held.clone()).collect()
    }

    /// A holder that is held.
    fn pick_map(&mut self) -> Option<(usize, Gc<Holder>)> {
        let holders: Vec<_> = (0..self.things.len())
            .filter_map(|i| match &self.things[i].held {
                Some(Thing::Holder(holder)) => Some((i, holder.clone())),
                _ => None,
            })
            .collect();
        (!holders.is_empty()).then(|| holders[self.random(holders.len())].clone())
    }

    /// The objects that can be reached: a value, when both its map and its key can.
    fn reachable(&self) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut next = self.held();
        loop {
            while let Some(i) = next.pop() {
                if seen.insert(i) {
                    next.extend(&self.things[i].edges);
                }
            }
            let both = |(map, key): &(usize, usize)| seen.contains(map) && seen.contains(key);
            let values = self.entries.iter().filter(|(of, _)| both(of));
            next.extend(
                values.flat_map(|(_, value)| &value.edges).filter(|&edge| !seen.contains(edge)),
            );
            if next.is_empty() {
                return seen;
            }
        }
    }

    fn step(&mut self) {
        match self.random(16) {
            0..=3 => {
                let edges = self.pick_some();
                let handles = self.handles(&edges);
                let (thing, edges) = match self.random(7) {
                    0 | 1 => {
                        (Thing::Node(Gc::new(Node(Mutex::new(handles), Probe::new("")))), edges)
                    }
                    2 => (Thing::Frozen(Gc::new(Frozen(handles, Probe::new("")))), edges),
                    3 => (Thing::Text(Gc::new(String::from("text"))), vec![]),
                    4 | 5 => {
                        let holder = Holder(WeakKeyMap::new(), Probe::new(""));
                        (Thing::Holder(Gc::new(holder)), vec![])
                    }
                    _ => (Thing::Number(Gc::new(7)), vec![]),
                };
                let weak = Gc::downgrade(&thing.any());
                self.things.push(Known { held: Some(thing), weak, edges });
            }
            4 | 5 => {
                let (Some(from), Some(to)) = (self.pick(), self.pick()) else { return };
                if let (Some(Thing::Node(node)), Some(to_thing)) =
                    (self.things[from].held.clone(), self.things[to].held.clone())
                {
                    lock(&node.0).push(to_thing);
                    self.things[from].edges.push(to);
                }
            }
            6 => {
                let Some(i) = self.pick() else { return };
                if let Some(Thing::Node(node)) = self.things[i].held.clone() {
                    let edges = std::mem::take(&mut *lock(&node.0));
                    drop(edges);
                    self.things[i].edges.clear();
                }
            }
            7..=9 => {
                let (Some(key), Some((map, holder))) = (self.pick(), self.pick_map()) else {
                    return;
                };
                let mut edges = self.pick_some();
                if self.random(3) == 0 {
                    edges.push(map);
                }
                let handles = self.handles(&edges);
                let id = self.state;
                let any = self.things[key].held.as_ref().unwrap().any();
                let old = holder.0.insert(&any, Value(id, handles, Probe::new("")));
                let weak = Gc::downgrade(&holder.0.get(&any).unwrap());
                let before = self.entries.insert((map, key), KnownValue { id, weak, edges });
                assert_eq!(old.map(|old| old.0), before.map(|before| before.id));
            }
            10 => {
                let (Some(key), Some((map, holder))) = (self.pick(), self.pick_map()) else {
                    return;
                };
                let any = self.things[key].held.as_ref().unwrap().any();
                let old = holder.0.remove(&any);
                assert_eq!(
                    old.map(|old| old.0),
                    self.entries.remove(&(map, key)).map(|before| before.id)
                );
            }
            11 => {
                if self.random(8) == 0
                    && let Some((map, holder)) = self.pick_map()
                {
                    holder.0.clear();
                    self.entries.retain(|(of, _), _| *of != map);
                }
            }
            12..=14 => {
                if let Some(i) = self.pick() {
                    self.things[i].held = None;
                }
            }
            _ => {
                let eager = Policy::default().with_young(3).with_full(2).with_growth(0.5);
                let step = 1 + self.random(8);
                let settings = [Policy::OFF, eager, eager.with_step(step), eager.with_step(step)];
                set_policy(settings[self.random(4)]);
            }
        }
    }

    /// What can be reached is alive; `exactly`: and nothing else.
    fn check(&self, exactly: bool) {
        let reachable = self.reachable();
        for (i, thing) in self.things.iter().enumerate() {
            let is_alive = thing.weak.strong_count() > 0;
            assert!(is_alive || !reachable.contains(&i), "object {i} is dead");
            assert!(!exactly || is_alive == reachable.contains(&i), "object {i} is left");
            assert!(thing.held.is_none() || thing.weak.upgrade().is_some());
        }
        for (&(map, key), value) in &self.entries {
            let is_alive = value.weak.strong_count() > 0;
            let is_reachable = reachable.contains(&map) && reachable.contains(&key);
            assert!(is_alive || !is_reachable, "the value of {key} in {map} is dead");
            assert!(!exactly || is_alive == is_reachable, "the value of {key} in {map} is left");
            if let (Some(Thing::Holder(holder)), Some(held)) =
                (&self.things[map].held, &self.things[key].held)
            {
                assert_eq!(holder.0.get(&held.any()).expect("an entry is there").0, value.id);
            }
        }
        for (number, thing) in self.things.iter().enumerate() {
            let Some(Thing::Holder(holder)) = &thing.held else { continue };
            let map = &holder.0;
            let of_map = |of: &usize, key: &usize| {
                *of == number && self.things[*key].weak.strong_count() > 0
            };
            let expected = self.entries.keys().filter(|(of, key)| of_map(of, key)).count();
            assert_eq!((map.len(), map.iter().count()), (expected, expected));
        }
    }
}

fn run(seed: u64) {
    let steps = if cfg!(miri) { 60 } else { 400 };
    let before = alive();
    let mut world = World { state: seed, ..World::default() };
    for step in 0..steps {
        world.step();
        if step % 7 == 0 {
            world.check(false);
        }
        if step % 50 == 49 {
            // What goes in steps may need two.
            full();
            full();
            world.check(true);
        }
    }
    for thing in &mut world.things {
        thing.held = None;
    }
    full();
    full();
    world.check(true);
    drop(world);
    assert_eq!(alive(), before);
}

#[test]
fn random_programs() {
    let seeds = if cfg!(miri) { 2 } else { 150 };
    for seed in 0..seeds {
        law(move || run(seed * 0x9E37_79B9 + 1));
    }
}
