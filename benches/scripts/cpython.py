"""The workloads that can be said in Python, for CPython's own collector. Prints named figures, as the
benchmarks' own processes do."""
import gc
import resource
import statistics
import sys
import time


class Two:
    __slots__ = ("left", "right", "value")

    def __init__(self, value):
        self.left = None
        self.right = None
        self.value = value


state = 12345


def below(bound):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
    return ((state >> 32) * bound) >> 32


def make(objects, double):
    first = last = Two(0)
    for i in range(1, objects):
        new = Two(i)
        if double:
            new.right = last
        last.left = new
        last = new
    if not double:
        last.left = first
    return first


def graph(size):
    objects = [Two(i) for i in range(size)]
    for it in objects:
        it.left = objects[below(size)]
        it.right = objects[below(size)]
    return objects


def batch(size, objects, double):
    whole, freeing = [], []
    for _ in range(3):
        start = time.thread_time_ns()
        kept = [make(objects, double) for _ in range(size // objects)]
        made = time.thread_time_ns()
        del kept
        gc.collect()
        end = time.thread_time_ns()
        whole.append((end - start) / size)
        freeing.append((end - made) / size)
    return {"ns": statistics.median(whole), "free": statistics.median(freeing), "cold": whole[0]}


def random_graph(size):
    objects = graph(size)
    start = time.thread_time_ns()
    del objects
    gc.collect()
    return {"ns": (time.thread_time_ns() - start) / size}


def abandon(size, objects, double):
    start = time.thread_time_ns()
    for _ in range(size // objects):
        make(objects, double)
    return {"ns": (time.thread_time_ns() - start) / size}


def churn(size, touch):
    live = graph(size)
    clock = time.thread_time_ns
    pauses = [0] * 1_000_000
    begin = last = clock()
    for i in range(len(pauses)):
        a = Two(i)
        b = Two(i)
        a.left = b
        b.left = a
        if touch:
            a = live[(i * 7919) % size]
        now = clock()
        pauses[i] = now - last
        last = now
        if now - begin > 8_000_000_000:
            del pauses[i + 1 :]
            break
    pauses.sort()
    return {
        "ns": (last - begin) / len(pauses),
        "worked": pauses[-1] / 1e3,
        "p999": pauses[len(pauses) * 999 // 1000] / 1e3,
    }


def full(size):
    live = graph(size)
    gc.collect()
    start = time.thread_time_ns()
    gc.collect()
    elapsed = time.thread_time_ns() - start
    return {"ns": elapsed / len(live)}


def main(workload, size):
    shapes = {
        "ring-2": (2, False),
        "ring-10": (10, False),
        "ring-1000": (1000, False),
        "double-2": (2, True),
        "double-10": (10, True),
        "double-1000": (1000, True),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if workload in shapes:
        figures = batch(size, *shapes[workload])
    elif workload.removeprefix("abandon-") in shapes and workload.startswith("abandon-"):
        figures = abandon(size, *shapes[workload.removeprefix("abandon-")])
    elif workload == "random":
        figures = random_graph(size)
    elif workload in ("churn", "churn-touch"):
        figures = churn(size, workload == "churn-touch")
    elif workload == "full":
        figures = full(size)
    else:
        print("unsaid")
        return
    figures["peak"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(" ".join(f"{name} {value}" for name, value in figures.items()))


main(sys.argv[1], int(sys.argv[2]))
