//! The points a thread turns on, with how many people stand on either side.
//!
//! A point is a claim together with the other claims that say much the same (shared rare words). Points are
//! ranked by how many people take part in arguing over them, so that one loud voice does not make a point.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::argument::{Adu, AduId, RelationKind, Relations, Role, Units};
use crate::relate::Content;
use crate::thread::{Confidence, Duplicates, PostId, Thread};
use crate::words;

/// A point, the units that make it and how many people stand on either side.
#[derive(Debug, Clone)]
pub struct KeyPoint {
    /// The unit that words it.
    pub unit: AduId,
    /// All units that make it, `unit` among them, in reading order.
    pub members: Vec<AduId>,
    /// How many people made it.
    pub people: u32,
    /// How many people spoke for it, those who made it counted in.
    pub speak_for: u32,
    /// How many people spoke against it.
    pub against: u32,
    /// How sure the surest word of somebody else for it is; `None` when nobody else spoke for it.
    pub backing: Option<Confidence>,
}

/// Points shown at most.
const MOST: usize = 12;

/// Claims that share this much of their words make the same point. "Bans are needed" and "bans are useless"
/// share most of theirs, so it takes nearly all.
const SAME: f64 = 0.8;

/// Words that more claims than this hold are not used to find like claims: they name the topic.
const TOO_COMMON: usize = 200;

/// The points of a thread, most argued first.
pub fn key_points(
    thread: &Thread,
    duplicates: &Duplicates,
    units: &Units,
    content: &Content,
    relations: &Relations,
) -> Vec<KeyPoint> {
    let voices = Voices::of(thread, duplicates);
    let claims: Vec<&Adu> = units.all().iter().filter(|unit| unit.role.value == Role::Claim).collect();
    let negated: Vec<bool> =
        claims.iter().map(|claim| words::is_negated(units.text(thread, claim.id))).collect();
    let leader = group(content, &claims, &negated);
    let mut members: BTreeMap<usize, Vec<AduId>> = BTreeMap::new();
    for (at, &first) in leader.iter().enumerate() {
        members.entry(first).or_default().push(claims[at].id);
    }
    let (mut backing, mut opposing) = (Links::new(), Links::new());
    for relation in relations.all() {
        let (links, from, to) = match relation.kind {
            RelationKind::Support { from, to } => (&mut backing, from, to),
            RelationKind::Rebut { from, to } => (&mut opposing, from, to),
            RelationKind::Undercut { .. } => continue,
        };
        links.entry(to).or_default().push((from, relation.confidence));
    }
    let mut points: Vec<KeyPoint> = members
        .into_values()
        .map(|members| {
            let speakers = |of: &Links| -> BTreeSet<Voice> {
                to_any(of, &members).flat_map(|(unit, _)| voices.of_post(units.unit(unit).post)).collect()
            };
            let made: BTreeSet<Voice> =
                members.iter().flat_map(|unit| voices.of_post(units.unit(*unit).post)).collect();
            let mut speak_for = speakers(&backing);
            speak_for.extend(made.iter().copied());
            let against: BTreeSet<Voice> = speakers(&opposing).difference(&made).copied().collect();
            let touched =
                |unit: &AduId| backing.get(unit).map_or(0, Vec::len) + opposing.get(unit).map_or(0, Vec::len);
            let unit = members.iter().copied().max_by_key(|unit| (touched(unit), std::cmp::Reverse(*unit)));
            let by_others = to_any(&backing, &members).filter(|(from, _)| {
                voices.of_post(units.unit(*from).post).any(|voice| !made.contains(&voice))
            });
            let surest = by_others.map(|(_, sure)| sure).max_by(|a, b| a.value().total_cmp(&b.value()));
            KeyPoint {
                backing: surest,
                unit: unit.unwrap_or(members[0]),
                people: made.len() as u32,
                speak_for: speak_for.len() as u32,
                against: against.len() as u32,
                members,
            }
        })
        .filter(|point| point.against > 0 || point.speak_for > 1)
        .collect();
    // In thousandths: among points of equally many people those come first whose dispute is more than a guess.
    let sureness = |point: &KeyPoint| {
        let sure = to_any(&opposing, &point.members).map(|(_, sure)| (sure.value() * 1000.0) as u32);
        sure.max().unwrap_or(0)
    };
    points.sort_by_cached_key(|point| {
        (
            std::cmp::Reverse(point.against * 2 + point.speak_for),
            std::cmp::Reverse(point.members.len()),
            std::cmp::Reverse(sureness(point)),
            point.unit,
        )
    });
    points.truncate(MOST);
    points
}

/// What bears on each unit, and how sure that is.
type Links = HashMap<AduId, Vec<(AduId, Confidence)>>;

/// What bears on any of these units.
fn to_any<'l>(links: &'l Links, members: &'l [AduId]) -> impl Iterator<Item = (AduId, Confidence)> + 'l {
    members.iter().filter_map(|member| links.get(member)).flatten().copied()
}

/// Somebody who speaks: a named author, or a post whose author is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Voice {
    Named(usize),
    Unnamed(PostId),
}

/// Who says each post, those who repeat it counted in.
struct Voices {
    of: Vec<Vec<Voice>>,
}

impl Voices {
    fn of(thread: &Thread, duplicates: &Duplicates) -> Self {
        let mut of = vec![Vec::new(); thread.posts().len()];
        for post in thread.posts() {
            let first = duplicates.first(post.id);
            match post.author {
                Some(author) => of[first.index()].push(Voice::Named(author.index())),
                // A repeat without a name is no second person.
                None if first == post.id => of[first.index()].push(Voice::Unnamed(post.id)),
                None => {}
            }
        }
        Self { of }
    }

    fn of_post(&self, post: PostId) -> impl Iterator<Item = Voice> + '_ {
        self.of[post.index()].iter().copied()
    }
}

/// For each claim the first claim that says much the same, itself when none does. What denies a claim is
/// another point, however many words it shares.
fn group(content: &Content, claims: &[&Adu], negated: &[bool]) -> Vec<usize> {
    let words: Vec<&[u64]> = claims.iter().map(|claim| content.of(claim.id)).collect();
    let mut likes = Likes::new(&words, negated);
    let mut leader: Vec<usize> = (0..claims.len()).collect();
    for at in 0..claims.len() {
        match likes.most_like(at) {
            Some(other) => leader[at] = leader[other],
            None => likes.add(at),
        }
    }
    leader
}

/// Finds like claims by the words they share.
struct Likes<'a> {
    /// The words of each claim as numbers, sorted; none of a claim that has too few to go by.
    words: Vec<Vec<u32>>,
    /// The claims that hold each word, in order.
    holders: Vec<Vec<usize>>,
    /// For each claim the last one that it was compared with.
    compared: Vec<usize>,
    negated: &'a [bool],
}

/// A claim of fewer words is like nothing.
const FEWEST: usize = 3;

impl<'a> Likes<'a> {
    fn new(words: &[&[u64]], negated: &'a [bool]) -> Self {
        let used = || words.iter().filter(|words| words.len() >= FEWEST);
        let mut known: Vec<u64> = used().copied().flatten().copied().collect();
        known.sort_unstable();
        known.dedup();
        let number = |word: &u64| known.binary_search(word).ok().and_then(|at| u32::try_from(at).ok());
        let numbers = |words: &&[u64]| {
            let used = words.iter().filter(|_| words.len() >= FEWEST);
            used.filter_map(number).collect::<Vec<u32>>()
        };
        Self {
            words: words.iter().map(numbers).collect(),
            holders: vec![Vec::new(); known.len()],
            compared: vec![usize::MAX; words.len()],
            negated,
        }
    }

    /// Makes a claim known to those that follow.
    fn add(&mut self, at: usize) {
        for &word in &self.words[at] {
            self.holders[word as usize].push(at);
        }
    }

    /// The known claim that shares the largest part of its words, the first of several.
    ///
    /// Who shares [`SAME`] of all words shares that much of this claim's, so any few words more than the rest
    /// hold one that is shared; the rarest are looked up.
    fn most_like(&mut self, at: usize) -> Option<usize> {
        let mut rarest: Vec<u32> = self.words[at].clone();
        let least = (SAME * rarest.len() as f64).ceil() as usize;
        let looked_up = (rarest.len() + 1).saturating_sub(least);
        rarest.sort_by_key(|&word| self.holding(word).len());
        let mut best: Option<(f64, usize)> = None;
        for &word in rarest.iter().take(looked_up) {
            for &other in holding(&self.holders, word) {
                if self.negated.get(other) != self.negated.get(at)
                    || std::mem::replace(&mut self.compared[other], at) == at
                {
                    continue;
                }
                let count = self.shared(at, other);
                let all = self.words[at].len() + self.words[other].len() - count;
                let share = count as f64 / all as f64;
                let better =
                    best.is_none_or(|(most, first)| share > most || (share == most && other < first));
                if share >= SAME && better {
                    best = Some((share, other));
                }
            }
        }
        best.map(|(_, other)| other)
    }

    fn holding(&self, word: u32) -> &[usize] {
        holding(&self.holders, word)
    }

    /// How many words two claims share, those too common left out.
    fn shared(&self, one: usize, other: usize) -> usize {
        let (mut one, mut other) = (self.words[one].iter().peekable(), self.words[other].iter().peekable());
        let mut count = 0;
        while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
            match a.cmp(b) {
                Ordering::Less => {
                    one.next();
                }
                Ordering::Greater => {
                    other.next();
                }
                Ordering::Equal => {
                    count += usize::from(!self.holding(**a).is_empty());
                    one.next();
                    other.next();
                }
            }
        }
        count
    }
}

/// The claims that hold a word; none of a word that is too common.
fn holding(holders: &[Vec<usize>], word: u32) -> &[usize] {
    let all = &holders[word as usize];
    if all.len() <= TOO_COMMON { all } else { &[] }
}
