//! Where an interpreter writes: to the process's own streams, or, where several run at once, into buffers
//! that are printed when it has ended.

use std::io::{BufWriter, Stdout, Write, stderr, stdout};

pub(crate) enum Output {
    Direct(BufWriter<Stdout>),
    Kept { out: Vec<u8>, err: Vec<u8> },
}

impl Default for Output {
    /// Buffers.
    fn default() -> Output {
        Output::Kept { out: Vec::new(), err: Vec::new() }
    }
}

/// A closed pipe is no reason to stop computing, so no write fails.
impl Output {
    pub(crate) fn direct() -> Output {
        Output::Direct(BufWriter::new(stdout()))
    }

    pub(crate) fn write(&mut self, text: &str) {
        match self {
            Output::Direct(out) => drop(out.write_all(text.as_bytes())),
            Output::Kept { out, .. } => out.extend_from_slice(text.as_bytes()),
        }
    }

    pub(crate) fn flush(&mut self) {
        if let Output::Direct(out) = self {
            drop(out.flush());
        }
    }

    /// Writes to standard error, after what was written to standard output.
    pub(crate) fn write_error(&mut self, text: &str) {
        self.flush();
        match self {
            Output::Direct(_) => drop(stderr().write_all(text.as_bytes())),
            Output::Kept { err, .. } => err.extend_from_slice(text.as_bytes()),
        }
    }

    /// Prints what was kept.
    pub(crate) fn print(self) {
        if let Output::Kept { out, err } = self {
            drop(stdout().write_all(&out));
            drop(stdout().flush());
            drop(stderr().write_all(&err));
        }
    }
}
