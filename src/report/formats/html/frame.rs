//! What the template of the page is given: the parts that are short and the same for every thread.

use serde::Serialize;

use super::marks;
use crate::analyse::SentenceKind;
use crate::report::formats::address::web;
use crate::report::formats::wording;
use crate::report::outline::Outline;
use crate::report::{KeyPointView, SummaryView};
use crate::words;

/// A thread with more posts than this is shown with its branches folded.
const HUGE: usize = 2000;
/// Key points beyond this many are folded.
const POINTS: usize = 8;

#[derive(Serialize)]
pub(super) struct Frame<'a> {
    title: String,
    url: Option<&'a str>,
    link: Option<&'a str>,
    platform: String,
    read_at: Option<String>,
    coverage: String,
    /// Words that most of the thread is missing, where it is.
    partial: Option<String>,
    notices: Vec<&'a str>,
    no_argument: Option<&'static str>,
    sentences: Vec<Sentence<'a>>,
    points: Vec<Point<'a>>,
    further_points: Vec<Point<'a>>,
    annotator: &'a str,
    /// Why it was taken; empty when the user named it.
    chosen: &'a str,
    about: &'a str,
    posts: usize,
    huge: bool,
    style_hash: &'a str,
    script_hash: &'a str,
}

#[derive(Serialize)]
struct Sentence<'a> {
    lead: String,
    sure: Option<i64>,
    text: &'a str,
    cut: bool,
    cut_before: bool,
    /// Whether it answers the sentence before it.
    reply: bool,
    author: Option<&'a str>,
    post: Option<u32>,
    unit: Option<u32>,
    standing: Option<Standing<'a>>,
}

#[derive(Serialize)]
struct Standing<'a> {
    class: String,
    glyph: &'static str,
    word: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct Point<'a> {
    text: &'a str,
    /// Whether its author's sentence goes on.
    cut: bool,
    unit: u32,
    post: Option<u32>,
    author: Option<&'a str>,
    people: u32,
    speak_for: u32,
    against: u32,
    /// Widths of the bars, of 120.
    wide_for: String,
    wide_against: String,
    standing: Option<Standing<'a>>,
}

impl<'a> Frame<'a> {
    pub(super) fn of(outline: &Outline<'a>, style_hash: &'a str, script_hash: &'a str) -> Self {
        let report = outline.report();
        let most = report.key_points.iter().map(|point| point.speak_for.max(point.against)).max();
        let mut points: Vec<Point<'a>> =
            report.key_points.iter().map(|view| point(outline, view, most.unwrap_or(1).max(1))).collect();
        let further_points = points.split_off(points.len().min(POINTS));
        Self {
            title: wording::title(&report.thread),
            url: report.thread.url.as_deref(),
            link: report.thread.url.as_deref().and_then(web),
            platform: wording::platform(report.thread.platform),
            read_at: report.thread.fetched_at.map(marks::moment),
            coverage: report.coverage.line(),
            partial: wording::partial(report),
            notices: report.thread.notices.iter().map(|notice| notice.text.as_str()).collect(),
            no_argument: wording::no_argument(report),
            sentences: report.summary.iter().map(|view| sentence(outline, view)).collect(),
            points,
            further_points,
            annotator: report.annotator.name,
            chosen: report.annotator.chosen.as_deref().unwrap_or_default(),
            about: report.annotator.about.trim_end_matches('.'),
            posts: report.posts().len(),
            huge: report.posts().len() > HUGE,
            style_hash,
            script_hash,
        }
    }
}

fn sentence<'a>(outline: &Outline<'a>, view: &'a SummaryView) -> Sentence<'a> {
    Sentence {
        lead: wording::lead(view),
        sure: view.confidence.map(wording::percent),
        text: &view.text,
        cut: view.cut,
        cut_before: view.cut_before,
        reply: matches!(view.kind, SentenceKind::Objection | SentenceKind::Answer),
        author: view.author.as_deref(),
        post: view.cites.first().map(|cite| cite.post),
        unit: view.unit,
        standing: view.unit.and_then(|unit| standing(outline, unit)),
    }
}

fn point<'a>(outline: &Outline<'a>, view: &'a KeyPointView, most: u32) -> Point<'a> {
    let post = outline.unit(view.unit).map(|unit| unit.post);
    let wide = |people: u32| format!("{:.1}", 120.0 * f64::from(people) / f64::from(most));
    let text = words::without_pause(&view.text);
    Point {
        text,
        cut: text.len() < view.text.len(),
        unit: view.unit,
        post,
        author: post.and_then(|post| outline.author(post)),
        people: view.people,
        speak_for: view.speak_for,
        against: view.against,
        wide_for: wide(view.speak_for),
        wide_against: wide(view.against),
        standing: standing(outline, view.unit),
    }
}

fn standing<'a>(outline: &Outline<'a>, unit: u32) -> Option<Standing<'a>> {
    let view = outline.standing(unit)?;
    let mark = marks::stands(view);
    Some(Standing {
        class: format!("{}{}", mark.class, marks::weight(view)),
        glyph: mark.glyph,
        word: wording::standing(view),
        reason: &view.reason,
    })
}
