"""weakref.WeakSet: an element is in it as long as it lives."""
import gc
import weakref


class Element:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return isinstance(other, Element) and self.number == other.number

    def __hash__(self):
        return hash(self.number)

    def __lt__(self, other):
        return self.number < other.number

    def __repr__(self):
        return f"E{self.number}"


def raised(function, *args):
    try:
        return function(*args)
    except Exception as exception:
        return type(exception).__name__


def elements(*numbers):
    return [Element(number) for number in numbers]


print("basics")
kept = elements(0, 1, 2, 3, 4)
weak = weakref.WeakSet(kept)
print(len(weak), bool(weak), sorted(weak), Element(2) in weak, Element(9) in weak, 2 in weak)
weak.add(kept[0])
weak.add(Element(0))
weak.add(Element(77))
print(len(weak), sorted(weak))
print(raised(weak.add, 1), raised(weak.remove, Element(9)), raised(weak.discard, Element(9)))
print(raised(weakref.WeakSet().pop), raised(weakref.WeakSet, 5))

print("an element goes at once")
kept.pop()
print(len(weak), sorted(weak))
del kept[0]
print(len(weak), sorted(weak))

print("changing")
weak.discard(Element(1))
weak.remove(Element(2))
print(sorted(weak))
weak.update(kept)
popped = weak.pop()
print(popped in kept, popped in weak, len(weak))
weak |= kept
weak -= [kept[0], Element(9)]
print(sorted(weak))
weak.clear()
print(len(weak), list(weak))

print("algebra")
low, high = elements(0, 1, 2), elements(2, 3)
a, b = weakref.WeakSet(low), weakref.WeakSet(high)
for result in [a | b, a & b, a - b, a ^ b, a.union(high), a.intersection(high), a.difference(high)]:
    print(type(result).__name__, sorted(result))
print(a == weakref.WeakSet(low), a == b, a != b, a == set(low), a.copy() == a, a.copy() is a)
small = weakref.WeakSet(low[:2])
print(small <= a, small < a, a < a, a <= a, a > small, a >= small, small.isdisjoint(b))
print(small.issubset(low), a.issuperset(low[:1]), a.isdisjoint(b))
low.pop()
print(a == small, sorted(a | b))

print("elements that die while somebody iterates")
kept = elements(0, 1, 2, 3, 4, 5)
weak = weakref.WeakSet(kept)
count = 0
for element in weak:
    count += 1
    kept = [one for one in kept if one is element]
    print(len(weak))
print(count, len(weak), list(weak) == kept)
kept = elements(0, 1, 2, 3)
weak = weakref.WeakSet(kept)
iterator = iter(weak)
first = next(iterator)
kept = [first]
print(len(weak), list(iterator), len(weak))

print("subclasses' instances, functions, classes and sets can be elements; others cannot")


def function():
    pass


frozen = frozenset([1])
mixed = weakref.WeakSet([function, Element, frozen])
print(len(mixed), function in mixed, Element in mixed, frozenset([1]) in mixed)
for other in [1, "text", (), [], {}, None, object(), 1.5]:
    print(raised(mixed.add, other), other in mixed)

print("cycles")


class Node:
    pass


nodes = [Node(), Node()]
nodes[0].other, nodes[1].other = nodes[1], nodes[0]
weak = weakref.WeakSet(nodes)
del nodes
print(len(weak))
gc.collect()
print(len(weak))

print("all instances of a class")


class Listed:
    instances = weakref.WeakSet()

    def __init__(self):
        Listed.instances.add(self)


many = [Listed() for _ in range(100)]
del many[10:]
print(len(Listed.instances))
many.clear()
print(len(Listed.instances))
