//! What the command line asks for.

/// What the options are.
pub(crate) const USAGE: &str = "\
usage: refcycle-benches [--quick] [--rounds N] [--rival-rounds N] [--minutes N] [--rows W1,S3,...] [--only refcycle,Rc,...] [--out DIR]

  --quick         a tenth of the size or less, one round; prints the tables and writes nothing without --out
  --rounds        how often each measurement is repeated (default 5)
  --rival-rounds  the same for the rivals (default 3)
  --minutes       begin no measurement after so many minutes
  --rows          only these rows: W1 is W1a, W1b and W1c; I the instructions, C the compile time
  --only          only these contenders (the base of a row is always measured)
  --out           where the report goes (default: docs, in the workspace)";

/// The options, parsed.
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) rounds: usize,
    pub(crate) rival_rounds: usize,
    pub(crate) minutes: Option<u64>,
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
            rival_rounds: 3,
            minutes: None,
            rows: Vec::new(),
            only: Vec::new(),
            out: None,
            given: arguments.join(" "),
        };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            let number = |value: &str| value.parse().map_err(|_| format!("no number: {value}"));
            let list = |value: &str| value.split(',').map(str::to_owned).collect();
            match argument {
                "--quick" => options.quick = true,
                "--rounds" => options.rounds = number(value()?)?,
                "--rival-rounds" => options.rival_rounds = number(value()?)?,
                "--minutes" => options.minutes = Some(number(value()?)? as u64),
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
        let begins = |row: &String| {
            let rest = name.strip_prefix(row.as_str());
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
        };
        self.rows.is_empty() || self.rows.iter().any(begins)
    }

    /// Is this contender wanted, for a row with this base?
    pub(crate) fn wants(&self, contender: &str, base: &str) -> bool {
        self.only.is_empty() || contender == base || self.only.iter().any(|name| name == contender)
    }
}
