# Who dies when: rebinding, del, scopes, containers, and the order at exit.
class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('del', self.name)


def scope():
    first, second = Noisy('first local'), Noisy('second local')
    print('in scope')


scope()
print('after scope')
a = Noisy('a1')
a = Noisy('a2')
print('rebound')
b = [Noisy('b0'), Noisy('b1'), Noisy('b2')]
del b[1]
print('deleted from list')
b = None
print('list dropped')
d = {'x': Noisy('x'), 'y': Noisy('y')}
d['x'] = Noisy('x2')
print('replaced in dict')
d.pop('y')
print('popped')
del d
Noisy('temporary')
print('temporary gone')


def returns():
    return Noisy('returned')


returns()
kept = returns()
print('kept', kept.name)


class Owner:
    def __init__(self):
        self.part = Noisy('part')

    def __del__(self):
        print('del owner of', self.part.name)


owner = Owner()
del owner
print('owner before part')
for n in [Noisy('loop 1'), Noisy('loop 2')]:
    print('loop body', n.name)
print('after loop')
n = None
print([x.name for x in [Noisy('comprehension')]])
print('before exit')
z = Noisy('global z')
y = Noisy('global y')
