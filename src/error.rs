//! What can go wrong, and in which words.
//!
//! One public error for the whole library: it says what was being attempted and on what, and what to
//! try next where there is something to try. It never decides on exit codes; the binary does that.

use std::path::PathBuf;

/// A `Result` whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no thread, no map or no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source is neither an address nor something on this machine.
    #[error("cannot use '{source_text}' as a source: {reason}")]
    Source {
        /// What was given.
        source_text: String,
        /// Why it is no source, and what would be.
        reason: String,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// The verb: "read", "write", "decompress".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Standard input could not be read.
    #[error("cannot read standard input")]
    Input(#[source] std::io::Error),
    /// Something read from outside is larger than the limit on it.
    #[error("{what} is larger than {limit} bytes; raise the limit with {flag} if you trust it")]
    TooLarge {
        /// The page, file or answer.
        what: String,
        /// The limit in bytes.
        limit: u64,
        /// The flag that raises it.
        flag: &'static str,
    },
    /// An address that must not be asked: private, local, or of another scheme.
    #[error("refused to fetch {url}: {reason}")]
    Refused {
        /// The address as it was asked for.
        url: String,
        /// The rule that refuses it, and the flag that lifts it if one does.
        reason: String,
    },
    /// The server could not be asked or did not answer in full.
    #[error("cannot fetch {url}: {reason}")]
    Fetch {
        /// The address.
        url: String,
        /// What happened and what to try.
        reason: String,
        /// The transport's own error, when there is one.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The server answered with a status that is no page.
    #[error("{url} answered {status}: {reason}")]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the status means here and what to try.
        reason: String,
        /// What it showed in place of a page, decoded; empty when it showed nothing that can be read.
        body: String,
    },
    /// Only the network has this page, and this source must not use the network.
    #[error(
        "{url} is not among the saved pages, and a saved source makes no request; add --follow to fetch it"
    )]
    NotSaved {
        /// The address.
        url: String,
    },
    /// A page was read, and it is a wall instead of a thread.
    #[error("{what} holds no posts: {wall}; {advice}")]
    Wall {
        /// The page.
        what: String,
        /// Which wall: a login page, a challenge, a script shell ...
        wall: String,
        /// What the user can do.
        advice: String,
    },
    /// The page is none that any platform recognises.
    #[error("cannot find a thread in {what}: {reason}")]
    Unrecognised {
        /// The page or file.
        what: String,
        /// What was looked for and what to try.
        reason: String,
    },
    /// A page of a known platform does not have the shape it must have.
    #[error("cannot read {what} as {platform}: {reason}")]
    Malformed {
        /// The page or file.
        what: String,
        /// The platform whose shape was expected.
        platform: &'static str,
        /// The first thing that did not fit.
        reason: String,
    },
    /// Something that sets how to fetch cannot be used: a cookie file, a proxy variable.
    #[error("cannot use {what}: {reason}")]
    Setting {
        /// The file or variable.
        what: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// A value given by the user is not one of those that exist.
    #[error("unknown {kind} '{given}'; there is {known}")]
    Unknown {
        /// "format", "annotator", "thread" ...
        kind: &'static str,
        /// What was asked for.
        given: String,
        /// Those that exist, joined by commas.
        known: String,
    },
    /// A mailbox holds several threads and nobody said which one to read.
    #[error(
        "{what} holds {count} threads; pick one with --thread: its number, part of its subject, or a Message-ID\n{list}"
    )]
    SeveralThreads {
        /// The mailbox.
        what: String,
        /// How many threads there are.
        count: usize,
        /// One line for each: number, posts, date, subject, first author.
        list: String,
    },
    /// A report could not be rendered or written.
    #[error("cannot write the {format} report")]
    Report {
        /// The format's name.
        format: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
