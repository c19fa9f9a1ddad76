# Weak references: they do not keep, they tell.
import gc
import weakref


class Thing:
    def __init__(self, name):
        self.name = name


def told(reference):
    print('gone:', reference() is None, reference is r)


t = Thing('t')
r = weakref.ref(t, told)
print(r() is t, r().name)
s = t
del t
print('still there:', r().name)
del s
print('after:', r())

t = Thing('newest first')
refs = [weakref.ref(t, lambda _, n=n: print('callback', n)) for n in range(3)]
del t
print([ref() for ref in refs])

t = Thing('cancelled')
r2 = weakref.ref(t, lambda _: print('never printed'))
del r2
del t
print('no callback')

gc.disable()
t = Thing('in a ring')
t.me = t
r3 = weakref.ref(t, lambda ref: print('ring is gone', ref() is None))
del t
print('alive:', r3() is not None)
gc.collect()
print('dead:', r3() is None)

t = Thing('owner')
t.me = t
t.ref = weakref.ref(t, lambda _: print('never printed either'))
del t
gc.collect()
print('a reference in the garbage does not call')


def function():
    pass


r4 = weakref.ref(function)
print(r4() is function)
del function
print(r4())
try:
    weakref.ref([1, 2])
except TypeError as e:
    print(e)


def fails(_):
    raise ValueError('in callback')


a, b = Thing('a'), Thing('b')
print(weakref.ref(a) == weakref.ref(a), weakref.ref(a) == weakref.ref(b))
print(isinstance(r, weakref.ref), callable(r))
