"""gc.get_referents, get_referrers, get_objects, is_tracked, is_finalized: what refers to what."""
import gc
import weakref


class Thing:
    pass


class Named:
    def __init__(self, name):
        self.name = name


def is_in(thing, things):
    return any([thing is other for other in things])


def refers(source, target):
    return is_in(target, gc.get_referents(source)), is_in(source, gc.get_referrers(target))


print("what containers refer to")
print(gc.get_referents([1, 3, 5]), gc.get_referents((1, 2, 3)), gc.get_referents([]))
print(sorted(gc.get_referents({5: 7})), sorted(gc.get_referents({1, 2})))
print(sorted(gc.get_referents([1, 2], {3: 4}, (0, 0, 0))))
print(gc.get_referents(1, "a", None, 1.5, True), gc.get_referents())
print(gc.get_referents({"key": "value"}), sorted(gc.get_referents({"key": 1, 2: 3}, [4])[:4], key=str))
print(len(gc.get_referents([[1, [2]]])))

print("what objects refer to")
named = Named("name")
print(gc.get_referents(named) == ["name", Named])
named.__dict__
print(gc.get_referents(named) == [{"name": "name"}, Named])
empty = Thing()
print(gc.get_referents(empty) == [Thing])
exception = ValueError("text")
print(gc.get_referents(exception) == [("text",)])


def callback(reference):
    pass


print(gc.get_referents(weakref.ref(empty)), gc.get_referents(weakref.ref(empty, callback)) == [callback])


def closure():
    variable = [1]

    def inner(default=[2], *, keyword=[3]):
        return variable

    return inner


inner = closure()
print(is_in(globals(), gc.get_referents(inner)), inner.__closure__[0].cell_contents)
print(refers(inner, inner.__closure__), refers(inner, inner.__defaults__))
print(gc.get_referents(inner.__closure__[0]))
method = named.__init__
print(refers(method, named), refers(method, Named.__init__))


def generator(argument):
    held = [argument]
    yield held


suspended = generator(empty)
held = next(suspended)
print(refers(suspended, held), refers(suspended, empty))

print("what refers to an object")
target = Thing()
sources = [[target], (target,), {"key": target}, {target: 1}, {target}, frozenset([target])]
owner = Thing()
owner.target = target
sources.append(owner)
print([refers(source, target) for source in sources])
found = gc.get_referrers(target)
print(len(found), is_in(globals(), found), [is_in(source, found) for source in sources])
print(sum([source in (globals(), *sources) for source in found]))
del found
sources.clear()
owner.target = None
print([source is globals() for source in gc.get_referrers(target)])

print("of several objects at once")
one, two = Thing(), Thing()
first, second, both = [one], [two], [one, two]
found = gc.get_referrers(one, two)
print([is_in(it, found) for it in [first, second, both, globals()]], len(found), gc.get_referrers())
del found

print("a leak is found by asking who refers to it")


class Cache:
    def __init__(self):
        self.entries = {}
        self.handlers = []

    def load(self, key):
        entry = Thing()
        self.entries[key] = entry
        self.handlers.append(lambda: entry)


cache = Cache()
cache.load("key")
lost = cache.entries.pop("key")
referrers = [it for it in gc.get_referrers(lost) if it is not globals()]
print([type(it).__name__ for it in referrers])
step = referrers[0]
path = []
while step is not cache:
    path.append(type(step).__name__)
    referrers = [it for it in gc.get_referrers(step) if not is_in(it, [globals(), referrers])]
    step = referrers[0]
print(path)
del referrers, step, lost

print("which objects the collector knows")
for value in [1, 1.5, "text", None, True, (), object(), {}, {"a": 1}, {1: "one"}, range(3)]:
    print(repr(value) if type(value) is not object else "object()", gc.is_tracked(value))
tracked = [[], set(), frozenset([1]), Thing(), Thing, callback, gc, [1], {"a": []}, {"a": {}}]
tracked += [([],), {(1, 2): ([],)}, weakref.ref(empty), suspended, method, ValueError()]
print([gc.is_tracked(value) for value in tracked])
changing = {}
print(gc.is_tracked(changing))
changing["key"] = []
print(gc.is_tracked(changing))
plain = [tuple([1, 2, "three"]), tuple([(1,), 2.5])]
gc.collect()
print([gc.is_tracked(value) for value in plain])

print("all objects")
new = Thing()
print(is_in(new, gc.get_objects()), is_in("text", gc.get_objects()), is_in(globals(), gc.get_objects()))
count = len([it for it in gc.get_objects() if type(it) is Thing])
more = [Thing() for _ in range(10)]
print(len([it for it in gc.get_objects() if type(it) is Thing]) - count)
del more
print(len([it for it in gc.get_objects() if type(it) is Thing]) - count)
ring = Thing()
ring.ring = ring
del ring
gc.disable()
print(len([it for it in gc.get_objects() if type(it) is Thing]) - count)
gc.collect()
print(len([it for it in gc.get_objects() if type(it) is Thing]) - count)
print(len(gc.get_objects(-1)) > 0)
for wrong in [-2, 3, "0", 1.5]:
    try:
        gc.get_objects(generation=wrong)
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)

print("whose finalizer has run")


class Lazarus:
    def __del__(self):
        global lazarus
        lazarus = self


lazarus = Lazarus()
print(gc.is_finalized(lazarus), gc.is_finalized(3), gc.is_finalized(Lazarus))
lazarus.itself = lazarus
del lazarus
gc.collect()
print(gc.is_finalized(lazarus))
Lazarus.__del__ = None
