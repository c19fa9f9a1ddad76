//! Printing handles, which may form cycles and chains of any length.

use super::Gc;
use crate::flavor::Flavor;
use crate::trace::Pointee;
use std::cell::RefCell;
use std::fmt;

/// So many handles deep a value is printed.
const DEPTH: usize = 64;

thread_local! {
    /// The addresses of the values that are being printed, outermost first.
    static PRINTING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// One value on the list; leaves it at the end of the scope.
struct Printing(());

impl Printing {
    /// Enters the list, or says what to print instead.
    fn enter(address: usize) -> Result<Printing, &'static str> {
        let entered = PRINTING.try_with(|list| {
            let mut list = list.borrow_mut();
            if list.contains(&address) {
                return Err("<cycle>");
            }
            if list.len() >= DEPTH {
                return Err("<deep>");
            }
            list.push(address);
            Ok(Printing(()))
        });
        // At the very end of a thread nobody can say where a cycle closes.
        entered.unwrap_or(Err("<late>"))
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        let _ = PRINTING.try_with(|list| list.borrow_mut().pop());
    }
}

impl<T: ?Sized + fmt::Debug + Pointee, F: Flavor> fmt::Debug for Gc<T, F> {
    /// Prints the value. A handle of a value that is being printed already prints `<cycle>`, one that
    /// lies more than 64 handles deep `<deep>`, one whose value has been destroyed `<dead>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(value) = Gc::try_deref(self) else { return f.write_str("<dead>") };
        match Printing::enter(self.ptr.addr().get()) {
            Ok(_printing) => value.fmt(f), // user code
            Err(instead) => f.write_str(instead),
        }
    }
}
