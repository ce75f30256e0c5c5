//! The ways in which a report is written: one file each, and a table.

mod address;
mod csv;
mod html;
mod json;
mod markdown;
mod text;
mod wording;

pub use csv::review as review_csv;
pub use json::{line as json_line, review as review_json, summary as summary_json, thread as thread_json};
pub use markdown::summary as summary_markdown;
pub use text::{review as review_text, summary as summary_text, thread as thread_text};

use super::Report;
use crate::error::{Error, Result};

/// A way to write a report.
pub trait Format: Sync {
    /// The name that `--format` takes.
    fn name(&self) -> &'static str;

    /// The ending of file names, without the dot.
    fn extension(&self) -> &'static str;

    /// One line for people.
    fn about(&self) -> &'static str;

    /// The report in this format. The same report gives the same bytes.
    fn render(&self, report: &Report) -> Result<String>;
}

/// All formats of the map, the default first.
pub static FORMATS: &[&dyn Format] = &[&html::Html, &json::Json, &markdown::Markdown, &text::Text];

/// The format with this name.
pub fn named(name: &str) -> Result<&'static dyn Format> {
    FORMATS.iter().find(|format| format.name() == name).copied().ok_or_else(|| Error::Unknown {
        kind: "format",
        given: name.to_owned(),
        known: FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().join(", "),
    })
}
