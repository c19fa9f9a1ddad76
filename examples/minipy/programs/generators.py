# Generators: yield, send, throw, close, and what a suspended one keeps alive.
import gc, sys
def count(n):
    for i in range(n):
        yield i
    print('end of count')
print(list(count(3)))
g = count(2)
print(next(g), next(g), next(g, 'done'), next(g, 'still'))
def acc():
    total = 0
    while True:
        x = yield total
        if x is None: break
        total += x
g = acc()
print(next(g), g.send(1), g.send(5))
try: g.send(None)
except StopIteration as e: print('stop', e.value)
def tree(n):
    if n > 0:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)
print(list(tree(3)))
def fin():
    try:
        yield 1
        yield 2
    finally:
        print('cleanup')
for x in fin():
    print(x)
    break
print('after break')
g = fin()
next(g)
g.close()
print('closed', list(g))
g = fin()
next(g)
try: g.throw(ValueError('thrown'))
except ValueError as e: print(e)
def catch():
    while True:
        try:
            x = yield 'ready'
            print('got', x)
        except KeyError as e:
            print('caught', repr(e))
            yield 'recovered'
        else:
            yield 'else'
        finally:
            print('fin')
g = catch()
print(next(g), g.send(1), next(g), g.throw(KeyError('k')), next(g))
g = None
print('dropped')
class CM:
    def __enter__(self): print('in'); return self
    def __exit__(self, *a): print('out', a[0] and a[0].__name__)
def withg():
    with CM() as c:
        yield 1
        for i in range(2):
            if i % 2:
                yield ('odd', i)
            else:
                yield ('even', i)
        else:
            yield 'for else'
    yield 'after'
print(list(withg()))
g = withg(); next(g); del g
print('deleted')
def nested_finally():
    try:
        try:
            yield 1
            raise ValueError('x')
        finally:
            yield 'in finally'
            print('still')
    except ValueError as e:
        yield repr(e)
        yield sys.exc_info()[0].__name__
    yield sys.exc_info()[0]
print(list(nested_finally()))
def ret():
    yield 1
    return 5
g = ret()
next(g)
try: next(g)
except StopIteration as e: print('value' , e.args == () or e.value)
def outer():
    x = 10
    def inner():
        nonlocal x
        while x > 7:
            x -= 1
            yield x
    return inner
print(list(outer()()))
class It:
    def __init__(self, n): self.n = n
    def __iter__(self):
        for i in range(self.n):
            yield i * i
print(list(It(4)), sum(It(3)), [a for a in It(2)])
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
def take(n, it):
    for _, x in zip(range(n), it): yield x
print(list(take(10, fib())))
print(type(count(1)), repr(count(1))[:24])
class P:
    def __del__(self): print('del P')
def holds():
    p = P()
    yield 1
    print('not here')
g = holds(); next(g)
g = None
print('freed with generator')
gc.collect()
def ring():
    p = P()
    me = yield
    yield me
g = ring(); next(g); g.send(g)
del g
print('ring dropped')
gc.collect()
print('collected')
def bad():
    yield 1
    1 / 0
try: list(bad())
except ZeroDivisionError as e: print(e)
try: g = count(1); g.send(5)
except TypeError as e: print(e)
def stop():
    yield 1
    raise StopIteration
try: list(stop())
except RuntimeError as e: print(e, repr(e.__cause__))
def self_run():
    yield next(me)
me = self_run()
try: next(me)
except ValueError as e: print(e)
def fresh(): yield 1
g = fresh(); g.close(); print(list(g))
def while_else():
    i = 0
    while i < 2:
        yield i
        i += 1
    else:
        yield 'else'
print(list(while_else()))
def ignore():
    try: yield 1
    except GeneratorExit: yield 2
g = ignore(); next(g)
try: g.close()
except RuntimeError as e: print(e)
def a_tb():
    yield 1
    raise KeyError('from generator')
for x in a_tb():
    pass
