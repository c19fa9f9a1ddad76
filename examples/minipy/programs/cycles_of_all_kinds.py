# Cycles through lists, dicts, tuples, closures, methods, classes and iterators: all are collected.
import gc
import weakref


class Probe:
    pass


def check(name, make):
    probe = Probe()
    reference = weakref.ref(probe)
    make(probe)
    del probe
    alive = reference() is not None
    gc.collect()
    print(f'{name:12}', 'cyclic' if alive else 'acyclic', '-> collected' if reference() is None else '-> LEAK')


def plain(probe):
    probe.x = [1]


def through_list(probe):
    probe.x = [probe]


def through_dict(probe):
    probe.x = {'key': {1: probe}}


def through_key(probe):
    probe.x = {probe: 1}


def through_tuple(probe):
    probe.x = (1, (2, probe))


def through_set(probe):
    probe.x = {probe}


def through_closure(probe):
    def f():
        return probe
    probe.x = f


def through_default(probe):
    probe.x = lambda p=probe: p


def through_function(probe):
    def f():
        return f
    f.probe = probe


def through_method(probe):
    class Local:
        def method(self):
            pass
    local = Local()
    local.probe = probe
    local.x = local.method


def through_class(probe):
    class Local:
        pass
    Local.x = Local()
    Local.probe = probe


def through_iterator(probe):
    probe.x = iter([probe])


def through_generator(probe):
    items = [probe]
    probe.x = (item for item in items)
    next(probe.x)


def through_exception(probe):
    try:
        raise ValueError(probe)
    except ValueError as e:
        probe.x = e


def through_frame(probe):
    try:
        1 / 0
    except ZeroDivisionError as e:
        saved = e


def through_property(probe):
    class Local:
        @property
        def x(self):
            return probe
    probe.x = Local


def through_super(probe):
    class Local(Probe):
        def __init__(self):
            super().__init__()
            self.probe = probe
            self.me = self
    Local()


def through_dunder_dict(probe):
    probe.__dict__['x'] = probe


gc.disable()
for name, make in list(globals().items()):
    if name.startswith('through_') or name == 'plain':
        check(name.replace('through_', ''), make)
