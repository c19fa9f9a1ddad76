# Random changes to a graph of objects: who dies, when, and with how many references, is Python's answer.
import gc
import sys


class Random:
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return self.state // 65536 % n


class Node:
    alive = 0

    def __init__(self, name):
        self.name = name
        self.edges = []
        Node.alive += 1

    def __del__(self):
        Node.alive -= 1
        dead.append(self.name)


def report(step, what):
    print(step, what, Node.alive, sorted(dead))
    dead.clear()


def run(seed):
    random = Random(seed)
    roots = [None] * 8
    made = 0
    for step in range(400):
        to = random.below(len(roots))
        source = roots[random.below(len(roots))]
        target = roots[random.below(len(roots))]
        action = random.below(12)
        if action < 2:
            roots[to] = Node(made)
            made += 1
        elif action < 5 and source and target:
            source.edges.append(target)
        elif action < 6 and source and target:
            source.peer = target
        elif action < 7 and source and source.edges:
            source.edges.pop(random.below(len(source.edges)))
        elif action < 8 and source:
            source.call = lambda: target
        elif action < 9 and source and source.edges:
            roots[to] = source.edges[0]
        elif action < 10:
            roots[to] = None
        elif action < 11 and source:
            print(step, source.name, sys.getrefcount(source), len(source.edges))
        elif random.below(8) == 0:
            source = target = None
            gc.collect()
            report(step, 'collected')
        if dead:
            report(step, 'died')
    roots = source = target = None
    report('end', 'dropped')
    gc.collect()
    report('end', 'collected')


dead = []
gc.disable()
for seed in range(5):
    run(seed)
