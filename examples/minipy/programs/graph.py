# A directed graph: what the roots do not reach is collected, what they reach stays.
import gc


class Vertex:
    alive = 0

    def __init__(self, name):
        self.name = name
        self.edges = []
        Vertex.alive += 1

    def __del__(self):
        Vertex.alive -= 1

    def __repr__(self):
        return f'{self.name}->{",".join(v.name for v in self.edges)}'


def reach(start):
    seen = []
    todo = [start]
    while todo:
        vertex = todo.pop()
        if vertex in seen:
            continue
        seen.append(vertex)
        todo.extend(vertex.edges)
    return sorted(v.name for v in seen)


gc.disable()
vertices = {name: Vertex(name) for name in 'abcdefgh'}
for source, targets in {'a': 'bc', 'b': 'd', 'c': 'd', 'd': 'a', 'e': 'fa', 'f': 'ge', 'g': 'h', 'h': 'f'}.items():
    for target in targets:
        vertices[source].edges.append(vertices[target])
print(list(vertices.values()))
a = vertices['a']
e = vertices['e']
print(reach(a), reach(e), Vertex.alive)
vertices.clear()
gc.collect()
print('all reachable:', Vertex.alive)
del e
print('before collection:', Vertex.alive)
gc.collect()
print('after collection:', Vertex.alive, reach(a))
a.edges.pop()
gc.collect()
print('c is gone:', Vertex.alive, reach(a))
a = None
gc.collect()
print('all gone:', Vertex.alive)
