# Reference counts in arguments, attributes, containers, loops, closures and handlers.
import sys

count = sys.getrefcount


class Thing:
    kept = None

    def __init__(self, name=None):
        self.name = name
        print('in __init__', count(self))

    def method(self):
        return count(self)


def passed(thing):
    return count(thing)


def passed_on(thing):
    return passed(thing)


t = Thing('t')
print('variable', count(t))
print('method', t.method())
print('argument', passed(t))
print('argument of argument', passed_on(t))
pair = (t, t)
print('tuple', count(t))
del pair
items = [t] * 10
print('list', count(t))
items.pop()
print('popped', count(t))
items.clear()
print('cleared', count(t))
d = {'a': t, t: 'b'}
print('dict', count(t))
del d['a']
print('deleted key', count(t))
d = None
print('no dict', count(t))
Thing.kept = t
print('class attribute', count(t))
Thing.kept = None
for x in [t, t]:
    print('loop', count(x))
print('after loop', count(t))
del x
f = lambda: t
print('global of a lambda', count(t))


def closure(it):
    def inner():
        return count(it)
    return inner


g = closure(t)
print('closure', count(t), g())
del g
bound = t.method
print('bound method', count(t), bound())
del bound
print([count(y) for y in [t]])
print(max([t], key=lambda y: 0) is t, count(t))
s = {t}
print('set', count(t))
s.remove(t)
print('removed', count(t))
try:
    raise ValueError(t)
except ValueError as e:
    print('in exception', count(t), count(e))
print('after exception', count(t))
a, b = t, t
print('unpacked', count(t))
a = b = None
print('end', count(t))
