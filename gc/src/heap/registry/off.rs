//! The registry when it is off.

/// Is there one?
pub(crate) const IS_ON: bool = false;

/// Where an object was made: nobody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site;

impl Site {
    /// Nothing.
    #[inline(always)]
    pub(crate) const fn here() -> Site {
        Site
    }
}

/// That of this thread.
pub(crate) mod local {
    use crate::heap::object::Object;
    use crate::heap::registry::Site;

    #[inline(always)]
    pub(crate) fn enroll(_: Object, _: Site) {}

    #[inline(always)]
    pub(crate) fn lend(_: Object) {}

    #[inline(always)]
    pub(crate) fn remove(_: Object) {}
}

/// That of all threads.
pub(crate) mod shared {
    use crate::heap::registry::Site;
    use crate::heap::shared::object::SharedObject;

    #[inline(always)]
    pub(crate) fn enroll(_: SharedObject, _: Site) {}

    #[inline(always)]
    pub(crate) fn remove(_: SharedObject) {}
}
