//! Constants as parameters, with defaults and in front of types; a constant that has a field's name.

use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Grid<const W: usize, T, const H: usize = 2>([[T; W]; H]);

#[derive(Trace)]
struct Flag<const ON: bool>;

#[derive(Trace)]
#[allow(non_upper_case_globals)]
struct Shadow<const field: usize, const tracer: char> {
    field: [u8; field],
    nested: Grid<{ 1 + 1 }, u8>,
}

fn traced<T: Trace>(_: &T) {}

fn main() {
    let grid = Gc::new(Grid::<1, _>([[Gc::new(1)], [Gc::new(2)]]));
    assert_eq!(*grid.0[1][0], 2);
    traced(&Flag::<true>);
    traced(&Shadow::<3, 'x'> { field: [0; 3], nested: Grid([[1, 2], [3, 4]]) });
}
