//! What the command line asks for.

/// What the options are.
pub(crate) const USAGE: &str = "\
usage: refcycle-benches [--quick] [--rounds N] [--rows W1,S3,...] [--only refcycle,Rc,...] [--out DIR]

  --quick    a tenth of the size or less, one round; prints the tables and writes nothing without --out
  --rounds   how often each measurement is repeated (default 5; rivals: at most 3)
  --rows     only rows whose name begins with one of these
  --only     only these contenders (the base of a row is always measured)
  --out      where the report goes (default: docs, in the workspace)";

/// The options, parsed.
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) rounds: usize,
    pub(crate) rows: Vec<String>,
    pub(crate) only: Vec<String>,
    pub(crate) out: Option<String>,
    /// As they were given, for the report.
    pub(crate) given: String,
}

impl Options {
    /// Parses the arguments; the error says what is wrong with them.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            quick: false,
            rounds: 0,
            rows: Vec::new(),
            only: Vec::new(),
            out: None,
            given: arguments.join(" "),
        };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            let list = |value: &str| value.split(',').map(str::to_owned).collect();
            match argument {
                "--quick" => options.quick = true,
                "--rounds" => {
                    let rounds = value()?;
                    options.rounds = rounds.parse().map_err(|_| format!("no number: {rounds}"))?;
                }
                "--rows" => options.rows = list(value()?),
                "--only" => options.only = list(value()?),
                "--out" => options.out = Some((*value()?).to_owned()),
                _ => return Err(format!("no such option: {argument}")),
            }
        }
        if options.rounds == 0 {
            options.rounds = if options.quick { 1 } else { 5 };
        }
        if options.out.is_none() && !options.quick {
            options.out = Some("docs".to_owned());
        }
        for name in &options.only {
            if crate::field::find(name).is_none() {
                return Err(format!("no such contender: {name}"));
            }
        }
        Ok(options)
    }

    /// Is a row of this name wanted?
    pub(crate) fn wants_row(&self, name: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|row| name.starts_with(row.as_str()))
    }

    /// Is this contender wanted, for a row with this base?
    pub(crate) fn wants(&self, contender: &str, base: &str) -> bool {
        self.only.is_empty() || contender == base || self.only.iter().any(|name| name == contender)
    }
}
