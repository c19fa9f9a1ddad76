"""The part of minipy's `weakref` that is written in Python.

References are made by `ref`, which is written in Rust. What is here are the containers of them and `finalize`.
An entry goes when its object does: at once, in the callback of its reference, or, while somebody iterates,
when the last iterator is gone. Nobody ever sees a dead entry.
"""


class _Dead:
    """The references of a container that have died and are still in it, as somebody iterates."""

    def __init__(self, owner):
        self.owner = ref(owner)
        self.iterating = 0
        self.waiting = []

    def watch(self, target, key=None):
        """A reference that leaves the container when its object dies."""
        return ref(target, lambda reference: self.add(key, reference))

    def add(self, key, reference):
        self.waiting.append((key, reference))
        if not self.iterating:
            self.commit()

    def commit(self):
        owner = self.owner()
        while self.waiting and owner is not None:
            owner._forget(*self.waiting.pop())

    def __enter__(self):
        self.iterating += 1

    def __exit__(self, *exception):
        self.iterating -= 1
        if not self.iterating:
            self.commit()


_nothing = object()


class _WeakMapping:
    """What both mappings share: all that can be said with `items`, `__getitem__` and the like."""

    def __init__(self, other=(), /, **keywords):
        self.data = {}
        self._dead = _Dead(self)
        self.update(other, **keywords)

    def __len__(self):
        return len(self.data) - len(self._dead.waiting)

    def __iter__(self):
        return self.keys()

    def __contains__(self, key):
        return self.get(key, _nothing) is not _nothing

    def pop(self, key, *default):
        if len(default) > 1:
            raise TypeError("pop expected at most 2 arguments, got " + str(1 + len(default)))
        value = self.get(key, _nothing)
        if value is not _nothing:
            del self[key]
            return value
        if default:
            return default[0]
        self._missing(key)

    def setdefault(self, key, default=None):
        value = self.get(key, _nothing)
        if value is not _nothing:
            return value
        self[key] = default
        return default

    def clear(self):
        while self:
            self.popitem()

    def update(self, other=(), /, **keywords):
        if hasattr(other, "keys"):
            for key in other.keys():
                self[key] = other[key]
        elif other is not None:
            for key, value in other:
                self[key] = value
        for key, value in keywords.items():
            self[key] = value

    def copy(self):
        return self.__class__(self)

    __copy__ = copy

    def __eq__(self, other):
        if not isinstance(other, (_WeakMapping, dict)):
            return NotImplemented
        return dict(self.items()) == dict(other.items())

    def __or__(self, other):
        if not isinstance(other, (_WeakMapping, dict)):
            return NotImplemented
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other):
        if not isinstance(other, (_WeakMapping, dict)):
            return NotImplemented
        both = self.__class__(other)
        both.update(self)
        return both

    def __ior__(self, other):
        self.update(other)
        return self

    def __repr__(self):
        return "<" + type(self).__name__ + " at " + hex(id(self)) + ">"


class WeakKeyDictionary(_WeakMapping):
    """A mapping whose keys may die."""

    def _forget(self, key, reference):
        self.data.pop(reference, None)

    def _missing(self, key):
        raise KeyError(ref(key))

    def __getitem__(self, key):
        return self.data[ref(key)]

    def __setitem__(self, key, value):
        self.data[self._dead.watch(key)] = value

    def __delitem__(self, key):
        del self.data[ref(key)]

    def __contains__(self, key):
        try:
            reference = ref(key)
        except TypeError:
            return False
        return reference in self.data

    def get(self, key, default=None):
        return self.data.get(ref(key), default)

    def items(self):
        with self._dead:
            for reference, value in self.data.items():
                key = reference()
                if key is not None:
                    yield key, value

    def keys(self):
        with self._dead:
            for reference in self.data:
                key = reference()
                if key is not None:
                    yield key

    def values(self):
        with self._dead:
            for reference, value in self.data.items():
                if reference() is not None:
                    yield value

    def popitem(self):
        self._dead.commit()
        while True:
            reference, value = self.data.popitem()
            key = reference()
            if key is not None:
                return key, value

    def keyrefs(self):
        return list(self.data)


class WeakValueDictionary(_WeakMapping):
    """A mapping whose values may die."""

    def _forget(self, key, reference):
        # The key may have got another value.
        if self.data.get(key) is reference:
            del self.data[key]

    def _missing(self, key):
        raise KeyError(key)

    def __getitem__(self, key):
        value = self.data[key]()
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key, value):
        self._dead.commit()
        self.data[key] = self._dead.watch(value, key)

    def __delitem__(self, key):
        self._dead.commit()
        del self.data[key]

    def get(self, key, default=None):
        reference = self.data.get(key)
        value = None if reference is None else reference()
        return default if value is None else value

    def items(self):
        with self._dead:
            for key, reference in self.data.items():
                value = reference()
                if value is not None:
                    yield key, value

    def keys(self):
        with self._dead:
            for key, reference in self.data.items():
                if reference() is not None:
                    yield key

    def values(self):
        with self._dead:
            for reference in self.data.values():
                value = reference()
                if value is not None:
                    yield value

    def popitem(self):
        self._dead.commit()
        while True:
            key, reference = self.data.popitem()
            value = reference()
            if value is not None:
                return key, value

    def itervaluerefs(self):
        with self._dead:
            for reference in self.data.values():
                yield reference

    def valuerefs(self):
        return list(self.data.values())


class WeakSet:
    """A set whose elements may die."""

    def __init__(self, elements=None):
        self.data = set()
        self._dead = _Dead(self)
        if elements is not None:
            self.update(elements)

    def _forget(self, key, reference):
        self.data.discard(reference)

    def __len__(self):
        return len(self.data) - len(self._dead.waiting)

    def __iter__(self):
        with self._dead:
            for reference in self.data:
                element = reference()
                if element is not None:
                    yield element

    def __contains__(self, element):
        try:
            reference = ref(element)
        except TypeError:
            return False
        return reference in self.data

    def add(self, element):
        self._dead.commit()
        self.data.add(self._dead.watch(element))

    def discard(self, element):
        self.data.discard(ref(element))

    def remove(self, element):
        self.data.remove(ref(element))

    def pop(self):
        self._dead.commit()
        while True:
            if not self:
                raise KeyError("pop from empty WeakSet")
            element = self.data.pop()()
            if element is not None:
                return element

    def clear(self):
        self._dead.waiting.clear()
        self.data.clear()

    def copy(self):
        return self.__class__(self)

    __copy__ = copy

    def update(self, elements):
        for element in elements:
            self.add(element)

    def __ior__(self, elements):
        self.update(elements)
        return self

    def difference_update(self, elements):
        for element in list(elements):
            self.discard(element)

    def __isub__(self, elements):
        self.difference_update(elements)
        return self

    def union(self, elements):
        both = self.copy()
        both.update(elements)
        return both

    def intersection(self, elements):
        return self.__class__([element for element in elements if element in self])

    def difference(self, elements):
        rest = self.copy()
        rest.difference_update(elements)
        return rest

    def symmetric_difference(self, elements):
        others = self.__class__(elements)
        return self.difference(others).union(others.difference(self))

    __or__ = union
    __and__ = intersection
    __sub__ = difference
    __xor__ = symmetric_difference

    def issubset(self, other):
        return all([element in other for element in self])

    def issuperset(self, other):
        return all([element in self for element in other])

    def isdisjoint(self, other):
        return not any([element in self for element in other])

    __le__ = issubset
    __ge__ = issuperset

    def __lt__(self, other):
        return len(self) < len(other) and self.issubset(other)

    def __gt__(self, other):
        return len(self) > len(other) and self.issuperset(other)

    def __eq__(self, other):
        if not isinstance(other, WeakSet):
            return NotImplemented
        return set(self) == set(other)

    def __repr__(self):
        return repr(self.data)


class _Pending:
    """What a `finalize` is to do."""

    def __init__(self, reference, function, args, keywords, number):
        self.reference = reference
        self.function = function
        self.args = args
        self.keywords = keywords
        self.number = number
        self.atexit = True


class finalize:
    """Calls a function when an object dies, or at exit. It lives in the table below until it has."""

    _pending = {}
    _count = 0
    _is_over = False

    def __init__(self, obj, func, /, *args, **kwargs):
        # Once it is in the table, the object's death finds it there.
        reference = ref(obj, self)
        finalize._count += 1
        finalize._pending[self] = _Pending(reference, func, args, kwargs, finalize._count)

    def __call__(self, _=None):
        pending = finalize._pending.pop(self, None)
        if pending is not None and not finalize._is_over:
            return pending.function(*pending.args, **pending.keywords)

    def _parts(self):
        """Its entry, the object and what it is to do, while the object lives."""
        pending = finalize._pending.get(self)
        target = None if pending is None else pending.reference()
        if target is None:
            return None
        return target, pending.function, pending.args, pending.keywords

    def detach(self):
        parts = self._parts()
        if parts is not None and finalize._pending.pop(self, None) is not None:
            return parts

    def peek(self):
        return self._parts()

    @property
    def alive(self):
        return self in finalize._pending

    @property
    def atexit(self):
        pending = finalize._pending.get(self)
        return pending is not None and pending.atexit

    @atexit.setter
    def atexit(self, value):
        pending = finalize._pending.get(self)
        if pending is not None:
            pending.atexit = bool(value)

    def __repr__(self):
        parts = self._parts()
        name = "<" + type(self).__name__ + " object at " + hex(id(self))
        if parts is None:
            return name + "; dead>"
        target = parts[0]
        return name + "; for " + repr(type(target).__name__) + " at " + hex(id(target)) + ">"


def _run_at_exit():
    """Calls, newest first, what wants to be called at exit; also what is made meanwhile."""
    import gc

    was_enabled = gc.isenabled()
    gc.disable()
    while True:
        waiting = [it for it in finalize._pending if it.atexit]
        if not waiting:
            break
        try:
            max(waiting, key=lambda it: finalize._pending[it].number)()
        except Exception as exception:
            _report(exception)
    finalize._is_over = True
    if was_enabled:
        gc.enable()
