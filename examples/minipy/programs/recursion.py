# Recursion without end is an exception, in calls and in repr.
def forever(n):
    return forever(n + 1)


class Loop:
    def __repr__(self):
        return repr(self)


def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return n


try:
    forever(0)
except RecursionError as e:
    print(e)
try:
    repr(Loop())
except RecursionError as e:
    print(type(e).__name__)
nested = []
for _ in range(5000):
    nested = [nested]
try:
    repr(nested)
except RecursionError as e:
    print(e)
print(900 < depth(0) < 1000)


def hanoi(n, a, b, c):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


print(hanoi(8, 'a', 'b', 'c'))
forever(0)
