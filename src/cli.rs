//! The command line: what may be typed. It decides nothing; `commands` does what is asked.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use rejoinder::annotate::ANNOTATORS;
use rejoinder::evaluate::Task;
use rejoinder::fetch::Header;
use rejoinder::report::formats::FORMATS;

/// Maps the argument of a discussion thread: who claims what, who rebuts whom, what stands.
#[derive(Debug, Parser)]
#[command(name = "rejoinder", version, about, long_about = None)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "SOURCE is a URL, a file (.html .json .ndjson .mbox .txt .md, also gzip or zstd), a folder of \
                        saved pages of one thread, or - for standard input.\n\
                        `rejoinder SOURCE` is the same as `rejoinder map SOURCE`."
)]
pub struct Cli {
    /// What to do; `map` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `map`.
    #[command(flatten)]
    pub map: MapArgs,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the argument map of a thread (a report to open in a browser)
    Map(MapArgs),
    /// Show what was read: the posts and who answers whom
    Thread(ThreadArgs),
    /// Sum the thread up in sentences of its own, each tied to its post
    Summary(SummaryArgs),
    /// List what a moderator should look at
    Review(ReviewArgs),
    /// Measure an annotator on labelled data
    Eval(EvalArgs),
    /// List the platforms that can be read
    Platforms,
    /// List the formats that `map` writes
    Formats,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Options of `map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// Where the thread is
    #[command(flatten)]
    pub source: SourceArgs,
    /// How it is judged
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The file to write; - for standard output [default: a name made of the title, never one that exists]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The format to write; html goes to a file, the others to standard output unless -o is given
    #[arg(long, default_value = "html", value_parser = format_names())]
    pub format: String,
    /// Map many threads: SOURCE is a folder whose files and folders are a thread each, or a file that lists sources,
    /// one a line; -o names the folder for the reports
    #[arg(long, requires = "output", conflicts_with_all = ["open", "url", "save", "thread"])]
    pub each: bool,
    /// Open the written file in the browser
    #[arg(long)]
    pub open: bool,
}

/// Options of `thread`.
#[derive(Debug, Args)]
pub struct ThreadArgs {
    /// Where the thread is
    #[command(flatten)]
    pub source: SourceArgs,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The format to write
    #[arg(long, default_value = "text")]
    pub format: ThreadFormat,
}

/// Options of `summary`.
#[derive(Debug, Args)]
pub struct SummaryArgs {
    /// Where the thread is
    #[command(flatten)]
    pub source: SourceArgs,
    /// How it is judged
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The format to write
    #[arg(long, default_value = "markdown")]
    pub format: SummaryFormat,
}

/// Options of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Where the thread is
    #[command(flatten)]
    pub source: SourceArgs,
    /// How it is judged
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The format to write
    #[arg(long, default_value = "text")]
    pub format: ReviewFormat,
}

/// Options of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Labelled sets: JSON lines with id, text, parent, label, also gzip or zstd
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<String>,
    /// What to measure
    #[arg(long, value_parser = task_names())]
    pub task: String,
    /// Who is measured, as for the other commands
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// Write each answer as a JSON line: id, label, confidence
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,
    /// Print what `linear` sees of each row when asked this question, for fitting it
    #[arg(long, value_name = "HEAD", hide = true)]
    pub seen: Option<String>,
    /// The format to print
    #[arg(long, default_value = "text")]
    pub format: ThreadFormat,
    /// Bytes of one file at most, after decompression
    #[arg(long, value_name = "N", default_value_t = 1 << 30)]
    pub max_bytes: u64,
}

/// Formats of `thread`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThreadFormat {
    /// For reading
    Text,
    /// The contract rejoinder/1
    Json,
}

/// Formats of `summary`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// For pasting
    Markdown,
    /// For reading
    Text,
    /// The contract rejoinder/1
    Json,
}

/// Formats of `review`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReviewFormat {
    /// For reading
    Text,
    /// The contract rejoinder/1
    Json,
    /// For a spreadsheet
    Csv,
}

/// How the thread is judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judging")]
pub struct JudgeArgs {
    /// Who judges roles, stances and tones
    #[arg(long, default_value = "auto", value_parser = annotator_names())]
    pub annotator: String,
    /// Judge by the model with the weights of this file, as training/ makes them
    #[arg(long, value_name = "FILE", conflicts_with = "annotator")]
    pub weights: Option<PathBuf>,
}

/// Where the thread is and how far to go for it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Source")]
pub struct SourceArgs {
    /// A URL, a file, a folder of saved pages of one thread, or - for standard input
    #[arg(value_name = "SOURCE", required = true)]
    pub source: Option<String>,
    /// Where a saved page came from
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Fetch the pages that a saved page points to; without it a file never makes a request
    #[arg(long)]
    pub follow: bool,
    /// Which thread of a file that holds several
    #[arg(long, value_name = "ID")]
    pub thread: Option<String>,
    /// Keep the raw answers in this folder, which is then a SOURCE
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Pages to read at most
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub max_pages: usize,
    /// Posts to read at most
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub max_posts: usize,
    /// Bytes of one page at most, after decompression
    #[arg(long, value_name = "N", default_value_t = 64 << 20)]
    pub max_bytes: u64,
    /// Redirects to follow for one page
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Fetching")]
    pub max_redirects: usize,
    /// Seconds for one request
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds, help_heading = "Fetching")]
    pub timeout: std::time::Duration,
    /// Seconds for all requests together, waits counted in
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds, help_heading = "Fetching")]
    pub max_time: std::time::Duration,
    /// Seconds between two requests to one host
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds, help_heading = "Fetching")]
    pub wait: std::time::Duration,
    /// Cookies for the thread's own host, in Netscape's format as browser extensions and curl write it
    #[arg(long, value_name = "FILE", help_heading = "Fetching")]
    pub cookies: Option<PathBuf>,
    /// A header for the thread's own host, such as 'Authorization: Bearer ...'; may be given again
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = Header::parse, help_heading = "Fetching")]
    pub headers: Vec<Header>,
    /// Where answers are kept between runs [default: the system's folder for caches]
    #[arg(long, value_name = "DIR", help_heading = "Fetching")]
    pub cache_dir: Option<PathBuf>,
    /// Keep no answers between runs and use none
    #[arg(long, conflicts_with_all = ["cache_dir", "cache_private"], help_heading = "Fetching")]
    pub no_cache: bool,
    /// Keep also what was fetched with --cookies or --header
    #[arg(long, help_heading = "Fetching")]
    pub cache_private: bool,
    /// Allow private and loopback addresses
    #[arg(long, help_heading = "Fetching")]
    pub allow_private: bool,
    /// Fetch what robots.txt asks programs to leave alone
    #[arg(long, help_heading = "Fetching")]
    pub ignore_robots: bool,
    /// Print nothing but results and errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// A length of time in seconds, fractions allowed; up to a day.
fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("'{text}' is no number of seconds"))?;
    if (0.0..=86_400.0).contains(&seconds) {
        Ok(std::time::Duration::from_secs_f64(seconds))
    } else {
        Err("it must lie between 0 and 86400 seconds".to_owned())
    }
}

fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.name()))
}

fn task_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Task::ALL.iter().map(|(name, _)| *name))
}

fn annotator_names() -> PossibleValuesParser {
    PossibleValuesParser::new(
        std::iter::once("auto").chain(ANNOTATORS.iter().map(|annotator| annotator.name())),
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_source_alone_means_map() {
        let cli = Cli::parse_from(["rejoinder", "thread.html", "--format", "json"]);
        assert!(cli.command.is_none());
        assert_eq!(cli.map.source.source.as_deref(), Some("thread.html"));
    }
}
