//! Decides how replies stand and which unit bears on which.
//!
//! Stance is a matter between posts, a relation one between units; a reply that disagrees rebuts some unit of
//! the post it answers. Which one: a quotation decides, then shared words, then the parent's main claim. A
//! relation is only as sure as the stance, the reply link and the choice of its target together; below
//! [`SHOWN`] it is not drawn.

mod content;
mod target;

use std::collections::{HashMap, HashSet};

use crate::annotate::Judgement;
use crate::argument::{
    Adu, AduId, Annotation, RelationKind, Relations, ReplyStance, Role, SOURCE, Stance, Stances, Units,
};
use crate::classify::{Stretch, Utterance};
use crate::thread::{Confidence, Duplicates, KnownBy, Post, PostId, Side, Thread};
use crate::words;
pub use content::Content;
use target::{Aim, Speech, Told};

/// Relations less sure than this are not drawn. Low, because in text without reply structure the link and the
/// stance are both guesses; every relation shows how sure it is, and its strength counts no more than that.
pub const SHOWN: f64 = 0.15;

/// How sure a reply link is that was read from a quotation or a mention rather than declared: an estimate.
const QUOTED: f64 = 0.95;

/// How far a premise that stands beside a claim is meant for that claim. An estimate: the labelled sets name
/// no links inside a post.
const BESIDE: f64 = 0.7;

/// A stretch of a reply that goes through its parent, and what the annotator says of it.
pub type Part<'a> = (&'a Stretch<'a>, &'a Judgement);

/// The stance of every reply that says something; `parts` are in the order of the posts.
pub fn stances(
    thread: &Thread,
    utterances: &[Utterance<'_>],
    judgements: &[Judgement],
    parts: &[Part<'_>],
) -> Stances {
    let place: HashMap<PostId, usize> =
        utterances.iter().enumerate().map(|(at, utterance)| (utterance.post, at)).collect();
    let replies = utterances.iter().zip(judgements).filter_map(|(utterance, judgement)| {
        let to = thread.post(utterance.post).reply_to?.post;
        let target = judgement.target.as_ref().and_then(|target| {
            let passage = *utterances.get(*place.get(&to)?)?.passages.get(target.value)?;
            Some(Annotation {
                value: passage,
                confidence: target.confidence,
                by: target.by,
                why: target.why.clone(),
            })
        });
        let main = judgement.main.and_then(|main| utterance.passages.get(main).copied());
        let stance = thread.post(utterance.post).side.map(declared).or_else(|| judgement.stance.clone())?;
        let from = parts.partition_point(|(stretch, _)| stretch.post < utterance.post);
        let own = parts[from..].iter().take_while(|(stretch, _)| stretch.post == utterance.post);
        let after = own.filter_map(|(stretch, judgement)| Some((stretch.after, judgement.stance.clone()?)));
        Some(ReplyStance { post: utterance.post, to, stance, after: after.collect(), main, target })
    });
    Stances::new(thread, replies.collect())
}

/// The stance of a reply whose side the source tells: nothing is left to judge.
fn declared(side: Side) -> Annotation<Stance> {
    let stance = match side {
        Side::For => Stance::Agree,
        Side::Against => Stance::Disagree,
    };
    Annotation::new(stance, 1.0, SOURCE, "the source says so")
}

/// The relations between units: inside a post from premises to its claims, between posts from what a reply
/// says to what it answers.
///
/// A repeat speaks through the post that said it first, and is answered there.
pub fn relations(
    thread: &Thread,
    duplicates: &Duplicates,
    units: &Units,
    content: &Content,
    stances: &Stances,
) -> Relations {
    let mut drawing = Drawing { relations: Relations::new(), drawn: HashSet::new(), content };
    for post in thread.ids() {
        drawing.reasons_within(units.of(post));
    }
    for reply in stances.all() {
        drawing.reply(thread, duplicates, units, reply);
    }
    drawing.relations
}

struct Drawing<'c> {
    relations: Relations,
    drawn: HashSet<(AduId, AduId)>,
    content: &'c Content,
}

impl Drawing<'_> {
    /// Each premise supports the nearest claim of its post, the one before it when two are as near.
    fn reasons_within(&mut self, units: &[Adu]) {
        let claims: Vec<usize> = (0..units.len()).filter(|&at| units[at].role.value == Role::Claim).collect();
        for (at, unit) in units.iter().enumerate().filter(|(_, unit)| unit.role.value == Role::Premise) {
            let after = claims.partition_point(|&claim| claim < at);
            let before = after.checked_sub(1).map(|index| claims[index]);
            let nearest = match (before, claims.get(after).copied()) {
                (Some(before), Some(after)) if after - at < at - before => after,
                (Some(before), _) => before,
                (None, Some(after)) => after,
                (None, None) => continue,
            };
            let sure = unit.role.confidence.value() * BESIDE;
            self.draw(
                RelationKind::Support { from: unit.id, to: units[nearest].id },
                sure,
                unit.role.by,
                NEAR,
            );
        }
    }

    fn reply(&mut self, thread: &Thread, duplicates: &Duplicates, units: &Units, reply: &ReplyStance) {
        let argues = |stance: &Annotation<Stance>| matches!(stance.value, Stance::Disagree | Stance::Agree);
        if !argues(&reply.stance) && !reply.after.iter().any(|(_, stance)| argues(stance)) {
            return;
        }
        let from_post = duplicates.first(reply.post);
        let to_post = duplicates.first(reply.to);
        if from_post == to_post {
            return;
        }
        let linked = link_confidence(thread.post(reply.post));
        let told = Told { main: reply.main, target: reply.target.as_ref() };
        let speech = Speech::of(thread, self.content, from_post, to_post, units.of(from_post), &told);
        for Aim { from, to, after, sure: aimed, why } in
            speech.aims(thread, self.content, to_post, units.of(to_post), &told)
        {
            let stance = reply.towards(after);
            let kind = match stance.value {
                Stance::Disagree => RelationKind::Rebut { from, to },
                Stance::Agree => RelationKind::Support { from, to },
                Stance::Neutral | Stance::Question => continue,
            };
            self.draw(kind, stance.confidence.value() * linked * aimed, stance.by, why);
        }
    }

    fn draw(&mut self, kind: RelationKind, sure: f64, by: &'static str, why: &'static str) {
        let (RelationKind::Support { from, to } | RelationKind::Rebut { from, to }) = kind else { return };
        if sure >= SHOWN && self.drawn.insert((from, to)) {
            self.relations.add(kind, Confidence::clamped(sure), by, why);
        }
    }
}

const NEAR: &str = "a reason beside the claim";

/// How sure it is that the post answers its parent at all.
fn link_confidence(post: &Post) -> f64 {
    match post.reply_to.map(|reply| reply.known_by) {
        Some(KnownBy::Declared) => 1.0,
        Some(KnownBy::Quoted | KnownBy::Mentioned) => QUOTED,
        Some(KnownBy::Inferred(confidence)) => confidence.value(),
        None => 0.0,
    }
}

/// The unit that carries a post's main point: its first claim that is more than a word or two, else its
/// first such premise, else its first claim, else whatever is not a question, else the first unit.
fn main_unit<'u>(thread: &Thread, post: PostId, units: impl IntoIterator<Item = &'u Adu>) -> Option<&'u Adu> {
    const MORE_THAN_A_WORD: usize = 4;
    let text = thread.post(post).text();
    let units: Vec<&Adu> = units.into_iter().collect();
    let words = |unit: &Adu| words::each(unit.span.slice(text)).take(MORE_THAN_A_WORD).count();
    let first = |role: Role, least: usize| {
        units.iter().find(|unit| unit.role.value == role && words(unit) >= least).copied()
    };
    first(Role::Claim, MORE_THAN_A_WORD)
        .or_else(|| first(Role::Premise, MORE_THAN_A_WORD))
        .or_else(|| first(Role::Claim, 0))
        .or_else(|| units.iter().find(|unit| unit.role.value != Role::Question).copied())
        .or_else(|| units.first().copied())
}
