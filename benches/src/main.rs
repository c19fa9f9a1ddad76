//! The benchmarks of refcycle and its rivals: one command measures every workload for every contender and
//! writes `docs/benchmarks.md` and the plots beside it.
//!
//! ```sh
//! cargo run --release -p refcycle-benches            # all of it; an hour on a small machine
//! cargo run --release -p refcycle-benches -- --quick # small sizes, a few minutes, prints only
//! ```
//!
//! Every figure comes from a fresh process: the runner starts its own program with
//! `one CONTENDER WORKLOAD SIZE`, which prints one line of named figures.

mod arena;
mod contender;
mod contenders;
mod field;
mod measure;
mod options;
mod plot;
mod reference;
mod report;
mod rows;
mod runner;
mod workloads;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: measure::Counting = measure::Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["one", contender, workload, size] => one(contender, workload, size),
        ["once", contender, workload, size] => {
            measure::run_bodies_once();
            one(contender, workload, size)
        }
        _ => match options::Options::parse(&arguments) {
            Ok(options) => report::measure_and_write(&options),
            Err(wrong) => {
                eprintln!("{wrong}\n\n{}", options::USAGE);
                ExitCode::FAILURE
            }
        },
    }
}

/// Runs one workload and prints its figures; says "unsaid" where it cannot be said with this contender.
fn one(contender: &str, workload: &str, size: &str) -> ExitCode {
    let (Some(contender), Ok(size)) = (field::find(contender), size.parse()) else {
        eprintln!("no such contender, or no size");
        return ExitCode::FAILURE;
    };
    let field::Runs::Here(run) = contender.runs else {
        eprintln!("this contender is a script");
        return ExitCode::FAILURE;
    };
    let before = measure::peak_resident();
    let Some(mut outcome) = run(workload, size) else {
        println!("unsaid");
        return ExitCode::SUCCESS;
    };
    outcome.push(("peak".to_owned(), measure::peak_resident() - before));
    let figures: Vec<String> =
        outcome.iter().map(|(name, value)| format!("{name} {value}")).collect();
    println!("{}", figures.join(" "));
    ExitCode::SUCCESS
}
