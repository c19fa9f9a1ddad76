//! A doubly linked list: every link is a cycle of two, and nothing has to be done about it.
//!
//! With `Rc` the links back would have to be weak, and whoever holds a node would not hold the nodes
//! before it. Here both directions are plain handles.

use refcycle::{Gc, Trace, collect, live};
use std::cell::RefCell;

#[derive(Trace)]
struct Node {
    value: u32,
    prev: RefCell<Option<Gc<Node>>>,
    next: RefCell<Option<Gc<Node>>>,
}

#[derive(Default)]
struct List {
    head: Option<Gc<Node>>,
    tail: Option<Gc<Node>>,
}

impl List {
    fn push_back(&mut self, value: u32) -> Gc<Node> {
        let prev = RefCell::new(self.tail.clone());
        let node = Gc::new(Node { value, prev, next: RefCell::new(None) });
        match &self.tail {
            Some(tail) => *tail.next.borrow_mut() = Some(node.clone()),
            None => self.head = Some(node.clone()),
        }
        self.tail = Some(node.clone());
        node
    }

    /// Takes a node out, in constant time.
    fn unlink(&mut self, node: &Node) {
        let (prev, next) = (node.prev.take(), node.next.take());
        match &prev {
            Some(prev) => prev.next.borrow_mut().clone_from(&next),
            None => self.head.clone_from(&next),
        }
        match &next {
            Some(next) => *next.prev.borrow_mut() = prev,
            None => self.tail = prev,
        }
    }

    fn forwards(&self) -> Vec<u32> {
        walk(self.head.clone(), |node| &node.next)
    }

    fn backwards(&self) -> Vec<u32> {
        walk(self.tail.clone(), |node| &node.prev)
    }
}

fn walk(start: Option<Gc<Node>>, step: fn(&Node) -> &RefCell<Option<Gc<Node>>>) -> Vec<u32> {
    let nodes = std::iter::successors(start, |node| step(node).borrow().clone());
    nodes.map(|node| node.value).collect()
}

fn main() {
    let mut list = List::default();
    let nodes: Vec<_> = (0..6).map(|value| list.push_back(value)).collect();
    assert_eq!(list.forwards(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(list.backwards(), [5, 4, 3, 2, 1, 0]);

    list.unlink(&nodes[0]);
    list.unlink(&nodes[3]);
    list.unlink(&nodes[5]);
    assert_eq!(list.forwards(), [1, 2, 4]);
    assert_eq!(list.backwards(), [4, 2, 1]);

    // The unlinked nodes are in no cycle any more: they die with their last handle.
    drop(nodes);
    assert_eq!(live().objects, 3);

    // The others hold each other, until a collection finds that nobody else does.
    drop(list);
    assert_eq!(live().objects, 3);
    assert_eq!(collect().collected, 3);
    assert_eq!(live().objects, 0);
    println!("three linked nodes were left, and the collector freed them");
}
