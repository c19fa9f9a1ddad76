//! A leak, and how to find it: a page cache of a small server, which closures keep that the cache keeps.
//! docs/leak_hunt.md goes through it step by step.
//!
//! ```sh
//! cargo run -p refcycle-examples --features inspect --example leak_hunt
//! ```
//!
//! With the name of a file it also writes the heap at its worst to that file, as a page to click around in.

use refcycle::inspect::{LeakGuard, Node, Snapshot};
use refcycle::{Gc, Trace, Weak, collect, live};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;

/// What a visitor sees.
#[derive(Trace)]
struct Page {
    title: String,
    /// Pages link to each other, in cycles.
    links: RefCell<Vec<Gc<Page>>>,
}

/// Makes the page that the cache does not have.
type Loader = Box<dyn Fn(&str) -> Gc<Page>>;

/// The pages of one visitor.
#[derive(Trace)]
struct Cache {
    pages: RefCell<BTreeMap<String, Gc<Page>>>,
    /// A closure says nothing about what it captures, so it cannot be traced.
    #[trace(skip)]
    loader: RefCell<Option<Loader>>,
}

/// Somebody who looks at pages.
#[derive(Trace)]
struct Session {
    visitor: usize,
    cache: Gc<Cache>,
}

impl Cache {
    fn get(&self, title: &str) -> Gc<Page> {
        if let Some(page) = self.pages.borrow().get(title) {
            return page.clone();
        }
        let page = match &*self.loader.borrow() {
            Some(load) => load(title),
            None => Gc::new(Page { title: title.to_owned(), links: RefCell::default() }),
        };
        self.pages.borrow_mut().insert(title.to_owned(), page.clone());
        page
    }

    fn insert_home(&self) -> Gc<Page> {
        let home = Gc::new(Page { title: "home".to_owned(), links: RefCell::default() });
        self.pages.borrow_mut().insert("home".to_owned(), home.clone());
        home
    }
}

/// A page, linked to the home page of its cache and back.
fn load(cache: &Cache, title: &str) -> Gc<Page> {
    let home = cache.pages.borrow().get("home").cloned();
    let home = home.unwrap_or_else(|| cache.insert_home());
    let page = Gc::new(Page { title: title.to_owned(), links: RefCell::new(vec![home.clone()]) });
    home.links.borrow_mut().push(page.clone());
    page
}

fn empty_cache() -> Cache {
    Cache { pages: RefCell::default(), loader: RefCell::default() }
}

/// The bug: the loader has a handle of the cache, and the cache has the loader. The collector would break
/// the cycle, but it cannot see the half of it that lies in the closure.
fn leaky_cache() -> Gc<Cache> {
    let cache = Gc::new(empty_cache());
    let own = cache.clone();
    cache.loader.replace(Some(Box::new(move |title| load(&own, title))));
    cache
}

/// The same with a weak handle in the closure.
fn sound_cache() -> Gc<Cache> {
    let cache = Gc::new(empty_cache());
    let own: Weak<Cache> = Gc::downgrade(&cache);
    cache.loader.replace(Some(Box::new(move |title| {
        let cache = own.upgrade().expect("the cache is asking");
        load(&cache, title)
    })));
    cache
}

/// A visitor comes, looks at three pages, and goes.
fn visit(visitor: usize, cache: fn() -> Gc<Cache>) {
    let session = Gc::new(Session { visitor, cache: cache() });
    for title in ["news", "weather", "news"] {
        let page = session.cache.get(title);
        assert_eq!(page.title, title);
        assert_eq!(page.links.borrow().len(), 1);
    }
    assert_eq!(session.visitor, visitor);
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("== 1. Does it grow?");
    visit(0, leaky_cache);
    for visitor in 1..=3 {
        visit(visitor, leaky_cache);
        collect();
        println!("after visitor {visitor}: {} objects", live().objects);
    }

    println!("\n== 2. What grows?");
    let before = Snapshot::take();
    for visitor in 4..=103 {
        visit(visitor, leaky_cache);
    }
    collect();
    let after = Snapshot::take();
    let grown = after.diff(&before);
    println!("{grown}");

    println!("\n== 3. What keeps one of them alive?");
    let page = grown.new_nodes().find(|node| node.type_name().ends_with("::Page"));
    let path = page.and_then(Node::path).ok_or("a new page is held by something")?;
    println!("{path}");

    println!("\n== 4. Who holds what is at its start?");
    let holder = path.start();
    println!(
        "{}: handles: {}, of them from outside of what can be seen: {}",
        holder.short_name(),
        holder.strong_count(),
        holder.external_count(),
    );
    if let Some(site) = holder.site() {
        println!("made at {}:{}", site.file(), site.line());
    }
    println!("{} bytes would go with it", holder.retained_size());
    if let Some(file) = std::env::args().nth(1) {
        after.write_html(BufWriter::new(File::create(&file)?))?;
        println!("written: {file}");
    }

    println!("\n== 5. Is it mended?");
    let guard = LeakGuard::new();
    for visitor in 0..100 {
        visit(visitor, sound_cache);
    }
    guard.check();
    println!("100 visitors more, and nothing of theirs is left");
    Ok(())
}
