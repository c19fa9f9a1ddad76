//! The traits of `Rc`.

use super::{Probe, Speak};
use refcycle::{Gc as Rc, Trace, Weak, unsize};
use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{BuildHasher, RandomState};
use std::marker::{PhantomData, PhantomPinned};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::ptr;

#[test]
fn as_ref() {
    fn length(text: impl AsRef<String>) -> usize {
        text.as_ref().len()
    }
    assert_eq!(length(Rc::new(String::from("text"))), 4);
    let slice: Rc<[i32]> = Rc::from([1, 2]);
    let as_ref: &[i32] = slice.as_ref();
    assert_eq!(as_ref, [1, 2]);
}

/// A map with shared keys is asked with what they share.
#[test]
fn borrow() {
    let key: Rc<str> = Rc::from("key");
    let map = HashMap::from([(key.clone(), 1)]);
    assert_eq!(map.get("key"), Some(&1));
    let borrowed: &str = key.borrow();
    assert_eq!(borrowed, "key");
}

#[test]
fn clone() {
    let five = Rc::new(5);
    let same = Rc::clone(&five);
    assert!(Rc::ptr_eq(&five, &same));
}

#[test]
fn drop_destroys_the_value_at_the_last_handle() {
    let (probe, drops) = Probe::new();
    let one = Rc::new(probe);
    let two = one.clone();
    drop(one);
    assert_eq!(drops.get(), 0);
    drop(two);
    assert_eq!(drops.get(), 1);
}

#[test]
fn deref() {
    let text = Rc::new(String::from("text"));
    assert_eq!(text.len(), 4);
    assert_eq!(&**text, "text");
}

#[test]
fn debug() {
    let pair = Rc::new((1, Some("two")));
    assert_eq!(format!("{pair:?}"), r#"(1, Some("two"))"#);
    let list: Rc<[i32]> = Rc::from([1, 2]);
    assert_eq!(format!("{list:#?}"), format!("{:#?}", [1, 2]));
    assert_eq!(format!("{:04x?}", Rc::new(10)), "000a", "flags are passed on");
}

#[test]
fn display() {
    assert_eq!(format!("{}", Rc::new(5)), "5");
    assert_eq!(format!("{:>4}", Rc::new(5)), "   5", "flags are passed on");
    let text: Rc<str> = Rc::from("text");
    assert_eq!(text.to_string(), "text");
}

#[test]
fn pointer() {
    let five = Rc::new(5);
    assert_eq!(format!("{five:p}"), format!("{:p}", Rc::as_ptr(&five)));
}

#[test]
fn default() {
    assert_eq!(*Rc::<i32>::default(), 0);
}

#[test]
fn default_of_a_slice() {
    assert!(Rc::<[String]>::default().is_empty());
}

#[test]
fn default_of_str() {
    assert!(Rc::<str>::default().is_empty());
}

#[test]
fn default_of_c_str() {
    assert!(Rc::<CStr>::default().is_empty());
}

#[test]
fn default_of_a_pin() {
    assert_eq!(*Pin::<Rc<i32>>::default(), 0);
    assert!(Pin::<Rc<str>>::default().is_empty());
}

#[test]
fn from_value() {
    assert_eq!(Rc::from(5), Rc::new(5));
}

#[test]
fn from_box() {
    let shared: Rc<i32> = Rc::from(Box::new(1));
    assert_eq!(*shared, 1);
}

#[test]
fn from_box_of_what_is_unsized() {
    let slice: Rc<[String]> = Rc::from(vec![String::from("a")].into_boxed_slice());
    assert_eq!(*slice, ["a"]);
    let text: Rc<str> = Rc::from(Box::<str>::from("foo"));
    assert_eq!(&*text, "foo");
    let text: Rc<CStr> = Rc::from(Box::<CStr>::from(c"foo"));
    assert_eq!(&*text, c"foo");
    let text: Rc<OsStr> = Rc::from(Box::<OsStr>::from(OsStr::new("foo")));
    assert_eq!(&*text, "foo");
    let path: Rc<Path> = Rc::from(Box::<Path>::from(Path::new("foo")));
    assert_eq!(&*path, Path::new("foo"));
}

#[test]
fn from_vec() {
    let (probe, drops) = Probe::new();
    let list: Rc<[Probe]> = Rc::from(vec![probe]);
    assert_eq!((list.len(), drops.get()), (1, 0));
    drop(list);
    assert_eq!(drops.get(), 1);
}

#[test]
fn from_array() {
    let (probe, drops) = Probe::new();
    let list: Rc<[Probe]> = Rc::from([probe]);
    assert_eq!((list.len(), drops.get()), (1, 0));
    drop(list);
    assert_eq!(drops.get(), 1);
    let nothing: Rc<[()]> = Rc::from([(); 0]);
    assert!(nothing.is_empty());
}

#[test]
fn from_slice() {
    let words = [String::from("a"), String::from("b")];
    let shared: Rc<[String]> = Rc::from(&words[..]);
    assert_eq!(*shared, words);
    let units: Rc<[()]> = Rc::from(&[(); 4][..]);
    assert_eq!(units.len(), 4);
}

#[test]
fn from_mut_slice() {
    let mut words = [String::from("a")];
    let shared: Rc<[String]> = Rc::from(&mut words[..]);
    assert_eq!(*shared, words);
}

/// A clone that panics on the way leaves the clones made so far dropped, once.
#[test]
fn from_slice_that_panics_half_way() {
    thread_local! {
        static LEFT: Cell<u32> = const { Cell::new(2) };
        static DROPS: Cell<u32> = const { Cell::new(0) };
    }

    #[derive(Trace)]
    struct Fragile;

    impl Clone for Fragile {
        fn clone(&self) -> Fragile {
            LEFT.set(LEFT.get().checked_sub(1).expect("no clones left"));
            Fragile
        }
    }

    impl Drop for Fragile {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }

    let originals = [Fragile, Fragile, Fragile];
    let outcome = catch_unwind(AssertUnwindSafe(|| Rc::<[Fragile]>::from(&originals[..])));
    assert!(outcome.is_err());
    assert_eq!(DROPS.get(), 2);
}

#[test]
fn from_str() {
    let shared: Rc<str> = Rc::from("statue");
    assert_eq!(&*shared, "statue");
    let empty: Rc<str> = Rc::from("");
    assert!(empty.is_empty());
}

#[test]
fn from_mut_str() {
    let mut text = String::from("statue");
    let shared: Rc<str> = Rc::from(text.as_mut_str());
    assert_eq!(&*shared, "statue");
}

#[test]
fn from_string() {
    let shared: Rc<str> = Rc::from(String::from("statue"));
    assert_eq!(&*shared, "statue");
}

#[test]
fn from_c_str() {
    let shared: Rc<CStr> = Rc::from(c"text");
    assert_eq!(&*shared, c"text");
}

#[test]
fn from_mut_c_str() {
    let mut text = c"text".to_owned().into_boxed_c_str();
    let shared: Rc<CStr> = Rc::from(&mut *text);
    assert_eq!(&*shared, c"text");
}

#[test]
fn from_c_string() {
    let shared: Rc<CStr> = Rc::from(CString::from(c"text"));
    assert_eq!(&*shared, c"text");
}

#[test]
fn from_os_str() {
    let shared: Rc<OsStr> = Rc::from(OsStr::new("text"));
    assert_eq!(&*shared, "text");
}

#[test]
fn from_mut_os_str() {
    let mut text = OsString::from("text");
    let shared: Rc<OsStr> = Rc::from(&mut *text);
    assert_eq!(&*shared, "text");
}

#[test]
fn from_os_string() {
    let shared: Rc<OsStr> = Rc::from(OsString::from("text"));
    assert_eq!(&*shared, "text");
}

#[test]
fn from_path() {
    let shared: Rc<Path> = Rc::from(Path::new("a/b"));
    assert_eq!(&*shared, Path::new("a/b"));
}

#[test]
fn from_mut_path() {
    let mut path = PathBuf::from("a/b");
    let shared: Rc<Path> = Rc::from(&mut *path);
    assert_eq!(&*shared, Path::new("a/b"));
}

#[test]
fn from_path_buf() {
    let shared: Rc<Path> = Rc::from(PathBuf::from("a/b"));
    assert_eq!(&*shared, Path::new("a/b"));
}

#[test]
fn from_cow() {
    let borrowed: Rc<str> = Rc::from(Cow::Borrowed("eggplant"));
    let owned: Rc<str> = Rc::from(Cow::<str>::Owned(String::from("eggplant")));
    assert_eq!((&*borrowed, &*owned), ("eggplant", "eggplant"));
    let list: Rc<[i32]> = Rc::from(Cow::Borrowed(&[1, 2][..]));
    assert_eq!(*list, [1, 2]);
}

#[test]
fn bytes_from_str() {
    let text: Rc<str> = Rc::from("eggplant");
    let place = Rc::as_ptr(&text).cast::<u8>();
    let bytes: Rc<[u8]> = Rc::from(text);
    assert_eq!(&*bytes, b"eggplant");
    assert!(ptr::eq(place, Rc::as_ptr(&bytes).cast::<u8>()), "is the same object");
}

#[test]
fn from_iterator() {
    let known: Rc<[u8]> = (0..10).collect();
    assert_eq!(*known, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let unknown: Rc<[u8]> = (0..10).filter(|number| number % 2 == 0).collect();
    assert_eq!(*unknown, [0, 2, 4, 6, 8]);
}

/// An iterator that says nothing true of its length.
#[test]
fn from_iterator_that_lies() {
    struct Liar(u8);

    impl Iterator for Liar {
        type Item = u8;

        fn next(&mut self) -> Option<u8> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (7, Some(7))
        }
    }

    assert_eq!(*Liar(3).collect::<Rc<[u8]>>(), [2, 1, 0]);
    assert_eq!(Liar(20).collect::<Rc<[u8]>>().len(), 20);
}

#[test]
fn from_iterator_that_panics_half_way() {
    let drops = std::rc::Rc::<Cell<u32>>::default();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        (0..3)
            .map(|number| {
                assert_ne!(number, 2, "half way");
                Probe(drops.clone())
            })
            .collect::<Rc<[Probe]>>()
    }));
    assert!(outcome.is_err());
    assert_eq!(drops.get(), 2);
}

#[test]
fn try_from_a_slice() {
    let slice: Rc<[i32]> = Rc::from([1, 2, 3]);
    let place = Rc::as_ptr(&slice).cast::<i32>();
    let slice = Rc::<[i32; 2]>::try_from(slice).expect_err("has three elements");
    let array: Rc<[i32; 3]> = slice.try_into().expect("has three elements");
    assert_eq!(*array, [1, 2, 3]);
    assert!(ptr::eq(place, Rc::as_ptr(&array).cast::<i32>()), "is the same object");
}

#[test]
fn eq() {
    assert!(Rc::new(5) == Rc::new(5));
    assert!(Rc::new(5) != Rc::new(6));
    let not_a_number = Rc::new(f32::NAN);
    assert!(not_a_number != not_a_number.clone(), "values are compared");
    let text: Rc<str> = Rc::from("a");
    assert!(text == Rc::from("a"));
}

#[test]
fn eq_is_total() {
    fn is_eq<T: Eq + ?Sized>() {}
    is_eq::<Rc<i32>>();
    is_eq::<Rc<str>>();
}

#[test]
fn partial_ord() {
    let five = Rc::new(5);
    assert_eq!(five.partial_cmp(&Rc::new(6)), Some(Ordering::Less));
    assert!(five < Rc::new(6) && five <= Rc::new(5));
    assert!(five > Rc::new(4) && five >= Rc::new(5));
    let not_a_number = Rc::new(f32::NAN);
    assert_eq!(not_a_number.partial_cmp(&not_a_number), None);
}

#[test]
fn ord() {
    assert_eq!(Rc::new(5).cmp(&Rc::new(6)), Ordering::Less);
    let sorted: BTreeSet<Rc<str>> = ["b", "a"].into_iter().map(Rc::from).collect();
    assert_eq!(sorted.iter().map(|text| &**text).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn hash() {
    let hashing = RandomState::new();
    assert_eq!(hashing.hash_one(Rc::new("text")), hashing.hash_one("text"));
    let text: Rc<str> = Rc::from("text");
    assert_eq!(hashing.hash_one(&text), hashing.hash_one("text"));
}

/// Asserts which types implement a trait: there is an inherent `ANSWER` for those that do, which is
/// preferred to the trait's for all.
macro_rules! assert_implements {
    ($trait:path: $($type:ty => $answer:expr),+) => {
        trait Otherwise {
            const ANSWER: bool = false;
        }

        struct Ask<T: ?Sized>(PhantomData<T>);

        impl<T: ?Sized> Otherwise for Ask<T> {}

        impl<T: ?Sized + $trait> Ask<T> {
            const ANSWER: bool = true;
        }

        $(assert_eq!(<Ask<$type>>::ANSWER, $answer, stringify!($type: $trait));)+
    };
}

#[test]
fn not_send() {
    assert_implements!(Send: i32 => true, Rc<i32> => false, Weak<i32> => false);
}

#[test]
fn not_sync() {
    assert_implements!(Sync: i32 => true, Rc<i32> => false, Weak<i32> => false);
}

#[test]
fn unwind_safe() {
    assert_implements!(
        UnwindSafe: Rc<i32> => true, Rc<str> => true, Rc<Cell<i32>> => false, Weak<i32> => true
    );
}

#[test]
fn ref_unwind_safe() {
    assert_implements!(
        RefUnwindSafe: Rc<i32> => true, Rc<str> => true, Rc<Cell<i32>> => false, Weak<i32> => true
    );
}

#[test]
fn unpin() {
    assert_implements!(Unpin: PhantomPinned => false, Rc<PhantomPinned> => true);
}

#[test]
fn coercion() {
    let speaker: Rc<dyn Speak> = unsize!(Rc::new(()) => dyn Speak);
    assert_eq!(speaker.speak(), "nothing");
    let slice: Rc<[i32]> = unsize!(Rc::new([1, 2]) => [i32]);
    assert_eq!(*slice, [1, 2]);
    let weak: Weak<dyn Speak> = unsize!(Rc::downgrade(&Rc::new(1)) => dyn Speak);
    assert!(weak.upgrade().is_none());
}

#[cfg(unix)]
#[test]
fn file_descriptors() {
    use std::os::fd::{AsFd, AsRawFd};

    let (one, _two) = std::os::unix::net::UnixStream::pair().expect("a socket pair");
    let shared = Rc::new(one);
    assert_eq!(shared.as_fd().as_raw_fd(), shared.as_raw_fd());
    assert_eq!(AsRawFd::as_raw_fd(&*shared), shared.as_raw_fd());
}
