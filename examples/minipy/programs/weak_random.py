"""Weak mappings and a weak set against plain dicts of what lives, through many random steps."""
import gc
import weakref

gc.disable()


class Random:
    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return (self.state >> 8) % limit


class Object:
    """Equal by number; some are in a cycle and so live until a collection."""

    def __init__(self, number, is_cyclic):
        self.number = number
        if is_cyclic:
            self.itself = self

    def __eq__(self, other):
        return isinstance(other, Object) and self.number == other.number

    def __hash__(self):
        return self.number % 7

    def __lt__(self, other):
        return self.number < other.number


class World:
    """Objects that live, and what the containers ought to hold, by number."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.alive = {}
        self.doomed = set()
        self.by_key = weakref.WeakKeyDictionary()
        self.keys = {}
        self.by_name = weakref.WeakValueDictionary()
        self.names = {}
        self.weak_set = weakref.WeakSet()
        self.elements = set()
        self.iterators = []
        # What the iterators are at lives as long as they.
        self.held = set()
        self.log = 0

    def step(self, number):
        choice = self.random.below(12)
        if choice < 4 or not self.alive:
            self.make(number)
        elif choice < 6:
            self.kill()
        elif choice == 6:
            self.collect()
        elif choice == 7:
            self.change()
        elif choice == 8:
            self.iterators.append(iter(self.by_key.items()))
            for key, value in self.iterators[-1]:
                self.held.add(key.number)
                del key
                break
        elif choice == 9:
            self.stop()
        else:
            self.finish()
        self.check()

    def make(self, number):
        # A change of the size ends what iterates.
        self.stop()
        it = Object(number, self.random.below(3) == 0)
        self.alive[number] = it
        if self.random.below(4):
            self.by_key[it] = number
            self.keys[number] = number
        if self.random.below(4):
            name = f"name {self.random.below(20)}"
            self.by_name[name] = it
            self.names[name] = number
        if self.random.below(4):
            self.weak_set.add(it)
            self.elements.add(number)

    def kill(self):
        numbers = [number for number in sorted(self.alive) if number not in self.held]
        if not numbers:
            return
        number = numbers[self.random.below(len(numbers))]
        it = self.alive.pop(number)
        if hasattr(it, "itself"):
            self.doomed.add(number)
            return
        del it
        self.forget(number)

    def forget(self, number):
        self.keys.pop(number, None)
        self.elements.discard(number)
        for name in [name for name, other in self.names.items() if other == number]:
            del self.names[name]

    def collect(self):
        if self.held & self.doomed:
            self.stop()
        gc.collect()
        for number in self.doomed:
            self.forget(number)
        self.doomed.clear()

    def change(self):
        self.stop()
        numbers = sorted(self.alive)
        number = numbers[self.random.below(len(numbers))]
        twin = Object(number, False)
        choice = self.random.below(4)
        if choice == 0:
            self.log += (self.by_key.pop(twin, None) is None) == (self.keys.pop(number, None) is None)
        elif choice == 1:
            self.weak_set.discard(twin)
            self.elements.discard(number)
        elif choice == 2:
            value = self.by_key.setdefault(self.alive[number], -1)
            self.log += value == self.keys.setdefault(number, -1)
        elif self.names:
            name = sorted(self.names)[0]
            self.log += self.by_name.pop(name).number == self.names.pop(name)

    def stop(self):
        self.iterators.clear()
        self.held.clear()

    def finish(self):
        for iterator in self.iterators:
            self.log += len(list(iterator))
        self.stop()

    def check(self):
        found = sorted([(key.number, value) for key, value in self.by_key.items()])
        assert found == sorted(self.keys.items()), (found, self.keys)
        assert len(self.by_key) == len(self.keys)
        found = sorted([(name, it.number) for name, it in self.by_name.items()])
        assert found == sorted(self.names.items()), (found, self.names)
        assert len(self.by_name) == len(self.names)
        assert {it.number for it in self.weak_set} == self.elements
        assert len(self.weak_set) == len(self.elements)
        for number in self.alive:
            twin = Object(number, False)
            assert (twin in self.by_key) == (number in self.keys)
            assert (twin in self.weak_set) == (number in self.elements)


for seed in range(6):
    world = World(seed)
    for number in range(250):
        world.step(number)
    sizes = len(world.by_key), len(world.by_name), len(world.weak_set)
    print(seed, len(world.alive), len(world.doomed), sizes, world.log)
    world.iterators.clear()
    world.alive.clear()
    gc.collect()
    print(len(world.by_key), len(world.by_name), len(world.weak_set))
