# A doubly linked list is nothing but cycles: unlinked nodes die at once, a dropped list when collected.
import gc


class Node:
    def __init__(self, value):
        self.value = value
        self.prev = None
        self.next = None

    def __del__(self):
        deleted.append(self.value)


class LinkedList:
    def __init__(self, values=()):
        self.head = None
        self.tail = None
        self.length = 0
        for value in values:
            self.append(value)

    def append(self, value):
        node = Node(value)
        if self.tail is None:
            self.head = node
        else:
            self.tail.next = node
            node.prev = self.tail
        self.tail = node
        self.length += 1
        return node

    def remove(self, node):
        if node.prev is None:
            self.head = node.next
        else:
            node.prev.next = node.next
        if node.next is None:
            self.tail = node.prev
        else:
            node.next.prev = node.prev
        node.prev = node.next = None
        self.length -= 1

    def __iter__(self):
        return Walk(self.head)

    def __len__(self):
        return self.length

    def backwards(self):
        node = self.tail
        values = []
        while node:
            values.append(node.value)
            node = node.prev
        return values


class Walk:
    def __init__(self, node):
        self.node = node

    def __iter__(self):
        return self

    def __next__(self):
        if self.node is None:
            raise StopIteration
        value, self.node = self.node.value, self.node.next
        return value


deleted = []
gc.disable()
numbers = LinkedList(range(6))
print(list(numbers), len(numbers), numbers.backwards())
second = numbers.head.next
numbers.remove(second)
print(list(numbers), deleted)
del second
print('unlinked and dropped:', deleted)
del numbers
print('list dropped:', deleted)
print('collected', gc.collect(), sorted(deleted))
print('again', gc.collect())
