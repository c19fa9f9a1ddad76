//! Types that hold themselves: through a box, a vector, a handle; two that hold each other.

use refcycle::{Gc, Trace};
use std::cell::RefCell;
use std::collections::HashMap;

#[derive(Trace)]
enum Expr {
    Number(f64),
    Add(Box<Expr>, Box<Expr>),
    Call { name: String, arguments: Vec<Expr> },
    Closure(Gc<RefCell<HashMap<String, Expr>>>),
}

#[derive(Trace)]
enum List<T> {
    Nil,
    Cons(T, Box<Self>),
}

#[derive(Trace)]
struct Tree<K, V> {
    key: K,
    children: Vec<Forest<K, V>>,
}

#[derive(Trace)]
struct Forest<K, V> {
    value: V,
    trees: Option<Box<Tree<K, V>>>,
    all: HashMap<u8, Vec<Tree<K, V>>>,
}

#[derive(Trace)]
struct Left<T: 'static>(Option<Gc<Right<T>>>, Option<T>);

#[derive(Trace)]
struct Right<T: 'static>(RefCell<Vec<Gc<Left<T>>>>);

fn traced<T: Trace>(_: &T) {}

fn main() {
    traced(&Expr::Add(Box::new(Expr::Number(1.0)), Box::new(Expr::Number(2.0))));
    traced(&Expr::Call { name: String::new(), arguments: Vec::new() });
    traced(&Expr::Closure(Gc::default()));
    traced(&List::Cons(1, Box::new(List::Nil)));
    traced(&Tree { key: 1, children: vec![Forest { value: 2, trees: None, all: HashMap::new() }] });
    let left = Gc::new(Left(None, Some(1)));
    let right = Gc::new(Right(RefCell::new(vec![left])));
    traced(&Left(Some(right), None));
}
