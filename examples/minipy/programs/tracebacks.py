# An exception holds its traceback, the traceback its frames, the frames their variables.
import gc
import sys


class Local:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('del', self.name)


def fail(name):
    local = Local(name)
    raise ValueError('failed with ' + local.name)


gc.disable()
try:
    fail('one')
except ValueError as e:
    print('caught', e)
    print('frames hold variables:', e.__traceback__.tb_next.tb_frame.f_locals['local'].name)
print('handler left, all freed')

kept = None
try:
    fail('two')
except ValueError as e:
    kept = e
print('kept:', kept, kept.__traceback__.tb_next.tb_lineno)
kept = kept.with_traceback(None)
print('without traceback')
kept = None


def ring(name):
    local = Local(name)
    try:
        raise KeyError('key')
    except KeyError as e:
        saved = e
    return 'returned'


print(ring('three'))
print('frame and exception hold each other until collected')
gc.collect()
print('collected')


def clean(name):
    local = Local(name)
    try:
        raise KeyError('key')
    except KeyError as e:
        print('args', e.args, repr(e), str(e))


clean('four')


def exc_info():
    try:
        1 / 0
    except ZeroDivisionError:
        kind, value, tb = sys.exc_info()
        return kind.__name__, str(value), tb.tb_lineno


print(exc_info(), sys.exc_info())
try:
    try:
        fail('five')
    finally:
        print('finally')
except ValueError as e:
    print('outer', e)
try:
    try:
        {}['missing']
    except KeyError as e:
        raise RuntimeError('second') from e
except RuntimeError as e:
    print(repr(e.__cause__), e.__cause__ is e.__context__, e.__suppress_context__)
print('end')
