//! The lists after the outline: claims and their standing, what is open, what a moderator should look at.
//!
//! They repeat words only in short and lead back to where those stand.

use super::escaped::Escaped;
use super::marks;
use crate::analyse::UnansweredKind;
use crate::report::formats::address::web;
use crate::report::formats::text::flag_word;
use crate::report::formats::wording::{self, percent, short};
use crate::report::outline::Outline;
use crate::report::{StandingView, UnansweredView};

/// Beyond this many rows a list is folded.
const SHOWN: usize = 60;

/// Claims that somebody answered first; claims that nobody disputed are folded.
pub(super) fn claims(page: &mut Escaped, outline: &Outline<'_>) {
    let all = &outline.report().standing;
    if all.is_empty() {
        page.markup("<p class=\"none\">No claims were found.</p>");
        return;
    }
    page.markup(
        "<p class=\"hint\">The percentage says how sure the links are that a standing rests on. The bar is the \
         claim’s strength, from 0 to 1: what speaks for it against what speaks against it; it does not decide the standing.</p>\n",
    );
    let argued = |standing: &&StandingView| outline.incoming(standing.unit).next().is_some();
    let (answered, left): (Vec<_>, Vec<_>) = all.iter().partition(argued);
    folded(page, answered.len(), "claims that were answered", |page, range| {
        page.markup("<ul class=\"claims\">\n");
        for standing in answered.get(range).unwrap_or_default() {
            claim(page, outline, standing, 400);
        }
        page.markup("</ul>\n");
    });
    let (left, unlisted): (Vec<_>, Vec<_>) = left.into_iter().partition(|one| outline.is_listed(one.unit));
    if !unlisted.is_empty() {
        page.markup("<p class=\"hint\">Not listed, but marked in the thread: ");
        page.number(unlisted.len() as u32).markup(" that nobody spoke for or against.</p>");
    }
    if !left.is_empty() {
        page.markup("<details class=\"more\"><summary>").number(left.len() as u32);
        page.markup(" that nobody spoke for or against</summary><ul class=\"claims plain\">\n");
        for standing in left {
            claim(page, outline, standing, 160);
        }
        page.markup("</ul></details>\n");
    }
}

fn claim(page: &mut Escaped, outline: &Outline<'_>, standing: &StandingView, most: usize) {
    page.markup("<li id=\"claim-").number(standing.unit).markup("\"><p>");
    marks::quoted(page, outline, standing.unit, most);
    page.markup("</p><p class=\"why\">");
    let mark = marks::stands(standing);
    page.markup("<span class=\"st ").markup(mark.class).markup(marks::weight(standing)).markup("\">");
    page.markup(mark.glyph).markup(" ").text(&wording::standing(standing)).markup("</span> ");
    page.markup("<span class=\"n\">strength ").hundredths(standing.strength).markup(" ");
    bar(page, standing.strength);
    page.markup("</span> ");
    page.text(&standing.reason).markup("</p></li>\n");
}

/// A bar of a value from 0 to 1.
fn bar(page: &mut Escaped, value: f64) {
    page.markup("<svg class=\"bar\" width=\"64\" height=\"8\" viewBox=\"0 0 64 8\" aria-hidden=\"true\">");
    page.markup("<rect class=\"back\" width=\"64\" height=\"8\" rx=\"4\"/><rect width=\"");
    page.coordinate(64.0 * value.clamp(0.0, 1.0)).markup("\" height=\"8\" rx=\"4\"/></svg>");
}

/// Questions and objections that wait for an answer.
pub(super) fn unanswered(page: &mut Escaped, outline: &Outline<'_>) {
    let all = &outline.report().unanswered;
    let of = |kind| all.iter().filter(|open| open.kind == kind).collect::<Vec<&UnansweredView>>();
    let (questions, objections) = (of(UnansweredKind::Question), of(UnansweredKind::Objection));
    if all.is_empty() {
        page.markup("<p class=\"none\">Every question and objection got some answer.</p>");
    }
    let kinds = [("Questions", "questions", questions), ("Objections", "objections", objections)];
    for (title, word, open) in kinds {
        if open.is_empty() {
            continue;
        }
        page.markup("<h3>").markup(title).markup("</h3>\n");
        folded(page, open.len(), word, |page, range| {
            page.markup("<ul class=\"open\">\n");
            for one in open.get(range).unwrap_or_default() {
                page.markup("<li>");
                marks::quoted(page, outline, one.unit, 240);
                waits(page, outline, one);
                page.markup("</li>\n");
            }
            page.markup("</ul>\n");
        });
    }
}

/// What an objection is against, or how sure it is that a question is one.
fn waits(page: &mut Escaped, outline: &Outline<'_>, one: &UnansweredView) {
    let attacks = outline.outgoing(one.unit).filter(|relation| relation.kind != "support");
    let surest = attacks.max_by(|a, b| a.confidence.value().total_cmp(&b.confidence.value()));
    let target = surest.and_then(|relation| outline.unit(outline.target(relation)?));
    match (one.kind, surest.zip(target), outline.unit(one.unit)) {
        (UnansweredKind::Objection, Some((relation, target)), _) => {
            page.markup(" <small class=\"n\">against </small>");
            marks::post_link(page, target.post);
            marks::sure(page, relation.confidence, relation.by);
        }
        (_, _, Some(unit)) => {
            page.markup(" <small class=\"n\">a question,</small>");
            marks::sure(page, unit.confidence, unit.by);
        }
        _ => {}
    }
}

/// Hints for moderators, surest first.
pub(super) fn flags(page: &mut Escaped, outline: &Outline<'_>) {
    let all = &outline.report().flags;
    if all.is_empty() {
        page.markup("<p class=\"none\">Nothing was flagged.</p>");
        return;
    }
    folded(page, all.len(), "flags", |page, range| {
        page.markup("<ul class=\"flags\">\n");
        for flag in all.get(range).unwrap_or_default() {
            page.markup("<li><b>⚑ may be ").text(&flag_word(flag.kind)).markup("</b> <small class=\"n\">");
            page.number(percent(flag.confidence)).markup(" % sure</small> in ");
            marks::post_link(page, flag.post);
            if flag.author.is_some() {
                page.markup(" by");
                marks::author(page, flag.author.as_deref());
            }
            if let Some(address) = flag.permalink.as_deref().and_then(web) {
                page.markup(" (<a rel=\"noopener noreferrer nofollow\" href=\"").text(address);
                page.markup("\">original</a>)");
            }
            page.markup("<details><summary>").text(&flag.why).markup("</summary><blockquote><bdi>");
            page.text(&short(&flag.text, 400)).markup("</bdi></blockquote></details></li>\n");
        }
        page.markup("</ul>\n");
    });
}

/// The first rows, and the rest under a line that opens.
fn folded(
    page: &mut Escaped,
    count: usize,
    what: &'static str,
    rows: impl Fn(&mut Escaped, std::ops::Range<usize>),
) {
    if count == 0 {
        return;
    }
    rows(page, 0..count.min(SHOWN));
    if count > SHOWN {
        page.markup("<details class=\"more\"><summary>").number((count - SHOWN) as u32);
        page.markup(" more ").markup(what).markup("</summary>\n");
        rows(page, SHOWN..count);
        page.markup("</details>\n");
    }
}
