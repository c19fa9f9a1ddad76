# __del__ may bring an object back; it runs once in the object's life.
import gc


class Phoenix:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('__del__', self.name)
        saved.append(self)


saved = []
p = Phoenix('plain')
del p
print('saved:', [s.name for s in saved])
p = saved.pop()
print(p.name, gc.is_finalized(p))
del p
print('second death is silent:', len(saved))


class Ring(Phoenix):
    def __init__(self, name):
        super().__init__(name)
        self.me = self
        self.payload = ['data', name]


gc.disable()
r = Ring('ring')
del r
print('not yet:', len(saved))
print('collected', gc.collect())
print('back:', saved[0].me is saved[0], saved[0].payload)
saved.clear()
print('collected', gc.collect())
print('gone for good:', len(saved))


class Pair:
    def __init__(self, name):
        self.name = name
        self.other = None

    def __del__(self):
        print('__del__', self.name, 'sees', self.other.name)
        if self.name == 'x':
            saved.append(self)


x, y = Pair('x'), Pair('y')
x.other, y.other = y, x
del x, y
gc.collect()
print('x came back and brought y:', saved[0].name, saved[0].other.name)
saved.clear()
gc.collect()
print('end')
