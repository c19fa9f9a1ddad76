# Program 3: an object that refers to itself dies when the collector runs: here, at exit.
class RefTest:
    def __init__(self):
        print('create')
        self.me = self

    def __del__(self):
        print('destroy')


a = RefTest()
a = 0
print('end .....')
