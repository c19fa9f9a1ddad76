# try, except, else, finally, raise, and the classes of exceptions.
def attempt(function):
    try:
        result = function()
    except (TypeError, ValueError) as e:
        return f'{type(e).__name__}: {e}'
    except ArithmeticError as e:
        return f'arithmetic: {e!r}'
    except LookupError as e:
        return f'lookup: {type(e).__name__} {e}'
    except Exception as e:
        return f'other: {type(e).__name__} {e}'
    else:
        return f'fine: {result}'
    finally:
        print('finally', end=' ')


def two(a, b=2, *, c=3):
    return a, b, c


print(attempt(lambda: 1 + 1))
print(attempt(lambda: 1 / 0))
print(attempt(lambda: int('x')))
print(attempt(lambda: 'a' + 1))
print(attempt(lambda: [1][3]))
print(attempt(lambda: {}['k']))
print(attempt(lambda: None.x))
print(attempt(lambda: two()))
print(attempt(lambda: two(1, 2, 3)))
print(attempt(lambda: two(1, d=4)))
print(attempt(lambda: two(1, a=4)))
print(attempt(lambda: two(5, c=6)))
print(attempt(lambda: len(5)))
print(attempt(lambda: [] < 1))
five = 5
print(attempt(lambda: five()))
print(attempt(lambda: (1, 2)[0:1]['x']))
print(attempt(lambda: iter(3)))
print(attempt(lambda: next(iter([]))))
print(attempt(lambda: undefined))
print(attempt(lambda: [].nope))
print(attempt(lambda: two.nope))
print(attempt(lambda: 'abc'.index('z')))
print(attempt(lambda: [1].remove(2)))
print(attempt(lambda: [].pop()))
print(attempt(lambda: 2.5 % 0))
print(attempt(lambda: 7 // 0))
print(attempt(lambda: max([])))
print(attempt(lambda: ' '.join([1])))
print(attempt(lambda: float('abc')))


class Custom(Exception):
    pass


class Detailed(Custom):
    def __init__(self, what, size):
        super().__init__(what, size)
        self.size = size


try:
    raise Detailed('big', 3)
except Custom as e:
    print(repr(e), e, e.args, e.size)
try:
    raise Custom
except Custom as e:
    print(repr(e), str(e) == '', e.args)


def flow():
    for n in range(5):
        try:
            if n == 1:
                continue
            if n == 3:
                break
            print('body', n)
        finally:
            print('cleanup', n)
    return 'done'


print(flow())


def override():
    try:
        return 'try'
    finally:
        return 'finally'


print(override())


def reraise():
    try:
        try:
            raise ValueError('inner')
        except ValueError:
            print('first')
            raise
    except ValueError as e:
        print('second', e, e.__context__)


reraise()
try:
    try:
        raise KeyError('a')
    except KeyError:
        raise TypeError('b')
except TypeError as e:
    print(repr(e.__context__), e.__cause__)
try:
    assert 1 == 2, 'math works'
except AssertionError as e:
    print('assert', e)
try:
    e
except NameError as error:
    print(error)


def unbound():
    print(value)
    value = 1


try:
    unbound()
except UnboundLocalError as e:
    print(e)
try:
    import nothing_like_this
except ImportError as e:
    print(type(e).__name__, e)
try:
    a, b = 1, 2, 3
except ValueError as e:
    print(e)
try:
    a, b = [1]
except ValueError as e:
    print(e)
try:
    raise 'text'
except TypeError as e:
    print(e)
