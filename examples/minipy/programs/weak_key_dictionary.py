"""weakref.WeakKeyDictionary: entries live as long as their keys, and nobody sees a dead one."""
import gc
import sys
import weakref


class Key:
    """Keys are equal by number."""

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return isinstance(other, Key) and self.number == other.number

    def __hash__(self):
        return hash(self.number)

    def __lt__(self, other):
        return self.number < other.number

    def __repr__(self):
        return f"Key({self.number})"


def raised(function, *args):
    try:
        return function(*args)
    except Exception as exception:
        return type(exception).__name__


def filled(count=5):
    keys = [Key(number) for number in range(count)]
    mapping = weakref.WeakKeyDictionary()
    for key in keys:
        mapping[key] = f"value {key.number}"
    return mapping, keys


print("basics")
mapping, keys = filled()
print(len(mapping), bool(mapping), mapping[keys[2]], mapping[Key(2)])
print(Key(3) in mapping, Key(9) in mapping, 3 in mapping, "3" in mapping)
print(mapping.get(Key(1)), mapping.get(Key(9)), mapping.get(Key(9), "none"))
print(sorted(mapping.items()))
print(sorted(mapping.keys()), sorted(mapping.values()), sorted(mapping))
print([sys.getrefcount(key) for key in keys])

print("what a mapping says no to")
print(raised(lambda: mapping[Key(9)]), raised(mapping.pop, Key(9)), raised(mapping.get, 9))
print(raised(mapping.setdefault, 9, 1), raised(mapping.__setitem__, "text", 1))
print(raised(weakref.WeakKeyDictionary, [1]), raised(mapping.update, {1: 2}))


def delete(key):
    del mapping[key]


print(raised(delete, Key(9)), len(mapping))

print("an entry goes with its key, at once")
value = Key(100)
mapping[keys[4]] = value
before = sys.getrefcount(value)
keys.pop()
print(len(mapping), before - sys.getrefcount(value), Key(4) in mapping)
keys.pop(0)
print(len(mapping), sorted(mapping.items()))

print("an equal key does not replace the first one")
twin = Key(1)
mapping[twin] = "the twin's"
print(len(mapping), mapping[keys[0]], [key is twin for key in mapping.keys() if key == twin])
del twin
print(len(mapping), mapping[Key(1)])
first = keys.pop(0)
del first
print(len(mapping), Key(1) in mapping)

print("changing")
mapping, keys = filled()
print(mapping.pop(keys[0]), mapping.pop(keys[0], "default"), len(mapping))
print(mapping.setdefault(keys[0], "new"), mapping.setdefault(keys[0], "newer"), len(mapping))
del mapping[Key(1)]
print(sorted(mapping.items()))
popped = mapping.popitem()
print(popped, len(mapping))
mapping.update({keys[3]: "from a dict"})
mapping.update([(keys[4], "from pairs")])
other = weakref.WeakKeyDictionary({keys[1]: "from another"})
mapping.update(other)
print(sorted(mapping.items()))
mapping.clear()
print(len(mapping), list(mapping.items()), raised(mapping.popitem))

print("copies and comparisons")
mapping, keys = filled(3)
copy = mapping.copy()
print(type(copy).__name__, copy is mapping, copy == mapping, len(copy), copy == {1: 2})
print(copy == dict(mapping), dict(copy) == dict(mapping))
print(weakref.WeakKeyDictionary(dict(mapping)) == mapping, mapping != copy)
keys.pop()
print(len(copy), len(mapping))
more = Key(7)
union = mapping | {more: "seven"}
print(type(union).__name__, sorted(union.items()))
union |= {keys[0]: "zero"}
print(sorted(union.items()))
print(sorted(({more: "dict first"} | mapping).items()))

print("references to the keys")
references = mapping.keyrefs()
print(len(references), sorted([reference() for reference in references]))
print([weakref.getweakrefcount(key) for key in keys])
del mapping, copy, union, references
print([weakref.getweakrefcount(key) for key in keys])

print("keys that die while somebody iterates")
mapping, keys = filled(6)
seen = []
for key in mapping:
    seen.append(key.number)
    if key.number == 1:
        del keys[3:5]
        print("inside", len(mapping), Key(3) in mapping, Key(5) in mapping)
del key
print(seen, len(mapping), sorted(mapping))
iterator = iter(mapping.items())
next(iterator)
gone = keys.pop()
del gone
print(len(mapping), len(list(mapping.items())), len(mapping.keyrefs()))
del iterator
print(len(mapping), len(mapping.keyrefs()))
iterators = [mapping.keys(), mapping.values(), mapping.items(), iter(mapping)]
firsts = [next(iterator) for iterator in iterators]
del firsts
keys.pop()
print([len(list(iterator)) for iterator in iterators], len(mapping))
del iterators
print(len(mapping), sorted(mapping))

print("changing it while iterating is an error")


def grow():
    for key in mapping:
        mapping[extra] = "grown"


extra = Key(50)
print(raised(grow), len(mapping))
iterator = mapping.keys()
held = next(iterator)
print(len(mapping), mapping.pop(held), len(mapping), raised(next, iterator))
del iterator

print("a value that refers to its key keeps it, as long as the mapping is there")


class Node:
    pass


node = Node()
watch = weakref.ref(node)
mapping = weakref.WeakKeyDictionary({node: [node]})
del node
gc.collect()
print(watch() is None, len(mapping))
del mapping
gc.collect()
print(watch() is None)

print("keys in cycles go when they are collected")
node = Node()
node.itself = node
mapping = weakref.WeakKeyDictionary({node: "cyclic"})
del node
print(len(mapping))
gc.collect()
print(len(mapping), list(mapping.values()))

print("a mapping in a cycle of its own")
node = Node()
node.mapping = weakref.WeakKeyDictionary({node: node})
watch = weakref.ref(node)
del node
gc.collect()
print(watch() is None)

print("a mapping that dies in the death of a key")


class Owner:
    def __del__(self):
        print("owner's end", len(self.mapping))


owner = Owner()
owner.mapping = weakref.WeakKeyDictionary()
owner.mapping[owner] = 1
owner.mapping[extra] = 2
del owner
print(weakref.getweakrefcount(extra))
