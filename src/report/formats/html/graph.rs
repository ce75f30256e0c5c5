//! The drawing of the rebuttal graph as SVG in the page.
//!
//! Colours come from the page's style sheet, places from [`crate::report::drawing`]. Every claim is a link
//! to its words, so the drawing works without scripts.

use super::escaped::Escaped;
use super::marks;
use crate::argument::{Role, SOURCE};
use crate::report::drawing::{Drawing, Edge, Node, Shape};
use crate::report::formats::wording::{self, percent, short};
use crate::report::outline::Outline;

/// Writes the drawing with its caption, or one sentence when there is nothing to draw.
pub(super) fn write(page: &mut Escaped, outline: &Outline<'_>) {
    let drawing = Drawing::of(outline);
    if drawing.nodes.is_empty() {
        page.markup(
            "<p class=\"none\">Nobody was found to answer anybody’s claim, so there is no graph to draw.</p>",
        );
        return;
    }
    page.markup(
        "<figure class=\"graph\"><div class=\"box\" tabindex=\"0\" role=\"group\" aria-label=\"Graph, ",
    );
    page.number(drawing.nodes.len() as u32).markup(" claims; it scrolls sideways\">\n");
    page.markup("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"group\" aria-label=\"Who answers whose claim\" width=\"");
    page.coordinate(drawing.width).markup("\" height=\"").coordinate(drawing.height);
    page.markup("\" viewBox=\"0 0 ").coordinate(drawing.width).markup(" ").coordinate(drawing.height);
    page.markup("\">\n").markup(HEADS);
    for edge in drawing.edges.iter() {
        line(page, outline, edge);
    }
    for node in &drawing.nodes {
        claim(page, outline, node);
    }
    for edge in drawing.edges.iter() {
        words(page, outline, edge);
    }
    page.markup("</svg></div>\n<figcaption><span class=\"wider\" hidden>It is wider than the page: it scrolls sideways. </span>");
    page.markup("Read it from the top: below each claim stands who answers it. ");
    if drawing.nodes.len() < drawing.total {
        page.markup("Showing ").number(drawing.nodes.len() as u32).markup(" of ");
        page.number(drawing.total as u32).markup(" claims and reasons, the most contested first. ");
    }
    let by = outline.report().annotator.name;
    let mut declared =
        drawing.edges.iter().filter_map(|edge| outline.report().relations.get(edge.relation as usize));
    if declared.any(|relation| relation.by == SOURCE) {
        page.markup("The source says who is for and who against what; the other lines are guesses by ");
    } else {
        page.markup("All lines are guesses by ");
    }
    page.text(by);
    page.markup("; the figure on a line is how sure it is.</figcaption></figure>\n");
}

/// A flat bar for attacks and an arrow for supports.
const HEADS: &str = concat!(
    "<defs>",
    "<marker id=\"bar\" viewBox=\"0 0 8 16\" refX=\"4\" refY=\"8\" markerWidth=\"8\" markerHeight=\"16\" ",
    "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"rebut-head\" d=\"M4 1V15\"/></marker>",
    "<marker id=\"arrow\" viewBox=\"0 0 12 12\" refX=\"10\" refY=\"6\" markerWidth=\"12\" markerHeight=\"12\" ",
    "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"support-head\" d=\"M1 1L11 6L1 11Z\"/></marker>",
    "</defs>\n",
);

fn line(page: &mut Escaped, outline: &Outline<'_>, edge: &Edge) {
    let Some(relation) = outline.report().relations.get(edge.relation as usize) else { return };
    let mark = marks::relation(relation.kind);
    let (first, second) = edge.bends();
    page.markup("<path class=\"e ").markup(mark.class);
    page.markup(if edge.shape == Shape::Aside { " aside\" data-a=\"" } else { "\" data-a=\"" });
    page.number(edge.from).markup("\" data-b=\"").number(edge.to).markup("\" d=\"M");
    point(page, edge.start).markup("C");
    point(page, first).markup(" ");
    point(page, second).markup(" ");
    point(page, edge.end).markup("\" marker-end=\"url(#");
    page.markup(if relation.kind == "support" { "arrow" } else { "bar" });
    page.markup(")\" stroke-opacity=\"").hundredths(0.4 + 0.6 * relation.confidence.value());
    page.markup("\"><title>").markup(mark.word).markup(", ").number(percent(relation.confidence));
    page.markup(" % sure (").text(relation.by).markup("): ").text(relation.why).markup("</title></path>\n");
}

/// The word on a line, so that colour is never the only sign.
fn words(page: &mut Escaped, outline: &Outline<'_>, edge: &Edge) {
    let Some(relation) = outline.report().relations.get(edge.relation as usize) else { return };
    if edge.shape == Shape::Aside {
        return;
    }
    let mark = marks::relation(relation.kind);
    let at = (edge.start.0, edge.start.1 - 9.0);
    page.markup("<text class=\"w ").markup(mark.class);
    page.markup("\" data-a=\"").number(edge.from).markup("\" data-b=\"").number(edge.to);
    page.markup("\" aria-hidden=\"true\" text-anchor=\"middle\" x=\"");
    page.coordinate(at.0).markup("\" y=\"").coordinate(at.1).markup("\">").markup(mark.word).markup(" ");
    if relation.by == SOURCE {
        page.markup("(declared)</text>\n");
    } else {
        page.number(percent(relation.confidence)).markup(" %</text>\n");
    }
}

fn point(page: &mut Escaped, at: (f64, f64)) -> &mut Escaped {
    page.coordinate(at.0).markup(" ").coordinate(at.1)
}

fn claim(page: &mut Escaped, outline: &Outline<'_>, node: &Node) {
    let Some(unit) = outline.unit(node.unit) else { return };
    let standing = outline.standing(node.unit);
    let label = standing.map(marks::stands);
    page.markup("<a class=\"node ").markup(label.as_ref().map_or("reason", |label| label.class));
    page.markup(standing.map_or("", marks::weight));
    page.markup("\" href=\"#unit-").number(unit.id).markup("\" data-n=\"").number(unit.id);
    page.markup("\" aria-label=\"");
    name(page, outline, node);
    page.markup("\"><title>").text(&unit.text).markup("</title><rect x=\"").coordinate(node.x);
    page.markup("\" y=\"").coordinate(node.y).markup("\" width=\"").coordinate(node.width);
    page.markup("\" height=\"").coordinate(node.height).markup("\" rx=\"7\"/>");
    let (x, mut y) = (node.x + 12.0, node.y + 22.0);
    text_line(page, "<text class=\"a\" x=\"", x, y);
    if !node.author.is_empty() {
        page.text(&node.author).markup(" ");
    }
    page.markup("#").number(unit.post).markup("</text>");
    for words in &node.lines {
        y += 17.0;
        text_line(page, "<text x=\"", x, y);
        page.text(words).markup("</text>");
    }
    y += 18.0;
    text_line(page, "<text class=\"s\" x=\"", x, y);
    match (label, standing) {
        (Some(label), Some(standing)) => {
            page.markup(label.glyph).markup(" ").text(&wording::standing(standing));
        }
        _ => {
            page.markup(match unit.role {
                Role::Premise => "reason",
                Role::None => "reply",
                role => role.as_str(),
            });
            page.markup(", ").number(percent(unit.confidence)).markup(" % sure");
        }
    }
    page.markup("</text>");
    if node.more > 0 {
        text_line(page, "<text class=\"m\" x=\"", x, y + 17.0);
        page.number(node.more as u32).markup(" more below</text>");
    }
    page.markup("</a>\n");
}

fn text_line(page: &mut Escaped, open: &'static str, x: f64, y: f64) {
    page.markup(open).coordinate(x).markup("\" y=\"").coordinate(y).markup("\">");
}

/// What a screen reader says of a claim: whose it is, its words, what it answers and how it stands.
fn name(page: &mut Escaped, outline: &Outline<'_>, node: &Node) {
    let Some(unit) = outline.unit(node.unit) else { return };
    if let Some(author) = outline.author(unit.post) {
        page.text(author).markup(", ");
    }
    page.markup("post ").number(unit.post);
    page.markup(": ").text(&short(&unit.text, 200)).markup(". ");
    for relation in outline.outgoing(node.unit).take(3) {
        let target = outline.target(relation).and_then(|target| outline.unit(target));
        let Some(target) = target else { continue };
        page.markup(marks::relation(relation.kind).word).markup(" ");
        if let Some(author) = outline.author(target.post) {
            page.text(author).markup(" in ");
        }
        page.markup("post ");
        page.number(target.post).markup(", ").number(percent(relation.confidence));
        page.markup(" percent sure. ");
    }
    if let Some(standing) = outline.standing(node.unit) {
        page.text(&wording::standing(standing)).markup(".");
    }
}
