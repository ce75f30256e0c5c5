//! The small marks that recur on the page: who, where, how it stands, how sure.
//!
//! Every mark is a glyph and a word besides its colour, and every guess shows its confidence.

use super::escaped::Escaped;
use crate::analyse::Label;
use crate::argument::{Role, SOURCE, Stance};
use crate::report::formats::wording::{self, percent, short};
use crate::report::outline::Outline;
use crate::report::{RelationView, StandingView};
use crate::thread::{Confidence, State, Time};

pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) glyph: &'static str,
    pub(super) word: &'static str,
}

fn label(label: Label) -> Mark {
    let (class, glyph) = match label {
        Label::Stands => ("stands", "✓"),
        Label::Falls => ("falls", "✕"),
        Label::Contested => ("contested", "≈"),
    };
    Mark { class, glyph, word: class }
}

/// The mark of a claim's standing; nobody's objection is no victory, so it has a mark of its own.
pub(super) fn stands(standing: &StandingView) -> Mark {
    let mark = label(standing.label);
    if standing.confidence.is_none() { Mark { glyph: "○", ..mark } } else { mark }
}

pub(super) fn stance(stance: Stance) -> Mark {
    let (class, glyph, word) = match stance {
        Stance::Agree => ("agree", "+", "agrees"),
        Stance::Disagree => ("disagree", "−", "disagrees"),
        Stance::Neutral => ("neutral", "·", "takes no side"),
        Stance::Question => ("question", "?", "asks"),
    };
    Mark { class, glyph, word }
}

pub(super) fn relation(kind: &str) -> Mark {
    let (class, glyph, word) = match kind {
        "support" => ("support", "↑", "supports"),
        "undercut" => ("undercut", "⊣", "undercuts"),
        _ => ("rebut", "⊣", "rebuts"),
    };
    Mark { class, glyph, word }
}

/// The class of a unit, with which the style sheet marks it; `None` for what does not argue.
pub(super) fn role(role: Role) -> Option<&'static str> {
    (role != Role::None).then(|| role.as_str())
}

pub(super) fn absent(state: State) -> Option<&'static str> {
    match state {
        State::Present => None,
        State::DeletedByAuthor => Some("deleted by its author"),
        State::RemovedByModerator => Some("removed by a moderator"),
        State::Missing => Some("answered by others, but not in the source"),
    }
}

/// A moment as people write it; the zone is always UTC.
pub(super) fn moment(time: Time) -> String {
    let exact = time.to_string();
    let shown: String = exact.chars().take(16).collect();
    shown.replace('T', " ")
}

/// The author's name with a space before it, set apart so that its writing direction cannot reach its
/// neighbours; nothing when it is not known.
pub(super) fn author(page: &mut Escaped, name: Option<&str>) {
    if let Some(name) = name {
        page.markup(" <bdi>").text(name).markup("</bdi>");
    }
}

/// A link to a post of this page.
pub(super) fn post_link(page: &mut Escaped, post: u32) {
    page.markup("<a href=\"#post-").number(post).markup("\">#").number(post).markup("</a>");
}

/// How a claim stands, with the reason; leads to the claim's row in the list where it has one.
pub(super) fn standing(page: &mut Escaped, outline: &Outline<'_>, standing: &StandingView) {
    let mark = stands(standing);
    let listed = outline.is_listed(standing.unit);
    page.markup(if listed { "<a class=\"st " } else { "<span class=\"st " }).markup(mark.class);
    page.markup(weight(standing));
    if listed {
        page.markup("\" href=\"#claim-").number(standing.unit);
    }
    page.markup("\" title=\"").text(&standing.reason).markup("\">").markup(mark.glyph).markup(" ");
    page.text(&wording::standing(standing));
    page.markup(if listed { "</a>" } else { "</span>" });
}

/// The class for a standing that rests on a weak link, or on nothing but silence.
pub(super) fn weight(standing: &StandingView) -> &'static str {
    match standing.confidence {
        None => " unopposed",
        confidence if wording::is_weak(confidence) => " weak",
        Some(_) => "",
    }
}

/// What a relation says of its target, with confidence and who drew it.
pub(super) fn relation_line(page: &mut Escaped, outline: &Outline<'_>, relation: &RelationView) {
    let Some(unit) = outline.target(relation).and_then(|target| outline.unit(target)) else { return };
    let mark = self::relation(relation.kind);
    page.markup("<li class=\"").markup(mark.class).markup("\" title=\"").text(relation.why);
    let weak = relation.by != SOURCE && wording::is_weak(Some(relation.confidence));
    page.markup(if weak { "\"><b class=\"weak\">" } else { "\"><b>" }).markup(mark.glyph);
    page.markup(if weak { " perhaps " } else { " " }).markup(mark.word).markup("</b> ");
    if relation.step.is_some() {
        page.markup("the step from ");
    }
    quoted(page, outline, unit.id, 90);
    sure(page, relation.confidence, relation.by);
    page.markup("</li>");
}

/// A unit's words in short as a link to where they stand, with author and post.
pub(super) fn quoted(page: &mut Escaped, outline: &Outline<'_>, unit: u32, most: usize) {
    let Some(unit) = outline.unit(unit) else { return };
    page.markup("<a href=\"#unit-").number(unit.id).markup("\">“<bdi>").text(&short(&unit.text, most));
    page.markup("</bdi>”</a> <span class=\"who\">");
    author(page, outline.author(unit.post));
    page.markup(" #").number(unit.post).markup("</span>");
}

/// The confidence of a guess and who made it; what the source itself says is none.
pub(super) fn sure(page: &mut Escaped, confidence: Confidence, by: &str) {
    if by == SOURCE {
        page.markup(" <small class=\"n\">the source says so</small>");
        return;
    }
    page.markup(" <small class=\"n\">").number(percent(confidence)).markup(" % · ").text(by);
    page.markup("</small>");
}
