# Program 3 again, with the collector called by hand.
import gc


class RefTest:
    def __init__(self, name):
        self.name = name
        self.me = self
        print('create', name)

    def __del__(self):
        print('destroy', self.name)


gc.disable()
a = RefTest('first')
a = 0
print('before collect')
print('collected', gc.collect())
print('after collect')
a = RefTest('second')
print('collected', gc.collect())
a = RefTest('third')
print('collected', gc.collect())
gc.enable()
print(gc.isenabled())
del a
print('end')
