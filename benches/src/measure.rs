//! Clocks, pauses and memory: how a workload is measured. Knows no library.

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::time::{Duration, Instant};

/// The named figures that one run of a workload gives.
pub(crate) type Outcome = Vec<(String, f64)>;

/// One figure alone.
pub(crate) fn figure(name: &str, value: f64) -> Outcome {
    vec![(name.to_owned(), value)]
}

/// Set for counting instructions: every workload runs its body once, without a warm-up.
static ONCE: AtomicBool = AtomicBool::new(false);

pub(crate) fn run_bodies_once() {
    ONCE.store(true, Ordering::Relaxed);
}

/// The processor time of this thread: what other work on the machine does not lengthen.
#[derive(Clone, Copy)]
pub(crate) struct Worked(Duration);

impl Worked {
    pub(crate) fn now() -> Self {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a valid place for the answer.
        let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        assert_eq!(done, 0, "every Unix that Rust supports has this clock");
        Self(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    pub(crate) fn elapsed(self) -> Duration {
        Self::now().since(self)
    }

    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Nanoseconds of processor time per operation of a body that does `operations` of them: one warm-up, then the median of
/// five passes.
pub(crate) fn time(operations: usize, mut body: impl FnMut()) -> Outcome {
    let once = ONCE.load(Ordering::Relaxed);
    if !once {
        body();
    }
    let passes: Vec<f64> = (0..if once { 1 } else { 5 })
        .map(|_| {
            let start = Worked::now();
            body();
            nanoseconds(start.elapsed()) / operations as f64
        })
        .collect();
    figure("ns", median(passes))
}

pub(crate) fn nanoseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

/// The middle one; of an even number, the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

/// A random number generator that costs two instructions and needs no crate.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    #[inline]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = (self.0 >> 32) as usize;
        (high * bound) >> 32
    }
}

/// Buckets per doubling of a pause's length: a bucket is within 4.4 % of what fell into it.
const FINENESS: usize = 16;

/// A step that takes longer is asked how much of that it was on the processor.
const LONG: u64 = 20_000;

/// Steps after which the processor time is noted at the latest.
const OFTEN: u32 = 1024;

/// The time from each step to the next.
pub(crate) struct Pauses {
    start: Instant,
    last: Instant,
    worst: u64,
    /// The worst, of the time on the processor alone: what the scheduler adds is left out, and so is waiting.
    worst_worked: u64,
    steps: u64,
    started: Worked,
    worked: Duration,
    /// The processor time as it was noted last, and the steps since then: short ones, which were on the
    /// processor all the time.
    noted: Worked,
    short: u64,
    unnoted: u32,
    buckets: Vec<u64>,
}

impl Pauses {
    pub(crate) fn new() -> Self {
        let (now, worked) = (Instant::now(), Worked::now());
        Self {
            start: now,
            last: now,
            worst: 0,
            worst_worked: 0,
            steps: 0,
            started: worked,
            worked: Duration::ZERO,
            noted: worked,
            short: 0,
            unnoted: 0,
            buckets: vec![0; 64 * FINENESS],
        }
    }

    /// Ends a step; says how long all of them took so far.
    #[inline]
    pub(crate) fn step(&mut self) -> Duration {
        let now = Instant::now();
        let nanos = (now - self.last).as_nanos() as u64;
        self.last = now;
        self.worst = self.worst.max(nanos);
        self.steps += 1;
        let doubling = nanos.max(16).ilog2();
        let part = (nanos.max(16) >> (doubling - 4)) as usize & (FINENESS - 1);
        self.buckets[doubling as usize * FINENESS + part] += 1;
        self.unnoted += 1;
        if nanos > LONG || self.unnoted >= OFTEN {
            self.note(nanos);
        } else {
            self.short += nanos;
        }
        now - self.start
    }

    #[cold]
    fn note(&mut self, nanos: u64) {
        let now = Worked::now();
        let worked = now.since(self.noted).as_nanos() as u64;
        self.worst_worked = self.worst_worked.max(worked.saturating_sub(self.short).min(nanos));
        self.worked = now.since(self.started);
        self.noted = now;
        self.short = 0;
        self.unnoted = 0;
        self.last = Instant::now();
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.worst = self.worst.max(other.worst);
        self.worst_worked = self.worst_worked.max(other.worst_worked);
        self.worked += other.worked;
        self.steps += other.steps;
        for (bucket, others) in self.buckets.iter_mut().zip(&other.buckets) {
            *bucket += others;
        }
    }

    /// Nanoseconds of processor time per step, and the worst and 99.9-percentile pause in microseconds.
    pub(crate) fn outcome(&self) -> Outcome {
        let mut left = self.steps / 1000;
        let mut percentile = self.buckets.len() - 1;
        while percentile > 0 && self.buckets[percentile] <= left {
            left -= self.buckets[percentile];
            percentile -= 1;
        }
        let (doubling, part) = (percentile / FINENESS, percentile % FINENESS);
        let p999 = ((FINENESS + part) as f64) * 2f64.powi(doubling as i32 - 4);
        vec![
            ("ns".to_owned(), nanoseconds(self.worked) / self.steps.max(1) as f64),
            ("worst".to_owned(), self.worst as f64 / 1e3),
            ("worked".to_owned(), self.worst_worked as f64 / 1e3),
            ("p999".to_owned(), p999 / 1e3),
        ]
    }
}

/// The most memory that this process had resident so far, in bytes (0 where Linux's /proc is missing).
pub(crate) fn peak_resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1024.0
}

/// The system's allocator, or mimalloc; it counts bytes when asked to, at the price of a predicted branch
/// otherwise, which is the same for all contenders.
pub(crate) struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

#[cfg(not(feature = "mimalloc"))]
static ALLOCATOR: std::alloc::System = std::alloc::System;
#[cfg(feature = "mimalloc")]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

impl Counting {
    #[cold]
    fn count(bytes: isize) {
        let now = BYTES.fetch_add(bytes, Ordering::Relaxed) + bytes;
        PEAK.fetch_max(now, Ordering::Relaxed);
    }
}

// SAFETY: all four pass on to a real allocator what they were given, and what it answers.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            Self::count(layout.size() as isize);
        }
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { ALLOCATOR.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if COUNTS.load(Ordering::Relaxed) {
            Self::count(-(layout.size() as isize));
        }
        // SAFETY: as above.
        unsafe { ALLOCATOR.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            Self::count(layout.size() as isize);
        }
        // SAFETY: as above.
        unsafe { ALLOCATOR.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            Self::count(size as isize - layout.size() as isize);
        }
        // SAFETY: as above.
        unsafe { ALLOCATOR.realloc(block, layout, size) }
    }
}

/// Runs `body` and says how many more bytes were allocated after it, and at most during it.
pub(crate) fn count_bytes<R>(body: impl FnOnce() -> R) -> (R, f64, f64) {
    BYTES.store(0, Ordering::Relaxed);
    PEAK.store(0, Ordering::Relaxed);
    COUNTS.store(true, Ordering::Relaxed);
    let result = black_box(body());
    COUNTS.store(false, Ordering::Relaxed);
    let bytes = BYTES.load(Ordering::Relaxed) as f64;
    (result, bytes, PEAK.load(Ordering::Relaxed) as f64)
}
