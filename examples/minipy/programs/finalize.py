"""weakref.finalize: called when an object dies, called early, detached, or called at exit."""
import gc
import sys
import weakref


class Thing:
    pass


def add(x, y, z):
    print("add", x, y, z)
    return x + y + z


def raised(function, *args):
    try:
        return function(*args)
    except Exception as exception:
        return type(exception).__name__


print("called by hand: once")
thing = Thing()
finalizer = weakref.finalize(thing, add, 67, 43, z=89)
print(finalizer.alive, finalizer.atexit)
target, function, args, keywords = finalizer.peek()
print(target is thing, function is add, args, keywords)
del target
print(finalizer())
print(finalizer(), finalizer.alive, finalizer.peek(), finalizer.detach(), finalizer.atexit)
del thing
print(finalizer())

print("called when the object dies")
thing = Thing()
finalizer = weakref.finalize(thing, add, 1, 2, 3)
print(sys.getrefcount(thing), weakref.getweakrefcount(thing))
del thing
print(finalizer.alive, finalizer.peek(), finalizer(), finalizer.detach())

print("detached")
thing = Thing()
finalizer = weakref.finalize(thing, add, x=1, y=2, z=3)
target, function, args, keywords = finalizer.detach()
print(target is thing, function is add, args, keywords, finalizer.alive)
print(finalizer(), finalizer.peek(), finalizer.detach())
del thing, target
print(finalizer())

print("nobody needs to keep it")
thing = Thing()
weakref.finalize(thing, print, "kept by nobody")
del thing

print("several of one object: newest first")
thing = Thing()
for number in range(4):
    weakref.finalize(thing, print, "number", number)
print(weakref.getweakrefcount(thing))
del thing

print("in a cycle")
thing = Thing()
thing.thing = thing
finalizer = weakref.finalize(thing, print, "cycle")
del thing
print(finalizer.alive)
gc.collect()
print(finalizer.alive)

print("what it is to do can keep the object alive")
thing = Thing()
finalizer = weakref.finalize(thing, print, thing)
watch = weakref.ref(thing)
del thing
gc.collect()
print(watch() is None, finalizer.alive)
function = finalizer.detach()
del function
print(watch() is None, finalizer.alive)

print("the order of death: __del__, then weak references")


class Deleted:
    def __del__(self):
        print("__del__", finalizer.alive, finalizer.peek() is not None)


deleted = Deleted()
finalizer = weakref.finalize(deleted, print, "finalize")
del deleted

print("brought back by __del__: the finalizer waits")


class Lazarus:
    back = []

    def __del__(self):
        Lazarus.back.append(self)


lazarus = Lazarus()
finalizer = weakref.finalize(lazarus, print, "at last")
del lazarus
print(finalizer.alive, len(Lazarus.back))
Lazarus.back.clear()
print(finalizer.alive)

print("a finalizer that makes another one")


def again(depth):
    print("depth", depth)
    if depth:
        thing = Thing()
        weakref.finalize(thing, again, depth - 1)


again(3)

print("what cannot have one, and what it does not take")
print(raised(weakref.finalize, 1, print), raised(weakref.finalize, "text", print))
print(raised(weakref.finalize), raised(weakref.finalize, Thing()))
first, second = weakref.finalize(add, print), weakref.finalize(add, print)
print(first == first, first == second, len({first, second}))
first.detach()
second.detach()

print("a temporary folder")


class Folder:
    def __init__(self, name):
        self.name = name
        self._finalizer = weakref.finalize(self, print, "removed", name)

    def remove(self):
        self._finalizer()

    @property
    def is_removed(self):
        return not self._finalizer.alive


folders = [Folder("a"), Folder("b"), Folder("c")]
folders[0].remove()
folders[0].remove()
print([folder.is_removed for folder in folders])
del folders[:2]

print("at exit: newest first, before anything is torn down")
kept = Thing()
one = weakref.finalize(kept, print, "exit: one")
two = weakref.finalize(kept, print, "exit: two")
two.atexit = False
print(one.atexit, two.atexit)


def last():
    print("exit: last", kept is not None, gc.isenabled())
    weakref.finalize(kept, print, "exit: made at exit")


weakref.finalize(kept, last)
called = weakref.finalize(kept, print, "exit: never, it was called")
called()
one_that_exits = weakref.finalize(kept, sys.stdout.write, "exit: written\n")
silent = weakref.finalize(Thing, print, "exit: of a class")


class Noisy:
    def __del__(self):
        print("noisy's __del__")


noisy = Noisy()
weakref.finalize(noisy, print, "exit: noisy's")
print("the end")
