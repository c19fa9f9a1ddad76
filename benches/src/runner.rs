//! Starts a fresh process for every measurement, all contenders of a workload one after another, round after
//! round, and keeps what they answered.

use std::collections::HashMap;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::field::{Contender, FIELD, Runs};
use crate::measure::median;
use crate::options::Options;

/// What became of a contender in a workload.
#[derive(Default)]
pub(crate) struct Cell {
    /// The figures by name, one for each round.
    pub(crate) figures: HashMap<String, Vec<f64>>,
    /// Why there are no more figures, if it failed.
    pub(crate) failure: Option<String>,
    /// The workload cannot be said with it, or it is not installed.
    pub(crate) unsaid: bool,
}

impl Cell {
    /// The median of a figure over the rounds.
    pub(crate) fn median(&self, figure: &str) -> Option<f64> {
        self.figures.get(figure).map(|values| median(values.clone()))
    }
}

/// One workload at one size, for some contenders.
pub(crate) struct Job {
    pub(crate) workload: &'static str,
    pub(crate) size: usize,
    pub(crate) contenders: Vec<&'static Contender>,
    pub(crate) once: bool,
}

/// All answers, by workload, size and contender.
pub(crate) type Results = HashMap<(&'static str, usize, &'static str), Cell>;

/// How long a process may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Those whose every round counts: ours, and what they are measured against.
fn is_ours(contender: &Contender) -> bool {
    ["refcycle", "refcycle::sync", "Rc", "Arc", "trial", "DFS"].contains(&contender.name)
}

/// Runs all jobs, as often as the options say.
pub(crate) fn run(jobs: &[Job], options: &Options) -> Results {
    let mut results = Results::new();
    let rounds = options.rounds;
    let limit = options.minutes.map(Duration::from_mins);
    let start = Instant::now();
    for round in 0..rounds {
        for (number, job) in jobs.iter().enumerate() {
            if limit.is_some_and(|limit| start.elapsed() > limit) {
                return results;
            }
            for i in 0..job.contenders.len() {
                // Another one begins in each round.
                let contender = job.contenders[(i + round) % job.contenders.len()];
                let ours = is_ours(contender);
                let last = match (job.once, ours) {
                    (true, true) => 2,
                    (true, false) => 1,
                    (false, true) => rounds,
                    (false, false) => options.rival_rounds,
                };
                let cell = results.entry((job.workload, job.size, contender.name)).or_default();
                if round < last && cell.failure.is_none() && !cell.unsaid {
                    measure(contender, job.workload, job.size, cell);
                }
            }
            eprintln!(
                "[{:5.0} s] round {} of {rounds}, {} of {}: {} {}",
                start.elapsed().as_secs_f64(),
                round + 1,
                number + 1,
                jobs.len(),
                job.workload,
                job.size
            );
        }
    }
    results
}

/// One process, whose answer goes into the cell.
fn measure(contender: &Contender, workload: &str, size: usize, cell: &mut Cell) {
    let Some(command) = command(contender, workload, size) else {
        cell.unsaid = true;
        return;
    };
    match answer(command) {
        Ok(line) if line.trim() == "unsaid" => cell.unsaid = true,
        Ok(line) => {
            let words: Vec<&str> = line.split_whitespace().collect();
            for pair in words.chunks_exact(2) {
                if let Ok(value) = pair[1].parse() {
                    cell.figures.entry(pair[0].to_owned()).or_default().push(value);
                }
            }
        }
        Err(failure) => cell.failure = Some(failure),
    }
}

/// The command that measures; `None` where what it needs is not installed.
fn command(contender: &Contender, workload: &str, size: usize) -> Option<Command> {
    match contender.runs {
        Runs::Here(_) => {
            // A stack of 1 GiB: that rivals recurse is shown in the rows on depth, and not everywhere.
            let mut command = Command::new("sh");
            command.arg("-c").arg(
                "ulimit -s 1048576 2>/dev/null || ulimit -s \"$(ulimit -H -s)\" 2>/dev/null; exec \"$0\" \"$@\"",
            );
            command.arg(std::env::current_exe().ok()?);
            command.args(["one", contender.name, workload, &size.to_string()]);
            Some(command)
        }
        Runs::Python => {
            let mut command = Command::new("python3");
            command.args([
                "-c",
                include_str!("../scripts/cpython.py"),
                workload,
                &size.to_string(),
            ]);
            is_installed("python3").then_some(command)
        }
        Runs::Nim => {
            let mut command = Command::new(nim_program()?);
            command.args([workload, &size.to_string()]);
            Some(command)
        }
    }
}

/// Does this program answer to `--version`?
pub(crate) fn is_installed(program: &str) -> bool {
    let run =
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

/// The Nim program, compiled once for each run of the benchmarks.
fn nim_program() -> Option<&'static std::path::Path> {
    static PROGRAM: std::sync::OnceLock<Option<std::path::PathBuf>> = std::sync::OnceLock::new();
    let compile = || {
        if !is_installed("nim") {
            return None;
        }
        let folder = std::env::temp_dir().join(format!("refcycle-benches-{}", std::process::id()));
        std::fs::create_dir_all(&folder).ok()?;
        std::fs::write(folder.join("orc.nim"), include_str!("../scripts/orc.nim")).ok()?;
        let mut nim = Command::new("nim");
        nim.args(["c", "-d:release", "--mm:orc", "--hints:off", "orc.nim"]).current_dir(&folder);
        nim.output().is_ok_and(|output| output.status.success()).then(|| folder.join("orc"))
    };
    PROGRAM.get_or_init(compile).as_deref()
}

/// Runs a command to its end: what it printed, or how it failed.
fn answer(mut command: Command) -> Result<String, String> {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| format!("not started ({error})"))?;
    let Some(status) = wait(&mut child) else {
        return Err(format!("more than {} s", PATIENCE.as_secs()));
    };
    let (mut printed, mut complaint) = (String::new(), Vec::new());
    if let (Some(out), Some(err)) = (&mut child.stdout, &mut child.stderr) {
        out.read_to_string(&mut printed).map_err(|error| error.to_string())?;
        err.read_to_end(&mut complaint).map_err(|error| error.to_string())?;
    }
    if status.success() {
        Ok(printed)
    } else {
        Err(failure(status, &String::from_utf8_lossy(&complaint)))
    }
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                // It may have ended by itself in between.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

/// How a process failed, in a few words.
fn failure(status: ExitStatus, complaint: &str) -> String {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let signal = match signal {
        Some(6) => "SIGABRT".to_owned(),
        Some(9) => "SIGKILL".to_owned(),
        Some(11) => "SIGSEGV".to_owned(),
        Some(number) => format!("signal {number}"),
        None => format!("exit {}", status.code().unwrap_or(-1)),
    };
    if complaint.contains("overflowed its stack") {
        "stack overflow".to_owned()
    } else if complaint.contains("panicked at") {
        "panicked".to_owned()
    } else {
        format!("crashed ({signal})")
    }
}

/// Instructions per operation, counted by valgrind: the difference between two sizes, over the difference.
pub(crate) fn instructions(contender: &str, workload: &str) -> Option<f64> {
    const SIZE: usize = 20_000;
    let count = |size: usize| {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        command.arg(std::env::current_exe().ok()?);
        command.args(["once", contender, workload, &size.to_string()]);
        let output = command.output().ok()?;
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = complaint.lines().find(|line| line.contains("Collected :"))?;
        line.rsplit(' ').next()?.parse::<f64>().ok()
    };
    Some((count(2 * SIZE)? - count(SIZE)?) / SIZE as f64)
}

/// The job of a work plot, which only refcycle takes part in.
pub(crate) fn ours_alone(workload: &'static str, size: usize) -> Job {
    let ours = |contender: &&Contender| contender.name.starts_with("refcycle");
    Job { workload, size, contenders: FIELD.iter().filter(ours).collect(), once: true }
}
