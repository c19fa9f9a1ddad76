//! A tree of elements that know their parents, and observers that watch elements and are held by them.
//!
//! Parents hold children, children hold parents, observers hold the element they watch and elements
//! hold their observers: whoever holds any part holds the document, and there is no weak handle that
//! might turn out to be empty. What is cut off from all that anybody holds is freed.

use refcycle::{Gc, Trace, Watch, collect, live};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Trace)]
struct Element {
    tag: &'static str,
    parent: RefCell<Option<Gc<Element>>>,
    children: RefCell<Vec<Gc<Element>>>,
    observers: RefCell<Vec<Gc<Observer>>>,
}

#[derive(Trace)]
struct Observer {
    watched: Gc<Element>,
    seen: RefCell<Vec<String>>,
}

impl Element {
    fn new(tag: &'static str) -> Gc<Element> {
        Gc::new(Element {
            tag,
            parent: RefCell::default(),
            children: RefCell::default(),
            observers: RefCell::default(),
        })
    }

    fn append(this: &Gc<Element>, child: &Gc<Element>) {
        Element::detach(child);
        *child.parent.borrow_mut() = Some(this.clone());
        this.children.borrow_mut().push(child.clone());
        this.notify(&format!("<{}> gets <{}>", this.tag, child.tag));
    }

    fn detach(this: &Gc<Element>) {
        if let Some(parent) = this.parent.take() {
            parent.children.borrow_mut().retain(|child| !Gc::ptr_eq(child, this));
        }
    }

    /// Tells the observers of this element and of all around it.
    fn notify(&self, event: &str) {
        for observer in self.observers.borrow().iter() {
            observer.seen.borrow_mut().push(format!("<{}>: {event}", observer.watched.tag));
        }
        if let Some(parent) = &*self.parent.borrow() {
            parent.notify(event);
        }
    }

    fn observe(this: &Gc<Element>) -> Gc<Observer> {
        let observer = Gc::new(Observer { watched: this.clone(), seen: RefCell::default() });
        this.observers.borrow_mut().push(observer.clone());
        observer
    }

    fn path(&self) -> String {
        let parent = self.parent.borrow();
        parent.as_ref().map(|parent| parent.path()).unwrap_or_default() + "/" + self.tag
    }
}

fn main() {
    let document = Element::new("html");
    let body = Element::new("body");
    let observer = Element::observe(&document);
    Element::append(&document, &body);
    for tag in ["h1", "p", "p"] {
        Element::append(&body, &Element::new(tag));
    }
    let heading = body.children.borrow()[0].clone();
    assert_eq!(heading.path(), "/html/body/h1");
    assert_eq!(observer.seen.borrow().len(), 4);
    assert_eq!(observer.seen.borrow()[1], "<html>: <body> gets <h1>");

    // A handle of one element holds all of the document.
    drop((document, body, observer));
    collect();
    assert_eq!(heading.path(), "/html/body/h1");
    assert_eq!(live().objects, 6);

    // Cut off, it holds itself alone; the rest is garbage, and a callback tells when that is gone.
    let is_gone = Rc::new(Cell::new(false));
    let told = is_gone.clone();
    let watch: Option<Watch<Element>> =
        heading.parent.borrow().as_ref().map(|body| Gc::watch(body, move || told.set(true)));
    Element::detach(&heading);
    assert!(!is_gone.get());
    let freed = collect().collected;
    assert_eq!((freed, live().objects), (5, 1));
    assert!(is_gone.get() && watch.is_some_and(|watch| watch.upgrade().is_none()));
    assert_eq!(heading.path(), "/h1");
    println!("cut off from its document, <h1> lives on; the other {freed} objects were freed");
}
