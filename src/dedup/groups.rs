//! Who repeats whom, as a forest of verified pairs.

use crate::thread::{Confidence, Group, GroupKind, Match, Post};

/// One verified pair: a post and what it was found to repeat.
#[derive(Debug, Clone, Copy)]
struct Link {
    with: u32,
    kind: GroupKind,
    similarity: Confidence,
}

/// Groups while they grow. A post is linked once, and only ever to a post of another tree.
pub(super) struct Groups {
    link: Vec<Option<Link>>,
    /// Union-find beside the links, since chains of links may be long.
    above: Vec<u32>,
}

impl Groups {
    pub(super) fn new(posts: usize) -> Self {
        Self { link: vec![None; posts], above: (0..posts as u32).collect() }
    }

    /// The post that stands for the group of `post`.
    pub(super) fn leader(&mut self, post: u32) -> u32 {
        let mut at = post;
        loop {
            let above = self.above[at as usize];
            if above == at {
                return at;
            }
            let higher = self.above[above as usize];
            self.above[at as usize] = higher;
            at = higher;
        }
    }

    pub(super) fn is_leader(&self, post: u32) -> bool {
        self.above[post as usize] == post
    }

    /// Puts the leader `post` and its group into the group of `with`; nothing happens within one group.
    pub(super) fn join(&mut self, post: u32, with: u32, kind: GroupKind, similarity: Confidence) {
        let leader = self.leader(with);
        if !self.is_leader(post) || leader == post {
            return;
        }
        self.link[post as usize] = Some(Link { with, kind, similarity });
        self.above[post as usize] = leader;
    }

    /// The groups of two and more, each with the post that said it first.
    pub(super) fn finish(mut self, posts: &[Post]) -> Vec<Group> {
        let mut members: Vec<(u32, u32)> = Vec::new();
        for post in 0..posts.len() as u32 {
            if self.link[post as usize].is_some() {
                members.push((self.leader(post), post));
            }
        }
        members.sort_unstable();
        let mut groups = Vec::new();
        for group in members.chunk_by(|a, b| a.0 == b.0) {
            let leader = group[0].0;
            let all = || group.iter().map(|&(_, post)| post).chain([leader]);
            let first = first(posts, all());
            self.make_root(first);
            let matches = all().filter_map(|post| {
                let link = self.link[post as usize]?;
                Some(Match {
                    post: posts[post as usize].id,
                    with: posts[link.with as usize].id,
                    kind: link.kind,
                    similarity: link.similarity,
                })
            });
            groups.push(Group { first: posts[first as usize].id, matches: matches.collect() });
        }
        groups
    }

    /// Turns the links between `post` and its leader round, so that all links lead to `post`.
    fn make_root(&mut self, post: u32) {
        let mut at = post;
        let mut link = self.link[post as usize].take();
        while let Some(Link { with, kind, similarity }) = link {
            link = self.link[with as usize].replace(Link { with: at, kind, similarity });
            at = with;
        }
    }
}

/// The earliest by time where all have one, else by order.
fn first(posts: &[Post], members: impl Iterator<Item = u32> + Clone) -> u32 {
    let timed = members.clone().all(|post| posts[post as usize].written_at.is_some());
    let key = |post: &u32| (posts[*post as usize].written_at.filter(|_| timed), *post);
    // There is always a member; the fallback is never taken.
    members.min_by_key(key).unwrap_or_default()
}

/// Whether `a` was written before `b`: by time where both have one, else by order.
pub(super) fn precedes(posts: &[Post], a: u32, b: u32) -> bool {
    first(posts, [a, b].into_iter()) == a
}
