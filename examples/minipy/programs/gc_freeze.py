# needs: inspect
"""gc.freeze: collections leave alone what is there now; gc.get_objects by generation."""
import gc
import weakref

gc.disable()


class Node:
    def __init__(self):
        self.itself = self


def is_in(thing, things):
    return any([thing is other for other in things])


print("nothing is frozen")
gc.collect()
print(gc.get_freeze_count(), gc.unfreeze(), gc.get_freeze_count())

print("a frozen cycle is not collected")
frozen = Node()
watch = weakref.ref(frozen)
before = len(gc.get_objects())
print(gc.freeze(), gc.get_freeze_count() > 100, before - gc.get_freeze_count() < 50)
young = weakref.ref(Node())
del frozen
print(gc.collect(), watch() is None, young() is None)

print("what is frozen is not shown")
print(is_in(watch(), gc.get_objects()), is_in(gc, gc.get_objects()), len(gc.get_objects()) < 50)
new = Node()
print(is_in(new, gc.get_objects()), gc.get_referrers(watch()))
print(gc.is_tracked(watch()))

print("but it dies by its count")


class Plain:
    pass


plain = Plain()
plain_watch = weakref.ref(plain)
gc.freeze()
frozen = gc.get_freeze_count()
del plain
print(plain_watch() is None, gc.get_freeze_count() < frozen)

print("thawed, it is collected")
gc.unfreeze()
print(gc.get_freeze_count(), watch() is None)
print(gc.collect(), watch() is None, is_in(new, gc.get_objects()))

print("generations")
del new
gc.collect()
thing = [Node(), []]
thing.append(thing)
print([is_in(thing, gc.get_objects(generation=generation)) for generation in range(3)])
print(is_in(thing, gc.get_objects(generation=None)), is_in(thing, gc.get_objects()))
print(sum([len(gc.get_objects(generation)) for generation in range(3)]) - len(gc.get_objects()) < 10)
gc.collect()
print([is_in(thing, gc.get_objects(generation=generation)) for generation in range(3)])
