//! The JSON contract, whole or in the parts that single commands print.

use serde::Serialize;

use super::Format;
use crate::error::{Error, Result};
use crate::report::view::{FlagView, SCHEMA, SummaryView, ThreadView};
use crate::report::{Coverage, Report};

/// The whole report as one JSON object.
#[derive(Debug)]
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "everything, for programs: the contract rejoinder/1"
    }

    fn render(&self, report: &Report) -> Result<String> {
        encode(report)
    }
}

/// What `thread --format json` prints.
pub fn thread(thread: &ThreadView) -> Result<String> {
    #[derive(Serialize)]
    struct Out<'a> {
        schema: &'static str,
        thread: &'a ThreadView,
    }
    encode(&Out { schema: SCHEMA, thread })
}

/// What `summary --format json` prints: no posts.
pub fn summary(report: &Report) -> Result<String> {
    #[derive(Serialize)]
    struct Out<'a> {
        schema: &'static str,
        thread: ThreadView,
        summary: &'a [SummaryView],
        coverage: &'a Coverage,
    }
    encode(&Out {
        schema: SCHEMA,
        thread: bare(&report.thread),
        summary: &report.summary,
        coverage: &report.coverage,
    })
}

/// What `review --format json` prints: no posts.
pub fn review(report: &Report) -> Result<String> {
    #[derive(Serialize)]
    struct Out<'a> {
        schema: &'static str,
        thread: ThreadView,
        flags: &'a [FlagView],
    }
    encode(&Out { schema: SCHEMA, thread: bare(&report.thread), flags: &report.flags })
}

fn bare(thread: &ThreadView) -> ThreadView {
    ThreadView {
        title: thread.title.clone(),
        url: thread.url.clone(),
        posts: None,
        notices: thread.notices.clone(),
        ..*thread
    }
}

/// One value as one line of JSON.
pub fn line(value: &impl Serialize) -> Result<String> {
    encode(value)
}

fn encode(value: &impl Serialize) -> Result<String> {
    let mut text = serde_json::to_string(value)
        .map_err(|source| Error::Report { format: "json", source: Box::new(source) })?;
    text.push('\n');
    Ok(text)
}
