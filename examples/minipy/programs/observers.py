# Observers that are held weakly fall away by themselves; bound methods keep their object.
import gc
import weakref


class Subject:
    def __init__(self):
        self.observers = []
        self.hooks = []

    def attach(self, observer):
        self.observers.append(weakref.ref(observer, self.observers.remove))

    def notify(self, event):
        for reference in list(self.observers):
            observer = reference()
            if observer is not None:
                observer.update(event)
        for hook in self.hooks:
            hook(event)


class Observer:
    def __init__(self, name, subject):
        self.name = name
        self.subject = subject
        subject.attach(self)

    def update(self, event):
        print(self.name, 'got', event)

    def __del__(self):
        print('del', self.name)


subject = Subject()
a = Observer('a', subject)
b = Observer('b', subject)
subject.notify('one')
del a
print('observers:', len(subject.observers))
subject.notify('two')
subject.hooks.append(b.update)
del b
print('the hook keeps b:', len(subject.observers))
subject.notify('three')
subject.hooks.clear()
print('observers:', len(subject.observers))
c = Observer('c', subject)
subject.hooks.append(c.update)
del c
gc.disable()
del subject
print('a ring through a bound method')
gc.collect()
print('end')
