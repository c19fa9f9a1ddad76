//! A projection in a field is what is bounded, not the parameter that it starts from.

use refcycle::Trace;
use std::borrow::Cow;
use std::iter::Peekable;

struct Numbers;

impl Iterator for Numbers {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        Some(1)
    }
}

trait Family {
    type Of<T>;
    const SIZE: usize;
}

impl Family for Numbers {
    type Of<T> = Vec<T>;
    const SIZE: usize = 3;
}

#[derive(Trace)]
struct Buffered<I>
where
    I: Iterator,
{
    #[trace(skip)]
    source: Peekable<I>,
    short: I::Item,
    long: Vec<Option<<I as Iterator>::Item>>,
    of_another: Option<<Vec<I> as IntoIterator>::Item>,
}

#[derive(Trace)]
struct Generic<F: Family, T>(F::Of<T>, <F as Family>::Of<Vec<T>>);

#[derive(Trace)]
#[trace(bound = "B: ToOwned, B::Owned: Trace")]
struct Text<'a, B: ToOwned + ?Sized>(Cow<'a, B>);

unsafe impl Trace for Numbers {
    type Facts = refcycle::facts::Leaf;

    fn trace(&self, _: &mut refcycle::Tracer) {}
}

fn traced<T: Trace>(_: &T) {}

fn main() {
    traced(&Buffered { source: Numbers.peekable(), short: 1, long: vec![None], of_another: None });
    traced(&Generic::<Numbers, u8>(vec![1], vec![vec![2; Numbers::SIZE]]));
    traced(&Text(Cow::Borrowed("text")));
}
