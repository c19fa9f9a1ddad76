"""The weak references to an object: shared, listed, counted, equal, hashed."""
import gc
import weakref


class Target:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Target) and self.name == other.name

    def __hash__(self):
        print("hashed", self.name)
        return len(self.name)


def raised(function, *args):
    try:
        return function(*args)
    except Exception as exception:
        return f"{type(exception).__name__}: {exception}"


def note(reference):
    print("note", reference() is None)


def other_note(reference):
    print("other note", reference() is None)


print("references without a callback are shared, others are not")
target = Target("target")
first, second = weakref.ref(target), weakref.ref(target, None)
third, fourth = weakref.ref(target, note), weakref.ref(target, other_note)
print(first is second, first is third, third is fourth, first.__callback__, third.__callback__ is note)
print(weakref.getweakrefcount(target))
listed = weakref.getweakrefs(target)
print([known is reference for known, reference in zip(listed, [first, fourth, third])])
del listed
del second
print(weakref.getweakrefcount(target))
del first
print(weakref.getweakrefcount(target))
again = weakref.ref(target)
print(weakref.getweakrefcount(target), weakref.getweakrefs(target)[0] is again)
del third
print([reference is again for reference in weakref.getweakrefs(target)])
del target
print(again() is None, fourth() is None, fourth.__callback__)

print("what has no references, and what can have none")
print(weakref.getweakrefcount(Target("new")), weakref.getweakrefs(Target("new")))
for value in [1, "text", [], {}, (), None, object(), ValueError()]:
    print(weakref.getweakrefcount(value), weakref.getweakrefs(value), raised(weakref.ref, value))

print("references to other kinds of objects")


def function():
    pass


def generator():
    yield 1


running = generator()
for value in [function, Target, {1}, frozenset([2]), gc, running]:
    reference = weakref.ref(value)
    print(reference() is value, weakref.getweakrefcount(value), weakref.ref(value) is reference)

method = Target("method").__eq__
reference = weakref.ref(method, note)
print(reference() is method, weakref.ref(Target("method").__eq__)())
del method, value
reference = weakref.ref(running, note)
del running

print("a new object is not taken for one that was at its address")
dead = []
for turn in range(50):
    target = Target("turn")
    before = weakref.getweakrefcount(target)
    reference = weakref.ref(target)
    dead.append(reference)
    if before or weakref.getweakrefcount(target) != 1 or reference() is not target:
        print("wrong in turn", turn)
del target
print(len(dead), [reference() for reference in dead] == [None] * 50, len({id(it) for it in dead}))

print("equality is that of the objects while both live, then that of the references")
one, other, same = Target("one"), Target("other"), Target("one")
a, b, c = weakref.ref(one), weakref.ref(other), weakref.ref(same)
print(a == a, a == b, a == c, a != b, a != c, a is c)
del same
print(a == c, c == c, a != c)

print("the hash is asked for once, and outlives the object")
print(hash(a), hash(a), hash(c) if False else "not asked")
del one
print(hash(a), raised(hash, c))
table = {b: "b"}
print(table[b], weakref.ref(other) in table)
del other
print(table[b], len(table))

print("many references to one object, most of them gone")
target = Target("popular")
many = [weakref.ref(target, note) for _ in range(200)]
many += [weakref.ref(target) for _ in range(200)]
print(weakref.getweakrefcount(target))
del many[1:200]
print(weakref.getweakrefcount(target))
many.clear()
print(weakref.getweakrefcount(target))

print("the references of garbage do not call back, those of others do")


class Ring:
    pass


ring = Ring()
ring.ring = ring
ring.own = weakref.ref(ring, note)
outside = weakref.ref(ring, other_note)
print(weakref.getweakrefcount(ring))
del ring
gc.collect()
print(outside())
