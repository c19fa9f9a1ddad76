# Program 1: the reference count of an object follows the variables that name it.
import sys


class RefTest:
    def __init__(self):
        print('init')


a = RefTest()
print(sys.getrefcount(a))
b = a
print(sys.getrefcount(a))
c = a
print(sys.getrefcount(a))
c = 0
print(sys.getrefcount(a))
b = 0
print(sys.getrefcount(a))
