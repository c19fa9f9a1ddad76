# A list of 100000 links is freed without recursion, whether by counting or by the collector.
import gc


class Link:
    alive = 0

    def __init__(self, next):
        self.next = next
        Link.alive += 1

    def __del__(self):
        Link.alive -= 1


def chain(length):
    head = None
    for _ in range(length):
        head = Link(head)
    return head


head = chain(100_000)
print(Link.alive)
head = None
print(Link.alive)

gc.disable()
head = last = chain(100_000)
while last.next:
    last = last.next
last.next = head
print(Link.alive)
head = last = None
print(Link.alive)
print(gc.collect())
print(Link.alive)

nested = []
for _ in range(100_000):
    nested = [nested]
nested = None
pair = ()
for _ in range(100_000):
    pair = (pair, None)
pair = None
print('end')
