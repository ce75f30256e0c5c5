//! The report as one HTML file: opens from disk, asks nobody for anything, works without scripts.
//!
//! A template makes the frame; the parts that grow with the thread are written straight into the page.
//! Both reach the page through one escaping function, [`escaped::push`]. Where a part belongs, the template
//! holds a comment; escaped text cannot contain one, so nobody's words can pose as such a place.
//!
//! Why not the template for everything: its values would hold a second copy of the thread, and 10,000 posts
//! would take many times as long.

mod escaped;
mod frame;
mod graph;
mod lists;
mod marks;
mod posts;

use std::sync::LazyLock;

use base64::Engine;
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

use super::Format;
use crate::error::{Error, Result};
use crate::report::Report;
use crate::report::outline::Outline;
use escaped::Escaped;

/// One self-contained page.
#[derive(Debug)]
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn extension(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "one self-contained page for people: the map, the summary and the whole thread"
    }

    fn render(&self, report: &Report) -> Result<String> {
        let outline = Outline::of(report);
        let frame = render_frame(&outline)
            .map_err(|source| Error::Report { format: "html", source: Box::new(source) })?;
        let words: usize = report.posts().iter().map(|post| post.text.len() + 700).sum();
        let mut page = Escaped::with_capacity(words + report.units.len() * 400 + frame.len());
        let mut parts = frame.split(OPEN);
        page.frame(parts.next().unwrap_or_default());
        for part in parts {
            let (name, rest) = part.split_once(CLOSE).unwrap_or((part, ""));
            fill(&mut page, name, &outline);
            page.frame(rest);
        }
        Ok(page.finish())
    }
}

/// How the template marks the place of a part.
const OPEN: &str = "<!--part:";
const CLOSE: &str = "-->";

fn fill(page: &mut Escaped, name: &str, outline: &Outline<'_>) {
    match name {
        "style" => {
            page.markup(STYLE);
        }
        "script" => {
            page.markup(SCRIPT);
        }
        "graph" => graph::write(page, outline),
        "outline" => posts::write(page, outline),
        "claims" => lists::claims(page, outline),
        "unanswered" => lists::unanswered(page, outline),
        "flags" => lists::flags(page, outline),
        _ => debug_assert!(false, "the template names a part that does not exist: {name}"),
    }
}

const FRAME: &str = include_str!("../../../templates/report.html");
const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// What the Content-Security-Policy allows: these two texts and nothing else.
static HASHES: LazyLock<(String, String)> = LazyLock::new(|| (hash(STYLE), hash(SCRIPT)));

fn hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}

fn render_frame(outline: &Outline<'_>) -> std::result::Result<String, tera::Error> {
    let mut tera = Tera::default();
    tera.set_escape_fn(|text, out| {
        let mut safe = String::with_capacity(text.len() + 16);
        escaped::push(&mut safe, text);
        out.write_all(safe.as_bytes())
    });
    tera.add_raw_template("report.html", FRAME)?;
    let frame = frame::Frame::of(outline, &HASHES.0, &HASHES.1);
    tera.render("report.html", &Context::from_serialize(&frame)?)
}
