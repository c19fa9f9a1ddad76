# Closures share their variables, and keep them alive.
class Probe:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('del', self.name)


def counter(start=0, *, step=1):
    value = start

    def advance():
        nonlocal value
        value += step
        return value

    def reset(to=start):
        nonlocal value
        value = to

    return advance, reset


advance, reset = counter(10, step=5)
print(advance(), advance(), advance())
reset()
print(advance())
reset(to=100)
print(advance())


def keeper():
    probe = Probe('kept by closure')

    def get():
        return probe.name
    return get


get = keeper()
print(get())
del get
print('closure gone')


def make_adders():
    return [lambda x, n=n: x + n for n in range(3)], [lambda x: x + n for n in range(3)]


early, late = make_adders()
print([f(10) for f in early], [f(10) for f in late])

total = 0


def add(n):
    global total
    total += n


for n in range(5):
    add(n)
print(total)


def outer():
    def middle():
        def inner():
            return x
        return inner
    x = 'from outer'
    return middle()()


print(outer())


def compose(*functions):
    def composed(value):
        for function in functions:
            value = function(value)
        return value
    return composed


print(compose(lambda x: x + 1, lambda x: x * 2, str)(20))


def unset():
    def inner():
        return later
    try:
        inner()
    except NameError as e:
        print(e)
    later = 1
    return inner()


print(unset())


def memoize(function):
    cache = {}

    def wrapped(n):
        if n not in cache:
            cache[n] = function(n)
        return cache[n]
    return wrapped


@memoize
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(80))
