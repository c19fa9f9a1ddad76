# sys.exit ends the program with a code; destructors still run.
import sys


class Noisy:
    def __del__(self):
        print('del at exit')


noisy = Noisy()
noisy.me = noisy
try:
    sys.exit(3)
finally:
    print('leaving')
