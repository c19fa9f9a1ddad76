# A tree with parent links: strong ones make cycles, weak ones do not.
import gc
import weakref


class Strong:
    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []
        if parent:
            parent.children.append(self)

    def __del__(self):
        print('del', self.name)


class Weak:
    def __init__(self, name, parent=None):
        self.name = name
        self._parent = weakref.ref(parent) if parent else None
        self.children = []
        if parent:
            parent.children.append(self)

    @property
    def parent(self):
        return self._parent() if self._parent else None

    @property
    def path(self):
        return (self.parent.path if self.parent else '') + '/' + self.name

    def __del__(self):
        print('del', self.name)


def show(node, depth=0):
    print('  ' * depth + node.name)
    for child in node.children:
        show(child, depth + 1)


def build(cls):
    root = cls('top')
    left = cls('left', root)
    right = cls('right', root)
    cls('leaf', left)
    return root


gc.disable()
root = build(Weak)
show(root)
leaf = root.children[0].children[0]
print(leaf.path, leaf.parent is root.children[0])
del root
print('weak tree gone, leaf stays:', leaf.parent, leaf.path)
del leaf

root = build(Strong)
show(root)
leaf = root.children[0].children[0]
print(leaf.parent.parent is root)
del root
print('the leaf holds the tree:', leaf.parent.parent.name)
del leaf
print('nothing dies before the collection')
print('collected', gc.collect() > 0)
