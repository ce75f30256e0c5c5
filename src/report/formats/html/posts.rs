//! The outline of the thread: every post, one after the other, never one inside another.
//!
//! Depth is a class, so a chain of 100,000 replies is a flat list. Each post costs a few appends to one
//! string; a template for each would cost more than everything else together.

use super::escaped::Escaped;
use super::marks;
use crate::report::formats::address::web;
use crate::report::formats::text::flag_word;
use crate::report::formats::wording::{self, percent};
use crate::report::outline::Outline;
use crate::report::{PostView, ReplyView, UnitView};
use crate::segment;

/// Deeper replies are not moved further in; their depth is written instead.
const DEEPEST: u32 = 12;

/// Writes all posts in reading order.
pub(super) fn write(page: &mut Escaped, outline: &Outline<'_>) {
    for &id in outline.order() {
        if let Some(post) = outline.post(id) {
            one(page, outline, id, post);
        }
    }
}

fn one(page: &mut Escaped, outline: &Outline<'_>, id: u32, post: &PostView) {
    let depth = outline.depth(id);
    let reply = outline.reply(id);
    page.markup("<article class=\"post d").number(depth.min(DEEPEST)).markup("\" id=\"post-").number(id);
    page.markup("\" tabindex=\"-1\" aria-label=\"Post ").number(id).markup("\" data-d=\"").number(depth);
    if let Some(reply) = reply {
        page.markup("\" data-s=\"").markup(reply.stance.as_str());
        if is_weak(reply) {
            page.markup("\" data-w=\"");
        }
    }
    if outline.below(id) > 0 {
        page.markup("\" data-k=\"").number(outline.below(id));
    }
    page.markup("\">\n<header>");
    head(page, outline, id, post, depth);
    page.markup("</header>\n");
    match marks::absent(post.state) {
        Some(words) if post.text.is_empty() => {
            page.markup("<p class=\"absent\">").markup(words).markup("</p>");
        }
        Some(words) => {
            page.markup("<p class=\"absent\">").markup(words).markup("</p>");
            body(page, outline, id, post);
        }
        None => body(page, outline, id, post),
    }
    foot(page, outline, id);
    page.markup("</article>\n");
}

/// Whether a stance is less sure than not.
fn is_weak(reply: &ReplyView) -> bool {
    !reply.declared && wording::is_weak(Some(reply.confidence))
}

fn head(page: &mut Escaped, outline: &Outline<'_>, id: u32, post: &PostView, depth: u32) {
    page.markup("<a class=\"no\" href=\"#post-").number(id).markup("\">#").number(id).markup("</a><b>");
    marks::author(page, outline.author(id));
    page.markup("</b>");
    answers(page, outline, id, post);
    if let Some(reply) = outline.reply(id) {
        let mark = marks::stance(reply.stance);
        let weak = is_weak(reply);
        page.markup(" <span class=\"chip ").markup(mark.class).markup(if weak { " weak" } else { "" });
        page.markup("\" title=\"").text(&reply.why);
        page.markup("\"><b>").markup(mark.glyph).markup("</b> ");
        page.markup(if weak { "perhaps " } else { "" }).markup(mark.word);
        if reply.declared {
            page.markup(" <small class=\"n\">the source says so</small>");
        } else {
            marks::sure(page, reply.confidence, reply.by);
        }
        page.markup("</span>");
    }
    page.markup(" <span class=\"meta\">");
    if depth > DEEPEST {
        page.markup("depth ").number(depth).markup(" ");
    }
    if let Some(votes) = post.votes {
        page.markup("<span class=\"votes\">").number(votes);
        page.markup(if votes.abs() == 1 { " vote" } else { " votes" }).markup("</span> ");
    }
    if let Some(time) = post.written_at {
        page.markup("<time datetime=\"").text(&time.to_string()).markup("\">");
        page.text(&marks::moment(time)).markup("</time> ");
    }
    if let Some(time) = post.edited_at {
        page.markup("<span title=\"").text(&marks::moment(time)).markup(" UTC\">edited</span> ");
    }
    if let Some(address) = post.permalink.as_deref().and_then(web) {
        page.markup("<a class=\"src\" rel=\"noopener noreferrer nofollow\" href=\"").text(address);
        page.markup("\" title=\"original post\" aria-label=\"original post\">↗</a>");
    }
    page.markup("</span>");
}

/// Which post it answers and, where the source does not say so, how that is known.
fn answers(page: &mut Escaped, outline: &Outline<'_>, id: u32, post: &PostView) {
    let Some(parent) = post.parent.filter(|&parent| parent < id) else { return };
    let guess = post.parent_known_by.filter(|&known| known != "declared");
    page.markup(" <span class=\"to").markup(if guess == Some("inferred") { " guess" } else { "" });
    page.markup("\"><span aria-label=\"answers\">↳</span> ");
    marks::post_link(page, parent);
    marks::author(page, outline.author(parent));
    for &other in &post.also_replies_to {
        page.markup(", ");
        marks::post_link(page, other);
    }
    match (guess, post.parent_confidence) {
        (Some("inferred"), Some(sure)) => {
            page.markup(" <small title=\"the source does not say what this post answers; it was inferred\">");
            page.markup("inferred, ").number(percent(sure)).markup(" % sure</small>");
        }
        (Some(known), _) => {
            page.markup(" <small title=\"the source does not say what this post answers\">");
            page.markup("known by ").markup(match known {
                "quoted" => "its quotation",
                "mentioned" => "the name it mentions",
                _ => "inference",
            });
            page.markup("</small>");
        }
        (None, _) => {}
    }
    page.markup("</span>");
}

fn body(page: &mut Escaped, outline: &Outline<'_>, id: u32, post: &PostView) {
    let repeats = outline.repeats(id);
    if let Some((first, kind)) = repeats {
        page.markup("<details class=\"rep\"><summary>Repeats #").number(first).markup(" <small>");
        page.markup(kind).markup("</small></summary>");
        page.markup("<p class=\"seen\">First said in ");
        marks::post_link(page, first);
        page.markup(".</p>");
    }
    page.markup("<div class=\"text\" dir=\"auto\">");
    text(page, outline, id, &post.text);
    page.markup("</div>\n");
    if repeats.is_some() {
        page.markup("</details>");
    }
}

/// The words with the units marked where they stand.
fn text(page: &mut Escaped, outline: &Outline<'_>, id: u32, text: &str) {
    let words = Words { text, ends: segment::paragraph_ends(text) };
    let mut done = 0;
    for unit in outline.units(id) {
        if unit.start < done || text.get(unit.start..unit.end).is_none() {
            continue;
        }
        words.prose(page, done, unit.start);
        one_unit(page, outline, unit);
        done = unit.end;
    }
    words.prose(page, done, text.len());
}

/// A unit with the mark of its role; it is one sentence at most, so no paragraph ends in it.
fn one_unit(page: &mut Escaped, outline: &Outline<'_>, unit: &UnitView) {
    let Some(role) = marks::role(unit.role) else {
        page.markup("<span id=\"unit-").number(unit.id).markup("\">");
        page.text(&unit.text);
        page.markup("</span>");
        return;
    };
    let sure = percent(unit.confidence);
    page.markup("<span class=\"u ").markup(role).markup("\" id=\"unit-").number(unit.id);
    page.markup("\" data-c=\"").number(sure).markup("\" title=\"").markup(role).markup(", ").number(sure);
    page.markup(" % sure (").text(unit.by).markup(")");
    if !unit.why.is_empty() {
        page.markup(": ").text(&unit.why);
    }
    page.markup("\">");
    page.text(&unit.text);
    page.markup("</span>");
    // Most claims are never disputed; a mark on each of them would hide those on the few that are.
    if let Some(standing) = outline.standing(unit.id).filter(|standing| standing.confidence.is_some()) {
        page.markup(" ");
        marks::standing(page, outline, standing);
    }
}

/// Quotations of more lines than this are folded.
const QUOTED: usize = 8;

/// The words of a post, and where its paragraphs end.
struct Words<'a> {
    text: &'a str,
    ends: Vec<usize>,
}

impl Words<'_> {
    /// Text outside the units: its lines that begin with `>` are somebody else's words.
    fn prose(&self, page: &mut Escaped, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let line_end = self.line_end(at, end);
            if !self.is_quoted(at, end) {
                self.paragraphs(page, at, line_end);
                at = line_end;
                continue;
            }
            let (mut after, mut lines) = (line_end, 1);
            while after < end && self.is_quoted(after, end) {
                after = self.line_end(after, end);
                lines += 1;
            }
            if lines > QUOTED {
                page.markup("<details class=\"fq\"><summary>")
                    .number(lines as u32)
                    .markup(" quoted lines</summary>");
            }
            page.markup("<blockquote class=\"q\">");
            for line in self.text[at..after].split_inclusive('\n') {
                page.text(line.strip_prefix("> ").unwrap_or(line));
            }
            page.markup("</blockquote>");
            if lines > QUOTED {
                page.markup("</details>");
            }
            at = after;
        }
    }

    fn line_end(&self, at: usize, end: usize) -> usize {
        self.text[at..end].find('\n').map_or(end, |length| at + length + 1)
    }

    fn is_quoted(&self, at: usize, end: usize) -> bool {
        (at == 0 || self.text[..at].ends_with('\n')) && self.text[at..end].starts_with("> ")
    }

    /// Lines with a little air between paragraphs; lines that are moved in, as code is, stay together, and so
    /// do those that were one line before somebody broke it at a width.
    fn paragraphs(&self, page: &mut Escaped, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let next = self.line_end(at, end);
            let line = &self.text[at..next];
            page.text(line);
            let indented = self.text[next..end].starts_with([' ', '\t']);
            let ends = line.ends_with('\n') && self.ends.binary_search(&(next - 1)).is_ok();
            if ends && !line.starts_with([' ', '\t']) && !indented {
                page.markup("<i class=\"g\"></i>");
            }
            at = next;
        }
    }
}

/// What the post's units bear on, who said it again, and what a moderator should look at.
fn foot(page: &mut Escaped, outline: &Outline<'_>, id: u32) {
    let mut open = false;
    for relation in outline.units(id).flat_map(|unit| outline.outgoing(unit.id)) {
        let target = outline.target(relation).and_then(|target| outline.unit(target));
        if target.is_none_or(|target| target.post == id) {
            continue;
        }
        if !open {
            page.markup("<ul class=\"rel\">");
            open = true;
        }
        marks::relation_line(page, outline, relation);
    }
    if open {
        page.markup("</ul>\n");
    }
    let (again, shares) = (outline.said_again(id), outline.shares(id));
    if !again.is_empty() {
        page.markup("<p class=\"seen\">Said again in ");
        links(page, again);
        page.markup("</p>");
    }
    if !shares.is_empty() {
        page.markup("<p class=\"seen\">Shares a passage with ");
        links(page, shares);
        page.markup("</p>");
    }
    for flag in outline.flags(id) {
        page.markup("<p class=\"flag\" title=\"").text(&flag.why).markup("\">⚑ may be ");
        page.text(&flag_word(flag.kind));
        page.markup(" <small class=\"n\">").number(percent(flag.confidence)).markup(" % sure</small></p>");
    }
}

fn links(page: &mut Escaped, posts: &[u32]) {
    const MOST: usize = 24;
    for (at, &post) in posts.iter().take(MOST).enumerate() {
        page.markup(if at > 0 { ", " } else { "" });
        marks::post_link(page, post);
    }
    if posts.len() > MOST {
        page.markup(" and ").number((posts.len() - MOST) as u32).markup(" more");
    }
}
