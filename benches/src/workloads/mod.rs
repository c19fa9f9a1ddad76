//! Every workload, once, over [`Contender`](crate::contender::Contender); [`run`] and [`run_shared`] find
//! one by its key.

mod cycles;
mod growth;
mod handles;
mod interpreter;
mod live;
mod structures;
mod threads;
mod weight;

use crate::contender::{Contender, Shared};
use crate::measure::Outcome;

/// Runs a workload of one thread at a size; `None` if it cannot be said with this library.
pub(crate) fn run<C: Contender>(key: &str, size: usize) -> Option<Outcome> {
    Some(match key {
        "clone-leaf" => handles::clone_leaf::<C>(size),
        "clone-node" => handles::clone_node::<C>(size),
        "clone-two" => handles::clone_two::<C>(size),
        "clone-round-robin" => handles::clone_round_robin::<C>(size),
        "clone-in-graph" => handles::clone_in_graph::<C>(size),
        "deref" => handles::deref::<C>(size),
        "new-leaf" => handles::new_leaf::<C>(size),
        "new-node" => handles::new_node::<C>(size),
        "new-two" => handles::new_two::<C>(size),
        "new-cloned" => handles::new_cloned::<C>(size),
        "walk" => return structures::walk::<C>(size),
        "walk-clones" => structures::walk_clones::<C>(size),
        "tree" => structures::tree::<C>(size),
        "trees" => structures::trees::<C>(size),
        "list-drop" => structures::list_drop::<C>(size),
        "ring-deep" => structures::ring_deep::<C>(size),
        "live-ring-deep" => structures::live_ring_deep::<C>(size),
        "ring-2" => cycles::batch::<C>(size, cycles::Shape::Ring(2)),
        "ring-10" => cycles::batch::<C>(size, cycles::Shape::Ring(10)),
        "ring-1000" => cycles::batch::<C>(size, cycles::Shape::Ring(1000)),
        "double-2" => cycles::batch::<C>(size, cycles::Shape::Double(2)),
        "double-10" => cycles::batch::<C>(size, cycles::Shape::Double(10)),
        "double-1000" => cycles::batch::<C>(size, cycles::Shape::Double(1000)),
        "random" => cycles::random::<C>(size),
        "abandon-ring-2" => cycles::abandon::<C>(size, cycles::Shape::Ring(2)),
        "abandon-double-1000" => cycles::abandon::<C>(size, cycles::Shape::Double(1000)),
        "churn" => live::churn::<C>(size, false),
        "churn-touch" => live::churn::<C>(size, true),
        "full" => live::full::<C>(size),
        "full-one-holder" => live::full_one_holder::<C>(size),
        "mutation" => live::mutation::<C>(size),
        "interpreter" => interpreter::interpreter::<C>(size),
        "weight" => weight::weight::<C>(size),
        "work-churn" => growth::churn::<C>(size)?,
        "work-growing" => growth::growing::<C>(size)?,
        "work-touch" => growth::touch::<C>(size)?,
        "work-hub" => growth::hub::<C>(size)?,
        "work-long-ring" => growth::long_ring::<C>(size)?,
        "work-saw" => growth::saw::<C>(size)?,
        _ => return None,
    })
}

/// Runs any workload at a size.
pub(crate) fn run_shared<C: Shared>(key: &str, size: usize) -> Option<Outcome> {
    Some(match key {
        "same-leaf" => threads::same_leaf::<C>(size),
        "disjoint-leaves" => threads::disjoint_leaves::<C>(size),
        "same-two" => threads::same_two::<C>(size),
        "disjoint-twos" => threads::disjoint_twos::<C>(size),
        "make-by-hand" => threads::make_by_hand::<C>(size),
        "make-automatic" => threads::make_automatic::<C>(size),
        "deref-while-collecting" => threads::deref_while_collecting::<C>(size),
        "pause-one" => threads::pause::<C>(size, 1, false)?,
        "pause-two" => threads::pause::<C>(size, 2, false)?,
        "pause-background" => threads::pause::<C>(size, 1, true)?,
        "pause-two-background" => threads::pause::<C>(size, 2, true)?,
        _ => return run::<C>(key, size),
    })
}
