"""gc.callbacks, get_stats, get_count, the thresholds: what the collector says of its own work."""
import gc

gc.disable()
gc.collect()


class Node:
    def __init__(self):
        self.itself = self


def garbage(count):
    for _ in range(count):
        Node()


print("a callback hears the start and the stop")
heard = []


def listen(phase, info):
    heard.append((phase, sorted(info.items())))


gc.callbacks.append(listen)
garbage(3)
print(gc.collect())
for event in heard:
    print(event)
heard.clear()
garbage(2)
print(gc.collect(0), gc.collect(1), gc.collect(generation=2))
for phase, info in heard:
    print(phase, info)

print("the object is there at the start and gone at the stop")
import weakref

node = Node()
watch = weakref.ref(node)


def look(phase, info):
    print(phase, watch() is None)


gc.callbacks.remove(listen)
gc.callbacks.append(look)
del node
heard.clear()
gc.collect()
print(heard, gc.callbacks == [look])

print("several, in their order; one takes itself away")
gc.callbacks.clear()


def once(phase, info):
    print("once", phase)
    gc.callbacks.remove(once)


def twice(phase, info):
    print("twice", phase, info["collected"])
    info["seen"] = True


def after(phase, info):
    print("after", phase, "seen" in info)


gc.callbacks += [once, twice, after]
garbage(1)
gc.collect()
gc.collect()
print(len(gc.callbacks))

print("a collection in a collection does nothing")
gc.callbacks[:] = []


def collect(phase, info):
    garbage(1)
    print(phase, gc.collect())


class Collecting:
    def __init__(self):
        self.itself = self

    def __del__(self):
        print("in __del__", gc.collect())


gc.callbacks.append(collect)
Collecting()
print(gc.collect() > 0)
gc.callbacks.clear()
print(gc.collect() > 0, gc.collect())

print("only what is in the list is called, not what takes its place")
callbacks = gc.callbacks
gc.callbacks = [after]
gc.collect()
gc.callbacks = callbacks
del callbacks

print("stats: one dict for each generation")
stats = gc.get_stats()
print(len(stats), [sorted(one) for one in stats])
print([one["uncollectable"] for one in stats], gc.garbage)


def difference(old, new):
    return [(b["collections"] - a["collections"], b["collected"] - a["collected"]) for a, b in zip(old, new)]


for generation in range(3):
    old = gc.get_stats()
    garbage(generation + 1)
    gc.collect(generation)
    new = gc.get_stats()
    print(generation, difference(old, new))
old = gc.get_stats()
for generation in [0, 0, 1, 2, 0]:
    garbage(2)
    gc.collect(generation)
print(difference(old, gc.get_stats()))

print("counts: of the younger generation's collections")
for generation in [2, 0, 0, 1, 0, 1, 2]:
    gc.collect(generation)
    print(generation, gc.get_count()[1:])
before = gc.get_count()[0]
kept = [Node() for _ in range(500)]
print(len(gc.get_count()), gc.get_count()[0] - before > 200)
gc.collect()
print(gc.get_count()[0] < 10)
del kept

print("thresholds")
thresholds = gc.get_threshold()
print(len(thresholds), thresholds[0] > 0)
gc.set_threshold(973, 10, 5)
print(gc.get_threshold())
gc.set_threshold(800)
print(gc.get_threshold())
gc.set_threshold(900, 20)
print(gc.get_threshold())
for wrong in [(), (1, 2, 3, 4), ("1",), (None, 1)]:
    try:
        gc.set_threshold(*wrong)
    except TypeError:
        print("TypeError")
print(gc.get_threshold()[0])

print("without a threshold nothing is collected by itself, with a low one much is")


def alive():
    return len([it for it in gc.get_objects() if type(it) is Node])


gc.collect()
gc.enable()
gc.set_threshold(0)
print(gc.isenabled())
garbage(3000)
print(alive())
gc.collect()
gc.set_threshold(100)
garbage(3000)
print(alive() < 500)
gc.set_threshold(*thresholds)
gc.disable()
gc.collect()
print(gc.isenabled(), alive(), gc.get_threshold() == thresholds)
garbage(3000)
print(alive())

print("collections that start by themselves are heard of and counted too")
gc.collect()
gc.callbacks.append(listen)
heard.clear()
old = gc.get_stats()
gc.set_threshold(50)
gc.enable()
garbage(2000)
gc.disable()
gc.set_threshold(*thresholds)
gc.callbacks.remove(listen)
phases = [phase for phase, info in heard]
print(len(phases) >= 6, phases == ["start", "stop"] * (len(phases) // 2))
infos = [dict(info) for phase, info in heard if phase == "stop"]
print({info["uncollectable"] for info in infos}, {info["generation"] for info in infos} <= {0, 1, 2})
automatic = difference(old, gc.get_stats())
print(sum([collections for collections, _ in automatic]) == len(infos))
collected = sum([number for _, number in automatic])
print(collected == sum([info["collected"] for info in infos]), collected > 1500)
gc.collect()

print("what is called wrongly")
for wrong in [-1, 3]:
    try:
        gc.collect(wrong)
    except ValueError as error:
        print(error)
try:
    gc.collect("2")
except TypeError as error:
    print(error)

print("at exit there is a collection too")
last = Node()
gc.collect()
gc.callbacks.append(lambda phase, info: print("at exit", phase, info["generation"]))
gc.enable()
