use refcycle::weak::WeakKeyMap;

type Always = for<'a> fn(&'a str);
type Forever = fn(&'static str);

/// Who could put a `Forever` there would get an `Always` back.
fn narrow(map: &WeakKeyMap<u64, Always>) -> &WeakKeyMap<u64, Forever> {
    map
}

fn main() {
    narrow(&WeakKeyMap::new());
}
