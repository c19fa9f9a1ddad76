# Classes: inheritance, special methods, properties, class and static methods.
class Shape:
    count = 0

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    def area(self):
        raise NotImplementedError

    def __str__(self):
        return f'{self.name} of area {self.area()}'

    def __repr__(self):
        return f'{type(self).__name__}({self.name!r})'

    def __lt__(self, other):
        return self.area() < other.area()

    @classmethod
    def created(cls):
        return f'{cls.__name__}: {cls.count}'

    @staticmethod
    def unit():
        return 'cm'


class Rect(Shape):
    def __init__(self, w, h):
        super().__init__('rect')
        self.w, self.h = w, h

    def area(self):
        return self.w * self.h

    @property
    def ratio(self):
        return self.w / self.h

    @ratio.setter
    def ratio(self, value):
        self.w = self.h * value


class Square(Rect):
    def __init__(self, side):
        super().__init__(side, side)
        self.name = 'square'

    def __eq__(self, other):
        return isinstance(other, Square) and self.w == other.w

    def __hash__(self):
        return hash(self.w)


r, s = Rect(2, 3), Square(2)
print(r, s, [r, s], sorted([r, s]))
print(r.ratio, Shape.created(), Square.created(), r.unit(), Rect.unit())
r.ratio = 2
print(r.w, r.area())
print(isinstance(s, Shape), isinstance(r, Square), issubclass(Square, Rect), Square.__mro__)
print(s == Square(2), s != Square(3), s == 2, {Square(2): 'found'}[s], len({Square(1), Square(1)}))
print(hasattr(s, 'side'), getattr(s, 'w'), getattr(s, 'nope', 'default'), s.__class__.__name__)
try:
    Shape('abstract').area()
except NotImplementedError as e:
    print('NotImplementedError', repr(e))


class Vector:
    def __init__(self, *parts):
        self.parts = list(parts)

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(*[a + b for a, b in zip(self.parts, other.parts)])

    def __mul__(self, n):
        return Vector(*[p * n for p in self.parts])

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __iadd__(self, other):
        self.parts = (self + other).parts
        return self

    def __getitem__(self, i):
        return self.parts[i]

    def __setitem__(self, i, value):
        self.parts[i] = value

    def __len__(self):
        return len(self.parts)

    def __contains__(self, value):
        return value in self.parts

    def __bool__(self):
        return any(self.parts)

    def __call__(self, i):
        return self[i]

    def __repr__(self):
        return f'Vector{tuple(self.parts)}'


v = Vector(1, 2)
w = v
w += Vector(10, 20)
print(v, v is w, v + Vector(1, 1), 3 * v, v * 2, -v, v[0], v(1), len(v), 22 in v, bool(Vector(0)))
v[0] = 'x'
print(list(v), v[-1], [x for x in v])
try:
    v + 1
except TypeError as e:
    print(e)


class Dynamic:
    def __getattr__(self, name):
        if name.startswith('get_'):
            return lambda: name[4:]
        raise AttributeError(name)


d = Dynamic()
print(d.get_thing(), hasattr(d, 'other'))
d.x = 1
print(d.__dict__, vars(d))
d.__dict__['y'] = 2
print(d.y)
del d.x
print(d.__dict__)


class Context:
    def __enter__(self):
        print('enter')
        return self

    def __exit__(self, kind, value, tb):
        print('exit', kind and kind.__name__, value)
        return kind is KeyError


with Context() as c:
    print('body', c is not None)
with Context():
    raise KeyError('swallowed')
try:
    with Context():
        raise ValueError('passed on')
except ValueError as e:
    print('caught', e)
