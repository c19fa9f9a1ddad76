use refcycle::Collected;

fn main() {
    let collected = Collected {
        collected: 1,
        freed_in_finalizers: 0,
        resurrected: 0,
        finalized: 0,
        visited: 1,
        refused: false,
    };
    assert_eq!(collected, refcycle::collect());
}
