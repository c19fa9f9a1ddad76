//! From the measurements to `docs/benchmarks.md` and its plots.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::field::{Contender, FIELD, Kind, find};
use crate::measure::median;
use crate::options::Options;
use crate::plot::{self, Chart, Line, short, tick};
use crate::rows::{PROGRAMS, Row, SECTIONS, Unit, rows};
use crate::runner::{self, Cell, Job, Results};

/// The workloads whose instructions are counted, for both flavours and what they are measured against.
const COUNTED: &[(&str, &str)] = &[
    ("clone and drop a live handle, leaf", "clone-leaf"),
    ("clone and drop a live handle, node", "clone-node"),
    ("deref", "deref"),
    ("new and drop, leaf", "new-leaf"),
    ("new and drop, node", "new-node"),
    ("new and drop, two", "new-two"),
    ("new, clone, drop, drop", "new-cloned"),
];

/// Measures what the options ask for, prints the tables, and writes the report.
pub(crate) fn measure_and_write(options: &Options) -> ExitCode {
    let rows: Vec<Row> =
        rows(options.quick).into_iter().filter(|row| options.wants_row(row.id)).collect();
    let mut jobs = jobs(&rows, options);
    if options.wants_row("G4") {
        let size = if options.quick { 300_000 } else { 10_000_000 };
        jobs.extend(PROGRAMS.iter().map(|(workload, _)| runner::ours_alone(workload, size)));
    }
    let results = runner::run(&jobs, options);
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write_report(&mut text, &rows, &results, options);
    let Some(out) = &options.out else {
        println!("{text}");
        return ExitCode::SUCCESS;
    };
    let folder = workspace().join(out);
    let written = std::fs::create_dir_all(folder.join(plots_folder()))
        .and_then(|()| std::fs::write(folder.join(report_name()), &text))
        .map_err(Into::into)
        .and_then(|()| plots(&folder.join(plots_folder()), &rows, &results));
    match written {
        Ok(()) => {
            println!("written: {}", folder.join(report_name()).display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{text}");
            eprintln!("the report could not be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report_name() -> &'static str {
    if cfg!(feature = "mimalloc") { "benchmarks-mimalloc.md" } else { "benchmarks.md" }
}

/// Where the plots go, beside the report.
fn plots_folder() -> &'static str {
    if cfg!(feature = "mimalloc") { "plots-mimalloc" } else { "plots" }
}

/// The folder with the workspace's manifest.
fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Does this contender have a cell in the row?
fn takes_part(contender: &Contender, row: &Row) -> bool {
    let is_base = contender.name == row.base;
    if row.only.is_empty() {
        let is_limit = contender.kind == Kind::Limit
            && find(row.base).is_some_and(|base| base.kind == Kind::Limit);
        contender.kind == row.kind || is_base || is_limit
    } else {
        row.only.contains(&contender.name)
    }
}

/// The processes that the rows need, each once.
fn jobs(rows: &[Row], options: &Options) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for row in rows {
        let wanted = |contender: &&Contender| {
            takes_part(contender, row) && options.wants(contender.name, row.base)
        };
        let same = |job: &&mut Job| {
            job.workload == row.workload && job.size == row.size && job.once == row.once
        };
        let job = if let Some(job) = jobs.iter_mut().find(same) {
            job
        } else {
            jobs.push(Job {
                workload: row.workload,
                size: row.size,
                contenders: Vec::new(),
                once: row.once,
            });
            jobs.last_mut().expect("one was just pushed")
        };
        for contender in FIELD.iter().filter(wanted) {
            if !job.contenders.iter().any(|other| other.name == contender.name) {
                job.contenders.push(contender);
            }
        }
    }
    jobs
}

fn cell<'a>(results: &'a Results, row: &Row, contender: &str) -> Option<&'a Cell> {
    let key = (row.workload, row.size, find(contender)?.name);
    results.get(&key)
}

/// A figure as the cell shows it: a ratio to the base, or a plain figure.
fn shown(results: &Results, row: &Row, contender: &str) -> Option<f64> {
    let value = cell(results, row, contender)?.median(row.figure)?;
    if row.unit.is_ratio() {
        Some(value / cell(results, row, row.base)?.median(row.figure)?)
    } else {
        Some(value)
    }
}

/// The ratios of the single rounds, lowest and highest.
fn spread(results: &Results, row: &Row, contender: &str) -> Option<(f64, f64)> {
    let ours = cell(results, row, contender)?.figures.get(row.figure)?;
    let ratios: Vec<f64> = if row.unit.is_ratio() {
        let base = cell(results, row, row.base)?.figures.get(row.figure)?;
        ours.iter().zip(base).map(|(ours, base)| ours / base).collect()
    } else {
        ours.clone()
    };
    let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    Some((low, ratios.into_iter().fold(0.0, f64::max)))
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        x if x < 1e3 => format!("{} ns", short(x)),
        x if x < 1e6 => format!("{} µs", short(x / 1e3)),
        x if x < 1e9 => format!("{} ms", short(x / 1e6)),
        x => format!("{} s", short(x / 1e9)),
    }
}

/// A figure in the row's own unit.
fn plain(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Nanoseconds | Unit::PlainNanoseconds => time(value),
        Unit::Microseconds => time(value * 1e3),
        Unit::Bytes => format!("{} B", short(value)),
        Unit::Megabytes => format!("{} MB", short(value / 1e6)),
    }
}

fn in_cell(unit: Unit, value: f64) -> String {
    if unit.is_ratio() { short(value) } else { plain(unit, value) }
}

fn cell_text(results: &Results, row: &Row, contender: &str) -> String {
    match (cell(results, row, contender), shown(results, row, contender)) {
        (Some(Cell { failure: Some(failure), .. }), _) => failure.clone(),
        (_, Some(value)) => in_cell(row.unit, value),
        (None, None) if find(contender).is_some_and(|contender| takes_part(contender, row)) => {
            "not run".to_owned()
        }
        _ => "–".to_owned(),
    }
}

/// The flavour of ours that a table is about.
fn ours(kind: Kind) -> &'static str {
    if kind == Kind::Shared { "refcycle::sync" } else { "refcycle" }
}

enum Verdict {
    Met,
    /// By this factor; the target is within the spread of the rounds.
    Missed(f64, bool),
}

fn verdict(results: &Results, row: &Row) -> Option<Verdict> {
    let target = row.target?;
    let value = shown(results, row, ours(row.kind))?;
    if value <= target {
        return Some(Verdict::Met);
    }
    let (low, _) = spread(results, row, ours(row.kind))?;
    Some(Verdict::Missed(value / target, low <= target))
}

fn write_report(
    text: &mut String,
    rows: &[Row],
    results: &Results,
    options: &Options,
) -> std::fmt::Result {
    header(text, options)?;
    summary(text, rows, results)?;
    for (section, (heading, explanation)) in SECTIONS.iter().enumerate() {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.section == section).collect();
        if !rows.is_empty() {
            writeln!(text, "\n## {heading}\n\n{explanation}\n")?;
            table(text, &rows, results, options)?;
            for plot in match section {
                5 => &["memory"][..],
                9 => &["collection-garbage", "collection-live"],
                10 => &["pauses"],
                _ => &[],
            } {
                if options.out.is_some() {
                    writeln!(text, "\n![{plot}]({}/{plot}.svg)", plots_folder())?;
                }
            }
        }
    }
    if options.wants_row("G4") {
        work(text, results, options)?;
    }
    if options.wants_row("I") {
        instructions(text)?;
    }
    if options.wants_row("C") {
        compile_time(text)?;
    }
    text.push_str(include_str!("../notes.md"));
    Ok(())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    output.ok().filter(|line| !line.is_empty()).unwrap_or_else(|| "not found".to_owned())
}

fn header(text: &mut String, options: &Options) -> std::fmt::Result {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown", |line| line.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().split(' ').next()?.parse().ok());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let feature = if cfg!(feature = "mimalloc") { " --features mimalloc" } else { "" };
    let given =
        if options.given.is_empty() { String::new() } else { format!(" -- {}", options.given) };
    writeln!(text, "# Benchmarks\n")?;
    writeln!(text, "Written by one command, which anybody can run; do not edit.\n")?;
    writeln!(text, "```sh\ncargo run --release -p refcycle-benches{feature}{given}\n```\n")?;
    writeln!(text, "| the run | as it was |\n| --- | --- |")?;
    writeln!(text, "| date | {} |", output("date", &["-u", "+%F %H:%M UTC"]))?;
    writeln!(
        text,
        "| machine | {processor}, {cores} cores, {:.0} GB; load when the run ended: {} |",
        memory.unwrap_or(0.0) / 1e6,
        load.split(' ').next().unwrap_or("unknown")
    )?;
    writeln!(text, "| system | {} |", output("uname", &["-sr"]))?;
    writeln!(text, "| compiler | {}, release profile |", output("rustc", &["--version"]))?;
    let allocator = if cfg!(feature = "mimalloc") { "mimalloc" } else { "the system's malloc" };
    writeln!(text, "| allocator | {allocator} |")?;
    writeln!(text, "| versions | {} |", versions())?;
    let limit = options.minutes.map_or_else(String::new, |minutes| {
        format!(
            "; no measurement began after {minutes} minutes, and a figure of ours without a range is \
             one round's"
        )
    });
    writeln!(
        text,
        "| rounds | {} (rivals: {}; growth: 2 and 1), interleaved; a fresh process for each figure; medians{limit} |",
        options.rounds,
        options.rival_rounds.min(options.rounds)
    )?;
    Ok(())
}

/// The versions of the contenders, as the lock file has them.
fn versions() -> String {
    let lock = include_str!("../../Cargo.lock");
    let version = |package: &str| {
        let at = lock.find(&format!("name = \"{package}\"\n"))?;
        lock[at..]
            .lines()
            .nth(1)?
            .strip_prefix("version = ")
            .map(|version| version.trim_matches('"').to_owned())
    };
    let mut named: Vec<String> = Vec::new();
    for contender in FIELD {
        if let Some(version) = version(contender.package) {
            let entry = format!("{} {version}", contender.package);
            if !named.contains(&entry) {
                named.push(entry);
            }
        }
    }
    if runner::is_installed("python3") {
        named.push(output("python3", &["--version"]));
    }
    if runner::is_installed("nim") {
        named.push(output("nim", &["--version"]).lines().next().unwrap_or_default().to_owned());
    }
    named.join(", ")
}

/// How many targets are met, and all that are not.
fn summary(text: &mut String, rows: &[Row], results: &Results) -> std::fmt::Result {
    let judged: Vec<(&Row, Verdict)> =
        rows.iter().filter_map(|row| verdict(results, row).map(|verdict| (row, verdict))).collect();
    if judged.is_empty() {
        return Ok(());
    }
    let met = judged.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Met)).count();
    writeln!(text, "\n## Targets\n\n{met} of {} are met. Missed:\n", judged.len())?;
    writeln!(
        text,
        "| row | workload | figure | target | missed by |\n| --- | --- | --- | --- | --- |"
    )?;
    for (row, verdict) in judged {
        if let Verdict::Missed(factor, within) = verdict {
            writeln!(
                text,
                "| {} | {} | {} | {} | {}{} |",
                row.id,
                row.title,
                cell_text(results, row, ours(row.kind)),
                in_cell(row.unit, row.target.unwrap_or_default()),
                by(factor),
                if within { ", within the spread of the rounds" } else { "" }
            )?;
        }
    }
    Ok(())
}

fn by(factor: f64) -> String {
    if factor < 2.0 {
        format!("{:.0} %", ((factor - 1.0) * 100.0).max(1.0))
    } else {
        format!("a factor of {}", short(factor))
    }
}

fn table(
    text: &mut String,
    rows: &[&Row],
    results: &Results,
    options: &Options,
) -> std::fmt::Result {
    let first = rows[0];
    let ours = ours(first.kind);
    let others: Vec<&str> = FIELD
        .iter()
        .filter(|contender| contender.name != ours)
        .filter(|contender| {
            rows.iter().any(|row| {
                let is_plain_base = row.unit.is_ratio() && contender.name == row.base;
                takes_part(contender, row)
                    && options.wants(contender.name, row.base)
                    && !is_plain_base
                    && cell(results, row, contender.name).is_some_and(|cell| !cell.unsaid)
            })
        })
        .map(|contender| contender.name)
        .collect();
    write!(text, "| row | workload | base | **{ours}** | target | verdict |")?;
    for other in &others {
        write!(text, " {other} |")?;
    }
    writeln!(text)?;
    writeln!(text, "|{}", " --- |".repeat(6 + others.len()))?;
    for row in rows {
        let base = match cell(results, row, row.base).and_then(|cell| cell.median(row.figure)) {
            Some(value) if row.unit.is_ratio() => {
                format!("{} {}", row.base, plain(row.unit, value))
            }
            _ => "–".to_owned(),
        };
        let mut own = format!("**{}**", cell_text(results, row, ours));
        if let Some((low, high)) = spread(results, row, ours).filter(|(low, high)| low < high) {
            let _ = write!(own, " ({}–{})", in_cell(row.unit, low), in_cell(row.unit, high));
        }
        let target = row
            .target
            .map_or("–".to_owned(), |target| format!("≤ {}", in_cell(row.unit, target)));
        let verdict = match verdict(results, row) {
            Some(Verdict::Met) => "met".to_owned(),
            Some(Verdict::Missed(factor, _)) => format!("missed by {}", by(factor)),
            None if row.target.is_some() => "not run".to_owned(),
            None => "no target".to_owned(),
        };
        write!(text, "| {} | {} | {base} | {own} | {target} | {verdict} |", row.id, row.title)?;
        for other in &others {
            write!(text, " {} |", cell_text(results, row, other))?;
        }
        writeln!(text)?;
    }
    Ok(())
}

/// The points of one program's work, by the objects that it had made.
fn work_points(results: &Results, workload: &str, contender: &str) -> Vec<(u64, f64)> {
    let found = results.iter().find(|((key, _, name), _)| *key == workload && *name == contender);
    let Some((_, cell)) = found else { return Vec::new() };
    let point = |(name, values): (&String, &Vec<f64>)| {
        Some((name.strip_prefix("at")?.parse().ok()?, median(values.clone())))
    };
    let mut points: Vec<(u64, f64)> = cell.figures.iter().filter_map(point).collect();
    points.sort_by_key(|point| point.0);
    points
}

fn work(text: &mut String, results: &Results, options: &Options) -> std::fmt::Result {
    writeln!(text, "\n## Growth: total work of all collections\n")?;
    writeln!(
        text,
        "Objects that collections looked at, per object that the program made, in programs that tempt a collector \
         to look at the same objects again and again. A bound that holds shows as a line that becomes flat.\n"
    )?;
    for contender in ["refcycle", "refcycle::sync"] {
        let lines: Vec<(&str, Vec<(u64, f64)>)> = PROGRAMS
            .iter()
            .map(|(workload, title)| (*title, work_points(results, workload, contender)))
            .collect();
        let columns: Vec<u64> = lines
            .iter()
            .flat_map(|(_, points)| points.iter().map(|point| point.0))
            .filter(|made| [16_000, 256_000, 1_024_000, 8_192_000].contains(made))
            .fold(Vec::new(), |mut columns, made| {
                if !columns.contains(&made) {
                    columns.push(made);
                }
                columns
            });
        if columns.is_empty() {
            writeln!(text, "Not run for `{contender}`.\n")?;
            continue;
        }
        let heads: Vec<String> =
            columns.iter().map(|made| format!("{} k made", made / 1000)).collect();
        writeln!(text, "| {contender} | {} |", heads.join(" | "))?;
        writeln!(text, "|{}", " --- |".repeat(1 + columns.len()))?;
        for (title, points) in lines {
            let at = |made: &u64| {
                points
                    .iter()
                    .find(|point| point.0 == *made)
                    .map_or("–".to_owned(), |point| short(point.1))
            };
            let cells: Vec<String> = columns.iter().map(at).collect();
            writeln!(text, "| {title} | {} |", cells.join(" | "))?;
        }
        writeln!(text)?;
    }
    if options.out.is_some() {
        writeln!(text, "![work]({}/work.svg)", plots_folder())?;
    }
    Ok(())
}

fn instructions(text: &mut String) -> std::fmt::Result {
    writeln!(text, "\n## Instructions per operation\n")?;
    if !runner::is_installed("valgrind") {
        return writeln!(text, "Not counted: valgrind is not installed.");
    }
    writeln!(
        text,
        "Counted by valgrind, the difference of two sizes; the same in every run. They judge where nanoseconds cannot.\n"
    )?;
    writeln!(
        text,
        "| workload | Rc | refcycle | ratio | Arc | refcycle::sync | ratio |\n|{}",
        " --- |".repeat(7)
    )?;
    for (title, workload) in COUNTED {
        write!(text, "| {title} |")?;
        for (base, ours) in [("Rc", "refcycle"), ("Arc", "refcycle::sync")] {
            match (runner::instructions(base, workload), runner::instructions(ours, workload)) {
                (Some(base), Some(ours)) => {
                    write!(text, " {base:.1} | {ours:.1} | {:.2} |", ours / base)?;
                }
                _ => write!(text, " – | – | – |")?,
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

/// What `ci/compile-time` says.
fn compile_time(text: &mut String) -> std::fmt::Result {
    let script = Command::new("bash").arg("ci/compile-time").current_dir(workspace()).output();
    writeln!(text, "\n## Compile time and binary size\n")?;
    match script {
        Ok(output) if output.status.success() => {
            text.push_str(&String::from_utf8_lossy(&output.stdout));
            Ok(())
        }
        _ => writeln!(text, "Not measured: `ci/compile-time` failed."),
    }
}

/// The lines of a chart, one for each contender, over the rows of one id.
fn chart_lines(rows: &[Row], results: &Results, id: &str) -> Vec<Line> {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.id == id).collect();
    let Some(first) = rows.first() else { return Vec::new() };
    first
        .only
        .iter()
        .map(|&name| {
            let point = |row: &&Row| Some((row.size as f64, shown(results, row, name)?));
            (name.to_owned(), rows.iter().filter_map(point).collect::<Vec<_>>())
        })
        .filter(|(_, points)| !points.is_empty())
        .collect()
}

fn plots(folder: &Path, rows: &[Row], results: &Results) -> Result<(), Box<dyn std::error::Error>> {
    let charts = [
        (
            "G1",
            "collection-garbage",
            "Dropping and collecting garbage in rings of 10",
            "objects",
            "ns per object",
        ),
        (
            "G2",
            "collection-live",
            "A full collection of a live random graph",
            "live objects",
            "ns per object",
        ),
        (
            "G3",
            "pauses",
            "Worst pause, cycles abandoned beside a live heap (W6b)",
            "live objects",
            "worst pause",
        ),
    ];
    for (id, file, title, across, up) in charts {
        let shown: fn(f64) -> String = if id == "G3" {
            |us| time(us * 1e3).replace(".00 ", " ").replace(".0 ", " ")
        } else {
            tick
        };
        let chart = Chart { title, across, up, shown };
        plot::lines(&folder.join(format!("{file}.svg")), &chart, &chart_lines(rows, results, id))?;
    }
    let lines: Vec<Line> = PROGRAMS
        .iter()
        .map(|(workload, title)| ((*title).to_owned(), work_points(results, workload, "refcycle")))
        .map(|(title, points)| (title, points.into_iter().filter(|point| point.1 > 0.0)))
        .map(|(title, points)| {
            (title, points.map(|(made, work)| (made as f64, work)).collect::<Vec<_>>())
        })
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let chart = Chart {
        title: "Total work of all collections (refcycle)",
        across: "objects made by the program",
        up: "objects looked at per object made",
        shown: tick,
    };
    plot::lines(&folder.join("work.svg"), &chart, &lines)?;

    let weight = |figure: &str, name: &str| {
        let row = rows.iter().find(|row| row.id == "W9" && row.figure == figure)?;
        shown(results, row, name)
    };
    let bars: Vec<(String, [f64; 2])> = FIELD
        .iter()
        .filter(|contender| contender.kind == Kind::Local)
        .filter_map(|contender| {
            let values = [weight("node", contender.name)?, weight("garbage", contender.name)?];
            Some((contender.name.to_owned(), values))
        })
        .collect();
    plot::bars(
        &folder.join("memory.svg"),
        "Memory per object over the value (W9)",
        "bytes per object",
        ["at rest", "more at the peak of collecting garbage"],
        &bars,
    )
}
