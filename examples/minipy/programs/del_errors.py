# An exception in __del__ or in a weak callback is reported, and the program goes on.
import weakref


class Bad:
    def __del__(self):
        raise ValueError('in __del__')


class Target:
    pass


def callback(reference):
    1 / 0


b = Bad()
del b
print('still running')
t = Target()
r = weakref.ref(t, callback)
del t
print('still running', r())


def nested():
    bad = Bad()
    return len([bad])


print(nested())
