//! Which types take the memory.

use super::{ShortName, Snapshot};

/// What all objects of one type take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeTotal {
    /// The type, as [`std::any::type_name`] names it.
    pub type_name: &'static str,
    /// How many objects.
    pub count: usize,
    /// Their bytes.
    pub size: usize,
    /// The bytes of all objects that would go if all of these went, themselves included, as far as any
    /// one of them [dominates](Snapshot::dominator_of) them.
    pub retained_size: usize,
}

impl TypeTotal {
    /// The type's name without the modules.
    pub fn short_name(&self) -> ShortName {
        ShortName(self.type_name)
    }
}

impl Snapshot {
    /// Count, bytes and retained bytes of each type, most bytes first.
    ///
    /// An object that hangs off another of its type is in the latter's retained bytes, and counted once.
    ///
    /// # Cost
    ///
    /// As that of [`retained_size`](Snapshot::retained_size), and one step for each object.
    pub fn totals(&self) -> Vec<TypeTotal> {
        let mut totals: Vec<TypeTotal> = self
            .type_names
            .iter()
            .map(|&type_name| TypeTotal { type_name, count: 0, size: 0, retained_size: 0 })
            .collect();
        for node in self.nodes() {
            let total = &mut totals[self.types[node.id().index()] as usize];
            total.count += 1;
            total.size += node.size();
        }
        for (total, retained) in totals.iter_mut().zip(self.retained_by_type()) {
            total.retained_size = retained;
        }
        totals.sort_by(|a, b| b.size.cmp(&a.size).then(a.type_name.cmp(b.type_name)));
        totals
    }

    /// A walk of the dominator tree that knows how many objects of each type it is under.
    pub(super) fn retained_by_type(&self) -> Vec<usize> {
        let dominators = self.dominators();
        let mut retained = vec![0; self.type_names.len()];
        let mut depth = vec![0_u32; self.type_names.len()];
        // Objects to enter, and objects to leave.
        let mut todo: Vec<(u32, bool)> =
            dominators.children(None).iter().map(|&id| (id, true)).collect();
        while let Some((id, is_entry)) = todo.pop() {
            let type_number = self.types[id as usize] as usize;
            if !is_entry {
                depth[type_number] -= 1;
                continue;
            }
            let id = super::NodeId(id);
            if depth[type_number] == 0 {
                retained[type_number] += dominators.retained(id);
            }
            depth[type_number] += 1;
            todo.push((id.0, false));
            todo.extend(dominators.children(Some(id)).iter().map(|&child| (child, true)));
        }
        retained
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::Random;
    use super::super::{Node, Snapshot};

    /// Whether one of `node`'s dominators, itself included, has this type.
    fn is_under(snapshot: &Snapshot, node: Node<'_>, type_name: &str) -> bool {
        let mut at = Some(node);
        while let Some(node) = at {
            if node.type_name() == type_name {
                return true;
            }
            at = snapshot.dominator_of(node.id());
        }
        false
    }

    #[test]
    fn a_type_has_the_bytes_of_its_objects_and_retains_what_they_dominate_once() {
        for seed in 0..100 {
            let snapshot = Random::new(seed).graph(30).snapshot();
            let totals = snapshot.totals();
            assert!(totals.is_sorted_by(|a, b| a.size >= b.size));
            assert_eq!(totals.iter().map(|total| total.size).sum::<usize>(), snapshot.size());
            for total in totals {
                let of_type =
                    || snapshot.nodes().filter(|node| node.type_name() == total.type_name);
                assert_eq!(total.count, of_type().count());
                assert_eq!(total.size, of_type().map(Node::size).sum::<usize>());
                let retained: usize = snapshot
                    .nodes()
                    .filter(|&node| is_under(&snapshot, node, total.type_name))
                    .map(Node::size)
                    .sum();
                assert_eq!(total.retained_size, retained, "seed {seed}, {}", total.type_name);
            }
        }
    }
}
