//! The binary: command line in, words and exit codes out.
//!
//! Exit codes: 0 done, 1 could not (the reason is on standard error), 2 wrong usage.

mod cli;
mod commands;
mod output;
mod progress;

use std::error::Error as _;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe while printing them is none either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut words = format!("rejoinder: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                words.push_str(&format!(": {inner}"));
                cause = inner.source();
            }
            let _ = writeln!(std::io::stderr(), "{}", progress::shown(&words));
            ExitCode::FAILURE
        }
    }
}
