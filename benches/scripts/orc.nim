## The workloads that can be said in Nim, for its ORC. Prints named figures, as the benchmarks' own processes do.
import std/[monotimes, posix, os, strutils, algorithm]

type Two = ref object
  left, right: Two
  value: int

var state = 12345'u64

proc below(bound: int): int =
  state = state * 6364136223846793005'u64 + 1442695040888963407'u64
  int(((state shr 32) * uint64(bound)) shr 32)

proc now(): int64 =
  ## Processor time.
  var time: Timespec
  discard clock_gettime(CLOCK_THREAD_CPUTIME_ID, time)
  int64(time.tv_sec) * 1_000_000_000 + time.tv_nsec

proc clock(): int64 = getMonoTime().ticks

proc make(objects: int, double: bool): Two =
  let first = Two(value: 0)
  var last = first
  for i in 1 ..< objects:
    let next = Two(value: i)
    if double: next.right = last
    last.left = next
    last = next
  if not double: last.left = first
  first

proc graph(size: int): seq[Two] =
  for i in 0 ..< size: result.add Two(value: i)
  for it in result:
    it.left = result[below(size)]
    it.right = result[below(size)]

proc median(values: var seq[float]): float =
  sort values
  values[(values.len - 1) div 2]

proc batch(size, objects: int, double: bool) =
  var whole, freeing: seq[float]
  var cold = 0.0
  for pass in 0 .. 3:
    let start = now()
    var kept: seq[Two]
    for i in 0 ..< size div objects: kept.add make(objects, double)
    let made = now()
    kept = @[]
    GC_fullCollect()
    let done = now()
    if pass == 0: cold = float(done - start) / float(size)
    else:
      whole.add float(done - start) / float(size)
      freeing.add float(done - made) / float(size)
  echo "ns ", median(whole), " free ", median(freeing), " cold ", cold

proc random(size: int) =
  var objects = graph(size)
  let start = now()
  objects = @[]
  GC_fullCollect()
  echo "ns ", float(now() - start) / float(size)

proc abandon(size, objects: int, double: bool) =
  let start = now()
  for i in 0 ..< size div objects: discard make(objects, double)
  echo "ns ", float(now() - start) / float(size)

proc churn(size: int, touch: bool) =
  let live = graph(size)
  var pauses = newSeqOfCap[int64](3_000_000)
  let (start, started) = (clock(), now())
  var (last, noted) = (start, started)
  var worked, short: int64
  for i in 0 ..< 3_000_000:
    block:
      let a = Two(value: i)
      let b = Two(value: i)
      a.left = b
      b.left = a
    if touch:
      var held = live[below(size)]
      held = nil
    var time = clock()
    let pause = time - last
    pauses.add pause
    if pause > 20_000 or i mod 1024 == 1023:
      let spent = now()
      worked = max(worked, min(pause, spent - noted - short))
      noted = spent
      short = 0
      last = clock()
    else:
      short += pause
      last = time
    if time - start > 8_000_000_000: break
  let spent = now() - started
  sort pauses
  echo "ns ", float(spent) / float(pauses.len), " worst ", float(pauses[^1]) / 1e3,
    " worked ", float(worked) / 1e3, " p999 ", float(pauses[pauses.len * 999 div 1000]) / 1e3

proc full(size: int) =
  let live = graph(size)
  GC_fullCollect()
  for it in live:
    var held = it
    held = nil
  let start = now()
  GC_fullCollect()
  echo "ns ", float(now() - start) / float(live.len)

let workload = paramStr(1)
let size = parseInt(paramStr(2))
case workload
of "ring-2": batch(size, 2, false)
of "ring-10": batch(size, 10, false)
of "ring-1000": batch(size, 1000, false)
of "double-2": batch(size, 2, true)
of "double-10": batch(size, 10, true)
of "double-1000": batch(size, 1000, true)
of "random": random(size)
of "abandon-ring-2": abandon(size, 2, false)
of "abandon-double-1000": abandon(size, 1000, true)
of "churn": churn(size, false)
of "churn-touch": churn(size, true)
of "full": full(size)
else: echo "unsaid"
