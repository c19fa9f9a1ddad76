"""weakref.WeakValueDictionary: entries live as long as their values, and nobody sees a dead one."""
import gc
import sys
import weakref


class Thing:
    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return f"Thing({self.number})"


def raised(function, *args):
    try:
        return function(*args)
    except Exception as exception:
        return type(exception).__name__, exception.args


def filled(count=5):
    things = [Thing(number) for number in range(count)]
    mapping = weakref.WeakValueDictionary()
    for thing in things:
        mapping[f"key {thing.number}"] = thing
    return mapping, things


print("basics")
mapping, things = filled()
print(len(mapping), bool(mapping), mapping["key 2"] is things[2], "key 3" in mapping, 3 in mapping)
print(mapping.get("key 1"), mapping.get("none"), mapping.get("none", "default"))
print(sorted(mapping.keys()), sorted(mapping), list(mapping.values()))
print(list(mapping.items()))
print([sys.getrefcount(thing) for thing in things])

print("what a mapping says no to")
print(raised(lambda: mapping["none"]), raised(mapping.pop, "none"))
print(raised(mapping.__setitem__, "text", "text"), raised(mapping.__setitem__, "number", 1))
print(raised(mapping.__delitem__, "none"), raised(weakref.WeakValueDictionary, {1: 2}))
print(raised(mapping.__setitem__, [], things[0])[0], len(mapping))

print("an entry goes with its value, at once")
things.pop()
print(len(mapping), "key 4" in mapping, mapping.get("key 4"), raised(lambda: mapping["key 4"]))
things[0] = None
print(sorted(mapping))
replaced = Thing("replaced")
mapping["key 1"] = replaced
things[1] = None
print(len(mapping), mapping["key 1"])
mapping["key 1"] = things[2]
del replaced
print(len(mapping), mapping["key 1"])
del things[2]
print(sorted(mapping.items()))

print("changing")
mapping, things = filled()
print(mapping.pop("key 0"), mapping.pop("key 0", "default"), len(mapping))
print(mapping.setdefault("key 0", things[0]), mapping.setdefault("key 0", things[1]))
del mapping["key 1"]
print(sorted(mapping))
key, value = mapping.popitem()
print(key, value, len(mapping))
mapping.update({"a": things[1]})
mapping.update([("b", things[2])], c=things[3])
mapping.update(weakref.WeakValueDictionary(d=things[4]))
print(sorted(mapping))
mapping.clear()
print(len(mapping), list(mapping.items()), raised(mapping.popitem)[0])

print("a default that nobody else holds")
print(mapping.setdefault("temporary", Thing("temporary")), len(mapping))
mapping["temporary"] = Thing("temporary")
print(len(mapping), "temporary" in mapping)

print("copies and comparisons")
mapping, things = filled(3)
copy = mapping.copy()
print(type(copy).__name__, copy is mapping, copy == mapping, len(copy))
print(copy == dict(mapping), dict(copy) == dict(mapping))
things.pop()
print(len(mapping), len(copy))
union = mapping | {"more": things[0]}
print(type(union).__name__, sorted(union.keys()))
union |= {"most": things[1]}
print(sorted(union.keys()), sorted(({"first": things[0]} | mapping).keys()))

print("references to the values")
references = mapping.valuerefs()
print(len(references), [reference() for reference in references])
print([reference().number for reference in mapping.itervaluerefs()])
print([weakref.getweakrefcount(thing) for thing in things])
del mapping, copy, union, references
print([weakref.getweakrefcount(thing) for thing in things])

print("values that die while somebody iterates")
mapping, things = filled(6)
del value
seen = []
for key in mapping:
    seen.append(key)
    if key == "key 1":
        del things[3:5]
print(seen, len(mapping), sorted(mapping))
iterator = mapping.items()
print(next(iterator))
things.pop()
print(list(iterator), len(mapping), len(mapping.valuerefs()))
iterators = [mapping.keys(), mapping.values(), mapping.items(), iter(mapping)]
firsts = [next(iterator) for iterator in iterators]
del firsts
things.pop()
print([len(list(iterator)) for iterator in iterators])
del iterators
print(len(mapping), sorted(mapping))

print("a key whose value has died gets another one, while somebody iterates")
mapping, things = filled(3)
iterator = iter(mapping.keys())
next(iterator)
things.pop()
heir = Thing("heir")
mapping["key 2"] = heir
print(len(mapping), mapping["key 2"])
del iterator
print(len(mapping), mapping["key 2"])
iterator = iter(mapping.keys())
next(iterator)
del heir
things.pop()
print(len(mapping), mapping.popitem(), len(mapping))
del iterator
print(len(mapping))

print("values in cycles go when they are collected")
ring = [Thing("a"), Thing("b")]
ring[0].other, ring[1].other = ring[1], ring[0]
mapping = weakref.WeakValueDictionary(a=ring[0], b=ring[1])
del ring
print(len(mapping))
gc.collect()
print(len(mapping), list(mapping.items()))

print("a mapping that its value owns")
thing = Thing("owner")
thing.mapping = weakref.WeakValueDictionary(owner=thing)
watch = weakref.ref(thing)
del thing
print(watch() is None)

print("an interning table")
table = weakref.WeakValueDictionary()


def intern(number):
    known = table.get(number)
    if known is None:
        known = table[number] = Thing(number)
    return known


a, b, c = intern(1), intern(1), intern(2)
print(a is b, a is c, len(table))
del a
print(len(table))
del b
print(len(table), list(table.keys()))

print("a subclass")


class Counting(weakref.WeakValueDictionary):
    lookups = 0

    def __getitem__(self, key):
        self.lookups += 1
        return super().__getitem__(key)


counting = Counting(c=c)
print(counting["c"], raised(lambda: counting["d"]), counting.lookups, isinstance(counting, Counting))

print("a reference that somebody kept does not take away the value that came after it")
old, new = Thing("old"), Thing("new")
mapping = weakref.WeakValueDictionary(key=old)
references = mapping.valuerefs()
mapping["key"] = new
del old
print(references[0]() is None, len(mapping), mapping["key"])
references = mapping.valuerefs()
del mapping["key"]
mapping["key"] = Thing
del new
print(references[0]() is None, len(mapping), mapping["key"] is Thing)
