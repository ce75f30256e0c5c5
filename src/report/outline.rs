//! The thread as a reader walks it: depth first, with everything that belongs to a post at hand.
//!
//! An index over the view, built once for a rendering. It words nothing and writes no markup.

use std::collections::BTreeMap;

use super::{FlagView, PostView, RelationView, ReplyView, Report, StandingView, UnitView};
use crate::thread::GroupKind;

/// Reading order and look-ups; every answer is checked, since a view may have been made by hand.
pub(super) struct Outline<'a> {
    report: &'a Report,
    order: Vec<u32>,
    depth: Vec<u32>,
    below: Vec<u32>,
    units: Lists,
    replies: Vec<Option<u32>>,
    standing: Vec<Option<u32>>,
    outgoing: Lists,
    incoming: Lists,
    undercut: Vec<bool>,
    flags: Lists,
    repeats: Vec<Option<(u32, &'static str)>>,
    said_again: BTreeMap<u32, Vec<u32>>,
    shares: BTreeMap<u32, Vec<u32>>,
}

impl<'a> Outline<'a> {
    /// Walks the report once.
    pub(super) fn of(report: &'a Report) -> Self {
        let posts = report.posts().len();
        let units = report.units.len();
        let parents = parents(report.posts());
        let (order, depth) = walk(&parents);
        let mut outline = Self {
            report,
            below: descendants(&parents),
            order,
            depth,
            units: Lists::group(posts, report.units.iter().map(|unit| Some(unit.post))),
            replies: last_of(posts, report.replies.iter().map(|reply| reply.post)),
            standing: last_of(units, report.standing.iter().map(|standing| standing.unit)),
            outgoing: Lists::group(units, report.relations.iter().map(|relation| Some(relation.from))),
            incoming: Lists::group(units, report.relations.iter().map(|relation| relation.to)),
            undercut: undercut(&report.relations),
            flags: Lists::group(posts, report.flags.iter().map(|flag| Some(flag.post))),
            repeats: vec![None; posts],
            said_again: BTreeMap::new(),
            shares: BTreeMap::new(),
        };
        outline.index_repeats();
        outline
    }

    fn index_repeats(&mut self) {
        for group in &self.report.duplicates {
            let others = group.members.iter().copied().filter(|&member| member != group.first);
            if group.kind == "part" {
                others.for_each(|inside| self.shares.entry(inside).or_default().push(group.first));
                continue;
            }
            let how: BTreeMap<u32, GroupKind> =
                group.matches.iter().map(|found| (found.post, found.kind)).collect();
            for member in others {
                if let Some(slot) = self.repeats.get_mut(member as usize) {
                    *slot = Some((group.first, how.get(&member).map_or(group.kind, |&kind| matched(kind))));
                    self.said_again.entry(group.first).or_default().push(member);
                }
            }
        }
    }

    /// The report behind it.
    pub(super) fn report(&self) -> &'a Report {
        self.report
    }

    /// The posts depth first, siblings in the order of the source.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// How many steps a post is away from its root.
    pub(super) fn depth(&self, post: u32) -> u32 {
        self.depth.get(post as usize).copied().unwrap_or(0)
    }

    /// How many posts stand below it.
    pub(super) fn below(&self, post: u32) -> u32 {
        self.below.get(post as usize).copied().unwrap_or(0)
    }

    /// The post with this id.
    pub(super) fn post(&self, post: u32) -> Option<&'a PostView> {
        self.report.posts().get(post as usize)
    }

    /// A post's author; `None` when unknown.
    pub(super) fn author(&self, post: u32) -> Option<&'a str> {
        self.post(post)?.speaker()
    }

    /// The unit with this id.
    pub(super) fn unit(&self, unit: u32) -> Option<&'a UnitView> {
        self.report.units.get(unit as usize)
    }

    /// The units of a post, in reading order.
    pub(super) fn units(&self, post: u32) -> impl Iterator<Item = &'a UnitView> + '_ {
        self.units.of(post).iter().filter_map(|&at| self.unit(at))
    }

    /// The stance of a post towards its parent.
    pub(super) fn reply(&self, post: u32) -> Option<&'a ReplyView> {
        let at = (*self.replies.get(post as usize)?)?;
        self.report.replies.get(at as usize)
    }

    /// The standing of a unit; `None` when it is no claim.
    pub(super) fn standing(&self, unit: u32) -> Option<&'a StandingView> {
        let at = (*self.standing.get(unit as usize)?)?;
        self.report.standing.get(at as usize)
    }

    /// Whether a claim gets a row of its own: in a long thread only those that somebody spoke about do.
    pub(super) fn is_listed(&self, unit: u32) -> bool {
        const ROWS: usize = 2000;
        self.report.standing.len() <= ROWS || self.incoming(unit).next().is_some()
    }

    /// The relations in which a unit speaks.
    pub(super) fn outgoing(&self, unit: u32) -> impl Iterator<Item = &'a RelationView> + '_ {
        self.outgoing.of(unit).iter().filter_map(|&at| self.report.relations.get(at as usize))
    }

    /// The relations that bear on a unit; an undercut bears on a relation instead.
    pub(super) fn incoming(&self, unit: u32) -> impl Iterator<Item = &'a RelationView> + '_ {
        self.incoming.of(unit).iter().filter_map(|&at| self.report.relations.get(at as usize))
    }

    /// Whether some relation undercuts this one.
    pub(super) fn is_undercut(&self, relation: u32) -> bool {
        self.undercut.get(relation as usize).copied().unwrap_or(false)
    }

    /// The unit that a relation is about in the end: its target, or who speaks in the step it undercuts.
    pub(super) fn target(&self, relation: &RelationView) -> Option<u32> {
        let step = || self.report.relations.get(relation.step? as usize).map(|step| step.from);
        relation.to.or_else(step)
    }

    /// The flags on a post.
    pub(super) fn flags(&self, post: u32) -> impl Iterator<Item = &'a FlagView> + '_ {
        self.flags.of(post).iter().filter_map(|&at| self.report.flags.get(at as usize))
    }

    /// The post that said it first, and how this one was matched.
    pub(super) fn repeats(&self, post: u32) -> Option<(u32, &'static str)> {
        *self.repeats.get(post as usize)?
    }

    /// The posts that say this one again.
    pub(super) fn said_again(&self, post: u32) -> &[u32] {
        self.said_again.get(&post).map_or(&[], Vec::as_slice)
    }

    /// Earlier posts of which a passage stands in this one.
    pub(super) fn shares(&self, post: u32) -> &[u32] {
        self.shares.get(&post).map_or(&[], Vec::as_slice)
    }
}

/// Lists of indices by key, in one allocation each for keys and members.
struct Lists {
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Lists {
    fn group(keys: usize, of: impl Iterator<Item = Option<u32>> + Clone) -> Self {
        let mut starts = vec![0u32; keys + 1];
        for key in of.clone().flatten() {
            if let Some(count) = starts.get_mut(key as usize + 1) {
                *count += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut members = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
        for (index, key) in of.enumerate() {
            if let Some(key) = key.filter(|&key| (key as usize) < keys) {
                members[next[key as usize] as usize] = index as u32;
                next[key as usize] += 1;
            }
        }
        Self { starts, members }
    }

    fn of(&self, key: u32) -> &[u32] {
        let bounds = (self.starts.get(key as usize), self.starts.get(key as usize + 1));
        match bounds {
            (Some(&start), Some(&end)) => &self.members[start as usize..end as usize],
            _ => &[],
        }
    }
}

fn undercut(relations: &[RelationView]) -> Vec<bool> {
    let mut undercut = vec![false; relations.len()];
    for step in relations.iter().filter_map(|relation| relation.step) {
        if let Some(slot) = undercut.get_mut(step as usize) {
            *slot = true;
        }
    }
    undercut
}

fn matched(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Exact => "exact",
        GroupKind::Quoted => "quoted",
        GroupKind::Near => "near",
    }
}

fn last_of(keys: usize, of: impl Iterator<Item = u32>) -> Vec<Option<u32>> {
    let mut slots = vec![None; keys];
    for (index, key) in of.enumerate() {
        if let Some(slot) = slots.get_mut(key as usize) {
            *slot = Some(index as u32);
        }
    }
    slots
}

/// Parents that precede their children; any other would be a circle.
fn parents(posts: &[PostView]) -> Vec<Option<u32>> {
    let parents = posts.iter().enumerate();
    parents.map(|(at, post)| post.parent.filter(|&parent| (parent as usize) < at)).collect()
}

/// Depth first without recursion: a chain may be as long as the thread.
fn walk(parents: &[Option<u32>]) -> (Vec<u32>, Vec<u32>) {
    let children = Lists::group(parents.len(), parents.iter().copied());
    let mut depth = vec![0u32; parents.len()];
    let mut order = Vec::with_capacity(parents.len());
    let mut waiting: Vec<u32> = Vec::new();
    let roots = parents.iter().enumerate().filter(|(_, parent)| parent.is_none());
    for (root, _) in roots {
        waiting.push(root as u32);
        while let Some(post) = waiting.pop() {
            if let Some(parent) = parents[post as usize] {
                depth[post as usize] = depth[parent as usize] + 1;
            }
            order.push(post);
            waiting.extend(children.of(post).iter().rev());
        }
    }
    (order, depth)
}

fn descendants(parents: &[Option<u32>]) -> Vec<u32> {
    let mut below = vec![0u32; parents.len()];
    for post in (0..parents.len()).rev() {
        if let Some(parent) = parents[post] {
            below[parent as usize] += below[post] + 1;
        }
    }
    below
}

/// Depth of each post of a thread and its reading order, for formats that have no whole report.
pub(super) fn order_of(posts: &[PostView]) -> (Vec<u32>, Vec<u32>) {
    walk(&parents(posts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_keep_the_order_of_the_source_and_answers_follow_what_they_answer() {
        let (order, depth) = walk(&[None, Some(0), Some(0), Some(1), None]);
        assert_eq!(order, [0, 1, 3, 2, 4]);
        assert_eq!(depth, [0, 1, 1, 2, 0]);
        assert_eq!(descendants(&[None, Some(0), Some(0), Some(1), None]), [3, 1, 0, 0, 0]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_walked() {
        let parents: Vec<Option<u32>> = (0..100_000u32).map(|at| at.checked_sub(1)).collect();
        assert_eq!(walk(&parents).1.last(), Some(&99_999));
    }
}
