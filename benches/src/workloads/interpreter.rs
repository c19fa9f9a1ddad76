//! An interpreter of a small language with closures, which keeps its frames and closures in counted objects,
//! as interpreters written in Rust do (W10). Every recursive function is a cycle: its closure leads to the frame
//! that it is named in, and that frame to the closure.

use std::hint::black_box;

use crate::contender::{Contender, step_done};
use crate::measure::{Outcome, time};

enum Term {
    Number(u64),
    /// The variable that was bound so many frames ago.
    Variable(usize),
    Add(Box<Term>, Box<Term>),
    Subtract(Box<Term>, Box<Term>),
    IfZero(Box<Term>, Box<Term>, Box<Term>),
    /// A function of one variable; the number is its place in the table of bodies.
    Function(usize),
    Call(Box<Term>, Box<Term>),
    /// A function that knows itself, and what to do with it.
    Recursive(usize, Box<Term>),
}

enum Value<C: Contender> {
    Number(u64),
    /// An object whose value is the function's number and whose left edge is the frame it was made in.
    Closure(C::Two),
}

/// A frame binds one variable: a number as the object's value, or a closure as its right edge; the left edge
/// leads to the surrounding frame.
fn bind<C: Contender>(surroundings: Option<&C::Two>, value: Value<C>) -> C::Two {
    let (number, closure) = match value {
        Value::Number(number) => (number, None),
        Value::Closure(closure) => (0, Some(closure)),
    };
    let frame = C::two(number);
    C::set_left(&frame, surroundings.cloned());
    if closure.is_some() {
        C::set_right(&frame, closure);
    }
    frame
}

fn close<C: Contender>(function: usize, frame: Option<&C::Two>) -> C::Two {
    let closure = C::two(function as u64);
    C::set_left(&closure, frame.cloned());
    closure
}

fn number<C: Contender>(value: &Value<C>) -> u64 {
    match value {
        Value::Number(number) => *number,
        Value::Closure(_) => unreachable!("the program is well typed"),
    }
}

fn evaluate<C: Contender>(term: &Term, bodies: &[Term], frame: Option<&C::Two>) -> Value<C> {
    match term {
        Term::Number(number) => Value::Number(*number),
        Term::Variable(frames) => {
            let mut scope = frame.expect("the program is closed").clone();
            for _ in 0..*frames {
                scope = C::left(&scope).expect("the program is closed");
            }
            C::right(&scope).map_or(Value::Number(C::value(&scope)), Value::Closure)
        }
        Term::Add(a, b) => {
            let (a, b) = (evaluate::<C>(a, bodies, frame), evaluate::<C>(b, bodies, frame));
            Value::Number(number(&a) + number(&b))
        }
        Term::Subtract(a, b) => {
            let (a, b) = (evaluate::<C>(a, bodies, frame), evaluate::<C>(b, bodies, frame));
            Value::Number(number(&a) - number(&b))
        }
        Term::IfZero(condition, yes, no) => {
            let zero = number(&evaluate::<C>(condition, bodies, frame)) == 0;
            evaluate(if zero { yes } else { no }, bodies, frame)
        }
        Term::Function(function) => Value::Closure(close::<C>(*function, frame)),
        Term::Call(function, argument) => {
            let Value::Closure(closure) = evaluate::<C>(function, bodies, frame) else {
                unreachable!("the program is well typed")
            };
            let argument = evaluate(argument, bodies, frame);
            let called = bind::<C>(C::left(&closure).as_ref(), argument);
            evaluate(&bodies[C::value(&closure) as usize], bodies, Some(&called))
        }
        Term::Recursive(function, rest) => {
            let named = bind::<C>(frame, Value::Number(0));
            C::set_right(&named, Some(close::<C>(*function, Some(&named))));
            let value = evaluate(rest, bodies, Some(&named));
            if C::BY_HAND {
                C::set_right(&named, None);
            }
            value
        }
    }
}

/// `sum n = if n = 0 then 0 else (fn x. x + n) (sum (n - 1))`, and `sum 20` again and again: `size` calls.
pub(super) fn interpreter<C: Contender>(size: usize) -> Outcome {
    let variable = |frames| Box::new(Term::Variable(frames));
    let number = |number| Box::new(Term::Number(number));
    let before = Box::new(Term::Subtract(variable(0), number(1)));
    let rest = Box::new(Term::Call(variable(1), before));
    let bodies = [
        Term::IfZero(
            variable(0),
            number(0),
            Box::new(Term::Call(Box::new(Term::Function(1)), rest)),
        ),
        Term::Add(variable(0), variable(1)),
    ];
    let program = Term::Recursive(0, Box::new(Term::Call(variable(0), number(20))));
    let runs = (size / 41).max(1);
    time(runs * 41, || {
        for i in 0..runs {
            let Value::Number(sum) = black_box(evaluate::<C>(&program, &bodies, None)) else {
                unreachable!("the program is well typed")
            };
            assert_eq!(sum, 210);
            // One run makes two objects of garbage; those who collect by hand do so as often as elsewhere.
            step_done::<C>(i * 2);
            step_done::<C>(i * 2 + 1);
        }
    })
}
