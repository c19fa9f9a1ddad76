//! Which types take the memory.

use super::{ShortName, Snapshot};
use std::fmt;

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

/// What the objects of each type take, most bytes first: see [`Snapshot::totals`].
///
/// Displayed, it is a table of the first types; `{:#}` shows all.
#[derive(Clone, Debug)]
pub struct Totals(Vec<TypeTotal>);

/// As many types are displayed, unless more are asked for.
const SHOWN: usize = 20;

impl Totals {
    /// The types, those that take most bytes first.
    pub fn types(&self) -> &[TypeTotal] {
        &self.0
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12} {:>12} {:>10}  type", "bytes", "retained", "objects")?;
        let shown = if f.alternate() { self.0.len() } else { SHOWN };
        for total in self.0.iter().take(shown) {
            let TypeTotal { count, size, retained_size, .. } = total;
            write!(f, "\n{size:>12} {retained_size:>12} {count:>10}  {}", total.short_name())?;
        }
        match self.0.len().saturating_sub(shown) {
            0 => Ok(()),
            1 => f.write_str("\n... 1 more type"),
            left => write!(f, "\n... {left} more types"),
        }
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
    pub fn totals(&self) -> Totals {
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
        Totals(totals)
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
    use super::super::samples::{self, Random, Sketch};
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
            let totals = totals.types();
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

    #[test]
    fn totals_read_as_a_table() {
        assert_eq!(
            samples::cache().totals().to_string(),
            "       bytes     retained    objects  type\n         \
                200          200          1  Session\n         \
                192          392          4  Closure<Cache>\n         \
                112          152          2  Ring\n          \
                 96          488          1  Cache\n          \
                 40           40          1  Leaf"
        );
        // The same in whatever order the types come.
        let mut sketch = Sketch::new();
        for name in ["app::B", "app::C", "app::A"] {
            sketch.object(name, 8, 1);
        }
        let totals = sketch.snapshot().totals();
        let names: Vec<&str> = totals.types().iter().map(|total| total.type_name).collect();
        assert_eq!(names, ["app::A", "app::B", "app::C"]);
    }
}
