//! The outline of the thread: every post, one after the other, never one inside another.
//!
//! Depth is a class, so a chain of 100,000 replies is a flat list. Each post costs a few appends to one
//! string; a template for each would cost more than everything else together.

use super::escaped::Escaped;
use super::marks;
use crate::report::formats::address::web;
use crate::report::formats::text::flag_word;
use crate::report::formats::wording::percent;
use crate::report::outline::Outline;
use crate::report::{PostView, UnitView};

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

fn head(page: &mut Escaped, outline: &Outline<'_>, id: u32, post: &PostView, depth: u32) {
    page.markup("<a class=\"no\" href=\"#post-").number(id).markup("\">#").number(id).markup("</a><b>");
    marks::author(page, outline.author(id));
    page.markup("</b>");
    answers(page, outline, id, post);
    if let Some(reply) = outline.reply(id) {
        let mark = marks::stance(reply.stance);
        page.markup(" <span class=\"chip ").markup(mark.class).markup("\" title=\"").text(&reply.why);
        page.markup("\"><b>").markup(mark.glyph).markup("</b> ");
        page.markup(mark.word);
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
    let mut done = 0;
    for unit in outline.units(id) {
        let words = text.get(unit.start..unit.end);
        let (Some(before), Some(words)) = (text.get(done..unit.start), words) else { continue };
        prose(page, before, done == 0 || text[..done].ends_with('\n'));
        one_unit(page, outline, unit, words);
        done = unit.end;
    }
    prose(page, &text[done..], done == 0 || text[..done].ends_with('\n'));
}

fn one_unit(page: &mut Escaped, outline: &Outline<'_>, unit: &UnitView, words: &str) {
    let Some(role) = marks::role(unit.role) else {
        page.markup("<span id=\"unit-").number(unit.id).markup("\">");
        paragraphs(page, words);
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
    paragraphs(page, words);
    page.markup("</span>");
    // Most claims are never disputed; a mark on each of them would hide those on the few that are.
    if let Some(standing) = outline.standing(unit.id).filter(|standing| standing.confidence.is_some()) {
        page.markup(" ");
        marks::standing(page, outline, standing);
    }
}

/// Text outside the units: its lines that begin with `>` are somebody else's words.
fn prose(page: &mut Escaped, text: &str, mut line_start: bool) {
    let mut quoting = false;
    for line in text.split_inclusive('\n') {
        let quote = line_start && line.starts_with("> ");
        if quote != quoting {
            page.markup(if quote { "<blockquote class=\"q\">" } else { "</blockquote>" });
            quoting = quote;
        }
        if quote {
            page.text(line.strip_prefix("> ").unwrap_or(line));
        } else {
            paragraphs(page, line);
        }
        line_start = line.ends_with('\n');
    }
    if quoting {
        page.markup("</blockquote>");
    }
}

/// Lines with a little air between paragraphs; lines that are moved in, as code is, stay together.
fn paragraphs(page: &mut Escaped, text: &str) {
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        page.text(line);
        let indented = lines.peek().is_some_and(|next| next.starts_with([' ', '\t']));
        if line.ends_with('\n') && !line.starts_with([' ', '\t']) && !indented {
            page.markup("<i class=\"g\"></i>");
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
