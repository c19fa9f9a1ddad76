# Cycles are made and dropped all the time; automatic collections keep the number of objects bounded.
import gc


class Node:
    def __init__(self, number):
        self.number = number
        self.peer = None
        self.data = [number, str(number)]


def pair(number):
    a, b = Node(number), Node(number + 1)
    a.peer, b.peer = b, a
    return a


before = len(gc.get_objects())
most = 0
total = 0
recent = []
for round in range(300):
    for number in range(100):
        node = pair(number)
        total += node.number + node.peer.number
        if number % 50 == 0:
            recent.append(node)
            if len(recent) > 20:
                recent.pop(0)
    if round % 10 == 0:
        most = max(most, len(gc.get_objects()) - before)
print(total)
print('bounded:', most < 40_000)
recent.clear()
node = None
gc.collect()
print('back to the start:', len(gc.get_objects()) - before < 10)
print(len(gc.get_count()), gc.isenabled())
