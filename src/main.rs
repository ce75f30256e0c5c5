//! The binary: command line in, words and exit codes out.
//!
//! Exit codes: 0 done, 1 could not (the reason is on standard error), 2 wrong usage.

mod cli;
mod commands;
mod many;
mod output;
mod progress;

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
        Ok(code) => code,
        Err(error) => {
            let words = format!("rejoinder: {}", output::reason(&error));
            let _ = writeln!(std::io::stderr(), "{}", progress::shown(&words));
            ExitCode::FAILURE
        }
    }
}
