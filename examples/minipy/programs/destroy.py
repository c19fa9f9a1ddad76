# Program 2: the last reference goes, and the object dies there and then.
class RefTest:
    def __init__(self):
        print('create')

    def __del__(self):
        print('destroy')


a = RefTest()
a = 0
print('end .....')
