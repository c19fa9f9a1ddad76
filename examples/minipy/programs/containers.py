# A tour of lists, tuples, dicts, sets and slices.
numbers = [5, 3, 9, 1]
numbers.append(7)
numbers.extend((2, 8))
numbers.insert(0, 6)
print(numbers, len(numbers), sum(numbers), min(numbers), max(numbers))
print(sorted(numbers), sorted(numbers, reverse=True), numbers.index(9), numbers.count(3))
numbers.sort(key=lambda n: -n)
print(numbers, numbers[1:3], numbers[::-1], numbers[-2:], numbers[::3])
numbers[1:3] = ['a', 'b', 'c']
print(numbers, numbers.pop(), numbers.pop(0))
del numbers[::2]
print(numbers, 'b' in numbers, 9 not in numbers)
print([1, 2] + [3], [0] * 3, [1, 2] == [1, 2], [1, 2] < [1, 3], (1, 2) < (1, 2, 0))
first, *middle, last = range(6)
print(first, middle, last)
(a, b), c = (1, 2), 3
print(a, b, c)
matrix = [[1, 2, 3], [4, 5, 6]]
print([list(row) for row in zip(*matrix)], [x for row in matrix for x in row if x % 2])
loop = [1]
loop.append(loop)
print(loop)

ages = {'ada': 36, 'bob': 41}
ages['cyd'] = 29
ages.update({'dan': 50}, eve=19)
print(ages, len(ages), 'bob' in ages, ages.get('zoe'), ages.get('zoe', 0))
print(list(ages), list(ages.values()), list(ages.items())[:2])
print(ages.pop('bob'), ages.setdefault('fay', 7), ages.setdefault('ada', 1))
del ages['cyd']
print(ages, {**ages, 'x': 1}, ages == dict(ages), ages.keys())
print({k: v for k, v in ages.items() if v > 18}, {1: 'a', 1.0: 'b', True: 'c'})
try:
    for key in ages:
        ages[key + '!'] = 0
except RuntimeError as e:
    print(e)
try:
    {[]: 1}
except TypeError as e:
    print(e)

evens = {n for n in range(10) if n % 2 == 0}
small = set([0, 1, 2, 3])
print(sorted(evens & small), sorted(evens | small), sorted(evens - small), sorted(evens ^ small))
print(len(evens), 4 in evens, {1, 2} <= {1, 2, 3}, set(), frozenset([1]) == {1})
small.add(9)
small.discard(0)
small.update([10])
print(sorted(small))

print((1,), (), (1, 2) + (3,), (1, 2) * 2, tuple('abc'))
print(list(range(5)), list(range(2, 10, 3)), list(range(5, 0, -2)), range(3), range(2, 8)[3])
print(list(enumerate('ab', 1)), list(map(str, [1, 2])), list(filter(None, [0, 1, '', 'x'])))
print(any(n > 3 for n in [1, 5]), all([1, 0]), list(reversed([1, 2, 3])), next(iter([7])), next(iter([]), 'none'))
it = (n * n for n in range(4))
print(next(it), next(it), list(it), list(it))
print([] or 'default', 0 and 1, not [], bool('x'), None is None, [] is [])
names = ['bob', 'Ada', 'cyd']
print(sorted(names, key=str.lower), ', '.join(sorted(names)))
x = y = []
x.append(1)
print(y, x is y)
n = 10
while n > 0:
    n -= 3
    if n == 1:
        break
else:
    print('not reached')
for n in []:
    pass
else:
    print('loop ended', n)
